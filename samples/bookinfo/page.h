#pragma once

#include <string>
#include <string_view>

#include "samples/bookinfo/catalog.h"

namespace bookinfo {

/// The one book we sell.
struct Product {
  std::string_view id;
  std::string_view title;
  std::string_view description_html;
};
extern const Product kProduct;

/// The HTML of /productpage. `user` is empty when nobody is signed in. Tests and tutorials count
/// strings of it: `glyphicon glyphicon-star` (once per filled star), `text-red-500`, `Error
/// fetching product reviews`, ...
std::string ProductPage(std::string_view user, const Fetched& details, const Fetched& reviews);

/// The HTML of the landing page: who calls whom, and two ways in.
std::string LandingPage(const Upstream& details, const Upstream& reviews, const Upstream& ratings);

}  // namespace bookinfo
