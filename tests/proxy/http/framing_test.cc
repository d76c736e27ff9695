#include "proxy/http/framing.h"

#include <gtest/gtest.h>

namespace outrigger::http {
namespace {

constexpr Error kMalformed{ErrorCode::kMalformed, Side::kLocal, ""};
constexpr Error kTooLarge{ErrorCode::kTooLarge, Side::kLocal, ""};

struct LengthCase {
  const char* name;
  std::string_view value;
  Result<std::uint64_t> want;
};
std::ostream& operator<<(std::ostream& out, const LengthCase& row) { return out << row.name; }

const LengthCase kLengths[] = {
    {"Zero", "0", 0u},
    {"Digits", "1048576", 1048576u},
    {"LeadingZeros", "0005", 5u},
    {"LargestAccepted", "9223372036854775807", 9223372036854775807u},
    {"TwoToThe63", "9223372036854775808", kTooLarge},
    {"TwoToThe64", "18446744073709551616", kTooLarge},
    {"FortyDigits", "9999999999999999999999999999999999999999", kTooLarge},
    {"FortyDigitsAndJunk", "9999999999999999999999999999999999999999x", kMalformed},
    {"Empty", "", kMalformed},
    {"PlusSignIsSmuggling", "+42", kMalformed},
    {"MinusSign", "-1", kMalformed},
    {"Hexadecimal", "0x10", kMalformed},
    {"InnerSpace", "4 2", kMalformed},
    {"Fraction", "1.0", kMalformed},
    {"Underscore", "1_000", kMalformed},
    {"NonAsciiDigit", "\xd9\xa1", kMalformed},
    {"IdenticalListCollapses", "5, 5,5", 5u},
    {"SameNumberInOtherDigits", "5, 05", 5u},
    {"DifferingList", "5, 6", kMalformed},
    {"ListWithEmptyElement", "5,", kMalformed},
    {"ListStartingEmpty", ",5", kMalformed},
};

class ParseContentLengthTest : public testing::TestWithParam<LengthCase> {};
TEST_P(ParseContentLengthTest, FollowsRfc9112) {
  const Result<std::uint64_t> got = ParseContentLength(GetParam().value);
  const Result<std::uint64_t>& want = GetParam().want;
  ASSERT_EQ(got.has_value(), want.has_value());
  if (want.has_value()) {
    EXPECT_EQ(*got, *want);
  } else {
    EXPECT_EQ(got.error(), want.error());
    EXPECT_FALSE(got.error().detail.empty());
  }
}
INSTANTIATE_TEST_SUITE_P(H1_4, ParseContentLengthTest, testing::ValuesIn(kLengths),
                         [](const auto& row) { return row.param.name; });

struct CodingCase {
  const char* name;
  std::vector<std::string_view> values;
  int want;  // 0: a chunked body
};
std::ostream& operator<<(std::ostream& out, const CodingCase& row) { return out << row.name; }

const CodingCase kCodings[] = {
    {"Chunked", {"chunked"}, 0},
    {"AnyLetterCase", {"ChUnKeD"}, 0},
    {"BlanksAround", {" chunked\t"}, 0},
    {"Misspelt", {"xchunked"}, 400},
    {"Prefix", {"chunke"}, 400},
    {"WithParameter", {"chunked;a=b"}, 400},
    {"Quoted", {"\"chunked\""}, 400},
    {"VerticalTabIsNoBlank",
     {"\x0b"
      "chunked"},
     400},
    {"Empty", {""}, 400},
    {"EmptyElement", {"chunked,"}, 400},
    {"EmptyElementFirst", {", chunked"}, 400},
    {"TwiceInAList", {"chunked, chunked"}, 400},
    {"TwiceInTwoFields", {"chunked", "chunked"}, 400},
    {"IdentityAfterChunked", {"chunked, identity"}, 400},
    {"IdentityAlone", {"identity"}, 400},
    {"UnknownBeforeChunked", {"cow, chunked"}, 400},
    {"ChunkedNotLast", {"chunked, gzip"}, 400},
    {"ChunkedNotLastOverTwoFields", {"chunked", "gzip"}, 400},
    {"KnownWithoutChunked", {"gzip"}, 400},
    {"KnownBeforeChunked", {"gzip, chunked"}, 501},
    {"KnownBeforeChunkedOverTwoFields", {"x-gzip", "chunked"}, 501},
    {"ThreeCodings", {"deflate, compress, chunked"}, 501},
};

class TransferCodingsTest : public testing::TestWithParam<CodingCase> {};
TEST_P(TransferCodingsTest, OnlyChunkedIsSpoken) {
  TransferCodings codings;
  EXPECT_FALSE(codings.present());
  for (std::string_view value : GetParam().values) codings.Add(value);
  EXPECT_TRUE(codings.present());
  const std::optional<Fault> fault = codings.Judge();
  EXPECT_EQ(fault ? fault->status : 0, GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(H1_2, TransferCodingsTest, testing::ValuesIn(kCodings),
                         [](const auto& row) { return row.param.name; });

TEST(BodyLengthTest, RefusesBothKindsOfFraming) {
  BodyLength length;
  EXPECT_FALSE(length.AddContentLength("5"));
  length.codings.Add("chunked");
  ASSERT_TRUE(length.Judge(/*is_http10=*/false));
  EXPECT_EQ(length.Judge(false)->code, ErrorCode::kMalformed);
}

TEST(BodyLengthTest, RefusesTransferEncodingInHttp10) {
  BodyLength length;
  length.codings.Add("chunked");
  EXPECT_FALSE(length.Judge(/*is_http10=*/false));
  EXPECT_TRUE(length.Judge(/*is_http10=*/true));
}

TEST(BodyLengthTest, RepeatedFieldsMustAgree) {
  BodyLength length;
  EXPECT_FALSE(length.AddContentLength("5"));
  EXPECT_FALSE(length.AddContentLength("5"));
  EXPECT_EQ(length.content_length, 5u);
  EXPECT_TRUE(length.AddContentLength("6"));
}

}  // namespace
}  // namespace outrigger::http
