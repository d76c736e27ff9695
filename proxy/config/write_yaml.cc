#include <boost/json/value.hpp>

#include "proxy/config/document.h"
#include "proxy/config/yaml_text.h"

namespace outrigger::config {
namespace {

namespace json = boost::json;

std::string_view View(json::string_view text) { return {text.data(), text.size()}; }

// A map or list with something in it needs lines of its own; everything else ends the current line.
bool IsBlock(const json::value& value) {
  return (value.is_object() && !value.get_object().empty()) ||
         (value.is_array() && !value.get_array().empty());
}

class Writer {
 public:
  std::string Write(const json::value& value) {
    if (IsBlock(value)) {
      WriteBlock(value, 0);
    } else {
      WriteLeaf(value, 0);
      out_ += '\n';
    }
    return std::move(out_);
  }

 private:
  // Begins where the first line's indentation already stands, ends behind a line feed.
  void WriteBlock(const json::value& value, int indent) {
    bool first = true;
    const auto begin_line = [&] {
      if (!first) AppendIndent(out_, indent);
      first = false;
    };
    if (const json::object* object = value.if_object()) {
      for (const auto& member : *object) {
        begin_line();
        WriteMember(View(member.key()), member.value(), indent);
      }
      return;
    }
    for (const json::value& item : value.get_array()) {
      begin_line();
      out_ += "- ";
      WriteItem(item, indent);
    }
  }

  // As kubectl prints it: a list stands at the column of its key, a map two further.
  void WriteMember(std::string_view key, const json::value& value, int indent) {
    AppendKey(out_, key, indent);
    if (!IsBlock(value)) {
      out_ += ' ';
      WriteLeaf(value, indent);
      out_ += '\n';
      return;
    }
    out_ += '\n';
    const int inner = value.is_object() ? indent + 2 : indent;
    AppendIndent(out_, inner);
    WriteBlock(value, inner);
  }

  void WriteItem(const json::value& item, int indent) {
    if (IsBlock(item)) return WriteBlock(item, indent + 2);
    WriteLeaf(item, indent);
    out_ += '\n';
  }

  void WriteLeaf(const json::value& value, int indent) {
    switch (value.kind()) {
      case json::kind::null:
        out_ += "null";
        break;
      case json::kind::bool_:
        out_ += value.get_bool() ? "true" : "false";
        break;
      case json::kind::int64:
        out_ += std::to_string(value.get_int64());
        break;
      case json::kind::uint64:
        out_ += std::to_string(value.get_uint64());
        break;
      case json::kind::double_:
        AppendDouble(out_, value.get_double());
        break;
      case json::kind::string:
        AppendString(out_, View(value.get_string()), indent);
        break;
      case json::kind::object:
        out_ += "{}";
        break;
      case json::kind::array:
        out_ += "[]";
        break;
    }
  }

  std::string out_;
};

}  // namespace

std::string WriteYaml(const json::value& value) { return Writer().Write(value); }

}  // namespace outrigger::config
