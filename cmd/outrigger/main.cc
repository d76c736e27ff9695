// outrigger: the command line of the mesh. Commands are one file each; commands.cc has the table.
#include <iostream>

#include "cmd/outrigger/command.h"

int main(int argc, char** argv) {
  outrigger::cli::Context context{std::cin, std::cout, std::cerr};
  return outrigger::cli::Main(argc, argv, context);
}
