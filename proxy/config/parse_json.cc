#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse_options.hpp>
#include <cmath>
#include <string>

#include "proxy/config/parse.h"

namespace outrigger::config {
namespace {

namespace json = boost::json;
using Code = boost::system::error_code;

/// Boost.JSON's events do not say where they are. The parser is fed line by line instead, and a
/// JSON token never spans lines, so the line being fed is the line of the event.
class JsonEvents {
 public:
  static constexpr std::size_t max_object_size = kMaxFileBytes;
  static constexpr std::size_t max_array_size = kMaxFileBytes;
  static constexpr std::size_t max_key_size = kMaxFileBytes;
  static constexpr std::size_t max_string_size = kMaxFileBytes;

  explicit JsonEvents(TreeBuilder& builder) : builder_(builder) {}
  void set_line(int line) { line_ = line; }

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) {
    builder_.StartMap(line_, 0);
    return true;
  }
  bool on_object_end(std::size_t, Code&) { return End(); }
  bool on_array_begin(Code&) {
    builder_.StartList(line_, 0);
    return true;
  }
  bool on_array_end(std::size_t, Code&) { return End(); }
  bool on_key_part(json::string_view part, std::size_t, Code&) { return Keep(part); }
  bool on_key(json::string_view part, std::size_t, Code&) { return AddText(part); }
  bool on_string_part(json::string_view part, std::size_t, Code&) { return Keep(part); }
  bool on_string(json::string_view part, std::size_t, Code&) { return AddText(part); }
  bool on_number_part(json::string_view, Code&) { return true; }
  bool on_int64(std::int64_t value, json::string_view, Code&) { return Add(value); }
  bool on_uint64(std::uint64_t value, json::string_view, Code&) { return Add(value); }
  bool on_double(double value, json::string_view, Code&) {
    if (!std::isfinite(value)) throw Broken(line_, "a number is too large");
    return Add(value);
  }
  bool on_bool(bool value, Code&) { return Add(value); }
  bool on_null(Code&) { return Add(nullptr); }
  bool on_comment_part(json::string_view, Code&) { return true; }
  bool on_comment(json::string_view, Code&) { return true; }

 private:
  bool End() {
    builder_.End();
    return true;
  }
  bool Keep(json::string_view part) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool AddText(json::string_view part) {
    Keep(part);
    const bool ok = Add(json::string(text_));
    text_.clear();
    return ok;
  }
  bool Add(json::value value) {
    builder_.AddValue(line_, std::move(value));
    return true;
  }

  TreeBuilder& builder_;
  std::string text_;
  int line_ = 0;
};

}  // namespace

void ParseJson(const Chunk& chunk, TreeBuilder& builder) {
  json::parse_options options;
  options.max_depth = kMaxDepth + 1;  // the builder's own limit speaks first
  json::basic_parser<JsonEvents> parser(options, builder);
  Code error;
  int line = chunk.first_line;
  for (const char c : chunk.text.substr(0, chunk.text.size() - chunk.body.size()))
    line += c == '\n' ? 1 : 0;
  for (std::string_view rest = chunk.body; !rest.empty(); ++line) {
    const std::size_t size = std::min(rest.find('\n'), rest.size() - 1) + 1;
    parser.handler().set_line(line);
    const std::size_t used = parser.write_some(rest.size() > size, rest.data(), size, error);
    if (!error && used < size &&
        rest.find_first_not_of(" \t\r\n", used) != std::string_view::npos) {
      throw Broken(line, "there is text behind the end of the document");
    }
    if (error) throw Broken(line, "not valid JSON: " + error.message());
    if (parser.done()) {
      if (rest.find_first_not_of(" \t\r\n", used) != std::string_view::npos) {
        throw Broken(line, "there is text behind the end of the document");
      }
      break;
    }
    rest.remove_prefix(size);
  }
}

}  // namespace outrigger::config
