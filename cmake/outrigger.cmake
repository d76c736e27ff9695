# outrigger_library(NAME http SRCS ... HDRS ... DEPS ...): one static library per folder, alias
# outrigger::<NAME>. DEPS are folder names (base, http) or foreign targets (absl::strings); a folder
# links only what the table in docs/ARCHITECTURE.md grants it, and scripts/check-includes reads that
# same table because one include root cannot enforce it.
function(outrigger_library)
  cmake_parse_arguments(A "PCH" "NAME" "SRCS;HDRS;DEPS" ${ARGN})
  set(target outrigger_${A_NAME})
  add_library(${target} STATIC ${A_SRCS})
  add_library(outrigger::${A_NAME} ALIAS ${target})
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${A_HDRS})
  if(OUTRIGGER_VERIFY_HEADERS)  # every header compiles alone
    set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  endif()
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
  _outrigger_link(${target} PUBLIC ${A_DEPS})
  target_link_libraries(${target} PRIVATE outrigger_warnings)
endfunction()

# outrigger_program(NAME outrigger-load SRCS ... DEPS ...): a program in build/<preset>/bin,
# statically linked except for the C library.
function(outrigger_program)
  cmake_parse_arguments(A "" "NAME" "SRCS;DEPS" ${ARGN})
  add_executable(${A_NAME} ${A_SRCS})
  set_target_properties(${A_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  target_include_directories(${A_NAME} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
  _outrigger_link(${A_NAME} PRIVATE ${A_DEPS})
  target_link_libraries(${A_NAME} PRIVATE outrigger_warnings)
  if(NOT OUTRIGGER_SANITIZE)
    target_link_options(${A_NAME} PRIVATE -static-libstdc++ -static-libgcc)
  endif()
endfunction()

# outrigger_test(NAME base SRCS ... DEPS ...): one GoogleTest program per folder, each case a ctest
# row of its own. Tests mirror the tree: tests/proxy/http/h1_codec_test.cc tests proxy/http/h1_codec.cc.
function(outrigger_test)
  cmake_parse_arguments(A "" "NAME" "SRCS;DEPS;DATA" ${ARGN})
  if(NOT OUTRIGGER_BUILD_TESTS)
    return()
  endif()
  set(target ${A_NAME}_test)
  add_executable(${target} ${A_SRCS})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
  target_compile_definitions(${target} PRIVATE OUTRIGGER_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                               OUTRIGGER_BINARY_DIR="${PROJECT_BINARY_DIR}")
  _outrigger_link(${target} PRIVATE ${A_DEPS} GTest::gmock_main)
  target_link_libraries(${target} PRIVATE outrigger_warnings)
  gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                       PROPERTIES TIMEOUT 120)
endfunction()

# outrigger_fuzz(NAME h1_codec SRCS ... DEPS ...): tests/fuzz/corpus/<NAME>/ runs as a ctest row in every
# preset (a plain main() feeds the files); with OUTRIGGER_FUZZ (Clang) the same source is a libFuzzer target.
function(outrigger_fuzz)
  cmake_parse_arguments(A "" "NAME" "SRCS;DEPS" ${ARGN})
  if(NOT OUTRIGGER_BUILD_TESTS)
    return()
  endif()
  set(target fuzz_${A_NAME})
  if(OUTRIGGER_FUZZ)
    add_executable(${target} ${A_SRCS})
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  else()
    add_executable(${target} ${A_SRCS} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus_main.cc)
  endif()
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
  _outrigger_link(${target} PRIVATE ${A_DEPS})
  target_link_libraries(${target} PRIVATE outrigger_warnings)
  set(corpus ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${A_NAME})
  if(OUTRIGGER_FUZZ)
    add_test(NAME fuzz_corpus.${A_NAME} COMMAND ${target} -runs=0 ${corpus})
  else()
    add_test(NAME fuzz_corpus.${A_NAME} COMMAND ${target} ${corpus})
  endif()
endfunction()

function(_outrigger_link target scope)
  foreach(dep IN LISTS ARGN)
    if(TARGET outrigger_${dep})
      target_link_libraries(${target} ${scope} outrigger_${dep})
    else()
      target_link_libraries(${target} ${scope} ${dep})
    endif()
  endforeach()
endfunction()
