# Commands on manifests that need no running mesh; included by CMakeLists.txt.
outrigger_library(NAME cli_manifests
  SRCS analyze.cc files.cc inject.cc
  HDRS analyze.h command.h files.h inject.h
  DEPS control injector config fmt::fmt-header-only absl::status absl::statusor)
target_compile_definitions(outrigger_cli_manifests PUBLIC OUTRIGGER_VERSION="${PROJECT_VERSION}")

outrigger_test(NAME cli_manifests
  SRCS ${PROJECT_SOURCE_DIR}/tests/cmd/outrigger/analyze_test.cc
       ${PROJECT_SOURCE_DIR}/tests/cmd/outrigger/inject_test.cc
  DEPS cli_manifests)
