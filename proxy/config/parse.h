#pragma once

#include <string_view>
#include <vector>

#include "proxy/config/document.h"
#include "proxy/config/problem.h"
#include "proxy/config/tree_builder.h"

namespace outrigger::config {

/// The documents of a file, in either dialect; ReadDocuments() and ReadYaml() stand on it. Limits
/// and refusals are those of ReadDocuments().
std::vector<Document> ParseDocuments(std::string_view text, std::string_view file, Dialect dialect,
                                     Problems* problems);

/// One document between two `---` lines. `text` begins with such a line unless it is the first.
struct Chunk {
  std::string_view text;
  std::string_view body;  ///< `text` without its `---`
  int first_line;         ///< of `text`, from 1
};

/// Cuts a file at its document markers (`---` and `...` at the beginning of a line, where no other
/// meaning is possible), so that one broken document leaves the others alone. Chunks of comments
/// and directives only are left out.
std::vector<Chunk> SplitDocuments(std::string_view text);

/// Feeds one document to `builder`, which stays not done() when there is none. Throws Broken.
void ParseYaml(const Chunk& chunk, TreeBuilder& builder);

/// Tries the chunk as one JSON object. Throws Broken when it is not.
void ParseJson(const Chunk& chunk, TreeBuilder& builder);

}  // namespace outrigger::config
