#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "proxy/config/parse.h"
#include "proxy/config/utf8.h"

namespace outrigger::config {
namespace {

// yaml-cpp 0.7 takes a quoted text that is still open at the end of the file for a finished one,
// unless the last line has something on it: `a: "x` would swallow every line below. A comment on a
// line of its own changes nothing else.
std::string WithSentinel(std::string_view text) {
  std::string out(text);
  const std::size_t last = text.find_last_not_of(" \t");
  if (last == std::string_view::npos || (text[last] != '\n' && text[last] != '\r')) return out;
  if (last + 1 != text.size()) out += '\n';
  return out + '#';
}

// yaml-cpp 0.7 turns the escapes \N and \_ (next line, no-break space) into the single bytes 0x85
// and 0xa0. Everything around them is valid UTF-8, so the strays are recognised.
std::string RepairEscapes(const std::string& value) {
  std::string out;
  out.reserve(value.size());
  for (std::string_view rest = value; !rest.empty();) {
    const std::size_t length = Utf8Length(rest);
    if (length == 0) out += '\xc2';
    out += rest.substr(0, length == 0 ? 1 : length);
    rest.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

/// Passes yaml-cpp's events on with line numbers of the file.
class YamlEvents : public YAML::EventHandler {
 public:
  YamlEvents(TreeBuilder& builder, int first_line) : builder_(builder), first_line_(first_line) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    // There is no marker inside a chunk; yaml-cpp takes text behind a finished value for a new
    // document.
    if (builder_.done()) throw Broken(Line(mark), "there is text behind the end of the document");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    builder_.AddNull(Line(mark), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    builder_.AddAlias(Line(mark), anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    builder_.AddScalar(Line(mark), tag == "!" ? RepairEscapes(value) : value, tag, anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    RefuseTag(mark, tag, "tag:yaml.org,2002:seq");
    builder_.StartList(Line(mark), anchor);
  }
  void OnSequenceEnd() override { builder_.End(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    RefuseTag(mark, tag, "tag:yaml.org,2002:map");
    builder_.StartMap(Line(mark), anchor);
  }
  void OnMapEnd() override { builder_.End(); }

 private:
  [[nodiscard]] int Line(const YAML::Mark& mark) const { return first_line_ + mark.line; }
  void RefuseTag(const YAML::Mark& mark, const std::string& tag, std::string_view natural) const {
    if (tag.empty() || tag == "?" || tag == natural) return;
    throw Broken(Line(mark), "tags on maps and lists are not used here");
  }

  TreeBuilder& builder_;
  const int first_line_;
};

struct Translation {
  std::string_view yaml_cpp;
  std::string_view ours;
};

// yaml-cpp names what its grammar missed; these are the everyday cases in a writer's words.
constexpr Translation kTranslations[] = {
    {"end of map not found", "this does not belong to the map above; check the indentation"},
    {"end of sequence not found", "this does not belong to the list above; check the indentation"},
    {"illegal map value", "a `:` cannot stand here; check the indentation, or quote the text"},
    {"end of map flow not found", "a `{` is not closed by a `}`"},
    {"end of sequence flow not found", "a `[` is not closed by a `]`"},
    {"illegal EOF in scalar", "a quote is not closed"},
    {"illegal flow end", "a closing bracket does not fit an opening one"},
    {"illegal block entry", "a list cannot begin behind other text; put its `- ` on a new line"},
    {"unknown token", "a plain text cannot begin with this character; quote it"},
};

bool TabIndents(std::string_view text) {
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t first = text.find_first_not_of(' ', start);
    if (first != std::string_view::npos && text[first] == '\t') return true;
    const std::size_t end = text.find('\n', start);
    start = end == std::string_view::npos ? text.size() : end + 1;
  }
  return false;
}

std::string Explain(const YAML::Exception& error, std::string_view text) {
  std::string out = "not valid YAML: ";
  std::string_view message = error.msg;
  for (const Translation& translation : kTranslations) {
    if (message == translation.yaml_cpp) message = translation.ours;
  }
  out += message;
  if (error.mark.column >= 0) out += " (column " + std::to_string(error.mark.column + 1) + ")";
  if (TabIndents(text)) out += "; a line is indented with a tab, use spaces";
  return out;
}

}  // namespace

void ParseYaml(const Chunk& chunk, TreeBuilder& builder) {
  std::istringstream stream(WithSentinel(chunk.text));
  YamlEvents events(builder, chunk.first_line);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(events)) {
    }
  } catch (const YAML::Exception& error) {
    throw Broken(chunk.first_line + std::max(error.mark.line, 0), Explain(error, chunk.text));
  }
}

}  // namespace outrigger::config
