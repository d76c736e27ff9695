#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <vector>

namespace outrigger::config {

/// How our own files write an enum value: DIRECTION_INBOUND of Direction is `inbound`.
std::string EnumText(const google::protobuf::EnumValueDescriptor& value);

/// The value of `type` that is written `text`; nullptr when there is none.
const google::protobuf::EnumValueDescriptor* FindEnumText(
    const google::protobuf::EnumDescriptor& type, std::string_view text);

/// Two fields of Istio's API are accepted under their snake_case names as well (reference: traffic
/// API, G6); all others only under their JSON names.
bool IsSnakeAlias(std::string_view key);

/// The name that was probably meant: letter case and separators do not matter, up to a third of the
/// letters may be wrong. Empty when none is near.
std::string Nearest(std::string_view written, const std::vector<std::string>& names);

}  // namespace outrigger::config
