#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "cmd/outrigger/top_edges.h"

namespace outrigger::cli {

struct TableStyle {
  std::size_t width = 0;   ///< columns of the terminal; 0: as wide as needed
  std::size_t height = 0;  ///< lines of the terminal; 0: as many as needed
  bool colour = false;
  bool utf8 = false;  ///< lock and arrow as symbols instead of letters
};

/// The table, one line per edge, each ending with '\n'. Names shrink (an ellipsis in the middle)
/// when the terminal is narrow; rows that do not fit its height are counted in a last line. Text
/// from labels can be anything a client sent, so whatever is not printable ASCII becomes '?'.
std::string LayoutTable(const std::vector<MeshEdge>& edges, const TableStyle& style);

/// One line above the table: what is shown, sums and the share of failures.
std::string LayoutSummary(const std::vector<MeshEdge>& edges, std::chrono::seconds window,
                          const TableStyle& style);

/// The same as one JSON document in one line.
std::string ToJson(const std::vector<MeshEdge>& edges, std::chrono::seconds window);

/// "0.42", "17.3", "1240", "12.4k"; "-" for nothing.
std::string FormatRate(double per_second);
/// "25us", "0.8ms", "12ms", "1.3s"; "-" when absent.
std::string FormatLatency(const std::optional<double>& seconds);
/// "310B", "1.2K", "3.4M": bytes per second in powers of 1024.
std::string FormatBytes(double per_second);

}  // namespace outrigger::cli
