// Report: what was measured, as a table for people and as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace rookery::bench {

struct Figure {
  std::string name;  // "delivery, 10 members, 1 waiting"
  double value = 0;
  std::string unit;               // "us CPU"
  std::optional<double> at_most;  // what docs/performance.md aims at
  std::optional<double> at_least;
  std::string note;
};

class Report {
 public:
  // Also prints it, as soon as it is there.
  void add(Figure figure);
  // What could not be measured, and why.
  void failed(std::string name, std::string why);
  bool has_failures() const { return !failures_.empty(); }
  std::string json() const;
  static std::string heading();

 private:
  std::vector<Figure> figures_;
  std::vector<std::pair<std::string, std::string>> failures_;
};

}  // namespace rookery::bench
