// Arbitrary bytes as a Kubernetes file and as a configuration of ours. Whatever is accepted must
// survive being written and read again; whatever is refused must come with a reason.
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "api/outrigger/v1/config.pb.h"
#include "proxy/config/document.h"
#include "proxy/config/read.h"
#include "proxy/config/validate.h"

namespace {

using namespace outrigger;

void Require(bool condition, const char* what, std::string_view detail) {
  if (condition) return;
  std::fprintf(stderr, "%s:\n%.*s\n", what, static_cast<int>(detail.size()), detail.data());
  std::abort();
}

// serialize() tells 1 from 1.0 and keeps the order of keys; == does neither.
void TreeSurvives(const config::Document& document) {
  const std::string written = config::WriteYaml(document.root());
  if (written.size() > config::kMaxFileBytes) return;  // aliases and indentation can make it grow
  config::Problems problems;
  const auto again = config::ReadDocuments(written, "written.yaml", &problems);
  Require(again.size() == 1 && problems.empty(), "the written tree is refused",
          written + problems.ToString());
  Require(boost::json::serialize(again[0].root()) == boost::json::serialize(document.root()),
          "the written tree reads differently", written);
}

void MessageSurvives(const v1::ProxyConfig& message) {
  const std::string written = config::WriteConfigYaml(message);
  if (written.size() > config::kMaxFileBytes) return;
  v1::ProxyConfig again;
  config::Problems problems;
  Require(config::ReadYaml(written, "written.yaml", &again, &problems),
          "the written message is refused", written + problems.ToString());
  Require(again.SerializeAsString() == message.SerializeAsString(),
          "the written message reads differently", written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  config::Problems problems;
  for (const auto& document : config::ReadDocuments(text, "fuzz.yaml", &problems)) {
    TreeSurvives(document);
    for (const auto& item : config::FlattenList(document)) (void)item.LineOf("/metadata/name");
  }

  v1::ProxyConfig message;
  config::Document source;
  config::Problems config_problems;
  const bool read = config::ReadYaml(text, "fuzz.yaml", &message, &config_problems, &source);
  Require(read != config_problems.has_errors(), "accepted with errors, or refused without",
          config_problems.ToString());
  if (read) {
    MessageSurvives(message);
    config::Validate(message, "fuzz.yaml", &config_problems, &source);
  }
  return 0;
}
