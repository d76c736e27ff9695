#include "proxy/config/read.h"

#include <boost/json/value.hpp>
#include <deque>

#include "proxy/config/convert.h"
#include "proxy/config/parse.h"

namespace outrigger::config {
namespace {

bool Convert(const Document& document, const Path& path, Dialect dialect,
             google::protobuf::Message* out, Problems* problems) {
  const std::size_t errors = problems->error_count();
  Converter(document.tree(), dialect, problems)
      .ReadMessage({document.root(), document.record(), path}, out);
  if (problems->error_count() == errors) return true;
  out->Clear();
  return false;
}

// Problems below `pointer` carry the whole path. The steps live as long as the deque.
class PointerPath {
 public:
  explicit PointerPath(std::string_view pointer) : tokens_(PointerTokens(pointer)) {
    steps_.emplace_back();
    for (const std::string& token : tokens_) {
      const auto index = ParseIndex(token);
      steps_.push_back(index ? steps_.back().Index(*index) : steps_.back().Key(token));
    }
  }
  [[nodiscard]] const Path& path() const { return steps_.back(); }

 private:
  const std::vector<std::string> tokens_;
  std::deque<Path> steps_;
};

}  // namespace

bool ReadYaml(std::string_view text, std::string_view file, google::protobuf::Message* out,
              Problems* problems, Document* source) {
  out->Clear();
  const std::size_t errors = problems->error_count();
  const std::vector<Document> documents = ParseDocuments(text, file, Dialect::kOwn, problems);
  if (problems->error_count() != errors) return false;
  if (documents.empty()) {
    problems->Error(file, 0, "", "is empty; `{}` is a configuration without content");
    return false;
  }
  if (documents.size() > 1) {
    problems->Error(file, documents[1].line(), "",
                    "a second document begins here; one file holds one configuration");
    return false;
  }
  if (source != nullptr) *source = documents[0];
  return Convert(documents[0], Path(), Dialect::kOwn, out, problems);
}

bool ToMessage(const Document& document, std::string_view pointer, google::protobuf::Message* out,
               Problems* problems) {
  out->Clear();
  const Document part = document.At(pointer);
  if (part.root().is_null()) return true;
  const PointerPath steps(pointer);
  return Convert(part, steps.path(), Dialect::kKubernetes, out, problems);
}

}  // namespace outrigger::config
