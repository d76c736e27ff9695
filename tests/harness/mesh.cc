#include "tests/harness/mesh.h"

#include <gtest/gtest.h>

#include "api/outrigger/v1/config.pb.h"
#include "filters/register_all.h"
#include "metrics/scrape.h"
#include "proxy/config/validate.h"
#include "proxy/server/assemble.h"

namespace outrigger::harness {

void Wire::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    const Result<std::size_t> put = end_->TryWrite({&piece, 1});
    if (!put) {
      ADD_FAILURE() << "the proxy does not take bytes any more: " << put.error();
      return;
    }
    bytes.remove_prefix(*put);
    loop_->RunUntilIdle();
    if (*put == 0) {
      ADD_FAILURE() << bytes.size() << " bytes do not fit: the proxy does not read";
      return;
    }
  }
}

std::string Wire::Received() {
  std::string all;
  char chunk[4096];
  while (true) {
    const Result<std::size_t> got = end_->TryRead(chunk);
    if (!got || *got == 0) break;
    all.append(chunk, *got);
    loop_->RunUntilIdle();
  }
  return all;
}

void Wire::Finish() {
  end_->ShutdownWrite();
  loop_->RunUntilIdle();
}

void Wire::Close(bool reset) {
  if (reset) end_->ResetOnClose();
  end_.reset();
  loop_->RunUntilIdle();
}

Awaitable<Result<std::unique_ptr<Transport>>> MemoryNetwork::Dial(DialOptions options) {
  ++dials_;
  const std::string address = options.address.text();
  switch (behaviours_[address]) {
    case Behaviour::kAccept:
      break;
    case Behaviour::kRefuse:
      co_await Yield();
      co_return Error{ErrorCode::kConnectRefused, Side::kUpstream, "connection refused"};
    case Behaviour::kHang: {
      const Result<void> waited = co_await SleepUntil(loop_, loop_.Now() + std::chrono::hours(1));
      co_return waited ? Error{ErrorCode::kConnectTimeout, Side::kUpstream, "connection timed out"}
                       : waited.error();
    }
  }
  auto [near, far] = MemoryTransport::Pair(capacity_);
  near->set_addresses(*SocketAddress::Parse("10.0.0.100:40000"), options.address);
  if (fail_on_ != 0) near->FailOnOperation(fail_on_);
  accepted_[address].push_back(std::move(far));
  co_return std::unique_ptr<Transport>(std::move(near));
}

Wire MemoryNetwork::Accept(const std::string& address) {
  auto& waiting = accepted_[address];
  if (waiting.empty()) {
    ADD_FAILURE() << "the proxy has not connected to " << address;
    return {loop_, MemoryTransport::Pair().first};
  }
  std::unique_ptr<MemoryTransport> end = std::move(waiting.front());
  waiting.pop_front();
  return {loop_, std::move(end)};
}

namespace {

metrics::Registry::Options QuietRegistry() {
  metrics::Registry::Options options;
  options.process_metrics = false;
  return options;
}

}  // namespace

Mesh::Mesh(std::string_view yaml)
    : registry_(QuietRegistry()),
      worker_(loop_, {.shard = &registry_.worker(0),
                      .dialer = &network_,
                      .serve = server::ServeConnection,
                      .seed = 7}) {
  filters::RegisterAll(filters_);
  Apply(yaml);
}

Mesh::~Mesh() {
  worker_.Stop();
  loop_.RunUntilIdle();
  EXPECT_TRUE(worker_.idle()) << "a connection did not end when it was stopped";
  EXPECT_EQ(worker_.connections().size(), 0u);
}

void Mesh::Apply(std::string_view yaml) {
  v1::ProxyConfig config;
  config::Problems problems;
  ASSERT_TRUE(config::ReadProxyConfig(yaml, "test", &config, &problems)) << problems;
  worker_.Apply(snapshot::Build(config, filters_), {});
}

Wire Mesh::Connect(const std::string& listener, const std::string& meant, std::size_t fail_on) {
  auto [near, far] = MemoryTransport::Pair();
  stream::ConnectionInfo info;
  info.peer = *SocketAddress::Parse("10.0.0.50:50000");
  info.local = *SocketAddress::Parse("10.0.0.100:15001");
  info.original_destination = meant.empty() ? info.local : *SocketAddress::Parse(meant);
  near->set_addresses(info.local, info.peer);
  if (fail_on != 0) near->FailOnOperation(fail_on);
  worker_.Adopt(listener, std::move(near), info);
  loop_.RunUntilIdle();
  return {loop_, std::move(far)};
}

void Mesh::Advance(Duration by) {
  clock_.Advance(by);
  loop_.RunUntilIdle();
}

double Mesh::Counter(std::string_view name, std::initializer_list<std::string_view> labels) {
  const std::string text = metrics::ScrapeAll(registry_);
  double sum = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    if (!line.starts_with(name)) continue;
    const char after = line.size() > name.size() ? line[name.size()] : '\0';
    if (after != '{' && after != ' ') continue;
    bool all = true;
    for (const std::string_view label : labels)
      all = all && line.find(label) != std::string_view::npos;
    if (all) sum += std::stod(std::string(line.substr(line.rfind(' ') + 1)));
  }
  return sum;
}

}  // namespace outrigger::harness
