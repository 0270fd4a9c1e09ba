// Percent-decoding and query strings (RFC 3986; "+" is a space in queries, as forms send it). Strict: a bad escape, or
// text that is not UTF-8 when decoded, is an error. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace rookery::net {

// 0 to 15; -1 for what is no hexadecimal digit.
int hex_value(char c) noexcept;

// kBadRequest for a '%' without two hex digits, for NUL, and for what is not UTF-8.
Result<std::string> percent_decode(std::string_view text);

// "/a/b%2Fc" → {"a", "b/c"}: each segment decoded after the split. "/" → {}; an empty segment stays: "/a/" → {"a", ""}.
Result<std::vector<std::string>> split_path(std::string_view path);

// The parameters of a query in their order.
class QueryParameters {
 public:
  // "a=1&b=x%20y&c": c is there with an empty value. kInvalidBody names the parameter with a bad escape; more than 100
  // parameters are refused.
  static Result<QueryParameters> parse(std::string_view query);
  // The first value; null when it is not there.
  const std::string* find(std::string_view name) const noexcept;
  // The name of a parameter that is there more than once; empty when there is none.
  std::string_view repeated() const noexcept;
  const std::vector<std::pair<std::string, std::string>>& all() const noexcept { return all_; }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

}  // namespace rookery::net
