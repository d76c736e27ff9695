#include "proxy/config/document.h"

#include <boost/json/value.hpp>
#include <utility>

#include "proxy/config/path.h"
#include "proxy/config/tree.h"

namespace outrigger::config {
namespace {

namespace json = boost::json;

const std::shared_ptr<const Tree>& NullTree() {
  static const auto tree = std::make_shared<const Tree>();
  return tree;
}

struct Place {
  const json::value* value;
  std::uint32_t record;
};

// One step down; a null value when there is nothing.
Place Step(const Tree& tree, Place from, const std::string& token) {
  if (const json::object* object = from.value->if_object()) {
    const auto found = object->find(token);
    if (found == object->end()) return {nullptr, kNoRecord};
    return {&found->value(),
            tree.Child(from.record, static_cast<std::size_t>(found - object->begin()))};
  }
  const json::array* array = from.value->if_array();
  const auto index = ParseIndex(token);
  if (array == nullptr || !index || *index >= array->size()) return {nullptr, kNoRecord};
  return {&(*array)[*index], tree.Child(from.record, *index)};
}

// As far as `pointer` leads; `complete` tells whether that is all the way.
Place Walk(const Tree& tree, Place place, std::string_view pointer, bool* complete) {
  *complete = pointer.empty() || pointer[0] == '/';
  for (const std::string& token : PointerTokens(pointer)) {
    const Place next = Step(tree, place, token);
    if (next.value == nullptr) {
      *complete = false;
      break;
    }
    place = next;
  }
  return place;
}

bool IsList(const Document& document) {
  const json::value* items = document.Find("/items");
  return document.kind().ends_with("List") && items != nullptr && items->is_array();
}

void Flatten(const Document& document, std::vector<Document>& out) {
  if (!IsList(document)) {
    out.push_back(document);
    return;
  }
  const std::size_t count = document.Find("/items")->get_array().size();
  for (std::size_t i = 0; i < count; ++i) Flatten(document.At("/items/" + std::to_string(i)), out);
}

}  // namespace

Document::Document() : Document(NullTree(), &NullTree()->root, kNoRecord) {}

Document::Document(std::shared_ptr<const Tree> tree, const json::value* root, std::uint32_t record)
    : tree_(std::move(tree)), root_(root), record_(record) {}

Document Document::FromValue(json::value value, std::string_view file) {
  auto tree = std::make_shared<Tree>();
  tree->file = file;
  tree->root = std::move(value);
  const json::value* root = &tree->root;
  return Document(std::move(tree), root, kNoRecord);
}

const json::value& Document::root() const { return *root_; }
const std::string& Document::file() const { return tree_->file; }
int Document::line() const { return tree_->Line(record_); }

std::string_view Document::text() const {
  return root_ == &tree_->root ? std::string_view(tree_->text) : std::string_view();
}

const json::value* Document::Find(std::string_view pointer) const {
  bool complete = false;
  const Place place = Walk(*tree_, {root_, record_}, pointer, &complete);
  return complete ? place.value : nullptr;
}

std::string_view Document::FindString(std::string_view pointer, std::string_view fallback) const {
  const json::value* value = Find(pointer);
  if (value == nullptr || !value->is_string()) return fallback;
  return {value->get_string().data(), value->get_string().size()};
}

int Document::LineOf(std::string_view pointer) const {
  bool complete = false;
  return tree_->Line(Walk(*tree_, {root_, record_}, pointer, &complete).record);
}

Document Document::At(std::string_view pointer) const {
  bool complete = false;
  const Place place = Walk(*tree_, {root_, record_}, pointer, &complete);
  return complete ? Document(tree_, place.value, place.record) : Document();
}

std::vector<Document> FlattenList(const Document& document) {
  std::vector<Document> out;
  Flatten(document, out);
  return out;
}

}  // namespace outrigger::config
