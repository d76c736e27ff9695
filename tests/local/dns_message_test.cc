#include "local/dns_message.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace outrigger::local {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// A query as a resolver sends it: header, one question, then `tail`.
Bytes Query(const std::string& name, std::uint16_t type, const Bytes& tail = {}) {
  Bytes out = {0x12, 0x34, 0x01, 0x00, 0, 1,
               0,    0,    0,    0,    0, static_cast<std::uint8_t>(tail.empty() ? 0 : 1)};
  std::size_t at = 0;
  while (at < name.size()) {
    const std::size_t dot = std::min(name.find('.', at), name.size());
    out.push_back(static_cast<std::uint8_t>(dot - at));
    out.insert(out.end(), name.begin() + static_cast<std::ptrdiff_t>(at),
               name.begin() + static_cast<std::ptrdiff_t>(dot));
    at = dot + 1;
  }
  for (const int byte : {0, type >> 8, type & 255, 0, 1})
    out.push_back(static_cast<std::uint8_t>(byte));
  out.insert(out.end(), tail.begin(), tail.end());
  return out;
}

int AnswerCount(const Bytes& response) { return response[6] << 8 | response[7]; }

TEST(DnsMessageTest, ReadsNameInLowerCaseAndType) {
  const DnsParse parse = ParseDnsQuery(Query("Reviews.Default.svc", kDnsTypeAaaa));
  EXPECT_FALSE(parse.ignore);
  EXPECT_FALSE(parse.refuse);
  EXPECT_EQ(parse.query.name, "reviews.default.svc");
  EXPECT_EQ(parse.query.type, kDnsTypeAaaa);
  EXPECT_EQ(parse.query.id, 0x1234);
}

TEST(DnsMessageTest, AnswerRepeatsTheQuestionAndHoldsTheAddress) {
  const Bytes packet = Query("details", kDnsTypeA);
  const DnsParse parse = ParseDnsQuery(packet);
  const std::vector<Ipv4> addresses = {Ipv4::Of(10, 96, 1, 2)};
  const Bytes response = BuildDnsResponse(packet, parse.query, DnsCode::kOk, addresses);
  EXPECT_EQ(response[2], 0x85);  // response, authoritative, recursion desired as asked
  EXPECT_EQ(response[3] & 15, 0);
  EXPECT_EQ(AnswerCount(response), 1);
  EXPECT_TRUE(std::equal(packet.begin() + 12, packet.end(), response.begin() + 12));
  EXPECT_EQ(Bytes(response.end() - 4, response.end()), (Bytes{10, 96, 1, 2}));
}

TEST(DnsMessageTest, AnswersNoMoreThanFits) {
  const Bytes packet = Query("details", kDnsTypeA);
  const std::vector<Ipv4> many(200, Ipv4::Of(10, 244, 0, 2));
  const Bytes response = BuildDnsResponse(packet, ParseDnsQuery(packet).query, DnsCode::kOk, many);
  EXPECT_LE(response.size(), 512U);
  EXPECT_GE(AnswerCount(response), 25);
}

TEST(DnsMessageTest, OptRecordRaisesTheLimit) {
  const Bytes packet = Query("details", kDnsTypeA, {0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_EQ(ParseDnsQuery(packet).query.max_response, 1232U);
}

TEST(DnsMessageTest, StaysSilentOnResponsesAndFragments) {
  Bytes response = Query("details", kDnsTypeA);
  response[2] |= 0x80;
  EXPECT_TRUE(ParseDnsQuery(response).ignore);
  EXPECT_TRUE(ParseDnsQuery(Bytes{1, 2, 3}).ignore);
  EXPECT_TRUE(ParseDnsQuery({}).ignore);
}

TEST(DnsMessageTest, EveryCutOfAQueryIsRefusedOrIgnored) {
  const Bytes packet = Query("reviews.default.svc.cluster.local", kDnsTypeA);
  for (std::size_t size = 0; size < packet.size(); ++size) {
    const DnsParse parse = ParseDnsQuery(std::span(packet).first(size));
    EXPECT_TRUE(parse.ignore || parse.refuse == DnsCode::kFormat) << size;
  }
}

struct BadCase {
  std::string name;
  Bytes packet;
  DnsCode want;
};

class DnsBadQueryTest : public testing::TestWithParam<BadCase> {};

TEST_P(DnsBadQueryTest, IsRefused) {
  const DnsParse parse = ParseDnsQuery(GetParam().packet);
  ASSERT_TRUE(parse.refuse.has_value());
  EXPECT_EQ(*parse.refuse, GetParam().want);
  const Bytes response = BuildDnsResponse(GetParam().packet, parse.query, *parse.refuse, {});
  EXPECT_EQ(response[3] & 15, static_cast<int>(GetParam().want));
}

Bytes With(Bytes packet, std::size_t at, std::uint8_t value) {
  packet[at] = value;
  return packet;
}

const BadCase kBadCases[] = {
    {"CompressedQuestion",
     {0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12, 0, 1, 0, 1},
     DnsCode::kFormat},
    {"TwoQuestions", With(Query("a", kDnsTypeA), 5, 2), DnsCode::kFormat},
    {"NoQuestion", With(Query("a", kDnsTypeA), 5, 0), DnsCode::kFormat},
    {"NameOver255",
     Query(std::string(63, 'w') + "." + std::string(63, 'x') + "." + std::string(63, 'y') + "." +
               std::string(63, 'z'),
           kDnsTypeA),
     DnsCode::kFormat},
    {"Update", With(Query("a", kDnsTypeA), 2, 5 << 3), DnsCode::kNotImplemented},
    {"ClassChaos", With(Query("a", kDnsTypeA), 18, 3), DnsCode::kRefused},
};
INSTANTIATE_TEST_SUITE_P(All, DnsBadQueryTest, testing::ValuesIn(kBadCases),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace outrigger::local
