#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace bookinfo {

/// A file of web/, built into the program (embed_web.cmake writes the table).
struct WebFile {
  std::string_view path;  ///< below web/: "layout.html", "static/bookinfo.css"
  std::string_view content_type;
  std::string_view content;
};

/// The file, or null.
const WebFile* FindWebFile(std::string_view path);

/// A template of web/ with its places filled: {{name}} by the value escaped for HTML, {{{name}}} by
/// the value as it is. A template that is not there, or a place without a value, is a bug of the
/// caller and throws std::logic_error.
std::string FillTemplate(
    std::string_view path,
    std::initializer_list<std::pair<std::string_view, std::string_view>> values);

}  // namespace bookinfo
