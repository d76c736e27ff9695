#include "cmd/load/response_reader.h"

#include <gtest/gtest.h>

namespace outrigger::load {
namespace {

using Progress = ResponseReader::Progress;

struct Case {
  std::string name, bytes;
  Progress want = Progress::kDone;
  int status = 200;
  bool keep_alive = true;
  bool head = false;  ///< the request was HEAD
  Progress at_close = Progress::kMalformed;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

const std::string kOk = "HTTP/1.1 200 OK\r\n";

const Case kCases[] = {
    {"Length", kOk + "Content-Length: 3\r\n\r\nabc"},
    {"NoBody", kOk + "content-length: 0\r\n\r\n"},
    {"NoReason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"},
    {"Status", "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", Progress::kDone, 503},
    {"Close", kOk + "Content-Length: 0\r\nConnection: Close\r\n\r\n", Progress::kDone, 200, false},
    {"CloseInAList", kOk + "Content-Length: 0\r\nConnection: x, close\r\n\r\n", Progress::kDone,
     200, false},
    {"Http10", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", Progress::kDone, 200, false},
    {"Http10KeepAlive", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"},
    {"Chunked", kOk + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1A;x=y\r\n" +
                    std::string(26, 'z') + "\r\n0\r\n\r\n"},
    {"ChunkedWithTrailers",
     kOk + "Transfer-Encoding: gzip, Chunked\r\nContent-Length: 9\r\n\r\n0\r\nA: b\r\n\r\n"},
    {"NoContent", "HTTP/1.1 204 x\r\nContent-Length: 5\r\n\r\n", Progress::kDone, 204},
    {"NotModified", "HTTP/1.1 304 x\r\nContent-Length: 5\r\n\r\n", Progress::kDone, 304},
    {"Head", kOk + "Content-Length: 5\r\n\r\n", Progress::kDone, 200, true, true},
    {"InterimIsPassedOver",
     "HTTP/1.1 103 Hint\r\nLink: x\r\n\r\n" + kOk + "Content-Length: 0\r\n\r\n"},
    {"UntilClose", kOk + "\r\nabc", Progress::kMore, 200, false, false, Progress::kDone},
    {"BodyMissing", kOk + "Content-Length: 3\r\n\r\nab", Progress::kMore},
    {"HeadMissing", "HTTP/1.1 200", Progress::kMore, 0, false},
    {"TooMuch", kOk + "Content-Length: 1\r\n\r\nab", Progress::kMalformed},
    {"TwoAnswers", kOk + "Content-Length: 0\r\n\r\n" + kOk, Progress::kMalformed},
    {"NotHttp", "SSH-2.0-OpenSSH\r\n\r\n", Progress::kMalformed, 0, false},
    {"BadStatus", "HTTP/1.1 2x0 OK\r\n\r\n", Progress::kMalformed, 0},
    {"NegativeLength", kOk + "Content-Length: -1\r\n\r\n", Progress::kMalformed},
    {"FieldWithoutColon", kOk + "nonsense\r\n\r\n", Progress::kMalformed},
    {"ChunkSizeMissing", kOk + "Transfer-Encoding: chunked\r\n\r\n\r\n", Progress::kMalformed},
    {"ChunkTooLong", kOk + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", Progress::kMalformed},
    {"ChunkLineEnd", kOk + "Transfer-Encoding: chunked\r\n\r\n1\nx\r\n", Progress::kMalformed},
};

class ResponseReaderTest : public testing::TestWithParam<Case> {};

/// Feeds the bytes in two pieces and returns how far that came.
Progress Feed(ResponseReader& reader, std::string_view bytes, std::size_t split) {
  Progress progress = Progress::kMore;
  for (const auto piece : {bytes.substr(0, split), bytes.substr(split)}) {
    if (piece.empty()) continue;
    if (progress == Progress::kDone) return Progress::kMalformed;  // more after the end
    progress = reader.Receive(piece);
    if (progress == Progress::kMalformed) return progress;
  }
  return progress;
}

TEST_P(ResponseReaderTest, ReadsTheSameAtEverySplitPoint) {
  const Case& row = GetParam();
  for (std::size_t split = 0; split < row.bytes.size(); ++split) {
    ResponseReader reader;
    reader.Start(row.head);
    EXPECT_EQ(Feed(reader, row.bytes, split), row.want) << "split at " << split;
    if (row.want == Progress::kMalformed) continue;
    EXPECT_EQ(reader.status(), row.status);
    EXPECT_EQ(reader.keep_alive(), row.keep_alive);
    EXPECT_EQ(reader.bytes(), row.bytes.size());
    EXPECT_EQ(reader.Close(), row.at_close);
  }
}

INSTANTIATE_TEST_SUITE_P(, ResponseReaderTest, testing::ValuesIn(kCases),
                         [](const auto& param_info) { return param_info.param.name; });

TEST(ResponseReaderReuseTest, StartForgetsTheLastAnswer) {
  ResponseReader reader;
  reader.Start(false);
  ASSERT_EQ(reader.Receive(kOk + "Content-Length: 2\r\n\r\nab"), Progress::kDone);
  reader.Start(false);
  EXPECT_FALSE(reader.started());
  ASSERT_EQ(reader.Receive("HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n"), Progress::kDone);
  EXPECT_EQ(reader.status(), 404);
}

TEST(ResponseReaderLimitTest, AnEndlessHeadIsMalformed) {
  ResponseReader reader;
  reader.Start(false);
  Progress progress = reader.Receive(kOk);
  for (int i = 0; i < 100 && progress == Progress::kMore; ++i) {
    progress = reader.Receive("X: " + std::string(1000, 'x') + "\r\n");
  }
  EXPECT_EQ(progress, Progress::kMalformed);
}

}  // namespace
}  // namespace outrigger::load
