#include "control/inert.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <string>
#include <vector>

#include "api/istio/inert.pb.h"

namespace outrigger::control {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void Walk(const Message& message, const config::Path& path, Report& report);

// Maps of messages (headers, queryParams) hold plain matchers without marks: nothing to find there.
void WalkChildren(const Message& message, const FieldDescriptor& field, const config::Path& path,
                  Report& report) {
  const auto& reflection = *message.GetReflection();
  if (!field.is_repeated()) {
    Walk(reflection.GetMessage(message, &field), path, report);
    return;
  }
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    Walk(reflection.GetRepeatedMessage(message, &field, i), path.Index(static_cast<std::size_t>(i)),
         report);
  }
}

void Walk(const Message& message, const config::Path& path, Report& report) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string& name = field->json_name();
    if (field->options().GetExtension(istio::inert)) {
      report.NotYetEffective(path.Key(name), name);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_map()) {
      WalkChildren(message, *field, path.Key(name), report);
    }
  }
}

}  // namespace

void ReportInertFields(const Message& spec, Report& report) {
  const config::Path root;
  Walk(spec, root.Key("spec"), report);
}

}  // namespace outrigger::control
