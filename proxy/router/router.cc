#include "proxy/router/router.h"

#include "proxy/router/exchange.h"

namespace outrigger::router {

Awaitable<void> Router::Serve(stream::ServerStream& stream) {
  Exchange exchange(*this, stream);
  co_await exchange.Run();
  exchange.Record();
}

}  // namespace outrigger::router
