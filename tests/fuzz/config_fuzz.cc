// A configuration file of any bytes: it is refused with sentences, or gives a configuration that, shown, gives itself again.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "runtime/config_sources.h"
#include "runtime/config_text.h"

namespace {

using namespace rookery;

void check_problems(const Problems& problems) {
  CHECK(!problems.empty());
  for (const std::string& problem : problems) CHECK(!problem.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto settings = settings_of_file(text, "fuzz.toml");
  if (!settings) {
    check_problems(settings.error());
    return 0;
  }
  const auto loaded = apply_settings(*settings);
  if (!loaded) {
    check_problems(loaded.error());
    return 0;
  }
  const std::string shown = show_config(*loaded, false);
  const auto again = settings_of_file(shown, "shown.toml");
  CHECK(again.has_value());
  const auto reloaded = apply_settings(*again);
  CHECK(reloaded.has_value());
  CHECK(show_config(*reloaded, false) == shown);
  return 0;
}
