#include "chat/emoji.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uset.h>

namespace rookery::chat {
namespace {

constexpr char16_t kEmojiPresentation = 0xFE0F;  // variation selector 16

bool recommended(const icu::UnicodeString& text) {
  return u_stringHasBinaryProperty(reinterpret_cast<const UChar*>(text.getBuffer()), text.length(), UCHAR_RGI_EMOJI);
}

}  // namespace

bool is_one_emoji(std::string_view text) {
  if (text.empty() || text.size() > kEmojiBytesMax) return false;
  const icu::UnicodeString sequence = icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  if (sequence.indexOf(UChar32{0xFFFD}) >= 0) return false;
  if (recommended(sequence)) return true;
  // "❤" as some keyboards send it, where the recommended form is "❤️".
  if (sequence.countChar32() != 1 || !u_hasBinaryProperty(sequence.char32At(0), UCHAR_EMOJI)) return false;
  icu::UnicodeString presented = sequence;
  presented.append(kEmojiPresentation);
  return recommended(presented);
}

}  // namespace rookery::chat
