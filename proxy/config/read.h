#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "proxy/config/document.h"
#include "proxy/config/problem.h"

namespace outrigger::config {

/// Reads one of our own files (api/outrigger/v1) strictly.
///
///   - Keys are field names as in the .proto. Unknown and duplicate keys are errors, aliases are
///   refused.
///   - Scalars follow the field's type: a string field takes `1.10` as "1.10". Numbers are
///   range-checked.
///   - Enum values are written in lower case without their prefix: `protocol: http`.
///   - Durations follow Go: `250ms`, `1m30s`, `1.5h`.
///   - An absent key leaves the field unset, `{}` sets an empty message, a key without a value
///   (null) is an
///     error, because it is mostly a forgotten one.
///
/// @param file    name for messages; nothing is opened.
/// @param out     cleared first, and again on failure: never half of a file.
/// @param source  if given, receives the tree with its lines, for Validate().
/// @return false when there was an error; then `problems` has at least one entry more, each with
/// its line. Checks form only; meaning is validate.h's business.
bool ReadYaml(std::string_view text, std::string_view file, google::protobuf::Message* out,
              Problems* problems, Document* source = nullptr);

/// Converts the part of a Kubernetes object at `pointer` ("/spec") into a message of api/istio.
///
///   - Keys are the fields' JSON names (lowerCamelCase). Unknown ones are warnings: the object is
///   used
///     without them.
///   - Types are those of the document: `port: "80"` is an error for a number field. 64-bit
///   integers may be
///     strings, as in protobuf's JSON form. Enum values are names as in the .proto, or numbers.
///   - null counts as absent; `{}` sets an empty message.
///   - Duration (Go syntax), wrappers (BoolValue, UInt32Value, ...), Struct, Value, ListValue, maps
///   and bytes
///     (base64) are understood.
///
/// When nothing is at `pointer`, `out` is cleared and the result is true.
/// @return false when there was an error; `out` is then cleared.
bool ToMessage(const Document& document, std::string_view pointer, google::protobuf::Message* out,
               Problems* problems);

/// Prints one of our own messages as YAML that ReadYaml() turns into an equal message. Fields at
/// their default are left out unless they are `optional`; deterministic. Numbers must be finite.
std::string WriteConfigYaml(const google::protobuf::Message& message);

}  // namespace outrigger::config
