#include "tests/injector/apply_patch.h"

#include <stdexcept>

#include "injector/json.h"

namespace outrigger::injector {

std::vector<std::string> PointerTokens(std::string_view pointer) {
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      tokens.emplace_back();
    } else if (pointer[i] == '~' && i + 1 < pointer.size()) {
      tokens.back() += pointer[++i] == '1' ? '/' : '~';
    } else {
      tokens.back() += pointer[i];
    }
  }
  return tokens;
}

namespace {

json::value& Step(json::value& here, const std::string& token) {
  return here.is_array() ? here.get_array().at(std::stoul(token)) : here.as_object().at(token);
}

void ApplyOperation(json::value& document, const json::object& operation) {
  std::vector<std::string> tokens = PointerTokens(FindString(operation, "path"));
  const std::string_view op = FindString(operation, "op");
  if (tokens.empty()) {
    document = operation.at("value");
    return;
  }
  json::value* parent = &document;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) parent = &Step(*parent, tokens[i]);
  const std::string& last = tokens.back();
  if (op == "replace") {
    Step(*parent, last) = operation.at("value");
  } else if (op == "add" && parent->is_array()) {
    json::array& list = parent->get_array();
    const std::size_t index = std::stoul(last);
    if (index > list.size()) throw std::out_of_range("add behind the end of a list");
    list.insert(list.begin() + static_cast<std::ptrdiff_t>(index), operation.at("value"));
  } else if (op == "add") {
    parent->as_object()[last] = operation.at("value");
  } else if (op == "remove" && parent->is_array()) {
    Step(*parent, last);  // throws when it is not there
    parent->get_array().erase(parent->get_array().begin() +
                              static_cast<std::ptrdiff_t>(std::stoul(last)));
  } else if (op == "remove" && parent->as_object().contains(last)) {
    Remove(parent->get_object(), last);
  } else {
    throw std::out_of_range("nothing to do at the path");
  }
}

}  // namespace

json::value ApplyPatch(json::value document, const json::array& patch) {
  for (const json::value& operation : patch) ApplyOperation(document, operation.as_object());
  return document;
}

}  // namespace outrigger::injector
