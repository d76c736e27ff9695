#pragma once

#include <chrono>
#include <cstdint>

namespace outrigger::metrics {

/// What this process costs, as the kernel and the allocator say.
struct ProcessUsage {
  std::chrono::nanoseconds cpu{0};  ///< user and system
  std::uint64_t resident_bytes = 0;
  std::uint64_t open_fds = 0;
  std::uint64_t allocated_bytes = 0;  ///< handed out by malloc and not freed
  std::uint64_t heap_bytes = 0;       ///< held by malloc
};

/// Some ten system calls; a figure that cannot be read is 0. Any thread.
ProcessUsage ReadProcessUsage();

}  // namespace outrigger::metrics
