#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "proxy/http/framing.h"
#include "proxy/http/head.h"

namespace outrigger::http {

/// Sorts the fields of one head as they come: those that speak about the connection or the framing
/// (RFC 9110 §7.6.1) stay here, all others go into the HeaderMap. What Connection names can only be
/// taken out once all fields are known, so FinishConnection() comes last. Reused from head to head.
class FieldSorter {
 public:
  void Begin(HeaderMap& headers);
  /// One field in wire order; slices must live in the arena of the map.
  [[nodiscard]] std::optional<Fault> Add(std::string_view name, std::string_view value);
  /// Reads the options of Connection and removes the fields it names, except those that are for
  /// every recipient or carry identity: a client must not be able to take away what a proxy before
  /// us, or a check after us, relies on.
  [[nodiscard]] std::optional<Fault> FinishConnection();

  [[nodiscard]] const BodyLength& length() const { return length_; }
  /// The first Host; `hosts()` tells how many came.
  [[nodiscard]] std::string_view host() const { return host_; }
  [[nodiscard]] int hosts() const { return hosts_; }
  [[nodiscard]] bool te_trailers() const { return te_trailers_; }
  [[nodiscard]] bool expect_continue() const { return expect_continue_; }

  // After FinishConnection():
  [[nodiscard]] bool close() const { return close_; }
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  /// Upgrade when Connection names it, else empty. h2c is never offered onward: its HTTP2-Settings
  /// is hop-by-hop, and an upgraded connection would slip past routing and policy.
  [[nodiscard]] std::string_view upgrade() const;

 private:
  HeaderMap* headers_ = nullptr;
  BodyLength length_;
  static constexpr std::size_t kMaxConnectionFields = 8;  // in place: no allocation per head
  std::array<std::string_view, kMaxConnectionFields> connection_;
  std::size_t connections_ = 0;
  std::string_view host_;
  std::string_view upgrade_;
  int hosts_ = 0;
  bool te_trailers_ = false;
  bool expect_continue_ = false;
  bool close_ = false;
  bool keep_alive_ = false;
  bool names_upgrade_ = false;
};

/// Fields that codecs write themselves; EncodeHead skips them when a filter or another codec left
/// one.
bool IsHopByHop(HeaderId id);

/// False for what a trailer section must not smuggle in after decisions were made (RFC 9110
/// §6.5.1): framing, routing, authentication, content and request-control fields.
bool MayBeTrailer(std::string_view name);

}  // namespace outrigger::http
