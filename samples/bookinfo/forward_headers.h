#pragma once

#include "outrigger/message.h"

namespace bookinfo {

/// Who passes headers on: each service has its own list.
enum class Forwarder { kProductpage, kReviews, kDetails };

/// The fields of `incoming` that an outgoing call must carry, so that a trace stays in one piece
/// and rules that route by user or browser still match behind the first hop. A sidecar sees
/// requests come and go but cannot know which one caused which: only the application can pass these
/// on.
///
/// `end-user` is passed on by reviews and details; productpage sets it from its session instead.
outrigger::Headers ForwardHeaders(const outrigger::Headers& incoming, Forwarder forwarder);

}  // namespace bookinfo
