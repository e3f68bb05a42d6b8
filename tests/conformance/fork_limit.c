// Begins processes until no more can be begun, ends them all, and begins one again.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
  static pid_t children[4096];
  int count = 0, left = 0;
  while (count < 4096 && (children[count] = fork()) > 0) count++;
  if (count < 4096 && children[count] == 0) for (;;) pause();
  printf("%s after %s\n", strerrorname_np(errno), count >= 20 ? "many" : "few");
  fflush(stdout);
  for (int i = 0; i < count; i++) kill(children[i], SIGKILL);
  while (wait(0) > 0) left++;
  pid_t last = fork();
  if (last == 0) _exit(0);
  printf("%d left; %s\n", count - left, last > 0 && wait(0) == last ? "another begins" : "none begins");
}
