#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "outrigger/client.h"
#include "samples/bookinfo/environment.h"

namespace bookinfo {

/// Stands for the network: remembers every call and answers from a list, then with 200 and
/// `otherwise`.
class FakeWorld {
 public:
  struct Call {
    std::string host;
    std::uint16_t port;
    outrigger::Request request;
    outrigger::CallOptions options;
  };

  /// The answers of the next calls, in order.
  void Answer(int status, std::string body) {
    answers_.push_back({.response = outrigger::Response::Json(status, std::move(body))});
  }
  void Fail(outrigger::CallFailure failure) {
    answers_.push_back({.failure = failure, .error = "details:9080: no answer"});
  }

  Caller caller() {
    return [this](const std::string& host, std::uint16_t port, outrigger::Request request,
                  const outrigger::CallOptions& options) {
      const std::lock_guard lock(mutex_);
      calls.push_back({host, port, std::move(request), options});
      if (answers_.empty()) {
        return outrigger::CallResult{.response = outrigger::Response::Json(200, otherwise)};
      }
      outrigger::CallResult result = std::move(answers_.front());
      answers_.pop_front();
      return result;
    };
  }

  std::vector<Call> calls;
  std::string otherwise = "{}";

 private:
  std::mutex mutex_;
  std::deque<outrigger::CallResult> answers_;
};

inline std::size_t Count(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace bookinfo
