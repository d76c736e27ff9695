#include "embed/convert.h"

#include <gtest/gtest.h>

namespace outrigger::embed {
namespace {

TEST(HttpDateTest, FollowsRfc9110) {
  EXPECT_EQ(HttpDate(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(HttpDate(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(HttpDate(951782400), "Tue, 29 Feb 2000 00:00:00 GMT");
}

TEST(ToRequestTest, PutsHostFirst) {
  Arena arena;
  http::RequestHead head(arena);
  head.method = "GET";
  head.target = "/a?b";
  head.authority = "shop:9080";
  head.headers.Add("X-A", "1");
  const Request request = ToRequest(head);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/a?b");
  EXPECT_EQ(request.headers.fields(),
            (std::vector<Headers::Field>{{"Host", "shop:9080"}, {"X-A", "1"}}));
}

TEST(FillHeadTest, LeavesTheEnginesFieldsToTheEngine) {
  Arena arena;
  http::ResponseHead head(arena);
  Response response = Response::Text(200, "four");
  for (const char* name : {"Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive"}) {
    response.headers.Add(name, "9");
  }
  ASSERT_TRUE(FillHead(response, false, head));
  EXPECT_EQ(head.headers.size(), 1u);
  EXPECT_EQ(head.content_length, 4u);
  EXPECT_FALSE(head.bodyless);
}

struct StatusCase {
  int status;
  bool head_request;
  bool sendable;
  bool bodyless;
  bool has_length;
};
void PrintTo(const StatusCase& row, std::ostream* out) { *out << row.status; }
class FillHeadStatusTest : public testing::TestWithParam<StatusCase> {};
const StatusCase kStatuses[] = {
    {200, false, true, false, true}, {200, true, true, true, true},
    {204, false, true, true, false}, {304, false, true, true, false},
    {599, false, true, false, true}, {101, false, false, false, false},
    {0, false, false, false, false}, {600, false, false, false, false},
};
TEST_P(FillHeadStatusTest, DecidesAboutTheBody) {
  Arena arena;
  http::ResponseHead head(arena);
  const StatusCase& row = GetParam();
  ASSERT_EQ(FillHead(Response::Text(row.status, "x"), row.head_request, head), row.sendable);
  if (!row.sendable) return;
  EXPECT_EQ(head.bodyless, row.bodyless);
  EXPECT_EQ(head.content_length.has_value(), row.has_length);
}
INSTANTIATE_TEST_SUITE_P(Table, FillHeadStatusTest, testing::ValuesIn(kStatuses));

struct LengthCase {
  const char* method;
  const char* body;
  std::optional<std::uint64_t> length;
};
void PrintTo(const LengthCase& row, std::ostream* out) { *out << row.method << row.body; }
class FillExchangeLengthTest : public testing::TestWithParam<LengthCase> {};
const LengthCase kLengths[] = {
    {"GET", "", std::nullopt}, {"DELETE", "", std::nullopt},
    {"POST", "", 0},           {"PUT", "", 0},
    {"PATCH", "", 0},          {"GET", "abc", 3},
};
TEST_P(FillExchangeLengthTest, IsSaidWhereABodyIsExpected) {
  rpc::HttpExchange exchange;
  exchange.host = "x";
  Request request{.method = GetParam().method, .body = GetParam().body};
  EXPECT_EQ(FillExchange(request, exchange), "");
  EXPECT_EQ(exchange.request.content_length, GetParam().length);
}
INSTANTIATE_TEST_SUITE_P(Table, FillExchangeLengthTest, testing::ValuesIn(kLengths));

struct AuthorityCase {
  const char* host;
  std::uint16_t port;
  const char* field;
  const char* authority;
};
void PrintTo(const AuthorityCase& row, std::ostream* out) { *out << row.authority; }
class FillExchangeAuthorityTest : public testing::TestWithParam<AuthorityCase> {};
const AuthorityCase kAuthorities[] = {
    {"reviews", 9080, "", "reviews:9080"},
    {"reviews", 80, "", "reviews"},
    {"::1", 9080, "", "[::1]:9080"},
    {"127.0.0.1", 9080, "reviews.shop", "reviews.shop"},
};
TEST_P(FillExchangeAuthorityTest, IsTheHostFieldOrTheAddress) {
  rpc::HttpExchange exchange;
  exchange.host = GetParam().host;
  exchange.port = GetParam().port;
  Request request;
  if (*GetParam().field != '\0') request.headers.Add("host", GetParam().field);
  EXPECT_EQ(FillExchange(request, exchange), "");
  EXPECT_EQ(exchange.request.authority, GetParam().authority);
}
INSTANTIATE_TEST_SUITE_P(Table, FillExchangeAuthorityTest, testing::ValuesIn(kAuthorities));

}  // namespace
}  // namespace outrigger::embed
