#include "proxy/listener/detect.h"

#include <gtest/gtest.h>

#include <string>

namespace outrigger::listener {
namespace {

using namespace std::string_literals;  // NOLINT(google-build-using-namespace): strings with NUL

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::size_t kMostBytesNeeded = 24;

struct Case {
  const char* name;
  std::string bytes;
  Detected want;
  std::size_t decided_at;  ///< bytes after which the answer is known
};

const Case kCases[] = {
    {"Get", "GET / HTTP/1.1\r\n", Detected::kHttp1, 5},
    {"Head", "HEAD /index HTTP/1.1\r\n", Detected::kHttp1, 6},
    {"Post", "POST /p HTTP/1.1\r\n", Detected::kHttp1, 6},
    {"Put", "PUT /p HTTP/1.1\r\n", Detected::kHttp1, 5},
    {"Delete", "DELETE /p HTTP/1.1\r\n", Detected::kHttp1, 8},
    {"Patch", "PATCH /p HTTP/1.1\r\n", Detected::kHttp1, 7},
    {"Trace", "TRACE / HTTP/1.1\r\n", Detected::kHttp1, 7},
    {"OptionsStar", "OPTIONS * HTTP/1.1\r\n", Detected::kHttp1, 9},
    {"ConnectName", "CONNECT example.com:443 HTTP/1.1\r\n", Detected::kHttp1, 9},
    {"ConnectAddress", "CONNECT 10.0.0.1:443 HTTP/1.1\r\n", Detected::kHttp1, 9},
    {"AbsoluteForm", "GET http://a/ HTTP/1.0\r\n", Detected::kHttp1, 5},
    {"WebDavMethod", "PROPFIND /d HTTP/1.1\r\n", Detected::kHttp1, 10},
    {"MethodWithHyphen", "BASELINE-CONTROL / HTTP/1.1\r\n", Detected::kHttp1, 18},
    {"LongestRegisteredMethod", "UPDATEREDIRECTREF /x HTTP/1.1\r\n", Detected::kHttp1, 19},
    {"MethodOf22Letters", "ABCDEFGHIJKLMNOPQRSTUV /", Detected::kHttp1, 24},
    {"MethodOf23Letters", "ABCDEFGHIJKLMNOPQRSTUVW / HTTP/1.1", Detected::kOther, 23},

    {"Http2Preface", std::string(kPreface), Detected::kHttp2, 24},
    {"PriIsAMethodOfHttp1", "PRI / HTTP/1.1\r\n", Detected::kHttp1, 5},
    {"PrefaceOfAnotherVersion", "PRI * HTTP/1.1\r\n", Detected::kHttp1, 12},

    {"TlsClientHello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, Detected::kTls, 6},
    {"TlsRecordOfVersion33", "\x16\x03\x03\x00\xc8\x01\x00"s, Detected::kTls, 6},
    {"TlsServerHelloIsNoClient", "\x16\x03\x03\x00\xc8\x02\x00"s, Detected::kOther, 6},
    {"TlsMajorVersion2", "\x16\x02\x00\x00\xc8\x01"s, Detected::kOther, 3},
    {"TlsAlertRecord", "\x15\x03\x03\x00\x02\x02\x28"s, Detected::kOther, 1},

    {"LowerCaseMethod", "get / HTTP/1.1\r\n", Detected::kOther, 1},
    {"MixedCaseMethod", "Get / HTTP/1.1\r\n", Detected::kOther, 2},
    {"MethodOfTwoLetters", "GO / HTTP/1.1\r\n", Detected::kOther, 3},
    {"ControlCharacterTarget", "GET \x01", Detected::kOther, 5},
    {"TwoSpaces", "GET  / HTTP/1.1\r\n", Detected::kOther, 5},
    {"LineWithoutTarget", "QUIT\r\n", Detected::kOther, 5},
    {"EmptyLineFirst", "\r\nGET / HTTP/1.1\r\n", Detected::kOther, 1},
    {"SshBanner", "SSH-2.0-OpenSSH_9.2\r\n", Detected::kOther, 5},
    {"RedisArray", "*1\r\n$4\r\nPING\r\n", Detected::kOther, 1},
    {"RedisInline", "PING\r\n", Detected::kOther, 5},
    {"SmtpHello", "EHLO example.com\r\n", Detected::kHttp1, 6},  // as a method would look
    {"PostgresStartup", "\x00\x00\x00\x08\x04\xd2\x16\x2f"s, Detected::kOther, 1},
    {"HighBytes", "\xff\xfe\xfd", Detected::kOther, 1},
    {"Nul", "\0"s, Detected::kOther, 1},
};

class DetectProtocolTest : public testing::TestWithParam<Case> {};

TEST_P(DetectProtocolTest, DecidesAtTheFirstByteThatTells) {
  const Case& row = GetParam();
  ASSERT_LE(row.decided_at, row.bytes.size());
  for (std::size_t size = 0; size <= row.bytes.size(); ++size) {
    EXPECT_EQ(DetectProtocol(std::string_view(row.bytes).substr(0, size)),
              size < row.decided_at ? Detected::kNeedMore : row.want)
        << "after " << size << " bytes";
  }
}

INSTANTIATE_TEST_SUITE_P(All, DetectProtocolTest, testing::ValuesIn(kCases),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(DetectProtocol, NeverNeedsMoreThanItsHeaderPromises) {
  for (std::size_t letters = 0; letters <= kMostBytesNeeded; ++letters) {
    std::string bytes(letters, 'A');
    if (letters < kMostBytesNeeded) bytes.push_back(' ');
    bytes.resize(kMostBytesNeeded, '/');
    EXPECT_NE(DetectProtocol(bytes), Detected::kNeedMore) << bytes;
  }
}

}  // namespace
}  // namespace outrigger::listener
