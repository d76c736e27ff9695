#pragma once

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/config/problem.h"

namespace outrigger::config {

/// What one file may hold (robustness K-4). Larger files are refused before they are parsed.
inline constexpr std::size_t kMaxFileBytes = std::size_t{4} << 20;
/// Maps and lists inside each other.
inline constexpr int kMaxDepth = 64;
/// What aliases and merge keys of one file may add to it; the "billion laughs" stop here.
inline constexpr std::size_t kMaxAliasBytes = std::size_t{4} << 20;

struct Tree;

/// One Kubernetes object: a JSON tree whose keys keep the order of the file, and the source line of
/// every value. Immutable and cheap to copy (copies share the tree); may be read from any thread.
///
/// Pointers are JSON pointers (RFC 6901): `/spec/template/metadata/labels/app`, "" is the object
/// itself; path.h has PointerToken() for keys with a `/`. References and views live as long as any
/// copy.
class Document {
 public:
  Document();  ///< null, without a file
  /// For objects that did not come from a file (Kubernetes API, tests). Lines are unknown (0).
  static Document FromValue(boost::json::value value, std::string_view file = {});

  [[nodiscard]] const boost::json::value& root() const;
  [[nodiscard]] const std::string& file() const;
  /// Line of the object's first key, from 1; 0: unknown.
  [[nodiscard]] int line() const;
  /// The bytes of this document as they were read, without its `---` line; empty for items of a
  /// List and for FromValue. Lets tools hand back untouched what they do not change.
  [[nodiscard]] std::string_view text() const;

  [[nodiscard]] std::string_view api_version() const { return FindString("/apiVersion"); }
  [[nodiscard]] std::string_view kind() const { return FindString("/kind"); }
  [[nodiscard]] std::string_view name() const { return FindString("/metadata/name"); }
  [[nodiscard]] std::string_view ns() const { return FindString("/metadata/namespace"); }

  /// nullptr when there is nothing there (null values are there).
  [[nodiscard]] const boost::json::value* Find(std::string_view pointer) const;
  /// The string there; `fallback` when there is none, or something that is not a string.
  [[nodiscard]] std::string_view FindString(std::string_view pointer,
                                            std::string_view fallback = {}) const;
  /// Line of the key (list item) at `pointer`. When there is nothing there: of its nearest parent.
  [[nodiscard]] int LineOf(std::string_view pointer) const;
  /// The part at `pointer` as a document of its own, with its lines; null when there is nothing.
  [[nodiscard]] Document At(std::string_view pointer) const;

  /// For this room: the tree and the index of this document's top in Tree::records.
  [[nodiscard]] const Tree& tree() const { return *tree_; }
  [[nodiscard]] std::uint32_t record() const { return record_; }

  /// For this room: `root` lies inside `tree`, its record is Tree::records[record].
  Document(std::shared_ptr<const Tree> tree, const boost::json::value* root, std::uint32_t record);

 private:
  std::shared_ptr<const Tree> tree_;
  const boost::json::value* root_;  // inside *tree_, never null
  std::uint32_t record_;
};

/// Reads a file of one or more YAML documents (JSON is YAML) the way kubectl does:
///   - plain scalars are typed by go-yaml's rules: `yes`, `on`, `y` and their opposites are
///   booleans, 0644
///     is octal, dates stay strings; what is quoted is a string;
///   - keys that are not strings become the text of their value; merge keys (`<<`) are applied;
///   - aliases are expanded, up to kMaxAliasBytes;
///   - empty documents are skipped.
/// Unlike kubectl, a duplicate key is an error. So are: a file over kMaxFileBytes (none of it is
/// read), nesting over kMaxDepth, invalid UTF-8, control characters, NaN and infinity.
///
/// A broken document is one error with file and line; the documents around it are still returned.
std::vector<Document> ReadDocuments(std::string_view text, std::string_view file,
                                    Problems* problems);

/// The objects of a list (`kind: List`, or any kind ending in `List` with `items`), lists inside
/// lists included; the document itself when it is not a list.
std::vector<Document> FlattenList(const Document& document);

/// Block-style YAML, ending with a line feed, without `---`. Reading it back gives an equal tree:
/// strings that would read as something else are quoted, several lines become a literal block.
/// Numbers must be finite.
std::string WriteYaml(const boost::json::value& value);

}  // namespace outrigger::config
