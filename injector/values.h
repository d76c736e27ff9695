#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Readers for the values people put into annotations. Each returns the reason why a value is not
// acceptable, or an empty string; the caller names the annotation.

namespace outrigger::injector {

/// Go's ParseBool: 1, t, T, true, True, TRUE and their opposites; empty otherwise.
std::optional<bool> ParseBool(std::string_view text);

/// A whole number from 0 to `max`, digits only.
std::optional<std::uint32_t> ParseNumber(std::string_view text, std::uint32_t max);

/// Items between commas, trimmed; no items when the text is blank.
std::vector<std::string_view> SplitList(std::string_view text);

std::string CheckBool(std::string_view value);
std::string CheckUint32(std::string_view value);
std::string CheckPort(std::string_view value);
/// Comma list of ports 0-65535; an empty list is fine.
std::string CheckPorts(std::string_view value);
/// The same, or `*`.
std::string CheckPortsOrAll(std::string_view value);
/// Comma list of networks with prefix length; an empty list is fine.
std::string CheckCidrs(std::string_view value);
/// The same, or `*`.
std::string CheckCidrsOrAll(std::string_view value);
/// Comma list of interface names, 1 to 15 characters each; an empty list is fine.
std::string CheckInterfaces(std::string_view value);
std::string CheckInterceptionMode(std::string_view value);
/// A Kubernetes quantity: 100m, 128Mi, 1.5, 1e3.
std::string CheckQuantity(std::string_view value);

}  // namespace outrigger::injector
