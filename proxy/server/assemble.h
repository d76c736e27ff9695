#pragma once

#include "proxy/worker/worker.h"

namespace outrigger::server {

/// Serves one accepted connection from its first byte to its end: the layers of the data path in
/// the order in which a request walks through them. worker::ServeConnection.
Awaitable<void> ServeConnection(worker::Worker& worker,
                                std::shared_ptr<worker::ListenerRuntime> listener,
                                std::unique_ptr<Transport> transport, stream::ConnectionInfo info);

}  // namespace outrigger::server
