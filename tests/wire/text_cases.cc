// Section 6: text is UTF-8 (RFC 3629), and what can no longer become UTF-8 fails at once (RFC 6455 §8.1).
//
// A text that is not UTF-8 is sent in four ways: as one frame; a byte a frame; as a frame that ends with the byte that spoils
// it, and more announced; as a message whose first fragment does. In the last three nothing is sent behind that byte, so
// that only who fails at once gets through.
#include "tests/wire/websocket_cases.h"

namespace rookery::wire {
namespace {

// A number in the form that UTF-8 had before it was cut down to four bytes and to U+10FFFF: any length that holds it, and
// longer.
std::string encoded(std::uint32_t number, std::size_t length) {
  if (length == 1) return {static_cast<char>(number)};
  std::string out(length, '\0');
  for (std::size_t i = length - 1; i > 0; --i) {
    out[i] = static_cast<char>(0x80 | (number & 0x3F));
    number >>= 6;
  }
  const std::uint32_t lead = 0xFFu << (8 - length) & 0xFFu;
  out[0] = static_cast<char>(lead | number);
  return out;
}

std::string shortest(std::uint32_t number) {
  const std::size_t length = number < 0x80        ? 1
                             : number < 0x800     ? 2
                             : number < 0x10000   ? 3
                             : number < 0x200000  ? 4
                             : number < 0x4000000 ? 5
                                                  : 6;
  return encoded(number, length);
}

// The index of the first byte with which `text` cannot be the beginning of any UTF-8; npos when there is none.
std::size_t spoiled_at(std::string_view text) {
  std::size_t left = 0;  // bytes that the character still needs
  std::uint32_t number = 0;
  std::uint32_t bits_to_come = 0;
  std::uint32_t least = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (left == 0) {
      if (byte < 0x80) continue;
      left = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : 1;
      if (byte < 0xC0 || byte >= 0xF8) return i;
      number = byte & (0x3Fu >> left);
      least = left == 1 ? 0x80 : left == 2 ? 0x800 : 0x10000;
    } else {
      if ((byte & 0xC0) != 0x80) return i;
      number = number << 6 | (byte & 0x3F);
      --left;
    }
    // What the character lies between, whatever follows.
    bits_to_come = static_cast<std::uint32_t>(left) * 6;
    const std::uint32_t low = number << bits_to_come;
    const std::uint32_t high = low | ((1u << bits_to_come) - 1);
    if (high < least || low > 0x10FFFF || (low >= 0xD800 && high <= 0xDFFF)) return i;
  }
  return std::string_view::npos;
}

std::string byte_by_byte(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) out += frame(i == 0 ? kText : kContinuation, text.substr(i, 1), kMore);
  return out;
}

class Texts {
 public:
  Section section{6};

  void good(const std::string& name, const std::string& text) {
    section.add(name, frame(kText, text) + bye(), and_bye({"text " + text}));
    if (!text.empty()) section.add(name + ", a byte a frame", in_fragments(kText, text, 1) + bye(), and_bye({"text " + text}));
  }

  void bad(const std::string& name, const std::string& text) {
    section.add(name, frame(kText, text), refused(1007));
    const std::size_t at = spoiled_at(text);
    if (at == std::string::npos) {  // only its end shows that it is none
      section.add(name + ", a byte a frame", in_fragments(kText, text, 1), refused(1007));
      section.add(name + ", ended by an empty frame", byte_by_byte(text) + frame(kContinuation), refused(1007));
      return;
    }
    const std::string upto = text.substr(0, at + 1);
    section.add(name + ", a byte a frame up to the bad one", byte_by_byte(upto), refused(1007));
    section.add(name + ", up to the bad byte of a frame", frame(kText, upto, {.announced = static_cast<std::int64_t>(text.size()) + 1000}),
                refused(1007));
    section.add(name + ", in the first fragment", frame(kText, upto, kMore), refused(1007));
  }
};

// The bytes of a table, each followed by a space: what stands alone.
std::string alone(int first, int last) {
  std::string out;
  for (int byte = first; byte <= last; ++byte) (out += static_cast<char>(byte)) += ' ';
  return out;
}

void add_forms(Texts& texts) {
  const std::string greek = "\u03BA\u1F79\u03C3\u03BC\u03B5";  // characters of two and three bytes
  texts.good("empty", "");
  texts.section.add("empty, three fragments", frame(kText, "", kMore) + frame(kContinuation, "", kMore) + frame(kContinuation) + bye(),
                    and_bye({"text "}));
  texts.section.add("text between two empty fragments",
                    frame(kText, "", kMore) + frame(kContinuation, greek, kMore) + frame(kContinuation) + bye(),
                    and_bye({"text " + greek}));
  texts.good("ASCII", letters(95, 5));
  texts.good("characters of every length", "a\u00E9\u20AC\U0001F642z");
  texts.good("a word in Greek", greek);
  texts.section.add("fragments that end with a character", frame(kText, greek, kMore) + frame(kContinuation, greek) + bye(),
                    and_bye({"text " + greek + greek}));
  texts.section.add("a ping within a character",
                    frame(kText, greek.substr(0, 1), kMore) + frame(kPing, "p") + frame(kContinuation, greek.substr(1)) + bye(),
                    and_bye({"pong p", "text " + greek}));
  for (std::size_t size = 1; size < greek.size(); ++size) {
    const std::string name = "the first " + std::to_string(size) + " bytes of a word in Greek";
    const bool whole = size == 2 || size == 5 || size == 7 || size == 9;
    if (whole) {
      texts.good(name, greek.substr(0, size));
    } else {
      texts.bad(name, greek.substr(0, size));
    }
  }
  texts.bad("good text, then a bad byte, then good text", greek + "\xFF" + greek);
  texts.bad("good text, then a number too high, then good text", greek + encoded(0x110000, 4) + greek);
  texts.bad("good text, then half a character, then good text", greek + "\xE1\xBD" + greek);
  texts.bad("much good text, then a bad byte", letters(5000, 6) + "\x80");
}

