// Functions that an expression may call: every way that arguments and results are passed; `stop` is where to look.
#include <cstdio>
#include <cstring>
#include <cmath>
#include <string>
#include <vector>
struct Small { int a; double b; };
struct Big { long a[5]; };
struct Node { int value; Node *next; };
struct Shape { virtual ~Shape() {} virtual double area() const { return 0; } int id() const { return 7; } static int count(int n) { return n + 1; } };
struct Square : Shape { double side = 3; double area() const override { return side * side; } };
extern "C" {
int length(Node *n) { return n ? 1 + length(n->next) : 0; }
double half(double x) { return x / 2; }
float halff(float x) { return x / 2; }
long double precise(int n) { return n / 3.0L; }
struct Wrap { long double v; };
Wrap wrap(int n) { return { n * 1e100L }; }
Small make(int a, double b) { return {a, b}; }
Big large(int n) { return {{n, n + 1, n + 2, n + 3, n + 4}}; }
double use(Small s, Big b, int x) { return s.a + s.b + b.a[4] + x; }
int many(int a, int b, int c, int d, int e, int f, int g, short h) { return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8; }
void nothing(void) { }
int over(int) { return 1; }
int crash(int *p) { return *p; }
}
int over(double) { return 2; }
int add(const int &a, int b) { return a + b; }
volatile int sink;
__attribute__((noinline)) void stop() { sink++; }
int main() {
  Node two{2, nullptr}, one{1, &two};
  const char *text = "hello";
  Small small{1, 2.5}; Big big = large(1); Square square; Shape *shape = &square;
  std::string str = "cpp"; std::vector<int> vec{1, 2};
  int (*fn)(double) = over;
  int n = 5;
  sink += length(&one) + half(1) + halff(1) + precise(1) + wrap(1).v + make(1, 2).a + use(small, big, 1) + many(1,2,3,4,5,6,7,8) + over(1) + fn(2.0) + add(n, 1) + shape->id() + Shape::count(1) + shape->area() + str.size() + vec.size() + std::strlen(text) + std::sqrt(n);
  stop();
  nothing();
  std::printf("%d %d\n", sink, n);
}
