#include "proxy/config/document.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "tests/proxy/config/testing.h"

namespace outrigger::config {
namespace {

constexpr std::string_view kDeployment = R"(# a comment
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews-v1
  namespace: bookinfo
  labels:
    app.kubernetes.io/name: reviews
spec:
  template:
    spec:
      containers:
      - name: reviews
        ports:
        - containerPort: 9080
      - name: second
        args: [a,
               b]
)";

Document ReadOne(std::string_view text) {
  Problems problems;
  auto documents = ReadDocuments(text, "d.yaml", &problems);
  EXPECT_EQ(Report(problems), "");
  EXPECT_EQ(documents.size(), 1u);
  return documents.empty() ? Document() : documents[0];
}

TEST(DocumentTest, NamesItsObject) {
  const Document document = ReadOne(kDeployment);
  EXPECT_EQ(document.api_version(), "apps/v1");
  EXPECT_EQ(document.kind(), "Deployment");
  EXPECT_EQ(document.name(), "reviews-v1");
  EXPECT_EQ(document.ns(), "bookinfo");
  EXPECT_EQ(document.file(), "d.yaml");
  EXPECT_EQ(document.line(), 2);
}

TEST(DocumentTest, FindsByPointer) {
  const Document document = ReadOne(kDeployment);
  EXPECT_EQ(*document.Find("/spec/template/spec/containers/0/ports/0/containerPort"), 9080);
  EXPECT_EQ(document.FindString("/metadata/labels/app.kubernetes.io~1name"), "reviews");
  EXPECT_EQ(document.Find(""), &document.root());
  for (const char* nowhere :
       {"/spec/replicas", "/spec/template/spec/containers/2", "/kind/x", "spec", "/"}) {
    EXPECT_EQ(document.Find(nowhere), nullptr) << nowhere;
  }
  EXPECT_EQ(document.FindString("/spec/template", "none"), "none");
}

TEST(DocumentTest, KnowsTheLineOfEveryValue) {
  const Document document = ReadOne(kDeployment);
  EXPECT_EQ(document.LineOf(""), 2);
  EXPECT_EQ(document.LineOf("/spec"), 9);
  EXPECT_EQ(document.LineOf("/spec/template/spec/containers/0"), 13);
  EXPECT_EQ(document.LineOf("/spec/template/spec/containers/0/ports/0/containerPort"), 15);
  EXPECT_EQ(document.LineOf("/spec/template/spec/containers/1/name"), 16);
  EXPECT_EQ(document.LineOf("/spec/template/spec/containers/1/args/1"), 18);
}

TEST(DocumentTest, AMissingValueHasTheLineOfItsNearestParent) {
  const Document document = ReadOne(kDeployment);
  EXPECT_EQ(document.LineOf("/spec/template/spec/containers/1/image"), 16);
  EXPECT_EQ(document.LineOf("/spec/replicas"), 9);
}

TEST(DocumentTest, APartKeepsItsLines) {
  const Document part = ReadOne(kDeployment).At("/spec/template/spec/containers/1");
  EXPECT_EQ(part.line(), 16);
  EXPECT_EQ(part.LineOf("/args"), 17);
  EXPECT_EQ(part.text(), "");
  EXPECT_TRUE(part.At("/nothing").root().is_null());
}

TEST(DocumentTest, KeepsTheOrderOfKeys) {
  EXPECT_EQ(boost::json::serialize(ReadOne("z: 1\na: {x: 2, b: 3}\nm: 4\n").root()),
            R"({"z":1,"a":{"x":2,"b":3},"m":4})");
}

TEST(DocumentTest, GivesBackItsSource) {
  Problems problems;
  const auto documents =
      ReadDocuments("# one\na: 1 # x\n---\n# two\nb:   2\n", "d.yaml", &problems);
  ASSERT_EQ(documents.size(), 2u);
  EXPECT_EQ(documents[0].text(), "# one\na: 1 # x\n");
  EXPECT_EQ(documents[1].text(), "# two\nb:   2\n");
  EXPECT_EQ(documents[1].line(), 5);
}

TEST(DocumentTest, FromValueHasNoLines) {
  const Document document =
      Document::FromValue(boost::json::parse(R"({"kind": "Pod", "spec": {"x": [1]}})"), "api");
  EXPECT_EQ(document.kind(), "Pod");
  EXPECT_EQ(document.file(), "api");
  EXPECT_EQ(document.line(), 0);
  EXPECT_EQ(document.LineOf("/spec/x/0"), 0);
  EXPECT_EQ(*document.Find("/spec/x/0"), 1);
}

TEST(DocumentTest, NoneIsNull) {
  EXPECT_TRUE(Document().root().is_null());
  EXPECT_EQ(Document().kind(), "");
  EXPECT_EQ(Document().LineOf("/a"), 0);
}

TEST(FlattenListTest, GivesTheObjectsOfNestedLists) {
  const Document list = ReadOne(R"(kind: List
items:
- kind: Service
  metadata: {name: a}
- kind: ServiceList
  items:
  - {kind: Service, metadata: {name: b}}
- kind: ConfigMapListener
)");
  const auto items = FlattenList(list);
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0].name(), "a");
  EXPECT_EQ(items[0].line(), 3);
  EXPECT_EQ(items[1].name(), "b");
  EXPECT_EQ(items[1].LineOf("/metadata/name"), 7);
  EXPECT_EQ(items[2].kind(), "ConfigMapListener");
}

TEST(FlattenListTest, AnObjectIsItsOwnList) {
  const Document document = ReadOne(kDeployment);
  const auto items = FlattenList(document);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(&items[0].root(), &document.root());
}

}  // namespace
}  // namespace outrigger::config
