#include "cmd/outrigger/top_table.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <map>
#include <string_view>

#include "cmd/outrigger/top_text.h"

namespace outrigger::cli {
namespace {

constexpr char kReset[] = "\x1b[0m";
constexpr char kBold[] = "\x1b[1m";
constexpr char kDim[] = "\x1b[2m";
constexpr char kRed[] = "\x1b[31m";
constexpr char kGreen[] = "\x1b[32m";
constexpr char kYellow[] = "\x1b[33m";

constexpr std::array<const char*, kCodeClasses.size()> kClassHeadings = {"NONE", "1XX", "2XX",
                                                                         "3XX",  "4XX", "5XX"};
constexpr std::size_t kMinNameWidth = 12;
constexpr std::size_t kGap = 2;

// One field of the table. `width` is what it takes on the screen, which UTF-8 makes differ from its
// size.
struct CellText {
  std::string text;
  std::size_t width = 0;
  const char* colour = nullptr;
};

CellText Ascii(std::string text, const char* colour = nullptr) {
  const std::size_t width = text.size();
  return {std::move(text), width, colour};
}

std::string Printable(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c < ' ' || c > '~') c = '?';
  }
  return out;
}

bool IsUnknown(std::string_view value) { return value.empty() || value == "unknown"; }

// The namespace that most sides of edges are in; it goes without saying.
std::string CommonNamespace(const std::vector<MeshEdge>& edges) {
  std::map<std::string, int> counts;
  for (const MeshEdge& edge : edges) {
    ++counts[edge.source.ns];
    ++counts[edge.destination.ns];
  }
  std::string best;
  for (const auto& [ns, count] : counts) {
    if (!IsUnknown(ns) && (best.empty() || count > counts[best])) best = ns;
  }
  return best;
}

// "reviews-v2", "shop (v7)" when the name does not say the version, "web.other" in another
// namespace.
std::string NameOf(const MeshWorkload& workload, const std::string& common_ns,
                   std::string_view service) {
  if (IsUnknown(workload.name)) return IsUnknown(service) ? "unknown" : Printable(service);
  std::string name = workload.name;
  if (workload.ns != common_ns && !IsUnknown(workload.ns)) name += "." + workload.ns;
  if (!workload.version.empty() && !workload.name.ends_with(Cat("-", workload.version))) {
    name += " (" + workload.version + ")";
  }
  return Printable(name);
}

CellText LockCell(Lock lock, bool utf8) {
  switch (lock) {
    case Lock::kMutualTls:
      return utf8 ? CellText{"\U0001F512", 2, kGreen} : Ascii("mtls", kGreen);
    case Lock::kMixed:
      return Ascii("part", kYellow);
    case Lock::kPlaintext:
      return Ascii("none");
    case Lock::kUnknown:
      return Ascii("?");
  }
  return {};
}

// Which columns of code classes there are: the four everybody expects, the others when something is
// there.
std::vector<std::size_t> ShownClasses(const std::vector<MeshEdge>& edges) {
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < kCodeClasses.size(); ++i) {
    const bool used = std::any_of(edges.begin(), edges.end(),
                                  [&](const MeshEdge& e) { return e.classes[i] > 0; });
    if (i >= 2 || used) shown.push_back(i);
  }
  return shown;
}

const char* ClassColour(std::size_t code_class, double rate) {
  if (rate <= 0) return kDim;
  if (code_class == 5 || code_class == 0) return kRed;
  return code_class == 4 ? kYellow : nullptr;
}

using Line = std::vector<CellText>;

Line HeaderLine(const std::vector<std::size_t>& classes) {
  Line line = {Ascii("SOURCE"), Ascii("DESTINATION"), Ascii("PROTO"), Ascii("REQ/S")};
  for (const std::size_t i : classes) line.push_back(Ascii(kClassHeadings[i]));
  for (const char* name : {"P50", "P99", "TLS", "BY"}) line.push_back(Ascii(name));
  return line;
}

