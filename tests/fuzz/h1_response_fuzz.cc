// Arbitrary bytes as responses of an upstream. The first byte says to what: g, h, c for GET, HEAD
// and CONNECT, a capital letter when the peer closes after the last byte. What must hold:
//  - the transcript depends on the bytes alone, not on how they are cut;
//  - what is accepted, encoded for an HTTP/1.1 client and decoded again is the same response.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

#include "proxy/http/h1_codec.h"
#include "tests/proxy/http/transcript.h"

namespace {

using namespace outrigger;
using namespace outrigger::http;

void Require(bool condition, const char* what, std::string_view left, std::string_view right) {
  if (condition) return;
  std::fprintf(stderr, "%s:\n%.*s\n---\n%.*s\n", what, static_cast<int>(left.size()), left.data(),
               static_cast<int>(right.size()), right.data());
  std::abort();
}

void EventsDoNotDependOnSplits(std::string_view wire, const ResponseInput& input, std::size_t at) {
  const std::string whole = ResponseTranscript({wire}, input);
  const std::string halves = ResponseTranscript({wire.substr(0, at), wire.substr(at)}, input);
  Require(whole == halves, "another transcript when cut in two", whole, halves);
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < wire.size(); ++i) bytes.push_back(wire.substr(i, 1));
  const std::string slow = ResponseTranscript(bytes, input);
  Require(whole == slow, "another transcript byte by byte", whole, slow);
}

/// One response, as text to compare and as the bytes for an HTTP/1.1 client. How the body was
/// delimited is no part of the text: encoding may change it.
struct Message {
  std::string text;
  std::string wire;
};

std::optional<Message> Next(H1ResponseDecoder& decoder, std::string_view& input, bool eof) {
  Arena arena;
  ResponseHead head(arena);
  Message message;
  std::ostringstream text;
  std::string body;
  BodyFraming framing = BodyFraming::kNone;
  for (;;) {
    Result<H1Step> step = decoder.Receive(input, head);
    if (step.has_value() && step->event == H1Event::kNeedMore && eof) step = decoder.ReceiveEof();
    if (step.has_error() || step->event == H1Event::kNeedMore) return std::nullopt;
    if (step->event == H1Event::kHead) {
      if (head.reason.empty()) head.reason = ReasonPhrase(head.status);
      text << head.status << ' ' << head.reason << ' ' << head.bodyless << ' ' << head.upgrade
           << ' ';
      if (head.content_length) text << *head.content_length;
      for (const HeaderField& field : head.headers.fields())
        text << '\n' << field.name << ": " << field.value;
      framing = EncodeHead(head, Version::kHttp11, !decoder.keep_alive(), message.wire);
    }
    if (step->event == H1Event::kData) {
      if (framing == BodyFraming::kChunked) EncodeChunkPrefix(step->data.size(), message.wire);
      message.wire += step->data;
      if (framing == BodyFraming::kChunked) message.wire += "\r\n";
      body += step->data;
    }
    if (step->event == H1Event::kEnd) break;
  }
  if (framing == BodyFraming::kChunked) EncodeEnd(&decoder.trailers(), message.wire);
  text << "\n\n" << body << '\n';
  for (const HeaderField& field : decoder.trailers().fields())
    text << field.name << ": " << field.value << '\n';
  message.text = text.str();
  return message;
}

void ResponsesSurviveEncoding(std::string_view wire, const ResponseInput& input) {
  H1ResponseDecoder decoder({});
  decoder.Expect(input.methods[0]);
  while (!decoder.idle()) {
    const std::optional<Message> message = Next(decoder, wire, input.eof);
    if (!message) return;
    H1Limits roomy;  // our own spelling may be longer than the server's
    roomy.max_head_bytes *= 2;
    roomy.max_fields += 8;
    roomy.max_line_bytes *= 2;
    H1ResponseDecoder again(roomy);
    again.Expect(input.methods[0]);
    std::string_view encoded = message->wire;
    const std::optional<Message> second = Next(again, encoded, /*eof=*/true);
    Require(second.has_value(), "the encoded response is refused or incomplete", message->text,
            message->wire);
    Require(encoded.empty(), "the encoded response is more than one", message->text, message->wire);
    Require(second->text == message->text, "the encoded response reads differently", message->text,
            second->text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const char selector = static_cast<char>(data[0]);
  const char lower = static_cast<char>(selector | 0x20);
  ResponseInput input;
  input.methods = {lower == 'h' ? "HEAD" : lower == 'c' ? "CONNECT" : "GET"};
  input.eof = selector != lower;
  const std::string_view wire(reinterpret_cast<const char*>(data) + 1, size - 1);
  EventsDoNotDependOnSplits(wire, input, data[size / 2] % (wire.size() + 1));
  ResponsesSurviveEncoding(wire, input);
  return 0;
}