void add_boundaries(Texts& texts) {
  for (const std::uint32_t first : {0x0u, 0x80u, 0x800u, 0x10000u}) texts.good("the first of its length", shortest(first));
  for (const std::uint32_t last : {0x7Fu, 0x7FFu, 0xFFFFu, 0x10FFFFu}) texts.good("the last of its length", shortest(last));
  texts.bad("the first of five bytes", shortest(0x200000));
  texts.bad("the first of six bytes", shortest(0x4000000));
  texts.bad("the last of four bytes", shortest(0x1FFFFF));
  texts.bad("the last of five bytes", shortest(0x3FFFFFF));
  texts.bad("the last of six bytes", shortest(0x7FFFFFFF));
  for (const std::uint32_t edge : {0xD7FFu, 0xE000u, 0xFFFDu, 0xEFFFFu}) texts.good("beside what is not allowed", shortest(edge));
  texts.bad("the first above the last", shortest(0x110000));
}

void add_broken(Texts& texts) {
  texts.bad("the first continuation byte alone", "\x80");
  texts.bad("the last continuation byte alone", "\xBF");
  std::string some;
  for (int count = 2; count <= 7; ++count) {
    some.clear();
    for (int i = 0; i < count; ++i) some += i % 2 == 0 ? '\x80' : '\xBF';
    texts.bad(std::to_string(count) + " continuation bytes alone", some);
  }
  std::string all;
  for (int byte = 0x80; byte <= 0xBF; ++byte) all += static_cast<char>(byte);
  texts.bad("all continuation bytes", all);
  texts.bad("first bytes of two, each before a space", alone(0xC0, 0xDF));
  texts.bad("the good first bytes of two, each before a space", alone(0xC2, 0xDF));
  texts.bad("first bytes of three, each before a space", alone(0xE0, 0xEF));
  texts.bad("first bytes of four, each before a space", alone(0xF0, 0xF7));
  texts.bad("first bytes of five, each before a space", alone(0xF8, 0xFB));
  texts.bad("first bytes of six, each before a space", alone(0xFC, 0xFD));
  std::string together;
  for (const auto& [number, length] : {std::pair{0x0u, std::size_t{2}},
                                       {0x0u, 3},
                                       {0x0u, 4},
                                       {0x0u, 5},
                                       {0x0u, 6},
                                       {0x7FFu, 2},
                                       {0xFFFFu, 3},
                                       {0x1FFFFFu, 4},
                                       {0x3FFFFFFu, 5},
                                       {0x7FFFFFFFu, 6}}) {
    const std::string cut = encoded(number, length).substr(0, length - 1);
    texts.bad("without the last of " + std::to_string(length) + " bytes", cut);
    together += cut;
  }
  texts.bad("all of these together", together);
  texts.bad("the byte FE", "\xFE");
  texts.bad("the byte FF", "\xFF");
  texts.bad("FE FE FF FF", "\xFE\xFE\xFF\xFF");
}

void add_overlong(Texts& texts) {
  for (std::size_t length = 2; length <= 6; ++length) {
    const std::string bytes = " in " + std::to_string(length) + " bytes";
    texts.bad("a solidus" + bytes, encoded('/', length));
    const std::uint32_t too_small = length == 2   ? 0x7Fu
                                    : length == 3 ? 0x7FFu
                                    : length == 4 ? 0xFFFFu
                                    : length == 5 ? 0x1FFFFFu
                                                  : 0x3FFFFFFu;
    texts.bad("the largest that is shorter" + bytes, encoded(too_small, length));
    texts.bad("U+0000" + bytes, encoded(0, length));
  }
}

void add_surrogates(Texts& texts) {
  for (const std::uint32_t one : {0xD800u, 0xDB7Fu, 0xDB80u, 0xDBFFu, 0xDC00u, 0xDF80u, 0xDFFFu})
    texts.bad("half a pair of UTF-16", encoded(one, 3));
  for (const std::uint32_t high : {0xD800u, 0xDB7Fu, 0xDB80u, 0xDBFFu}) {
    for (const std::uint32_t low : {0xDC00u, 0xDFFFu}) texts.bad("a pair of UTF-16", encoded(high, 3) + encoded(low, 3));
  }
}

void add_unusual(Texts& texts) {
  for (std::uint32_t plane = 0; plane <= 16; ++plane) {
    for (const std::uint32_t last : {0xFFFEu, 0xFFFFu})
      texts.good("a number that is no character but may be sent", shortest(plane << 16 | last));
  }
  for (std::uint32_t number = 0xFFF9; number <= 0xFFFF; ++number) texts.good("the end of the first plane", shortest(number));
  texts.good("a byte order mark", shortest(0xFEFF) + "a");
}

}  // namespace

std::vector<Case> text_cases() {
  Texts texts;
  add_forms(texts);
  add_boundaries(texts);
  add_broken(texts);
  add_overlong(texts);
  add_surrogates(texts);
  add_unusual(texts);
  return texts.section.take();
}

}  // namespace rookery::wire
