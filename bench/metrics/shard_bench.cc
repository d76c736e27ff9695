// What does counting one request cost the worker, and what does a scrape of a large mesh cost the
// main thread? Design target: a few nanoseconds, and 64 KiB chunks that take well below a
// millisecond each.
#include <benchmark/benchmark.h>

#include "metrics/registry.h"
#include "metrics/scrape.h"
#include "tests/metrics/testing.h"

namespace outrigger::metrics {
namespace {

using testing::ReviewsToRatings;

// The common case: same code and flags as the request before.
void BM_RecordRequestSameCode(benchmark::State& state) {
  Shard shard(1000);
  Edge* edge = shard.FindOrAddEdge(ReviewsToRatings());
  std::int64_t i = 0;
  for (auto _ : state) {
    edge->RecordRequest(200, {}, "", std::chrono::nanoseconds(700'000 + (i++ & 0xFFFFF)), 400,
                        1300);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_RecordRequestSameCode);

// Two codes in turn: the guess is always wrong.
void BM_RecordRequestAlternatingCodes(benchmark::State& state) {
  Shard shard(1000);
  Edge* edge = shard.FindOrAddEdge(ReviewsToRatings());
  int i = 0;
  for (auto _ : state) {
    edge->RecordRequest((i++ & 1) != 0 ? 200 : 404, {}, "", std::chrono::microseconds(700), 400,
                        1300);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_RecordRequestAlternatingCodes);

// After the budget is gone: an attacker's requests must not become expensive.
void BM_RecordRequestOverBudget(benchmark::State& state) {
  Shard shard(1000);
  Edge* edge = shard.FindOrAddEdge(ReviewsToRatings());
  for (int code = 0; code < 1000; ++code)
    edge->RecordRequest(code, {Flag::kDelayInjected}, "", {}, 1, 1);
  for (auto _ : state) edge->RecordRequest(503, {}, "", std::chrono::microseconds(700), 400, 1300);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_RecordRequestOverBudget);

// Once per route or connection.
void BM_FindEdge(benchmark::State& state) {
  Shard shard(1000);
  const EdgeLabels labels = ReviewsToRatings();
  shard.FindOrAddEdge(labels);
  for (auto _ : state) benchmark::DoNotOptimize(shard.FindOrAddEdge(labels));
}
BENCHMARK(BM_FindEdge);

// All of it; bytes are those of the text. /1000 is the target's "1,000 (edge, code, flags) keys".
void BM_Scrape(benchmark::State& state) {
  Registry registry({.workers = 1, .max_keys = 100'000});
  EdgeLabels labels = ReviewsToRatings();
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    labels.source.workload = "caller-" + std::to_string(i);
    testing::RecordOk(registry.worker(0).FindOrAddEdge(labels));
  }
  std::int64_t bytes = 0, chunks = 0;
  std::string chunk;
  for (auto _ : state) {
    Scrape scrape(registry);
    while (scrape.Next(&chunk)) {
      bytes += static_cast<std::int64_t>(chunk.size());
      ++chunks;
    }
  }
  state.SetBytesProcessed(bytes);
  state.counters["chunks"] = static_cast<double>(chunks) / static_cast<double>(state.iterations());
}
BENCHMARK(BM_Scrape)->Arg(10)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace outrigger::metrics

BENCHMARK_MAIN();
