#include "proxy/http/chunked.h"

#include <gtest/gtest.h>

#include "tests/proxy/http/transcript.h"

namespace outrigger::http {
namespace {

/// "payload|" and what is left of the input, or the error's sentence.
std::string Decode(const std::vector<std::string_view>& pieces) {
  ChunkedDecoder decoder({});
  decoder.Begin();
  std::string payload;
  std::string rest;
  bool ended = false;
  for (std::string_view input : pieces) {
    while (!ended) {
      const Result<H1Step> step = decoder.Receive(input);
      if (step.has_error()) return std::string(step.error().detail);
      if (step->event == H1Event::kNeedMore) break;
      payload += step->data;
      ended = step->event == H1Event::kEnd;
    }
    rest += input;
  }
  return payload + (ended ? "|" : "...") + rest;
}

struct Case {
  const char* name;
  std::string wire;
  std::string want;
};
std::ostream& operator<<(std::ostream& out, const Case& row) { return out << row.name; }

constexpr std::string_view kJunk = "junk after a chunk size";
constexpr std::string_view kNoCrlf = "no CRLF after chunk data";

const Case kCases[] = {
    {"OneChunk", "5\r\nhello\r\n0\r\n\r\n", "hello|"},
    {"TwoChunks", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde|"},
    {"Empty", "0\r\n\r\n", "|"},
    {"BytesAfterTheEndStay", "0\r\n\r\nGET / HTTP/1.1\r\n", "|GET / HTTP/1.1\r\n"},
    {"HexLetters", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789|"},
    {"PayloadThatLooksLikeFraming", "7\r\n0\r\n\r\n1\r\r\n0\r\n\r\n", "0\r\n\r\n1\r|"},
    {"LeadingZeros", "0000000000000005\r\nhello\r\n0\r\n\r\n", "hello|"},
    {"ManyZerosEnd", "0000000000000000\r\n\r\n", "|"},
    {"Extension", "5;a=b\r\nhello\r\n0;c=\"d;e\"\r\n\r\n", "hello|"},
    {"ExtensionAfterBlank", "5 \t;a\r\nhello\r\n0\r\n\r\n", "hello|"},
    {"ExtensionWithHighBytes", "1;\xff\r\nx\r\n0\r\n\r\n", "x|"},
    {"Trailers", "0\r\nA: b\r\n\r\n", "|"},
    {"Unfinished", "5\r\nhel", "hel..."},
    {"SeventeenDigits", "00000000000000005\r\nhello\r\n0\r\n\r\n",
     "chunk size with more than 16 digits"},
    {"Overflow", "10000000000000005\r\nhello\r\n0\r\n\r\n", "chunk size with more than 16 digits"},
    {"TwoToThe63", "8000000000000000\r\n", "chunk size of 2^63 or more"},
    {"AllOnes", "ffffffffffffffff\r\n", "chunk size of 2^63 or more"},
    {"Prefix0x", "0x5\r\nhello\r\n", std::string(kJunk)},
    {"Signed", "+5\r\nhello\r\n", "no chunk size"},
    {"Negative", "-5\r\nhello\r\n", "no chunk size"},
    {"NoSize", "\r\nhello\r\n", "no chunk size"},
    {"OnlyExtension", ";a\r\n", "no chunk size"},
    {"BlankBeforeTheSize", " 5\r\nhello\r\n", "no chunk size"},
    {"BlankAfterTheSize", "5 \r\nhello\r\n", std::string(kJunk)},
    {"NotHex", "g\r\n", "no chunk size"},
    {"JunkAfterTheSize", "5,\r\nhello\r\n", std::string(kJunk)},
    {"Underscore", "1_0\r\n", std::string(kJunk)},
    {"BareLfAfterTheSize", "5\nhello\r\n", std::string(kJunk)},
    {"BareCrAfterTheSize", "5\rhello\r\n", "bare CR in a chunk size line"},
    {"BareLfInAnExtension", "5;a\nhello\r\n", "control character in a chunk extension"},
    {"BareCrInAnExtension", "5;a\rb\r\n", "bare CR in a chunk size line"},
    {"NulInAnExtension", std::string("5;\0\r\n", 5), "control character in a chunk extension"},
    {"DataTooLong", "3\r\nabcd\r\n0\r\n\r\n", std::string(kNoCrlf)},
    {"DataTooShort", "5\r\nabc\r\n0\r\n\r\n", std::string(kNoCrlf)},
    {"NoCrlfAfterData", "3\r\nabc0\r\n\r\n", std::string(kNoCrlf)},
    {"BareLfAfterData", "3\r\nabc\n0\r\n\r\n", std::string(kNoCrlf)},
    {"BareCrAfterData", "3\r\nabc\r0\r\n\r\n", std::string(kNoCrlf)},
    {"BareLfAtTheEnd", "0\r\n\n", "bare LF in a head"},
    {"BareCrAtTheEnd", "0\r\n\r\r\n", "bare CR in a head"},
    {"JunkInsteadOfTrailers", "0\r\njunk\r\n\r\n", "malformed trailer"},
};

class ChunkedTest : public testing::TestWithParam<Case> {};
TEST_P(ChunkedTest, TakesTheGrammarAndNothingElse) {
  EXPECT_EQ(Decode({GetParam().wire}), GetParam().want);
  EXPECT_EQ(FirstDifferentSplit(GetParam().wire, GetParam().want, Decode), "");
}
INSTANTIATE_TEST_SUITE_P(H1_8, ChunkedTest, testing::ValuesIn(kCases),
                         [](const auto& row) { return row.param.name; });

TEST(ChunkExtensionTest, IsBoundedPerChunk) {
  const std::string at_limit = "1;" + Repeat("x", 1022) + "\r\ny\r\n";
  EXPECT_EQ(Decode({Repeat(at_limit, 5) + "0\r\n\r\n"}), "yyyyy|");
  const std::string over = "1;" + Repeat("x", 1100) + "\r\ny\r\n0\r\n\r\n";
  EXPECT_EQ(Decode({over}), "chunk extension too long");
  EXPECT_EQ(FirstDifferentSplit(over, "chunk extension too long", Decode), "");
}

TEST(ChunkOverheadTest, HonestTinyChunksPass) {
  // 5 bytes of framing for each: well under 16 x payload, however many there are.
  const std::string wire = Repeat("1\r\nx\r\n", 400'000) + "0\r\n\r\n";
  EXPECT_EQ(Decode({wire}).size(), 400'001u);
}

TEST(ChunkOverheadTest, AbsurdOverheadEndsTheConnection) {
  const std::string chunk = "1;" + Repeat("x", 200) + "\r\ny\r\n";
  EXPECT_EQ(Decode({Repeat(chunk, 5'000) + "0\r\n\r\n"}).size(), 5'001u);  // 1 MB of it is free
  EXPECT_EQ(Decode({Repeat(chunk, 6'000) + "0\r\n\r\n"}), "chunk framing outweighs the payload");
}

TEST(ChunkedDecoderTest, CountsEveryByteAndForgetsTheLastBody) {
  ChunkedDecoder decoder({});
  for (int round = 0; round < 2; ++round) {
    decoder.Begin();
    EXPECT_EQ(decoder.wire_bytes(), 0u);
    EXPECT_TRUE(decoder.trailers().empty());
    const std::string wire = "2;x\r\nab\r\n0\r\nT: v\r\n\r\n";
    std::string_view input = wire;
    while (decoder.Receive(input)->event != H1Event::kEnd) {
    }
    EXPECT_EQ(decoder.wire_bytes(), wire.size());
    EXPECT_EQ(decoder.trailers().Find("T"), "v");
  }
}

}  // namespace
}  // namespace outrigger::http
