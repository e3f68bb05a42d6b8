// Throws through several frames and out of a library, and catches.
#include <iostream>
#include <stdexcept>
#include <vector>

static int deep(int n) {
  if (n > 3) throw std::runtime_error("deep");
  return deep(n + 1) + 1;
}

int main() {
  try {
    deep(0);
  } catch (const std::exception &error) {
    std::cout << "caught " << error.what() << std::endl;
  }
  try {
    std::vector<int>().at(3);
  } catch (const std::out_of_range &) {
    std::cout << "out of range" << std::endl;
  }
  return 7;
}
