#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace outrigger::config {

inline constexpr std::uint32_t kNoRecord = 0xffffffff;

/// What is known about one value of a tree besides the value. The records of a container's children
/// lie side by side, in the order of the container, so that walking down needs no search and an
/// alias can share the records of its anchor.
struct Record {
  int line = 0;                           ///< of the key, or the list item; 0: unknown
  std::uint32_t first_child = kNoRecord;  ///< index in Tree::records
  bool plain = false;                     ///< an unquoted scalar that was kept as text
};

/// A parsed document: what a Document shares.
struct Tree {
  std::string file;
  std::string text;  ///< the source of this document
  boost::json::value root;
  std::vector<Record> records;
  std::uint32_t root_record = kNoRecord;

  [[nodiscard]] std::uint32_t Child(std::uint32_t record, std::size_t index) const {
    if (record == kNoRecord || records[record].first_child == kNoRecord) return kNoRecord;
    return records[record].first_child + static_cast<std::uint32_t>(index);
  }
  [[nodiscard]] int Line(std::uint32_t record) const {
    return record == kNoRecord ? 0 : records[record].line;
  }
  [[nodiscard]] bool IsPlain(std::uint32_t record) const {
    return record != kNoRecord && records[record].plain;
  }
};

}  // namespace outrigger::config
