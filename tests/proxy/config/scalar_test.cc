#include "proxy/config/scalar.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "tests/proxy/config/testing.h"

namespace outrigger::config {
namespace {

struct Case {
  const char* name;
  const char* text;
  Scalar want;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.text; }

class ResolvePlainTest : public testing::TestWithParam<Case> {};

TEST_P(ResolvePlainTest, FollowsKubectl) {
  EXPECT_TRUE(ResolvePlain(GetParam().text) == GetParam().want);
}

Scalar Int(std::int64_t value) { return value; }

INSTANTIATE_TEST_SUITE_P(
    Words, ResolvePlainTest,
    testing::Values(Case{"Empty", "", nullptr}, Case{"Tilde", "~", nullptr},
                    Case{"Null", "null", nullptr}, Case{"NullInCapitals", "NULL", nullptr},
                    Case{"NotNull", "nUll", PlainText()}, Case{"True", "true", true},
                    Case{"Yes", "yes", true}, Case{"On", "ON", true}, Case{"Y", "y", true},
                    Case{"No", "No", false}, Case{"N", "n", false}, Case{"Off", "off", false},
                    Case{"NotABoolean", "yEs", PlainText()}, Case{"Infinity", "-.inf", NotFinite()},
                    Case{"NotANumber", ".NaN", NotFinite()}, Case{"Word", "reviews", PlainText()}),
    RowName<Case>);

INSTANTIATE_TEST_SUITE_P(
    Integers, ResolvePlainTest,
    testing::Values(
        Case{"Decimal", "42", Int(42)}, Case{"Negative", "-42", Int(-42)},
        Case{"Plus", "+42", Int(42)}, Case{"FileMode", "0644", Int(420)},
        Case{"OctalOfGo", "0o644", Int(420)}, Case{"Hex", "0xFf", Int(255)},
        Case{"NegativeHex", "-0x10", Int(-16)}, Case{"Binary", "0b101", Int(5)},
        Case{"Underscores", "1_000_000", Int(1000000)}, Case{"MinusZero", "-0", Int(0)},
        Case{"Smallest", "-9223372036854775808", Int(std::numeric_limits<std::int64_t>::min())},
        Case{"Unsigned", "9223372036854775808", std::uint64_t{1} << 63},
        Case{"LargestUnsigned", "18446744073709551615", std::numeric_limits<std::uint64_t>::max()},
        Case{"BeyondIsAFloat", "18446744073709551616", 18446744073709551616.0},
        Case{"HexWithoutDigits", "0x", PlainText()}, Case{"NotOctal", "08", 8.0}),
    RowName<Case>);

INSTANTIATE_TEST_SUITE_P(
    Floats, ResolvePlainTest,
    testing::Values(Case{"Point", "1.5", 1.5}, Case{"NoWhole", ".5", 0.5},
                    Case{"NoFraction", "1.", 1.0}, Case{"Exponent", "1e3", 1000.0},
                    Case{"SignedExponent", "-1.5E-2", -0.015}, Case{"PlusFloat", "+0.5", 0.5},
                    Case{"VersionNumber", "1.20", 1.2}, Case{"TooLarge", "1e400", PlainText()},
                    Case{"ExponentWithoutDigits", "1e", PlainText()},
                    Case{"PointOnly", ".", PlainText()}, Case{"SignOnly", "-", PlainText()},
                    Case{"ThreeParts", "1.20.3", PlainText()}),
    RowName<Case>);

INSTANTIATE_TEST_SUITE_P(StaysText, ResolvePlainTest,
                         testing::Values(Case{"Date", "2001-01-01", PlainText()},
                                         Case{"BaseSixty", "22:30", PlainText()},
                                         Case{"Address", "10.1.2.3", PlainText()},
                                         Case{"Duration", "10s", PlainText()},
                                         Case{"TwoSigns", "--1", PlainText()},
                                         Case{"LeadingUnderscore", "_1", PlainText()},
                                         Case{"Quantity", "128Mi", PlainText()}),
                         RowName<Case>);

}  // namespace
}  // namespace outrigger::config
