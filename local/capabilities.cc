#include "local/capabilities.h"

#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace outrigger::local {
namespace {

/// Names by number (linux/capability.h).
constexpr std::array<std::string_view, CAP_LAST_CAP + 1> kNames = {"CHOWN",
                                                                   "DAC_OVERRIDE",
                                                                   "DAC_READ_SEARCH",
                                                                   "FOWNER",
                                                                   "FSETID",
                                                                   "KILL",
                                                                   "SETGID",
                                                                   "SETUID",
                                                                   "SETPCAP",
                                                                   "LINUX_IMMUTABLE",
                                                                   "NET_BIND_SERVICE",
                                                                   "NET_BROADCAST",
                                                                   "NET_ADMIN",
                                                                   "NET_RAW",
                                                                   "IPC_LOCK",
                                                                   "IPC_OWNER",
                                                                   "SYS_MODULE",
                                                                   "SYS_RAWIO",
                                                                   "SYS_CHROOT",
                                                                   "SYS_PTRACE",
                                                                   "SYS_PACCT",
                                                                   "SYS_ADMIN",
                                                                   "SYS_BOOT",
                                                                   "SYS_NICE",
                                                                   "SYS_RESOURCE",
                                                                   "SYS_TIME",
                                                                   "SYS_TTY_CONFIG",
                                                                   "MKNOD",
                                                                   "LEASE",
                                                                   "AUDIT_WRITE",
                                                                   "AUDIT_CONTROL",
                                                                   "SETFCAP",
                                                                   "MAC_OVERRIDE",
                                                                   "MAC_ADMIN",
                                                                   "SYSLOG",
                                                                   "WAKE_ALARM",
                                                                   "BLOCK_SUSPEND",
                                                                   "AUDIT_READ",
                                                                   "PERFMON",
                                                                   "BPF",
                                                                   "CHECKPOINT_RESTORE"};

constexpr CapabilitySet kAll = (CapabilitySet{1} << kNames.size()) - 1;

constexpr std::array<int, 14> kUsual = {
    CAP_CHOWN,   CAP_DAC_OVERRIDE, CAP_FSETID,           CAP_FOWNER,     CAP_MKNOD,
    CAP_NET_RAW, CAP_SETGID,       CAP_SETUID,           CAP_SETFCAP,    CAP_SETPCAP,
    CAP_KILL,    CAP_SYS_CHROOT,   CAP_NET_BIND_SERVICE, CAP_AUDIT_WRITE};

absl::StatusOr<CapabilitySet> SetOf(const std::vector<std::string>& names) {
  CapabilitySet set = 0;
  for (const std::string& name : names) {
    if (name == "ALL") return kAll;
    std::size_t number = 0;
    while (number < kNames.size() && kNames[number] != name) ++number;
    if (number == kNames.size()) {
      return absl::InvalidArgumentError(
          fmt::format("securityContext.capabilities: there is no capability {}", name));
    }
    set |= CapabilitySet{1} << number;
  }
  return set;
}

}  // namespace

absl::StatusOr<CapabilitySet> ContainerCapabilities(const std::vector<std::string>& add,
                                                    const std::vector<std::string>& drop,
                                                    bool privileged) {
  const auto added = SetOf(add);
  if (!added.ok()) return added;
  const auto dropped = SetOf(drop);
  if (!dropped.ok()) return dropped;
  if (privileged) return kAll;
  CapabilitySet set = 0;
  for (const int number : kUsual) set |= CapabilitySet{1} << static_cast<unsigned>(number);
  return (set & ~*dropped) | *added;
}

bool LimitCapabilities(CapabilitySet set) {
  for (unsigned number = 0; number < kNames.size(); ++number) {
    // EINVAL: a capability this kernel does not know, so nobody has it.
    if ((set >> number & 1U) == 0 && ::prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0 &&
        errno != EINVAL)
      return false;
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  if (::syscall(SYS_capget, &header, data.data()) != 0) return false;
  for (unsigned half = 0; half < 2; ++half) {
    const auto bits = static_cast<std::uint32_t>(set >> (32U * half));
    data[half].permitted &= bits;
    data[half].effective = data[half].permitted;
    data[half].inheritable = 0;
  }
  return ::syscall(SYS_capset, &header, data.data()) == 0;
}

}  // namespace outrigger::local
