#include "net/url.h"

#include <algorithm>
#include <optional>

#include "net/utf8.h"

namespace rookery::net {
namespace {

constexpr std::size_t kParametersMax = 100;

// None for a bad escape, NUL, or what is not UTF-8.
std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  if (out.find('\0') != std::string::npos || !is_valid_utf8(out)) return std::nullopt;
  return out;
}

}  // namespace

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> percent_decode(std::string_view text) {
  auto decoded = decode(text, false);
  if (!decoded) return fail(ErrorCode::kBadRequest, "A percent escape in the path is wrong");
  return *std::move(decoded);
}

Result<std::vector<std::string>> split_path(std::string_view path) {
  std::vector<std::string> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.empty()) return segments;
  while (true) {
    const std::size_t slash = path.find('/');
    auto segment = percent_decode(path.substr(0, slash));
    if (!segment) return std::unexpected(std::move(segment).error());
    segments.push_back(*std::move(segment));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

Result<QueryParameters> QueryParameters::parse(std::string_view query) {
  QueryParameters parameters;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    auto name = decode(pair.substr(0, equals), true);
    if (!name) return fail(Error::invalid("query", "a percent escape in the name of a parameter is wrong"));
    auto value = equals == std::string_view::npos ? std::optional<std::string>("") : decode(pair.substr(equals + 1), true);
    if (!value) return fail(Error::invalid(*std::move(name), "its percent escapes are wrong"));
    if (parameters.all_.size() == kParametersMax) return fail(Error::invalid("query", "must not have more than 100 parameters"));
    parameters.all_.emplace_back(*std::move(name), *std::move(value));
  }
  return parameters;
}

const std::string* QueryParameters::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(all_, name, [](const auto& pair) { return std::string_view(pair.first); });
  return found == all_.end() ? nullptr : &found->second;
}

std::string_view QueryParameters::repeated() const noexcept {
  for (std::size_t i = 0; i < all_.size(); ++i) {
    for (std::size_t j = i + 1; j < all_.size(); ++j) {
      if (all_[i].first == all_[j].first) return all_[i].first;
    }
  }
  return {};
}

}  // namespace rookery::net
