#include "verify/findings.h"

#include <algorithm>
#include <array>

namespace rookery::verify {
namespace {

constexpr std::array<std::string_view, 12> kNames = {"G1 acknowledged means kept",
                                                     "G2 whole or not at all",
                                                     "G3 one order",
                                                     "G4 once",
                                                     "G5 no silent gap",
                                                     "G6 deleted stays deleted",
                                                     "G7 what you were told of, you can read",
                                                     "G8 membership is ordered",
                                                     "G9 cursors only grow",
                                                     "G10 presence is bounded",
                                                     "G14 revoked is closed",
                                                     "healing within 10 s"};

}  // namespace

std::string_view name_of(Property property) { return kNames[static_cast<std::size_t>(property)]; }

void Findings::begin_round(std::uint64_t round) {
  round_ = round;
  kept_.assign(kNames.size(), 0);
}

void Findings::add(Property property, std::string sentence, std::vector<std::uint64_t> lines) {
  ++count_;
  kept_.resize(kNames.size());
  if (kept_[static_cast<std::size_t>(property)]++ >= kKeptPerRoundMax) return;
  std::erase(lines, 0);
  all_.push_back({property, std::move(sentence), std::move(lines), round_});
}

}  // namespace rookery::verify
