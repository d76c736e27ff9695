#include "samples/bookinfo/text.h"

#include <gtest/gtest.h>

namespace bookinfo {
namespace {

TEST(EscapeHtmlTest, ReplacesWhatCouldEndTextOrAttribute) {
  EXPECT_EQ(EscapeHtml("<a href=\"x\" title='y'>&amp;"),
            "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;");
  EXPECT_EQ(EscapeHtml("plain “text”"), "plain “text”");
}

TEST(PercentTest, DecodesWhatItEncodes) {
  const std::string odd("a-Z_9 %.;=\"\xC3\xA9\x01\0", 15);
  EXPECT_EQ(PercentDecode(PercentEncode(odd)), odd);
  EXPECT_EQ(PercentEncode("a b.c"), "a%20b%2Ec");
}

TEST(PercentTest, LeavesBrokenEscapesAlone) {
  EXPECT_EQ(PercentDecode("100%"), "100%");
  EXPECT_EQ(PercentDecode("%4"), "%4");
  EXPECT_EQ(PercentDecode("%zz%41"), "%zzA");
}

TEST(FormValueTest, FindsTheFirstOfAKey) {
  EXPECT_EQ(FormValue("a=1&b=x+y&b=2", "b"), "x y");
  EXPECT_EQ(FormValue("user%6Eame=j%2Bs", "username"), "j+s");
  EXPECT_EQ(FormValue("a&b=1", "a"), "");
  EXPECT_EQ(FormValue("ab=1", "a"), std::nullopt);
  EXPECT_EQ(FormValue("", "a"), std::nullopt);
}

TEST(LastSegmentTest, IsWhatStandsBehindTheLastSlash) {
  EXPECT_EQ(LastSegment("/a/b"), "b");
  EXPECT_EQ(LastSegment("/a/"), "");
  EXPECT_EQ(LastSegment("a"), "a");
}

struct IntegerCase {
  const char* text;
  std::optional<std::int64_t> whole;
  std::optional<std::int64_t> leading;
};
void PrintTo(const IntegerCase& row, std::ostream* out) { *out << '"' << row.text << '"'; }
class ParseIntegerTest : public testing::TestWithParam<IntegerCase> {};
const IntegerCase kIntegers[] = {
    {"0", 0, 0},
    {"-12", -12, -12},
    {"+7", 7, 7},
    {"12abc", std::nullopt, 12},
    {"abc", std::nullopt, std::nullopt},
    {"", std::nullopt, std::nullopt},
    {"+", std::nullopt, std::nullopt},
    {"+-1", std::nullopt, std::nullopt},
    {"1.5", std::nullopt, 1},
    {"9223372036854775808", std::nullopt, std::nullopt},
};
TEST_P(ParseIntegerTest, ReadsWholeOrLeadingNumbers) {
  EXPECT_EQ(ParseInteger(GetParam().text), GetParam().whole);
  EXPECT_EQ(ParseLeadingInteger(GetParam().text), GetParam().leading);
}
INSTANTIATE_TEST_SUITE_P(Table, ParseIntegerTest, testing::ValuesIn(kIntegers));

}  // namespace
}  // namespace bookinfo
