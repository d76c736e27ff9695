#include "proxy/router/header_mutation.h"

#include "api/outrigger/v1/config.pb.h"

namespace outrigger::router {

HeaderMutation::HeaderMutation(const v1::HeaderMutation& config)
    : remove_(config.remove().begin(), config.remove().end()) {
  for (const v1::Header& header : config.set()) set_.emplace_back(header.name(), header.value());
  for (const v1::Header& header : config.add()) add_.emplace_back(header.name(), header.value());
}

void HeaderMutation::Apply(http::HeaderMap& headers) const {
  for (const std::string& name : remove_) headers.Remove(name);
  for (const auto& [name, value] : set_) headers.Set(name, value);
  for (const auto& [name, value] : add_) headers.Add(name, value);
}

}  // namespace outrigger::router
