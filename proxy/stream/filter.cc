#include "proxy/stream/filter.h"

namespace outrigger::stream {

Awaitable<Verdict> Filter::OnResponse(http::ResponseHead& /*head*/, StreamContext& /*ctx*/) {
  co_return Verdict::Continue();
}

std::unique_ptr<BodySource> Filter::WrapRequestBody(std::unique_ptr<BodySource> body) {
  return body;
}

void FilterChain::Add(std::unique_ptr<Filter> filter) {
  if (filter != nullptr) filters_.push_back(std::move(filter));
}

Awaitable<Verdict> FilterChain::OnRequest(http::RequestHead& head, StreamContext& ctx) {
  while (entered_ < filters_.size()) {
    Filter& filter = *filters_[entered_++];
    const Verdict verdict = co_await filter.OnRequest(head, ctx);
    if (verdict.kind != Verdict::Kind::kContinue) co_return verdict;
  }
  co_return Verdict::Continue();
}

Awaitable<Verdict> FilterChain::OnResponse(http::ResponseHead& head, StreamContext& ctx) {
  while (entered_ > 0) {
    const Verdict verdict = co_await filters_[--entered_]->OnResponse(head, ctx);
    if (verdict.kind != Verdict::Kind::kContinue) co_return verdict;
  }
  co_return Verdict::Continue();
}

}  // namespace outrigger::stream
