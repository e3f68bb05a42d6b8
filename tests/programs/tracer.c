/*
 * Ground truth: runs a program natively, one instruction at a time, and says how often each instruction was executed.
 *
 * Writes lines "address count" in hexadecimal and decimal, in no order, then "total count" and, if a signal ended it,
 * "signal number address", to the file named first.
 * An instruction that raises a signal was not executed; every iteration of a REP instruction counts, as the CPU traps
 * after each. See ptrace(2), PTRACE_SINGLESTEP. Leaves out threads, and signals that the program survives.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define SLOTS (1 << 20)
static struct { unsigned long address, count; } table[SLOTS];

static void count(unsigned long address) {
  unsigned long slot = address * 0x9e3779b97f4a7c15ul >> 44;
  while (table[slot].count != 0 && table[slot].address != address) slot = (slot + 1) % SLOTS;
  table[slot].address = address;
  table[slot].count++;
}

static unsigned long pc_of(pid_t child) {
  struct user_regs_struct registers;
  if (ptrace(PTRACE_GETREGS, child, 0, &registers) != 0) { perror("PTRACE_GETREGS"); exit(2); }
  return registers.rip;
}

int main(int argc, char **argv) {
  if (argc < 3) { fprintf(stderr, "usage: tracer RESULT PROGRAM [ARGUMENT...]\n"); return 2; }
  pid_t child = fork();
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0) { perror("PTRACE_TRACEME"); _exit(2); }
    execv(argv[2], argv + 2);
    perror(argv[2]);
    _exit(2);
  }
  int status;
  unsigned long total = 0, refused = 0;
  int signal = 0;
  waitpid(child, &status, 0);
  while (WIFSTOPPED(status)) {
    unsigned long pc = pc_of(child);
    if (ptrace(PTRACE_SINGLESTEP, child, 0, 0) != 0) { perror("PTRACE_SINGLESTEP"); return 2; }
    waitpid(child, &status, 0);
    if (WIFSTOPPED(status) && WSTOPSIG(status) != SIGTRAP) { /* not executed, and the end */
      signal = WSTOPSIG(status);
      refused = pc_of(child);
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      break;
    }
    count(pc);
    total++;
  }
  FILE *result = fopen(argv[1], "w");
  if (result == NULL) { perror(argv[1]); return 2; }
  for (unsigned long slot = 0; slot < SLOTS; slot++)
    if (table[slot].count != 0) fprintf(result, "%lx %lu\n", table[slot].address, table[slot].count);
  fprintf(result, "total %lu\n", total);
  if (signal != 0) fprintf(result, "signal %d %lx\n", signal, refused);
  return fclose(result) == 0 ? 0 : 2;
}
