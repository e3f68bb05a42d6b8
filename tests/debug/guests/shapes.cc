/* C++: classes, references, templates, virtual functions, namespaces, exceptions, static members. */
#include <cstdio>
#include <stdexcept>
namespace shapes {
  int registered = 3;
  enum class Kind { Circle, Square = 4 };
  struct Base { int id = 1; virtual ~Base() {} virtual double area() const { return 0; } static int count; };
  int Base::count = 12;
  struct Named { const char *name; };
  class Circle : public Base, public Named { double radius; bool filled; protected: Kind kind;
    public: Circle(double r) : radius(r), filled(true), kind(Kind::Square) { name = "circle"; id = 9; }
    double area() const override; };
}
template <class T, int N> struct Box { T items[N]; T &first() { return items[0]; } };
volatile int sink;
__attribute__((noinline)) void stop() { sink = sink + 1; }
double shapes::Circle::area() const { double result = 3 * radius * radius; stop(); return result; }
template <class T> __attribute__((noinline)) T largest(const T &a, T &&b, Box<T, 2> &box) { T copy = a; stop(); return a < b ? b : copy + box.first(); }
__attribute__((noinline)) int refuse(int n) { if (n > 0) throw std::runtime_error("no"); return n; }
int main(int argc, char **) {
  shapes::Circle circle(2.5); shapes::Base &base = circle; shapes::Base *pointer = &circle;
  Box<long, 2> box{ { 5, 6 } }; auto lambda = [&](int x) { return x + box.items[0]; };
  double area = 0; long big = 0;
  area = base.area() + pointer->area();
  big = largest<long>(3L, 4L, box);
  try { refuse(argc); } catch (std::exception &) { int caught = 1; stop(); sink = caught; }
  std::printf("%ld\n", big + (long)area + lambda(1));
  return 0;
}
