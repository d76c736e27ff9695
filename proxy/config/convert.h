#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <boost/json/value.hpp>
#include <string>

#include "proxy/config/document.h"
#include "proxy/config/path.h"
#include "proxy/config/problem.h"
#include "proxy/config/tree.h"
#include "proxy/config/tree_builder.h"

namespace outrigger::config {

/// A value on its way into a message: where it is, and what is known about it.
struct Node {
  const boost::json::value& value;
  std::uint32_t record;
  const Path& path;
};

/// Where a converted scalar goes: a field of `message`, appended when the field is repeated.
struct Slot {
  google::protobuf::Message* message;
  const google::protobuf::FieldDescriptor* field;
};

/// Turns a tree into a message by reflection, for both dialects (read.h has the rules). Reports
/// every problem and goes on behind it. One instance serves one conversion.
class Converter {
 public:
  Converter(const Tree& tree, Dialect dialect, Problems* problems)
      : tree_(tree), own_(dialect == Dialect::kOwn), problems_(problems) {}

  void ReadMessage(const Node& node, google::protobuf::Message* out);

 private:
  // convert.cc: shapes
  void ReadFields(const Node& node, google::protobuf::Message* out);
  void ReadField(const Node& node, const Slot& slot);
  void ReadList(const Node& node, const Slot& slot);
  void ReadMap(const Node& node, const Slot& slot);
  void ReadSingle(const Node& node, const Slot& slot);
  const google::protobuf::FieldDescriptor* FindField(const google::protobuf::Descriptor& type,
                                                     std::string_view key) const;
  void UnknownKey(const Node& node, const google::protobuf::Descriptor& type, std::string_view key);
  bool IsAbsent(const Node& node, const google::protobuf::FieldDescriptor& field);
  bool OneofIsFree(const Node& node, const Slot& slot);

  // convert_well_known.cc: google.protobuf.Duration, wrappers, Struct, Value, ListValue
  bool ReadWellKnown(const Node& node, google::protobuf::Message* out);
  void ReadDuration(const Node& node, google::protobuf::Message* out);
  void ReadStruct(const Node& node, google::protobuf::Message* out);
  void ReadValue(const Node& node, google::protobuf::Message* out);
  void ReadListValue(const Node& node, google::protobuf::Message* out);

  // convert_scalar.cc
  void ReadScalar(const Node& node, const Slot& slot);
  template <class Integer>
  bool ReadInteger(const Node& node, Integer* out);
  bool ReadDouble(const Node& node, double* out);
  bool ReadBool(const Node& node, bool* out);
  bool ReadText(const Node& node, std::string* out);
  bool ReadBytes(const Node& node, std::string* out);
  bool ReadEnum(const Node& node, const google::protobuf::EnumDescriptor& type, int* out);
  /// The number or boolean there; in our own files that is what an unquoted text says.
  boost::json::value Typed(const Node& node) const;

  void Error(const Node& node, std::string message);
  [[nodiscard]] std::string Describe(const Node& node) const;
  [[nodiscard]] Node Child(const Node& node, const boost::json::value& value, std::size_t index,
                           const Path& path) const {
    return {value, tree_.Child(node.record, index), path};
  }

  const Tree& tree_;
  const bool own_;
  Problems* const problems_;
};

}  // namespace outrigger::config
