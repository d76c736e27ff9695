#include "proxy/config/path.h"

#include <algorithm>
#include <charconv>

namespace outrigger::config {
namespace {

bool IsPlainKey(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

void AppendIndex(std::string& out, std::string_view digits) {
  out += '[';
  out += digits;
  out += ']';
}

void AppendKey(std::string& out, std::string_view key) {
  if (IsPlainKey(key)) {
    if (!out.empty()) out += '.';
    out += key;
    return;
  }
  out += "[\"";
  for (const char c : key) {
    // A report is one line per problem, whatever the key holds.
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  out += "\"]";
}

bool IsIndex(std::string_view token) {
  return !token.empty() &&
         std::all_of(token.begin(), token.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string Path::ToString() const {
  std::string out;
  AppendText(out);
  return out;
}

void Path::AppendText(std::string& out) const {
  if (parent_ == nullptr) return;
  parent_->AppendText(out);
  if (key_.data() != nullptr) {
    AppendKey(out, key_);
  } else {
    AppendIndex(out, std::to_string(index_));
  }
}

std::string Path::ToPointer() const {
  std::string out;
  AppendPointer(out);
  return out;
}

void Path::AppendPointer(std::string& out) const {
  if (parent_ == nullptr) return;
  parent_->AppendPointer(out);
  out += '/';
  out += key_.data() != nullptr ? PointerToken(key_) : std::to_string(index_);
}

std::string PointerToken(std::string_view key) {
  std::string out;
  out.reserve(key.size());
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::vector<std::string> PointerTokens(std::string_view pointer) {
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      tokens.emplace_back();
    } else if (tokens.empty()) {
      break;  // not a pointer: it must begin with a slash
    } else if (pointer[i] == '~' && i + 1 < pointer.size() &&
               (pointer[i + 1] == '0' || pointer[i + 1] == '1')) {
      tokens.back() += pointer[++i] == '0' ? '~' : '/';
    } else {
      tokens.back() += pointer[i];
    }
  }
  return tokens;
}

std::optional<std::size_t> ParseIndex(std::string_view token) {
  if (!IsIndex(token) || (token.size() > 1 && token[0] == '0')) return std::nullopt;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (error != std::errc() || end != token.data() + token.size()) return std::nullopt;
  return index;
}

std::string PathOfPointer(std::string_view pointer) {
  std::string out;
  for (const std::string& token : PointerTokens(pointer)) {
    if (IsIndex(token)) {
      AppendIndex(out, token);
    } else {
      AppendKey(out, token);
    }
  }
  return out;
}

}  // namespace outrigger::config
