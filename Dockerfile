# The image a pod runs: outrigger-proxy as the sidecar, outrigger-init as its init container.
#
#   docker build -t outrigger/proxyv2:0.1.0 .
#
# Everything comes from Debian 12 packages; nothing else is downloaded. Written without a Docker engine at hand: the steps are
# those of README.md and build that way, but building this file itself has not been tried. A first try belongs into a test.

FROM debian:12-slim AS build
WORKDIR /src
# Packages first: they change less often than the code.
COPY scripts/deps scripts/deps
RUN scripts/deps build && rm -rf /var/lib/apt/lists/*
COPY . .
RUN cmake --preset release \
 && cmake --build build/release --target outrigger outrigger-proxy outrigger-init \
 && mkdir -p /out \
 && for program in outrigger outrigger-proxy outrigger-init; do install -s -m 0755 "build/release/bin/$program" /out/; done
# Injected containers say `istio-iptables ...` (init) or `proxy sidecar` and name no program. The shell replaces itself.
RUN printf '%s\n' '#!/bin/sh' 'case "$1" in istio-iptables) exec outrigger-init "$@" ;; *) exec outrigger-proxy "$@" ;; esac' \
      > /out/outrigger-entrypoint \
 && chmod 0755 /out/outrigger-entrypoint

FROM debian:12-slim
# libnftables1: outrigger-init changes rules through it; outrigger links it too. The proxy needs only the C library.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libnftables1 ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 1337 proxy-mesh \
 && useradd --uid 1337 --gid 1337 --no-create-home --shell /usr/sbin/nologin proxy-mesh
COPY --from=build /out/ /usr/local/bin/
# The ids that interception rules recognise as the proxy's own traffic. The init container asks for root and CAP_NET_ADMIN in its
# security context; nothing else does.
USER 1337:1337
EXPOSE 15001 15006 15020 15021 15090
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/outrigger-entrypoint"]
CMD ["proxy", "sidecar"]
