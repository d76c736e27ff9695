#pragma once

#include <string_view>

#include "outrigger/routes.h"
#include "samples/bookinfo/catalog.h"
#include "samples/bookinfo/environment.h"
#include "samples/bookinfo/session.h"

namespace bookinfo {

/// The page people look at, and a small API behind it.
///
///   GET  /, /index.html             landing page
///   GET  /productpage               the page: always 200, whatever fails behind it
///   POST /login                     form `username`, `passwd`; any name is let in:
///                                   302 to the Referer with a session cookie
///   GET  /logout                    302 to the Referer without it
///   GET  /api/v1/products           the one product
///   GET  /api/v1/products/<id>      what details says; with /reviews or /ratings behind it, those
///   GET  /static/..., /health, /metrics
///
/// While somebody is signed in, each outgoing call carries `end-user: <name>`: what routing rules
/// match on. Version v-flooding (or FLOOD_FACTOR=n) makes n extra calls to reviews per page view.
class Productpage {
 public:
  Productpage(const Environment& environment, std::string_view version, Caller call);
  [[nodiscard]] outrigger::Routes MakeRoutes();

 private:
  void AddApi(outrigger::Routes& routes);
  outrigger::Response Page(const outrigger::Request& request);
  outrigger::Response Login(const outrigger::Request& request) const;
  outrigger::Response Logout(const outrigger::Request& request) const;
  outrigger::Response ProductApi(const outrigger::Request& request);
  [[nodiscard]] outrigger::Headers OutgoingHeaders(const outrigger::Request& request) const;

  Session session_;
  Catalog catalog_;
};

}  // namespace bookinfo
