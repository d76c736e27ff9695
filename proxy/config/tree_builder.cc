#include "proxy/config/tree_builder.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "proxy/config/document.h"
#include "proxy/config/excerpt.h"
#include "proxy/config/scalar.h"

namespace outrigger::config {
namespace {

namespace json = boost::json;

constexpr std::string_view kMergeKey = "<<";
constexpr std::string_view kYamlTag = "tag:yaml.org,2002:";

// What a copy of a value costs, and how deep it is; stops counting above `limit`.
struct Extent {
  std::size_t bytes = 0;
  int depth = 0;
};

void Measure(const json::value& value, std::size_t limit, int depth, Extent* out) {
  out->bytes += sizeof(json::value);
  out->depth = std::max(out->depth, depth);
  if (out->bytes > limit) return;
  if (const json::string* text = value.if_string()) out->bytes += text->size();
  if (const json::array* array = value.if_array()) {
    for (const json::value& item : *array) {
      if (out->bytes > limit) return;
      Measure(item, limit, depth + 1, out);
    }
  }
  if (const json::object* object = value.if_object()) {
    for (const auto& member : *object) {
      if (out->bytes > limit) return;
      out->bytes += member.key().size();
      Measure(member.value(), limit, depth + 1, out);
    }
  }
}

json::value ToValue(int line, std::string_view text, const Scalar& scalar) {
  if (std::holds_alternative<PlainText>(scalar)) return json::string(text);
  if (std::holds_alternative<NotFinite>(scalar)) {
    throw Broken(
        line, std::string(text) + " is not a number that can be used here; quote it if it is text");
  }
  if (const auto* boolean = std::get_if<bool>(&scalar)) return *boolean;
  if (const auto* integer = std::get_if<std::int64_t>(&scalar)) return *integer;
  if (const auto* large = std::get_if<std::uint64_t>(&scalar)) return *large;
  if (const auto* number = std::get_if<double>(&scalar)) return *number;
  return nullptr;
}

// sigs.k8s.io/yaml turns keys that are numbers and booleans into the text of their value.
std::string KeyText(const json::value& key, int line) {
  switch (key.kind()) {
    case json::kind::string:
      return std::string(key.get_string().data(), key.get_string().size());
    case json::kind::bool_:
      return key.get_bool() ? "true" : "false";
    case json::kind::int64:
      return std::to_string(key.get_int64());
    case json::kind::uint64:
      return std::to_string(key.get_uint64());
    case json::kind::double_: {
      char buffer[32];
      const auto end = std::to_chars(buffer, buffer + sizeof(buffer), key.get_double()).ptr;
      return std::string(buffer, end);
    }
    case json::kind::null:
      throw Broken(line, "a key is empty; write the text in quotes if that is meant");
    default:
      throw Broken(line, "a map or a list cannot be a key; is a bracket not closed?");
  }
}

}  // namespace

void TreeBuilder::Start(int line, Anchor anchor, json::kind kind) {
  if (stack_.size() == kMaxDepth) {
    throw Broken(line, "nested more than " + std::to_string(kMaxDepth) + " levels deep");
  }
  if (!stack_.empty() && stack_.back().value.is_object() && !stack_.back().has_key) {
    throw Broken(line, "a map or a list cannot be a key; is a bracket not closed?");
  }
  Frame& frame = stack_.emplace_back();
  frame.line = line;
  frame.anchor = anchor;
  if (kind == json::kind::object) {
    frame.value.emplace_object();
  } else {
    frame.value.emplace_array();
  }
}

void TreeBuilder::End() {
  Frame frame = std::move(stack_.back());
  stack_.pop_back();
  if (!frame.merges.empty()) ApplyMerges(frame);
  Node node{std::move(frame.value), {frame.line, kNoRecord, false}};
  if (!frame.children.empty()) {
    node.record.first_child = static_cast<std::uint32_t>(tree_.records.size());
    tree_.records.insert(tree_.records.end(), frame.children.begin(), frame.children.end());
  }
  Emit(std::move(node), frame.anchor);
}

void TreeBuilder::AddScalar(int line, std::string_view text, std::string_view tag, Anchor anchor) {
  const bool plain = tag.empty() || tag == "?";
  if (dialect_ == Dialect::kKubernetes) {
    Emit(TypedScalar(line, text, tag), anchor);
  } else if (plain && IsNullText(text)) {
    AddNull(line, anchor);
  } else if (plain || tag == "!") {
    Emit({json::string(text), {line, kNoRecord, plain}}, anchor);
  } else {
    throw Broken(line, "tags are not used here; remove " + Excerpt(tag));
  }
}

TreeBuilder::Node TreeBuilder::TypedScalar(int line, std::string_view text,
                                           std::string_view tag) const {
  Record record{line, kNoRecord, false};
  if (tag.empty() || tag == "?") {
    record.plain = text == kMergeKey;  // a quoted one is a key like any other
    return {ToValue(line, text, ResolvePlain(text)), record};
  }
  if (tag == "!" || tag == "tag:yaml.org,2002:str") return {json::string(text), record};
  if (!tag.starts_with(kYamlTag)) throw Broken(line, "the tag " + Excerpt(tag) + " is not known");
  const std::string_view type = tag.substr(kYamlTag.size());
  json::value value = ToValue(line, text, ResolvePlain(text));
  if (type == "float" && value.is_int64()) value = static_cast<double>(value.get_int64());
  const bool fits = (type == "int" && (value.is_int64() || value.is_uint64())) ||
                    (type == "float" && value.is_double()) || (type == "bool" && value.is_bool()) ||
                    (type == "null" && value.is_null()) ||
                    (type == "timestamp" && value.is_string());
  if (!fits) throw Broken(line, Excerpt(text) + " is not of the type that its tag names");
  return {std::move(value), record};
}

void TreeBuilder::AddNull(int line, Anchor anchor) {
  Emit({nullptr, {line, kNoRecord, false}}, anchor);
}

void TreeBuilder::AddValue(int line, json::value value) {
  Emit({std::move(value), {line, kNoRecord, false}}, 0);
}

void TreeBuilder::AddAlias(int line, Anchor anchor) {
  if (dialect_ == Dialect::kOwn)
    throw Broken(line, "aliases (`*name`) are not used here; write the value out");
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) throw Broken(line, "an alias refers to the value it is part of");
  Charge(found->second, line);
  Node copy = found->second;
  copy.record.line = line;
  Emit(std::move(copy), 0);
}

