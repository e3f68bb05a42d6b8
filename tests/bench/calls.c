/* Calls a small function five million times: what hooks cost. */
__attribute__((noinline)) long step(long sum, long i) { __asm__ volatile(""); return sum + i; }
int main(void) {
  long sum = 0;
  for (long i = 0; i < 5000000; i++) sum = step(sum, i);
  return sum == 12499997500000 ? 0 : 1;
}
