#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "proxy/config/document.h"
#include "tests/proxy/config/testing.h"

namespace outrigger::config {
namespace {

struct Case {
  const char* name;
  const char* json;
  const char* want;
};

class WriteYamlTest : public testing::TestWithParam<Case> {};

TEST_P(WriteYamlTest, PrintsAsKubectlAndReadsBack) {
  const boost::json::value value = boost::json::parse(GetParam().json);
  const std::string text = WriteYaml(value);
  EXPECT_EQ(text, GetParam().want);
  Problems problems;
  const auto documents = ReadDocuments(text, "w.yaml", &problems);
  ASSERT_EQ(documents.size(), 1u) << problems;
  EXPECT_EQ(boost::json::serialize(documents[0].root()), boost::json::serialize(value));
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, WriteYamlTest,
    testing::Values(Case{"Map", R"({"a": 1, "b": {"c": true}})", "a: 1\nb:\n  c: true\n"},
                    Case{"ListStandsUnderItsKey", R"({"a": [1, {"b": 2, "c": [3]}]})",
                         "a:\n- 1\n- b: 2\n  c:\n  - 3\n"},
                    Case{"ListInList", R"([[1, [2]], 3])", "- - 1\n  - - 2\n- 3\n"},
                    Case{"Empty", R"({"a": {}, "b": [], "c": null, "d": ""})",
                         "a: {}\nb: []\nc: null\nd: \"\"\n"},
                    Case{"RootScalar", R"("x")", "x\n"}, Case{"RootEmptyMap", "{}", "{}\n"},
                    Case{"Numbers", "[1, -2, 18446744073709551615, 1.0, 2.5, 1e300, -0.0]",
                         "- 1\n- -2\n- 18446744073709551615\n- 1.0\n- 2.5\n- 1e+300\n- -0.0\n"}),
    RowName<Case>);

INSTANTIATE_TEST_SUITE_P(
    Strings, WriteYamlTest,
    testing::Values(
        Case{"LookLikeOtherTypes",
             R"(["1", "1.5", "0x1f", "1e3", "yes", "N", "null", "~", ".inf", "1_0"])",
             "- \"1\"\n- \"1.5\"\n- \"0x1f\"\n- \"1e3\"\n- \"yes\"\n- \"N\"\n- \"null\"\n- "
             "\"~\"\n- \".inf\"\n- \"1_0\"\n"},
        Case{"DatesAndBaseSixty", R"(["2001-01-01", "22:30"])", "- \"2001-01-01\"\n- \"22:30\"\n"},
        Case{
            "EverydayTextIsPlain",
            R"x(["reviews-v1", "reg.local/istio/x:1.20.3", "--log_level=info", "$(POD_NAME)", "a b", "10.1.2.3", "10s"])x",
            "- reviews-v1\n- reg.local/istio/x:1.20.3\n- --log_level=info\n- $(POD_NAME)\n- a b\n- "
            "10.1.2.3\n- 10s\n"},
        Case{"Punctuation",
             R"(["a: b", "a #b", "- a", "*", "&a", "!x", "a:", " a", "a ", "@", "---", "..."])",
             "- \"a: b\"\n- \"a #b\"\n- \"- a\"\n- \"*\"\n- \"&a\"\n- \"!x\"\n- \"a:\"\n- \" "
             "a\"\n- \"a \"\n- \"@\"\n- \"---\"\n- \"...\"\n"},
        Case{"Escapes", R"(["a\"b\\", "\t", "\u0004", "\u0000", "\u0085", "\u2028", "\ufeffx"])",
             "- a\"b\\\n- \"\\t\"\n- \"\\x04\"\n- \"\\x00\"\n- \"\\x85\"\n- \"\\u2028\"\n- "
             "\"\\ufeffx\"\n"},
        Case{"BeyondAscii", R"(["\u00e4", "\ud83d\ude00"])",
             "- \"\xc3\xa4\"\n- \"\xf0\x9f\x98\x80\"\n"}),
    RowName<Case>);

INSTANTIATE_TEST_SUITE_P(
    Lines, WriteYamlTest,
    testing::Values(Case{"EndsWithLineFeed", R"({"a": "x\n  y\n"})", "a: |\n  x\n    y\n"},
                    Case{"DoesNot", R"({"a": {"b": "x\n\ny"}})", "a:\n  b: |-\n    x\n\n    y\n"},
                    Case{"InAList", R"({"a": ["x\ny"]})", "a:\n- |-\n  x\n  y\n"},
                    Case{"RootLiteral", R"("x\ny\n")", "|\n  x\n  y\n"},
                    Case{"TwoLineFeedsAtTheEnd", R"({"a": "x\n\n"})", "a: \"x\\n\\n\"\n"},
                    Case{"LeadingSpace", R"({"a": " x\ny"})", "a: \" x\\ny\"\n"},
                    Case{"LineOfSpaces", R"({"a": "x\n  \ny"})", "a: \"x\\n  \\ny\"\n"},
                    Case{"CarriageReturn", R"({"a": "x\r\ny"})", "a: \"x\\x0d\\ny\"\n"},
                    Case{"LooksLikeAMarker", R"({"a": "---\nb"})", "a: |-\n  ---\n  b\n"}),
    RowName<Case>);

INSTANTIATE_TEST_SUITE_P(
    Keys, WriteYamlTest,
    testing::Values(Case{"Quoted", R"({"1": 1, "yes": 2, "": 3, "a: b": 4, "a\nb": 5, "<<": 6})",
                         "\"1\": 1\n\"yes\": 2\n\"\": 3\n\"a: b\": 4\n\"a\\nb\": 5\n\"<<\": 6\n"},
                    Case{"Plain", R"({"app.kubernetes.io/name": 1})",
                         "app.kubernetes.io/name: 1\n"}),
    RowName<Case>);

TEST(WriteYamlKeyTest, KeysTooLongForOneLineReadBack) {
  boost::json::object object;
  object[std::string(2000, 'k')] = boost::json::parse(R"({"b": [1]})");
  boost::json::value value = {{"nested", object}};
  Problems problems;
  const auto documents = ReadDocuments(WriteYaml(value), "w.yaml", &problems);
  ASSERT_EQ(documents.size(), 1u) << problems;
  EXPECT_EQ(documents[0].root(), value);
}

}  // namespace
}  // namespace outrigger::config
