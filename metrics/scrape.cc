#include "metrics/scrape.h"

#include <charconv>

#include "metrics/rows.h"

namespace outrigger::metrics {
namespace {

void AppendInteger(std::string* out, std::uint64_t value) {
  char digits[20];
  const auto result = std::to_chars(digits, digits + sizeof digits, value);
  out->append(digits, result.ptr);
}

// Nanoseconds as seconds, exact, without trailing zeros: 1500000000 is "1.5".
void AppendSeconds(std::string* out, std::uint64_t nanoseconds) {
  AppendInteger(out, nanoseconds / 1'000'000'000);
  std::uint64_t rest = nanoseconds % 1'000'000'000;
  if (rest == 0) return;
  char digits[9];
  for (int i = 8; i >= 0; --i, rest /= 10) digits[i] = static_cast<char>('0' + rest % 10);
  std::string_view fraction(digits, sizeof digits);
  fraction.remove_suffix(fraction.size() - 1 - fraction.find_last_not_of('0'));
  out->push_back('.');
  out->append(fraction);
}

void AppendNumber(std::string* out, const Family& family, std::uint64_t value) {
  if (family.unit == Unit::kNanosecondsAsSeconds) {
    AppendSeconds(out, value);
  } else if (family.type == MetricType::kGauge && static_cast<std::int64_t>(value) < 0) {
    out->push_back('-');
    AppendInteger(out, std::uint64_t{0} - value);
  } else {
    AppendInteger(out, value);
  }
}

}  // namespace

void AppendEscaped(std::string* out, std::string_view value) {
  while (true) {
    const std::size_t special = value.find_first_of("\\\"\n");
    out->append(value.substr(0, special));
    if (special == std::string_view::npos) return;
    out->push_back('\\');
    out->push_back(value[special] == '\n' ? 'n' : value[special]);
    value.remove_prefix(special + 1);
  }
}

struct Scrape::Impl {
  explicit Impl(const Registry& registry) : rows(registry) {}

  void RenderLabels();
  void AppendFamilyHead(std::string* out);
  void AppendRow(std::string* out);
  void AppendHistogram(std::string* out);
  void AppendLine(std::string* out, std::string_view suffix, std::string_view le);

  Rows rows;
  Row row;
  const Family* family = nullptr;  // whose TYPE line was printed last
  std::string labels;              // name="value",... of the row, rendered once for all its lines
  bool done = false;
};

void Scrape::Impl::RenderLabels() {
  labels.clear();
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    if (i != 0) labels.push_back(',');
    labels.append(row.family->labels[i]);
    labels.append("=\"");
    AppendEscaped(&labels, row.values[i]);
    labels.push_back('"');
  }
}

void Scrape::Impl::AppendFamilyHead(std::string* out) {
  if (family != nullptr) out->push_back('\n');
  family = row.family;
  out->append("# TYPE ");
  out->append(family->name);
  out->push_back(' ');
  out->append(ToString(family->type));
  out->push_back('\n');
}

// Everything of a line but its number.
void Scrape::Impl::AppendLine(std::string* out, std::string_view suffix, std::string_view le) {
  out->append(family->name);
  out->append(suffix);
  if (!labels.empty() || !le.empty()) {
    out->push_back('{');
    out->append(labels);
    if (!le.empty()) {
      out->append(labels.empty() ? "le=\"" : ",le=\"");
      out->append(le);
      out->push_back('"');
    }
    out->push_back('}');
  }
  out->push_back(' ');
}

void Scrape::Impl::AppendHistogram(std::string* out) {
  const auto bounds = family->bounds->finite();
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    cumulative += row.histogram.buckets[i];
    AppendLine(out, "_bucket", bounds[i].le);
    AppendInteger(out, cumulative);
    out->push_back('\n');
  }
  AppendLine(out, "_bucket", "+Inf");
  AppendInteger(out, row.histogram.count);
  out->push_back('\n');
  AppendLine(out, "_sum", {});
  AppendNumber(out, *family, row.histogram.sum);
  out->push_back('\n');
  AppendLine(out, "_count", {});
  AppendInteger(out, row.histogram.count);
  out->push_back('\n');
}

void Scrape::Impl::AppendRow(std::string* out) {
  if (row.family != family) AppendFamilyHead(out);
  RenderLabels();
  if (family->type == MetricType::kHistogram) {
    AppendHistogram(out);
    return;
  }
  AppendLine(out, {}, {});
  AppendNumber(out, *family, row.number);
  out->push_back('\n');
}

Scrape::Scrape(const Registry& registry) : impl_(std::make_unique<Impl>(registry)) {}
Scrape::~Scrape() = default;

bool Scrape::Next(std::string* chunk) {
  chunk->clear();
  while (!impl_->done && chunk->size() < kChunkBytes) {
    if (impl_->rows.Next(&impl_->row)) {
      impl_->AppendRow(chunk);
      continue;
    }
    impl_->done = true;
    if (impl_->family != nullptr) chunk->push_back('\n');  // a blank line after the last family too
  }
  return !chunk->empty();
}

std::string ScrapeAll(const Registry& registry) {
  Scrape scrape(registry);
  std::string text, chunk;
  while (scrape.Next(&chunk)) text += chunk;
  return text;
}

}  // namespace outrigger::metrics
