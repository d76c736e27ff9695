#include "filters/fault/fault.h"

#include "api/outrigger/v1/config.pb.h"
#include "base/task_scope.h"

namespace outrigger::filters {

namespace {

using metrics::Flag;
using stream::StreamContext;
using stream::Verdict;

constexpr std::uint32_t kMillion = 1'000'000;

struct Settings {
  Duration delay{0};
  std::uint32_t delay_ppm = 0;
  int abort_status = 0;
  std::uint32_t abort_ppm = 0;
};

std::uint32_t ToPpm(double percent) {
  return static_cast<std::uint32_t>(percent * (kMillion / 100.0) + 0.5);
}

/// A second throw that does not depend on the first (Knuth's multiplicative hash of the stream's
/// random number).
std::uint32_t SecondThrow(std::uint32_t random) {
  return (random ^ 0x9e3779b9u) * 2654435761u >> 4;
}

class Fault final : public stream::Filter {
 public:
  explicit Fault(const Settings& settings) : settings_(settings) {}

  Awaitable<Verdict> OnRequest(http::RequestHead& /*head*/, StreamContext& ctx) override {
    if (ctx.random % kMillion < settings_.delay_ppm) {
      ctx.flags.Set(Flag::kDelayInjected);
      const Result<void> slept = co_await SleepUntil(ctx.loop, ctx.loop.Now() + settings_.delay);
      if (!slept) co_return Verdict::Abort(slept.error());
    }
    if (SecondThrow(ctx.random) % kMillion < settings_.abort_ppm) {
      co_return Verdict::Reply(settings_.abort_status, "fault filter abort", Flag::kFaultInjected);
    }
    co_return Verdict::Continue();
  }

 private:
  const Settings settings_;
};

}  // namespace

stream::FilterFactory MakeFault(const v1::Route& route) {
  if (!route.has_fault()) return {};
  Settings settings;
  const v1::Fault& fault = route.fault();
  if (fault.has_delay()) {
    settings.delay = std::chrono::seconds(fault.delay().duration().seconds()) +
                     std::chrono::nanoseconds(fault.delay().duration().nanos());
    settings.delay_ppm = ToPpm(fault.delay().percent());
  }
  if (fault.has_abort()) {
    settings.abort_status = static_cast<int>(fault.abort().status());
    settings.abort_ppm = ToPpm(fault.abort().percent());
  }
  if (settings.delay_ppm == 0 && settings.abort_ppm == 0) return {};
  return [settings] { return std::make_unique<Fault>(settings); };
}

}  // namespace outrigger::filters
