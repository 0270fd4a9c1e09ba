#include <string_view>
#include <vector>

#include "app/command.h"
#include "base/mutant.h"

int main(int argument_count, char** arguments) {
  rookery::choose_mutant();
  const std::vector<std::string_view> words(arguments + 1, arguments + argument_count);
  return rookery::app::run_command(words);
}
