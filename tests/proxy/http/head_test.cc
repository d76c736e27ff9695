#include "proxy/http/head.h"

#include <gmock/gmock.h>

#include <sstream>

namespace outrigger::http {
namespace {

std::string Lines(const HeaderMap& headers) {
  std::string text;
  for (const HeaderField& field : headers.fields()) {
    text += std::string(field.name) + "=" + std::string(field.value) + ";";
  }
  return text;
}

TEST(IdentifyHeaderTest, KnowsItsNamesInAnyLetterCase) {
  const std::pair<std::string_view, HeaderId> kNames[] = {
      {"host", HeaderId::kHost},
      {"CONNECTION", HeaderId::kConnection},
      {"Keep-Alive", HeaderId::kKeepAlive},
      {"Proxy-Connection", HeaderId::kProxyConnection},
      {"Transfer-Encoding", HeaderId::kTransferEncoding},
      {"Content-Length", HeaderId::kContentLength},
      {"TE", HeaderId::kTe},
      {"Trailer", HeaderId::kTrailer},
      {"Upgrade", HeaderId::kUpgrade},
      {"Expect", HeaderId::kExpect},
      {"Content-Type", HeaderId::kContentType},
      {"X-Forwarded-For", HeaderId::kXForwardedFor},
      {"X-Forwarded-Proto", HeaderId::kXForwardedProto},
      {"X-Request-Id", HeaderId::kXRequestId},
      {"x-envoy-peer-metadata", HeaderId::kEnvoyPeerMetadata},
      {"x-envoy-peer-metadata-id", HeaderId::kEnvoyPeerMetadataId},
  };
  for (const auto& [name, id] : kNames) EXPECT_EQ(IdentifyHeader(name), id) << name;
}

TEST(IdentifyHeaderTest, TakesNothingThatOnlyLooksAlike) {
  for (std::string_view name : {"", "tf", "hosts", "xhost", "content_length", "content-lengti",
                                "trailes", "upgrad_", "transfer-encodinG ", "x-forwarded-prot0"}) {
    EXPECT_EQ(IdentifyHeader(name), HeaderId::kOther) << name;
  }
}

TEST(EqualsIgnoreCaseTest, FoldsLettersOnly) {
  EXPECT_TRUE(EqualsIgnoreCase("aZ-09", "Az-09"));
  EXPECT_FALSE(EqualsIgnoreCase("@[", "`{"));  // 0x20 apart, as letters are
  EXPECT_FALSE(EqualsIgnoreCase("a", "ab"));
  EXPECT_TRUE(EqualsIgnoreCase("", ""));
}

TEST(ListContainsTest, ComparesWholeElements) {
  EXPECT_TRUE(ListContains("close", "close"));
  EXPECT_TRUE(ListContains("keep-alive,\tUPGRADE ", "upgrade"));
  EXPECT_TRUE(ListContains(",,trailers", "trailers"));
  EXPECT_FALSE(ListContains("closed, xclose", "close"));
  EXPECT_FALSE(ListContains("", "close"));
}

TEST(HeaderMapTest, KeepsWireOrderAndCopiesText) {
  Arena arena;
  HeaderMap headers(arena);
  std::string name = "A";
  std::string value = "1";
  headers.Add(name, value);
  name = "X";
  value = "9";
  headers.Add("b", "2");
  headers.Add("a", "3");
  EXPECT_EQ(Lines(headers), "A=1;b=2;a=3;");
}

TEST(HeaderMapTest, TellsAnEmptyValueFromNone) {
  Arena arena;
  HeaderMap headers(arena);
  headers.Add("Expect", "");
  EXPECT_TRUE(headers.Has(HeaderId::kExpect));
  EXPECT_EQ(headers.Find("EXPECT"), "");
  EXPECT_EQ(headers.Find("other"), std::nullopt);
}

TEST(HeaderMapTest, FindGivesTheFirstOfSeveral) {
  Arena arena;
  HeaderMap headers(arena);
  headers.Add("x-request-id", "1");
  headers.Add("X-Request-Id", "2");
  EXPECT_EQ(headers.Find(HeaderId::kXRequestId), "1");
  EXPECT_EQ(headers.Find("x-request-ID"), "1");
}

TEST(HeaderMapTest, JoinsRepeatedFields) {
  Arena arena;
  HeaderMap headers(arena);
  headers.Add("a", "");
  headers.Add("b", "x");
  headers.Add("A", "2");
  headers.Add("a", "3");
  EXPECT_EQ(headers.FindJoined("a"), ", 2, 3");
  EXPECT_EQ(headers.FindJoined("b"), "x");
  EXPECT_EQ(headers.FindJoined("c"), std::nullopt);
}

TEST(HeaderMapTest, SetOverwritesTheFirstAndDropsTheRest) {
  Arena arena;
  HeaderMap headers(arena);
  headers.Add("a", "1");
  headers.Add("b", "2");
  headers.Add("A", "3");
  headers.Set("A", "new");
  EXPECT_EQ(Lines(headers), "a=new;b=2;");
  headers.Set("c", "4");
  EXPECT_EQ(Lines(headers), "a=new;b=2;c=4;");
}

TEST(HeaderMapTest, RemovesByIdAndByName) {
  Arena arena;
  HeaderMap headers(arena);
  headers.Add("Expect", "1");
  headers.Add("b", "2");
  headers.Add("B", "3");
  headers.Add("expect", "4");
  headers.Remove(HeaderId::kExpect);
  EXPECT_EQ(Lines(headers), "b=2;B=3;");
  headers.Remove("b");
  EXPECT_TRUE(headers.empty());
}

TEST(RequestHeadTest, SplitsPathAndQuery) {
  Arena arena;
  RequestHead head(arena);
  head.target = "/a?b?c";
  EXPECT_EQ(head.path(), "/a");
  EXPECT_EQ(head.query(), "b?c");
  head.target = "/a?";
  EXPECT_EQ(head.query(), "");
  head.target = "/a";
  EXPECT_EQ(head.path(), "/a");
  EXPECT_EQ(head.query(), "");
}

TEST(RequestHeadTest, ClearForgetsEverything) {
  Arena arena;
  const RequestHead fresh(arena);
  RequestHead head(arena);
  head.method = "GET";
  head.target = "/";
  head.authority = "a";
  head.scheme = "https";
  head.version = Version::kHttp2;
  head.headers.Add("a", "b");
  head.content_length = 5;
  head.chunked = head.te_trailers = head.expect_continue = true;
  head.upgrade = "websocket";
  head.wire_bytes = 9;
  head.Clear();
  std::ostringstream got;
  got << head << head.wire_bytes << head.scheme;
  std::ostringstream want;
  want << fresh << fresh.wire_bytes << fresh.scheme;
  EXPECT_EQ(got.str(), want.str());
}

TEST(ResponseHeadTest, HasNoBodyWhenBodyless) {
  Arena arena;
  ResponseHead head(arena);
  EXPECT_FALSE(head.has_body());
  head.content_length = 5;
  EXPECT_TRUE(head.has_body());
  head.bodyless = true;
  EXPECT_FALSE(head.has_body());
}

TEST(ReasonPhraseTest, NamesTheStatusesWeSendOurselves) {
  for (int status : {100, 101, 200, 204, 304, 400, 403, 404, 408, 413,
                     414, 421, 429, 431, 500, 501, 502, 503, 504, 505}) {
    EXPECT_NE(ReasonPhrase(status), "Unknown") << status;
  }
  EXPECT_EQ(ReasonPhrase(299), "Unknown");
}

}  // namespace
}  // namespace outrigger::http
