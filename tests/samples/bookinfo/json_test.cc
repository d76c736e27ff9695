#include "samples/bookinfo/json.h"

#include <gtest/gtest.h>

namespace bookinfo {
namespace {

struct Case {
  const char* name;
  std::string text;
  std::string written;  // empty: refused
};
void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }
class JsonTest : public testing::TestWithParam<Case> {};

const Case kCases[] = {
    {"Null", "null", "null"},
    {"True", " true ", "true"},
    {"NumbersKeepTheirText", "[0,-1,1.50,1e3,-0.1E-2]", "[0,-1,1.50,1e3,-0.1E-2]"},
    {"MembersKeepTheirOrder", R"({ "b" : 1 , "a" : [ ] , "c" : { } })", R"({"b":1,"a":[],"c":{}})"},
    {"Escapes", R"("\"\\\/\n\t\u0041")", R"("\"\\/\n\u0009A")"},
    {"SurrogatePair", R"("\uD83D\uDE00")", "\"\xF0\x9F\x98\x80\""},
    {"TwoAndThreeByteCharacters", R"("\u00e9\u20ac")", "\"\xC3\xA9\xE2\x82\xAC\""},
    {"DeepEnough", std::string(64, '[') + std::string(64, ']'),
     std::string(64, '[') + std::string(64, ']')},
    {"Empty", "", ""},
    {"TextBehind", "{} x", ""},
    {"TooDeep", std::string(100'000, '['), ""},
    {"OpenObject", "{\"a\":1", ""},
    {"OpenString", "\"a", ""},
    {"TrailingComma", "[1,]", ""},
    {"MissingColon", "{\"a\" 1}", ""},
    {"UnquotedKey", "{a:1}", ""},
    {"LeadingZero", "01", ""},
    {"LonelyMinus", "-", ""},
    {"NoDigitsBehindThePoint", "1.", ""},
    {"NoDigitsInTheExponent", "1e+", ""},
    {"RawControlCharacter", "\"\x01\"", ""},
    {"UnknownEscape", R"("\x")", ""},
    {"HalfASurrogatePair", R"("\uD83D")", ""},
    {"SecondHalfAlone", R"("\uDE00")", ""},
    {"ShortUnicodeEscape", R"("\u12")", ""},
    {"Word", "nul", ""},
    {"Html", "<html>", ""},
};

TEST_P(JsonTest, ReadsAndWrites) {
  const auto json = Json::Parse(GetParam().text);
  EXPECT_EQ(json.has_value(), !GetParam().written.empty());
  if (json.has_value()) {
    EXPECT_EQ(json->Write(), GetParam().written);
  }
}
INSTANTIATE_TEST_SUITE_P(Table, JsonTest, testing::ValuesIn(kCases),
                         [](const auto& row) { return row.param.name; });

TEST(JsonMembersTest, AreFoundByKeyTheLastOfADuplicate) {
  const auto json = Json::Parse(R"({"a":1,"b":"two","a":3,"n":null})");
  ASSERT_TRUE(json.has_value());
  EXPECT_EQ(json->Find("a")->AsInteger(), 3);
  EXPECT_EQ(json->TextOf("b"), "two");
  EXPECT_EQ(json->TextOf("n", "fallback"), "fallback");
  EXPECT_EQ(json->TextOf("x", "fallback"), "fallback");
  EXPECT_EQ(json->Find("b")->AsInteger(), std::nullopt);
  EXPECT_EQ(Json::Parse("5")->Find("a"), nullptr);
}

}  // namespace
}  // namespace bookinfo
