#include "proxy/config/parse.h"

namespace outrigger::config {
namespace {

std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line =
      text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
  text.remove_prefix(line.size());
  return line;
}

bool IsMarker(std::string_view line, std::string_view marker) {
  if (!line.starts_with(marker)) return false;
  line.remove_prefix(marker.size());
  return line.empty() || line[0] == ' ' || line[0] == '\t' || line[0] == '\r' || line[0] == '\n';
}

// Whether there is anything to parse. Directives (`%YAML 1.2`) before a `---` say nothing we need.
bool HasContent(std::string_view body) {
  while (!body.empty()) {
    const std::string_view line = TakeLine(body);
    const std::size_t first = line.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || line[first] == '#' || line[0] == '%') continue;
    return true;
  }
  return false;
}

}  // namespace

std::vector<Chunk> SplitDocuments(std::string_view text) {
  std::vector<Chunk> chunks;
  const char* begin = text.data();
  std::size_t marker = 0;
  int first_line = 1;
  int line_number = 1;
  const auto cut = [&](const char* end) {
    const std::string_view whole(begin, static_cast<std::size_t>(end - begin));
    const std::string_view body = whole.substr(marker);
    if (HasContent(body)) chunks.push_back({whole, body, first_line});
  };
  for (std::string_view rest = text; !rest.empty(); ++line_number) {
    const std::string_view line = TakeLine(rest);
    const bool starts = IsMarker(line, "---");
    if (!starts && !IsMarker(line, "...")) continue;
    cut(line.data());
    begin = starts ? line.data() : rest.data();
    marker =
        starts ? (line.find_first_not_of(" \t\r\n", 3) == std::string_view::npos ? line.size() : 3)
               : 0;
    first_line = starts ? line_number : line_number + 1;
  }
  cut(text.data() + text.size());
  return chunks;
}

}  // namespace outrigger::config
