#include "outrigger/message.h"

#include <algorithm>

namespace outrigger {
namespace {

Response WithType(int status, std::string_view content_type, std::string body) {
  Response response;
  response.status = status;
  response.headers.Set("Content-Type", content_type);
  response.body = std::move(body);
  return response;
}

// Not std::tolower: field names are ASCII whatever the locale.
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace

bool Headers::SameName(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

std::vector<std::string_view> Headers::GetAll(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : fields_) {
    if (SameName(key, name)) values.emplace_back(value);
  }
  return values;
}

std::string_view Headers::Get(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (SameName(key, name)) return value;
  }
  return {};
}

bool Headers::Has(std::string_view name) const {
  return std::any_of(fields_.begin(), fields_.end(),
                     [&](const Field& field) { return SameName(field.first, name); });
}

void Headers::Set(std::string_view name, std::string_view value) {
  auto same = [&](const Field& field) { return SameName(field.first, name); };
  const auto first = std::find_if(fields_.begin(), fields_.end(), same);
  if (first == fields_.end()) {
    Add(name, value);
    return;
  }
  *first = Field(name, value);
  fields_.erase(std::remove_if(first + 1, fields_.end(), same), fields_.end());
}

void Headers::Add(std::string_view name, std::string_view value) {
  fields_.emplace_back(name, value);
}

void Headers::Remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) { return SameName(field.first, name); });
}

std::string_view Request::path() const {
  const std::string_view view = target;
  return view.substr(0, view.find('?'));
}

std::string_view Request::query() const {
  const std::string_view view = target;
  const auto mark = view.find('?');
  return mark == std::string_view::npos ? std::string_view{} : view.substr(mark + 1);
}

Response Response::Text(int status, std::string_view text) {
  return WithType(status, "text/plain; charset=utf-8", std::string(text));
}

Response Response::Html(int status, std::string html) {
  return WithType(status, "text/html; charset=utf-8", std::move(html));
}

Response Response::Json(int status, std::string json) {
  return WithType(status, "application/json", std::move(json));
}

Response Response::Redirect(std::string_view location, int status) {
  Response response = Html(status, "");
  response.headers.Set("Location", location);
  return response;
}

}  // namespace outrigger
