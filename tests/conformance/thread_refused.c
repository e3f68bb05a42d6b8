/* No thread can be started: the library says so. What runs natively says 0, so this is not compared. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void *nothing(void *argument) { return argument; }

int main(void) {
  pthread_t thread;
  int result = pthread_create(&thread, 0, nothing, 0);
  printf("%d %d\n", result == EAGAIN || result == ENOSYS, (int)fork());
  return 0;
}
