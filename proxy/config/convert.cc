#include "proxy/config/convert.h"

#include <boost/json/serialize.hpp>

#include "proxy/config/excerpt.h"
#include "proxy/config/schema_names.h"

namespace outrigger::config {

namespace json = boost::json;
namespace pb = google::protobuf;

void Converter::Error(const Node& node, std::string message) {
  problems_->Error(tree_.file, tree_.Line(node.record), node.path.ToString(), std::move(message));
}

std::string Converter::Describe(const Node& node) const {
  switch (node.value.kind()) {
    case json::kind::null:
      return "nothing";
    case json::kind::bool_:
      return node.value.get_bool() ? "the boolean true" : "the boolean false";
    case json::kind::object:
      return "a map";
    case json::kind::array:
      return "a list";
    case json::kind::string: {
      const json::string& text = node.value.get_string();
      const std::string excerpt = Excerpt({text.data(), text.size()});
      return own_ && !tree_.IsPlain(node.record) ? "the quoted text " + excerpt : excerpt;
    }
    default:
      return "the number " + json::serialize(node.value);
  }
}

void Converter::ReadMessage(const Node& node, pb::Message* out) {
  if (ReadWellKnown(node, out)) return;
  if (!node.value.is_object()) return Error(node, "needs a map, not " + Describe(node));
  ReadFields(node, out);
}

void Converter::ReadFields(const Node& node, pb::Message* out) {
  const pb::Descriptor& type = *out->GetDescriptor();
  std::size_t index = 0;
  for (const auto& member : node.value.get_object()) {
    const std::string_view key(member.key().data(), member.key().size());
    const Path path = node.path.Key(key);
    const Node child = Child(node, member.value(), index++, path);
    if (const pb::FieldDescriptor* field = FindField(type, key)) {
      ReadField(child, {out, field});
    } else {
      UnknownKey(child, type, key);
    }
  }
}

const pb::FieldDescriptor* Converter::FindField(const pb::Descriptor& type,
                                                std::string_view key) const {
  if (own_) return type.FindFieldByName(std::string(key));
  for (int i = 0; i < type.field_count(); ++i) {
    const pb::FieldDescriptor* field = type.field(i);
    if (field->json_name() == key || (IsSnakeAlias(key) && field->name() == key)) return field;
  }
  return nullptr;
}

void Converter::UnknownKey(const Node& node, const pb::Descriptor& type, std::string_view key) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) {
    names.push_back(own_ ? type.field(i)->name() : type.field(i)->json_name());
  }
  std::string message = own_ ? "no such field" : "not known, ignored";
  const std::string meant = Nearest(key, names);
  if (!meant.empty()) message += "; did you mean `" + meant + "`?";
  problems_->Add({own_ ? Severity::kError : Severity::kWarning, tree_.file, tree_.Line(node.record),
                  node.path.ToString(), std::move(message)});
}

void Converter::ReadField(const Node& node, const Slot& slot) {
  if (IsAbsent(node, *slot.field) || !OneofIsFree(node, slot)) return;
  if (slot.field->is_map()) {
    ReadMap(node, slot);
  } else if (slot.field->is_repeated()) {
    ReadList(node, slot);
  } else {
    ReadSingle(node, slot);
  }
}

// A key without a value: absent to Kubernetes, and in our files mostly a forgotten value.
bool Converter::IsAbsent(const Node& node, const pb::FieldDescriptor& field) {
  if (!node.value.is_null()) return false;
  const bool is_value =
      field.message_type() != nullptr &&
      field.message_type()->well_known_type() == pb::Descriptor::WELLKNOWNTYPE_VALUE;
  if (is_value && !field.is_repeated()) return false;
  if (own_) {
    const bool braces = field.message_type() != nullptr && !field.is_repeated();
    Error(node, std::string("has no value; remove the key or write ") + (field.is_repeated() ? "[]"
                                                                         : braces            ? "{}"
                                                                                  : "one"));
  }
  return true;
}

bool Converter::OneofIsFree(const Node& node, const Slot& slot) {
  const pb::OneofDescriptor* oneof = slot.field->real_containing_oneof();
  if (oneof == nullptr) return true;
  const pb::FieldDescriptor* other =
      slot.message->GetReflection()->GetOneofFieldDescriptor(*slot.message, oneof);
  if (other == nullptr) return true;
  Error(node, "cannot stand beside `" + (own_ ? other->name() : other->json_name()) +
                  "`; keep one of them");
  return false;
}

void Converter::ReadList(const Node& node, const Slot& slot) {
  const json::array* list = node.value.if_array();
  if (list == nullptr) return Error(node, "needs a list, not " + Describe(node));
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Path path = node.path.Index(i);
    ReadSingle(Child(node, (*list)[i], i, path), slot);
  }
}

void Converter::ReadMap(const Node& node, const Slot& slot) {
  const json::object* map = node.value.if_object();
  if (map == nullptr) return Error(node, "needs a map, not " + Describe(node));
  const pb::Descriptor& entry_type = *slot.field->message_type();
  std::size_t index = 0;
  for (const auto& member : *map) {
    const Path path = node.path.Key({member.key().data(), member.key().size()});
    const Node child = Child(node, member.value(), index++, path);
    pb::Message* entry = slot.message->GetReflection()->AddMessage(slot.message, slot.field);
    // The key has the line and the path of its value, and is text that takes the key field's type.
    const json::value key(member.key());
    ReadScalar({key, child.record, path}, {entry, entry_type.map_key()});
    ReadSingle(child, {entry, entry_type.map_value()});
  }
}

void Converter::ReadSingle(const Node& node, const Slot& slot) {
  if (slot.field->cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE) return ReadScalar(node, slot);
  const pb::Reflection* reflection = slot.message->GetReflection();
  pb::Message* child = slot.field->is_repeated()
                           ? reflection->AddMessage(slot.message, slot.field)
                           : reflection->MutableMessage(slot.message, slot.field);
  ReadMessage(node, child);
}

}  // namespace outrigger::config
