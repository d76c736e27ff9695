#include "metrics/response_flags.h"

#include <gtest/gtest.h>

#include <set>

namespace outrigger::metrics {
namespace {

TEST(ResponseFlags, AreADashWhenEmpty) { EXPECT_EQ(ResponseFlags().ToString(), "-"); }

TEST(ResponseFlags, KeepTheOrderInWhichTheyWereSet) {
  ResponseFlags flags;
  flags.Set(Flag::kUpstreamRetryLimitExceeded);
  flags.Set(Flag::kUpstreamConnectionFailure);
  EXPECT_EQ(flags.ToString(), "URX,UF");
  const ResponseFlags other{Flag::kUpstreamConnectionFailure, Flag::kUpstreamRetryLimitExceeded};
  EXPECT_EQ(other.ToString(), "UF,URX");
  EXPECT_NE(flags, other);
}

TEST(ResponseFlags, HoldEachFlagOnce) {
  ResponseFlags flags{Flag::kDelayInjected, Flag::kFaultInjected, Flag::kDelayInjected};
  EXPECT_EQ(flags.ToString(), "DI,FI");
  EXPECT_TRUE(flags.Has(Flag::kDelayInjected));
  EXPECT_FALSE(flags.Has(Flag::kNoRouteFound));
  EXPECT_FALSE(flags.Has(Flag::kNone));
}

TEST(ResponseFlags, NoneIsNotAFlag) {
  ResponseFlags flags;
  flags.Set(Flag::kNone);
  EXPECT_TRUE(flags.empty());
}

TEST(ResponseFlags, DropTheNinth) {
  ResponseFlags flags;
  for (int i = 1; i <= 9; ++i) flags.Set(static_cast<Flag>(i));
  EXPECT_EQ(flags.ToString(), "UH,UF,UO,NR,NC,URX,UC,UR");
}

TEST(ResponseFlags, EveryFlagHasACodeOfItsOwn) {
  std::set<std::string_view> codes;
  for (int i = 1; i < static_cast<int>(Flag::kCount); ++i) {
    const std::string_view code = ToString(static_cast<Flag>(i));
    EXPECT_FALSE(code.empty()) << i;
    EXPECT_TRUE(codes.insert(code).second) << code;
  }
  EXPECT_EQ(ToString(Flag::kUnconditionalDropOverload),
            "UDO");  // the last: the table is not shifted
  EXPECT_EQ(ToString(Flag::kUpstreamMaxStreamDuration), "UMSDR");
  EXPECT_EQ(ToString(Flag::kDownstreamConnectionTermination), "DC");
}

}  // namespace
}  // namespace outrigger::metrics
