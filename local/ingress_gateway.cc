#include <fmt/format.h>

#include "api/istio/gateway.pb.h"
#include "control/server_protocol.h"
#include "control/store.h"
#include "local/workload_plan.h"

namespace outrigger::local {
namespace {

/// What an installation's ingress gateway looks like to tools: names, labels, ports (install-cli,
/// section 4).
constexpr std::string_view kManifests = R"(apiVersion: v1
kind: ServiceAccount
metadata: {name: istio-ingressgateway-service-account, namespace: istio-system}
---
apiVersion: v1
kind: Service
metadata:
  name: istio-ingressgateway
  namespace: istio-system
  labels: {app: istio-ingressgateway, istio: ingressgateway}
spec:
  type: LoadBalancer
  selector: {app: istio-ingressgateway, istio: ingressgateway}
  ports:
  - {name: status-port, port: 15021, targetPort: 15021}
  - {name: http2, port: 80, targetPort: 8080}
  - {name: https, port: 443, targetPort: 8443}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: istio-ingressgateway
  namespace: istio-system
  labels: {app: istio-ingressgateway, istio: ingressgateway}
spec:
  replicas: 1
  selector:
    matchLabels: {app: istio-ingressgateway, istio: ingressgateway}
  template:
    metadata:
      labels:
        app: istio-ingressgateway
        istio: ingressgateway
        service.istio.io/canonical-name: istio-ingressgateway
        service.istio.io/canonical-revision: latest
        sidecar.istio.io/inject: "false"
    spec:
      serviceAccountName: istio-ingressgateway-service-account
      securityContext: {runAsUser: 1337, runAsGroup: 1337}
      containers:
      - name: istio-proxy
        image: outrigger/proxyv2:latest
        args: [proxy, router, --domain, $(POD_NAMESPACE).svc.cluster.local, --proxyLogLevel=warning]
        ports:
        - {containerPort: 15021}
        - {containerPort: 8080}
        - {containerPort: 8443}
        - {containerPort: 15090, name: http-envoy-prom}
        env:
        - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: POD_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
        - {name: INSTANCE_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
        - {name: SERVICE_ACCOUNT, valueFrom: {fieldRef: {fieldPath: spec.serviceAccountName}}}
        - {name: ISTIO_META_WORKLOAD_NAME, value: istio-ingressgateway}
        - {name: ISTIO_META_UNPRIVILEGED_POD, value: "true"}
        readinessProbe:
          httpGet: {path: /healthz/ready, port: 15021}
          periodSeconds: 2
          timeoutSeconds: 1
          failureThreshold: 30
        securityContext:
          readOnlyRootFilesystem: true
          capabilities: {drop: [ALL]}
        volumeMounts:
        - {name: istio-envoy, mountPath: /etc/istio/proxy}
        - {name: istio-podinfo, mountPath: /etc/istio/pod}
        - {name: istio-token, mountPath: /var/run/secrets/tokens}
      volumes:
      - {name: istio-envoy, emptyDir: {medium: Memory}}
      - name: istio-podinfo
        downwardAPI:
          items:
          - {path: labels, fieldRef: {fieldPath: metadata.labels}}
          - {path: annotations, fieldRef: {fieldPath: metadata.annotations}}
      - name: istio-token
        projected:
          sources:
          - serviceAccountToken: {audience: istio-ca, expirationSeconds: 43200, path: istio-token}
)";

bool SelectsIngressGateway(const control::Resource& gateway) {
  const auto& selector = control::GatewaySpec(gateway).selector();
  const auto istio = selector.find("istio");
  return istio != selector.end() && istio->second == "ingressgateway";
}

/// The pod's port behind the Service of kManifests; a number that is none of its ports is a port of
/// the pod.
unsigned TargetPort(unsigned number) {
  if (number == 80) return 8080;
  return number == 443 ? 8443 : number;
}

}  // namespace

std::string_view IngressGatewayManifests() { return kManifests; }

bool WantsIngressGateway(const control::Store& store) {
  for (const control::Resource* gateway : store.All(control::Kind::kGateway)) {
    if (SelectsIngressGateway(*gateway)) return true;
  }
  return false;
}

std::string GatewayListener(const control::Store& store) {
  for (const control::Resource* gateway : store.All(control::Kind::kGateway)) {
    if (!SelectsIngressGateway(*gateway)) continue;
    for (const auto& server : control::GatewaySpec(*gateway).servers()) {
      if (control::ParseServerProtocol(server.port().protocol()) != control::ServerProtocol::kHttp)
        continue;
      return fmt::format("0.0.0.0_{}", TargetPort(server.port().number()));
    }
  }
  return {};
}

}  // namespace outrigger::local
