#include "metrics/edge.h"

#include <array>
#include <charconv>

namespace outrigger::metrics {
namespace {

constexpr std::string_view kUnknownText = "unknown";
constexpr std::string_view kLatest = "latest";
constexpr std::string_view kOverflow = "overflow";

void FillIfEmpty(std::string& field, std::string_view text) {
  if (field.empty()) field = text;
}

// What a gRPC client makes of a bare HTTP status; our own local replies use the same table.
int GrpcStatusOfHttp(int code) {
  switch (code) {
    case 400:
      return 13;  // internal
    case 401:
      return 16;  // unauthenticated
    case 403:
      return 7;  // permission denied
    case 404:
      return 12;  // unimplemented
    case 429:
    case 502:
    case 503:
    case 504:
      return 14;  // unavailable
    default:
      return 2;  // unknown
  }
}

constexpr int kHighestGrpcStatus = 16;

}  // namespace

std::string_view ToString(Reporter reporter) {
  return reporter == Reporter::kSource ? "source" : "destination";
}

std::string_view ToString(RequestProtocol protocol) {
  switch (protocol) {
    case RequestProtocol::kHttp:
      return "http";
    case RequestProtocol::kGrpc:
      return "grpc";
    case RequestProtocol::kTcp:
      return "tcp";
  }
  return {};
}

std::string_view ToString(Security security) {
  switch (security) {
    case Security::kUnknown:
      return "unknown";
    case Security::kNone:
      return "none";
    case Security::kMutualTls:
      return "mutual_tls";
  }
  return {};
}

WorkloadLabels Peer(WorkloadLabels known) {
  for (std::string* field : {&known.workload, &known.ns, &known.canonical_name, &known.app,
                             &known.version, &known.cluster, &known.principal}) {
    FillIfEmpty(*field, kUnknownText);
  }
  FillIfEmpty(known.canonical_revision, kLatest);
  return known;
}

WorkloadLabels Own(WorkloadLabels known) {
  FillIfEmpty(known.canonical_name, known.workload);
  FillIfEmpty(known.canonical_revision, kLatest);
  FillIfEmpty(known.principal, kUnknownText);
  return known;
}

const WorkloadLabels& UnknownPeer() {
  static const WorkloadLabels& peer = *new WorkloadLabels(Peer({}));
  return peer;
}

const ServiceLabels& UnknownService() {
  static const ServiceLabels& service = *new ServiceLabels{
      std::string(kUnknownText), std::string(kUnknownText), std::string(kUnknownText)};
  return service;
}

std::ostream& operator<<(std::ostream& out, const EdgeLabels& edge) {
  return out << ToString(edge.reporter) << ": " << edge.source.workload << '.' << edge.source.ns
             << " -> " << edge.destination.workload << '.' << edge.destination.ns << " ("
             << edge.service.host << ", " << ToString(edge.protocol) << ", "
             << ToString(edge.security) << ')';
}

EdgeLabels OverflowOf(const EdgeLabels& edge) {
  EdgeLabels overflow = edge;
  const std::string text(kOverflow);
  WorkloadLabels& peer =
      edge.reporter == Reporter::kSource ? overflow.destination : overflow.source;
  peer = {text, text, text, text, text, text, text, text};
  if (edge.reporter == Reporter::kSource) overflow.service = {text, text, text};
  return overflow;
}

GrpcStatus ToGrpcStatus(int response_code, std::string_view text) {
  if (text.empty()) {
    if (response_code == 0) return GrpcStatus::kAbsent;
    return static_cast<GrpcStatus>(GrpcStatusOfHttp(response_code));
  }
  int status = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  if (error != std::errc() || end != text.data() + text.size() || status < 0 ||
      status > kHighestGrpcStatus) {
    return GrpcStatus::kInvalid;
  }
  return static_cast<GrpcStatus>(status);
}

std::string_view ToString(GrpcStatus status) {
  static constexpr std::array<std::string_view, kHighestGrpcStatus + 1> kTexts = {
      "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16"};
  if (status == GrpcStatus::kAbsent) return "";
  const auto index = static_cast<std::size_t>(status);
  return index < kTexts.size() ? kTexts[index] : "-1";
}

}  // namespace outrigger::metrics
