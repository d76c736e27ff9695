#include "control/protocol.h"

#include <algorithm>
#include <string>

#include "control/text.h"

namespace outrigger::control {
namespace {

struct WordRow {
  std::string_view word;
  PortProtocol protocol;
};

constexpr WordRow kWords[] = {
    {"http", PortProtocol::kHttp},  {"http_proxy", PortProtocol::kHttp},
    {"http2", PortProtocol::kHttp}, {"grpc", PortProtocol::kHttp},
    {"https", PortProtocol::kTcp},  {"tls", PortProtocol::kTcp},
    {"tcp", PortProtocol::kTcp},    {"mongo", PortProtocol::kTcp},
    {"mysql", PortProtocol::kTcp},  {"redis", PortProtocol::kTcp},
    {"udp", PortProtocol::kNone},
};

// Valid in appProtocol only; a port name cannot hold them.
constexpr WordRow kAppWords[] = {
    {"kubernetes.io/h2c", PortProtocol::kHttp},
    {"kubernetes.io/ws", PortProtocol::kHttp},
    {"kubernetes.io/wss", PortProtocol::kTcp},
};

// Servers behind these speak first, so waiting for the client's bytes would hang both.
constexpr unsigned kServerFirstPorts[] = {25, 53, 3306, 27017};

}  // namespace

PortProtocol SelectProtocol(std::string_view transport, std::string_view app_protocol,
                            std::string_view name, unsigned port) {
  if (!transport.empty() && ToLower(transport) != "tcp") return PortProtocol::kNone;
  const std::string text = ToLower(app_protocol.empty() ? name : app_protocol);
  if (!app_protocol.empty()) {
    const auto row = std::ranges::find(kAppWords, text, &WordRow::word);
    if (row != std::end(kAppWords)) return row->protocol;
  }
  if (text.starts_with("grpc-web")) return PortProtocol::kHttp;
  const auto word = std::string_view(text).substr(0, text.find('-'));
  const auto row = std::ranges::find(kWords, word, &WordRow::word);
  if (row != std::end(kWords)) return row->protocol;
  const bool server_first =
      std::ranges::find(kServerFirstPorts, port) != std::end(kServerFirstPorts);
  return server_first ? PortProtocol::kTcp : PortProtocol::kAuto;
}

std::string_view ToString(PortProtocol protocol) {
  switch (protocol) {
    case PortProtocol::kHttp:
      return "http";
    case PortProtocol::kTcp:
      return "tcp";
    case PortProtocol::kAuto:
      return "auto";
    case PortProtocol::kNone:
      return "none";
  }
  return "?";
}

std::ostream& operator<<(std::ostream& out, PortProtocol protocol) {
  return out << ToString(protocol);
}

}  // namespace outrigger::control
