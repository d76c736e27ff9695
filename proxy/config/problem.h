#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace outrigger::config {

enum class Severity { kWarning, kError };

/// One thing that is wrong with something a person wrote. Readers and validators collect these
/// instead of stopping at the first.
struct Problem {
  Severity severity = Severity::kError;
  std::string file;     ///< as given by the caller; empty: not from a file
  int line = 0;         ///< from 1; 0: unknown
  std::string path;     ///< `clusters[2].endpoints[0].port`; empty: the document as a whole
  std::string message;  ///< what is wrong and what to do, lower case, no full stop

  friend bool operator==(const Problem&, const Problem&) = default;
};

/// `file:line: path: message`; parts that are unknown are left out.
std::string ToString(const Problem& problem);
std::ostream& operator<<(std::ostream& out, const Problem& problem);

/// Collects problems in the order they were found. At most kMaxItems are kept, so that a hostile
/// file cannot make us write a bigger report than itself; the rest is counted.
class Problems {
 public:
  static constexpr std::size_t kMaxItems = 1000;

  void Error(std::string_view file, int line, std::string_view path, std::string message);
  void Warning(std::string_view file, int line, std::string_view path, std::string message);
  void Add(Problem problem);
  /// Takes over everything `other` has found.
  void Append(const Problems& other);

  [[nodiscard]] bool has_errors() const { return error_count_ > 0; }
  [[nodiscard]] std::size_t error_count() const { return error_count_; }
  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] const std::vector<Problem>& items() const { return items_; }

  /// One line per problem; the last one says how many more there were.
  [[nodiscard]] std::string ToString() const;

 private:
  std::vector<Problem> items_;
  std::size_t error_count_ = 0;
  std::size_t not_kept_ = 0;
};

std::ostream& operator<<(std::ostream& out, const Problems& problems);

}  // namespace outrigger::config
