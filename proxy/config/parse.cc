#include "proxy/config/parse.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "proxy/config/utf8.h"

namespace outrigger::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

struct Flaw {
  std::size_t offset;
  std::string message;
};

bool IsAllowedControl(char c) { return c == '\t' || c == '\n' || c == '\r'; }

// yaml-cpp replaces bad UTF-8 silently and takes byte 4 for the end of the file, so both end here.
std::optional<Flaw> FindBadBytes(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && !IsAllowedControl(text[i])) || c == 0x7f) {
      return Flaw{
          i, "control character " + std::to_string(c) + "; write it as an escape in double quotes"};
    }
    const std::size_t length = Utf8Length(text.substr(i, 4));
    if (length == 0) return Flaw{i, "not valid UTF-8"};
    i += length;
  }
  return std::nullopt;
}

int LineAt(std::string_view text, std::size_t offset) {
  int line = 1;
  for (const char c : text.substr(0, offset)) line += c == '\n' ? 1 : 0;
  return line;
}

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool LooksLikeJson(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && IsSpace(text[i])) ++i;
  return i < text.size() && text[i] == '{';
}

// kubectl decides by the first character too, but YAML may also begin with a brace: JSON is tried,
// and when it fails the YAML parser has the last word, unless the file's name says JSON.
Tree ParseChunk(const Chunk& chunk, std::string_view file, Dialect dialect,
                std::size_t* alias_budget) {
  if (dialect == Dialect::kKubernetes && LooksLikeJson(chunk.body)) {
    try {
      TreeBuilder builder(dialect, alias_budget);
      ParseJson(chunk, builder);
      return builder.Take();
    } catch (const Broken&) {
      if (file.ends_with(".json")) throw;
    }
  }
  TreeBuilder builder(dialect, alias_budget);
  ParseYaml(chunk, builder);
  return builder.Take();
}

}  // namespace

std::vector<Document> ParseDocuments(std::string_view text, std::string_view file, Dialect dialect,
                                     Problems* problems) {
  std::vector<Document> documents;
  if (text.size() > kMaxFileBytes) {
    problems->Error(
        file, 0, "",
        "larger than " + std::to_string(kMaxFileBytes >> 20) + " MiB; split it into several files");
    return documents;
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (const auto flaw = FindBadBytes(text)) {
    problems->Error(file, LineAt(text, flaw->offset), "", flaw->message);
    return documents;
  }
  std::size_t alias_budget = kMaxAliasBytes;
  for (const Chunk& chunk : SplitDocuments(text)) {
    try {
      auto tree = std::make_shared<Tree>(ParseChunk(chunk, file, dialect, &alias_budget));
      if (tree->root.is_null()) continue;
      tree->file = file;
      tree->text = chunk.body;
      const boost::json::value* root = &tree->root;
      const std::uint32_t record = tree->root_record;
      documents.emplace_back(std::move(tree), root, record);
    } catch (const Broken& broken) {
      problems->Error(file, broken.line, "", broken.what());
    }
  }
  return documents;
}

std::vector<Document> ReadDocuments(std::string_view text, std::string_view file,
                                    Problems* problems) {
  return ParseDocuments(text, file, Dialect::kKubernetes, problems);
}

}  // namespace outrigger::config
