#include "base/time.h"

#include <array>

namespace rookery {
namespace {

class SystemClock final : public Clock {
 public:
  TimeMs now() const override {
    return TimeMs(std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
  }
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }
};

void put_digits(char* at, unsigned value, int width) {
  for (int i = width - 1; i >= 0; --i, value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

// `width` digits at `at` as a number, or -1.
int take_digits(std::string_view text, std::size_t at, std::size_t width) {
  if (at + width > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + width; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

void append_rfc3339(std::string& out, TimeMs time) {
  using namespace std::chrono;
  const sys_time<milliseconds> moment{milliseconds(time.unix_ms)};
  const auto day = floor<days>(moment);
  const year_month_day date(day);
  const hh_mm_ss clock(moment - day);
  std::array<char, 24> text;
  put_digits(text.data(), static_cast<unsigned>(static_cast<int>(date.year())), 4);
  put_digits(text.data() + 5, static_cast<unsigned>(date.month()), 2);
  put_digits(text.data() + 8, static_cast<unsigned>(date.day()), 2);
  put_digits(text.data() + 11, static_cast<unsigned>(clock.hours().count()), 2);
  put_digits(text.data() + 14, static_cast<unsigned>(clock.minutes().count()), 2);
  put_digits(text.data() + 17, static_cast<unsigned>(clock.seconds().count()), 2);
  put_digits(text.data() + 20, static_cast<unsigned>(clock.subseconds().count()), 3);
  text[4] = text[7] = '-';
  text[10] = 'T';
  text[13] = text[16] = ':';
  text[19] = '.';
  text[23] = 'Z';
  out.append(text.data(), text.size());
}

std::string format_rfc3339(TimeMs time) {
  std::string out;
  append_rfc3339(out, time);
  return out;
}

std::optional<TimeMs> parse_rfc3339(std::string_view text) noexcept {
  using namespace std::chrono;
  if (text.size() < 20) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') || text[13] != ':' || text[16] != ':') return std::nullopt;
  const int y = take_digits(text, 0, 4), mo = take_digits(text, 5, 2), d = take_digits(text, 8, 2);
  const int h = take_digits(text, 11, 2), mi = take_digits(text, 14, 2), s = take_digits(text, 17, 2);
  if (y < 0 || mo < 0 || d < 0 || h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 || s > 60) return std::nullopt;
  const year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
  if (!date.ok()) return std::nullopt;

  std::size_t at = 19;
  int ms = 0;
  if (text[at] == '.') {
    int scale = 100;
    const std::size_t first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) ms += (text[at] - '0') * scale;
    if (at == first) return std::nullopt;
  }
  if (at >= text.size()) return std::nullopt;
  int offset_min = 0;
  if (text[at] == 'Z' || text[at] == 'z') {
    ++at;
  } else if (text[at] == '+' || text[at] == '-') {
    const int oh = take_digits(text, at + 1, 2), om = take_digits(text, at + 4, 2);
    if (oh < 0 || oh > 23 || om < 0 || om > 59 || text[at + 3] != ':') return std::nullopt;
    offset_min = (text[at] == '-' ? -1 : 1) * (oh * 60 + om);
    at += 6;
  }
  if (at != text.size()) return std::nullopt;
  const auto moment = sys_days(date) + hours(h) + minutes(mi - offset_min) + seconds(s) + milliseconds(ms);
  return TimeMs(duration_cast<milliseconds>(moment.time_since_epoch()).count());
}

}  // namespace rookery
