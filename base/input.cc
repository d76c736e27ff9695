#include "base/input.h"

namespace outrigger {

void Input::Leave() {
  if (buffer_.tenant_ == this) buffer_.tenant_ = nullptr;
}

void Input::MoveOut() {
  own_.assign(bytes_);
  bytes_ = own_;
}

Result<bool> Input::Fill() {
  if (!bytes_.empty()) return true;
  if (!transport_.readable()) return false;
  if (Input* tenant = buffer_.tenant_;
      tenant != nullptr && tenant != this && !tenant->bytes_.empty()) {
    tenant->MoveOut();
  }
  buffer_.tenant_ = this;
  if (!own_.empty()) std::string().swap(own_);
  const Result<std::size_t> got = transport_.TryRead(buffer_.bytes_);
  if (!got) return got.error();
  bytes_ = {buffer_.bytes_.data(), *got};
  return *got > 0;
}

void Input::Prepend(std::string_view bytes) {
  Leave();
  own_.assign(bytes);
  bytes_ = own_;
}

}  // namespace outrigger
