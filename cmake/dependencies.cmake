# Everything comes from Debian 12 packages (scripts/deps); nothing is vendored or downloaded.
# Archives are preferred so that the programs need only the C library beside them.
set(Protobuf_USE_STATIC_LIBS ON)
set(OPENSSL_USE_STATIC_LIBS ON)
set(Boost_USE_STATIC_LIBS ON)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)  # headers only: Beast's parser, Boost.JSON, Boost.System's result
find_package(Protobuf REQUIRED)
find_package(absl REQUIRED)
find_package(fmt REQUIRED)
find_package(OpenSSL REQUIRED)

# Debian's absl package names its shared objects; the archives lie beside them.
get_property(_imported DIRECTORY PROPERTY IMPORTED_TARGETS)
list(FILTER _imported INCLUDE REGEX "^absl::")
foreach(target IN LISTS _imported)
  get_target_property(_location ${target} IMPORTED_LOCATION_NONE)
  string(REGEX REPLACE "\\.so[.0-9]*$" ".a" _archive "${_location}")
  if(EXISTS "${_archive}")
    set_target_properties(${target} PROPERTIES IMPORTED_LOCATION_NONE "${_archive}")
  endif()
endforeach()

function(_outrigger_archive name file header)
  find_library(OUTRIGGER_${name}_ARCHIVE NAMES ${file} REQUIRED)
  find_path(OUTRIGGER_${name}_INCLUDE NAMES ${header} REQUIRED)
  add_library(outrigger_dep_${name} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(outrigger_dep_${name} PROPERTIES
    IMPORTED_LOCATION ${OUTRIGGER_${name}_ARCHIVE}
    INTERFACE_INCLUDE_DIRECTORIES ${OUTRIGGER_${name}_INCLUDE})
  add_library(dep::${name} ALIAS outrigger_dep_${name})
endfunction()

_outrigger_archive(yaml-cpp libyaml-cpp.a yaml-cpp/yaml.h)
_outrigger_archive(re2 libre2.a re2/re2.h)
_outrigger_archive(nghttp2 libnghttp2.a nghttp2/nghttp2.h)
_outrigger_archive(boost_json libboost_json.a boost/json.hpp)
_outrigger_archive(nftables libnftables.so nftables/libnftables.h)  # interception/ only; Debian has no archive
