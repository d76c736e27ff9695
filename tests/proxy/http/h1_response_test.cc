#include <gmock/gmock.h>

#include "tests/proxy/http/transcript.h"

// Responses through H1ResponseDecoder; every row runs at every split.
namespace outrigger::http {
namespace {

struct Case {
  const char* name;
  std::string wire;
  std::string want;
  ResponseInput input = {};
};
std::ostream& operator<<(std::ostream& out, const Case& row) { return out << row.name; }

class ResponseTest : public testing::TestWithParam<Case> {};
TEST_P(ResponseTest, GivesTheSameEventsHoweverItIsCut) {
  const Case& row = GetParam();
  const auto decode = [&row](const std::vector<std::string_view>& pieces) {
    return ResponseTranscript(pieces, row.input);
  };
  EXPECT_EQ(decode({row.wire}), row.want);
  EXPECT_EQ(FirstDifferentSplit(row.wire, row.want, decode), "");
}

std::string NameOf(const testing::TestParamInfo<Case>& row) { return row.param.name; }

const ResponseInput kHead{{"HEAD"}, false};
const ResponseInput kConnect{{"CONNECT"}, false};
const ResponseInput kEof{{"GET"}, true};

const Case kMessages[] = {
    {"Sized", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nServer: x\r\n\r\nhello",
     "HTTP/1.1 200 OK length=5\nServer: x\n[keep-alive]\nbody: hello\nend\n"},
    {"Empty", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 404 Not Found length=0\n[keep-alive]\nend\n"},
    {"Chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
     "HTTP/1.1 200 OK chunked\n[keep-alive]\nbody: abc\nend\n"},
    {"ChunkedWithTrailers",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nGrpc-Status: 0\r\nSet-Cookie: "
     "x\r\n\r\n",
     "HTTP/1.1 200 OK chunked\n[keep-alive]\ntrailer Grpc-Status: 0\nend\n"},
    {"CloseDelimited", "HTTP/1.1 200 OK\r\n\r\nhello",
     "HTTP/1.1 200 OK until-close\n[close]\nbody: hello\nend\n", kEof},
    {"CloseDelimitedWithoutAByte", "HTTP/1.1 200 OK\r\n\r\n",
     "HTTP/1.1 200 OK until-close\n[close]\nend\n", kEof},
    {"ConnectionClose", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx",
     "HTTP/1.1 200 OK length=1\n[close]\nbody: x\nend\n"},
    {"Http10", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx",
     "HTTP/1.0 200 OK length=1\n[close]\nbody: x\nend\n"},
    {"Http10KeepAlive", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx",
     "HTTP/1.0 200 OK length=1\n[keep-alive]\nbody: x\nend\n"},
    {"Http10KeepAliveWithoutLength", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nx",
     "HTTP/1.0 200 OK until-close\n[close]\nbody: x\nend\n", kEof},
    {"NoReason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 200  length=0\n[keep-alive]\nend\n"},
    {"NoSpaceAfterTheStatus", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 200  length=0\n[keep-alive]\nend\n"},
    {"ReasonWithSpacesAndHighBytes", "HTTP/1.1 404 Nicht da: \xc3\xa4\r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 404 Nicht da: \xc3\xa4 length=0\n[keep-alive]\nend\n"},
    {"UnknownStatus", "HTTP/1.1 799 Odd\r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 799 Odd length=0\n[keep-alive]\nend\n"},
    {"HopByHopFieldsAreTakenOut",
     "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nConnection: keep-alive, X-A\r\nX-A: "
     "1\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n"
     "Content-Length: 0\r\nUpgrade: h2\r\n\r\n",
     "HTTP/1.1 200 OK length=0\nSet-Cookie: a\nSet-Cookie: b\n[keep-alive]\nend\n"},
    {"TwoInARow",
     "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 204 No Content\r\n\r\n",
     "HTTP/1.1 200 OK length=1\n[keep-alive]\nbody: a\nend\nHTTP/1.1 204 No Content "
     "bodyless\n[keep-alive]\nend\n",
     {{"GET", "DELETE"}, false}},
};
INSTANTIATE_TEST_SUITE_P(Message, ResponseTest, testing::ValuesIn(kMessages), NameOf);

const Case kBodyless[] = {
    {"HeadKeepsTheLength", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n",
     "HTTP/1.1 200 OK length=500 bodyless\n[keep-alive]\nend\n", kHead},
    {"HeadWithChunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
     "HTTP/1.1 200 OK chunked bodyless\n[keep-alive]\nend\n", kHead},
    {"HeadWithoutLengthMayBeReused", "HTTP/1.1 200 OK\r\n\r\n",
     "HTTP/1.1 200 OK bodyless\n[keep-alive]\nend\n", kHead},
    {"NotModifiedKeepsTheLength", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
     "HTTP/1.1 304 Not Modified length=9 bodyless\n[keep-alive]\nend\n"},
    {"NoContentHasNoLength", "HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n",
     "HTTP/1.1 204 No Content bodyless\n[keep-alive]\nend\n"},
    {"NoContentWithChunked", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
     "HTTP/1.1 204 No Content bodyless\n[keep-alive]\nend\n"},
    {"InterimThenFinal",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 "
     "OK\r\nContent-Length: 1\r\n\r\nx",
     "HTTP/1.1 100 Continue bodyless\n[keep-alive]\nend\nHTTP/1.1 103 Early Hints bodyless\nLink: "
     "x\n[keep-alive]\nend\n"
     "HTTP/1.1 200 OK length=1\n[keep-alive]\nbody: x\nend\n"},
    {"InterimForHead", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n",
     "HTTP/1.1 100 Continue bodyless\n[keep-alive]\nend\nHTTP/1.1 200 OK length=7 "
     "bodyless\n[keep-alive]\nend\n",
     kHead},
    {"InterimIsNotTheAnswer", "HTTP/1.1 100 Continue\r\n\r\n",
     "HTTP/1.1 100 Continue bodyless\n[keep-alive]\nend\nincomplete\n"},
    {"InterimThenClosed", "HTTP/1.1 100 Continue\r\n\r\n",
     "HTTP/1.1 100 Continue bodyless\n[keep-alive]\nend\nerror upstream closed: closed before a "
     "response\n",
     kEof},
    {"ExtraBytes", "HTTP/1.1 204 No Content\r\n\r\nx",
     "HTTP/1.1 204 No Content bodyless\n[keep-alive]\nend\nerror upstream malformed: bytes without "
     "a request\n"},
    {"ExtraBytesAfterASizedBody", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxy",
     "HTTP/1.1 200 OK length=1\n[keep-alive]\nbody: x\nend\nerror upstream malformed: bytes "
     "without a request\n"},
    {"AnswerWithoutRequest",
     "HTTP/1.1 200 OK\r\n\r\n",
     "error upstream malformed: bytes without a request\n",
     {{}, false}},
    {"AnswerWithoutRequest408",
     "HTTP/1.1 408 Request Timeout\r\n\r\n",
     "error upstream malformed: bytes without a request\n",
     {{}, false}},
};
INSTANTIATE_TEST_SUITE_P(H1_13, ResponseTest, testing::ValuesIn(kBodyless), NameOf);

const Case kTunnels[] = {
    {"SwitchingProtocols",
     "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "
     "websocket\r\n\r\n\x81\x05hello",
     "HTTP/1.1 101 Switching Protocols bodyless upgrade=websocket\n[close]\nbody: "
     "\x81\x05hello\nend\n",
     kEof},
    {"SwitchingProtocolsIgnoresLengths",
     "HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n\r\nabc",
     "HTTP/1.1 101 X bodyless upgrade=websocket\n[close]\nbody: abc\nend\n", kEof},
    {"SwitchingToNothing", "HTTP/1.1 101 X\r\n\r\n",
     "error upstream malformed: 101 without Upgrade\n"},
    {"ConnectAccepted",
     "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc",
     "HTTP/1.1 200 OK bodyless\n[close]\nbody: abc\nend\n",
     {{"CONNECT"}, true}},
    {"ConnectRefused", "HTTP/1.1 403 Forbidden\r\nContent-Length: 1\r\n\r\nx",
     "HTTP/1.1 403 Forbidden length=1\n[keep-alive]\nbody: x\nend\n", kConnect},
};
INSTANTIATE_TEST_SUITE_P(H1_11, ResponseTest, testing::ValuesIn(kTunnels), NameOf);

std::string Malformed(std::string_view detail) {
  return "error upstream malformed: " + std::string(detail) + "\n";
}
std::string With(std::string_view fields) {
  return "HTTP/1.1 200 OK\r\n" + std::string(fields) + "\r\n0\r\n\r\n";
}

constexpr std::string_view kUnknownTe = "Transfer-Encoding is unknown or repeats chunked";

const Case kRefused[] = {
    {"H1_1_LengthAndChunked_Beast", With("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
     Malformed("both Content-Length and Transfer-Encoding")},
    {"H1_1_LengthAndGzip", With("Content-Length: 5\r\nTransfer-Encoding: gzip\r\n"),
     Malformed("both Content-Length and Transfer-Encoding")},
    {"H1_1_EvenForHead", With("Content-Length: 5\r\nTransfer-Encoding: gzip\r\n"),
     Malformed("both Content-Length and Transfer-Encoding"), kHead},
    {"H1_2_Misspelt", With("Transfer-Encoding: xchunked\r\n"), Malformed(kUnknownTe)},
    {"H1_2_ChunkedIdentity", With("Transfer-Encoding: chunked, identity\r\n"),
     Malformed(kUnknownTe)},
    {"H1_2_GzipUntilClose", With("Transfer-Encoding: gzip\r\n"),
     Malformed("Transfer-Encoding does not end with chunked")},
    {"H1_2_GzipChunked", With("Transfer-Encoding: gzip, chunked\r\n"),
     "error upstream unsupported: transfer coding other than chunked\n"},
    {"H1_3_Http10Chunked", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     Malformed("Transfer-Encoding in HTTP/1.0")},
    {"H1_4_Signed", With("Content-Length: +5\r\n"), Malformed("Content-Length is not a number")},
    {"H1_4_Differing", With("Content-Length: 5\r\nContent-Length: 6\r\n"),
     Malformed("differing Content-Length values")},
    {"H1_4_TwoToThe63", With("Content-Length: 9223372036854775808\r\n"),
     "error upstream too_large: Content-Length of 2^63 or more\n"},
    {"H1_5_BareLf", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", Malformed("bare LF in a head")},
    {"H1_5_BareCr", With("A: b\rc\r\n"), Malformed("bare CR in a head")},
    {"H1_5_Nul", With(std::string("A: \0\r\n", 6)), Malformed("control character in a head")},
    {"H1_5_FoldBeforeTheFirstField", With(" A: b\r\n"), Malformed("folded field line")},
    {"H1_5_FoldInAName", With("Content\r\n -Length: 5\r\n"),
     Malformed("blank in or after a field name")},
    {"H1_6_SpaceBeforeColon", With("Content-Length : 5\r\n"),
     Malformed("blank in or after a field name")},
    {"H1_6_EmptyName", With(": 5\r\n"), Malformed("empty field name")},
    {"H1_6_NoColon", With("junk\r\n"), Malformed("field line without a colon")},
    {"NotHttp", "SSH-2.0-OpenSSH_9.2\r\n\r\n", Malformed("no HTTP version in the start line")},
    {"EmptyLineFirst", "\r\nHTTP/1.1 200 OK\r\n\r\n", Malformed("bad status line")},
    {"Http2", "HTTP/2.0 200 OK\r\n\r\n",
     "error upstream unsupported: HTTP version other than 1.0 and 1.1\n"},
    {"TwoDigitStatus", "HTTP/1.1 20 OK\r\n\r\n", Malformed("bad status line")},
    {"FourDigitStatus", "HTTP/1.1 2000 OK\r\n\r\n", Malformed("bad status line")},
    {"SignedStatus", "HTTP/1.1 +20 OK\r\n\r\n", Malformed("bad status line")},
    {"StatusBelow100", "HTTP/1.1 099 X\r\n\r\n", Malformed("status below 100")},
    {"TwoSpacesBeforeTheStatus", "HTTP/1.1  200 OK\r\n\r\n", Malformed("bad status line")},
    {"VersionOnly", "HTTP/1.1\r\n\r\n", Malformed("bad status line")},
};
INSTANTIATE_TEST_SUITE_P(Refused, ResponseTest, testing::ValuesIn(kRefused), NameOf);

const Case kFolds[] = {
    {"BecomeOneSpace", "HTTP/1.1 200 OK\r\nA: b \t\r\n \t c\r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 200 OK length=0\nA: b c\n[keep-alive]\nend\n"},
    {"Several", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\td\r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 200 OK length=0\nA: b c d\n[keep-alive]\nend\n"},
    {"AroundAnEmptyValue", "HTTP/1.1 200 OK\r\nA:\r\n b\r\nC: d\r\n \r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 200 OK length=0\nA: b\nC: d\n[keep-alive]\nend\n"},
    {"InALength", "HTTP/1.1 200 OK\r\nContent-Length:\r\n 2\r\n\r\nok",
     "HTTP/1.1 200 OK length=2\n[keep-alive]\nbody: ok\nend\n"},
    {"InALengthWithTwoNumbers", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n 2\r\n\r\nok",
     Malformed("Content-Length is not a number")},
    {"WithoutAReason", "HTTP/1.1 200\r\nA: b\r\n c\r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 200  length=0\nA: b c\n[keep-alive]\nend\n"},
};
INSTANTIATE_TEST_SUITE_P(H1_5_Folds, ResponseTest, testing::ValuesIn(kFolds), NameOf);

const Case kCut[] = {
    {"BeforeTheFirstByte", "", "error upstream closed: closed before a response\n", kEof},
    {"InsideTheHead", "HTTP/1.1 200 OK\r\nContent-Le",
     "error upstream reset: closed inside a response head\n", kEof},
    {"InsideASizedBody", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
     "HTTP/1.1 200 OK length=5\n[keep-alive]\nbody: hell\nerror upstream reset: closed inside a "
     "response body\n",
     kEof},
    {"BeforeASizedBody", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
     "HTTP/1.1 200 OK length=5\n[keep-alive]\nerror upstream reset: closed inside a response "
     "body\n",
     kEof},
    {"InsideAChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
     "HTTP/1.1 200 OK chunked\n[keep-alive]\nbody: hel\nerror upstream reset: closed inside a "
     "response body\n",
     kEof},
    {"BeforeTheLastChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n",
     "HTTP/1.1 200 OK chunked\n[keep-alive]\nbody: he\nerror upstream reset: closed inside a "
     "response body\n",
     kEof},
    {"BeforeTheFinalEmptyLine",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n0\r\n",
     "HTTP/1.1 200 OK chunked\n[keep-alive]\nbody: he\nerror upstream reset: closed inside a "
     "response body\n",
     kEof},
    {"AfterTheResponse", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 200 OK length=0\n[keep-alive]\nend\nerror upstream closed: closed before a "
     "response\n",
     kEof},
};
INSTANTIATE_TEST_SUITE_P(H1_15, ResponseTest, testing::ValuesIn(kCut), NameOf);

TEST(ResponseLimitTest, HeadsAreBounded) {
  EXPECT_EQ(ResponseTranscript({"HTTP/1.1 200 " + Repeat("x", 17 * 1024)}),
            "error upstream too_large: status line too long\n");
  EXPECT_EQ(ResponseTranscript({"HTTP/1.1 200 OK\r\nA: " + Repeat("x", 61 * 1024)}),
            "error upstream too_large: head too large\n");
  EXPECT_EQ(ResponseTranscript({"HTTP/1.1 200 OK\r\n" + Repeat("A: b\r\n", 101)}),
            "error upstream too_large: too many fields\n");
}

TEST(ResponseDecoderTest, IsIdleWhenNothingIsOwed) {
  Arena arena;
  ResponseHead head(arena);
  H1ResponseDecoder decoder({});
  EXPECT_TRUE(decoder.idle());
  decoder.Expect("GET");
  EXPECT_FALSE(decoder.idle());
  std::string_view input = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nmore";
  EXPECT_EQ(decoder.Receive(input, head)->event, H1Event::kHead);
  EXPECT_FALSE(decoder.idle());
  EXPECT_EQ(decoder.Receive(input, head)->event, H1Event::kEnd);
  EXPECT_TRUE(decoder.idle());
  EXPECT_EQ(input, "more");  // left for the caller, who closes
}

TEST(ResponseDecoderTest, TunnelIsOverWithTheNextHead) {
  Arena arena;
  ResponseHead head(arena);
  H1ResponseDecoder decoder({});
  decoder.Expect("GET");
  std::string_view input = "HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
  EXPECT_EQ(decoder.Receive(input, head)->event, H1Event::kHead);
  EXPECT_TRUE(decoder.tunnel());
  EXPECT_FALSE(decoder.keep_alive());
  EXPECT_EQ(decoder.Receive(input, head)->event, H1Event::kNeedMore);
  EXPECT_EQ(decoder.ReceiveEof()->event, H1Event::kEnd);
}

}  // namespace
}  // namespace outrigger::http
