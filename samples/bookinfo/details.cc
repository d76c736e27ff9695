#include "samples/bookinfo/details.h"

#include <utility>

#include "samples/bookinfo/forward_headers.h"
#include "samples/bookinfo/json.h"
#include "samples/bookinfo/text.h"

namespace bookinfo {

using outrigger::CallResult;
using outrigger::Request;
using outrigger::Response;

namespace {

constexpr char kBooksHost[] = "www.googleapis.com";
constexpr char kBooksTarget[] = "/books/v1/volumes?q=isbn:0486424618";

struct Book {
  std::string id;  // a number, as text
  std::string author = "William Shakespeare";
  std::string year = "1595";  // JSON: a number here, a quoted date from the books API
  std::string type = "paperback";
  std::string pages = "200";
  std::string publisher = "PublisherA";
  std::string language = "English";
  std::string isbn10 = "1234567890";
  std::string isbn13 = "123-1234567890";
};

std::string ToJson(const Book& book) {
  return "{\"id\":" + book.id + ",\"author\":" + JsonString(book.author) +
         ",\"year\":" + book.year + ",\"type\":" + JsonString(book.type) +
         ",\"pages\":" + book.pages + ",\"publisher\":" + JsonString(book.publisher) +
         ",\"language\":" + JsonString(book.language) + ",\"ISBN-10\":" + JsonString(book.isbn10) +
         ",\"ISBN-13\":" + JsonString(book.isbn13) + "}";
}

Response BadRequest(std::string_view reason) {
  return Response::Json(400, "{\"error\":" + JsonString(reason) + "}");
}

std::string Isbn(const Json& volume, std::string_view type) {
  const Json* identifiers = volume.Find("industryIdentifiers");
  if (identifiers == nullptr) return "";
  for (const Json& identifier : identifiers->elements()) {
    if (identifier.TextOf("type") == type) return identifier.TextOf("identifier");
  }
  return "";
}

/// The first volume of the API's answer, or null.
const Json* FirstVolume(const Json& answer) {
  const Json* items = answer.Find("items");
  if (items == nullptr || items->elements().empty()) return nullptr;
  return items->elements().front().Find("volumeInfo");
}

Book BookOf(std::string_view id, const Json& volume) {
  const Json* authors = volume.Find("authors");
  Book book;
  book.id = id;
  book.author =
      authors == nullptr || authors->elements().empty() ? "" : authors->elements().front().text();
  book.year = JsonString(volume.TextOf("publishedDate"));
  book.type = volume.TextOf("printType") == "BOOK" ? "paperback" : "unknown";
  const Json* pages = volume.Find("pageCount");
  book.pages = pages == nullptr ? "null" : pages->Write();
  book.publisher = volume.TextOf("publisher");
  book.language = volume.TextOf("language") == "en" ? "English" : "unknown";
  book.isbn10 = Isbn(volume, "ISBN_10");
  book.isbn13 = Isbn(volume, "ISBN_13");
  return book;
}

}  // namespace

Details::Details(const Environment& environment, std::string_view version, Caller call)
    : call_(std::move(call)),
      external_(environment.Flag("ENABLE_EXTERNAL_BOOK_SERVICE", version == "v2")),
      plain_text_(environment.Flag("DO_NOT_ENCRYPT", false)) {}

outrigger::Routes Details::MakeRoutes() const {
  const auto health = [](const Request&) {
    return Response::Json(200, "{\"status\":\"Details is healthy\"}");
  };
  const auto book = [this](const Request& request) { return Book(request); };
  outrigger::Routes routes;
  routes.Add("*", "/health", health);
  routes.Add("*", "/health/*", health);
  routes.Add("*", "/details", book);
  routes.Add("*", "/details/*", book);
  return routes;
}

Response Details::Book(const Request& request) const {
  const auto id = ParseInteger(LastSegment(request.path()));
  if (!id.has_value()) return BadRequest("please provide numeric product id");
  if (external_) return ExternalBook(std::to_string(*id), request);
  bookinfo::Book book;
  book.id = std::to_string(*id);
  return Response::Json(200, ToJson(book));
}

Response Details::ExternalBook(std::string_view id, const Request& request) const {
  if (!plain_text_) {
    return BadRequest(
        "this sample calls the books API in plain HTTP only: set DO_NOT_ENCRYPT=true and let the "
        "mesh "
        "originate TLS");
  }
  Request call{.target = kBooksTarget,
               .headers = ForwardHeaders(request.headers, Forwarder::kDetails)};
  const CallResult result =
      call_(kBooksHost, 80, std::move(call), {.timeout = std::chrono::seconds(5)});
  if (!result.ok()) return BadRequest(result.error);
  if (result.response.status != 200) {
    return BadRequest("the books API answered " + std::to_string(result.response.status));
  }
  const auto answer = Json::Parse(result.response.body);
  const Json* volume = answer.has_value() ? FirstVolume(*answer) : nullptr;
  if (volume == nullptr) return BadRequest("the books API answered without a book");
  return Response::Json(200, ToJson(BookOf(id, *volume)));
}

}  // namespace bookinfo
