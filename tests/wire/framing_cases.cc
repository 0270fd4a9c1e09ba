// Sections 1 to 5 and 8: lengths, control frames, reserved bits, opcodes, fragments, masks.
#include "tests/wire/websocket_cases.h"

namespace rookery::wire {
namespace {

const std::string kHello = "Hello, \u03C0\u03C1\u03CC\u03C3\u03B2\u03B1\u03C3\u03B7";  // two bytes a letter behind the comma

}  // namespace

std::vector<Case> framing_cases() {
  Section section(1);
  for (const std::size_t size : {0, 1, 124, 125, 126, 127, 128, 65534, 65535, 65536, 65537}) {
    const std::string text = letters(size, 1);
    const std::string binary = noise(size, 2);
    const std::string bytes = std::to_string(size) + " bytes";
    section.add("text of " + bytes, frame(kText, text) + bye(), and_bye({"text " + text}));
    section.add("binary of " + bytes, frame(kBinary, binary) + bye(), and_bye({"binary " + binary}));
  }
  section.add("text and binary by turns", frame(kText, "a") + frame(kBinary, "\xFF") + frame(kText, "b") + frame(kBinary, "") + bye(),
              and_bye({"text a", "binary \xFF", "text b", "binary "}));
  section.add("binary that is no text", frame(kBinary, std::string("\x00\xFF\xC0\x80", 4)) + bye(),
              and_bye({"binary " + std::string("\x00\xFF\xC0\x80", 4)}));
  section.add("text that holds U+0000", frame(kText, std::string("a\0b", 3)) + bye(), and_bye({"text " + std::string("a\0b", 3)}));
  return section.take();
}

std::vector<Case> ping_cases() {
  Section section(2);
  const std::string longest = noise(125, 3);
  const std::string binary("\x00\xFF\xFE\xFD\xFC\xFB\x00\xFF", 8);
  section.add("without a payload", frame(kPing) + bye(), and_bye({"pong "}));
  section.add("with text", frame(kPing, kHello) + bye(), and_bye({"pong " + kHello}));
  section.add("with bytes that are no text", frame(kPing, binary) + bye(), and_bye({"pong " + binary}));
  section.add("of 125 bytes", frame(kPing, longest) + bye(), and_bye({"pong " + longest}));
  section.add("of 126 bytes", frame(kPing, longest + "x") + bye(), refused(1002));
  section.add("of 125 bytes with a length of two", frame(kPing, longest, {.length_bytes = 2}) + bye(), refused(1002));
  section.add("of 65536 bytes", frame(kPing, {}, {.announced = 65536}), refused(1002));
  section.add("in fragments", frame(kPing, "a", kMore), refused(1002));
  section.add("a pong without a payload that nobody asked for", frame(kPong) + bye(), and_bye({}));
  section.add("a pong that nobody asked for", frame(kPong, "unasked") + bye(), and_bye({}));
  section.add("a pong of 126 bytes", frame(kPong, longest + "x"), refused(1002));
  section.add("a pong, then a ping", frame(kPong, "unasked") + frame(kPing, "asked") + bye(), and_bye({"pong asked"}));
  std::string ten;
  std::vector<std::string> pongs;
  for (int i = 0; i < 10; ++i) {
    ten += frame(kPing, "number " + std::to_string(i));
    pongs.push_back("pong number " + std::to_string(i));
  }
  section.add("ten are answered in order", ten + bye(), and_bye(pongs));
  section.add("between two messages", frame(kText, "a") + frame(kPing, "p") + frame(kText, "b") + bye(),
              and_bye({"text a", "pong p", "text b"}));
  return section.take();
}

std::vector<Case> reserved_bit_cases() {
  Section section(3);
  for (std::uint8_t bits = 1; bits < 8; ++bits) {
    const Form form{.reserved = bits};
    const std::string name = "RSV " + std::to_string(bits);
    section.add(name + " on text", frame(kText, kHello, form) + bye(), refused(1002));
    section.add(name + " behind a good message", frame(kText, "good") + frame(kBinary, "bad", form) + frame(kPing),
                refused(1002, {"text good"}));
    section.add(name + " on a ping", frame(kPing, "p", form), refused(1002));
    section.add(name + " on a close", frame(kClose, "", form), refused(1002));
    section.add(name + " on a fragment", frame(kText, "a", kMore) + frame(kContinuation, "b", form), refused(1002));
  }
  return section.take();
}

std::vector<Case> opcode_cases() {
  Section section(4);
  for (const unsigned opcode : {3u, 4u, 5u, 6u, 7u, 11u, 12u, 13u, 14u, 15u}) {
    const std::string name = "opcode " + std::to_string(opcode);
    section.add(name + " without a payload", frame(opcode), refused(1002));
    section.add(name + " with one", frame(opcode, kHello), refused(1002));
    section.add(name + " behind a good message", frame(kText, "good") + frame(opcode, "x") + frame(kPing), refused(1002, {"text good"}));
    section.add(name + " within a message", frame(kText, "a", kMore) + frame(opcode), refused(1002));
  }
  return section.take();
}

std::vector<Case> fragmentation_cases() {
  Section section(5);
  const std::string more = frame(kText, "one", kMore);
  const std::string last = frame(kContinuation, "two");
  section.add("two fragments", more + last + bye(), and_bye({"text onetwo"}));
  section.add("two fragments of binary", frame(kBinary, "\xFF", kMore) + frame(kContinuation, "\xFE") + bye(),
              and_bye({"binary \xFF\xFE"}));
  section.add("three empty fragments", frame(kText, "", kMore) + frame(kContinuation, "", kMore) + frame(kContinuation, "") + bye(),
              and_bye({"text "}));
  section.add("an empty one first", frame(kText, "", kMore) + frame(kContinuation, "a") + bye(), and_bye({"text a"}));
  section.add("an empty one last", frame(kText, "a", kMore) + frame(kContinuation, "") + bye(), and_bye({"text a"}));
  section.add("a ping in fragments", frame(kPing, "a", kMore) + frame(kContinuation, "b"), refused(1002));
  section.add("a pong in fragments", frame(kPong, "a", kMore) + frame(kContinuation, "b"), refused(1002));
  section.add("a close in fragments", frame(kClose, "", kMore), refused(1002));
  section.add("a ping between fragments", more + frame(kPing, "p") + last + bye(), and_bye({"pong p", "text onetwo"}));
  section.add("an empty ping between fragments", more + frame(kPing) + last + bye(), and_bye({"pong ", "text onetwo"}));
  section.add("a pong between fragments", more + frame(kPong, "p") + last + bye(), and_bye({"text onetwo"}));
  std::string five;
  std::string mixed;
  for (int i = 0; i < 5; ++i) {
    const std::string part = "part " + std::to_string(i) + " ";
    const Form form{.final = i == 4};
    five += frame(i == 0 ? kText : kContinuation, part, form);
    mixed += frame(i == 0 ? kText : kContinuation, part, form) + frame(kPing, std::to_string(i));
  }
  const std::string whole = "text part 0 part 1 part 2 part 3 part 4 ";
  section.add("five fragments", five + bye(), and_bye({whole}));
  section.add("a ping behind each of five", mixed + bye(), and_bye({"pong 0", "pong 1", "pong 2", "pong 3", whole, "pong 4"}));
  section.add("nothing to continue", last, refused(1002));
  section.add("nothing to continue, with more to come", frame(kContinuation, "a", kMore) + last, refused(1002));
  section.add("nothing to continue behind a whole message", frame(kText, "whole") + last, refused(1002, {"text whole"}));
  section.add("nothing to continue behind fragments", more + last + last, refused(1002, {"text onetwo"}));
  section.add("an empty continuation of nothing", frame(kContinuation), refused(1002));
  section.add("a message within another", more + frame(kText, "three"), refused(1002));
  section.add("a binary message within text", more + frame(kBinary, "three"), refused(1002));
  section.add("the beginning of a message within another", more + frame(kText, "three", kMore), refused(1002));
  section.add("a message within another behind a ping", more + frame(kPing, "p") + frame(kText, "three"), refused(1002, {"pong p"}));
  section.add("two messages in fragments", more + last + frame(kBinary, "\xFF", kMore) + frame(kContinuation, "\xFE") + bye(),
              and_bye({"text onetwo", "binary \xFF\xFE"}));
  section.add("a close within a message", more + bye(), and_bye({}));

  // What follows a ping is sent when the pong is there: the message lies about unfinished meanwhile.
  const std::string first = frame(kText, "one ", kMore) + frame(kContinuation, "two ", kMore) + frame(kPing, "first");
  const std::string second = first + frame(kContinuation, "three ", kMore) + frame(kContinuation, "four ", kMore) + frame(kPing, "second");
  const std::vector<std::string> in_turns = {"pong first", "pong second", "text one two three four five"};
  section.add("five fragments, and the answers to two pings waited for", second + frame(kContinuation, "five") + bye(), and_bye(in_turns),
              {.pauses = {{first.size(), 1}, {second.size(), 2}}});
  const std::string cut = frame(kBinary, "\x01\x02\x03", kMore) + frame(kPing, "p");
  const std::string within = frame(kContinuation, "\x04\x05");
  section.add("a pause within the header of a fragment", cut + within + bye(), and_bye({"pong p", "binary \x01\x02\x03\x04\x05"}),
              {.pauses = {{cut.size() + 1, 1}}});
  return section.take();
}

std::vector<Case> header_cases() {
  Section section(8);
  const Form unmasked{.masked = false};
  section.add("text without a mask", frame(kText, "a", unmasked), refused(1002));
  section.add("a ping without a mask", frame(kPing, "a", unmasked), refused(1002));
  section.add("a close without a mask", frame(kClose, "\x03\xE8", unmasked), refused(1002));
  section.add("an empty frame without a mask", frame(kText, "", unmasked), refused(1002));
  section.add("a fragment without a mask", frame(kText, "a", kMore) + frame(kContinuation, "b", unmasked), refused(1002));
  section.add("a mask of zeros", frame(kText, kHello, {.mask = 0}) + bye(), and_bye({"text " + kHello}));
  section.add("a mask of ones", frame(kText, kHello, {.mask = 0xFFFFFFFF}) + bye(), and_bye({"text " + kHello}));
  section.add("another mask for each fragment",
              frame(kText, "one", {.final = false, .mask = 0x01020304}) + frame(kContinuation, "two", {.mask = 0xA0B0C0D0}) + bye(),
              and_bye({"text onetwo"}));
  section.add("a length of two bytes for one", frame(kText, "a", {.length_bytes = 2}), refused(1002));
  section.add("a length of two bytes for 125", frame(kBinary, letters(125, 4), {.length_bytes = 2}), refused(1002));
  section.add("a length of eight bytes for one", frame(kText, "a", {.length_bytes = 8}), refused(1002));
  section.add("a length of eight bytes for 65535", frame(kBinary, {}, {.length_bytes = 8, .announced = 65535}), refused(1002));
  section.add("a length of two bytes that is zero", frame(kText, "", {.length_bytes = 2}), refused(1002));
  std::string negative = frame(kBinary, {}, {.length_bytes = 8, .announced = 65536});
  negative[2] = '\x80';
  section.add("a length of 64 bits", negative, refused(1002));
  section.add("a length of 63 bits", frame(kBinary, {}, {.announced = INT64_MAX}), refused(1009));
  section.add("one byte above the limit", frame(kBinary, {}, {.announced = std::int64_t{kMessageBytesMax} + 1}), refused(1009));
  section.add("a fragment above the limit", frame(kBinary, {}, {.final = false, .announced = std::int64_t{kMessageBytesMax} + 1}),
              refused(1009));
  section.add("fragments that would be above the limit",
              frame(kBinary, "x", kMore) + frame(kContinuation, {}, {.announced = std::int64_t{kMessageBytesMax}}), refused(1009));
  return section.take();
}

}  // namespace rookery::wire
