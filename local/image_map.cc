#include "local/image_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "proxy/config/document.h"
#include "proxy/config/path.h"

namespace outrigger::local {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 4> kRuleKeys = {"name", "command", "env", "user"};

/// `reg.local/istio/examples-bookinfo-reviews-v1:1.20.3` -> `examples-bookinfo-reviews-v1`
std::string_view BaseName(std::string_view image) {
  image = image.substr(0, image.find('@'));
  if (const auto slash = image.rfind('/'); slash != std::string_view::npos)
    image.remove_prefix(slash + 1);
  return image.substr(0, image.find(':'));
}

/// `examples-bookinfo-reviews-v3` runs our one bookinfo program as that service and version, with
/// the environment the original image bakes in.
std::optional<ImageProgram> BookinfoProgram(std::string_view base, const std::string& bin_dir) {
  constexpr std::string_view kPrefix = "examples-bookinfo-";
  if (!base.starts_with(kPrefix)) return std::nullopt;
  base.remove_prefix(kPrefix.size());
  const auto dash = base.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string service(base.substr(0, dash));
  const std::string version(base.substr(dash + 1));
  if (service != "productpage" && service != "details" && service != "reviews" &&
      service != "ratings")
    return std::nullopt;
  ImageProgram program;
  program.command = {bin_dir + "/bookinfo", service, "--version", version};
  program.env["SERVICE_VERSION"] = version;
  if (service == "reviews" && version != "v1") program.env["ENABLE_RATINGS"] = "true";
  if (service == "reviews" && version == "v3") program.env["STAR_COLOR"] = "red";
  if (service == "details" && version == "v2") program.env["ENABLE_EXTERNAL_BOOK_SERVICE"] = "true";
  return program;
}

std::optional<ImageProgram> ProxyProgram(std::string_view base,
                                         const std::vector<std::string>& args,
                                         const std::string& bin_dir) {
  if (base != "proxyv2" && base != "outrigger-proxy") return std::nullopt;
  ImageProgram program;
  if (!args.empty() && args.front() == "istio-iptables") {
    program.role = ImageProgram::Role::kInit;
    program.command = {bin_dir + "/outrigger-init"};
  } else {
    program.role = ImageProgram::Role::kProxy;
    program.command = {bin_dir + "/outrigger-proxy"};
  }
  return program;
}

/// One entry of images.yaml. Says at most one thing about each key.
class RuleReader {
 public:
  RuleReader(const config::Document& document, std::string pointer, config::Problems& problems)
      : document_(document), pointer_(std::move(pointer)), problems_(problems) {}

  std::string Glob() {
    const json::value* value = At("name");
    if (value != nullptr && value->is_string() && !value->get_string().empty())
      return std::string(value->get_string());
    Error("name", "a pattern for image references is needed, such as \"*/hello:*\"");
    return {};
  }

  std::vector<std::string> Command() {
    std::vector<std::string> out;
    const json::value* value = At("command");
    if (value == nullptr || !value->is_array() || value->get_array().empty()) {
      Error("command", "a list is needed: the program, then its arguments");
      return out;
    }
    for (const json::value& item : value->get_array()) out.push_back(Text(item));
    return out;
  }

  std::map<std::string, std::string> Env() {
    std::map<std::string, std::string> out;
    const json::value* value = At("env");
    if (value == nullptr) return out;
    if (!value->is_object()) {
      Error("env", "names and values are needed: {NAME: value}");
      return out;
    }
    for (const auto& entry : value->get_object())
      out[std::string(entry.key())] = Text(entry.value());
    return out;
  }

  std::optional<std::int64_t> User() {
    const json::value* value = At("user");
    if (value == nullptr) return std::nullopt;
    if (value->is_int64() && value->get_int64() >= 0 &&
        value->get_int64() < (std::int64_t{1} << 31))
      return value->get_int64();
    Error("user", "not a user id");
    return std::nullopt;
  }

  void RefuseUnknownKeys() {
    const json::value* rule = document_.Find(pointer_);
    if (rule == nullptr || !rule->is_object()) return;
    for (const auto& entry : rule->get_object()) {
      const std::string_view key(entry.key().data(), entry.key().size());
      if (std::find(kRuleKeys.begin(), kRuleKeys.end(), key) == kRuleKeys.end())
        Error(key, "unknown key; there are name, command, env and user");
    }
  }

 private:
  const json::value* At(std::string_view key) const {
    return document_.Find(fmt::format("{}/{}", pointer_, key));
  }
  void Error(std::string_view key, std::string message) {
    const std::string pointer = fmt::format("{}/{}", pointer_, key);
    problems_.Error(document_.file(), document_.LineOf(pointer), config::PathOfPointer(pointer),
                    std::move(message));
  }
  // Programs take text; `8080` and `true` in a command mean what was written.
  static std::string Text(const json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
  }

  const config::Document& document_;
  std::string pointer_;
  config::Problems& problems_;
};

}  // namespace

absl::Status ImageMap::Read(std::string_view text, std::string_view file) {
  config::Problems problems;
  std::vector<Rule> rules;
  for (const config::Document& document : config::ReadDocuments(text, file, &problems)) {
    const json::value* list = document.Find("/images");
    if (list == nullptr || !list->is_array()) {
      problems.Error(file, document.line(), "images", "a list of {name, command} is needed here");
      continue;
    }
    for (std::size_t i = 0; i < list->get_array().size(); ++i) {
      RuleReader reader(document, fmt::format("/images/{}", i), problems);
      Rule rule;
      rule.glob = reader.Glob();
      rule.program.command = reader.Command();
      rule.program.env = reader.Env();
      rule.program.user = reader.User();
      reader.RefuseUnknownKeys();
      rules.push_back(std::move(rule));
    }
  }
  if (problems.has_errors()) return absl::InvalidArgumentError(problems.ToString());
  rules_ = std::move(rules);
  return absl::OkStatus();
}

std::optional<ImageProgram> ImageMap::Find(std::string_view image,
                                           const std::vector<std::string>& args) const {
  for (const Rule& rule : rules_) {
    if (GlobMatches(rule.glob, image)) return rule.program;
  }
  const std::string_view base = BaseName(image);
  if (auto program = ProxyProgram(base, args, bin_dir_)) return program;
  return BookinfoProgram(base, bin_dir_);
}

bool GlobMatches(std::string_view glob, std::string_view text) {
  std::size_t g = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // the last `*`, and where the text after it began
  std::size_t resume = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++resume;  // one more character for the star
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == std::string_view::npos;
}

}  // namespace outrigger::local
