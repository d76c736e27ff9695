#include "base/awaitable.h"

#include <array>
#include <new>

#include "base/event_loop.h"

namespace outrigger {

namespace internal {
namespace {

constexpr std::size_t kGrain = 64;     // frame sizes are rounded up to this
constexpr std::size_t kClasses = 32;   // up to 2 KiB
constexpr std::size_t kMaxKept = 256;  // frames kept per class and thread

struct FreeFrameList {
  struct Node {
    Node* next;
  };
  ~FreeFrameList() {
    for (Node*& head : heads) {
      while (head != nullptr) ::operator delete(std::exchange(head, head->next));
    }
  }
  std::array<Node*, kClasses> heads{};
  std::array<std::size_t, kClasses> kept{};
};

thread_local FreeFrameList free_frames;

}  // namespace

void* AllocateFrame(std::size_t size) {
  const std::size_t index = (size + kGrain - 1) / kGrain;
  if (index >= kClasses) return ::operator new(size);
  FreeFrameList& lists = free_frames;
  if (FreeFrameList::Node* node = lists.heads[index]; node != nullptr) {
    lists.heads[index] = node->next;
    --lists.kept[index];
    return node;
  }
  return ::operator new(index* kGrain);
}

void FreeFrame(void* frame, std::size_t size) noexcept {
  const std::size_t index = (size + kGrain - 1) / kGrain;
  FreeFrameList& lists = free_frames;
  if (index >= kClasses || lists.kept[index] >= kMaxKept) {
    ::operator delete(frame);
    return;
  }
  auto* node = static_cast<FreeFrameList::Node*>(frame);
  node->next = lists.heads[index];
  lists.heads[index] = node;
  ++lists.kept[index];
}

}  // namespace internal

void TaskContext::Interrupt(Error why) {
  if (!stop_reason) stop_reason = why;
  if (waiting != nullptr) waiting->Interrupt(*stop_reason);
}

bool LeafWait::Suspend(TaskContext* context, std::coroutine_handle<> handle) {
  context_ = context;
  if (const Error* reason = context->interrupt(); reason != nullptr) {
    if (on_interrupt_ == nullptr || on_interrupt_(owner_)) {
      error_ = *reason;
      return false;
    }
  }
  if (condition_ != nullptr && *condition_) return false;
  handle_ = handle;
  context->waiting = this;
  *slot_ = this;
  return true;
}

void LeafWait::Complete(std::optional<Error> error) {
  *slot_ = nullptr;
  context_->waiting = nullptr;
  error_ = error;
  context_->loop->MakeReady(this);
}

void LeafWait::Interrupt(const Error& why) {
  if (on_interrupt_ != nullptr && !on_interrupt_(owner_)) return;
  Complete(why);
}

}  // namespace outrigger
