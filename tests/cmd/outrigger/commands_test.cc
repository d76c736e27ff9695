// The table of commands as a person at a terminal meets it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "cmd/outrigger/command.h"

namespace outrigger::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

struct Ended {
  int exit_code;
  std::string out, err;
};

Ended Outrigger(std::vector<const char*> arguments) {
  std::istringstream in;
  std::ostringstream out, err;
  Context context{in, out, err};
  arguments.insert(arguments.begin(), "outrigger");
  const int code = Main(static_cast<int>(arguments.size()), arguments.data(), context);
  return {code, out.str(), err.str()};
}

TEST(CommandsTest, HelpListsEveryCommand) {
  for (const auto& arguments : {std::vector<const char*>{}, {"--help"}, {"-h"}}) {
    const Ended ended = Outrigger(arguments);
    EXPECT_EQ(ended.exit_code, kExitOk);
    EXPECT_THAT(ended.err, IsEmpty());
    for (const char* command : {"up", "status", "down", "top", "inject", "analyze", "version"}) {
      EXPECT_THAT(ended.out, HasSubstr("\n  " + std::string(command)));
    }
  }
}

TEST(CommandsTest, EveryCommandExplainsItself) {
  for (const char* command : {"up", "status", "down", "top", "inject", "analyze", "version"}) {
    const Ended ended = Outrigger({command, "--help"});
    EXPECT_EQ(ended.exit_code, kExitOk) << command;
    EXPECT_THAT(ended.out, HasSubstr("Usage: outrigger " + std::string(command))) << ended.err;
  }
}

TEST(CommandsTest, VersionIsOnStandardOutput) {
  EXPECT_EQ(Outrigger({"version"}).out, "client version: " OUTRIGGER_VERSION "\n");
  EXPECT_EQ(Outrigger({"--version"}).out, OUTRIGGER_VERSION "\n");
}

TEST(CommandsTest, UnknownCommandsAndFlagsAreUsageErrors) {
  const Ended ended = Outrigger({"injct"});
  EXPECT_EQ(ended.exit_code, kExitUsage);
  EXPECT_EQ(ended.err, "outrigger: there is no command 'injct', 'outrigger --help' lists them\n");
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_EQ(Outrigger({"inject", "--no-such-flag"}).exit_code, kExitUsage);
  EXPECT_EQ(Outrigger({"--no-such-flag"}).exit_code, kExitUsage);
}

}  // namespace
}  // namespace outrigger::cli
