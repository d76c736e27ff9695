#pragma once

#include <functional>
#include <string>

#include "local/poll_loop.h"
#include "local/unique_fd.h"

namespace outrigger::local {

/// One GET to the admin port (127.0.0.1:15000) of a proxy, which only its own pod reaches: the
/// socket is made inside the pod's network namespace. Calls back once, from the loop, with the
/// answer as it came (head and body, at most 16 MiB), or with
/// "" when there was none within a second; not after it is destroyed.
class AdminQuery {
 public:
  AdminQuery(PollLoop& loop, int network_namespace, const std::string& path,
             std::function<void(std::string)> done);
  ~AdminQuery();
  AdminQuery(const AdminQuery&) = delete;
  AdminQuery& operator=(const AdminQuery&) = delete;

 private:
  void OnConnected();
  void OnReadable();
  void Finish();

  PollLoop& loop_;
  std::function<void(std::string)> done_;
  UniqueFd socket_;
  std::string request_, answer_;
  PollLoop::TimerId timer_ = 0;
};

}  // namespace outrigger::local
