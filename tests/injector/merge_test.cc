#include "injector/merge.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "injector/json.h"
#include "tests/injector/pods.h"

namespace outrigger::injector {
namespace {

struct MergeCase {
  const char *name, *base, *overlay, *want;
  friend std::ostream& operator<<(std::ostream& out, const MergeCase& row) {
    return out << row.name;
  }
};

const MergeCase kCases[] = {
    {"ObjectsByKey", "{a: {x: 1, y: 2}, b: 1}", "{a: {y: 3, z: 4}}",
     "{a: {x: 1, y: 3, z: 4}, b: 1}"},
    {"NamedListsByName", "{containers: [{name: a, x: 1}, {name: b}]}",
     "{containers: [{name: c}, {name: a, y: 2}]}",
     "{containers: [{name: a, x: 1, y: 2}, {name: b}, {name: c}]}"},
    {"PortsByNumber", "{ports: [{containerPort: 1, name: a}]}",
     "{ports: [{containerPort: 1, protocol: TCP}, {containerPort: 2}]}",
     "{ports: [{containerPort: 1, name: a, protocol: TCP}, {containerPort: 2}]}"},
    {"MountsByPath", "{volumeMounts: [{name: a, mountPath: /x}]}",
     "{volumeMounts: [{name: b, mountPath: /x}]}", "{volumeMounts: [{name: b, mountPath: /x}]}"},
    {"OtherListsAreReplaced", "{args: [a, b]}", "{args: [c]}", "{args: [c]}"},
    {"NamedTwiceIsOne", "{}", "{env: [{name: A, value: b}, {name: A, value: c}]}",
     "{env: [{name: A, value: c}]}"},
    {"WithoutAKeyOnlyOnce", "{env: [{value: b}]}", "{env: [{value: b}, {value: c}]}",
     "{env: [{value: b}, {value: c}]}"},
    {"NullSaysNothing", "{a: 1}", "{a: ~, b: ~}", "{a: 1}"},
    {"OneHandlerPerProbe", "{livenessProbe: {httpGet: {port: 1}, periodSeconds: 2}}",
     "{livenessProbe: {exec: {command: [x]}}}",
     "{livenessProbe: {periodSeconds: 2, exec: {command: [x]}}}"},
    {"OneKindOfValuePerVariable", "{env: [{name: A, valueFrom: {fieldRef: {}}}]}",
     "{env: [{name: A, value: b}]}", "{env: [{name: A, value: b}]}"},
    {"OneSourcePerVolume", "{volumes: [{name: v, hostPath: {path: /x}}]}",
     "{volumes: [{name: v, emptyDir: {}}]}", "{volumes: [{name: v, emptyDir: {}}]}"},
    {"TheSameSourceMerges", "{volumes: [{name: v, configMap: {name: c, defaultMode: 420}}]}",
     "{volumes: [{name: v, configMap: {name: d}}]}",
     "{volumes: [{name: v, configMap: {name: d, defaultMode: 420}}]}"},
};

class MergeTest : public testing::TestWithParam<MergeCase> {};

TEST_P(MergeTest, LaysOnePartOverAnother) {
  json::object base = Yaml(GetParam().base);
  Merge(base, Yaml(GetParam().overlay));
  EXPECT_EQ(ToText(base), ToText(Yaml(GetParam().want)));
}

TEST_P(MergeTest, TheSecondTimeChangesNothing) {
  json::object base = Yaml(GetParam().base);
  Merge(base, Yaml(GetParam().overlay));
  const json::object once = base;
  Merge(base, Yaml(GetParam().overlay));
  EXPECT_EQ(ToText(base), ToText(once));
}
INSTANTIATE_TEST_SUITE_P(Rules, MergeTest, testing::ValuesIn(kCases), kRowName);

}  // namespace
}  // namespace outrigger::injector
