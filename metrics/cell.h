#pragma once

#include <atomic>
#include <cstdint>

namespace outrigger::metrics {

/// One number with one writer (the thread that owns the shard) and any number of readers. Adding is
/// a load, an add and a store without a lock prefix, which is why there may be only one writer;
/// readers see each number whole, but two numbers not necessarily of the same instant.
class Cell {
 public:
  void Add(std::uint64_t n) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void Set(std::uint64_t n) { value_.store(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t Get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Only ever grows. Made by Shard::AddCounter; lives as long as the shard.
class Counter {
 public:
  void Add(std::uint64_t n = 1) { cell_.Add(n); }
  [[nodiscard]] std::uint64_t value() const { return cell_.Get(); }

 private:
  Cell cell_;
};

/// Goes up and down. The scrape sums the gauges of all shards, so a shard holds its own part only.
class Gauge {
 public:
  void Add(std::int64_t n = 1) { cell_.Add(static_cast<std::uint64_t>(n)); }
  void Sub(std::int64_t n = 1) { Add(-n); }
  void Set(std::int64_t n) { cell_.Set(static_cast<std::uint64_t>(n)); }
  [[nodiscard]] std::int64_t value() const { return static_cast<std::int64_t>(cell_.Get()); }

 private:
  Cell cell_;
};

}  // namespace outrigger::metrics
