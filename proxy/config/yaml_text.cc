#include "proxy/config/yaml_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "proxy/config/scalar.h"

namespace outrigger::config {
namespace {

// YAML allows 1,024 characters before the colon of a simple key; escapes count.
constexpr std::size_t kLongestSimpleKey = 500;

bool IsAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool MayBegin(std::string_view text) {
  const char first = text[0];
  if (IsAlnum(first) || first == '/' || first == '_' || first == '.' || first == '$' ||
      first == '(' || first == '<') {
    return true;
  }
  return first == '-' && text.size() > 1 && (IsAlnum(text[1]) || text[1] == '-');
}

constexpr std::string_view kPlainPunctuation = "-_./:@$()*+=,;<>^~?!&|\\'\"";

bool HasPlainCharacters(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ' || c == ':') {
      // ": " ends a key, " #" begins a comment, and a space at the end would be lost.
      if (i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '#') return false;
    } else if (!IsAlnum(c) && kPlainPunctuation.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

// Dates and base-60 numbers (22:30) are strings to kubectl, but not to every YAML reader; a line of
// dashes or dots could end the document.
bool LooksOdd(std::string_view text) {
  if (text == "<<" || text == "=" || text.starts_with("---") || text.starts_with("..."))
    return true;
  if (text.size() > 4 && text[4] == '-' && std::all_of(text.begin(), text.begin() + 4, IsDigit))
    return true;
  return text.find(':') != std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return IsDigit(c) || c == ':' || c == '.' || c == '_' || c == '-';
         });
}

bool MayBePlain(std::string_view text) {
  return !text.empty() && MayBegin(text) && HasPlainCharacters(text) && !LooksOdd(text) &&
         std::holds_alternative<PlainText>(ResolvePlain(text));
}

// Whether a literal block holds the text exactly. Lines of spaces only, a first line that begins
// with a space, and more than one line feed at the end need care that double quotes do not.
bool MayBeLiteral(std::string_view text) {
  if (text.find('\n') == std::string_view::npos ||
      text.find("\n\n", text.size() - std::min<std::size_t>(text.size(), 2)) !=
          std::string_view::npos)
    return false;
  bool line_begins = true;
  bool only_spaces = true;
  for (const char c : text) {
    if (c == '\n') {
      if (only_spaces && !line_begins) return false;
      line_begins = only_spaces = true;
      continue;
    }
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') ||
        static_cast<unsigned char>(c) >= 0x7f)
      return false;
    only_spaces = only_spaces && (c == ' ' || c == '\t');
    line_begins = false;
  }
  if (only_spaces && !line_begins) return false;
  return text[0] != ' ' && text[0] != '\t' && text[0] != '\n';
}

void AppendLiteral(std::string& out, std::string_view text, int indent) {
  const bool ends_line = text.ends_with('\n');
  out += ends_line ? "|" : "|-";
  if (ends_line) text.remove_suffix(1);
  while (true) {
    const std::size_t end = text.find('\n');
    out += '\n';
    const std::string_view line = text.substr(0, end);
    if (!line.empty()) {
      AppendIndent(out, indent + 2);
      out += line;
    }
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

void AppendEscape(std::string& out, unsigned code) {
  std::array<char, 8> buffer{};
  std::snprintf(buffer.data(), buffer.size(), code > 0xff ? "\\u%04x" : "\\x%02x", code);
  out += buffer.data();
}

// Characters beyond ASCII that some reader takes for a line break, or does not take at all: C1
// controls, line and paragraph separator, byte order mark. Returns the length of what was escaped,
// or 0.
std::size_t EscapeUnusual(std::string& out, std::string_view rest) {
  const auto byte = [&](std::size_t i) {
    return i < rest.size() ? static_cast<unsigned char>(rest[i]) : 0u;
  };
  if (byte(0) == 0xc2 && byte(1) >= 0x80 && byte(1) < 0xa0) {
    AppendEscape(out, byte(1));
    return 2;
  }
  if (byte(0) == 0xe2 && byte(1) == 0x80 && (byte(2) == 0xa8 || byte(2) == 0xa9)) {
    AppendEscape(out, 0x2000 + byte(2) - 0x80);
    return 3;
  }
  if (byte(0) == 0xef && byte(1) == 0xbb && byte(2) == 0xbf) {
    AppendEscape(out, 0xfeff);
    return 3;
  }
  return 0;
}

void AppendQuoted(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      AppendEscape(out, static_cast<unsigned char>(c));
    } else if (const std::size_t escaped =
                   static_cast<unsigned char>(c) < 0x80 ? 0 : EscapeUnusual(out, text.substr(i))) {
      i += escaped;
      continue;
    } else {
      out += c;
    }
    ++i;
  }
  out += '"';
}

}  // namespace

void AppendIndent(std::string& out, int indent) {
  out.append(static_cast<std::size_t>(indent), ' ');
}

void AppendKey(std::string& out, std::string_view key, int indent) {
  const std::size_t start = out.size();
  if (MayBePlain(key)) {
    out += key;
  } else {
    AppendQuoted(out, key);
  }
  if (out.size() - start > kLongestSimpleKey) {
    out.insert(start, "? ");
    out += '\n';
    AppendIndent(out, indent);
  }
  out += ':';
}

void AppendString(std::string& out, std::string_view text, int indent) {
  if (MayBePlain(text)) {
    out += text;
  } else if (MayBeLiteral(text)) {
    AppendLiteral(out, text, indent);
  } else {
    AppendQuoted(out, text);
  }
}

void AppendDouble(std::string& out, double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  out += text;
  if (text.find_first_of(".en") == std::string_view::npos) out += ".0";
}

}  // namespace outrigger::config
