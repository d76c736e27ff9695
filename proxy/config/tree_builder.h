#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "proxy/config/tree.h"

namespace outrigger::config {

/// How a file's scalars and references are taken.
enum class Dialect {
  kOwn,  ///< every scalar stays text, `plain` in its record; aliases and merge keys are refused
  kKubernetes,  ///< scalars are typed as kubectl does; aliases are expanded within the budget
};

/// What stops a parser in the middle of a document. Thrown through yaml-cpp, whose only way to stop
/// is an exception, and caught by the caller of the parser (parse.cc).
struct Broken : std::runtime_error {
  Broken(int at, const std::string& message) : std::runtime_error(message), line(at) {}
  int line;  ///< from 1
};

/// Builds one document from a parser's events. All methods throw Broken.
class TreeBuilder {
 public:
  /// Names a node that an alias may refer to; 0: none.
  using Anchor = std::size_t;

  /// @param alias_budget  bytes that aliases may still add; shared by the documents of a file.
  TreeBuilder(Dialect dialect, std::size_t* alias_budget)
      : dialect_(dialect), alias_budget_(alias_budget) {}

  void StartMap(int line, Anchor anchor) { Start(line, anchor, boost::json::kind::object); }
  void StartList(int line, Anchor anchor) { Start(line, anchor, boost::json::kind::array); }
  void End();
  /// `tag` as yaml-cpp gives it: `?` or empty for a plain scalar, `!` for a quoted one.
  void AddScalar(int line, std::string_view text, std::string_view tag, Anchor anchor);
  void AddNull(int line, Anchor anchor);
  void AddAlias(int line, Anchor anchor);
  /// For parsers whose values have types of their own (JSON).
  void AddValue(int line, boost::json::value value);

  [[nodiscard]] bool done() const { return done_; }
  /// The finished document; the builder is spent.
  Tree Take();

 private:
  struct Node {
    boost::json::value value;
    Record record;
  };
  struct Frame {
    boost::json::value value;  // object or array
    std::vector<Record> children;
    std::vector<Node> merges;  // values of `<<`, applied when the map ends
    int line;
    Anchor anchor;
    std::string key;
    int key_line = 0;
    bool has_key = false;
    bool key_is_merge = false;
  };

  void Start(int line, Anchor anchor, boost::json::kind kind);
  void Emit(Node node, Anchor anchor);
  void SetKey(Frame& frame, const Node& node);
  void AddMember(Frame& frame, Node node);
  void AddMerge(Frame& frame, Node node);
  void ApplyMerges(Frame& frame);
  void MergeOne(Frame& frame, const Node& source);
  Node TypedScalar(int line, std::string_view text, std::string_view tag) const;
  void Charge(const Node& node, int line);

  const Dialect dialect_;
  std::size_t* const alias_budget_;
  Tree tree_;
  std::vector<Frame> stack_;
  std::unordered_map<Anchor, Node> anchors_;
  bool done_ = false;
};

}  // namespace outrigger::config
