// docs/configuration.md against the schema: every message has a section, every field a row with its
// type, and there are no rows for what does not exist.
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "api/outrigger/v1/config.pb.h"
#include "proxy/config/schema_names.h"
#include "proxy/config/validate.h"

namespace outrigger::config {
namespace {

namespace pb = google::protobuf;

/// Section heading -> first cell -> second cell, both without backquotes.
using Tables = std::map<std::string, std::map<std::string, std::string>>;

std::string Cell(std::istringstream& row) {
  std::string cell;
  std::getline(row, cell, '|');
  std::string out;
  for (const char c : cell) {
    if (c != '`') out += c;
  }
  const auto first = out.find_first_not_of(' ');
  return first == std::string::npos ? "" : out.substr(first, out.find_last_not_of(' ') - first + 1);
}

Tables ReadTables() {
  std::ifstream file(std::string(OUTRIGGER_SOURCE_DIR) + "/docs/configuration.md");
  EXPECT_TRUE(file.is_open());
  Tables tables;
  std::string section;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("### ")) section = line.substr(4);
    if (!line.starts_with("| `")) continue;
    std::istringstream row(line.substr(1));
    const std::string name = Cell(row);
    tables[section][name] = Cell(row);
  }
  return tables;
}

std::string ScalarName(const pb::FieldDescriptor& field) {
  if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_ENUM) return field.enum_type()->name();
  if (field.cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE) {
    return field.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING ? "text" : field.cpp_type_name();
  }
  return field.message_type()->full_name() == "google.protobuf.Duration"
             ? "duration"
             : field.message_type()->name();
}

std::string TypeName(const pb::FieldDescriptor& field) {
  return (field.is_repeated() ? "list of " : "") + ScalarName(field);
}

void Collect(const pb::Descriptor& type, std::set<const pb::Descriptor*>& messages,
             std::set<const pb::EnumDescriptor*>& enums) {
  if (type.file() != v1::ProxyConfig::descriptor()->file() || !messages.insert(&type).second)
    return;
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->message_type() != nullptr)
      Collect(*type.field(i)->message_type(), messages, enums);
    if (type.field(i)->enum_type() != nullptr) enums.insert(type.field(i)->enum_type());
  }
}

TEST(ConfigurationDocTest, HasEveryFieldAndNothingElse) {
  std::set<const pb::Descriptor*> messages;
  std::set<const pb::EnumDescriptor*> enums;
  Collect(*v1::ProxyConfig::descriptor(), messages, enums);
  Tables wanted;
  for (const pb::Descriptor* type : messages) {
    for (int i = 0; i < type->field_count(); ++i)
      wanted[type->name()][type->field(i)->name()] = TypeName(*type->field(i));
  }
  Tables found = ReadTables();
  for (const pb::EnumDescriptor* type : enums) {
    for (int i = 0; i < type->value_count(); ++i) {
      const std::string value = EnumText(*type->value(i));
      EXPECT_TRUE(found[type->name()].contains(value))
          << type->name() << " " << value << " is not in docs/configuration.md";
      found[type->name()].erase(value);
    }
    EXPECT_TRUE(found[type->name()].empty()) << type->name() << " has values that do not exist";
    found.erase(type->name());
  }
  for (const auto& [message, fields] : wanted) {
    for (const auto& [field, type] : fields) {
      EXPECT_EQ(found[message][field], type)
          << message << "." << field << " in docs/configuration.md";
      found[message].erase(field);
    }
    for (const auto& [field, type] : found[message])
      ADD_FAILURE() << message << "." << field << " is documented but does not exist";
    found.erase(message);
  }
  for (const auto& [section, rows] : found)
    ADD_FAILURE() << "section " << section << " describes nothing in the schema";
}

TEST(ConfigurationDocTest, ItsExampleIsAccepted) {
  std::ifstream file(std::string(OUTRIGGER_SOURCE_DIR) + "/docs/configuration.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  const std::string fence = "```yaml\n";
  const std::size_t start = page.find(fence) + fence.size();
  const std::string example = page.substr(start, page.find("```", start) - start);
  v1::ProxyConfig config;
  Problems problems;
  EXPECT_TRUE(ReadProxyConfig(example, "configuration.md", &config, &problems)) << problems;
  EXPECT_EQ(config.listeners_size(), 1);
}

}  // namespace
}  // namespace outrigger::config
