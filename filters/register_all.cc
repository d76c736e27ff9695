#include "filters/register_all.h"

#include "filters/fault/fault.h"

namespace outrigger::filters {

void RegisterAll(stream::FilterRegistry& registry) { registry.Add("fault", MakeFault); }

}  // namespace outrigger::filters
