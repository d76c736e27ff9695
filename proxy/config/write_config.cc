#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>

#include <algorithm>
#include <vector>

#include "proxy/config/duration.h"
#include "proxy/config/read.h"
#include "proxy/config/schema_names.h"
#include "proxy/config/yaml_text.h"

namespace outrigger::config {
namespace {

namespace pb = google::protobuf;

/// Prints by reflection; the shape is that of WriteYaml().
class ConfigWriter {
 public:
  std::string Write(const pb::Message& message) {
    if (!WriteFields(message, 0)) out_ += "{}\n";
    return std::move(out_);
  }

 private:
  using Fields = std::vector<const pb::FieldDescriptor*>;

  // Begins where the first line's indentation already stands; false when there is nothing to print.
  bool WriteFields(const pb::Message& message, int indent) {
    Fields fields;
    message.GetReflection()->ListFields(message, &fields);
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) AppendIndent(out_, indent);
      AppendKey(out_, fields[i]->name(), indent);
      WriteField(message, fields[i], indent);
    }
    return !fields.empty();
  }

  void WriteField(const pb::Message& message, const pb::FieldDescriptor* field, int indent) {
    const pb::Reflection& reflection = *message.GetReflection();
    if (field->is_map()) return WriteMap(message, field, indent);
    if (field->is_repeated()) return WriteList(message, field, indent);
    if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE) {
      return WriteMember(reflection.GetMessage(message, field), indent);
    }
    out_ += ' ';
    WriteScalar(message, field, -1, indent);
    out_ += '\n';
  }

  void WriteMember(const pb::Message& message, int indent) {
    if (WriteDuration(message, " ")) return;
    const std::size_t before = out_.size();
    out_ += '\n';
    AppendIndent(out_, indent + 2);
    if (WriteFields(message, indent + 2)) return;
    out_.resize(before);
    out_ += " {}\n";
  }

  void WriteList(const pb::Message& message, const pb::FieldDescriptor* field, int indent) {
    const pb::Reflection& reflection = *message.GetReflection();
    out_ += '\n';
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      AppendIndent(out_, indent);
      out_ += "- ";
      if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE) {
        WriteItem(reflection.GetRepeatedMessage(message, field, i), indent);
      } else {
        WriteScalar(message, field, i, indent);
        out_ += '\n';
      }
    }
  }

  void WriteItem(const pb::Message& message, int indent) {
    if (!WriteDuration(message, "") && !WriteFields(message, indent + 2)) out_ += "{}\n";
  }

  // In the order of the keys' text: hash maps have none of their own.
  void WriteMap(const pb::Message& message, const pb::FieldDescriptor* field, int indent) {
    const pb::Reflection& reflection = *message.GetReflection();
    std::vector<std::pair<std::string, const pb::Message*>> entries;
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      const pb::Message& entry = reflection.GetRepeatedMessage(message, field, i);
      entries.emplace_back(MapKey(entry, field->message_type()->map_key(), indent + 2), &entry);
    }
    std::sort(entries.begin(), entries.end());
    out_ += '\n';
    for (const auto& [key, entry] : entries) {
      AppendIndent(out_, indent + 2);
      out_ += key;
      WriteField(*entry, field->message_type()->map_value(), indent + 2);
    }
  }

  static std::string MapKey(const pb::Message& entry, const pb::FieldDescriptor* field,
                            int indent) {
    ConfigWriter key;
    if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING) {
      AppendKey(key.out_, entry.GetReflection()->GetString(entry, field), indent);
    } else {
      key.WriteScalar(entry, field, -1, indent);
      key.out_ += ':';
    }
    return std::move(key.out_);
  }

  bool WriteDuration(const pb::Message& message, std::string_view lead) {
    if (message.GetDescriptor()->well_known_type() != pb::Descriptor::WELLKNOWNTYPE_DURATION)
      return false;
    out_ += lead;
    out_ += FormatDuration(ToChrono(*pb::DynamicCastToGenerated<pb::Duration>(&message)));
    out_ += '\n';
    return true;
  }

  // `index` < 0: a singular field.
  void WriteScalar(const pb::Message& message, const pb::FieldDescriptor* field, int index,
                   int indent) {
    const pb::Reflection& r = *message.GetReflection();
    const bool one = index < 0;
    switch (field->cpp_type()) {
      case pb::FieldDescriptor::CPPTYPE_INT32:
        out_ += std::to_string(one ? r.GetInt32(message, field)
                                   : r.GetRepeatedInt32(message, field, index));
        break;
      case pb::FieldDescriptor::CPPTYPE_INT64:
        out_ += std::to_string(one ? r.GetInt64(message, field)
                                   : r.GetRepeatedInt64(message, field, index));
        break;
      case pb::FieldDescriptor::CPPTYPE_UINT32:
        out_ += std::to_string(one ? r.GetUInt32(message, field)
                                   : r.GetRepeatedUInt32(message, field, index));
        break;
      case pb::FieldDescriptor::CPPTYPE_UINT64:
        out_ += std::to_string(one ? r.GetUInt64(message, field)
                                   : r.GetRepeatedUInt64(message, field, index));
        break;
      case pb::FieldDescriptor::CPPTYPE_DOUBLE:
        AppendDouble(
            out_, one ? r.GetDouble(message, field) : r.GetRepeatedDouble(message, field, index));
        break;
      case pb::FieldDescriptor::CPPTYPE_FLOAT:
        AppendDouble(out_, static_cast<double>(one ? r.GetFloat(message, field)
                                                   : r.GetRepeatedFloat(message, field, index)));
        break;
      case pb::FieldDescriptor::CPPTYPE_BOOL:
        out_ += (one ? r.GetBool(message, field) : r.GetRepeatedBool(message, field, index))
                    ? "true"
                    : "false";
        break;
      case pb::FieldDescriptor::CPPTYPE_ENUM:
        out_ +=
            EnumText(*(one ? r.GetEnum(message, field) : r.GetRepeatedEnum(message, field, index)));
        break;
      case pb::FieldDescriptor::CPPTYPE_STRING: {
        std::string scratch;
        AppendString(out_,
                     one ? r.GetStringReference(message, field, &scratch)
                         : r.GetRepeatedStringReference(message, field, index, &scratch),
                     indent);
        break;
      }
      case pb::FieldDescriptor::CPPTYPE_MESSAGE:
        break;  // printed by WriteMember and WriteItem
    }
  }

  std::string out_;
};

}  // namespace

std::string WriteConfigYaml(const pb::Message& message) { return ConfigWriter().Write(message); }

}  // namespace outrigger::config
