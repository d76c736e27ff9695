#include "proxy/config/duration.h"

#include <google/protobuf/duration.pb.h>
#include <gtest/gtest.h>

#include "tests/proxy/config/testing.h"

namespace outrigger::config {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

struct Good {
  const char* name;
  const char* text;
  nanoseconds want;
};

class GoodDurationTest : public testing::TestWithParam<Good> {};

TEST_P(GoodDurationTest, IsGoSyntax) { EXPECT_EQ(ParseDuration(GetParam().text), GetParam().want); }

INSTANTIATE_TEST_SUITE_P(
    Forms, GoodDurationTest,
    testing::Values(Good{"Milliseconds", "250ms", 250ms}, Good{"MinutesAndSeconds", "1m30s", 90s},
                    Good{"Fraction", "1.5h", 90min}, Good{"FractionWithoutWhole", ".5s", 500ms},
                    Good{"WholeWithoutFraction", "1.s", 1s}, Good{"Microseconds", "3us", 3us},
                    Good{"MicroSign", "3µs", 3us}, Good{"GreekMu", "3μs", 3us},
                    Good{"Nanoseconds", "7ns", 7ns}, Good{"Negative", "-1.5s", -1500ms},
                    Good{"Plus", "+2s", 2s}, Good{"BareZero", "0", 0ns},
                    Good{"UnitsInAnyOrder", "1s1h", 1h + 1s}, Good{"SameUnitTwice", "1s1s", 2s},
                    Good{"ManyDigits", "0.100000000000000000000s", 100ms},
                    Good{"Largest", "2562047h47m16.854775807s", nanoseconds::max()}),
    RowName<Good>);

struct Bad {
  const char* name;
  const char* text;
};

class BadDurationTest : public testing::TestWithParam<Bad> {};

TEST_P(BadDurationTest, IsRefused) { EXPECT_EQ(ParseDuration(GetParam().text), std::nullopt); }

INSTANTIATE_TEST_SUITE_P(Forms, BadDurationTest,
                         testing::Values(Bad{"Empty", ""}, Bad{"SignOnly", "-"}, Bad{"NoUnit", "5"},
                                         Bad{"UnknownUnit", "5d"}, Bad{"UnitOnly", "s"},
                                         Bad{"DotOnly", ".s"}, Bad{"SpaceInside", "1m 30s"},
                                         Bad{"SpaceAround", " 1s"}, Bad{"Exponent", "1e3s"},
                                         Bad{"UpperCase", "1S"}, Bad{"TwoSigns", "--1s"},
                                         Bad{"SignInside", "1m-1s"}, Bad{"TooLong", "2562048h"},
                                         Bad{"TooManyDigits", "99999999999999999999ns"},
                                         Bad{"SumTooLong", "2562047h47m16.854775807s1ns"}),
                         RowName<Bad>);

TEST(FormatDurationTest, PicksTheShortestWholeForm) {
  EXPECT_EQ(FormatDuration(0ns), "0s");
  EXPECT_EQ(FormatDuration(250ms), "250ms");
  EXPECT_EQ(FormatDuration(90s), "1m30s");
  EXPECT_EQ(FormatDuration(1h), "1h");
  EXPECT_EQ(FormatDuration(1500ms), "1.5s");
  EXPECT_EQ(FormatDuration(1h + 1ms), "1h1ms");
  EXPECT_EQ(FormatDuration(1500us), "1500us");
  EXPECT_EQ(FormatDuration(-1ns), "-1ns");
}

TEST(FormatDurationTest, ReadsBack) {
  for (const nanoseconds value :
       {1ns, 999'999'999ns, 1'000'000'001ns, nanoseconds(59min + 59s + 1ns), nanoseconds(-90min),
        nanoseconds::max(), -nanoseconds::max(), nanoseconds(123'456'789'012'345'678)}) {
    EXPECT_EQ(ParseDuration(FormatDuration(value)), value) << FormatDuration(value);
  }
}

TEST(DurationMessageTest, ConvertsBothWaysAndClamps) {
  google::protobuf::Duration message;
  FromChrono(-1500ms, &message);
  EXPECT_EQ(message.seconds(), -1);
  EXPECT_EQ(message.nanos(), -500'000'000);
  EXPECT_EQ(ToChrono(message), -1500ms);
  message.set_seconds(315'576'000'000);
  EXPECT_EQ(ToChrono(message), nanoseconds::max());
}

}  // namespace
}  // namespace outrigger::config
