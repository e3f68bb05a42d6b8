// Threads of C++: std::thread, std::future, std::async, exceptions between threads, thread-local objects, call_once.
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <future>
#include <mutex>
#include <numeric>
#include <queue>
#include <stdexcept>
#include <thread>
#include <vector>

static std::atomic<int> destroyed;
struct Local {
  int value = 0;
  ~Local() { destroyed += value; }
};
static thread_local Local local;

static long fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

int main() {
  std::vector<std::thread> threads;
  for (int i = 1; i <= 4; i++) threads.emplace_back([i] { local.value = i; });
  for (auto &thread : threads) thread.join();
  std::printf("destroyed %d\n", destroyed.load());

  std::vector<std::future<long>> futures;
  for (int i = 10; i < 20; i++) futures.push_back(std::async(std::launch::async, fib, i));
  long sum = 0;
  for (auto &future : futures) sum += future.get();
  std::printf("sum %ld\n", sum);

  auto failing = std::async(std::launch::async, []() -> int { throw std::runtime_error("from another thread"); });
  try {
    failing.get();
  } catch (const std::exception &error) {
    std::printf("caught: %s\n", error.what());
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::queue<int> queue;
  long consumed = 0;
  std::thread consumer([&] {
    for (int got = 0; got < 100;) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return !queue.empty(); });
      for (; !queue.empty(); queue.pop(), got++) consumed += queue.front();
    }
  });
  for (int i = 0; i < 100; i++) {
    std::lock_guard lock(mutex);
    queue.push(i);
    changed.notify_one();
  }
  consumer.join();
  std::printf("consumed %ld\n", consumed);
  std::promise<int> promise;
  std::thread([&] { promise.set_value_at_thread_exit(42); }).detach();
  std::printf("promised %d\n", promise.get_future().get());
}
