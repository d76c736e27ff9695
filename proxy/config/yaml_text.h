#pragma once

#include <string>
#include <string_view>

namespace outrigger::config {

/// Pieces of block-style YAML, shared by WriteYaml() and WriteConfigYaml().

/// `name:`, `"8080":`; keys too long for a simple key (YAML 1.2 section 8.2.2) become `? name` with
/// the colon on a line of its own at `indent`.
void AppendKey(std::string& out, std::string_view key, int indent);

/// A string at the end of the current line: plain when every YAML reader takes it for a string, a
/// literal block (its lines two columns right of `indent`) when it has several lines, else in
/// double quotes. Does not end the line.
void AppendString(std::string& out, std::string_view text, int indent);

/// The shortest text that reads back as the same float and never as an integer. Must be finite.
void AppendDouble(std::string& out, double value);

void AppendIndent(std::string& out, int indent);

}  // namespace outrigger::config
