// Arbitrary bytes as JSON: what is read can be written, and what was written reads and writes the
// same again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "samples/bookinfo/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = bookinfo::Json::Parse(text);
  if (!value.has_value()) return 0;
  const std::string written = value->Write();
  const auto again = bookinfo::Json::Parse(written);
  if (!again.has_value() || again->Write() != written) std::abort();
  return 0;
}
