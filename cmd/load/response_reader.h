#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace outrigger::load {

/// Reads one HTTP/1.1 response after the other from a byte stream, as far as a load generator
/// needs: status, where the message ends (RFC 9112 §6.3), and whether the connection may be used
/// again. Bodies are counted, not kept. No sockets; one thread.
class ResponseReader {
 public:
  enum class Progress : std::uint8_t {
    kMore,       ///< the response goes on
    kDone,       ///< it is complete; status() and keep_alive() may be read
    kMalformed,  ///< bytes that are no response, or more than one response; use a new connection
  };

  /// Prepares for the next response. The answer to HEAD has no body whatever its header says.
  void Start(bool to_head_request);

  /// Takes the next bytes. Interim responses (1xx) are passed over.
  Progress Receive(std::string_view bytes);

  /// The peer has closed: kDone when that is how this response ends, kMalformed otherwise.
  [[nodiscard]] Progress Close() const;

  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  [[nodiscard]] bool started() const { return started_; }          ///< any byte has come
  [[nodiscard]] std::uint64_t bytes() const { return received_; }  ///< head and body, this response

 private:
  enum class State : std::uint8_t {
    kHead,
    kFixedBody,
    kBodyUntilClose,
    kChunkSize,
    kChunkData,
    kChunkEnd,
    kTrailer,
    kDone,
  };

  // Each consumes what it can use from the front of `bytes`; false: malformed.
  bool ReadHead(std::string_view& bytes);
  bool ReadLine(std::string_view& bytes, bool& complete);  // into line_, without its end
  bool ReadChunkLine(std::string_view& bytes);
  void SkipBody(std::string_view& bytes, State next);

  bool ParseHead(std::string_view head);
  bool ParseStatusLine(std::string_view line);
  bool ParseField(std::string_view line);
  void ChooseBody();

  State state_ = State::kDone;
  bool to_head_request_ = false;
  bool started_ = false;
  bool keep_alive_ = false;
  bool chunked_ = false;
  bool has_length_ = false;
  int status_ = 0;
  std::uint64_t remaining_ = 0;  // of the body or the chunk
  std::uint64_t received_ = 0;
  std::string line_;  // a head or line that came in pieces
};

}  // namespace outrigger::load
