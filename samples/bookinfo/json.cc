#include "samples/bookinfo/json.h"

#include "samples/bookinfo/text.h"

namespace bookinfo {
namespace {

constexpr int kMaxDepth = 64;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

void AppendUtf8(std::string& out, std::uint32_t code) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  if (code < 0x80) {
    out += byte(code);
  } else if (code < 0x800) {
    out += byte(0xC0 | code >> 6);
    out += byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += byte(0xE0 | code >> 12);
    out += byte(0x80 | (code >> 6 & 0x3F));
    out += byte(0x80 | (code & 0x3F));
  } else {
    out += byte(0xF0 | code >> 18);
    out += byte(0x80 | (code >> 12 & 0x3F));
    out += byte(0x80 | (code >> 6 & 0x3F));
    out += byte(0x80 | (code & 0x3F));
  }
}

}  // namespace

/// Recursive descent, one function per kind of value; each leaves `rest_` behind what it read and
/// returns false on anything RFC 8259 does not allow.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : rest_(text) {}

  bool Document(Json& out) {
    if (!Value(out, 0)) return false;
    SkipBlanks();
    return rest_.empty();
  }

 private:
  void SkipBlanks() {
    const auto start = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(start == std::string_view::npos ? rest_.size() : start);
  }

  bool Take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  bool Value(Json& out, int depth) {
    SkipBlanks();
    if (rest_.empty() || depth > kMaxDepth) return false;
    switch (rest_.front()) {
      case '{':
        return Object(out, depth);
      case '[':
        return Array(out, depth);
      case '"':
        out.kind_ = Json::Kind::kString;
        return String(out.text_);
      case 'n':
        return Take("null");
      case 't':
        return Word(out, "true");
      case 'f':
        return Word(out, "false");
      default:
        return Number(out);
    }
  }

  bool Word(Json& out, std::string_view word) {
    out.kind_ = Json::Kind::kBool;
    out.text_ = word;
    return Take(word);
  }

  bool Object(Json& out, int depth) {
    out.kind_ = Json::Kind::kObject;
    Take("{");
    SkipBlanks();
    if (Take("}")) return true;
    do {
      SkipBlanks();
      if (!String(out.keys_.emplace_back())) return false;
      SkipBlanks();
      if (!Take(":") || !Value(out.elements_.emplace_back(), depth + 1)) return false;
      SkipBlanks();
    } while (Take(","));
    return Take("}");
  }

  bool Array(Json& out, int depth) {
    out.kind_ = Json::Kind::kArray;
    Take("[");
    SkipBlanks();
    if (Take("]")) return true;
    do {
      if (!Value(out.elements_.emplace_back(), depth + 1)) return false;
      SkipBlanks();
    } while (Take(","));
    return Take("]");
  }

  bool Number(Json& out) {
    const std::string_view start = rest_;
    Take("-");
    if (!Take("0") && !Digits()) return false;
    if (Take(".") && !Digits()) return false;
    if (Take("e") || Take("E")) {
      if (!Take("-")) Take("+");
      if (!Digits()) return false;
    }
    out.kind_ = Json::Kind::kNumber;
    out.text_ = start.substr(0, start.size() - rest_.size());
    return true;
  }

  bool Digits() {
    std::size_t count = 0;
    while (count < rest_.size() && IsDigit(rest_[count])) ++count;
    rest_.remove_prefix(count);
    return count > 0;
  }

  bool String(std::string& out) {
    if (!Take("\"")) return false;
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        out += c;
      } else if (!Escape(out)) {
        return false;
      }
    }
    return false;
  }

  bool Escape(std::string& out) {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    switch (c) {
      case '"':
      case '\\':
      case '/':
        out += c;
        return true;
      case 'b':
        out += '\b';
        return true;
      case 'f':
        out += '\f';
        return true;
      case 'n':
        out += '\n';
        return true;
      case 'r':
        out += '\r';
        return true;
      case 't':
        out += '\t';
        return true;
      case 'u':
        return UnicodeEscape(out);
      default:
        return false;
    }
  }

  bool UnicodeEscape(std::string& out) {
    std::uint32_t code = 0;
    if (!FourHexDigits(code)) return false;
    if (code >= 0xD800 && code < 0xDC00) {  // the first half of a surrogate pair
      std::uint32_t low = 0;
      if (!Take("\\u") || !FourHexDigits(low) || low < 0xDC00 || low > 0xDFFF) return false;
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xDC00 && code <= 0xDFFF) {
      return false;
    }
    AppendUtf8(out, code);
    return true;
  }

  bool FourHexDigits(std::uint32_t& out) {
    if (rest_.size() < 4) return false;
    for (const char c : rest_.substr(0, 4)) {
      const bool letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
      if (!letter && !IsDigit(c)) return false;
      out = out * 16 + static_cast<std::uint32_t>(letter ? (c | 0x20) - 'a' + 10 : c - '0');
    }
    rest_.remove_prefix(4);
    return true;
  }

  std::string_view rest_;
};

std::optional<Json> Json::Parse(std::string_view text) {
  Json value;
  if (!JsonReader(text).Document(value)) return std::nullopt;
  return value;
}

const Json* Json::Find(std::string_view key) const {
  for (std::size_t i = keys_.size(); i-- > 0;) {
    if (keys_[i] == key) return &elements_[i];
  }
  return nullptr;
}

std::string Json::TextOf(std::string_view key, std::string_view fallback) const {
  const Json* member = Find(key);
  return member == nullptr || member->kind_ == Kind::kNull ? std::string(fallback) : member->text_;
}

std::optional<std::int64_t> Json::AsInteger() const {
  return kind_ == Kind::kNumber ? ParseInteger(text_) : std::nullopt;
}

std::string Json::Write() const {
  switch (kind_) {
    case Kind::kNull:
      return "null";
    case Kind::kBool:
    case Kind::kNumber:
      return text_;
    case Kind::kString:
      return JsonString(text_);
    case Kind::kArray:
    case Kind::kObject:
      break;
  }
  const bool object = kind_ == Kind::kObject;
  std::string out = object ? "{" : "[";
  for (std::size_t i = 0; i < elements_.size(); ++i) {
    if (i > 0) out += ',';
    if (object) out += JsonString(keys_[i]) + ":";
    out += elements_[i].Write();
  }
  return out + (object ? "}" : "]");
}

std::string JsonString(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace bookinfo
