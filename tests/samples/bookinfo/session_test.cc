#include "samples/bookinfo/session.h"

#include <gtest/gtest.h>

namespace bookinfo {
namespace {

outrigger::Headers WithCookie(std::string_view cookie) {
  outrigger::Headers headers;
  headers.Add("cookie", cookie);
  return headers;
}

/// "session=..." without the attributes.
std::string Pair(const std::string& set_cookie) {
  return set_cookie.substr(0, set_cookie.find(';'));
}

// The worked example of appendix A of the SipHash paper: key 00..0f, input 00..0e.
TEST(SipHashTest, MatchesThePaper) {
  std::string input;
  for (char c = 0; c < 15; ++c) input += c;
  EXPECT_EQ(SipHash(0x0706050403020100, 0x0f0e0d0c0b0a0908, input), 0xa129ca6149be45e5);
}

TEST(SessionTest, RemembersTheUserInACookieNoScriptCanRead) {
  const Session session("key");
  const std::string set_cookie = session.SignIn("jason");
  EXPECT_TRUE(set_cookie.starts_with("session=jason."));
  EXPECT_NE(set_cookie.find("; HttpOnly; Path=/"), std::string::npos);
  EXPECT_EQ(session.UserOf(WithCookie(Pair(set_cookie))), "jason");
}

TEST(SessionTest, FindsItsCookieAmongOthers) {
  const Session session("key");
  EXPECT_EQ(session.UserOf(WithCookie("a=1; xsession=2;  " + Pair(session.SignIn("j")) + "; z=3")),
            "j");
}

TEST(SessionTest, CarriesAnyName) {
  const Session session("key");
  const std::string name = "J. \"Q\"; Émile=1";
  EXPECT_EQ(session.UserOf(WithCookie(Pair(session.SignIn(name)))), name);
}

TEST(SessionTest, NobodyIsSignedInByAForgedOrForeignCookie) {
  const Session session("key");
  std::string forged = Pair(session.SignIn("jason"));
  forged.replace(forged.find("jason"), 5, "admin");
  std::string flipped = Pair(session.SignIn("jason"));
  flipped.back() = flipped.back() == '0' ? '1' : '0';
  for (const std::string& cookie :
       {std::string(), std::string("session="), std::string("session=jason"),
        std::string("session=jason."), std::string("session"), forged, flipped,
        Pair(Session("other").SignIn("jason"))}) {
    EXPECT_EQ(session.UserOf(WithCookie(cookie)), "") << cookie;
  }
  EXPECT_EQ(session.UserOf({}), "");
}

TEST(SessionTest, SignOutExpiresTheCookie) {
  EXPECT_NE(Session::SignOut().find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(Session("key").UserOf(WithCookie(Pair(Session::SignOut()))), "");
}

}  // namespace
}  // namespace bookinfo
