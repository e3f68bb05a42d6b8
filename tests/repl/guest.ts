/** The guest of the prompt's tests. */

import { compile } from "../programs/compile.ts";

/**
 * With `loop`, it counts two variables up together until `go` is set, and says whether they are equal: a stop that lost
 * or repeated an instruction would show. With `read`, it repeats a line. Its exit status is 3.
 */
export const SOURCE = String.raw`
#include <stdio.h>
#include <unistd.h>
volatile unsigned long left, right;
volatile int go;
char message[] = "hello";
__attribute__((noinline)) int add(int a, int b) { return a + b; }
__attribute__((noinline)) int twice(int a) { return add(a, a); }
__attribute__((noinline)) void both(void) { left++; right++; }
int main(int argc, char **argv) {
  int sum = 0;
  for (int i = 0; i < 5; i++) sum = add(sum, i);
  printf("sum %d twice %d\n", sum, twice(sum));
  fflush(stdout);
  if (argc > 1 && argv[1][0] == 'l') {
    while (!go) both();
    printf("%s\n", left == right ? "left and right are equal" : "left and right differ");
  }
  if (argc > 1 && argv[1][0] == 'r') {
    char line[100];
    printf("the guest got: %s", fgets(line, sizeof line, stdin));
  }
  return 3;
}
`;

/** Compiles it; static, so that all its symbols are there from the start. @param flags More flags for gcc. */
export function guest(...flags: readonly string[]): Promise<string> {
  return compile(SOURCE, ["-O1", "-static", "-no-pie", "-fno-inline", ...flags]);
}
