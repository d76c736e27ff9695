#include <google/protobuf/duration.pb.h>
#include <google/protobuf/struct.pb.h>

#include "proxy/config/convert.h"
#include "proxy/config/duration.h"
#include "proxy/config/excerpt.h"

namespace outrigger::config {

namespace json = boost::json;
namespace pb = google::protobuf;

bool Converter::ReadWellKnown(const Node& node, pb::Message* out) {
  switch (out->GetDescriptor()->well_known_type()) {
    case pb::Descriptor::WELLKNOWNTYPE_DURATION:
      ReadDuration(node, out);
      return true;
    case pb::Descriptor::WELLKNOWNTYPE_DOUBLEVALUE:
    case pb::Descriptor::WELLKNOWNTYPE_FLOATVALUE:
    case pb::Descriptor::WELLKNOWNTYPE_INT64VALUE:
    case pb::Descriptor::WELLKNOWNTYPE_UINT64VALUE:
    case pb::Descriptor::WELLKNOWNTYPE_INT32VALUE:
    case pb::Descriptor::WELLKNOWNTYPE_UINT32VALUE:
    case pb::Descriptor::WELLKNOWNTYPE_STRINGVALUE:
    case pb::Descriptor::WELLKNOWNTYPE_BYTESVALUE:
    case pb::Descriptor::WELLKNOWNTYPE_BOOLVALUE:
      ReadScalar(node, {out, out->GetDescriptor()->field(0)});  // each has one field, `value`
      return true;
    case pb::Descriptor::WELLKNOWNTYPE_STRUCT:
      ReadStruct(node, out);
      return true;
    case pb::Descriptor::WELLKNOWNTYPE_VALUE:
      ReadValue(node, out);
      return true;
    case pb::Descriptor::WELLKNOWNTYPE_LISTVALUE:
      ReadListValue(node, out);
      return true;
    default:
      return false;
  }
}

void Converter::ReadDuration(const Node& node, pb::Message* out) {
  const json::string* text = node.value.if_string();
  const auto duration =
      text == nullptr ? std::nullopt : ParseDuration({text->data(), text->size()});
  if (!duration) return Error(node, "needs a duration like 250ms or 1m30s, not " + Describe(node));
  FromChrono(*duration, pb::DynamicCastToGenerated<pb::Duration>(out));
}

void Converter::ReadStruct(const Node& node, pb::Message* out) {
  const json::object* map = node.value.if_object();
  if (map == nullptr) return Error(node, "needs a map, not " + Describe(node));
  auto& fields = *pb::DynamicCastToGenerated<pb::Struct>(out)->mutable_fields();
  std::size_t index = 0;
  for (const auto& member : *map) {
    const std::string_view key(member.key().data(), member.key().size());
    const Path path = node.path.Key(key);
    ReadValue(Child(node, member.value(), index++, path), &fields[std::string(key)]);
  }
}

void Converter::ReadListValue(const Node& node, pb::Message* out) {
  const json::array* list = node.value.if_array();
  if (list == nullptr) return Error(node, "needs a list, not " + Describe(node));
  auto* values = pb::DynamicCastToGenerated<pb::ListValue>(out);
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Path path = node.path.Index(i);
    ReadValue(Child(node, (*list)[i], i, path), values->add_values());
  }
}

void Converter::ReadValue(const Node& node, pb::Message* out) {
  auto* target = pb::DynamicCastToGenerated<pb::Value>(out);
  const json::value value = node.value.is_structured() ? json::value() : Typed(node);
  if (node.value.is_object()) {
    ReadStruct(node, target->mutable_struct_value());
  } else if (node.value.is_array()) {
    ReadListValue(node, target->mutable_list_value());
  } else if (value.is_null()) {
    target->set_null_value(pb::NULL_VALUE);
  } else if (value.is_bool()) {
    target->set_bool_value(value.get_bool());
  } else if (value.is_number()) {
    target->set_number_value(value.to_number<double>());
  } else {
    target->set_string_value(std::string(value.get_string().data(), value.get_string().size()));
  }
}

}  // namespace outrigger::config
