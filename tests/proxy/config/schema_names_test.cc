#include "proxy/config/schema_names.h"

#include <gtest/gtest.h>

#include "api/outrigger/v1/config.pb.h"

namespace outrigger::config {
namespace {

TEST(EnumTextTest, DropsThePrefixAndTheCapitals) {
  EXPECT_EQ(EnumText(*v1::ClusterType_descriptor()->value(1)), "original_dst");
  EXPECT_EQ(EnumText(*v1::LoadBalancer_descriptor()->value(0)), "least_request");
  EXPECT_EQ(FindEnumText(*v1::Protocol_descriptor(), "tcp")->number(), v1::PROTOCOL_TCP);
  EXPECT_EQ(FindEnumText(*v1::Protocol_descriptor(), "PROTOCOL_TCP"), nullptr);
}

TEST(NearestTest, ForgivesCaseSeparatorsAndSlips) {
  const std::vector<std::string> names = {"route_tables", "clusters", "node"};
  EXPECT_EQ(Nearest("routeTables", names), "route_tables");
  EXPECT_EQ(Nearest("cluster", names), "clusters");
  EXPECT_EQ(Nearest("nodes", names), "node");
  EXPECT_EQ(Nearest("endpoints", names), "");
  EXPECT_EQ(Nearest("", names), "");
  EXPECT_EQ(Nearest(std::string(100000, 'n'), names), "");
}

}  // namespace
}  // namespace outrigger::config
