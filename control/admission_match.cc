// Admission of HTTPMatchRequest (traffic-api 3.5).
#include <fmt/format.h>

#include "api/istio/virtual_service.pb.h"
#include "control/admission_route.h"
#include "control/field_check.h"
#include "control/host.h"
#include "control/sorted.h"
#include "control/text.h"

namespace outrigger::control {
namespace {

using istio::StringMatch;
using MatchMap = google::protobuf::Map<std::string, StringMatch>;

struct Allow {
  bool empty_prefix = false;
  bool star_regex = false;   // the pseudo-expression `*`: any value
  bool header_name = false;  // names are those of headers
};

void CheckStringMatch(const StringMatch& match, Allow allow, const config::Path& path,
                      Report& report) {
  if (match.has_prefix() && match.prefix().empty() && !allow.empty_prefix) {
    report.Error(path.Key("prefix"), "is empty; leave the field out to match everything");
  }
  if (!match.has_regex() || (allow.star_regex && match.regex() == "*")) return;
  CheckRegex(match.regex(), path.Key("regex"), report);
}

// Only gateways see validated tokens of outside users, so Istio forbids these keys elsewhere.
void CheckClaim(std::string_view name, bool mesh, const config::Path& path, Report& report) {
  if (mesh) {
    report.Error(path, "JWT claims can be matched at gateways only; name one in spec.gateways");
  } else {
    report.NotYetEffective(path, fmt::format("matching the JWT claim {}", name));
  }
}

void CheckName(std::string_view name, Allow allow, bool mesh, const config::Path& path,
               Report& report) {
  if (name.empty()) {
    report.Error(path, "a name is missing");
  } else if (name.starts_with("@request.auth.")) {
    CheckClaim(name, mesh, path, report);
  } else if (allow.header_name && !IsToken(name)) {
    report.Error(path, fmt::format("'{}' is not a header name; method, authority, scheme and uri "
                                   "have fields of their own",
                                   name));
  }
}

void CheckMap(const MatchMap& matches, Allow allow, bool mesh, const config::Path& path,
              Report& report) {
  for (const auto& [name, match] : Sorted(matches)) {
    const config::Path here = path.Key(name);
    CheckName(name, allow, mesh, here, report);
    CheckStringMatch(*match, allow, here, report);
  }
}

}  // namespace

void CheckHttpMatch(const istio::HttpMatchRequest& match, bool mesh, const config::Path& path,
                    Report& report) {
  CheckStringMatch(match.uri(), {.empty_prefix = true}, path.Key("uri"), report);
  CheckStringMatch(match.scheme(), {}, path.Key("scheme"), report);
  CheckStringMatch(match.method(), {}, path.Key("method"), report);
  CheckStringMatch(match.authority(), {}, path.Key("authority"), report);
  CheckMap(match.headers(), {.header_name = true}, mesh, path.Key("headers"), report);
  CheckMap(match.without_headers(), {.star_regex = true, .header_name = true}, mesh,
           path.Key("withoutHeaders"), report);
  CheckMap(match.query_params(), {.empty_prefix = true}, mesh, path.Key("queryParams"), report);
  if (match.port() > 65535) CheckPort(match.port(), path.Key("port"), report);
  const config::Path gateways = path.Key("gateways");
  for (int i = 0; i < match.gateways_size(); ++i) {
    CheckGatewayReference(match.gateways(i), gateways.Index(static_cast<std::size_t>(i)), report);
  }
  if (!match.source_namespace().empty() && !IsDnsLabel(match.source_namespace())) {
    report.Error(path.Key("sourceNamespace"),
                 fmt::format("'{}' is not a namespace", match.source_namespace()));
  }
}

}  // namespace outrigger::control