Line EdgeLine(const MeshEdge& edge, const std::vector<std::size_t>& classes,
              const std::string& common_ns, bool utf8) {
  const bool tcp = edge.protocol == "tcp";
  Line line = {Ascii(NameOf(edge.source, common_ns, {})),
               Ascii(NameOf(edge.destination, common_ns, edge.service)),
               Ascii(Printable(edge.protocol)),
               Ascii(FormatRate(tcp ? edge.connections : edge.requests))};
  for (const std::size_t i : classes) {
    line.push_back(tcp ? Ascii("")
                       : Ascii(FormatRate(edge.classes[i]), ClassColour(i, edge.classes[i])));
  }
  if (tcp) {
    line.push_back(Ascii(Cat(">", FormatBytes(edge.received_bytes))));
    line.push_back(Ascii(Cat("<", FormatBytes(edge.sent_bytes))));
  } else {
    line.push_back(Ascii(FormatLatency(edge.p50_seconds)));
    line.push_back(Ascii(FormatLatency(edge.p99_seconds)));
  }
  line.push_back(LockCell(edge.lock, utf8));
  line.push_back(Ascii(Cat(edge.seen_by_source ? "S" : "", edge.seen_by_destination ? "D" : "")));
  return line;
}

bool IsText(std::size_t column, std::size_t columns) {  // left-aligned
  return column < 3 || column + 2 >= columns;
}

std::string Shortened(const std::string& name, std::size_t width) {
  if (name.size() <= width) return name;
  const std::size_t tail = (width - 2) / 2, head = width - 2 - tail;
  return Cat(name.substr(0, head), "..", name.substr(name.size() - tail));
}

// Takes from the wider of the two name columns until the line fits.
void FitNames(std::vector<std::size_t>* widths, std::size_t limit) {
  std::size_t total = kGap * (widths->size() - 1);
  for (const std::size_t width : *widths) total += width;
  while (limit != 0 && total > limit) {
    std::size_t& wider = (*widths)[0] >= (*widths)[1] ? (*widths)[0] : (*widths)[1];
    if (wider <= kMinNameWidth) return;
    --wider;
    --total;
  }
}

std::string Render(const Line& line, const std::vector<std::size_t>& widths,
                   const TableStyle& style, const char* line_colour) {
  std::string out;
  std::size_t used = 0;
  if (style.colour && line_colour != nullptr) out += line_colour;
  for (std::size_t i = 0; i < line.size(); ++i) {
    CellText cell = line[i];
    if (i < 2) cell = Ascii(Shortened(cell.text, widths[i]), cell.colour);
    const std::size_t width = widths[i] + (i == 0 ? 0 : kGap);
    if (style.width != 0 && used + width > style.width)
      break;  // too narrow even so: whole columns go
    used += width;
    const std::size_t padding = widths[i] - std::min(widths[i], cell.width);
    if (i != 0) out.append(kGap, ' ');
    if (!IsText(i, line.size())) out.append(padding, ' ');
    const bool coloured = style.colour && cell.colour != nullptr && line_colour == nullptr;
    if (coloured) out += cell.colour;
    out += cell.text;
    if (coloured) out += kReset;
    if (IsText(i, line.size()) && i + 1 != line.size()) out.append(padding, ' ');
  }
  if (style.colour && line_colour != nullptr) out += kReset;
  while (!out.empty() && out.back() == ' ') out.pop_back();
  out.push_back('\n');
  return out;
}

}  // namespace

std::string FormatRate(double per_second) {
  if (per_second <= 0) return "-";
  if (per_second < 9.995) return fmt::format("{:.2f}", per_second);
  if (per_second < 99.95) return fmt::format("{:.1f}", per_second);
  if (per_second < 9999.5) return fmt::format("{:.0f}", per_second);
  return fmt::format("{:.1f}k", per_second / 1000);
}

std::string FormatLatency(const std::optional<double>& seconds) {
  if (!seconds.has_value()) return "-";
  const double ms = *seconds * 1000;
  if (ms < 0.095) return fmt::format("{:.0f}us", ms * 1000);
  if (ms < 9.95) return fmt::format("{:.1f}ms", ms);
  if (ms < 999.5) return fmt::format("{:.0f}ms", ms);
  return fmt::format("{:.1f}s", *seconds);
}

