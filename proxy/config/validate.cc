#include "proxy/config/validate.h"

#include "api/outrigger/v1/config.pb.h"
#include "proxy/config/checker.h"
#include "proxy/config/read.h"

namespace outrigger::config {

void Validate(const v1::ProxyConfig& config, std::string_view file, Problems* problems,
              const Document* source) {
  Checker checker(file, source, problems);
  ValidateProcess(config, checker);
  ValidateListeners(config, checker);
  ValidateRouteTables(config, checker);
  ValidateClusters(config, checker);
}

bool ReadProxyConfig(std::string_view text, std::string_view file, v1::ProxyConfig* out,
                     Problems* problems) {
  const std::size_t errors = problems->error_count();
  Document source;
  if (!ReadYaml(text, file, out, problems, &source)) return false;
  Validate(*out, file, problems, &source);
  if (problems->error_count() == errors) return true;
  out->Clear();
  return false;
}

}  // namespace outrigger::config
