#include "proxy/http/head_lines.h"

#include <gtest/gtest.h>

#include "proxy/http/head_scanner.h"
#include "proxy/http/hop_by_hop.h"
#include "proxy/http/text.h"

// Details of the line rules that the decoder tests do not show; the rules themselves are rows
// there.
namespace outrigger::http {
namespace {

TEST(FindControlTest, FindsTheFirstAtAnyOffsetAndLength) {
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (char bad : {'\0', '\x01', '\n', '\r', '\x1f', '\x7f'}) {
        std::string text(size, 'x');
        text[at] = bad;
        EXPECT_EQ(FindControl(text), at);
        text.back() = at + 1 < size ? '\0' : bad;
        EXPECT_EQ(FindControl(text), at);
      }
    }
  }
}

TEST(FindControlTest, PassesTabSpaceAndHighBytes) {
  std::string text;
  for (int c = 0x20; c < 0x100; ++c) {
    if (c != 0x7f) text.push_back(static_cast<char>(c));
  }
  text += std::string(20, '\t') + "\x80\x81\xff";
  EXPECT_EQ(FindControl(text), std::string_view::npos);
}

TEST(ForEachElementTest, ReportsEmptyElementsToo) {
  std::string seen;
  ForEachElement(" a,,\tb ,", [&seen](std::string_view element) {
    seen += "<" + std::string(element) + ">";
    return true;
  });
  EXPECT_EQ(seen, "<a><><b><>");
}

TEST(UnfoldTest, LeavesAHeadWithoutFoldsAlone) {
  std::string head = "HTTP/1.1 200 OK\r\nA: b\r\nC:\r\n\r\n";
  const std::string before = head;
  EXPECT_EQ(Unfold(head.data(), head.size()), before.size());
  EXPECT_EQ(head, before);
}

TEST(UnfoldTest, TakesBlanksOnBothSidesOfTheLineEnd) {
  std::string head = "HTTP/1.1 200 OK\r\nA: b \t \r\n\t  c\r\n  \r\n d\r\nE: f\r\n\r\n";
  head.resize(Unfold(head.data(), head.size()));
  EXPECT_EQ(head, "HTTP/1.1 200 OK\r\nA: b c d\r\nE: f\r\n\r\n");
}

TEST(HeadScannerTest, StopsRightAfterTheEmptyLine) {
  const Fault fault{ErrorCode::kTooLarge, 431, "x"};
  HeadScanner scanner({100, 100, 10, fault, fault, fault});
  std::string_view input = "a\r\nb\r\n\r\nrest";
  EXPECT_EQ(scanner.Feed(input), HeadScanner::Outcome::kDone);
  EXPECT_EQ(input, "rest");
  scanner.Reset();
  EXPECT_TRUE(scanner.untouched());
  input = "\r\nrest";
  EXPECT_EQ(scanner.Feed(input), HeadScanner::Outcome::kEmptyLine);
  EXPECT_EQ(input, "rest");
}

TEST(MayBeTrailerTest, KeepsOutWhatDecidesSomething) {
  for (std::string_view name :
       {"Content-Length", "transfer-encoding", "HOST", "Authorization", "cookie", "Set-Cookie",
        "Content-Type", "content-encoding", "TE", "Trailer", "X-Forwarded-For", "Cache-Control",
        "x-envoy-peer-metadata"}) {
    EXPECT_FALSE(MayBeTrailer(name)) << name;
  }
  for (std::string_view name :
       {"grpc-status", "grpc-message", "X-Checksum", "Server-Timing", "ETag"}) {
    EXPECT_TRUE(MayBeTrailer(name)) << name;
  }
}

}  // namespace
}  // namespace outrigger::http
