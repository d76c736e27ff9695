// The load generator against a real server. Times are only compared in the direction that a slow
// machine cannot turn around.

#include "cmd/load/runner.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "tests/cmd/load/tiny_server.h"

namespace outrigger::load {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kEmpty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

Plan PlanFor(const std::vector<std::string>& urls, std::uint64_t requests) {
  Plan plan;
  for (const auto& url : urls) plan.targets.push_back(*ParseTarget(url));
  plan.requests = requests;
  plan.connections = 4;
  plan.duration = std::chrono::minutes(1);
  return plan;
}

Result MustRun(const Plan& plan) {
  const std::atomic<bool> stop{false};
  auto result = load::Run(plan, stop);
  EXPECT_TRUE(result.ok()) << result.status();
  return *std::move(result);
}

std::uint64_t Count(const Result& result, Failure failure) {
  return result.Total().failures[static_cast<std::size_t>(failure)];
}

TEST(RunnerTest, ClosedLoopKeepsConnectionsAndCountsAnswers) {
  TinyServer server;
  const Result result = MustRun(PlanFor({server.Url()}, 200));
  EXPECT_EQ(result.Total().answered(), 200u);
  EXPECT_EQ(result.Total().failed(), 0u);
  EXPECT_EQ(result.Total().statuses.at(200), 200u);
  EXPECT_EQ(result.Total().bytes_received, 200 * Reply{}.bytes.size());
  EXPECT_EQ(result.connects, 4u);
  EXPECT_EQ(server.connections(), 4);
}

TEST(RunnerTest, ThreadsShareTheWork) {
  TinyServer server;
  Plan plan = PlanFor({server.Url()}, 101);
  plan.threads = 3;
  EXPECT_EQ(MustRun(plan).Total().answered(), 101u);
  EXPECT_EQ(server.connections(), 4);
}

TEST(RunnerTest, OpenLoopSendsWhenDueAndNotBefore) {
  TinyServer server;
  Plan plan = PlanFor({server.Url()}, 21);
  plan.rate = 100;
  const auto start = std::chrono::steady_clock::now();
  const Result result = MustRun(plan);
  EXPECT_EQ(result.Total().answered(), 21u);
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(200)) << "the 21st is due then";
}

// The reason for fixed arrivals: a server that stops for 200 ms keeps everyone waiting who would
// have come in that time, not only the one request that was on its way.
TEST(RunnerTest, OpenLoopChargesAStallToAllWhoWaited) {
  TinyServer server([first = std::make_shared<std::atomic<bool>>(true)](const std::string&, int) {
    if (first->exchange(false)) std::this_thread::sleep_for(milliseconds(200));
    return Reply{};
  });
  Plan plan = PlanFor({server.Url()}, 40);
  plan.rate = 100;
  plan.connections = 1;
  const Result result = MustRun(plan);
  // Requests 0 to 14 are due at 0 to 140 ms and answered after 200.
  EXPECT_GE(result.Total().latency.ValueAt(1 - 15.0 / 40 + 0.001), milliseconds(60));
  EXPECT_GE(result.max_late, milliseconds(190));
}

TEST(RunnerTest, ArrivalsWithoutAConnectionAreNotSent) {
  std::atomic<bool> release{false};
  TinyServer server([&release](const std::string&, int) {
    release.wait(false);
    return Reply{};
  });
  Plan plan = PlanFor({server.Url()}, 1'000'000);
  plan.rate = 1000;
  plan.connections = 2;
  plan.duration = milliseconds(50);
  plan.timeout = milliseconds(60);
  const Result result = MustRun(plan);
  release = true;
  release.notify_all();
  EXPECT_EQ(Count(result, Failure::kTimeout), 2u);
  EXPECT_EQ(Count(result, Failure::kNotSent), 48u);
}

TEST(RunnerTest, WeightsAreTheSharesOfTheTargets) {
  TinyServer server;
  const Result result = MustRun(PlanFor({server.Url("/a") + "=3", server.Url("/b")}, 100));
  EXPECT_EQ(result.targets[0].answered(), 75u);
  EXPECT_EQ(result.targets[1].answered(), 25u);
}

TEST(RunnerTest, TargetsOnSeveralServersShareTheConnections) {
  TinyServer first, second;
  Plan plan = PlanFor({first.Url(), second.Url()}, 20);
  plan.connections = 1;
  EXPECT_EQ(MustRun(plan).Total().answered(), 20u);
  EXPECT_EQ(first.connections() + second.connections(), 20) << "one connection, moved each time";
}

