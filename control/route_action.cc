// Redirects, fixed answers, retries, faults and header changes (traffic-api 3.7 to 3.11).

#include "control/retry_token.h"
#include "control/route_parts.h"
#include "control/sorted.h"
#include "control/text.h"

namespace outrigger::control {
namespace {

using Operations = istio::Headers::HeaderOperations;

// A percent sign is written twice, because `%VAR%` is a substitution in Istio.
std::string Unescape(std::string_view value) {
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    text += value[i];
    if (value.substr(i, 2) == "%%") ++i;
  }
  return text;
}

void AppendMap(const google::protobuf::Map<std::string, std::string>& headers,
               google::protobuf::RepeatedPtrField<v1::Header>* out) {
  for (const auto& [name, value] : Sorted(headers)) {
    if (IsHostName(name) || IsFraming(name)) continue;
    v1::Header* header = out->Add();
    header->set_name(std::string(name));
    header->set_value(Unescape(*value));
  }
}

double DelayPercent(const istio::HttpFaultInjection::Delay& delay) {
  return delay.has_percentage() ? delay.percentage().value() : delay.percent();
}

}  // namespace

void FillRedirect(const istio::HttpRedirect& redirect, std::uint32_t request_port,
                  v1::Redirect* out) {
  constexpr std::uint32_t kMovedPermanently = 301;
  out->set_path(redirect.uri());
  out->set_prefix(redirect.prefix_rewrite());
  out->set_authority(redirect.authority());
  out->set_scheme(redirect.scheme());
  out->set_status(redirect.redirect_code() == 0 ? kMovedPermanently : redirect.redirect_code());
  if (redirect.redirect_port_case() == istio::HttpRedirect::kPort) {
    out->set_port(redirect.port());
  } else if (redirect.redirect_port_case() == istio::HttpRedirect::kDerivePort) {
    // The scheme's own port is never printed, so naming it asks for "no explicit port". Our
    // listeners are plaintext: without a scheme it stays http.
    const std::uint32_t scheme_port = redirect.scheme() == "https" ? 443 : 80;
    const bool from_request = redirect.derive_port() == istio::HttpRedirect::FROM_REQUEST_PORT;
    out->set_port(from_request ? request_port : scheme_port);
  }
}

void FillDirectResponse(const istio::HttpDirectResponse& response, v1::DirectResponse* out) {
  out->set_status(response.status());
  out->set_body(response.body().has_bytes() ? response.body().bytes() : response.body().string());
}

void FillDefaultRetry(v1::RetryPolicy* out) {
  out->set_attempts(kDefaultRetryAttempts);
  for (const std::string_view token : kDefaultRetryOn) out->add_retry_on(std::string(token));
}

void FillRetry(const istio::HttpRoute& route, v1::Route* out) {
  if (!route.has_retries()) return FillDefaultRetry(out->mutable_retry());
  const istio::HttpRetry& retries = route.retries();
  if (retries.attempts() == 0) return;
  v1::RetryPolicy* policy = out->mutable_retry();
  FillDefaultRetry(policy);
  policy->set_attempts(static_cast<std::uint32_t>(retries.attempts()));
  if (retries.has_per_try_timeout()) *policy->mutable_per_try_timeout() = retries.per_try_timeout();
  if (retries.has_backoff()) *policy->mutable_backoff() = retries.backoff();
  if (retries.retry_on().empty()) return;
  policy->clear_retry_on();
  for (const std::string_view token : SplitRetryOn(retries.retry_on())) {
    if (ClassifyRetryToken(token) == RetryToken::kKnown) policy->add_retry_on(std::string(token));
  }
}

void FillFault(const istio::HttpFaultInjection& fault, v1::Route* out) {
  if (fault.delay().has_fixed_delay() && DelayPercent(fault.delay()) > 0) {
    v1::Fault::Delay* delay = out->mutable_fault()->mutable_delay();
    *delay->mutable_duration() = fault.delay().fixed_delay();
    delay->set_percent(DelayPercent(fault.delay()));
  }
  if (fault.abort().has_http_status() && fault.abort().percentage().value() > 0) {
    v1::Fault::Abort* abort = out->mutable_fault()->mutable_abort();
    abort->set_status(static_cast<std::uint32_t>(fault.abort().http_status()));
    abort->set_percent(fault.abort().percentage().value());
  }
}

void AppendHeaders(const Operations& operations, v1::HeaderMutation* out) {
  AppendMap(operations.set(), out->mutable_set());
  AppendMap(operations.add(), out->mutable_add());
  for (const std::string& name : operations.remove()) {
    if (!IsFraming(name)) out->add_remove(name);
  }
}

std::string HostOverride(const Operations& operations) {
  for (const auto* headers : {&operations.set(), &operations.add()}) {
    for (const auto& [name, value] : Sorted(*headers)) {
      if (IsHostName(name)) return *value;
    }
  }
  return {};
}

}  // namespace outrigger::control
