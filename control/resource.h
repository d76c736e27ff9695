#pragma once

#include <google/protobuf/message.h>

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "proxy/config/document.h"

namespace outrigger::istio {
class DestinationRule;
class Gateway;
class VirtualService;
}  // namespace outrigger::istio

namespace outrigger::control {

/// The kinds the control plane understands. Istio's are those of networking.istio.io.
enum class Kind : std::uint8_t {
  kNamespace,
  kServiceAccount,
  kConfigMap,
  kService,
  kDeployment,
  kPod,
  kGateway,
  kVirtualService,
  kDestinationRule,
};

/// By `apiVersion` and `kind`; empty when we do not know them (Gateway of gateway.networking.k8s.io
/// is another kind than Istio's). Istio's three versions v1, v1beta1 and v1alpha3 are one.
std::optional<Kind> FindKind(std::string_view api_version, std::string_view kind);
std::string_view ToString(Kind kind);
std::ostream& operator<<(std::ostream& out, Kind kind);
/// Only Namespaces have no namespace of their own here.
bool IsNamespaced(Kind kind);

using Labels = std::map<std::string, std::string, std::less<>>;

/// True when `labels` has every entry of `selector`; an empty selector takes everything.
bool Includes(const Labels& labels, const Labels& selector);
/// The string map at `pointer` of a document; values that are not strings are left out.
Labels LabelsAt(const config::Document& document, std::string_view pointer);

struct ResourceKey {
  Kind kind = Kind::kNamespace;
  std::string ns;  ///< empty for cluster-scoped kinds
  std::string name;

  friend auto operator<=>(const ResourceKey&, const ResourceKey&) = default;
};

/// `VirtualService bookinfo/reviews`, `Namespace bookinfo`: how every message names an object.
std::string ToString(const ResourceKey& key);
std::ostream& operator<<(std::ostream& out, const ResourceKey& key);

/// One object a source handed to us; immutable, shared between stores.
struct Resource {
  ResourceKey key;
  /// metadata.creationTimestamp (RFC 3339, so text order is time order); empty: not known.
  std::string created;
  Labels labels;
  Labels annotations;
  config::Document document;  ///< the object as it was written, with file and lines
  /// Istio kinds only: `spec`, checked (admission.h). Use the accessors below.
  std::shared_ptr<const google::protobuf::Message> spec;
};
using ResourcePtr = std::shared_ptr<const Resource>;

/// "Oldest wins" (traffic-api G1): creation time, then name, then namespace. Files have no creation
/// time; such an object counts as newer than any that has one.
bool Older(const Resource& a, const Resource& b);

/// The spec of an Istio kind; the resource must be of that kind.
const istio::VirtualService& VirtualServiceSpec(const Resource& resource);
const istio::DestinationRule& DestinationRuleSpec(const Resource& resource);
const istio::Gateway& GatewaySpec(const Resource& resource);

}  // namespace outrigger::control
