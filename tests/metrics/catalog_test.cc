#include "metrics/catalog.h"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "metrics/response_flags.h"
#include "metrics/scrape.h"

namespace outrigger::metrics {
namespace {

std::string ReadDocs() {
  std::ifstream file(OUTRIGGER_SOURCE_DIR "/docs/metrics.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Catalog, EveryFamilyIsARowOfTheDocumentation) {
  const std::string docs = ReadDocs();
  ASSERT_FALSE(docs.empty());
  for (const Family* family : catalog::All()) {
    const std::string row =
        "| `" + std::string(family->name) + "` | " + std::string(ToString(family->type)) + " |";
    EXPECT_NE(docs.find(row), std::string::npos) << "docs/metrics.md lacks: " << row;
  }
}

TEST(Catalog, EveryDocumentedFamilyExists) {
  std::set<std::string> names;
  for (const Family* family : catalog::All()) names.emplace(family->name);
  const std::string docs = ReadDocs();
  const std::regex row(R"re(\| `([a-z_]+)` \| (counter|gauge|histogram) \|)re");
  int rows = 0;
  for (std::sregex_iterator it(docs.begin(), docs.end(), row), end; it != end; ++it, ++rows) {
    EXPECT_TRUE(names.contains((*it)[1])) << (*it)[1] << " is documented but not in the catalog";
  }
  EXPECT_EQ(rows, static_cast<int>(names.size()));
}

TEST(Catalog, EveryLabelAndFlagIsDocumented) {
  const std::string docs = ReadDocs();
  for (const Family* family : catalog::All()) {
    for (const std::string_view label : family->labels) {
      EXPECT_NE(docs.find("`" + std::string(label) + "`"), std::string::npos) << label;
    }
  }
  for (int i = 1; i < static_cast<int>(Flag::kCount); ++i) {
    const std::string row = "| `" + std::string(ToString(static_cast<Flag>(i))) + "` |";
    EXPECT_NE(docs.find(row), std::string::npos) << row;
  }
}

TEST(Catalog, NamesAreUniqueAndFollowTheConvention) {
  const std::regex convention("(istio|outrigger|envoy)_[a-z0-9_]+");
  std::set<std::string> names;
  for (const Family* family : catalog::All()) {
    const std::string name(family->name);
    EXPECT_TRUE(names.insert(name).second) << name << " twice";
    EXPECT_TRUE(std::regex_match(name, convention)) << name;
    EXPECT_EQ(family->bounds != nullptr, family->type == MetricType::kHistogram) << name;
    EXPECT_FALSE(family->help.empty()) << name;
    if (name.starts_with("outrigger_")) {
      EXPECT_EQ(name.ends_with("_total"), family->type == MetricType::kCounter) << name;
    }
  }
}

TEST(Catalog, EveryProcessFamilyIsExposedFromTheStart) {
  Registry registry({});
  const std::string text = ScrapeAll(registry);
  for (const Family* family : catalog::All()) {
    if (family->source != Source::kProcess) continue;
    EXPECT_NE(text.find("\n" + std::string(family->name)), std::string::npos) << family->name;
  }
}

TEST(Catalog, EveryGenericFamilyIsExposedOnceUsed) {
  Registry registry({});
  for (const Family* family : catalog::All()) {
    if (family->source != Source::kGeneric) continue;
    const std::vector<std::string> values(family->labels.size(), "x");
    if (family->type == MetricType::kCounter) {
      registry.main().AddCounter(*family, values)->Add(42);
    } else {
      registry.main().AddGauge(*family, values)->Add(42);
    }
    const std::string line =
        std::string(family->name) + "{" + std::string(family->labels[0]) + "=\"x\"";
    EXPECT_NE(ScrapeAll(registry).find(line), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace outrigger::metrics
