// What does HTTP/1 cost the worker for each request: decoding a head, encoding one, moving body
// bytes? Target: a 10-field request head decoded well below 1 us, and no allocation per message
// once a connection has warmed up ("allocs" counts calls of operator new per operation).
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <new>
#include <string>

#include "proxy/http/h1_codec.h"

namespace {
std::int64_t allocations = 0;
}  // namespace

// Not inlined: GCC 12 would warn of memory from new that is given to free.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace outrigger::http {
namespace {

/// What a browser's request looks like after one proxy: 10 fields, about 500 bytes.
constexpr std::string_view kRequest =
    "GET /api/v1/products/0/reviews?page=2&sort=newest HTTP/1.1\r\n"
    "Host: productpage.default.svc.cluster.local:9080\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0\r\n"
    "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: en-US,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate\r\n"
    "Connection: keep-alive\r\n"
    "Cookie: session=5f2c9a7e1b3d4c6f8a0b2c4d6e8f0a1b; user=jason\r\n"
    "X-Forwarded-For: 10.0.0.17\r\n"
    "X-Request-Id: 7b0e6f1c-2d3a-4b5c-8d9e-0f1a2b3c4d5e\r\n"
    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
    "\r\n";

constexpr std::string_view kResponse =
    "HTTP/1.1 200 OK\r\n"
    "Content-Type: application/json\r\n"
    "Content-Length: 0\r\n"
    "Server: bookinfo\r\n"
    "Date: Tue, 01 Jan 2030 00:00:00 GMT\r\n"
    "Cache-Control: no-store\r\n"
    "\r\n";

/// Reports allocations per iteration since construction.
class CountAllocations {
 public:
  explicit CountAllocations(benchmark::State& state) : state_(state), before_(allocations) {}
  ~CountAllocations() {
    const double count = static_cast<double>(allocations - before_);
    state_.counters["allocs"] = benchmark::Counter(count, benchmark::Counter::kAvgIterations);
  }

 private:
  benchmark::State& state_;
  std::int64_t before_;
};

/// Decodes all of `wire`; the next message begins with an empty arena, as on a connection.
template <class Decoder, class Head>
void DecodeAll(Decoder& decoder, Head& head, Arena& arena, std::string_view wire) {
  while (true) {
    const Result<H1Step> step = decoder.Receive(wire, head);
    if (step.has_error()) std::abort();
    if (step->event == H1Event::kNeedMore) return;
    if (step->event == H1Event::kEnd) {
      arena.Clear();
      return;
    }
    benchmark::DoNotOptimize(step->data.data());
  }
}

void BM_DecodeRequestHead(benchmark::State& state) {
  Arena arena;
  RequestHead head(arena);
  H1RequestDecoder decoder({});
  DecodeAll(decoder, head, arena, kRequest);
  {
    CountAllocations count(state);
    for (auto _ : state) DecodeAll(decoder, head, arena, kRequest);
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kRequest.size()));
}
BENCHMARK(BM_DecodeRequestHead);

// The head in two portions: what a packet border costs.
void BM_DecodeRequestHeadInTwo(benchmark::State& state) {
  Arena arena;
  RequestHead head(arena);
  H1RequestDecoder decoder({});
  DecodeAll(decoder, head, arena, kRequest);
  {
    CountAllocations count(state);
    for (auto _ : state) {
      DecodeAll(decoder, head, arena, kRequest.substr(0, 200));
      DecodeAll(decoder, head, arena, kRequest.substr(200));
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_DecodeRequestHeadInTwo);

void BM_DecodeResponseHead(benchmark::State& state) {
  Arena arena;
  ResponseHead head(arena);
  H1ResponseDecoder decoder({});
  {
    CountAllocations count(state);
    for (auto _ : state) {
      decoder.Expect("GET");
      DecodeAll(decoder, head, arena, kResponse);
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_DecodeResponseHead);

void BM_EncodeRequestHead(benchmark::State& state) {
  Arena arena;
  RequestHead head(arena);
  H1RequestDecoder decoder({});
  std::string_view input = kRequest;
  if (decoder.Receive(input, head)->event != H1Event::kHead) std::abort();
  std::string out;
  EncodeHead(head, false, out);
  {
    CountAllocations count(state);
    for (auto _ : state) {
      out.clear();
      benchmark::DoNotOptimize(EncodeHead(head, false, out));
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_EncodeRequestHead);

// A chunked body of 64 KiB in chunks of the given size: what each chunk adds.
void BM_DecodeChunkedBody(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t kBody = 64 * 1024;
  std::string wire = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t sent = 0; sent < kBody; sent += size) {
    EncodeChunkPrefix(size, wire);
    wire += std::string(size, 'x') + "\r\n";
  }
  EncodeEnd(nullptr, wire);
  Arena arena;
  RequestHead head(arena);
  H1RequestDecoder decoder({});
  DecodeAll(decoder, head, arena, wire);
  {
    CountAllocations count(state);
    for (auto _ : state) DecodeAll(decoder, head, arena, wire);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kBody));
}
BENCHMARK(BM_DecodeChunkedBody)->Arg(16)->Arg(1024)->Arg(16 * 1024);

}  // namespace
}  // namespace outrigger::http

BENCHMARK_MAIN();
