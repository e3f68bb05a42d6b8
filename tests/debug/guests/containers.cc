// Containers of the C++ library, full and empty, in and beside each other; `stop` is where a debugger is to look.
#include <string>
#include <vector>
#include <map>
#include <set>
#include <list>
#include <deque>
#include <memory>
#include <optional>
#include <any>
#include <variant>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <string_view>
#include <array>
#include <stack>
#include <queue>
#include <bitset>
#include <forward_list>
#include <cstdio>
struct Point { int x, y; };
volatile int sink;
__attribute__((noinline)) void stop() { sink++; }
int take(const std::vector<int> &numbers, std::string name, std::unique_ptr<Point> &p) { stop(); return numbers.size() + name.size() + p->x; }
int main() {
  std::string small = "small", large(40, 'x'), empty;
  std::wstring wide = L"wide";
  std::string_view view = small;
  std::vector<int> numbers{1, 2, 3}, none;
  std::vector<std::string> words{"one", "two"};
  std::vector<Point> points{{1, 2}, {3, 4}};
  std::vector<std::vector<int>> nested{{1}, {2, 3}};
  std::vector<bool> bits{true, false, true};
  std::map<std::string, int> ages{{"ann", 3}, {"bob", 5}};
  std::map<int, Point> places{{1, {1, 2}}};
  std::set<int> set{3, 1, 2};
  std::multimap<int, int> multi{{1, 2}, {1, 3}};
  std::unordered_map<std::string, int> hashed{{"k", 1}};
  std::unordered_set<int> uset{7};
  std::list<int> list{1, 2};
  std::forward_list<int> flist{1, 2};
  std::deque<int> deque{1, 2, 3};
  std::unique_ptr<Point> unique(new Point{5, 6}), nothing;
  std::shared_ptr<Point> shared = std::make_shared<Point>(Point{7, 8}), shared2 = shared;
  std::weak_ptr<Point> weak = shared;
  std::optional<int> some = 4, no;
  std::optional<std::string> otext = "t";
  struct Large { long parts[4]; };
  std::any no_any, small_any = 5, text_any = std::string("any"), large_any = Large{{1, 2, 3, 4}};
  std::variant<int, std::string> var = std::string("v"), var0 = 1;
  std::tuple<int, double, std::string> tuple{1, 2.5, "t"};
  std::pair<int, std::string> pair{1, "p"};
  std::array<int, 3> array{1, 2, 3};
  std::stack<int> stack; stack.push(1);
  std::queue<int> queue; queue.push(1);
  std::priority_queue<int> pq; pq.push(2);
  std::bitset<8> bitset(5);
  auto it = numbers.begin(); auto mit = ages.begin(); auto lit = list.begin();
  int result = take(numbers, small, unique);

  std::printf("%d %d\n", result, *it);
}
