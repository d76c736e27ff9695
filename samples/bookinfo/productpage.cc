#include "samples/bookinfo/productpage.h"

#include <algorithm>
#include <string>
#include <utility>

#include "samples/bookinfo/forward_headers.h"
#include "samples/bookinfo/page.h"
#include "samples/bookinfo/text.h"
#include "samples/bookinfo/web_files.h"

namespace bookinfo {

using outrigger::Headers;
using outrigger::Request;
using outrigger::Response;

namespace {

constexpr std::string_view kApiPrefix = "/api/v1/products/";
constexpr std::size_t kMaxUserName = 256;  // bytes; it travels in a header of every call

Response StaticFile(const Request& request) {
  const WebFile* file = FindWebFile(request.path().substr(1));
  if (file == nullptr) return Response::Text(404, "404 Not Found\n");
  Response response{.body = std::string(file->content)};
  response.headers.Set("Content-Type", file->content_type);
  response.headers.Set("Cache-Control", "max-age=300");
  return response;
}

/// The name becomes a header value: what cannot stand there (RFC 9110 §5.5) is dropped.
std::string CleanUserName(std::string name) {
  std::erase_if(name, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  name.resize(std::min(name.size(), kMaxUserName));
  const auto first = name.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  return name.substr(first, name.find_last_not_of(' ') - first + 1);
}

Response Back(const Request& request, const std::string& cookie) {
  const std::string_view referer = request.headers.Get("Referer");
  Response response = Response::Redirect(referer.empty() ? "/productpage" : referer);
  response.headers.Set("Set-Cookie", cookie);
  return response;
}

/// A 200 that is not JSON has no page and no API answer.
template <class Render>
Response OrInternalError(Render render) {
  try {
    return render();
  } catch (const NotJson& error) {
    return Response::Text(500, error.what());
  }
}

}  // namespace

Productpage::Productpage(const Environment& environment, std::string_view version, Caller call)
    : session_(environment.Text("SESSION_KEY", "the bookinfo sample of Outrigger")),
      catalog_(environment, version, std::move(call)) {}

outrigger::Routes Productpage::MakeRoutes() {
  outrigger::Routes routes;
  const auto landing = [this](const Request&) {
    return Response::Html(200,
                          LandingPage(catalog_.details(), catalog_.reviews(), catalog_.ratings()));
  };
  routes.Add("GET", "/", landing);
  routes.Add("GET", "/index.html", landing);
  routes.Add("GET", "/productpage", [this](const Request& request) { return Page(request); });
  routes.Add("POST", "/login", [this](const Request& request) { return Login(request); });
  routes.Add("GET", "/logout", [this](const Request& request) { return Logout(request); });
  routes.Add("GET", "/static/*", StaticFile);
  routes.Add("GET", "/health",
             [](const Request&) { return Response::Html(200, "Product page is healthy"); });
  routes.Add("GET", "/metrics", [this](const Request&) {
    Response response = Response::Text(200, ProcessMetricsText() + catalog_.results().Text());
    response.headers.Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    return response;
  });
  AddApi(routes);
  return routes;
}

void Productpage::AddApi(outrigger::Routes& routes) {
  routes.Add("GET", "/api/v1/products", [](const Request&) {
    return Response::Json(
        200, "[{\"id\":" + std::string(kProduct.id) + ",\"title\":" + JsonString(kProduct.title) +
                 ",\"descriptionHtml\":" + JsonString(kProduct.description_html) + "}]");
  });
  routes.Add("GET", std::string(kApiPrefix) + "*",
             [this](const Request& request) { return ProductApi(request); });
}

// Details first, then reviews: sequential, as a trace of a page view shows.
Response Productpage::Page(const Request& request) {
  const Headers headers = OutgoingHeaders(request);
  return OrInternalError([&] {
    const Fetched details = catalog_.Details(kProduct.id, headers);
    catalog_.FloodReviews(kProduct.id, headers);
    const Fetched reviews = catalog_.Reviews(kProduct.id, headers);
    Response page =
        Response::Html(200, ProductPage(session_.UserOf(request.headers), details, reviews));
    page.headers.Set("Vary", "Cookie");
    return page;
  });
}

Response Productpage::Login(const Request& request) const {
  auto user = FormValue(request.query(), "username");
  if (!user.has_value()) user = FormValue(request.body, "username");
  const std::string name = CleanUserName(user.value_or(""));
  return Back(request, name.empty() ? Session::SignOut() : session_.SignIn(name));
}

Response Productpage::Logout(const Request& request) const {
  return Back(request, Session::SignOut());
}

Response Productpage::ProductApi(const Request& request) {
  const std::string_view rest = request.path().substr(kApiPrefix.size());
  const auto slash = rest.find('/');
  const std::string_view id = rest.substr(0, slash);
  const std::string_view part = slash == std::string_view::npos ? "" : rest.substr(slash);
  if (id.empty() || (!part.empty() && part != "/reviews" && part != "/ratings")) {
    return Response::Text(404, "404 Not Found\n");
  }
  const Headers headers = OutgoingHeaders(request);
  return OrInternalError([&] {
    const Fetched fetched = part.empty()         ? catalog_.Details(id, headers)
                            : part == "/reviews" ? catalog_.Reviews(id, headers)
                                                 : catalog_.Ratings(id, headers);
    return Response::Json(fetched.status, fetched.body.Write());
  });
}

Headers Productpage::OutgoingHeaders(const Request& request) const {
  Headers headers = ForwardHeaders(request.headers, Forwarder::kProductpage);
  const std::string user = session_.UserOf(request.headers);
  if (!user.empty()) headers.Set("end-user", user);
  return headers;
}

}  // namespace bookinfo
