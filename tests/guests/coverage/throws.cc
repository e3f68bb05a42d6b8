/* Exceptions through destructors, variadic and deduced templates, virtual calls, loops over ranges and bindings. */
#include <cstdio>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>
template <typename T> T clamp(T value, T low, T high) {
  if (value < low) return low;
  if (value > high) return high;
  return value;
}
template <typename... Parts> int count(const Parts &...) { return sizeof...(Parts); }
struct Guard {
  int &n;
  explicit Guard(int &n) : n(n) { n++; }
  ~Guard() { n--; }
};
static int inner(int n) {
  if (n > 2) throw std::out_of_range("far");
  return n;
}
static int outer(int n) {
  int live = 0;
  try {
    Guard guard(live);
    return inner(n) + live;
  } catch (const std::out_of_range &error) {
    return live - 1;
  } catch (...) {
    return -100;
  }
}
class Animal {
public:
  virtual ~Animal() = default;
  virtual int legs() const { return 4; }
};
class Bird : public Animal {
public:
  int legs() const override { return 2; }
};
int main() {
  int sum = 0;
  for (int n : {1, 2, 3, 4}) sum += outer(n);
  for (double d : {-1.0, 0.5, 9.0}) sum += clamp(d, 0.0, 1.0) > 0.7;
  sum += clamp(7, 1, 5) + count(1, "x", 2.5);
  std::vector<std::unique_ptr<Animal>> zoo;
  zoo.push_back(std::make_unique<Animal>());
  zoo.push_back(std::make_unique<Bird>());
  for (const auto &animal : zoo) sum += animal->legs();
  std::map<std::string, int> names{{"a", 1}, {"b", 2}};
  for (auto &[name, value] : names)
    value += name.size();
  auto twice = [&](int x) { return x * 2 + sum; };
  std::printf("%d %d %d\n", sum, twice(2), names["b"]);
  return 0;
}
