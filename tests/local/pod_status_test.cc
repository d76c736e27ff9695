#include "local/pod_status.h"

#include <gtest/gtest.h>

namespace outrigger::local {
namespace {

using State = ContainerView::State;

ContainerView Waiting(std::string reason) {
  return {State::kWaiting, std::move(reason), 0, false, false, false};
}
ContainerView Running(bool ready) { return {State::kRunning, "", 0, ready, true, false}; }
ContainerView Ended(std::string reason, int restarts = 0) {
  return {State::kTerminated, std::move(reason), restarts, false, false, false};
}
ContainerView Sidecar(bool started, bool ready) {
  return {State::kRunning, "", 0, ready, started, true};
}

struct Case {
  std::string name;
  PodView view;
  std::string status;
  int ready, total, restarts;
};

class JudgeTest : public testing::TestWithParam<Case> {};

TEST_P(JudgeTest, SaysWhatKubectlWouldSay) {
  PodRow row;
  Judge(GetParam().view, row);
  EXPECT_EQ(row.status, GetParam().status);
  EXPECT_EQ(row.ready, GetParam().ready);
  EXPECT_EQ(row.total, GetParam().total);
  EXPECT_EQ(row.restarts, GetParam().restarts);
}

const Case kCases[] = {
    {"Fresh", {{}, {Waiting("ContainerCreating")}}, "ContainerCreating", 0, 1, 0},
    {"InitRuns",
     {{Running(false)}, {Waiting("PodInitializing"), Waiting("PodInitializing")}},
     "Init:0/1",
     0,
     2,
     0},
    {"InitWaits",
     {{Waiting("PodInitializing")}, {Waiting("PodInitializing")}},
     "Init:0/1",
     0,
     1,
     0},
    {"InitFailed", {{Ended("Error", 1)}, {Waiting("PodInitializing")}}, "Init:Error", 0, 1, 1},
    {"InitBacksOff",
     {{Waiting("CrashLoopBackOff")}, {Waiting("PodInitializing")}},
     "Init:CrashLoopBackOff",
     0,
     1,
     0},
    {"InitDone", {{Ended("Completed")}, {Waiting("PodInitializing")}}, "PodInitializing", 0, 1, 0},
    {"AppWaitsForProxy",
     {{Ended("Completed")}, {Waiting("PodInitializing"), Running(false)}},
     "PodInitializing",
     0,
     2,
     0},
    {"ProxyFailsWhileAppWaits",
     {{}, {Waiting("PodInitializing"), Waiting("CrashLoopBackOff")}},
     "CrashLoopBackOff",
     0,
     2,
     0},
    {"OneOfTwoReady", {{}, {Running(true), Running(false)}}, "Running", 1, 2, 0},
    {"AllReady", {{}, {Running(true), Running(true)}}, "Running", 2, 2, 0},
    {"NoProgram", {{}, {Waiting("ImagePullBackOff"), Running(true)}}, "ImagePullBackOff", 1, 2, 0},
    {"JobDone", {{}, {Ended("Completed")}}, "Completed", 0, 1, 0},
    {"OneDoneOneRuns", {{}, {Ended("Completed"), Running(true)}}, "Running", 1, 2, 0},
    {"OneDoneOneUnready", {{}, {Ended("Completed"), Running(false)}}, "NotReady", 0, 2, 0},
    {"NativeSidecarStarts",
     {{Sidecar(false, false)}, {Waiting("PodInitializing")}},
     "Init:0/1",
     0,
     2,
     0},
    {"NativeSidecarCounts", {{Sidecar(true, true)}, {Running(true)}}, "Running", 2, 2, 0},
    {"RestartsAddUp", {{Ended("Completed", 1)}, {Ended("Error", 3)}}, "Error", 0, 1, 4},
    {"Leaving", {{}, {Running(true)}, true}, "Terminating", 1, 1, 0},
};
INSTANTIATE_TEST_SUITE_P(All, JudgeTest, testing::ValuesIn(kCases),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(RestartDelayTest, FirstAtOnceThenDoublingUpToFiveMinutes) {
  const int want[] = {0, 10, 20, 40, 80, 160, 300, 300};
  for (int restarts = 0; restarts < 8; ++restarts)
    EXPECT_EQ(RestartDelay(restarts).count(), want[restarts]) << restarts;
}

TEST(AgeTextTest, ReadsAsInKubectl) {
  const std::pair<int, const char*> want[] = {
      {-3, "0s"},     {7, "7s"},     {119, "119s"}, {120, "2m"},      {125, "2m5s"},
      {599, "9m59s"}, {3600, "60m"}, {10800, "3h"}, {11400, "3h10m"}, {172800, "2d"}};
  for (const auto& [seconds, text] : want) EXPECT_EQ(AgeText(std::chrono::seconds(seconds)), text);
}

TEST(PodTableTest, LinesUpWithKubectlsColumns) {
  PodTable table;
  PodRow row{"default", "reviews-v1-545db77b95-9xmzq", "Running", 2, 2, 0, 100, "", ""};
  EXPECT_EQ(table.Header(),
            "NAMESPACE     NAME                                READY   STATUS            RESTARTS  "
            " AGE\n");
  EXPECT_EQ(table.Line(row, 109),
            "default       reviews-v1-545db77b95-9xmzq         2/2     Running           0         "
            " 9s\n");
}

TEST(PodTableTest, LongNamesWidenTheColumn) {
  PodTable table;
  PodRow row{"a-namespace-with-a-long-name", "pod", "Running", 1, 1, 0, 0, "", ""};
  table.Fit({row});
  EXPECT_EQ(table.Header().find("NAME ", 10), table.Line(row, 0).find("pod"));
}

}  // namespace
}  // namespace outrigger::local
