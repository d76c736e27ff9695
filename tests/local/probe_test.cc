#include "local/probe.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>
#include <string>
#include <thread>

namespace outrigger::local {
namespace {

using std::chrono::milliseconds;

const Ipv4 kLoopback = Ipv4::Of(127, 0, 0, 1);

/// A listener on a port of the kernel's choice; answers one connection at a time with `answer` when
/// there is one.
class Server {
 public:
  explicit Server(std::string answer) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
    EXPECT_EQ(::listen(socket_.get(), 16), 0);
    socklen_t size = sizeof name;
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&name), &size);
    port_ = ntohs(name.sin_port);
    if (answer.empty()) return;
    thread_ = std::thread([this, answer] {
      for (;;) {
        const UniqueFd peer(::accept(socket_.get(), nullptr, nullptr));
        if (!peer) return;
        char request[1024];
        if (::recv(peer.get(), request, sizeof request, 0) > 0)
          (void)::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
      }
    });
  }
  ~Server() {
    ::shutdown(socket_.get(), SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  UniqueFd socket_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

std::function<void()> RunNothing(const ExecCommand&, std::function<void(bool)>) { return {}; }

std::optional<bool> Try(const ProbeAction& action, milliseconds timeout = milliseconds(5000)) {
  PollLoop loop;
  std::optional<bool> result;
  const ProbeAttempt attempt(loop, kLoopback, action, timeout, RunNothing, [&](bool success) {
    result = success;
    loop.Stop();
  });
  loop.Run();
  return result;
}

TEST(ProbeAttemptTest, HttpStatusDecides) {
  const std::pair<const char*, bool> cases[] = {
      {"200 OK", true}, {"302 Found", true}, {"404 Not Found", false}, {"503 No", false}};
  for (const auto& [status, want] : cases) {
    const Server server("HTTP/1.1 " + std::string(status) + "\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(Try(HttpGet{"/", server.port(), "", {}}), want) << status;
  }
}

TEST(ProbeAttemptTest, AnswersThatAreNotHttpFail) {
  const Server server("SSH-2.0-OpenSSH\r\n");
  EXPECT_EQ(Try(HttpGet{"/", server.port(), "", {}}), false);
}

TEST(ProbeAttemptTest, TcpNeedsAListener) {
  std::uint16_t port = 0;
  {
    const Server server("");
    port = server.port();
    EXPECT_EQ(Try(TcpConnect{port}), true);
  }
  EXPECT_EQ(Try(TcpConnect{port}), false);
}

TEST(ProbeAttemptTest, SilenceFailsWhenTimeIsUp) {
  const Server server("");  // accepts in its backlog and says nothing
  EXPECT_EQ(Try(HttpGet{"/", server.port(), "", {}}, milliseconds(50)), false);
}

TEST(ProberTest, EagerProbePassesLongBeforeItsPeriod) {
  const Server server("HTTP/1.0 200 OK\r\n\r\n");
  PollLoop loop;
  ProbeSpec spec;
  spec.action = HttpGet{"/", server.port(), "", {}};
  spec.initial_delay = std::chrono::seconds(3600);
  std::optional<Prober::Verdict> verdict;
  const Prober prober({loop, kLoopback, RunNothing}, spec, true, [&](Prober::Verdict v) {
    verdict = v;
    loop.Stop();
  });
  loop.Run();
  EXPECT_EQ(verdict, Prober::Verdict::kPassed);
}

TEST(ProberTest, MayBeDestroyedInItsOwnVerdict) {
  const Server server("HTTP/1.0 200 OK\r\n\r\n");
  PollLoop loop;
  ProbeSpec spec;
  spec.action = HttpGet{"/", server.port(), "", {}};
  std::unique_ptr<Prober> prober;
  prober = std::make_unique<Prober>(Prober::Target{loop, kLoopback, RunNothing}, spec, true,
                                    [&](Prober::Verdict) {
                                      prober.reset();
                                      loop.Stop();
                                    });
  loop.Run();
  EXPECT_EQ(prober, nullptr);
}

}  // namespace
}  // namespace outrigger::local
