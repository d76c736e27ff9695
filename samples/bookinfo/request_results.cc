#include "samples/bookinfo/request_results.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace bookinfo {
namespace {

std::string Decimal(double value) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.3f", value);
  return text;
}

void AppendMetric(std::string& out, std::string_view name, std::string_view type,
                  std::string_view help, const std::string& value) {
  const std::string metric(name);
  out += "# HELP " + metric + " " + std::string(help) + "\n# TYPE " + metric + " " +
         std::string(type) + "\n" + metric + " " + value + "\n";
}

/// /proc/self/stat behind the program's name, which may itself contain blanks: [0] is field 3, the
/// state.
std::vector<std::string> ProcessStat() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(line.substr(name_end + 1));
  std::vector<std::string> fields;
  for (std::string field; rest >> field;) fields.push_back(field);
  return fields;
}

double BootSeconds() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    if (word != "btime") continue;
    double seconds = 0;
    file >> seconds;
    return seconds;
  }
  return 0;
}

int OpenFiles() {
  std::error_code error;
  int count = 0;
  for (std::filesystem::directory_iterator it("/proc/self/fd", error), end; !error && it != end;
       it.increment(error)) {
    ++count;
  }
  return count;
}

}  // namespace

void RequestResults::Count(std::string_view app, int response_code) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[{std::string(app), response_code}];
  if (entry.count++ == 0) {
    entry.created_seconds =
        std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  }
}

std::string RequestResults::Text() const {
  std::string totals =
      "# HELP request_result_total Calls to other services by their result\n"
      "# TYPE request_result_total counter\n";
  std::string created =
      "# HELP request_result_created When the counter of that name and labels began\n"
      "# TYPE request_result_created gauge\n";
  const std::lock_guard lock(mutex_);
  for (const auto& [key, entry] : entries_) {
    const std::string labels = "{destination_app=\"" + key.first + "\",response_code=\"" +
                               std::to_string(key.second) + "\"} ";
    totals += "request_result_total" + labels + std::to_string(entry.count) + "\n";
    created += "request_result_created" + labels + Decimal(entry.created_seconds) + "\n";
  }
  return totals + created;
}

std::string ProcessMetricsText() {
  std::string out;
  const std::vector<std::string> stat = ProcessStat();
  if (stat.size() > 21) {  // proc(5): 14 utime, 15 stime, 22 starttime, 23 vsize, 24 rss
    const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    const double cpu = (std::stod(stat[11]) + std::stod(stat[12])) / ticks;
    const double started = BootSeconds() + std::stod(stat[19]) / ticks;
    const long resident = std::stol(stat[21]) * sysconf(_SC_PAGESIZE);
    AppendMetric(out, "process_cpu_seconds_total", "counter", "CPU time, user and system",
                 Decimal(cpu));
    AppendMetric(out, "process_start_time_seconds", "gauge", "Start, in Unix time",
                 Decimal(started));
    AppendMetric(out, "process_virtual_memory_bytes", "gauge", "Virtual memory", stat[20]);
    AppendMetric(out, "process_resident_memory_bytes", "gauge", "Resident memory",
                 std::to_string(resident));
  }
  AppendMetric(out, "process_open_fds", "gauge", "Open file descriptors",
               std::to_string(OpenFiles()));
  AppendMetric(out, "process_max_fds", "gauge", "Most file descriptors that may be open",
               std::to_string(sysconf(_SC_OPEN_MAX)));
  return out;
}

}  // namespace bookinfo
