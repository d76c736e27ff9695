#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

namespace outrigger::config {

/// `.nan` and `.inf`: numbers to YAML, but nothing that JSON or a configuration can hold.
struct NotFinite {
  friend bool operator==(NotFinite, NotFinite) { return true; }
};
/// Not a number, boolean or null: the text itself.
struct PlainText {
  friend bool operator==(PlainText, PlainText) { return true; }
};
using Scalar =
    std::variant<PlainText, std::nullptr_t, bool, std::int64_t, std::uint64_t, double, NotFinite>;

/// What an unquoted YAML scalar means to kubectl (the rules of go-yaml v2, which sigs.k8s.io/yaml
/// uses): YAML 1.1 booleans with `y`, `yes`, `on`, integers in base 2, 8 (0644, 0o644), 10 and 16
/// with underscores, floats. Dates and base-60 numbers are text. A uint64_t is only returned for
/// values above the largest int64_t.
Scalar ResolvePlain(std::string_view text);

/// Whether an unquoted scalar is null: empty, `~`, `null`.
bool IsNullText(std::string_view text);

}  // namespace outrigger::config
