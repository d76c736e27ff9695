#include "interception/script.h"

#include <fmt/format.h>
#include <nftables/libnftables.h>

#include <memory>

namespace outrigger::interception {
namespace {

struct FreeContext {
  void operator()(nft_ctx* context) const { nft_ctx_free(context); }
};

}  // namespace

absl::Status RunScript(const std::string& script) {
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

}  // namespace outrigger::interception
