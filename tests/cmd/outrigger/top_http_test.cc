#include "cmd/outrigger/top_http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cmd/outrigger/top_text.h"
#include "tests/cmd/outrigger/fake_prometheus.h"

namespace outrigger::cli {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

struct Case {
  const char* name;
  std::string raw;
  int status;  // 0: refused
  const char* body;
};
class HttpReplyTest : public ::testing::TestWithParam<Case> {};
TEST_P(HttpReplyTest, IsTakenApart) {
  const auto reply = ParseHttpReply(GetParam().raw);
  ASSERT_EQ(reply.ok(), GetParam().status != 0);
  if (!reply.ok()) return;
  EXPECT_EQ(reply->status, GetParam().status);
  EXPECT_EQ(reply->body, GetParam().body);
}
const Case kCases[] = {
    {"Length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and more", 200, "hi"},
    {"UntilTheEnd", "HTTP/1.0 404 Not Found\r\n\r\nno such", 404, "no such"},
    {"Chunked",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
     200, "abcde"},
    {"Empty", "HTTP/1.1 204 No Content\r\n\r\n", 204, ""},
    {"CutShort", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhi", 0, ""},
    {"ChunkCutShort", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabc", 0, ""},
    {"ChunksWithoutEnd", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n", 0,
     ""},
    {"HugeChunk",
     "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\nabc\r\n", 0, ""},
    {"BadChunkSize", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", 0, ""},
    {"BadLength", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", 0, ""},
    {"NotHttp", "SSH-2.0-OpenSSH_9.2\r\n\r\n", 0, ""},
    {"NoHeadEnd", "HTTP/1.1 200 OK\r\n", 0, ""},
    {"BadStatus", "HTTP/1.1 abc\r\n\r\n", 0, ""},
    {"Nothing", "", 0, ""},
};
INSTANTIATE_TEST_SUITE_P(Table, HttpReplyTest, ::testing::ValuesIn(kCases),
                         [](const auto& row) { return row.param.name; });

TEST(UrlEncode, KeepsOnlyWhatMayStand) {
  EXPECT_EQ(UrlEncode("sum by (x) (rate(a{b=\"c d\"}[5s]))"),
            "sum%20by%20%28x%29%20%28rate%28a%7Bb%3D%22c%20d%22%7D%5B5s%5D%29%29");
  EXPECT_EQ(UrlEncode("\xff+&"), "%FF%2B%26");
}

TEST(HttpGet, AsksOverTcpAndUnixSockets) {
  FakePrometheus server([](const std::string& request) {
    EXPECT_THAT(request, HasSubstr("GET /prefix/x?y HTTP/1.1\r\n"));
    return "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  });
  for (HttpAddress address : {server.tcp(), server.unix()}) {
    address.prefix = "/prefix";
    const auto reply = HttpGet(address, "/x?y", 5s);
    ASSERT_TRUE(reply.ok()) << MessageOf(reply.status());
    EXPECT_EQ(reply->body, "hello");
  }
}

TEST(HttpGet, SaysWhereNobodyAnswers) {
  HttpAddress address;
  {
    FakePrometheus gone([](const std::string&) { return ""; });
    address = gone.tcp();
  }
  EXPECT_THAT(MessageOf(HttpGet(address, "/", 5s).status()),
              HasSubstr(address.text + ": Connection refused"));
  address.socket = "/nonexistent/prometheus.sock";
  address.text = address.socket;
  EXPECT_THAT(MessageOf(HttpGet(address, "/", 5s).status()),
              HasSubstr("/nonexistent/prometheus.sock: No such file or directory"));
}

TEST(HttpGet, GivesUpOnAServerThatSaysNothing) {
  FakePrometheus server([](const std::string&) { return FakePrometheus::kSilent; });
  EXPECT_THAT(MessageOf(HttpGet(server.tcp(), "/", 50ms).status()), HasSubstr("no answer in time"));
}

}  // namespace
}  // namespace outrigger::cli
