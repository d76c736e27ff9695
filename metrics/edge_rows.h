#pragma once

#include <cstddef>
#include <vector>

#include "metrics/registry.h"
#include "metrics/row.h"

namespace outrigger::metrics {

/// The rows of the families that are counted by edge, one family after another.
///
/// Edges are sorted by the label values they will be printed with, and those that print alike are
/// merged: the same edge in several shards, edges that differ in a label the family does not have
/// (the version, in our own view), and edges that differ only in the security which Istio's
/// contract hides at the source.
class EdgeRows {
 public:
  /// Takes note of the edges that exist now; later ones are left out.
  explicit EdgeRows(const Registry& registry);

  /// Begins with the first row of `family`, whose source is one of kHttp, kTcp, kMessages, kEdge.
  void Start(const Family& family);
  /// Fills `row`; false when the family has no more.
  bool Next(Row* row);

 private:
  // A row of the current group of edges that print alike, still to be emitted.
  struct Pending {
    SeriesKey key = {};              // kHttp, kTcp
    std::size_t begin = 0, end = 0;  // of http_ or tcp_
    std::size_t code_class = 0;      // kEdge
    std::uint64_t number = 0;        // kEdge, kMessages
  };

  bool NextGroup();
  void AddHttp();
  void AddTcp();
  void AddMessages();
  void AddClasses();
  void AddDuration();
  void FillHttp(const Pending& pending, Row* row) const;
  void FillTcp(const Pending& pending, Row* row) const;
  void FillDuration(Row* row) const;

  std::vector<const Edge*> edges_;
  const Family* family_ = nullptr;
  std::size_t begin_ = 0, end_ = 0;  // the current group, of edges_
  std::vector<Pending> pending_;
  std::size_t next_pending_ = 0;
  std::vector<const HttpSeries*> http_;  // of the current group, sorted by key
  std::vector<const TcpSeries*> tcp_;
};

}  // namespace outrigger::metrics
