#include "outrigger/routes.h"

#include <gtest/gtest.h>

namespace outrigger {
namespace {

Handler Says(std::string_view text) {
  return [body = std::string(text)](const Request&) { return Response::Text(200, body); };
}

Routes Sample() {
  Routes routes;
  routes.Add("GET", "/health", Says("health"));
  routes.Add("POST", "/items/*", Says("post"));
  routes.Add("GET", "/items/*", Says("get"));
  routes.Add("*", "/any", Says("any"));
  routes.Add("GET", "/items/never", Says("unreachable"));
  return routes;
}

struct Case {
  const char* name;
  const char* method;
  const char* target;
  int status;
  const char* body;
};
void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class RoutesTest : public testing::TestWithParam<Case> {};

const Case kCases[] = {
    {"ExactPath", "GET", "/health", 200, "health"},
    {"QueryIsNotPartOfThePath", "GET", "/health?deep=1", 200, "health"},
    {"ExactPathIsNotAPrefix", "GET", "/health/", 404, "404 Not Found\n"},
    {"PrefixChoosesByMethod", "GET", "/items/7", 200, "get"},
    {"OtherMethodOfTheSamePrefix", "POST", "/items/7", 200, "post"},
    {"PrefixMatchesItself", "GET", "/items/", 200, "get"},
    {"PrefixNeedsItsSlash", "GET", "/items", 404, "404 Not Found\n"},
    {"HeadIsServedByGet", "HEAD", "/health", 200, "health"},
    {"HeadIsNotServedByPost", "HEAD", "/items/7", 200, "get"},
    {"FirstAddedWins", "GET", "/items/never", 200, "get"},
    {"StarMatchesEveryMethod", "PURGE", "/any", 200, "any"},
    {"WrongMethodIs405", "DELETE", "/health", 405, "405 Method Not Allowed\n"},
    {"MethodsKeepTheirCase", "get", "/health", 405, "405 Method Not Allowed\n"},
    {"UnknownPathIs404", "GET", "/nope", 404, "404 Not Found\n"},
};

TEST_P(RoutesTest, Answers) {
  const Response response =
      Sample().Answer({.method = GetParam().method, .target = GetParam().target});
  EXPECT_EQ(response.status, GetParam().status);
  EXPECT_EQ(response.body, GetParam().body);
}
INSTANTIATE_TEST_SUITE_P(Table, RoutesTest, testing::ValuesIn(kCases),
                         [](const auto& row) { return row.param.name; });

TEST(RoutesTest, A405NamesWhatIsAllowed) {
  EXPECT_EQ(Sample().Answer({.method = "DELETE", .target = "/items/1"}).headers.Get("Allow"),
            "POST, GET, HEAD");
}

}  // namespace
}  // namespace outrigger
