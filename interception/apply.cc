#include "interception/apply.h"

#include <fmt/format.h>
#include <nftables/libnftables.h>

#include <memory>
#include <string>

#include "interception/host.h"
#include "interception/ruleset.h"

namespace outrigger::interception {
namespace {

struct FreeContext {
  void operator()(nft_ctx* context) const { nft_ctx_free(context); }
};

/// Hands a script to libnftables, which sends it to the kernel as one batch.
absl::Status Run(const std::string& script) {
  const std::unique_ptr<nft_ctx, FreeContext> context(nft_ctx_new(NFT_CTX_DEFAULT));
  // Without buffers the library would write to our stdout and stderr.
  if (context == nullptr || nft_ctx_buffer_output(context.get()) != 0 ||
      nft_ctx_buffer_error(context.get()) != 0) {
    return absl::InternalError("libnftables could not be initialised");
  }
  if (nft_run_cmd_from_buffer(context.get(), script.c_str()) == 0) return absl::OkStatus();

  std::string_view said = nft_ctx_get_error_buffer(context.get());
  said = said.substr(0, said.find('\n'));  // what follows repeats the rule, underlined
  if (said.find("Operation not permitted") != std::string_view::npos) {
    return absl::PermissionDeniedError(
        "setting packet rules needs the capability NET_ADMIN in this network namespace");
  }
  return absl::InternalError(fmt::format("nftables refused the rules: {}", said));
}

}  // namespace

absl::Status Apply(const Options& options) {
  if (options.ipv6) {
    if (auto status = AddMagicIpv6Address(); !status.ok()) return status;
  }
  if (auto status = Run(ToScript(BuildRuleset(options))); !status.ok()) return status;
  // Rules for IPv6 may be left from a run that wanted them. A kernel without IPv6 refuses even to
  // look, and has nothing to take away: not an error.
  if (!options.ipv6) Run(RemovalScript(Family::kIpv6)).IgnoreError();
  return absl::OkStatus();
}

absl::Status Remove() {
  auto status = Run(RemovalScript(Family::kIpv4));
  const auto ipv6 = Run(RemovalScript(Family::kIpv6));
  if (ipv6.code() == absl::StatusCode::kPermissionDenied) status.Update(ipv6);
  return status;
}

}  // namespace outrigger::interception
