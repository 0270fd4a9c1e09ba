#include "api/router.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"

namespace rookery::api {
namespace {

std::vector<std::string> split_pattern(std::string_view pattern) {
  CHECK(pattern.starts_with('/'));
  std::vector<std::string> segments;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    const std::string_view segment = pattern.substr(0, end);
    segments.emplace_back(segment.starts_with('{') ? std::string_view() : segment);
    pattern.remove_prefix(end);
  }
  return segments;
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<Json> Call::json(std::size_t depth_max) const {
  const std::string_view type = request.headers.get("Content-Type");
  const std::string_view media = type.substr(0, type.find_first_of("; \t"));
  if (!net::equals_ignoring_case(media, "application/json")) return fail(ErrorCode::kUnsupportedMediaType);
  return Json::parse_object(request.body, depth_max);
}

Result<std::uint32_t> Call::limit(std::uint32_t preset, std::uint32_t max) const {
  if (query_fault) return fail(*query_fault);
  const std::string* text = query.find("limit");
  if (text == nullptr) return preset;
  const auto value = whole_number(*text);
  if (!value || *value < 1 || *value > max) return fail(Error::invalid("limit", "must be a whole number from 1 to " + std::to_string(max)));
  return static_cast<std::uint32_t>(*value);
}

Result<std::uint64_t> Call::query_number(std::string_view name) const {
  if (query_fault) return fail(*query_fault);
  const std::string* text = query.find(name);
  const auto value = text == nullptr ? std::nullopt : whole_number(*text);
  if (!value) return fail(Error::invalid(std::string(name), text == nullptr ? "is required" : "must be a whole number from 0"));
  return *value;
}

void Router::add(Route route) {
  std::vector<std::string> segments = split_pattern(route.pattern);
  if (by_length_.size() <= segments.size()) by_length_.resize(segments.size() + 1);
  std::vector<Pattern>& patterns = by_length_[segments.size()];
  auto pattern = std::ranges::find(patterns, route.pattern, &Pattern::text);
  if (pattern == patterns.end()) {
    const auto literals = static_cast<std::size_t>(std::ranges::count_if(segments, [](const std::string& s) { return !s.empty(); }));
    pattern = patterns.insert(patterns.end(), Pattern{route.pattern, std::move(segments), literals, {}});
  }
  pattern->routes.push_back(routes_.size());
  routes_.push_back(std::move(route));
}

Router::Match Router::find(std::string_view method, const std::vector<std::string>& segments) const {
  Match match;
  if (segments.size() >= by_length_.size()) return match;
  const auto fits = [&segments](const Pattern& pattern) {
    return std::ranges::equal(pattern.segments, segments,
                              [](const std::string& want, const std::string& have) { return want.empty() || want == have; });
  };
  // Literal segments win over parameters: /users/@me is nobody's id.
  const Pattern* best = nullptr;
  for (const Pattern& pattern : by_length_[segments.size()]) {
    if (fits(pattern) && (best == nullptr || pattern.literals > best->literals)) best = &pattern;
  }
  if (best == nullptr) return match;
  for (const std::size_t index : best->routes) {
    const Route& route = routes_[index];
    match.allowed.push_back(route.method);
    if (route.method == method || (method == "HEAD" && route.method == "GET")) match.route = &route;
  }
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (best->segments[i].empty()) match.parameters.push_back(segments[i]);
  }
  return match;
}

}  // namespace rookery::api
