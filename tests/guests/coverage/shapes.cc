#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

template <typename T>
class Stack {
 public:
  explicit Stack(std::size_t limit) : limit_(limit) {}
  void push(T value) {
    if (items_.size() == limit_)
      throw std::length_error("full");
    items_.push_back(std::move(value));
  }
  T pop() {
    if (items_.empty()) throw std::out_of_range("empty");
    T top = std::move(items_.back());
    items_.pop_back();
    return top;
  }
  bool empty() const { return items_.empty(); }

 private:
  std::size_t limit_;
  std::vector<T> items_;
};

struct Shape {
  virtual ~Shape() = default;
  virtual double area() const = 0;
};

struct Square : Shape {
  explicit Square(double side) : side(side) {}
  double area() const override { return side * side; }
  double side;
};

struct Circle : Shape {
  explicit Circle(double radius) : radius(radius) {}
  double area() const override {
    return 3 * radius * radius;
  }
  double radius;
};

static int parse(const std::string &text) {
  int value = 0;
  for (char c : text) {
    if (c < '0' || c > '9')
      throw std::invalid_argument(text);
    value = value * 10 + (c - '0');
  }
  return value;
}

static int safe(const std::string &text) {
  try {
    return parse(text);
  } catch (const std::invalid_argument &problem) {
    std::printf("bad: %s\n", problem.what());
    return -1;
  } catch (...) {
    return -2;
  }
}

template <typename F>
int apply(F f, int n) {
  int sum = 0;
  for (int i = 0; i < n; i++)
    sum += f(i);
  return sum;
}

int main() {
  Stack<int> numbers(3);
  Stack<std::string> words(2);
  for (int i = 0; i < 3; i++)
    numbers.push(i);
  try {
    numbers.push(9);
  } catch (const std::length_error &error) {
    std::printf("%s\n", error.what());
  }
  words.push("one");
  words.push("two");
  while (!numbers.empty())
    std::printf("%d ", numbers.pop());
  std::printf("%s\n", words.pop().c_str());

  std::vector<std::unique_ptr<Shape>> shapes;
  shapes.push_back(std::make_unique<Square>(2));
  shapes.push_back(std::make_unique<Circle>(1));
  double total = 0;
  for (const auto &shape : shapes)
    total += shape->area();
  std::printf("%.0f\n", total);

  for (const char *text : {"12", "x", "7"})
    std::printf("%d\n", safe(text));
  int k = 3;
  std::printf("%d\n", apply([k](int i) { return i * k; }, 5) + apply([](int i) { return i; }, 4));
  std::map<std::string, int> ages = {{"a", 1}, {"b", 2}};
  for (auto &[name, age] : ages) {
    if (name == "b")
      age++;
  }
  std::vector<int> v = {3, 1, 2};
  std::sort(v.begin(), v.end(), [](int a, int b) {
    return a < b;
  });
  std::printf("%d %d\n", v[0], ages["b"]);
  return 0;
}
