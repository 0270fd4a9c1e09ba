#include <string_view>
#include <vector>

#include "app/command.h"

int main(int argument_count, char** arguments) {
  const std::vector<std::string_view> words(arguments + 1, arguments + argument_count);
  return rookery::app::run_command(words);
}
