#include "proxy/config/schema_names.h"

#include <algorithm>
#include <numeric>

namespace outrigger::config {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

// ClusterType -> CLUSTER_TYPE_
std::string EnumPrefix(const google::protobuf::EnumDescriptor& type) {
  std::string out;
  for (const char c : type.name()) {
    if (IsUpper(c) && !out.empty()) out += '_';
    out += Upper(c);
  }
  return out + '_';
}

std::string Normalize(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c != '_' && c != '-') out += Lower(c);
  }
  return out;
}

// Levenshtein's: insertions, deletions and replacements.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row[b.size()];
}

}  // namespace

std::string EnumText(const google::protobuf::EnumValueDescriptor& value) {
  const std::string prefix = EnumPrefix(*value.type());
  std::string_view name = value.name();
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  std::string out(name);
  std::transform(out.begin(), out.end(), out.begin(), Lower);
  return out;
}

const google::protobuf::EnumValueDescriptor* FindEnumText(
    const google::protobuf::EnumDescriptor& type, std::string_view text) {
  for (int i = 0; i < type.value_count(); ++i) {
    if (EnumText(*type.value(i)) == text) return type.value(i);
  }
  return nullptr;
}

bool IsSnakeAlias(std::string_view key) { return key == "mirror_percent" || key == "jwks_uri"; }

std::string Nearest(std::string_view written, const std::vector<std::string>& names) {
  // No name is longer; a hostile key is not worth the comparison.
  constexpr std::size_t kLongest = 64;
  if (written.size() > kLongest) return {};
  const std::string wanted = Normalize(written);
  std::string best;
  std::size_t best_distance = wanted.size() / 3 + 1;
  for (const std::string& name : names) {
    const std::size_t distance = Distance(wanted, Normalize(name));
    if (distance >= best_distance) continue;
    best = name;
    best_distance = distance;
  }
  return best;
}

}  // namespace outrigger::config
