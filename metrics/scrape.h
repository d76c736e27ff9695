#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "metrics/registry.h"

namespace outrigger::metrics {

/// What every answer with exposition text must be labelled with; Prometheus 3 refuses odd types.
inline constexpr std::string_view kExpositionContentType =
    "text/plain; version=0.0.4; charset=utf-8";

/// One exposition of everything in `registry`, in Prometheus text format 0.0.4, made piece by piece
/// so that a thousand edges (some 50 MB of text) never lie in memory at once:
///
///     Scrape scrape(registry);
///     std::string chunk;
///     while (scrape.Next(&chunk)) co_await Write(chunk);
///
/// Runs on any one thread while the workers count on. Numbers of one family are read as they are
/// printed; those of one histogram agree with each other. Families without a series are left out.
/// `registry` must outlive the scrape. Edges that appear after construction wait for the next one.
class Scrape {
 public:
  static constexpr std::size_t kChunkBytes = 64 * 1024;

  explicit Scrape(const Registry& registry);
  ~Scrape();

  /// Replaces `*chunk` by the next piece: at least kChunkBytes, exceeding it by at most one series'
  /// lines, or less at the end. False when there is nothing more (then `*chunk` is empty).
  bool Next(std::string* chunk);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The whole text at once; for tests and small tools.
std::string ScrapeAll(const Registry& registry);

/// Appends `value` with `\`, `"` and newline escaped as label values need it.
void AppendEscaped(std::string* out, std::string_view value);

}  // namespace outrigger::metrics
