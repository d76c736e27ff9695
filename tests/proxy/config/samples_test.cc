// Every YAML file of the repository that people copy from is one that we accept: samples/ and
// bench/configs/.
#include <gtest/gtest.h>

#include <boost/json/value.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "api/outrigger/v1/config.pb.h"
#include "proxy/config/document.h"
#include "proxy/config/validate.h"
#include "tests/proxy/config/testing.h"

namespace outrigger::config {
namespace {

std::vector<std::filesystem::path> YamlFiles(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path root = std::filesystem::path(OUTRIGGER_SOURCE_DIR) / folder;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  return files;
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(SamplesTest, KubernetesFilesHoldObjectsAndReadBack) {
  const auto files = YamlFiles("samples");
  ASSERT_FALSE(files.empty());
  for (const auto& file : files) {
    Problems problems;
    const auto documents = ReadDocuments(ReadFile(file), file.string(), &problems);
    EXPECT_EQ(Report(problems), "");
    EXPECT_FALSE(documents.empty()) << file;
    for (const Document& document : documents) {
      EXPECT_NE(document.api_version(), "") << file << ":" << document.line();
      EXPECT_NE(document.kind(), "") << file << ":" << document.line();
      const auto again = ReadDocuments(WriteYaml(document.root()), "again.yaml", &problems);
      ASSERT_EQ(again.size(), 1u) << file << ":" << document.line();
      EXPECT_EQ(again[0].root(), document.root());
    }
  }
}

TEST(SamplesTest, ProxyConfigurationsAreAccepted) {
  const auto files = YamlFiles("bench/configs");
  ASSERT_FALSE(files.empty());
  for (const auto& file : files) {
    v1::ProxyConfig config;
    Problems problems;
    EXPECT_TRUE(ReadProxyConfig(ReadFile(file), file.string(), &config, &problems)) << problems;
  }
}

}  // namespace
}  // namespace outrigger::config
