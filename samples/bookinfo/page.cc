#include "samples/bookinfo/page.h"

#include <algorithm>

#include "samples/bookinfo/web_files.h"

namespace bookinfo {

const Product kProduct{
    "0", "The Comedy of Errors",
    "Two pairs of twins, parted by a shipwreck and named alike, end up in the same town on the "
    "same "
    "day. Wives dine with the wrong husband, masters scold the wrong servant, and everybody doubts "
    "their wits until the last scene. It is <b>William Shakespeare's</b> shortest play and one of "
    "his first; read the <a href=\"https://en.wikipedia.org/wiki/The_Comedy_of_Errors\">summary on "
    "Wikipedia</a>."};

namespace {

constexpr int kMaxStars = 5;

std::string Layout(std::string_view nav, std::string_view content) {
  return FillTemplate("layout.html",
                      {{"title", kProduct.title}, {"nav", nav}, {"content", content}});
}

std::string Failure(std::string_view heading, const Json& body) {
  return FillTemplate("failure.html", {{"heading", heading}, {"text", body.TextOf("error")}});
}

std::string DetailsSection(const Fetched& details) {
  if (details.status != 200) return Failure("Error fetching product details", details.body);
  const Json& book = details.body;
  return FillTemplate("details.html", {{"isbn10", book.TextOf("ISBN-10")},
                                       {"publisher", book.TextOf("publisher")},
                                       {"pages", book.TextOf("pages")},
                                       {"type", book.TextOf("type")},
                                       {"language", book.TextOf("language")}});
}

/// The row of stars, the reason why there is none, or nothing (reviews v1, and zero stars).
std::string Stars(const Json& review) {
  const Json* rating = review.Find("rating");
  if (rating == nullptr) return "";
  if (const Json* error = rating->Find("error"); error != nullptr) {
    return FillTemplate("no_rating.html", {{"text", error->text()}});
  }
  const Json* stars = rating->Find("stars");
  const auto count = stars == nullptr ? std::nullopt : stars->AsInteger();
  if (count.value_or(0) <= 0) return "";
  const auto filled = std::min<std::int64_t>(*count, kMaxStars);
  std::string row;
  for (int i = 0; i < kMaxStars; ++i) {
    row += FillTemplate(i < filled ? "star_filled.html" : "star_outline.html",
                        {{"color", rating->TextOf("color", "black")}});
  }
  return FillTemplate("stars.html", {{"stars", row}, {"count", std::to_string(filled)}});
}

std::string ReviewsSection(const Fetched& reviews) {
  if (reviews.status != 200) return Failure("Error fetching product reviews", reviews.body);
  const std::string cluster = reviews.body.TextOf("clustername", "null");
  const std::string place =
      cluster == "null" ? "" : FillTemplate("on_cluster.html", {{"cluster", cluster}});
  std::string cards;
  const Json* list = reviews.body.Find("reviews");
  if (list != nullptr) {
    for (const Json& review : list->elements()) {
      cards += FillTemplate("review.html", {{"stars", Stars(review)},
                                            {"text", review.TextOf("text")},
                                            {"reviewer", review.TextOf("reviewer")},
                                            {"pod", reviews.body.TextOf("podname", "null")},
                                            {"place", place}});
    }
  }
  return FillTemplate("reviews.html", {{"reviews", cards}});
}

std::string UrlOf(const Upstream& upstream) {
  return "http://" + upstream.host + ":" + std::to_string(upstream.port);
}

std::string ServiceTable(std::string_view name, std::string_view endpoint, std::string_view rows) {
  return FillTemplate("service.html", {{"name", name}, {"endpoint", endpoint}, {"children", rows}});
}

}  // namespace

std::string ProductPage(std::string_view user, const Fetched& details, const Fetched& reviews) {
  const std::string nav =
      user.empty() ? FillTemplate("sign_in.html", {}) : FillTemplate("user.html", {{"user", user}});
  return Layout(nav, FillTemplate("product.html", {{"title", kProduct.title},
                                                   {"description", kProduct.description_html},
                                                   {"details", DetailsSection(details)},
                                                   {"reviews", ReviewsSection(reviews)}}));
}

std::string LandingPage(const Upstream& details, const Upstream& reviews, const Upstream& ratings) {
  const std::string tree = ServiceTable(
      "http://productpage:9080", "productpage",
      ServiceTable(UrlOf(details), "details", "none") +
          ServiceTable(UrlOf(reviews), "reviews", ServiceTable(UrlOf(ratings), "ratings", "none")));
  return Layout("", FillTemplate("landing.html", {{"services", tree}}));
}

}  // namespace bookinfo
