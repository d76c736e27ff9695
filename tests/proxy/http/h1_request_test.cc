#include <gmock/gmock.h>

#include "tests/proxy/http/transcript.h"

// Requests through H1RequestDecoder. Row numbers (H1-...) are those of the robustness contract;
// each message runs whole, split in two at every place, and byte by byte, and must give the same
// transcript.
namespace outrigger::http {
namespace {

struct Case {
  const char* name;
  std::string wire;
  std::string want;
};
std::ostream& operator<<(std::ostream& out, const Case& row) { return out << row.name; }

std::string NameOf(const testing::TestParamInfo<Case>& row) { return row.param.name; }

/// A GET of / with these field lines after Host.
std::string Get(std::string_view fields) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

class RequestTest : public testing::TestWithParam<Case> {
 protected:
  static void ExpectTranscript(const Case& row) {
    const auto decode = [](const std::vector<std::string_view>& pieces) {
      return RequestTranscript(pieces);
    };
    EXPECT_EQ(decode({row.wire}), row.want);
    EXPECT_EQ(FirstDifferentSplit(row.wire, row.want, decode), "");
  }
};

// ---- what is served ----

class GoodRequest : public RequestTest {};
TEST_P(GoodRequest, GivesTheSameEventsHoweverItIsCut) { ExpectTranscript(GetParam()); }

const Case kMessages[] = {
    {"Get", "GET /a?b=c HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n",
     "HTTP/1.1 GET /a?b=c authority=a\nAccept: */*\n[keep-alive]\nend\n"},
    {"UnknownMethod", "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n",
     "HTTP/1.1 BREW /pot authority=a\n[keep-alive]\nend\n"},
    {"SizedBody", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
     "HTTP/1.1 POST / authority=a length=5\n[keep-alive]\nbody: hello\nend\n"},
    {"SizedBodyOfZero", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 POST / authority=a length=0\n[keep-alive]\nend\n"},
    {"ChunkedBody",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n "
     "world\r\n0\r\n\r\n",
     "HTTP/1.1 POST / authority=a chunked\n[keep-alive]\nbody: hello world\nend\n"},
    {"Pipelined",
     "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: b\r\nContent-Length: "
     "1\r\n\r\nxGET /3 HTTP/1.1\r\nHost: c\r\n\r\n",
     "HTTP/1.1 GET /1 authority=a\n[keep-alive]\nend\n"
     "HTTP/1.1 POST /2 authority=b length=1\n[keep-alive]\nbody: x\nend\n"
     "HTTP/1.1 GET /3 authority=c\n[keep-alive]\nend\n"},
    {"BodyCutShortIsNoEnd", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell",
     "HTTP/1.1 POST / authority=a length=5\n[keep-alive]\nbody: hell\nincomplete\n"},
    {"HeadCutShort", "GET / HTTP/1.1\r\nHost: a\r\n", "incomplete\n"},
    {"EmptyLinesBeforeARequest", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n",
     "HTTP/1.1 GET / authority=a\n[keep-alive]\nend\n"},
    {"FiveEmptyLines", "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
     "error 400 downstream malformed: empty lines instead of a request\n"},
    {"ValuesAreTrimmedAndMayBeEmpty", Get("A: \t b c \t\r\nB:\r\nC: \r\nD:d\r\n"),
     "HTTP/1.1 GET / authority=a\nA: b c\nB: \nC: \nD: d\n[keep-alive]\nend\n"},
    {"TabAndHighBytesInAValue", Get("A: x\ty\xc3\xa4\r\n"),
     "HTTP/1.1 GET / authority=a\nA: x\ty\xc3\xa4\n[keep-alive]\nend\n"},
    {"EveryTokenCharacterInAName", Get("!#$%&'*+-.^_`|~09azAZ: v\r\n"),
     "HTTP/1.1 GET / authority=a\n!#$%&'*+-.^_`|~09azAZ: v\n[keep-alive]\nend\n"},
    {"ColonsInAValue", Get("A: b: c:\r\n"),
     "HTTP/1.1 GET / authority=a\nA: b: c:\n[keep-alive]\nend\n"},
    {"RepeatedFieldsStayApart", Get("A: 1\r\nB: 2\r\na: 3\r\n"),
     "HTTP/1.1 GET / authority=a\nA: 1\nB: 2\na: 3\n[keep-alive]\nend\n"},
};
INSTANTIATE_TEST_SUITE_P(Message, GoodRequest, testing::ValuesIn(kMessages), NameOf);

const Case kConnections[] = {
    {"KeepAliveIsTheDefault", Get(""), "HTTP/1.1 GET / authority=a\n[keep-alive]\nend\n"},
    {"Close", Get("Connection: close\r\n"), "HTTP/1.1 GET / authority=a\n[close]\nend\n"},
    {"CloseInAList", Get("Connection: keep-alive, Close\r\n"),
     "HTTP/1.1 GET / authority=a\n[close]\nend\n"},
    {"CloseInASecondField", Get("Connection: keep-alive\r\nConnection: close\r\n"),
     "HTTP/1.1 GET / authority=a\n[close]\nend\n"},
    {"HopByHopFieldsAreTakenOut",
     Get("Keep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\nTE: gzip\r\nTrailer: "
         "T\r\nUpgrade: websocket\r\nA: b\r\n"),
     "HTTP/1.1 GET / authority=a\nA: b\n[keep-alive]\nend\n"},
    {"NamedFieldsAreTakenOut",
     Get("X-Before: 1\r\nConnection: x-before, X-AFTER\r\nX-After: 2\r\nA: b\r\nx-after: 3\r\n"),
     "HTTP/1.1 GET / authority=a\nA: b\n[keep-alive]\nend\n"},
    {"HostCannotBeNamedAway", Get("Connection: host\r\n"),
     "HTTP/1.1 GET / authority=a\n[keep-alive]\nend\n"},
    {"LengthCannotBeNamedAway",
     "POST / HTTP/1.1\r\nHost: a\r\nConnection: content-length\r\nContent-Length: 1\r\n\r\nx",
     "HTTP/1.1 POST / authority=a length=1\n[keep-alive]\nbody: x\nend\n"},
    {"IdentityCannotBeNamedAway",
     Get("Connection: X-Forwarded-For, authorization\r\nX-Forwarded-For: 1.2.3.4\r\nAuthorization: "
         "b\r\n"),
     "HTTP/1.1 GET / authority=a\nX-Forwarded-For: 1.2.3.4\nAuthorization: b\n[keep-alive]\nend\n"},
    {"TeTrailersIsRemembered", Get("TE: deflate, trailers\r\nConnection: TE\r\n"),
     "HTTP/1.1 GET / authority=a te=trailers\n[keep-alive]\nend\n"},
    {"ExpectIsKept", Get("Expect: 100-Continue\r\nContent-Length: 0\r\n"),
     "HTTP/1.1 GET / authority=a length=0 expect=100-continue\nExpect: "
     "100-Continue\n[keep-alive]\nend\n"},
    {"OtherExpectIsOnlyKept", Get("Expect: more\r\n"),
     "HTTP/1.1 GET / authority=a\nExpect: more\n[keep-alive]\nend\n"},
    {"ExpectMeansNothingIn10", "GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n",
     "HTTP/1.0 GET / authority=\n[close]\nend\n"},
    {"H1_17_Http10Closes", "GET / HTTP/1.0\r\n\r\n", "HTTP/1.0 GET / authority=\n[close]\nend\n"},
    {"H1_17_Http10WithKeepAlive", "GET / HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n",
     "HTTP/1.0 GET / authority=a\n[keep-alive]\nend\n"},
    {"H1_17_Http10WithBody", "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nok",
     "HTTP/1.0 POST / authority= length=2\n[close]\nbody: ok\nend\n"},
    {"H1_11_UpgradeIsNotReused",
     Get("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n"),
     "HTTP/1.1 GET / authority=a upgrade=websocket\nSec-WebSocket-Key: x\n[close]\nend\n"},
    {"H1_11_UpgradeWithoutConnectionIsNone", Get("Upgrade: websocket\r\n"),
     "HTTP/1.1 GET / authority=a\n[keep-alive]\nend\n"},
    {"H1_11_H2cIsNotOffered",
     Get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"),
     "HTTP/1.1 GET / authority=a\n[keep-alive]\nend\n"},
    {"H1_11_ConnectIsNotReused", "CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n",
     "HTTP/1.1 CONNECT b:443 authority=b:443\n[close]\nend\n"},
};
INSTANTIATE_TEST_SUITE_P(Connection, GoodRequest, testing::ValuesIn(kConnections), NameOf);

const Case kAuthorities[] = {
    {"AbsoluteFormWinsOverHost", "GET http://b:80/x HTTP/1.1\r\nHost: a\r\n\r\n",
     "HTTP/1.1 GET /x authority=b:80\n[keep-alive]\nend\n"},
    {"AbsoluteFormWithoutPath", "GET http://b?q HTTP/1.1\r\nHost: b\r\n\r\n",
     "HTTP/1.1 GET /?q authority=b\n[keep-alive]\nend\n"},
    {"AbsoluteFormIn10WithoutHost", "GET http://b/ HTTP/1.0\r\n\r\n",
     "HTTP/1.0 GET / authority=b\n[close]\nend\n"},
    {"OptionsAsterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
     "HTTP/1.1 OPTIONS * authority=a\n[keep-alive]\nend\n"},
    {"NoHost", "GET / HTTP/1.1\r\n\r\n", "error 400 downstream malformed: no Host\n"},
    {"NoHostWithAbsoluteForm", "GET http://b/ HTTP/1.1\r\n\r\n",
     "error 400 downstream malformed: no Host\n"},
    {"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
     "error 400 downstream malformed: more than one Host\n"},
    {"TwoEqualHosts", "GET / HTTP/1.1\r\nHost: a\r\nhOST: a\r\n\r\n",
     "error 400 downstream malformed: more than one Host\n"},
    {"TwoHostsIn10", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
     "error 400 downstream malformed: more than one Host\n"},
    {"EmptyHost", "GET / HTTP/1.1\r\nHost:\r\n\r\n",
     "HTTP/1.1 GET / authority=\n[keep-alive]\nend\n"},
    {"EmptyHostBesideAbsoluteForm", "GET http://b/ HTTP/1.1\r\nHost:\r\n\r\n",
     "HTTP/1.1 GET / authority=b\n[keep-alive]\nend\n"},
    {"TwoEmptyHosts", "GET / HTTP/1.1\r\nHost:\r\nHost:\r\n\r\n",
     "error 400 downstream malformed: more than one Host\n"},
    {"EmptyHostThenAnother", "GET / HTTP/1.1\r\nHost:\r\nHost: b\r\n\r\n",
     "error 400 downstream malformed: more than one Host\n"},
    {"HostWithPath", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
     "error 400 downstream malformed: bad Host\n"},
    {"HostWithUserInfo", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
     "error 400 downstream malformed: bad Host\n"},
    {"BadHostBesideAbsoluteForm", "GET http://b/ HTTP/1.1\r\nHost: a b\r\n\r\n",
     "error 400 downstream malformed: bad Host\n"},
    {"BadAuthorityInAbsoluteForm", "GET http://b:x/ HTTP/1.1\r\nHost: b\r\n\r\n",
     "error 400 downstream malformed: bad authority in the request target\n"},
    {"Fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
     "error 400 downstream malformed: bad character in the request target\n"},
    {"ConnectWithBody", "CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\nContent-Length: 1\r\n\r\nx",
     "error 400 downstream malformed: CONNECT with a body\n"},
    {"ConnectWithChunkedBody",
     "CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\nTransfer-Encoding: chunked\r\n\r\n",
     "error 400 downstream malformed: CONNECT with a body\n"},
};
INSTANTIATE_TEST_SUITE_P(H1_7, GoodRequest, testing::ValuesIn(kAuthorities), NameOf);

// ---- what is refused ----

class BadRequest : public RequestTest {};
TEST_P(BadRequest, IsRefusedHoweverItIsCut) { ExpectTranscript(GetParam()); }

std::string Malformed400(std::string_view detail) {
  return "error 400 downstream malformed: " + std::string(detail) + "\n";
}

std::string Post(std::string_view fields) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n0\r\n\r\n";
}

constexpr std::string_view kBoth = "both Content-Length and Transfer-Encoding";
constexpr std::string_view kNoNumber = "Content-Length is not a number";
constexpr std::string_view kUnknownTe = "Transfer-Encoding is unknown or repeats chunked";

// The rows marked Beast were refused by Beast 1.81 already, the others were let through by it.
const Case kFraming[] = {
    {"H1_1_LengthThenChunked_Beast", Post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
     Malformed400(kBoth)},
    {"H1_1_ChunkedThenLength_Beast", Post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
     Malformed400(kBoth)},
    {"H1_1_GzipAndLength", Post("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n"),
     Malformed400("both Content-Length and Transfer-Encoding")},
    {"H1_1_UnknownCodingAndLength", Post("Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n"),
     Malformed400("both Content-Length and Transfer-Encoding")},
    {"H1_2_Misspelt", Post("Transfer-Encoding: xchunked\r\n"), Malformed400(kUnknownTe)},
    {"H1_2_ChunkedIdentity", Post("Transfer-Encoding: chunked, identity\r\n"),
     Malformed400(kUnknownTe)},
    {"H1_2_ChunkedNotLast", Post("Transfer-Encoding: chunked, gzip\r\n"), Malformed400(kUnknownTe)},
    {"H1_2_Identity", Post("Transfer-Encoding: identity\r\n"), Malformed400(kUnknownTe)},
    {"H1_2_Empty", Post("Transfer-Encoding:\r\n"), Malformed400(kUnknownTe)},
    {"H1_2_Parameter", Post("Transfer-Encoding: chunked;q=1\r\n"), Malformed400(kUnknownTe)},
    {"H1_2_ChunkedTwiceInAList", Post("Transfer-Encoding: chunked, chunked\r\n"),
     Malformed400(kUnknownTe)},
    {"H1_2_ChunkedTwice_Beast",
     Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
     Malformed400(kUnknownTe)},
    {"H1_2_GzipWithoutChunked", Post("Transfer-Encoding: gzip\r\n"),
     Malformed400("Transfer-Encoding does not end with chunked")},
    {"H1_2_KnownCodingIsUnsupported", Post("Transfer-Encoding: gzip, chunked\r\n"),
     "error 501 downstream unsupported: transfer coding other than chunked\n"},
    {"H1_2_KnownCodingInTwoFields",
     Post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
     "error 501 downstream unsupported: transfer coding other than chunked\n"},
    {"H1_3_ChunkedInHttp10",
     "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     Malformed400("Transfer-Encoding in HTTP/1.0")},
    {"H1_4_Signed_Beast", Post("Content-Length: +3\r\n"), Malformed400(kNoNumber)},
    {"H1_4_Negative_Beast", Post("Content-Length: -3\r\n"), Malformed400(kNoNumber)},
    {"H1_4_Hex_Beast", Post("Content-Length: 0x3\r\n"), Malformed400(kNoNumber)},
    {"H1_4_Empty_Beast", Post("Content-Length:\r\n"), Malformed400("empty Content-Length")},
    {"H1_4_InnerSpace_Beast", Post("Content-Length: 3 3\r\n"), Malformed400(kNoNumber)},
    {"H1_4_Overflow_Beast", Post("Content-Length: 18446744073709551616\r\n"),
     "error 400 downstream too_large: Content-Length of 2^63 or more\n"},
    {"H1_4_TwoToThe63", Post("Content-Length: 9223372036854775808\r\n"),
     "error 400 downstream too_large: Content-Length of 2^63 or more\n"},
    {"H1_4_DifferingFields_Beast", Post("Content-Length: 3\r\nContent-Length: 4\r\n"),
     Malformed400("differing Content-Length values")},
    {"H1_4_DifferingList_Beast", Post("Content-Length: 3, 4\r\n"),
     Malformed400("differing Content-Length values")},
    {"H1_4_ListWithEmptyElement_Beast", Post("Content-Length: 3,\r\n"),
     Malformed400("empty Content-Length")},
};
INSTANTIATE_TEST_SUITE_P(Framing, BadRequest, testing::ValuesIn(kFraming), NameOf);

const Case kIdenticalLengths[] = {
    {"H1_4_RepeatedField",
     "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
     "HTTP/1.1 POST / authority=a length=3\n[keep-alive]\nbody: abc\nend\n"},
    {"H1_4_List", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc",
     "HTTP/1.1 POST / authority=a length=3\n[keep-alive]\nbody: abc\nend\n"},
};
INSTANTIATE_TEST_SUITE_P(IdenticalLengthsCollapse, GoodRequest,
                         testing::ValuesIn(kIdenticalLengths), NameOf);

const Case kBytes[] = {
    {"H1_5_BareLfEverywhere", "GET / HTTP/1.1\nHost: a\n\n", Malformed400("bare LF in a head")},
    {"H1_5_BareLfInAField", Get("A: b\nC: d\r\n"), Malformed400("bare LF in a head")},
    {"H1_5_BareLfAtTheEnd", "GET / HTTP/1.1\r\nHost: a\r\n\n", Malformed400("bare LF in a head")},
    {"H1_5_BareLfFirst", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", Malformed400("bare LF in a head")},
    {"H1_5_BareCrInAValue", Get("A: b\rC: d\r\n"), Malformed400("bare CR in a head")},
    {"H1_5_BareCrAtTheEnd", "GET / HTTP/1.1\r\nHost: a\r\n\rX", Malformed400("bare CR in a head")},
    {"H1_5_TwoCrs", "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", Malformed400("bare CR in a head")},
    {"H1_5_BareCrInTheRequestLine", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n",
     Malformed400("bare CR in a head")},
    {"H1_5_NulInAValue_Beast", Get(std::string("A: b\0c\r\n", 8)),
     Malformed400("control character in a head")},
    {"H1_5_NulInAName", Get(std::string("A\0b: c\r\n", 8)),
     Malformed400("control character in a head")},
    {"H1_5_NulInTheTarget", std::string("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 27),
     Malformed400("control character in a head")},
    {"H1_5_DeleteInAValue", Get("A: b\x7f\r\n"), Malformed400("control character in a head")},
    {"H1_5_EscapeInAValue", Get("A: \x1b[31m\r\n"), Malformed400("control character in a head")},
    {"H1_5_VerticalTabBeforeChunked", Post("Transfer-Encoding: \vchunked\r\n"),
     Malformed400("control character in a head")},
    {"H1_5_TlsOnAPlainPort", std::string("\x16\x03\x01\x02\x00\x01\x00", 7),
     Malformed400("control character in a head")},
    {"H1_5_ObsFold", Get("A: b\r\n c\r\n"), Malformed400("folded field line")},
    {"H1_5_ObsFoldWithTab", Get("A: b\r\n\tc\r\n"), Malformed400("folded field line")},
    {"H1_5_FoldedTransferEncoding", Post("Transfer-Encoding:\r\n chunked\r\n"),
     Malformed400("folded field line")},
    {"H1_5_BlankLineOfSpaces", "GET / HTTP/1.1\r\nHost: a\r\n \r\n\r\n",
     Malformed400("folded field line")},
    {"H1_5_BlankBeforeTheFirstField", "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
     Malformed400("folded field line")},
    {"H1_6_SpaceBeforeColon_Beast", Get("Content-Length : 5\r\n"),
     Malformed400("blank in or after a field name")},
    {"H1_6_TabBeforeColon", Get("A\t: 5\r\n"), Malformed400("blank in or after a field name")},
    {"H1_6_SpaceInAName", Get("A b: 5\r\n"), Malformed400("blank in or after a field name")},
    {"H1_6_EmptyName", Get(": b\r\n"), Malformed400("empty field name")},
    {"H1_6_NoColon", Get("Abc\r\n"), Malformed400("field line without a colon")},
    {"H1_6_SlashInAName", Get("A/b: c\r\n"), Malformed400("bad character in a field name")},
    {"H1_6_HighByteInAName", Get("A\xe4: c\r\n"), Malformed400("bad character in a field name")},
    {"H1_6_BracketsInAName", Get("A(b): c\r\n"), Malformed400("bad character in a field name")},
    {"H1_6_BadMethod_Beast", "G=T / HTTP/1.1\r\nHost: a\r\n\r\n", Malformed400("bad method")},
    {"H1_6_EmptyMethod", " / HTTP/1.1\r\nHost: a\r\n\r\n", Malformed400("bad method")},
    {"H1_6_MethodAfterBlank", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", Malformed400("bad method")},
    {"H1_6_TabAfterMethod", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", Malformed400("bad method")},
    {"TwoSpacesBeforeTheTarget", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
     Malformed400("no target in the request line")},
    {"TwoSpacesAfterTheTarget", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n",
     Malformed400("no HTTP version in the start line")},
    {"SpaceAfterTheVersion", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
     Malformed400("no HTTP version in the start line")},
    {"SpaceInTheTarget", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
     Malformed400("no HTTP version in the start line")},
    {"MethodOnly", "GET\r\nHost: a\r\n\r\n", Malformed400("no target in the request line")},
    {"H1_17_Http09", "GET /\r\n\r\n", Malformed400("no HTTP version in the start line")},
    {"LowerCaseVersion", "GET / http/1.1\r\nHost: a\r\n\r\n",
     Malformed400("no HTTP version in the start line")},
    {"VersionWithThreeDigits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n",
     Malformed400("no HTTP version in the start line")},
    {"VersionWithoutMinor", "GET / HTTP/1\r\nHost: a\r\n\r\n",
     Malformed400("no HTTP version in the start line")},
    {"Http2", "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
     "error 505 downstream unsupported: HTTP version other than 1.0 and 1.1\n"},
    {"Http09Spelt", "GET / HTTP/0.9\r\nHost: a\r\n\r\n",
     "error 505 downstream unsupported: HTTP version other than 1.0 and 1.1\n"},
    {"Http12", "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
     "error 505 downstream unsupported: HTTP version other than 1.0 and 1.1\n"},
    {"ConnectionWithJunk", Get("Connection: a b\r\n"), Malformed400("bad value of Connection")},
};
INSTANTIATE_TEST_SUITE_P(Bytes, BadRequest, testing::ValuesIn(kBytes), NameOf);

// ---- smuggling: what follows a refused message is never read as a request ----

TEST(RequestDecoderTest, StaysSpentAfterAnError) {
  Arena arena;
  RequestHead head(arena);
  H1RequestDecoder decoder({});
  std::string_view input =
      "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\nGET /smuggled "
      "HTTP/1.1\r\nHost: a\r\n\r\n";
  const Result<H1Step> first = decoder.Receive(input, head);
  ASSERT_TRUE(first.has_error());
  const Result<H1Step> second = decoder.Receive(input, head);
  ASSERT_TRUE(second.has_error());
  EXPECT_EQ(second.error(), first.error());
  EXPECT_FALSE(decoder.keep_alive());
  EXPECT_FALSE(decoder.idle());
}

TEST(RequestDecoderTest, LeavesTheNextRequestInTheInput) {
  Arena arena;
  RequestHead head(arena);
  H1RequestDecoder decoder({});
  std::string_view input = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(decoder.Receive(input, head)->event, H1Event::kHead);
  EXPECT_FALSE(decoder.idle());
  EXPECT_EQ(decoder.Receive(input, head)->event, H1Event::kEnd);
  EXPECT_TRUE(decoder.idle());
  EXPECT_EQ(input, "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(head.target, "/1");
}

TEST(RequestDecoderTest, DataAreSlicesOfTheInput) {
  Arena arena;
  RequestHead head(arena);
  H1RequestDecoder decoder({});
  const std::string_view wire = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
  std::string_view input = wire;
  EXPECT_EQ(decoder.Receive(input, head)->event, H1Event::kHead);
  const Result<H1Step> step = decoder.Receive(input, head);
  EXPECT_EQ(step->event, H1Event::kData);
  EXPECT_EQ(static_cast<const void*>(step->data.data()), wire.data() + wire.size() - 3);
}

TEST(RequestDecoderTest, IsIdleUntilTheFirstByteOfARequest) {
  Arena arena;
  RequestHead head(arena);
  H1RequestDecoder decoder({});
  EXPECT_TRUE(decoder.idle());
  std::string_view input = "\r\n";
  EXPECT_EQ(decoder.Receive(input, head)->event, H1Event::kNeedMore);
  EXPECT_TRUE(decoder.idle());  // an empty line is no request
  input = "G";
  EXPECT_EQ(decoder.Receive(input, head)->event, H1Event::kNeedMore);
  EXPECT_FALSE(decoder.idle());
}

TEST(RequestDecoderTest, ReleaseInTheMiddleLosesNothing) {
  Arena arena;
  RequestHead head(arena);
  H1RequestDecoder decoder({});
  for (char c : std::string_view("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                                 "chunked\r\n\r\n1\r\nx\r\n0\r\nT: v\r\n\r")) {
    const std::string byte(1, c);
    std::string_view input = byte;
    while (!input.empty()) ASSERT_TRUE(decoder.Receive(input, head).has_value());
    decoder.Release();
  }
  std::string_view input = "\n";
  EXPECT_EQ(decoder.Receive(input, head)->event, H1Event::kEnd);
  EXPECT_EQ(decoder.trailers().Find("t"), "v");
}

TEST(RequestDecoderTest, CountsBytesOnTheWire) {
  Arena arena;
  RequestHead head(arena);
  H1RequestDecoder decoder({});
  const std::string_view text = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string wire = std::string(text) + "3;x=y\r\nabc\r\n0\r\n\r\n";
  std::string_view input = wire;
  while (decoder.Receive(input, head)->event != H1Event::kEnd) {
  }
  EXPECT_EQ(head.wire_bytes, text.size());
  EXPECT_EQ(decoder.wire_body_bytes(), wire.size() - text.size());
}

// ---- H1-10 trailers ----

const std::string kChunkedHead = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string kChunkedTranscript = "HTTP/1.1 POST / authority=a chunked\n[keep-alive]\n";

const Case kTrailers[] = {
    {"AreKeptApart", kChunkedHead + "1\r\nx\r\n0\r\nGrpc-Status:  0 \r\nB:\r\n\r\n",
     kChunkedTranscript + "body: x\ntrailer Grpc-Status: 0\ntrailer B: \nend\n"},
    {"FramingRoutingAndCredentialsAreDropped",
     kChunkedHead +
         "0\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\nHost: b\r\nAuthorization: "
         "c\r\nCookie: d\r\n"
         "Connection: close\r\nX-Forwarded-For: e\r\nTE: f\r\nok: g\r\nContent-Type: h\r\n\r\n",
     kChunkedTranscript + "trailer ok: g\nend\n"},
    {"AreForgottenBeforeTheNextMessage",
     kChunkedHead + "0\r\nA: b\r\n\r\n" + kChunkedHead + "0\r\n\r\n" + Get(""),
     kChunkedTranscript + "trailer A: b\nend\n" + kChunkedTranscript +
         "end\nHTTP/1.1 GET / authority=a\n[keep-alive]\nend\n"},
    {"Folded", kChunkedHead + "0\r\nA: b\r\n c\r\n\r\n",
     kChunkedTranscript + Malformed400("malformed trailer")},
    {"SpaceBeforeColon", kChunkedHead + "0\r\nA : b\r\n\r\n",
     kChunkedTranscript + Malformed400("malformed trailer")},
    {"BareLf", kChunkedHead + "0\r\nA: b\n\r\n",
     kChunkedTranscript + Malformed400("bare LF in a head")},
    {"BareLfAtTheEnd", kChunkedHead + "0\r\n\n",
     kChunkedTranscript + Malformed400("bare LF in a head")},
    {"ARequestInsteadOfTheEnd", kChunkedHead + "0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
     kChunkedTranscript + Malformed400("malformed trailer")},
};
INSTANTIATE_TEST_SUITE_P(H1_10_Trailers, GoodRequest, testing::ValuesIn(kTrailers), NameOf);

// ---- H1-16 limits ----

H1Limits SmallLimits() {
  H1Limits limits;
  limits.max_head_bytes = 128;
  limits.max_fields = 3;
  limits.max_line_bytes = 32;
  limits.max_trailer_bytes = 64;
  limits.max_chunk_extension_bytes = 8;
  return limits;
}

class LimitTest : public testing::TestWithParam<Case> {};
TEST_P(LimitTest, AnswersHoweverTheBytesAreCut) {
  const auto decode = [](const std::vector<std::string_view>& pieces) {
    return RequestTranscript(pieces, SmallLimits());
  };
  EXPECT_EQ(decode({GetParam().wire}), GetParam().want);
  EXPECT_EQ(FirstDifferentSplit(GetParam().wire, GetParam().want, decode), "");
}

std::string Line(std::size_t size) { return "GET /" + Repeat("x", size - 16) + " HTTP/1.1\r\n"; }

const Case kLimits[] = {
    {"LineAtTheLimit", Line(32) + "Host: a\r\n\r\n",
     "HTTP/1.1 GET /" + Repeat("x", 16) + " authority=a\n[keep-alive]\nend\n"},
    {"LineOverTheLimit", Line(33) + "Host: a\r\n\r\n",
     "error 414 downstream too_large: request line too long\n"},
    {"EndlessLine", Repeat("x", 300), "error 414 downstream too_large: request line too long\n"},
    {"HeadAtTheLimit", Line(32) + "Host: a\r\nA: " + Repeat("y", 128 - 32 - 9 - 3 - 4) + "\r\n\r\n",
     "HTTP/1.1 GET /" + Repeat("x", 16) + " authority=a\nA: " + Repeat("y", 80) +
         "\n[keep-alive]\nend\n"},
    {"HeadOverTheLimit", Line(32) + "Host: a\r\nA: " + Repeat("y", 81) + "\r\n\r\n",
     "error 431 downstream too_large: head too large\n"},
    {"EndlessField", Line(32) + Repeat("y", 300),
     "error 431 downstream too_large: head too large\n"},
    {"FieldsAtTheLimit", Line(20) + "Host: a\r\nA:1\r\nB:2\r\n\r\n",
     "HTTP/1.1 GET /xxxx authority=a\nA: 1\nB: 2\n[keep-alive]\nend\n"},
    {"FieldsOverTheLimit", Line(20) + "Host: a\r\nA:1\r\nB:2\r\nC:3\r\n\r\n",
     "error 431 downstream too_large: too many fields\n"},
    {"ExtensionAtTheLimit", kChunkedHead + "1;2345678\r\nx\r\n0\r\n\r\n",
     kChunkedTranscript + "body: x\nend\n"},
    {"ExtensionOverTheLimit", kChunkedHead + "1;23456789\r\nx\r\n0\r\n\r\n",
     kChunkedTranscript + "error 400 downstream too_large: chunk extension too long\n"},
    {"TrailersOverTheLimit", kChunkedHead + "0\r\nA: " + Repeat("z", 64) + "\r\n\r\n",
     kChunkedTranscript + "error 400 downstream too_large: trailers too large\n"},
    {"TooManyTrailers", kChunkedHead + "0\r\nA:1\r\nB:2\r\nC:3\r\nD:4\r\n\r\n",
     kChunkedTranscript + "error 400 downstream too_large: too many trailers\n"},
};
INSTANTIATE_TEST_SUITE_P(H1_16, LimitTest, testing::ValuesIn(kLimits),
                         [](const auto& row) { return row.param.name; });

TEST(RequestLimitTest, DefaultsAreThoseOfTheContract) {
  const H1Limits limits;
  EXPECT_EQ(limits.max_head_bytes, 60u * 1024);
  EXPECT_EQ(limits.max_fields, 100u);
  EXPECT_EQ(limits.max_line_bytes, 16u * 1024);
}

TEST(RequestLimitTest, ConnectionOptionsAreBounded) {
  EXPECT_EQ(RequestTranscript({Get("Connection: " + Repeat("a,", 40) + "b\r\n")}),
            "error 431 downstream too_large: too many Connection options\n");
}

TEST(RequestLimitTest, ConnectionFieldsAreBounded) {
  EXPECT_THAT(RequestTranscript({Get(Repeat("Connection: a\r\n", 8))}), testing::EndsWith("end\n"));
  EXPECT_EQ(RequestTranscript({Get(Repeat("Connection: a\r\n", 9))}),
            "error 431 downstream too_large: too many Connection fields\n");
}

TEST(RequestLimitTest, AHundredFieldsPassWithDefaults) {
  EXPECT_THAT(RequestTranscript({Get(Repeat("A: b\r\n", 99))}), testing::EndsWith("end\n"));
  EXPECT_EQ(RequestTranscript({Get(Repeat("A: b\r\n", 100))}),
            "error 431 downstream too_large: too many fields\n");
}

}  // namespace
}  // namespace outrigger::http
