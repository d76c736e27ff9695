#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "proxy/config/problem.h"

namespace outrigger::config {

/// Names the rows of a table in test reports.
template <class Case>
std::string RowName(const testing::TestParamInfo<Case>& row) {
  return row.param.name;
}

/// What was reported, as a person sees it, without the line feed of the last line.
inline std::string Report(const Problems& problems) {
  std::string text = problems.ToString();
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace outrigger::config
