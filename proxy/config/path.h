#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrigger::config {

/// Where we are inside a document: a chain of steps on the call stack, so that descending costs
/// nothing and text is made only when there is something to report. A child refers to its parent,
/// which must outlive it.
class Path {
 public:
  Path() = default;  ///< the document itself

  [[nodiscard]] Path Key(std::string_view key) const { return Path(this, key, 0); }
  [[nodiscard]] Path Index(std::size_t index) const { return Path(this, {}, index); }

  /// For people: `clusters[2].endpoints[0].port`, `metadata.labels["app.kubernetes.io/name"]`.
  [[nodiscard]] std::string ToString() const;
  /// For Document::Find and LineOf: `/clusters/2/endpoints/0/port` (RFC 6901).
  [[nodiscard]] std::string ToPointer() const;

 private:
  Path(const Path* parent, std::string_view key, std::size_t index)
      : parent_(parent), key_(key), index_(index) {}
  void AppendText(std::string& out) const;
  void AppendPointer(std::string& out) const;

  const Path* parent_ = nullptr;
  std::string_view key_;  // data() == nullptr: a list index
  std::size_t index_ = 0;
};

/// One key as a JSON pointer token: `~` becomes `~0`, `/` becomes `~1`.
std::string PointerToken(std::string_view key);

/// The steps of a JSON pointer, unescaped. Text before the first `/` is not a step; nothing follows
/// it.
std::vector<std::string> PointerTokens(std::string_view pointer);
/// A step as a list index; empty for anything but a canonical decimal number.
std::optional<std::size_t> ParseIndex(std::string_view token);

/// A JSON pointer as people write paths: `/spec/http/0/route` -> `spec.http[0].route`. A step of
/// digits alone is taken for a list index.
std::string PathOfPointer(std::string_view pointer);

}  // namespace outrigger::config
