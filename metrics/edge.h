#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace outrigger::metrics {

/// Who counts: the proxy of the caller (or a gateway), or the proxy of the callee.
enum class Reporter : std::uint8_t { kSource, kDestination };

/// What the connection carries. gRPC is HTTP whose content-type is application/grpc or
/// application/grpc+...; each request decides, so one route has an edge for each.
enum class RequestProtocol : std::uint8_t { kHttp, kGrpc, kTcp };

/// How the connection between the two proxies is protected. Always the truth as this proxy knows
/// it: Istio's `connection_security_policy` hides it at the source, and the scrape does that
/// hiding.
enum class Security : std::uint8_t { kUnknown, kNone, kMutualTls };

std::string_view ToString(Reporter reporter);         // source, destination
std::string_view ToString(RequestProtocol protocol);  // http, grpc, tcp
std::string_view ToString(Security security);         // unknown, none, mutual_tls

/// One side of an edge; the eight identity labels of Istio's metrics.
///
/// The rules for missing values differ by side (metrics reference section 2.1): what this proxy
/// does not know about *itself* is the empty text, what it does not know about its *peer* is
/// `unknown` (revision: `latest`). Build the own side with Own() and the peer side with Peer().
struct WorkloadLabels {
  std::string workload;            ///< Deployment (or similar) name
  std::string ns;                  ///< namespace
  std::string canonical_name;      ///< service.istio.io/canonical-name
  std::string canonical_revision;  ///< service.istio.io/canonical-revision
  std::string app;
  std::string version;
  std::string cluster;  ///< cluster id, `Kubernetes` by default
  std::string
      principal;  ///< spiffe://... of the certificate; `unknown` without mTLS, on either side

  friend bool operator==(const WorkloadLabels&, const WorkloadLabels&) = default;
};

/// A peer nobody knows: `unknown` everywhere, revision `latest`.
const WorkloadLabels& UnknownPeer();
/// Fills what is empty as section 2.1 says for a peer.
WorkloadLabels Peer(WorkloadLabels known);
/// Fills what is empty as section 2.1 says for the proxy itself: only the principal (`unknown`) and
/// the canonical labels (the workload name, `latest`), because Kiali drops series without those.
WorkloadLabels Own(WorkloadLabels known);

/// The destination_service* labels.
struct ServiceLabels {
  std::string host;  ///< reviews.bookinfo.svc.cluster.local
  std::string name;  ///< reviews; PassthroughCluster and its like in section 2.3
  std::string ns;

  friend bool operator==(const ServiceLabels&, const ServiceLabels&) = default;
};

/// `unknown` in all three.
const ServiceLabels& UnknownService();

/// One edge of the mesh, as one reporter sees it: the unit everything is counted by.
struct EdgeLabels {
  Reporter reporter = Reporter::kSource;
  WorkloadLabels source;
  WorkloadLabels destination;
  ServiceLabels service;
  RequestProtocol protocol = RequestProtocol::kHttp;
  Security security = Security::kUnknown;

  friend bool operator==(const EdgeLabels&, const EdgeLabels&) = default;

  template <typename H>
  friend H AbslHashValue(H h, const EdgeLabels& e) {
    // Principal, cluster and app follow from the rest in practice; equality still compares them.
    return H::combine(std::move(h), e.reporter, e.protocol, e.security, e.source.workload,
                      e.source.ns, e.source.version, e.destination.workload, e.destination.ns,
                      e.destination.version, e.service.host);
  }
};

std::ostream& operator<<(std::ostream& out, const EdgeLabels& edge);

/// The edge that counts what no longer fits the budget of a shard (shard.h): the peer's side reads
/// `overflow`, and at the source so does the service, because both are what traffic can make up.
EdgeLabels OverflowOf(const EdgeLabels& edge);

/// The `grpc_response_status` label as an index. `text` is what the upstream's trailers said, empty
/// if they said nothing (metrics reference section 2.2):
///   0..16 as they are; unparsable or above 16: "-1"; nothing beside HTTP 200: "2"; nothing beside
///   another code: mapped from it (400 -> 13, 401 -> 16, 403 -> 7, 404 -> 12, 429 502 503 504 ->
///   14, else 2); no code either: "".
enum class GrpcStatus : std::uint8_t { kAbsent = 255, kInvalid = 254 };
GrpcStatus ToGrpcStatus(int response_code, std::string_view text);
/// The label value: "", "-1" or "0".."16".
std::string_view ToString(GrpcStatus status);

}  // namespace outrigger::metrics
