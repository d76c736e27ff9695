#pragma once

#include <string>
#include <string_view>

#include "api/outrigger/v1/config.pb.h"
#include "proxy/config/validate.h"
#include "tests/proxy/config/testing.h"

namespace outrigger::config {

/// What ReadProxyConfig() says about `text`, read as c.yaml.
inline std::string Verdict(std::string_view text) {
  v1::ProxyConfig config;
  Problems problems;
  const bool accepted = ReadProxyConfig(text, "c.yaml", &config, &problems);
  EXPECT_EQ(accepted, problems.empty());
  if (!accepted) {
    EXPECT_EQ(config.ByteSizeLong(), 0u);
  }
  return Report(problems);
}

struct VerdictCase {
  const char* name;
  const char* text;
  const char* want;  ///< empty: accepted
};

class VerdictTest : public testing::TestWithParam<VerdictCase> {};

}  // namespace outrigger::config
