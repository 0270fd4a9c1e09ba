#include "bench/report.h"

#include <fmt/format.h>

#include <cstdio>

#include "base/json_writer.h"

namespace rookery::bench {
namespace {

std::string aim_of(const Figure& figure) {
  if (figure.at_most) return fmt::format("<= {:g} {}", *figure.at_most, figure.value <= *figure.at_most ? "met" : "MISSED");
  if (figure.at_least) return fmt::format(">= {:g} {}", *figure.at_least, figure.value >= *figure.at_least ? "met" : "MISSED");
  return {};
}

}  // namespace

std::string Report::heading() { return fmt::format("{:<52} {:>12} {:<14} {:<18} {}\n", "", "", "", "aim", ""); }

void Report::add(Figure figure) {
  fmt::print("{:<52} {:>12.6g} {:<14} {:<18} {}\n", figure.name, figure.value, figure.unit, aim_of(figure), figure.note);
  std::fflush(stdout);
  figures_.push_back(std::move(figure));
}

void Report::failed(std::string name, std::string why) {
  fmt::print("{:<52} {:>12} {}\n", name, "FAILED", why);
  std::fflush(stdout);
  failures_.emplace_back(std::move(name), std::move(why));
}

std::string Report::json() const {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("figures").begin_array();
  for (const Figure& figure : figures_) {
    json.begin_object().key("name").string(figure.name).key("value").number(figure.value).key("unit").string(figure.unit);
    if (figure.at_most) json.key("at_most").number(*figure.at_most);
    if (figure.at_least) json.key("at_least").number(*figure.at_least);
    if (!figure.note.empty()) json.key("note").string(figure.note);
    json.end_object();
  }
  json.end_array().key("failures").begin_array();
  for (const auto& [name, why] : failures_) json.begin_object().key("name").string(name).key("why").string(why).end_object();
  json.end_array().end_object();
  return text;
}

}  // namespace rookery::bench
