#include "cmd/load/runner.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "cmd/load/connection.h"

namespace outrigger::load {
namespace {

using TimePoint = Clock::time_point;

constexpr auto kTick =
    std::chrono::milliseconds(10);  // timeouts and `stop` are looked at this often

/// Targets with the same host and port share connections.
struct Prepared {
  std::vector<std::string> requests;  // per target
  std::vector<std::size_t> origins;   // per target: index into addresses
  std::vector<Address> addresses;
  bool is_head = false;
  bool idempotent = false;
};

absl::StatusOr<Address> Resolve(const Url& url) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &found);
  if (error != 0) {
    return absl::NotFoundError(fmt::format("host \"{}\": {}", url.host, gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  Address address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.size = found->ai_addrlen;
  return address;
}

absl::StatusOr<Prepared> Prepare(const Plan& plan) {
  Prepared prepared;
  prepared.is_head = plan.method == "HEAD";
  for (const auto method :
       {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"}) {  // RFC 9110 §9.2.2
    prepared.idempotent = prepared.idempotent || plan.method == method;
  }
  std::map<std::pair<std::string, std::uint16_t>, std::size_t> known;
  for (const Target& target : plan.targets) {
    const Url& url = plan.connect ? *plan.connect : target.url;
    const auto [entry, is_new] = known.try_emplace({url.host, url.port}, prepared.addresses.size());
    if (is_new) {
      auto address = Resolve(url);
      if (!address.ok()) return address.status();
      prepared.addresses.push_back(*address);
    }
    prepared.origins.push_back(entry->second);
    prepared.requests.push_back(RequestFor(plan, target));
  }
  return prepared;
}

/// Chooses targets so that any stretch of requests has close to the right shares: everybody gains
/// its weight per step, the richest is chosen and pays the sum.
class Chooser {
 public:
  explicit Chooser(const std::vector<Target>& targets)
      : targets_(targets), credit_(targets.size()) {
    for (const Target& target : targets) sum_ += target.weight;
  }

  std::size_t Next() {
    std::size_t best = 0;
    for (std::size_t i = 0; i < credit_.size(); ++i) {
      credit_[i] += targets_[i].weight;
      if (credit_[i] > credit_[best]) best = i;
    }
    credit_[best] -= sum_;
    return best;
  }

 private:
  const std::vector<Target>& targets_;
  std::vector<double> credit_;
  double sum_ = 0;
};

/// The requests of one thread in order: number `thread`, `thread + threads`, ... of the whole plan.
class Arrivals {
 public:
  Arrivals(const Plan& plan, std::uint32_t thread, TimePoint start)
      : plan_(plan), chooser_(plan.targets), number_(thread), start_(start) {
    target_ = chooser_.Next();
  }

  /// When the next request is to be sent; nothing once the last one has been taken.
  std::optional<TimePoint> Due(TimePoint now) const {
    if (plan_.requests && number_ >= *plan_.requests) return std::nullopt;
    TimePoint due = now;
    if (plan_.rate) {
      const double offset = static_cast<double>(number_) * 1e9 / *plan_.rate;
      due = start_ + std::chrono::nanoseconds(static_cast<std::int64_t>(offset));
    }
    if (due >= End()) return std::nullopt;
    return due;
  }

  std::size_t target() const { return target_; }
  TimePoint End() const { return start_ + plan_.duration; }

  void Take() {
    number_ += plan_.threads;
    target_ = chooser_.Next();
  }

 private:
  const Plan& plan_;
  Chooser chooser_;
  std::uint64_t number_;
  TimePoint start_;
  std::size_t target_ = 0;
};

/// One thread: an epoll loop over its connections.
class Runner {
 public:
  Runner(const Plan& plan, const Prepared& prepared, std::uint32_t thread, TimePoint start,
         const std::atomic<bool>& stop)
      : plan_(plan),
        prepared_(prepared),
        stop_(stop),
        start_(start),
        arrivals_(plan, thread, start),
        slots_(plan.connections / plan.threads +
               (thread < plan.connections % plan.threads ? 1 : 0)),
        idle_(prepared.addresses.size()),
        epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    result_.targets.resize(plan.targets.size());
    for (std::size_t i = slots_.size(); i-- > 0;) closed_.push_back(i);
  }
  ~Runner() { close(epoll_); }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  Result Run() {
    prctl(PR_SET_TIMERSLACK, 1UL);  // arrivals are fixed to the microsecond, not to 50 of them
    TimePoint next_tick = start_ + kTick;
    while (!stop_.load(std::memory_order_relaxed)) {
      const TimePoint now = Clock::now();
      SendWhatIsDue(now);
      if (now >= arrivals_.End()) CountUnsent(now);
      if (busy_ == 0 && !arrivals_.Due(now)) break;
      if (now >= next_tick) {
        Tick(now);
        next_tick = now + kTick;
      }
      Wait(now, next_tick);
    }
    result_.elapsed = (last_answer_ > start_ ? last_answer_ : Clock::now()) - start_;
    return std::move(result_);
  }

 private:
  struct Slot {
    Connection connection;
    std::size_t origin = 0;
    std::size_t target = 0;
    TimePoint due;
    TimePoint deadline;
    bool in_use = false;
    bool resent = false;
  };

  void SendWhatIsDue(TimePoint now) {
    while (true) {
      const auto due = arrivals_.Due(now);
      if (!due || *due > now) return;
      const std::size_t target = arrivals_.target();
      const auto slot = FreeSlot(prepared_.origins[target]);
      if (!slot) return;
      arrivals_.Take();
      result_.max_late = std::max<std::chrono::nanoseconds>(result_.max_late, now - *due);
      Start(*slot, target, *due, now);
    }
  }

  // Best an idle connection to the right place, then a closed one, then another's idle one.
  std::optional<std::size_t> FreeSlot(std::size_t origin) {
    if (const auto slot = Pop(idle_[origin])) return slot;
    if (const auto slot = Pop(closed_)) return slot;
    for (auto& others : idle_) {
      if (const auto slot = Pop(others)) {
        slots_[*slot].connection.Close();
        return slot;
      }
    }
    return std::nullopt;
  }

  static std::optional<std::size_t> Pop(std::vector<std::size_t>& slots) {
    if (slots.empty()) return std::nullopt;
    const std::size_t slot = slots.back();
    slots.pop_back();
    return slot;
  }

  void Start(std::size_t index, std::size_t target, TimePoint due, TimePoint now) {
    Slot& slot = slots_[index];
    slot.target = target;
    slot.origin = prepared_.origins[target];
    slot.due = due;
    slot.deadline = now + plan_.timeout;
    slot.in_use = true;
    slot.resent = false;
    ++busy_;
    const bool is_idle = slot.connection.state() == Connection::State::kIdle;
    Handle(index, is_idle ? slot.connection.Send(prepared_.requests[target], prepared_.is_head)
                          : Open(index));
  }

  Connection::Outcome Open(std::size_t index) {
    Slot& slot = slots_[index];
    ++result_.connects;
    return slot.connection.Open(prepared_.addresses[slot.origin], epoll_, index,
                                prepared_.requests[slot.target], prepared_.is_head);
  }

  void Handle(std::size_t index, Connection::Outcome outcome) {
    Slot& slot = slots_[index];
    switch (outcome) {
      case Connection::Outcome::kPending:
        return;
      case Connection::Outcome::kLeft:
        std::erase(idle_[slot.origin], index);
        break;
      case Connection::Outcome::kAnswered:
        Answered(slot);
        break;
      case Connection::Outcome::kFailed:
        if (slot.connection.failed_stale() && prepared_.idempotent && !slot.resent) {
          slot.resent = true;
          ++result_.resent;
          return Handle(index, Open(index));
        }
        Failed(slot, slot.connection.failure());
        break;
    }
    Release(index, outcome);
  }

  void Answered(Slot& slot) {
    last_answer_ = Clock::now();
    TargetResult& result = result_.targets[slot.target];
    result.latency.Record(last_answer_ - slot.due);
    ++result.statuses[slot.connection.reader().status()];
    result.bytes_received += slot.connection.reader().bytes();
  }

  void Failed(const Slot& slot, Failure failure) {
    ++result_.targets[slot.target].failures[static_cast<std::size_t>(failure)];
  }

  // In a closed loop nothing but the answers sets the pace; without answers the next tick does.
  void Release(std::size_t index, Connection::Outcome outcome) {
    Slot& slot = slots_[index];
    busy_ -= slot.in_use ? 1 : 0;
    slot.in_use = false;
    if (slot.connection.state() == Connection::State::kIdle) {
      idle_[slot.origin].push_back(index);
    } else if (outcome == Connection::Outcome::kFailed && !plan_.rate) {
      resting_.push_back(index);
    } else {
      closed_.push_back(index);
    }
  }

  void Tick(TimePoint now) {
    closed_.insert(closed_.end(), resting_.begin(), resting_.end());
    resting_.clear();
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (!slots_[i].in_use || now < slots_[i].deadline) continue;
      slots_[i].connection.Close();
      Failed(slots_[i], Failure::kTimeout);
      Release(i, Connection::Outcome::kFailed);
    }
  }

  // At the end the fixed arrivals that found no free connection have failed; waiting for one now
  // would only make the run longer.
  void CountUnsent(TimePoint now) {
    if (!plan_.rate) return;
    for (; arrivals_.Due(now); arrivals_.Take()) {
      ++result_.targets[arrivals_.target()].failures[static_cast<std::size_t>(Failure::kNotSent)];
    }
  }

  bool AnyFree() const {
    return !closed_.empty() || std::any_of(idle_.begin(), idle_.end(),
                                           [](const auto& slots) { return !slots.empty(); });
  }

  void Wait(TimePoint now, TimePoint next_tick) {
    TimePoint until = next_tick;
    const auto due = arrivals_.Due(now);
    if (due && AnyFree()) until = std::min(until, *due);
    const auto pause = std::max<std::chrono::nanoseconds>(until - now, std::chrono::nanoseconds(0));
    const timespec timeout{.tv_sec = 0,
                           .tv_nsec = static_cast<long>(pause.count())};  // below kTick
    std::array<epoll_event, 256> events{};
    const int n =
        epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
    for (int i = 0; i < n; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      Slot& slot = slots_[event.data.u64];
      if (slot.connection.state() == Connection::State::kClosed) continue;
      Handle(event.data.u64, slot.connection.OnReady(event.events, buffer_.data(), buffer_.size()));
    }
  }

  const Plan& plan_;
  const Prepared& prepared_;
  const std::atomic<bool>& stop_;
  const TimePoint start_;
  Arrivals arrivals_;
  std::vector<Slot> slots_;
  std::vector<std::vector<std::size_t>> idle_;  // per origin; the most recently used is last
  std::vector<std::size_t> closed_;
  std::vector<std::size_t> resting_;  // closed, but not before the next tick
  const int epoll_;
  std::uint32_t busy_ = 0;
  TimePoint last_answer_;
  Result result_;
  std::array<char, 64 * 1024> buffer_{};
};

}  // namespace

absl::StatusOr<Result> Run(const Plan& plan, const std::atomic<bool>& stop) {
  const auto prepared = Prepare(plan);
  if (!prepared.ok()) return prepared.status();

  const TimePoint start = Clock::now();
  std::vector<std::unique_ptr<Runner>> runners;
  for (std::uint32_t i = 0; i < plan.threads; ++i) {
    runners.push_back(std::make_unique<Runner>(plan, *prepared, i, start, stop));
  }
  std::vector<Result> results(plan.threads);
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < runners.size(); ++i) {
    threads.emplace_back([&results, &runners, i] { results[i] = runners[i]->Run(); });
  }
  results[0] = runners[0]->Run();
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 1; i < results.size(); ++i) results[0].Merge(results[i]);
  return std::move(results[0]);
}

}  // namespace outrigger::load
