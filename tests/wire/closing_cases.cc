// Section 7: the end of a connection (RFC 6455 §5.5.1, §7).
#include "tests/wire/websocket_cases.h"

namespace rookery::wire {

std::vector<Case> closing_cases() {
  Section section(7);
  section.add("a message, then a close", frame(kText, "last") + bye(), and_bye({"text last"}));
  section.add("two closes", bye() + bye(), and_bye({}));
  section.add("a ping behind a close", bye() + frame(kPing, "late"), and_bye({}));
  section.add("a message behind a close", bye() + frame(kText, "late"), and_bye({}));
  section.add("what would be an error behind a close", bye() + frame(kText, "\xFF", {.reserved = 7}), and_bye({}));
  section.add("a close within a message, then its end", frame(kText, "a", kMore) + bye() + frame(kContinuation, "b"), and_bye({}));
  const std::string large = letters(256 * 1024, 7);
  section.add("a large message, a close, a ping", frame(kText, large) + bye() + frame(kPing), and_bye({"text " + large}));

  section.add("without a code", frame(kClose), {"close", "end"});
  section.add("half a code", frame(kClose, "\x03"), refused(1002));
  section.add("a code", bye(), and_bye({}));
  section.add("a code and a reason", close_frame(1000, "good-bye \u2603"), and_bye({}));
  section.add("a reason of 123 bytes", close_frame(1000, letters(123, 8)), and_bye({}));
  section.add("a reason of 124 bytes", close_frame(1000, letters(124, 8)), refused(1002));
  section.add("a reason that is no text", close_frame(1000, "\xCE\xBA\xE1\xBD\xB9\xED\xA0\x80"), refused(1007));
  section.add("a reason whose last character is cut", close_frame(1000, "\xCE\xBA\xE1\xBD"), refused(1007));
  section.add("a reason with U+0000", close_frame(1000, std::string("a\0b", 3)), and_bye({}));

  // The codes of §7.4.1 that may be sent, those registered with IANA since, and the ranges of §7.4.2 that are for others.
  for (const unsigned code :
       {1000u, 1001u, 1002u, 1003u, 1007u, 1008u, 1009u, 1010u, 1011u, 1012u, 1013u, 1014u, 3000u, 3999u, 4000u, 4999u}) {
    section.add("code " + std::to_string(code), close_frame(code, "why"), refused(code));
  }
  // Those that are never sent, those that nobody has defined, and those that are none.
  for (const unsigned code : {0u, 1u, 999u, 1004u, 1005u, 1006u, 1015u, 1016u, 1100u, 1999u, 2000u, 2999u, 5000u, 32768u, 65535u}) {
    section.add("code " + std::to_string(code), close_frame(code), refused(1002));
  }
  return section.take();
}

}  // namespace rookery::wire
