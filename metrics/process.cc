#include "metrics/process.h"

#include <dirent.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>

namespace outrigger::metrics {
namespace {

std::chrono::nanoseconds ToNanoseconds(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

std::uint64_t ResidentBytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  unsigned long long total = 0, resident = 0;
  const int fields = std::fscanf(file, "%llu %llu", &total, &resident);
  std::fclose(file);
  return fields == 2 ? resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) : 0;
}

std::uint64_t OpenFds() {
  DIR* dir = opendir("/proc/self/fd");
  if (dir == nullptr) return 0;
  std::uint64_t entries = 0;
  while (readdir(dir) != nullptr) ++entries;
  closedir(dir);
  return entries > 3 ? entries - 3 : 0;  // ".", ".." and the directory itself
}

}  // namespace

ProcessUsage ReadProcessUsage() {
  ProcessUsage usage;
  rusage own{};
  if (getrusage(RUSAGE_SELF, &own) == 0) {
    usage.cpu = ToNanoseconds(own.ru_utime) + ToNanoseconds(own.ru_stime);
  }
  usage.resident_bytes = ResidentBytes();
  usage.open_fds = OpenFds();
  const struct mallinfo2 heap = mallinfo2();
  usage.allocated_bytes = heap.uordblks + heap.hblkhd;
  usage.heap_bytes = heap.arena + heap.hblkhd;
  return usage;
}

}  // namespace outrigger::metrics
