// The terminal of whoever runs a command. One thread; blocking.
#pragma once

#include <optional>
#include <string>

namespace rookery::app {

// True when both the input and the messages are a terminal: somebody is there to answer.
bool somebody_is_there();

// Asks on stderr and reads a line from stdin that is not shown as it is typed. None at the end of input.
std::optional<std::string> ask_hidden(const std::string& question);

}  // namespace rookery::app
