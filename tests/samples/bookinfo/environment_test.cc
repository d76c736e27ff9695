#include "samples/bookinfo/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace bookinfo {
namespace {

TEST(EnvironmentTest, EmptyMeansUnset) {
  const Environment environment = Environment::Of({{"A", ""}, {"B", "x"}});
  EXPECT_EQ(environment.Text("A", "fallback"), "fallback");
  EXPECT_EQ(environment.Text("B", "fallback"), "x");
  EXPECT_EQ(environment.Text("C", "fallback"), "fallback");
}

TEST(EnvironmentTest, OnlyTrueIsTrue) {
  const Environment environment = Environment::Of({{"A", "True"}, {"B", "1"}, {"C", "false"}});
  EXPECT_TRUE(environment.Flag("A", false));
  EXPECT_FALSE(environment.Flag("B", true));
  EXPECT_FALSE(environment.Flag("C", true));
  EXPECT_TRUE(environment.Flag("D", true));
}

TEST(EnvironmentTest, NamesTheVariableThatIsNotANumber) {
  const Environment environment = Environment::Of({{"A", "12x"}, {"B", "70000"}, {"C", "7"}});
  EXPECT_EQ(environment.Number("C", 1, 0, 10), 7);
  EXPECT_EQ(environment.Number("D", 1, 0, 10), 1);
  EXPECT_THAT([&] { (void)environment.Number("A", 1, 0, 10); },
              testing::ThrowsMessage<std::invalid_argument>(
                  "environment variable A: \"12x\" is not a number from 0 to 10"));
  EXPECT_THROW((void)environment.Number("B", 1, 0, 65535), std::invalid_argument);
}

TEST(EnvironmentTest, FindsServicesByNameAndPort) {
  EXPECT_EQ(Environment().Find("ratings"), (Upstream{"ratings", 9080}));
  EXPECT_EQ(Environment::Of({{"SERVICES_DOMAIN", "shop.svc"}}).Find("details"),
            (Upstream{"details.shop.svc", 9080}));
  EXPECT_EQ(Environment::Of({{"REVIEWS_HOSTNAME", "127.0.0.1"}, {"REVIEWS_SERVICE_PORT", "8081"}})
                .Find("reviews"),
            (Upstream{"127.0.0.1", 8081}));
}

}  // namespace
}  // namespace bookinfo
