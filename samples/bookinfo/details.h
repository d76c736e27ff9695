#pragma once

#include <string>
#include <string_view>

#include "outrigger/routes.h"
#include "samples/bookinfo/environment.h"

namespace bookinfo {

/// What a book is like: pages, publisher, ISBN.
///
///   GET /details/<n>   200 and the book, 400 when <n> is not a number
///   GET /health        200
///
/// Version v2 (or ENABLE_EXTERNAL_BOOK_SERVICE=true) asks the public books API instead; whatever
/// goes wrong there is a 400 with the reason. It speaks plain HTTP only, so it needs
/// DO_NOT_ENCRYPT=true and a mesh (or nobody) that originates TLS on the way out.
class Details {
 public:
  Details(const Environment& environment, std::string_view version, Caller call);
  [[nodiscard]] outrigger::Routes MakeRoutes() const;

 private:
  outrigger::Response Book(const outrigger::Request& request) const;
  outrigger::Response ExternalBook(std::string_view id, const outrigger::Request& request) const;

  Caller call_;
  bool external_;
  bool plain_text_;
};

}  // namespace bookinfo
