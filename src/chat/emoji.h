// One emoji sequence, as Unicode recommends for interchange.
#pragma once

#include <string_view>

namespace rookery::chat {

inline constexpr std::size_t kEmojiBytesMax = 64;  // longer than any recommended sequence (families, flags of regions)

// Whether `text` is exactly one emoji: a sequence of the set RGI_Emoji (UTS #51, ED-27), with or without the variation
// selector that keyboards leave out. Any thread.
bool is_one_emoji(std::string_view text);

}  // namespace rookery::chat
