#include "samples/bookinfo/web_files.h"

#include <algorithm>
#include <span>
#include <stdexcept>

#include "samples/bookinfo/text.h"

namespace bookinfo {

extern const std::span<const WebFile> kWebFiles;  // written by embed_web.cmake

const WebFile* FindWebFile(std::string_view path) {
  const auto found = std::find_if(kWebFiles.begin(), kWebFiles.end(),
                                  [&](const WebFile& file) { return file.path == path; });
  return found == kWebFiles.end() ? nullptr : &*found;
}

std::string FillTemplate(
    std::string_view path,
    std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
  const WebFile* file = FindWebFile(path);
  if (file == nullptr) throw std::logic_error("no template " + std::string(path));
  std::string out;
  std::string_view rest = file->content;
  for (auto open = rest.find("{{"); open != std::string_view::npos; open = rest.find("{{")) {
    out += rest.substr(0, open);
    rest.remove_prefix(open);
    const bool raw = rest.starts_with("{{{");
    const std::string_view closing = raw ? "}}}" : "}}";
    const auto close = rest.find(closing);
    if (close == std::string_view::npos) throw std::logic_error("open {{ in " + std::string(path));
    const std::string_view name = rest.substr(closing.size(), close - closing.size());
    const auto value = std::find_if(values.begin(), values.end(),
                                    [&](const auto& pair) { return pair.first == name; });
    if (value == values.end()) {
      throw std::logic_error("no value for " + std::string(name) + " in " + std::string(path));
    }
    out += raw ? std::string(value->second) : EscapeHtml(value->second);
    rest.remove_prefix(close + closing.size());
  }
  out += rest;
  return out;
}

}  // namespace bookinfo
