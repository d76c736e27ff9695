// Arbitrary bytes as requests on a connection. What must hold for each of them:
//  - the transcript depends on the bytes alone, not on how they are cut;
//  - what is accepted, encoded anew and decoded again is the same request, and exactly one;
//  - fields with arbitrary names and values never become more than the fields they are.
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

void EventsDoNotDependOnSplits(std::string_view wire, std::size_t at) {
  const std::string whole = RequestTranscript({wire});
  const std::string halves = RequestTranscript({wire.substr(0, at), wire.substr(at)});
  Require(whole == halves, "another transcript when cut in two", whole, halves);
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < wire.size(); ++i) bytes.push_back(wire.substr(i, 1));
  const std::string slow = RequestTranscript(bytes);
  Require(whole == slow, "another transcript byte by byte", whole, slow);
}

/// One request, as text to compare and as the bytes we would send upstream.
struct Message {
  std::string text;
  std::string wire;
};

std::optional<Message> Next(H1RequestDecoder& decoder, std::string_view& input) {
  Arena arena;
  RequestHead head(arena);
  Message message;
  std::ostringstream text;
  std::string body;
  BodyFraming framing = BodyFraming::kNone;
  for (;;) {
    const Result<H1Step> step = decoder.Receive(input, head);
    if (step.has_error() || step->event == H1Event::kNeedMore) return std::nullopt;
    if (step->event == H1Event::kHead) {
      head.version = Version::kHttp11;  // ours, whatever the client's was
      text << head;
      framing = EncodeHead(head, /*close=*/false, message.wire);
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

void RequestsSurviveEncoding(std::string_view wire) {
  H1RequestDecoder decoder({});
  while (const std::optional<Message> message = Next(decoder, wire)) {
    H1Limits roomy;  // our own spelling may be longer than the client's
    roomy.max_head_bytes *= 2;
    roomy.max_fields += 8;
    roomy.max_line_bytes *= 2;
    H1RequestDecoder again(roomy);
    std::string_view encoded = message->wire;
    const std::optional<Message> second = Next(again, encoded);
    Require(second.has_value(), "the encoded request is refused or incomplete", message->text,
            message->wire);
    Require(encoded.empty() && again.idle(), "the encoded request is more than one", message->text,
            message->wire);
    Require(second->text == message->text, "the encoded request reads differently", message->text,
            second->text);
  }
}

void FieldsStayFields(std::string_view data) {
  Arena arena;
  RequestHead head(arena);
  head.method = "GET";
  head.target = "/";
  head.authority = "a";
  while (!data.empty() && head.headers.size() < 8) {
    const std::size_t name =
        std::min<std::size_t>(data.size(), static_cast<unsigned char>(data[0]) % 16);
    const std::size_t value =
        std::min<std::size_t>(data.size() - name, static_cast<unsigned char>(data[0]) / 16);
    head.headers.Add(data.substr(0, name), data.substr(name, value));
    data.remove_prefix(std::max<std::size_t>(name + value, 1));
  }
  std::string wire;
  EncodeHead(head, false, wire);
  H1RequestDecoder decoder({});
  RequestHead got(arena);
  std::string_view input = wire;
  const Result<H1Step> step = decoder.Receive(input, got);
  Require(step.has_value() && step->event == H1Event::kHead && input.empty(),
          "arbitrary fields broke the head", wire, "");
  Require(got.headers.size() <= head.headers.size() && got.authority == "a" && !got.has_body() &&
              got.upgrade.empty(),
          "arbitrary fields became something else", wire, "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view wire(reinterpret_cast<const char*>(data), size);
  EventsDoNotDependOnSplits(wire, size == 0 ? 0 : data[size / 2] % (size + 1));
  RequestsSurviveEncoding(wire);
  FieldsStayFields(wire);
  return 0;
}