TEST(RunnerTest, StatusesAreCountedEach) {
  TinyServer server([](const std::string& head, int) {
    const bool bad = head.starts_with("GET /bad ");
    return Reply{bad ? "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n" : std::string(kEmpty)};
  });
  const Result result = MustRun(PlanFor({server.Url("/good"), server.Url("/bad")}, 10));
  EXPECT_EQ(result.Total().statuses, (std::map<int, std::uint64_t>{{200, 5}, {503, 5}}));
}

TEST(RunnerTest, SendsMethodHeadersAndBodyToTheGivenPlace) {
  std::string seen;
  TinyServer server([&seen](const std::string& head, int) {
    seen = head;
    return Reply{};
  });
  Plan plan = PlanFor({"http://reviews:9080/x"}, 1);
  plan.connect = Url{"127.0.0.1", server.port(), "/"};
  plan.method = "POST";
  plan.headers = {{"X-Test", "1"}};
  plan.body_bytes = 100'000;
  EXPECT_EQ(MustRun(plan).Total().answered(), 1u);
  EXPECT_EQ(seen,
            "POST /x HTTP/1.1\r\nHost: reviews:9080\r\nUser-Agent: outrigger-load\r\nX-Test: 1\r\n"
            "Content-Length: 100000");
}

TEST(RunnerTest, AServerThatClosesAfterEachAnswerIsReconnected) {
  TinyServer server([](const std::string&, int) {
    return Reply{"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nbody until close", true};
  });
  const Result result = MustRun(PlanFor({server.Url()}, 20));
  EXPECT_EQ(result.Total().answered(), 20u);
  EXPECT_EQ(result.connects, 20u);
}

// The server takes the second request on each connection as its time to close it, idle as it was.
TEST(RunnerTest, AnIdleCloseIsNoFailureForAnIdempotentRequest) {
  const auto close_second = [](const std::string&, int number) {
    return number == 0 ? Reply{} : Reply{"", true};
  };
  TinyServer server(close_second);
  Plan plan = PlanFor({server.Url()}, 9);
  plan.connections = 1;
  const Result result = MustRun(plan);
  EXPECT_EQ(result.Total().answered(), 9u);
  EXPECT_EQ(result.resent, 8u);

  plan.method = "POST";
  const Result post = MustRun(plan);
  EXPECT_EQ(post.resent, 0u);
  EXPECT_EQ(Count(post, Failure::kClosed), 4u) << "every second one, and never sent twice";
}

TEST(RunnerTest, FailuresAreNamed) {
  const auto failure_of = [](const std::string& bytes) {
    TinyServer server([&bytes](const std::string&, int) { return Reply{bytes, true}; });
    Plan plan = PlanFor({server.Url()}, 1);
    const Result result = MustRun(plan);
    for (std::size_t i = 0; i < kFailures; ++i) {
      if (result.Total().failures[i] == 1) return ToString(static_cast<Failure>(i));
    }
    return std::string_view("none");
  };
  EXPECT_EQ(failure_of(""), "closed");
  EXPECT_EQ(failure_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"), "closed");
  EXPECT_EQ(failure_of("220 mail.example ESMTP\r\n\r\n"), "malformed");
}

TEST(RunnerTest, NobodyListening) {
  std::string url;
  {
    TinyServer server;
    url = server.Url();
  }
  EXPECT_EQ(Count(MustRun(PlanFor({url}, 3)), Failure::kConnectRefused), 3u);
}

TEST(RunnerTest, AnUnknownHostIsAnError) {
  const std::atomic<bool> stop{false};
  const auto result = load::Run(PlanFor({"http://no-such-host.invalid/"}, 1), stop);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.status().code(), absl::StatusCode::kNotFound);
}

TEST(RunnerTest, StopEndsTheRunWithWhatThereIs) {
  std::atomic<bool> stop{false};
  TinyServer server([&stop](const std::string&, int number) {
    if (number == 50) stop = true;
    return Reply{};
  });
  Plan plan = PlanFor({server.Url()}, 1'000'000'000);
  plan.connections = 1;
  const auto result = load::Run(plan, stop);
  ASSERT_TRUE(result.ok());
  EXPECT_GE(result->Total().answered(), 50u);
  EXPECT_EQ(result->Total().failed(), 0u);
}

}  // namespace
}  // namespace outrigger::load
