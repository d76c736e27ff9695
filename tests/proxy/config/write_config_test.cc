#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "api/outrigger/v1/config.pb.h"
#include "proxy/config/read.h"
#include "tests/proxy/config/testing.h"

namespace outrigger::config {
namespace {

namespace pb = google::protobuf;

/// Sets every field of a message, lists with two items, all values different. Of a oneof the member
/// number `pick` (modulo) is set.
class Filler {
 public:
  explicit Filler(int pick) : pick_(pick) {}

  void Fill(pb::Message* message) {
    const pb::Descriptor& type = *message->GetDescriptor();
    if (type.well_known_type() == pb::Descriptor::WELLKNOWNTYPE_DURATION) {
      message->GetReflection()->SetInt64(message, type.FindFieldByName("seconds"), ++counter_);
      message->GetReflection()->SetInt32(message, type.FindFieldByName("nanos"),
                                         static_cast<int>(++counter_));
      return;
    }
    for (int i = 0; i < type.field_count(); ++i) {
      const pb::FieldDescriptor* field = type.field(i);
      const pb::OneofDescriptor* oneof = field->real_containing_oneof();
      if (oneof != nullptr && oneof->field(pick_ % oneof->field_count()) != field) continue;
      for (int n = field->is_repeated() ? 2 : 1; n > 0; --n) Set(message, field);
    }
  }

 private:
  void Set(pb::Message* message, const pb::FieldDescriptor* field) {
    const pb::Reflection& r = *message->GetReflection();
    const bool many = field->is_repeated();
    ++counter_;
    switch (field->cpp_type()) {
      case pb::FieldDescriptor::CPPTYPE_MESSAGE:
        return Fill(many ? r.AddMessage(message, field) : r.MutableMessage(message, field));
      case pb::FieldDescriptor::CPPTYPE_STRING: {
        const std::string odd[] = {"null", "1",      "yes",   "a: b", "x\ny\n",
                                   " ",    "\x01\"", "plain", "~",    "-"};
        const std::string text =
            odd[counter_ % 10] + (counter_ % 3 == 0 ? std::to_string(counter_) : "");
        return many ? r.AddString(message, field, text) : r.SetString(message, field, text);
      }
      case pb::FieldDescriptor::CPPTYPE_UINT32:
        return many ? r.AddUInt32(message, field, 4'000'000'000u + counter_)
                    : r.SetUInt32(message, field, 4'000'000'000u + counter_);
      case pb::FieldDescriptor::CPPTYPE_DOUBLE:
        return r.SetDouble(message, field, counter_ * 0.1);
      case pb::FieldDescriptor::CPPTYPE_BOOL:
        return r.SetBool(message, field, true);
      case pb::FieldDescriptor::CPPTYPE_ENUM:
        return r.SetEnumValue(message, field, field->enum_type()->value_count() - 1);
      default:
        FAIL() << "the schema has a new type of field: " << field->full_name();
    }
  }

  const int pick_;
  unsigned counter_ = 0;
};

TEST(WriteConfigYamlTest, EveryFieldReadsBack) {
  for (int pick = 0; pick < 3; ++pick) {
    v1::ProxyConfig message;
    Filler(pick).Fill(&message);
    const std::string text = WriteConfigYaml(message);
    v1::ProxyConfig again;
    Problems problems;
    ASSERT_TRUE(ReadYaml(text, "w.yaml", &again, &problems)) << problems << text;
    std::string difference;
    pb::util::MessageDifferencer differencer;
    differencer.ReportDifferencesToString(&difference);
    EXPECT_TRUE(differencer.Compare(message, again)) << difference << text;
  }
}

TEST(WriteConfigYamlTest, ReadsLikeAPersonWroteIt) {
  v1::ProxyConfig config;
  Problems problems;
  const std::string text = R"(node:
  namespace: default
  version: "1.10"
listeners:
- name: web
  address: 127.0.0.1:18080
  direction: inbound
  tcp: {}
  http:
    route_table: web
    idle_timeout: 1m30s
limits:
  drain_timeout: 0s
)";
  ASSERT_TRUE(ReadYaml(text, "w.yaml", &config, &problems)) << problems;
  EXPECT_EQ(WriteConfigYaml(config), R"(node:
  namespace: default
  version: "1.10"
listeners:
- name: web
  address: "127.0.0.1:18080"
  direction: inbound
  http:
    route_table: web
    idle_timeout: 1m30s
  tcp: {}
limits:
  drain_timeout: 0s
)");
}

TEST(WriteConfigYamlTest, AnEmptyMessageIsAnEmptyMap) {
  EXPECT_EQ(WriteConfigYaml(v1::ProxyConfig()), "{}\n");
}

TEST(WriteConfigYamlTest, EmptyItemsOfAListStay) {
  v1::ProxyConfig config;
  config.add_clusters();
  config.add_clusters()->add_endpoints();
  EXPECT_EQ(WriteConfigYaml(config), "clusters:\n- {}\n- endpoints:\n  - {}\n");
}

}  // namespace
}  // namespace outrigger::config
