#include "samples/bookinfo/forward_headers.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace bookinfo {

using outrigger::Headers;

namespace {

constexpr std::string_view kEndUser = "end-user";

constexpr std::array<std::string_view, 20> kForwarded = {
    "x-request-id",
    // Zipkin B3
    "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled", "x-b3-flags",
    // W3C trace context
    "traceparent", "tracestate",
    // OpenTracing, Datadog, Google Cloud, gRPC, SkyWalking
    "x-ot-span-context", "x-datadog-trace-id", "x-datadog-parent-id", "x-datadog-sampling-priority",
    "x-cloud-trace-context", "grpc-trace-bin", "sw8",
    // The application's own: who asks, with what, on whose behalf
    kEndUser, "user-agent", "cookie", "authorization", "jwt"};

}  // namespace

Headers ForwardHeaders(const Headers& incoming, Forwarder forwarder) {
  Headers outgoing;
  for (const auto& [name, value] : incoming.fields()) {
    const auto same = [&field = name](std::string_view known) {
      return Headers::SameName(known, field);
    };
    if (std::none_of(kForwarded.begin(), kForwarded.end(), same)) continue;
    if (forwarder == Forwarder::kProductpage && Headers::SameName(name, kEndUser)) continue;
    outgoing.Add(name, value);
  }
  return outgoing;
}

}  // namespace bookinfo
