#include <absl/strings/escaping.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "proxy/config/convert.h"
#include "proxy/config/excerpt.h"
#include "proxy/config/scalar.h"
#include "proxy/config/schema_names.h"

namespace outrigger::config {
namespace {

namespace json = boost::json;
namespace pb = google::protobuf;

std::string_view View(const json::string& text) { return {text.data(), text.size()}; }

template <class Integer>
std::string Range() {
  return std::to_string(std::numeric_limits<Integer>::min()) + " to " +
         std::to_string(std::numeric_limits<Integer>::max());
}

template <class Integer>
bool Narrow(const json::value& value, Integer* out) {
  if (const auto* number = value.if_int64()) {
    if (!std::in_range<Integer>(*number)) return false;
    *out = static_cast<Integer>(*number);
    return true;
  }
  if (const auto* number = value.if_uint64()) {
    if (!std::in_range<Integer>(*number)) return false;
    *out = static_cast<Integer>(*number);
    return true;
  }
  // JSON does not tell 1 from 1.0.
  const double* number = value.if_double();
  if (number == nullptr || std::trunc(*number) != *number || std::abs(*number) > 9e15) return false;
  return Narrow(json::value(static_cast<std::int64_t>(*number)), out);
}

template <class Integer>
bool ParseWhole(std::string_view text, Integer* out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return error == std::errc() && end == text.data() + text.size();
}

std::string OneOf(const pb::EnumDescriptor& type, bool own) {
  std::string out;
  for (int i = 0; i < type.value_count(); ++i) {
    if (i > 0) out += ", ";
    out += own ? EnumText(*type.value(i)) : type.value(i)->name();
  }
  return out;
}

}  // namespace

json::value Converter::Typed(const Node& node) const {
  const json::string* text = node.value.if_string();
  if (!own_ || text == nullptr || !tree_.IsPlain(node.record)) return node.value;
  const Scalar scalar = ResolvePlain(View(*text));
  if (const auto* integer = std::get_if<std::int64_t>(&scalar)) return *integer;
  if (const auto* large = std::get_if<std::uint64_t>(&scalar)) return *large;
  if (const auto* number = std::get_if<double>(&scalar)) return *number;
  // Our own files know one spelling of each.
  if (View(*text) == "true") return true;
  if (View(*text) == "false") return false;
  return node.value;
}

template <class Integer>
bool Converter::ReadInteger(const Node& node, Integer* out) {
  if (Narrow(Typed(node), out)) return true;
  // protobuf's JSON form writes 64-bit integers as strings.
  const json::string* text = node.value.if_string();
  if (!own_ && sizeof(Integer) == 8 && text != nullptr && ParseWhole(View(*text), out)) return true;
  Error(node, "needs a whole number from " + Range<Integer>() + ", not " + Describe(node));
  return false;
}

bool Converter::ReadDouble(const Node& node, double* out) {
  const json::value value = Typed(node);
  if (value.is_number()) {
    *out = value.to_number<double>();
    return true;
  }
  Error(node, "needs a number, not " + Describe(node));
  return false;
}

bool Converter::ReadBool(const Node& node, bool* out) {
  const json::value value = Typed(node);
  if (value.is_bool()) {
    *out = value.get_bool();
    return true;
  }
  Error(node, "needs true or false, not " + Describe(node));
  return false;
}

bool Converter::ReadText(const Node& node, std::string* out) {
  if (const json::string* text = node.value.if_string()) {
    *out = View(*text);
    return true;
  }
  const bool quotes_help = node.value.is_number() || node.value.is_bool();
  Error(node, "needs text, not " + Describe(node) + (quotes_help ? "; put it in quotes" : ""));
  return false;
}

bool Converter::ReadBytes(const Node& node, std::string* out) {
  std::string text;
  if (!ReadText(node, &text)) return false;
  if (absl::Base64Unescape(text, out) || absl::WebSafeBase64Unescape(text, out)) return true;
  Error(node, "needs base64, not " + Describe(node));
  return false;
}

bool Converter::ReadEnum(const Node& node, const pb::EnumDescriptor& type, int* out) {
  const pb::EnumValueDescriptor* value = nullptr;
  std::int32_t number = 0;
  if (const json::string* text = node.value.if_string()) {
    value = own_ ? FindEnumText(type, View(*text)) : type.FindValueByName(std::string(View(*text)));
  } else if (!own_ && Narrow(node.value, &number)) {
    value = type.FindValueByNumber(number);
  }
  if (value == nullptr) {
    Error(node, "needs one of " + OneOf(type, own_) + ", not " + Describe(node));
    return false;
  }
  *out = value->number();
  return true;
}

namespace {

// Sets a singular field, appends to a repeated one; `set` and `add` are members of Reflection.
template <class Value, class Set, class Add>
void Store(const Slot& slot, Value&& value, Set set, Add add) {
  const pb::Reflection* reflection = slot.message->GetReflection();
  const auto store = slot.field->is_repeated() ? add : set;
  (reflection->*store)(slot.message, slot.field, std::forward<Value>(value));
}

}  // namespace

#define OUTRIGGER_STORE(Type) \
  Store(slot, value, &pb::Reflection::Set##Type, &pb::Reflection::Add##Type)

void Converter::ReadScalar(const Node& node, const Slot& slot) {
  switch (slot.field->cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_INT32:
      if (std::int32_t value = 0; ReadInteger(node, &value)) OUTRIGGER_STORE(Int32);
      break;
    case pb::FieldDescriptor::CPPTYPE_INT64:
      if (std::int64_t value = 0; ReadInteger(node, &value)) OUTRIGGER_STORE(Int64);
      break;
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      if (std::uint32_t value = 0; ReadInteger(node, &value)) OUTRIGGER_STORE(UInt32);
      break;
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      if (std::uint64_t value = 0; ReadInteger(node, &value)) OUTRIGGER_STORE(UInt64);
      break;
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
      if (double value = 0; ReadDouble(node, &value)) OUTRIGGER_STORE(Double);
      break;
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
      if (double wide = 0; ReadDouble(node, &wide)) {
        const auto value = static_cast<float>(wide);
        OUTRIGGER_STORE(Float);
      }
      break;
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      if (bool value = false; ReadBool(node, &value)) OUTRIGGER_STORE(Bool);
      break;
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      if (int value = 0; ReadEnum(node, *slot.field->enum_type(), &value))
        OUTRIGGER_STORE(EnumValue);
      break;
    case pb::FieldDescriptor::CPPTYPE_STRING: {
      std::string value;
      const bool bytes = slot.field->type() == pb::FieldDescriptor::TYPE_BYTES;
      if (bytes ? ReadBytes(node, &value) : ReadText(node, &value)) OUTRIGGER_STORE(String);
      break;
    }
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      break;  // ReadSingle sends messages elsewhere
  }
}

#undef OUTRIGGER_STORE

}  // namespace outrigger::config
