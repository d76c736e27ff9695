#include <gtest/gtest.h>

#include "proxy/http/h1_codec.h"

namespace outrigger::http {
namespace {

class EncoderTest : public testing::Test {
 protected:
  EncoderTest() {
    request_.method = "GET";
    request_.target = "/";
    request_.authority = "a";
  }
  std::string Encode(const RequestHead& head, bool close = false) {
    std::string out;
    framing_ = EncodeHead(head, close, out);
    return out;
  }
  std::string Encode(const ResponseHead& head, Version client = Version::kHttp11,
                     bool close = false) {
    std::string out;
    framing_ = EncodeHead(head, client, close, out);
    return out;
  }

  Arena arena_;
  RequestHead request_{arena_};
  ResponseHead response_{arena_};
  BodyFraming framing_ = BodyFraming::kNone;
};

TEST_F(EncoderTest, RequestHasHostFirstAndFramingLast) {
  request_.method = "POST";
  request_.target = "/a?b";
  request_.authority = "reviews:9080";
  request_.headers.Add("Accept", "*/*");
  request_.headers.Add("x-a", "");
  request_.content_length = 5;
  EXPECT_EQ(Encode(request_),
            "POST /a?b HTTP/1.1\r\nHost: reviews:9080\r\nAccept: */*\r\nx-a: \r\nContent-Length: "
            "5\r\n\r\n");
  EXPECT_EQ(framing_, BodyFraming::kSized);
}

TEST_F(EncoderTest, AppendsToWhatIsThere) {
  std::string out = "before";
  EncodeHead(request_, false, out);
  EXPECT_EQ(out, "beforeGET / HTTP/1.1\r\nHost: a\r\n\r\n");
}

TEST_F(EncoderTest, RequestBodiesAreFramedAsTheHeadSays) {
  EXPECT_EQ(Encode(request_), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(framing_, BodyFraming::kNone);
  request_.content_length = 0;
  EXPECT_EQ(Encode(request_), "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(framing_, BodyFraming::kNone);
  request_.content_length.reset();
  request_.chunked = true;
  EXPECT_EQ(Encode(request_), "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(framing_, BodyFraming::kChunked);
}

TEST_F(EncoderTest, RequestNeverCarriesBothFramings) {
  request_.content_length = 5;
  request_.chunked = true;
  EXPECT_EQ(Encode(request_), "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST_F(EncoderTest, RequestConnectionFieldsAreWrittenAnew) {
  for (const char* name : {"Host", "Connection", "keep-alive", "Proxy-Connection",
                           "Transfer-Encoding", "Content-Length", "TE", "Trailer", "Upgrade"}) {
    request_.headers.Add(name, "5");
  }
  request_.te_trailers = true;
  request_.upgrade = "websocket";
  EXPECT_EQ(Encode(request_, /*close=*/true),
            "GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nUpgrade: websocket\r\nConnection: close, "
            "TE, Upgrade\r\n\r\n");
}

TEST_F(EncoderTest, RequestFromHttp10WithoutHostGetsAnEmptyOne) {
  request_.version = Version::kHttp10;
  request_.authority = {};
  EXPECT_EQ(Encode(request_), "GET / HTTP/1.1\r\nHost: \r\n\r\n");
}

TEST_F(EncoderTest, FieldsThatWouldBreakTheirLineAreLeftOut) {
  request_.headers.Add("a", "x\r\nEvil: 1");
  request_.headers.Add("b", "x\ny");
  request_.headers.Add("c", "x\ry");
  request_.headers.Add("d", std::string_view("x\0y", 3));
  request_.headers.Add("e\r\nEvil", "1");
  request_.headers.Add("f:", "1");
  request_.headers.Add("", "1");
  request_.headers.Add("g g", "1");
  request_.headers.Add("h", "tab\tis fine");
  EXPECT_EQ(Encode(request_), "GET / HTTP/1.1\r\nHost: a\r\nh: tab\tis fine\r\n\r\n");
}

TEST_F(EncoderTest, StartLineCannotBeBroken) {
  request_.method = "GET /x HTTP/1.1\r\n";
  request_.target = "/\r\nHost: evil\n";
  request_.authority = std::string_view("a\r\nb\0c", 6);
  EXPECT_EQ(Encode(request_), "GET_/x_HTTP/1.1__ /__Host:_evil_ HTTP/1.1\r\nHost: a__b_c\r\n\r\n");
  request_ = RequestHead(arena_);
  request_.upgrade = "x\r\ny";
  EXPECT_EQ(Encode(request_).find('x'), std::string::npos);
}

TEST_F(EncoderTest, ResponseStatusLine) {
  response_.content_length = 0;
  EXPECT_EQ(Encode(response_), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  response_.reason = "Fine";
  EXPECT_EQ(Encode(response_), "HTTP/1.1 200 Fine\r\nContent-Length: 0\r\n\r\n");
  response_.reason = "Fine\r\nSet-Cookie: x";
  EXPECT_EQ(Encode(response_), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  response_.status = 12345;
  EXPECT_EQ(Encode(response_), "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
}

struct FramingCase {
  const char* name;
  int status;
  std::optional<std::uint64_t> content_length;
  bool chunked;
  bool bodyless;
  Version client;
  std::string_view want_fields;
  BodyFraming want;
};
std::ostream& operator<<(std::ostream& out, const FramingCase& row) { return out << row.name; }

class ResponseFramingTest : public EncoderTest, public testing::WithParamInterface<FramingCase> {};

const FramingCase kFramings[] = {
    {"Sized", 200, 5, false, false, Version::kHttp11, "Content-Length: 5\r\n", BodyFraming::kSized},
    {"Empty", 200, 0, false, false, Version::kHttp11, "Content-Length: 0\r\n", BodyFraming::kNone},
    {"NothingSaid",
     503,
     {},
     false,
     false,
     Version::kHttp11,
     "Content-Length: 0\r\n",
     BodyFraming::kNone},
    {"Chunked",
     200,
     {},
     true,
     false,
     Version::kHttp11,
     "Transfer-Encoding: chunked\r\n",
     BodyFraming::kChunked},
    {"ChunkedTo10",
     200,
     {},
     true,
     false,
     Version::kHttp10,
     "Connection: close\r\n",
     BodyFraming::kUntilClose},
    {"SizedTo10", 200, 5, false, false, Version::kHttp10,
     "Connection: keep-alive\r\nContent-Length: 5\r\n", BodyFraming::kSized},
    {"HeadKeepsTheLength", 200, 5, false, true, Version::kHttp11, "Content-Length: 5\r\n",
     BodyFraming::kNone},
    {"HeadOfUnknownLength", 200, {}, true, true, Version::kHttp11, "", BodyFraming::kNone},
    {"NotModified", 304, 5, false, true, Version::kHttp11, "Content-Length: 5\r\n",
     BodyFraming::kNone},
    {"NotModifiedWithoutLength", 304, {}, false, false, Version::kHttp11, "", BodyFraming::kNone},
    {"NoContent", 204, 5, false, true, Version::kHttp11, "", BodyFraming::kNone},
    {"Continue", 100, {}, false, true, Version::kHttp11, "", BodyFraming::kNone},
    {"EarlyHintsNeverChunked", 103, {}, true, false, Version::kHttp11, "", BodyFraming::kNone},
};

TEST_P(ResponseFramingTest, FollowsStatusAndClient) {
  const FramingCase& row = GetParam();
  response_.status = row.status;
  response_.reason = "R";
  response_.content_length = row.content_length;
  response_.chunked = row.chunked;
  response_.bodyless = row.bodyless;
  EXPECT_EQ(Encode(response_, row.client), "HTTP/1.1 " + std::to_string(row.status) + " R\r\n" +
                                               std::string(row.want_fields) + "\r\n");
  EXPECT_EQ(framing_, row.want);
}
INSTANTIATE_TEST_SUITE_P(Encoder, ResponseFramingTest, testing::ValuesIn(kFramings),
                         [](const auto& row) { return row.param.name; });

TEST_F(EncoderTest, ResponseUntilCloseIsChunkedForHttp11) {
  response_.close_delimited = true;
  EXPECT_EQ(Encode(response_), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(framing_, BodyFraming::kChunked);
}

TEST_F(EncoderTest, ResponseSaysClose) {
  response_.content_length = 1;
  EXPECT_EQ(Encode(response_, Version::kHttp11, true),
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n");
  EXPECT_EQ(Encode(response_, Version::kHttp10, true),
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n");
}

TEST_F(EncoderTest, SwitchingProtocolsNamesItsProtocol) {
  response_.status = 101;
  response_.bodyless = true;
  response_.upgrade = "websocket";
  response_.headers.Add("Sec-WebSocket-Accept", "x");
  EXPECT_EQ(Encode(response_, Version::kHttp11, true),
            "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\nUpgrade: "
            "websocket\r\nConnection: Upgrade\r\n\r\n");
}

TEST_F(EncoderTest, OnlySwitchingProtocolsCarriesUpgrade) {
  response_.upgrade = "websocket";
  EXPECT_EQ(Encode(response_), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

TEST(ChunkEncoderTest, WritesSizesInHexadecimal) {
  std::string out;
  EncodeChunkPrefix(1, out);
  EncodeChunkPrefix(16384, out);
  EXPECT_EQ(out, "1\r\n4000\r\n");
}

TEST(ChunkEncoderTest, EndsWithTrailersThatMayStandThere) {
  std::string out;
  EncodeEnd(nullptr, out);
  EXPECT_EQ(out, "0\r\n\r\n");
  Arena arena;
  HeaderMap trailers(arena);
  trailers.Add("Grpc-Status", "0");
  trailers.Add("Content-Length", "5");
  trailers.Add("Host", "evil");
  trailers.Add("a", "b\r\nc");
  out.clear();
  EncodeEnd(&trailers, out);
  EXPECT_EQ(out, "0\r\nGrpc-Status: 0\r\n\r\n");
}

}  // namespace
}  // namespace outrigger::http
