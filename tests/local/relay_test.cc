#include "local/relay.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>

#include "local/host_sockets.h"

namespace outrigger::local {
namespace {

UniqueFd Connect(std::uint16_t port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(socket.get(), reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
  return socket;
}

std::string ReadAll(int socket) {
  std::string out;
  char buffer[65536];
  for (ssize_t size = ::recv(socket, buffer, sizeof buffer, 0); size > 0;
       size = ::recv(socket, buffer, sizeof buffer, 0)) {
    out.append(buffer, static_cast<std::size_t>(size));
  }
  return out;
}

TEST(RelayTest, CarriesEveryByteBothWaysAndTheEndOfEach) {
  auto inner = ListenOnLoopback(0, "");
  auto outer = ListenOnLoopback(0, "");
  ASSERT_TRUE(inner.ok() && outer.ok());
  const std::string question(1 << 20, 'q');
  const std::string answer(3 << 20, 'a');
  std::string heard, got;
  PollLoop loop;
  Relay relay(loop, Ipv4::Of(127, 0, 0, 1), inner->second);
  relay.Serve(std::move(outer->first));
  std::thread server([&] {
    const UniqueFd peer(::accept(inner->first.get(), nullptr, nullptr));
    heard = ReadAll(peer.get());  // until the client's end comes through
    (void)::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
  });
  std::array<int, 2> done{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, done.data()), 0);
  std::thread client([&] {
    const UniqueFd socket = Connect(outer->second);
    (void)::send(socket.get(), question.data(), question.size(), MSG_NOSIGNAL);
    ::shutdown(socket.get(), SHUT_WR);
    got = ReadAll(socket.get());
    ::close(done[1]);  // wakes the loop
  });
  loop.Watch(done[0], POLLIN, [&](short) { loop.Stop(); });
  loop.Run();
  client.join();
  server.join();
  ::close(done[0]);
  EXPECT_EQ(heard.size(), question.size());
  EXPECT_EQ(got.size(), answer.size());
}

TEST(HostSocketsTest, ATakenPortIsOneLineWithItsOwner) {
  auto first = ListenOnLoopback(0, "--gateway-port");
  ASSERT_TRUE(first.ok());
  const auto second = ListenOnLoopback(first->second, "--gateway-port");
  ASSERT_TRUE(absl::IsAlreadyExists(second.status()));
  const std::string message(second.status().message());
  EXPECT_NE(message.find("pid " + std::to_string(::getpid())), std::string::npos) << message;
  EXPECT_NE(message.find("--gateway-port"), std::string::npos) << message;
}

}  // namespace
}  // namespace outrigger::local
