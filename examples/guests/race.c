// Two threads count up together, without a lock, and lose counts.
// gcc -Og -g -fno-inline -fcf-protection=none -pthread -ffile-prefix-map=$PWD=examples/guests -o race race.c
#include <pthread.h>
#include <sched.h>
#include <stdio.h>

volatile long counter;

// Reads, lets the other thread have a turn, and writes.
long add_one(void) {
  long before = counter;
  sched_yield();
  return counter = before + 1;
}

static void *count(void *unused) {
  for (int i = 0; i < 100; i++) add_one();
  return unused;
}

int main(void) {
  pthread_t one, other;
  pthread_create(&one, 0, count, 0);
  pthread_create(&other, 0, count, 0);
  pthread_join(one, 0);
  pthread_join(other, 0);
  printf("counted to %ld of 200\n", counter);
  return counter != 200;
}