std::string FormatBytes(double per_second) {
  constexpr std::array<const char*, 5> kUnits = {"B", "K", "M", "G", "T"};
  std::size_t unit = 0;
  while (per_second >= 1000 && unit + 1 < kUnits.size()) {
    per_second /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f}B", per_second)
                   : fmt::format("{:.1f}{}", per_second, kUnits[unit]);
}

std::string LayoutTable(const std::vector<MeshEdge>& edges, const TableStyle& style) {
  const std::vector<std::size_t> classes = ShownClasses(edges);
  const std::string common_ns = CommonNamespace(edges);
  std::vector<Line> lines = {HeaderLine(classes)};
  for (const MeshEdge& edge : edges)
    lines.push_back(EdgeLine(edge, classes, common_ns, style.utf8));
  std::vector<std::size_t> widths(lines[0].size(), 0);
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].width);
  }
  FitNames(&widths, style.width);
  const std::size_t room =
      style.height == 0 ? lines.size() : std::max<std::size_t>(style.height, 3);
  const std::size_t shown = lines.size() <= room ? lines.size() : room - 1;
  std::string out = Render(lines[0], widths, style, kBold);
  for (std::size_t i = 1; i < shown; ++i) {
    const bool idle = edges[i - 1].requests <= 0 && edges[i - 1].connections <= 0 &&
                      edges[i - 1].sent_bytes + edges[i - 1].received_bytes <= 0;
    out += Render(lines[i], widths, style, idle ? kDim : nullptr);
  }
  if (shown < lines.size()) out += Cat("... and ", lines.size() - shown, " more\n");
  return out;
}

std::string LayoutSummary(const std::vector<MeshEdge>& edges, std::chrono::seconds window,
                          const TableStyle& style) {
  double requests = 0, failures = 0;
  for (const MeshEdge& edge : edges) {
    requests += edge.requests;
    failures += edge.classes[5] + edge.classes[0];
  }
  const std::string common_ns = CommonNamespace(edges);
  std::string line = fmt::format("{} edges, {} req/s, {:.1f}% failed, last {}s", edges.size(),
                                 FormatRate(requests),
                                 requests > 0 ? failures / requests * 100 : 0.0, window.count());
  if (!common_ns.empty()) line += "; namespace " + Printable(common_ns) + " unless shown";
  if (style.width != 0 && line.size() > style.width) line.resize(style.width);
  return Cat(line, "\n");
}

std::string ToJson(const std::vector<MeshEdge>& edges, std::chrono::seconds window) {
  namespace json = boost::json;
  constexpr std::array<const char*, 4> kLocks = {"unknown", "none", "mixed", "mutual_tls"};
  const auto workload = [](const MeshWorkload& w) {
    return json::object{{"namespace", w.ns}, {"workload", w.name}, {"version", w.version}};
  };
  const auto optional = [](const std::optional<double>& v) {
    return v ? json::value(*v) : json::value(nullptr);
  };
  json::array list;
  for (const MeshEdge& edge : edges) {
    json::array reporters;
    if (edge.seen_by_source) reporters.emplace_back("source");
    if (edge.seen_by_destination) reporters.emplace_back("destination");
    json::object object{{"source", workload(edge.source)},
                        {"destination", workload(edge.destination)},
                        {"service", edge.service},
                        {"protocol", edge.protocol},
                        {"security", kLocks[static_cast<std::size_t>(edge.lock)]},
                        {"reporters", reporters}};
    if (edge.protocol == "tcp") {
      object["connections_per_second"] = edge.connections;
      object["sent_bytes_per_second"] = edge.sent_bytes;
      object["received_bytes_per_second"] = edge.received_bytes;
    } else {
      json::object codes;
      for (std::size_t i = 0; i < kCodeClasses.size(); ++i)
        codes[kCodeClasses[i]] = edge.classes[i];
      object["requests_per_second"] = edge.requests;
      object["codes_per_second"] = codes;
      object["p50_seconds"] = optional(edge.p50_seconds);
      object["p99_seconds"] = optional(edge.p99_seconds);
    }
    list.push_back(std::move(object));
  }
  return json::serialize(
             json::object{{"window_seconds", window.count()}, {"edges", std::move(list)}}) +
         "\n";
}

}  // namespace outrigger::cli
