// Files as kubectl would take them, and what is said about those it would not.
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "proxy/config/document.h"
#include "tests/proxy/config/testing.h"

namespace outrigger::config {
namespace {

struct Good {
  const char* name;
  std::string text;
  const char* want;  // JSON of the documents, separated by spaces
};

class GoodFileTest : public testing::TestWithParam<Good> {};

TEST_P(GoodFileTest, ReadsAsKubectlDoes) {
  Problems problems;
  std::string got;
  for (const Document& document : ReadDocuments(GetParam().text, "f.yaml", &problems)) {
    got += (got.empty() ? "" : " ") + boost::json::serialize(document.root());
  }
  EXPECT_EQ(got, GetParam().want);
  EXPECT_EQ(Report(problems), "");
}

INSTANTIATE_TEST_SUITE_P(
    Documents, GoodFileTest,
    testing::Values(
        Good{"Empty", "", ""}, Good{"OnlyComments", "# a\n---\n# b\n", ""},
        Good{"ThreeDocuments", "a: 1\n---\nb: 2\n--- {c: 3}\n", R"({"a":1} {"b":2} {"c":3})"},
        Good{"LeadingMarker", "---\na: 1\n", R"({"a":1})"},
        Good{"EmptyOnesAreSkipped", "---\n---\na: 1\n---\n", R"({"a":1})"},
        Good{"NullIsEmpty", "null\n---\na: 1\n", R"({"a":1})"},
        Good{"EndMarker", "a: 1\n...\nb: 2\n", R"({"a":1} {"b":2})"},
        Good{"Directive", "%YAML 1.1\n---\na: 1\n", R"({"a":1})"},
        Good{"MarkerInsideABlockScalar", "a: |\n  x\n  ---\n  y\n", R"({"a":"x\n---\ny\n"})"},
        Good{"WindowsLineEndsAndByteOrderMark",
             "\xef\xbb\xbf"
             "a: 1\r\n---\r\nb: x\r\n",
             R"({"a":1} {"b":"x"})"},
        Good{"NoLineFeedAtTheEnd", "a: 1", R"({"a":1})"}),
    RowName<Good>);

INSTANTIATE_TEST_SUITE_P(
    Scalars, GoodFileTest,
    testing::Values(
        Good{"PlainIsTyped", "[1, 1.5, yes, ~, x, 0644]", R"([1,1.5E0,true,null,"x",420])"},
        Good{"QuotedIsText", R"(["1", '1.5', "yes", '~'])", R"(["1","1.5","yes","~"])"},
        Good{"ExplicitTags", "[!!str 1, !!float 1, !!int 1, !!bool yes]", R"(["1",1E0,1,true])"},
        Good{"KeysBecomeText", "1: a\ntrue: b\n1.5: c\n0x10: d\n",
             R"({"1":"a","true":"b","1.5":"c","16":"d"})"},
        Good{"AbsentNullAndEmptyDiffer", "a:\nb: {}\nc: []\nd: ''\n",
             R"({"a":null,"b":{},"c":[],"d":""})"},
        Good{"Folded", "a: >-\n  b\n  c\n", R"({"a":"b c"})"}),
    RowName<Good>);

INSTANTIATE_TEST_SUITE_P(
    References, GoodFileTest,
    testing::Values(Good{"Alias", "a: &x [1, 2]\nb: *x\n", R"({"a":[1,2],"b":[1,2]})"},
                    Good{"AliasAsKey", "a: &x k\n*x : 1\n", R"({"a":"k","k":1})"},
                    Good{"MergeKey", "a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\n",
                         R"({"a":{"p":1,"q":2},"b":{"q":3,"p":1}})"},
                    Good{"MergeOfList", "a: &x {p: 1}\nb: &y {p: 2, q: 2}\nc:\n  <<: [*x, *y]\n",
                         R"({"a":{"p":1},"b":{"p":2,"q":2},"c":{"p":1,"q":2}})"},
                    Good{"QuotedMergeKeyIsAKey", "{'<<': 1}", R"({"<<":1})"},
                    Good{"AnchorsAreRedefined", "a: &x 1\nb: &x 2\nc: *x\n",
                         R"({"a":1,"b":2,"c":2})"}),
    RowName<Good>);

INSTANTIATE_TEST_SUITE_P(
    Json, GoodFileTest,
    testing::Values(
        Good{"Object", R"({"a": {"b": [1, 2.5, "x", null, true]}})",
             R"({"a":{"b":[1,2.5E0,"x",null,true]}})"},
        Good{"SurrogatePairs", R"({"a": "\ud83d\ude00"})", "{\"a\":\"\xf0\x9f\x98\x80\"}"},
        Good{"StringsStayStrings", R"({"yes": "no", "1": "0644"})", R"({"yes":"no","1":"0644"})"},
        Good{"FlowYamlLooksLikeIt", "{a: yes, b: [c]}", R"({"a":true,"b":["c"]})"}),
    RowName<Good>);

struct Bad {
  const char* name;
  std::string text;
  const char* want;
  const char* file = "f.yaml";
};

class BadFileTest : public testing::TestWithParam<Bad> {};

TEST_P(BadFileTest, SaysWhereAndWhy) {
  Problems problems;
  ReadDocuments(GetParam().text, GetParam().file, &problems);
  EXPECT_EQ(Report(problems), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Syntax, BadFileTest,
    testing::Values(
        Bad{"WrongIndentation", "a: 1\n b: 2\n",
            "f.yaml:2: not valid YAML: a `:` cannot stand here; check the indentation, or quote "
            "the text (column 3)"},
        Bad{"LessIndented", "a:\n   b: 1\n  c: 2\n",
            "f.yaml:3: not valid YAML: this does not belong to the map above; check the "
            "indentation (column 3)"},
        Bad{"Tab", "a:\n\tb: 1\n",
            "f.yaml:2: not valid YAML: a `:` cannot stand here; check the indentation, or quote "
            "the text (column 3); a line is "
            "indented with a tab, use spaces"},
        Bad{"OpenQuote", "a: 1\nb: \"x\n",
            "f.yaml:3: not valid YAML: a quote is not closed (column 2)"},
        Bad{"OpenQuoteWouldSwallowTheRest", "a: 'x\nb: 2\n   ",
            "f.yaml:4: not valid YAML: a quote is not closed (column 2)"},
        Bad{"OpenBracketInsideAnother", "a: [[1\nb: 2\n",
            "f.yaml:1: a map or a list cannot be a key; is a bracket not closed?"},
        Bad{"OpenBracket", "a: [1\n",
            "f.yaml:2: not valid YAML: a `[` is not closed by a `]` (column 1)"},
        Bad{"OpenBrace", "a: {b: 1\n",
            "f.yaml:2: not valid YAML: a `{` is not closed by a `}` (column 1)"},
        Bad{"WrongBracket", "a: {b: 1]\n",
            "f.yaml:1: not valid YAML: a closing bracket does not fit an opening one (column 9)"},
        Bad{"ReservedCharacter", "a: @x\n",
            "f.yaml:1: not valid YAML: a plain text cannot begin with this character; quote it "
            "(column 4)"},
        Bad{"ListBehindText", "a: - b\n",
            "f.yaml:1: not valid YAML: a list cannot begin behind other text; put its `- ` on a "
            "new line (column 4)"},
        Bad{"UnknownAnchor", "a: 1\nb: *x\n",
            "f.yaml:2: not valid YAML: the referenced anchor is not defined (column 4)"},
        Bad{"TwoValues", "\"a\" \"b\"\n", "f.yaml:1: there is text behind the end of the document"},
        Bad{"MapBehindList", "- a\nb: 1\n",
            "f.yaml:2: there is text behind the end of the document"},
        Bad{"BrokenJson", "{\n\"a\": 1,\n}\n", "f.json:3: not valid JSON: syntax error", "f.json"},
        Bad{"TextBehindJson", "{\"a\": 1} x\n",
            "f.json:1: there is text behind the end of the document", "f.json"}),
    RowName<Bad>);

INSTANTIATE_TEST_SUITE_P(
    Meaning, BadFileTest,
    testing::Values(
        Bad{"DuplicateKey", "a: 1\nb: 2\na: 3\n",
            "f.yaml:3: the key `a` is there twice, first on line 1"},
        Bad{"DuplicateKeyInJson", "{\"a\": 1,\n\"a\": 2}\n",
            "f.yaml:2: the key `a` is there twice, first on line 1"},
        Bad{"DuplicateAsText", "1: a\n'1': b\n",
            "f.yaml:2: the key `1` is there twice, first on line 1"},
        Bad{"EmptyKey", ": a\n",
            "f.yaml:1: a key is empty; write the text in quotes if that is meant"},
        Bad{"ListAsKey", "? [a]\n: b\n",
            "f.yaml:1: a map or a list cannot be a key; is a bracket not closed?"},
        Bad{"NotANumber", "a: 1\nb: .nan\n",
            "f.yaml:2: .nan is not a number that can be used here; quote it if it is text"},
        Bad{"InfinityInJson", "{\"a\": 1e999}", "f.json:1: a number is too large", "f.json"},
        Bad{"MergeOfText", "a:\n  <<: x\n",
            "f.yaml:2: a merge key (`<<`) takes a map or a list of maps"},
        Bad{"ForeignTag", "a: !x 1\n", "f.yaml:1: the tag `!x` is not known"},
        Bad{"TagOfAnotherType", "a: !!int x\n",
            "f.yaml:1: `x` is not of the type that its tag names"},
        Bad{"TagOnAMap", "a: !!set {x}\n", "f.yaml:1: tags on maps and lists are not used here"}),
    RowName<Bad>);

INSTANTIATE_TEST_SUITE_P(
    Bytes, BadFileTest,
    testing::Values(Bad{"InvalidUtf8", "a: 1\nb: \xff\n", "f.yaml:2: not valid UTF-8"},
                    Bad{"OverlongUtf8", "a: \xc0\xaf\n", "f.yaml:1: not valid UTF-8"},
                    Bad{"Surrogate", "a: \xed\xa0\x80\n", "f.yaml:1: not valid UTF-8"},
                    Bad{"AboveUnicode", "a: \xf4\x90\x80\x80\n", "f.yaml:1: not valid UTF-8"},
                    Bad{"CutCharacter", "a: \xe2\x82", "f.yaml:1: not valid UTF-8"},
                    Bad{"Nul", std::string("a: \0\n", 5),
                        "f.yaml:1: control character 0; write it as an escape in double quotes"},
                    Bad{"EndOfTransmission", "a: 1\n\x04\nb: 2\n",
                        "f.yaml:2: control character 4; write it as an escape in double quotes"}),
    RowName<Bad>);

std::string Nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

TEST(LimitsTest, NestingEndsAt64) {
  Problems problems;
  EXPECT_EQ(ReadDocuments(Nested(64), "f.yaml", &problems).size(), 1u);
  EXPECT_EQ(Report(problems), "");
  EXPECT_EQ(ReadDocuments(Nested(65), "f.yaml", &problems).size(), 0u);
  EXPECT_EQ(Report(problems), "f.yaml:1: nested more than 64 levels deep");
}

TEST(LimitsTest, NestingInJsonEndsAt64Too) {
  Problems problems;
  const std::string open = "{\"a\":";
  std::string text = open + Nested(64) + "}";
  EXPECT_EQ(ReadDocuments(text, "f.json", &problems).size(), 0u);
  EXPECT_EQ(Report(problems), "f.json:1: nested more than 64 levels deep");
}

TEST(LimitsTest, AMillionBracketsAreOneError) {
  Problems problems;
  EXPECT_EQ(ReadDocuments(std::string(1u << 20, '['), "f.yaml", &problems).size(), 0u);
  EXPECT_EQ(problems.error_count(), 1u);
  EXPECT_EQ(problems.items()[0].line, 1);
}

TEST(LimitsTest, FourMebibytesAreTheLargestFile) {
  Problems problems;
  std::string text = "a: " + std::string(kMaxFileBytes - 4, 'x') + "\n";
  EXPECT_EQ(ReadDocuments(text, "f.yaml", &problems).size(), 1u);
  EXPECT_EQ(Report(problems), "");
  EXPECT_EQ(ReadDocuments(text + "\n", "f.yaml", &problems).size(), 0u);
  EXPECT_EQ(Report(problems), "f.yaml: larger than 4 MiB; split it into several files");
}

TEST(LimitsTest, ABillionLaughsIsOneError) {
  std::string text = "a0: &a0 [lol,lol,lol,lol,lol,lol,lol,lol,lol,lol]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + alias;
    for (int j = 1; j < 10; ++j) text += "," + alias;
    text += "]\n";
  }
  Problems problems;
  EXPECT_EQ(ReadDocuments(text, "f.yaml", &problems).size(), 0u);
  EXPECT_EQ(Report(problems), "f.yaml:5: aliases make this file larger than 4 MiB");
}

TEST(LimitsTest, AliasesCannotNestDeeperThanText) {
  std::string text = "- &a " + Nested(60) + "\n- ";
  text += std::string(10, '[') + "*a" + std::string(10, ']') + "\n";
  Problems problems;
  EXPECT_EQ(ReadDocuments(text, "f.yaml", &problems).size(), 0u);
  EXPECT_EQ(Report(problems), "f.yaml:2: nested more than 64 levels deep");
}

TEST(LimitsTest, AnAliasOfItselfIsRefused) {
  Problems problems;
  EXPECT_EQ(ReadDocuments("a: &x [*x]\n", "f.yaml", &problems).size(), 0u);
  EXPECT_EQ(Report(problems), "f.yaml:1: an alias refers to the value it is part of");
}

TEST(BrokenDocumentTest, LeavesItsNeighboursAlone) {
  Problems problems;
  const auto documents = ReadDocuments("a: 1\n---\nb: [\n---\nc: 3\n---\nd: 4\nd: 5\n---\ne: 6\n",
                                       "f.yaml", &problems);
  ASSERT_EQ(documents.size(), 3u);
  EXPECT_EQ(*documents[1].Find("/c"), 3);
  EXPECT_EQ(documents[1].LineOf("/c"), 5);
  EXPECT_EQ(documents[2].LineOf("/e"), 10);
  EXPECT_EQ(Report(problems),
            "f.yaml:4: not valid YAML: a `[` is not closed by a `]` (column 1)\n"
            "f.yaml:8: the key `d` is there twice, first on line 7");
}

TEST(LineTest, JsonAndMergedKeysHaveLines) {
  Problems problems;
  const auto json =
      ReadDocuments("{\n\"a\": {\n\"b\": 1,\n\"c\": [2,\n3]}}\n", "f.yaml", &problems);
  ASSERT_EQ(json.size(), 1u);
  EXPECT_EQ(json[0].LineOf("/a/b"), 3);
  EXPECT_EQ(json[0].LineOf("/a/c/1"), 5);
  const auto merged = ReadDocuments("a: &x\n  p:\n    q: 1\nb:\n  <<: *x\n", "f.yaml", &problems);
  ASSERT_EQ(merged.size(), 1u);
  EXPECT_EQ(merged[0].LineOf("/b/p"), 2);
  EXPECT_EQ(merged[0].LineOf("/b/p/q"), 3);
}

}  // namespace
}  // namespace outrigger::config
