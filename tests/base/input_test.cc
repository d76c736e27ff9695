#include "base/input.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/memory_transport.h"

namespace outrigger {
namespace {

/// A connection of the worker, and the far end that speaks to it.
struct Line {
  explicit Line(ReadBuffer& buffer) : Line(MemoryTransport::Pair(), buffer) {}
  void Say(std::string text) {
    const iovec piece{text.data(), text.size()};
    ASSERT_EQ(far->TryWrite({&piece, 1}).value(), text.size());
  }
  std::unique_ptr<MemoryTransport> near, far;
  Input input;

 private:
  Line(std::pair<std::unique_ptr<MemoryTransport>, std::unique_ptr<MemoryTransport>> ends,
       ReadBuffer& buffer)
      : near(std::move(ends.first)), far(std::move(ends.second)), input(*near, buffer) {}
};

class InputTest : public testing::Test {
 protected:
  ReadBuffer buffer_;
  Line a_{buffer_};
  Line b_{buffer_};
};

TEST_F(InputTest, HasNothingBeforeAnythingArrived) {
  EXPECT_FALSE(a_.input.Fill().value());
  EXPECT_EQ(a_.input.bytes(), "");
}

TEST_F(InputTest, ReadsOnlyWhenEverythingIsUsed) {
  a_.Say("one");
  EXPECT_TRUE(a_.input.Fill().value());
  a_.Say("two");
  a_.input.bytes().remove_prefix(1);
  EXPECT_TRUE(a_.input.Fill().value());
  EXPECT_EQ(a_.input.bytes(), "ne");
  a_.input.bytes() = {};
  EXPECT_TRUE(a_.input.Fill().value());
  EXPECT_EQ(a_.input.bytes(), "two");
}

TEST_F(InputTest, KeepsItsUnusedBytesWhenAnotherConnectionReads) {
  a_.Say("unused");
  b_.Say("OTHER TEXT");
  ASSERT_TRUE(a_.input.Fill().value());
  a_.input.bytes().remove_prefix(2);
  ASSERT_TRUE(b_.input.Fill().value());
  EXPECT_EQ(a_.input.bytes(), "used");
  EXPECT_EQ(b_.input.bytes(), "OTHER TEXT");
}

TEST_F(InputTest, TakesTheBufferBackAndForth) {
  for (int turn = 0; turn < 3; ++turn) {
    a_.Say("a" + std::to_string(turn));
    b_.Say("b" + std::to_string(turn));
    ASSERT_TRUE(a_.input.Fill().value());
    ASSERT_TRUE(b_.input.Fill().value());
    EXPECT_EQ(a_.input.bytes(), "a" + std::to_string(turn));
    EXPECT_EQ(b_.input.bytes(), "b" + std::to_string(turn));
    a_.input.bytes() = b_.input.bytes() = {};
  }
}

TEST_F(InputTest, AReaderThatFoundNothingDoesNotCostTheTenantItsBytes) {
  a_.Say("unused");
  ASSERT_TRUE(a_.input.Fill().value());
  EXPECT_FALSE(b_.input.Fill().value());
  EXPECT_EQ(a_.input.bytes(), "unused");
}

TEST_F(InputTest, MayBeDestroyedWithBytesInTheSharedBuffer) {
  auto gone = std::make_unique<Line>(buffer_);
  gone->Say("unused");
  ASSERT_TRUE(gone->input.Fill().value());
  gone.reset();
  a_.Say("next");
  ASSERT_TRUE(a_.input.Fill().value());
  EXPECT_EQ(a_.input.bytes(), "next");
}

TEST_F(InputTest, PrependedBytesComeFirst) {
  a_.Say(" / HTTP/1.1");
  a_.input.Prepend("GET");
  EXPECT_TRUE(a_.input.Fill().value());
  EXPECT_EQ(a_.input.bytes(), "GET");
  a_.input.bytes() = {};
  EXPECT_TRUE(a_.input.Fill().value());
  EXPECT_EQ(a_.input.bytes(), " / HTTP/1.1");
}

TEST_F(InputTest, ReportsTheEndAfterTheLastByte) {
  a_.Say("last");
  a_.far->ShutdownWrite();
  ASSERT_TRUE(a_.input.Fill().value());
  EXPECT_EQ(a_.input.bytes(), "last");
  a_.input.bytes() = {};
  const Result<bool> end = a_.input.Fill();
  ASSERT_TRUE(end.has_error());
  EXPECT_EQ(end.error().code, ErrorCode::kClosed);
}

}  // namespace
}  // namespace outrigger
