#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/socket_transport.h"

namespace outrigger {

/// One end of a TCP connection on 127.0.0.1, blocking, for peers that say exactly what a test
/// wants. Nothing waits longer than 20 s, so a broken test fails instead of hanging.
class RawSocket {
 public:
  explicit RawSocket(UniqueFd fd);
  static RawSocket Connect(std::uint16_t port);

  void Send(std::string_view bytes);
  /// Everything up to and including `end`; what came until the connection ended if it never does.
  std::string ReadUntil(std::string_view end);
  /// Exactly `count` bytes, or less at the end of the connection.
  std::string Read(std::size_t count);
  /// A head and its Content-Length body.
  std::string ReadMessage();
  /// Everything until the peer closes.
  std::string ReadAll();

 private:
  bool Fill();

  UniqueFd fd_;
  std::string unread_;
};

/// Serves connections one after the other, each by the next function; then stops accepting.
class ScriptedServer {
 public:
  using Script = std::function<void(RawSocket&)>;
  explicit ScriptedServer(std::vector<Script> scripts);
  ~ScriptedServer();  ///< joins: every script must have had its connection

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  UniqueFd listening_;
  std::uint16_t port_;
  std::thread thread_;
};

/// A port on 127.0.0.1 where nobody listens, for as long as the object lives.
class DeafPort {
 public:
  DeafPort();
  [[nodiscard]] std::uint16_t port() const;

 private:
  UniqueFd fd_;
};

}  // namespace outrigger
