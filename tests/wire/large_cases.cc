// Sections 9 and 10: messages up to the limit, and many of them.
#include "tests/wire/websocket_cases.h"

namespace rookery::wire {
namespace {

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;

std::string size_name(std::size_t size) {
  if (size == 0 || size % kKiB != 0) return std::to_string(size) + " bytes";
  return size % kMiB == 0 ? std::to_string(size / kMiB) + " MiB" : std::to_string(size / kKiB) + " KiB";
}

}  // namespace

std::vector<Case> large_cases() {
  Section section(9);
  for (const std::size_t size : {64 * kKiB, 256 * kKiB, kMiB, 4 * kMiB, 8 * kMiB, 16 * kMiB}) {
    const std::string text = letters(size, 9);
    section.add("text of " + size_name(size), frame(kText, text) + bye(), and_bye({"text " + text}));
    const std::string binary = noise(size, 10);
    section.add("binary of " + size_name(size), frame(kBinary, binary) + bye(), and_bye({"binary " + binary}));
  }
  const std::string text = letters(4 * kMiB, 11);
  const std::string binary = noise(4 * kMiB, 12);
  for (std::size_t size = 64; size <= 4 * kMiB; size *= 4) {
    section.add("text of 4 MiB in fragments of " + size_name(size), in_fragments(kText, text, size) + bye(), and_bye({"text " + text}));
    section.add("binary of 4 MiB in fragments of " + size_name(size), in_fragments(kBinary, binary, size) + bye(),
                and_bye({"binary " + binary}));
  }
  const std::string text_in_pieces = letters(kMiB, 16);
  const std::string binary_in_pieces = noise(kMiB, 17);
  for (std::size_t piece = 64; piece <= 2 * kKiB; piece *= 2) {
    section.add("text of 1 MiB in pieces of " + size_name(piece), frame(kText, text_in_pieces) + bye(), and_bye({"text " + text_in_pieces}),
                {.piece = piece});
    section.add("binary of 1 MiB in pieces of " + size_name(piece), frame(kBinary, binary_in_pieces) + bye(),
                and_bye({"binary " + binary_in_pieces}), {.piece = piece});
  }
  std::string wide;
  while (wide.size() < kMiB) wide += "\u20AC";
  section.add("characters of three bytes, cut by every border", in_fragments(kText, wide, kKiB) + bye(), and_bye({"text " + wide}));
  section.add("text of 1 MiB whose last byte is bad", frame(kText, letters(kMiB - 1, 13) + "\xFF"), refused(1007));
  section.add("16 MiB and a byte, in fragments of 1 MiB", in_fragments(kBinary, noise(16 * kMiB + 1, 14), kMiB), refused(1009));
  return section.take();
}

std::vector<Case> many_cases() {
  Section section(10);
  for (const std::size_t size : {std::size_t{0}, std::size_t{16}, std::size_t{64}, std::size_t{256}, kKiB, 4 * kKiB}) {
    for (const Opcode opcode : {kText, kBinary}) {
      const std::string kind = opcode == kText ? "text" : "binary";
      std::string sent;
      std::vector<std::string> answer;
      Manner one_by_one;
      for (std::uint32_t i = 0; i < 1000; ++i) {
        const std::string message = opcode == kText ? letters(size, i) : noise(size, i);
        sent += frame(opcode, message);
        answer.push_back(kind + " " + message);
        one_by_one.pauses.push_back({sent.size(), answer.size()});
      }
      sent += bye();
      answer = and_bye(std::move(answer));
      const std::string name = "a thousand times " + kind + " of " + size_name(size);
      section.add(name, sent, answer);
      section.add(name + ", each when the one before has come back", sent, answer, std::move(one_by_one));
    }
  }
  const std::string message = letters(64 * kKiB, 15);
  section.add("64 KiB in fragments of 1300 bytes", in_fragments(kText, message, 1300) + bye(), and_bye({"text " + message}));
  std::string pings;
  std::vector<std::string> pongs;
  for (int i = 0; i < 1000; ++i) {
    pings += frame(kPing, std::to_string(i));
    pongs.push_back("pong " + std::to_string(i));
  }
  section.add("a thousand pings", pings + bye(), and_bye(std::move(pongs)));
  std::string small;
  for (int i = 0; i < 10'000; ++i) small += frame(kText) + frame(kPing);
  std::vector<std::string> small_answer;
  for (int i = 0; i < 10'000; ++i) small_answer.insert(small_answer.end(), {"text ", "pong "});
  section.add("ten thousand empty messages and pings", small + bye(), and_bye(std::move(small_answer)));
  std::string empty;
  for (int i = 0; i < 10'000; ++i) empty += frame(i == 0 ? kText : kContinuation, "", kMore);
  section.add("ten thousand empty fragments", empty + frame(kContinuation, "end") + bye(), and_bye({"text end"}));
  return section.take();
}

}  // namespace rookery::wire
