#include "tests/proxy/http/transcript.h"

#include <algorithm>
#include <memory>
#include <sstream>

namespace outrigger::http {
namespace {

/// Collects events; body bytes of one message end up on one line.
class Log {
 public:
  template <class Head>
  void AddHead(const Head& head, bool keep_alive) {
    text_ << head << '\n' << (keep_alive ? "[keep-alive]" : "[close]") << '\n';
  }
  void AddData(std::string_view data) { body_.append(data); }
  void AddEnd(const HeaderMap& trailers) {
    FlushBody();
    for (const HeaderField& field : trailers.fields())
      text_ << "trailer " << field.name << ": " << field.value << '\n';
    text_ << "end\n";
  }
  void AddError(const Error& error, int status) {
    FlushBody();
    text_ << "error ";
    if (status != 0) text_ << status << ' ';
    text_ << error << '\n';
  }
  std::string Finish() {
    FlushBody();
    return text_.str();
  }

 private:
  void FlushBody() {
    if (!body_.empty()) text_ << "body: " << body_ << '\n';
    body_.clear();
  }
  std::ostringstream text_;
  std::string body_;
};

/// A copy without a byte to spare on either side.
struct Piece {
  explicit Piece(std::string_view text)
      : bytes(new char[text.size()]), view(bytes.get(), text.size()) {
    std::copy(text.begin(), text.end(), bytes.get());
  }
  std::unique_ptr<char[]> bytes;
  std::string_view view;
};

}  // namespace

std::string RequestTranscript(const std::vector<std::string_view>& pieces, const H1Limits& limits) {
  Arena arena;
  RequestHead head(arena);
  H1RequestDecoder decoder(limits);
  Log log;
  for (std::string_view text : pieces) {
    Piece piece(text);
    for (;;) {
      const Result<H1Step> step = decoder.Receive(piece.view, head);
      if (step.has_error()) {
        log.AddError(step.error(), decoder.error_status());
        return log.Finish();
      }
      if (step->event == H1Event::kNeedMore) break;
      if (step->event == H1Event::kHead) log.AddHead(head, decoder.keep_alive());
      if (step->event == H1Event::kData) log.AddData(step->data);
      if (step->event == H1Event::kEnd) {
        log.AddEnd(decoder.trailers());
        arena.Clear();
      }
    }
    if (!piece.view.empty()) return log.Finish() + "bytes left after kNeedMore\n";
  }
  return log.Finish() + (decoder.idle() ? "" : "incomplete\n");
}

std::string ResponseTranscript(const std::vector<std::string_view>& pieces,
                               const ResponseInput& input, const H1Limits& limits) {
  Arena arena;
  ResponseHead head(arena);
  H1ResponseDecoder decoder(limits);
  Log log;
  std::size_t answered = 0;
  const auto expect = [&] {
    if (answered < input.methods.size()) decoder.Expect(input.methods[answered++]);
  };
  expect();
  for (std::string_view text : pieces) {
    Piece piece(text);
    for (;;) {
      const Result<H1Step> step = decoder.Receive(piece.view, head);
      if (step.has_error()) {
        log.AddError(step.error(), 0);
        return log.Finish();
      }
      if (step->event == H1Event::kNeedMore) break;
      if (step->event == H1Event::kHead) log.AddHead(head, decoder.keep_alive());
      if (step->event == H1Event::kData) log.AddData(step->data);
      if (step->event == H1Event::kEnd) {
        log.AddEnd(decoder.trailers());
        if (decoder.idle()) expect();
      }
    }
    if (!piece.view.empty()) return log.Finish() + "bytes left after kNeedMore\n";
  }
  if (input.eof) {
    const Result<H1Step> step = decoder.ReceiveEof();
    if (step.has_error()) {
      log.AddError(step.error(), 0);
    } else {
      log.AddEnd(decoder.trailers());
    }
    return log.Finish();
  }
  return log.Finish() + (decoder.idle() ? "" : "incomplete\n");
}

std::string Repeat(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace outrigger::http
