#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace outrigger::local {

/// What runs instead of an image. There are no images on this machine: the programs are already
/// here.
struct ImageProgram {
  enum class Role { kApp, kProxy, kInit };
  Role role = Role::kApp;
  std::vector<std::string> command;  ///< the image's entry point; a pod's `command` replaces it
  std::vector<std::string>
      default_args;  ///< the image's own arguments; a pod's `args` replace them
  std::map<std::string, std::string> env;  ///< the image's environment; a pod's `env` comes on top
  std::optional<std::int64_t> user;        ///< whom the image runs as
};

/// From image names to programs: first the user's rules in their order, then what is built in (our
/// proxy and the bookinfo services).
class ImageMap {
 public:
  /// @param bin_dir  Folder with our own programs, as containers see it.
  explicit ImageMap(std::string bin_dir) : bin_dir_(std::move(bin_dir)) {}

  /// Reads rules from an images.yaml:
  /// ```yaml
  /// images:
  ///   - name: "*/hello:*"          # glob on the whole reference: * is any text, ? any character
  ///     command: [python3, -m, http.server, "8080"]
  ///     env: {GREETING: hello}     # optional
  ///     user: 1000                 # optional
  /// ```
  /// @return InvalidArgument with one line per problem: file, line, field, what to do.
  absl::Status Read(std::string_view text, std::string_view file);

  /// The program for an image reference and the container's arguments (which tell the two uses of
  /// the proxy image apart); empty when nothing maps it.
  [[nodiscard]] std::optional<ImageProgram> Find(std::string_view image,
                                                 const std::vector<std::string>& args) const;

 private:
  struct Rule {
    std::string glob;
    ImageProgram program;
  };
  std::string bin_dir_;
  std::vector<Rule> rules_;
};

/// Shell-like matching of the whole text: `*` is any text (slashes too), `?` one character.
bool GlobMatches(std::string_view glob, std::string_view text);

}  // namespace outrigger::local