// Every copy counts: the one kept for an anchor, and one for each alias.
void TreeBuilder::Charge(const Node& node, int line) {
  Extent extent;
  Measure(node.value, *alias_budget_, static_cast<int>(stack_.size()), &extent);
  if (extent.bytes > *alias_budget_) {
    throw Broken(line, "aliases make this file larger than " +
                           std::to_string(kMaxAliasBytes >> 20) + " MiB");
  }
  // A leaf may stand where one more container may not begin.
  if (extent.depth > kMaxDepth) {
    throw Broken(line, "nested more than " + std::to_string(kMaxDepth) + " levels deep");
  }
  *alias_budget_ -= extent.bytes;
}

void TreeBuilder::Emit(Node node, Anchor anchor) {
  if (anchor != 0 && dialect_ == Dialect::kKubernetes) {
    Charge(node, node.record.line);
    anchors_.insert_or_assign(anchor, node);
  }
  if (stack_.empty()) {
    tree_.root = std::move(node.value);
    tree_.root_record = static_cast<std::uint32_t>(tree_.records.size());
    tree_.records.push_back(node.record);
    done_ = true;
    return;
  }
  Frame& frame = stack_.back();
  if (json::array* array = frame.value.if_array()) {
    array->push_back(std::move(node.value));
    frame.children.push_back(node.record);
  } else if (!frame.has_key) {
    SetKey(frame, node);
  } else {
    AddMember(frame, std::move(node));
  }
}

void TreeBuilder::SetKey(Frame& frame, const Node& node) {
  frame.key = KeyText(node.value, node.record.line);
  frame.key_line = node.record.line;
  frame.has_key = true;
  frame.key_is_merge = dialect_ == Dialect::kKubernetes && node.record.plain;
}

void TreeBuilder::AddMember(Frame& frame, Node node) {
  frame.has_key = false;
  node.record.line = frame.key_line;
  if (frame.key_is_merge) return AddMerge(frame, std::move(node));
  json::object& object = frame.value.get_object();
  const auto [member, inserted] = object.emplace(frame.key, std::move(node.value));
  if (!inserted) {
    const auto first = static_cast<std::size_t>(member - object.begin());
    throw Broken(frame.key_line, "the key " + Excerpt(frame.key) +
                                     " is there twice, first on line " +
                                     std::to_string(frame.children[first].line));
  }
  frame.children.push_back(node.record);
}

void TreeBuilder::AddMerge(Frame& frame, Node node) {
  frame.key_is_merge = false;
  const json::array* list = node.value.if_array();
  const bool maps =
      node.value.is_object() ||
      (list != nullptr &&
       std::all_of(list->begin(), list->end(), [](const json::value& v) { return v.is_object(); }));
  if (!maps) throw Broken(frame.key_line, "a merge key (`<<`) takes a map or a list of maps");
  frame.merges.push_back(std::move(node));
}

// The map's own keys win, then the earlier of the merged maps.
void TreeBuilder::ApplyMerges(Frame& frame) {
  for (Node& merge : frame.merges) {
    json::array* list = merge.value.if_array();
    if (list == nullptr) {
      MergeOne(frame, merge);
      continue;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
      MergeOne(frame, {std::move((*list)[i]), tree_.records[merge.record.first_child + i]});
    }
  }
}

void TreeBuilder::MergeOne(Frame& frame, const Node& source) {
  json::object& object = frame.value.get_object();
  std::size_t index = 0;
  for (const auto& member : source.value.get_object()) {
    if (object.emplace(member.key(), member.value()).second) {
      frame.children.push_back(tree_.records[source.record.first_child + index]);
    }
    ++index;
  }
}

Tree TreeBuilder::Take() { return std::move(tree_); }

}  // namespace outrigger::config
