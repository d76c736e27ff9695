# `outrigger top`; included by CMakeLists.txt.
outrigger_library(NAME cli_top
  SRCS top.cc top_address.cc top_edges.cc top_http.cc top_prometheus.cc top_table.cc top_terminal.cc
  HDRS top.h top_address.h top_edges.h top_http.h top_prometheus.h top_table.h top_terminal.h top_text.h
  DEPS fmt::fmt-header-only dep::boost_json absl::status absl::statusor)

outrigger_test(NAME cli_top
  SRCS ${PROJECT_SOURCE_DIR}/tests/cmd/outrigger/top_address_test.cc
       ${PROJECT_SOURCE_DIR}/tests/cmd/outrigger/top_edges_test.cc
       ${PROJECT_SOURCE_DIR}/tests/cmd/outrigger/top_http_test.cc
       ${PROJECT_SOURCE_DIR}/tests/cmd/outrigger/top_prometheus_test.cc
       ${PROJECT_SOURCE_DIR}/tests/cmd/outrigger/top_table_test.cc
       ${PROJECT_SOURCE_DIR}/tests/cmd/outrigger/top_test.cc
  DEPS cli_top)
