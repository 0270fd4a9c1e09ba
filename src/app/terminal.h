// The terminal of whoever runs a command. One thread; blocking.
#pragma once

#include <optional>
#include <string>

#include "base/random.h"

namespace rookery::app {

// True when both the input and the messages are a terminal: somebody is there to answer.
bool somebody_is_there();

// Asks on stderr and reads a line from stdin that is not shown as it is typed. None at the end of input.
std::optional<std::string> ask_hidden(const std::string& question);

// A password to be told once: 20 letters and digits (116 bits), none that look alike.
std::string make_password(Random& random);

}  // namespace rookery::app
