#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The public API for C++ services: serve and call HTTP on Outrigger's own engine. Plain value
/// types, no other library's headers.
namespace outrigger {

/// Header fields in the order they arrived or were added. Names compare without letter case
/// (RFC 9110 §5.1) and keep the case they were given.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  /// First value of `name`, or an empty view. The view lives as long as the field does.
  [[nodiscard]] std::string_view Get(std::string_view name) const;
  /// Every value of `name`, in order.
  [[nodiscard]] std::vector<std::string_view> GetAll(std::string_view name) const;
  [[nodiscard]] bool Has(std::string_view name) const;
  /// Replaces every field of that name by one (at the place of the first), or appends it.
  void Set(std::string_view name, std::string_view value);
  /// Appends, keeping fields of the same name.
  void Add(std::string_view name, std::string_view value);
  void Remove(std::string_view name);

  [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }
  [[nodiscard]] std::size_t size() const { return fields_.size(); }

  /// Whether `a` and `b` name the same field.
  [[nodiscard]] static bool SameName(std::string_view a, std::string_view b);

 private:
  std::vector<Field> fields_;
};

/// One request. As a server: what arrived. As a client: what to send (Host and framing fields are
/// written by the engine).
struct Request {
  std::string method = "GET";
  std::string target = "/";  ///< path and query as on the wire, e.g. "/reviews/7?x=1"
  Headers headers{};
  std::string body{};

  /// The target without its query.
  [[nodiscard]] std::string_view path() const;
  /// The query without its '?', or empty.
  [[nodiscard]] std::string_view query() const;
};

/// One response. As a server: what to send; Content-Length, Date and Connection are written by the
/// engine. As a client: what arrived.
struct Response {
  int status = 200;
  Headers headers{};
  std::string body{};

  static Response Text(int status, std::string_view text);
  static Response Html(int status, std::string html);
  static Response Json(int status, std::string json);
  /// 302 (or another 3xx) to `location`.
  static Response Redirect(std::string_view location, int status = 302);
};

}  // namespace outrigger
