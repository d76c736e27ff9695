// Runs a fuzz target over its corpus without libFuzzer: every file of the directories (or files)
// named as arguments is given to LLVMFuzzerTestOneInput once. So each input that ever found a bug
// is a regression test in every build, with any compiler.
//
// Exit status: 0 all inputs survived, 1 there was none to run or one could not be read. An input
// that fails aborts inside the target; the last line printed names it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> FilesIn(const fs::path& place) {
  if (!fs::is_directory(place)) return {place};
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(place)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());  // the same order everywhere
  return files;
}

bool RunOne(const fs::path& path) {
  std::cout << path.string() << std::endl;  // flushed: a crash must leave the name behind
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::cerr << path.string() << ": cannot be read\n";
    return false;
  }
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  // A copy of exactly this size, so that AddressSanitizer sees a read past the end.
  const std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(input.data(), input.size());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t runs = 0;
  for (const fs::path& place : std::vector<fs::path>(argv + 1, argv + argc)) {
    for (const fs::path& path : FilesIn(place)) {
      if (!RunOne(path)) return 1;
      ++runs;
    }
  }
  if (runs == 0) {
    std::cerr << "no input to run: give a corpus directory that is not empty\n";
    return 1;
  }
  std::cout << runs << " inputs survived\n";
}
