// Whatever arrives on the node's DNS port: parsing stays inside the packet, and the answer inside
// what the asker can take.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "local/dns_message.h"
#include "local/dns_zone.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace outrigger::local;
  const std::span packet(data, size);
  const DnsParse parse = ParseDnsQuery(packet);
  if (parse.ignore) return 0;
  if (parse.query.question_end > size || parse.query.name.size() > 255) std::abort();
  DnsZone zone;
  zone.Add("reviews", "default", {Ipv4::Of(10, 96, 0, 1)});
  (void)zone.Find(parse.query.name, "default");
  const std::vector<Ipv4> addresses(100, Ipv4::Of(10, 244, 0, 2));
  const auto response =
      BuildDnsResponse(packet, parse.query, parse.refuse.value_or(DnsCode::kOk), addresses);
  if (response.size() > parse.query.max_response) std::abort();
  return 0;
}
