// Whatever a server sends: the reader must come to the same end when the bytes arrive one by one.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "cmd/load/response_reader.h"

using outrigger::load::ResponseReader;

namespace {

ResponseReader::Progress ReadBytewise(ResponseReader& reader, std::string_view bytes) {
  auto progress = ResponseReader::Progress::kMore;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (progress != ResponseReader::Progress::kMore) return ResponseReader::Progress::kMalformed;
    progress = reader.Receive(bytes.substr(i, 1));
    if (progress == ResponseReader::Progress::kMalformed) return progress;
  }
  return progress;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const bool head : {false, true}) {
    ResponseReader at_once, bytewise;
    at_once.Start(head);
    bytewise.Start(head);
    const auto expected = at_once.Receive(bytes);
    const auto got = ReadBytewise(bytewise, bytes);
    if (got != expected ||
        (got == ResponseReader::Progress::kDone && at_once.status() != bytewise.status())) {
      std::cerr << "at once " << static_cast<int>(expected) << ", bytewise "
                << static_cast<int>(got) << '\n';
      std::abort();
    }
  }
  return 0;
}
