#include "local/container_env.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace outrigger::local {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

using Data = std::map<std::string, std::string>;

struct Fixture {
  PodSpec pod;
  ContainerSpec container;
  Data settings = {{"color", "green"}};
  Data services = {{"REVIEWS_SERVICE_HOST", "10.96.1.1"}};
  Data image = {{"SERVICE_VERSION", "v1"}};

  Fixture() {
    pod.ns = "shop";
    pod.name = "web-0";
    pod.hostname = "web-0";
    pod.labels = {{"app", "web"}};
    pod.annotations = {{"a", "say \"hi\""}};
    container.limits = {{"cpu", "1500m"}};
  }
  EnvSources Sources() {
    return {pod,
            container,
            "10.244.0.9",
            "10.244.0.1",
            services,
            image,
            [this](EnvVar::Source kind, const std::string& name) -> const Data* {
              return kind == EnvVar::Source::kConfigMap && name == "settings" ? &settings : nullptr;
            }};
  }
  absl::StatusOr<std::vector<std::string>> Environment() { return ContainerEnvironment(Sources()); }
  void Add(EnvVar::Source source, std::string name, std::string value, std::string object = {}) {
    container.env.push_back(
        {std::move(name), source, std::move(value), std::move(object), "", false});
  }
};

TEST(ContainerEnvTest, LaterSourcesWin) {
  Fixture f;
  f.Add(EnvVar::Source::kValue, "SERVICE_VERSION", "v9");
  f.Add(EnvVar::Source::kValue, "REVIEWS_SERVICE_HOST", "elsewhere");
  const auto env = f.Environment();
  ASSERT_TRUE(env.ok());
  EXPECT_THAT(*env, Contains("SERVICE_VERSION=v9"));
  EXPECT_THAT(*env, Contains("REVIEWS_SERVICE_HOST=elsewhere"));
  EXPECT_THAT(*env, Contains("HOSTNAME=web-0"));
}

TEST(ContainerEnvTest, ReferencesSeeWhatCameBefore) {
  Fixture f;
  f.Add(EnvVar::Source::kValue, "A", "1");
  f.Add(EnvVar::Source::kValue, "B", "$(A)/$(REVIEWS_SERVICE_HOST)/$(LATER)/$$(A)");
  f.Add(EnvVar::Source::kValue, "LATER", "2");
  const auto env = f.Environment();
  ASSERT_TRUE(env.ok());
  EXPECT_THAT(*env, Contains("B=1/10.96.1.1/$(LATER)/$(A)"));
}

TEST(ContainerEnvTest, FieldsResourcesAndConfigMaps) {
  Fixture f;
  f.Add(EnvVar::Source::kField, "NAME", "metadata.name");
  f.Add(EnvVar::Source::kField, "APP", "metadata.labels['app']");
  f.Add(EnvVar::Source::kField, "IP", "status.podIP");
  f.Add(EnvVar::Source::kResource, "CPUS", "limits.cpu");
  f.Add(EnvVar::Source::kConfigMap, "COLOR", "color", "settings");
  const auto env = f.Environment();
  ASSERT_TRUE(env.ok());
  for (const char* entry : {"NAME=web-0", "APP=web", "IP=10.244.0.9", "CPUS=2", "COLOR=green"})
    EXPECT_THAT(*env, Contains(entry));
}

TEST(ContainerEnvTest, EnvFromTakesAllKeysWithAPrefix) {
  Fixture f;
  f.container.env_from = {{EnvVar::Source::kConfigMap, "settings", "UI_", false}};
  const auto env = f.Environment();
  ASSERT_TRUE(env.ok());
  EXPECT_THAT(*env, Contains("UI_color=green"));
}

TEST(ContainerEnvTest, AMissingKeyIsNamedWithWhatToDo) {
  Fixture f;
  f.Add(EnvVar::Source::kConfigMap, "SIZE", "size", "settings");
  const auto env = f.Environment();
  ASSERT_FALSE(env.ok());
  EXPECT_EQ(
      env.status().message(),
      "env SIZE: ConfigMap shop/settings has no key size; add it, or mark the reference optional");
}

TEST(ContainerEnvTest, AnOptionalKeyIsLeftOut) {
  Fixture f;
  f.Add(EnvVar::Source::kConfigMap, "SIZE", "size", "settings");
  f.container.env.back().optional = true;
  const auto env = f.Environment();
  ASSERT_TRUE(env.ok());
  EXPECT_THAT(*env, Not(Contains(HasSubstr("SIZE="))));
}

TEST(FieldValueTest, LabelFilesHoldQuotedLines) {
  Fixture f;
  EXPECT_EQ(FieldValue(f.Sources(), "metadata.annotations"), "a=\"say \\\"hi\\\"\"");
  EXPECT_EQ(FieldValue(f.Sources(), "metadata.nothing"), std::nullopt);
}

struct ReferenceCase {
  const char* name;
  const char* text;
  const char* want;
};
class ReferenceTest : public testing::TestWithParam<ReferenceCase> {};
TEST_P(ReferenceTest, ExpandsAsKubernetesDoes) {
  EXPECT_EQ(ExpandReferences(GetParam().text, {{"A", "1"}, {"B", ""}}), GetParam().want);
}
const ReferenceCase kReferences[] = {
    {"Plain", "x", "x"},          {"Known", "x$(A)y", "x1y"},   {"EmptyValue", "[$(B)]", "[]"},
    {"Unknown", "$(C)", "$(C)"},  {"Escaped", "$$(A)", "$(A)"}, {"Unclosed", "$(A", "$(A"},
    {"LoneDollar", "a$b", "a$b"}, {"AtTheEnd", "a$", "a$"},
};
INSTANTIATE_TEST_SUITE_P(All, ReferenceTest, testing::ValuesIn(kReferences),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace outrigger::local
