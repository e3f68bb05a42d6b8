/* Handlers: what they are given, what is restored after them, masks, stacks and order. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

static volatile sig_atomic_t count;
static char order[256];

static void note(int signal) {
  char text[16];
  snprintf(text, sizeof text, " %d", signal);
  strcat(order, text);
}

static void clobber(int signal) {
  (void)signal;
  count++;
  asm volatile("fninit; fldpi; fldl2e; pcmpeqd %%xmm0, %%xmm0; pcmpeqd %%xmm7, %%xmm7; pcmpeqd %%xmm15, %%xmm15; std; cld; "
               "xor %%eax, %%eax; mov $-1, %%rcx; mov $-1, %%r11" ::: "rax", "rcx", "r11", "xmm0", "xmm7", "xmm15");
}

/* Registers, flags, SSE, x87 and the red zone survive a handler that runs at any instruction. */
static int survives(void) {
  uint64_t ok;
  asm volatile(
      "mov $0x1111111111111111, %%rax; movq %%rax, %%xmm0; mov $0x2222222222222222, %%rax; movq %%rax, %%xmm15\n"
      "fninit; fld1; fldz; fldpi\n"
      "mov $0x3333333333333333, %%rax; mov %%rax, -8(%%rsp); mov %%rax, -120(%%rsp)\n"
      "mov $0x4444444444444444, %%r11; mov $0x5555555555555555, %%r10\n"
      "movl $0, %[count]\n"
      "mov $39, %%eax\n"
      "1: cmpl $3, %[count]; jl 1b\n"
      "mov $0x4444444444444444, %%rcx; xor %%ebx, %%ebx\n"
      "cmp %%rcx, %%r11; jne 2f; inc %%ebx\n"
      "mov $0x5555555555555555, %%rcx; cmp %%rcx, %%r10; jne 2f; inc %%ebx\n"
      "mov $0x3333333333333333, %%rcx; cmp %%rcx, -8(%%rsp); jne 2f; inc %%ebx\n"
      "cmp %%rcx, -120(%%rsp); jne 2f; inc %%ebx\n"
      "mov $0x1111111111111111, %%rcx; movq %%xmm0, %%rdx; cmp %%rcx, %%rdx; jne 2f; inc %%ebx\n"
      "mov $0x2222222222222222, %%rcx; movq %%xmm15, %%rdx; cmp %%rcx, %%rdx; jne 2f; inc %%ebx\n"
      "fldpi; fcomip %%st(1), %%st; jne 2f; inc %%ebx; fstp %%st; fldz; fcomip %%st(1), %%st; jne 2f; inc %%ebx\n"
      "cmp $39, %%eax; jne 2f; inc %%ebx\n"
      "2: mov %%rbx, %[ok]; fninit"
      : [ok] "=r"(ok)
      : [count] "m"(count)
      : "rax", "rbx", "rcx", "rdx", "r10", "r11", "xmm0", "xmm15", "memory", "cc");
  return (int)ok;
}

static void inspect(int signal, siginfo_t *info, void *context) {
  ucontext_t *u = context;
  char here;
  greg_t *g = u->uc_mcontext.gregs;
  printf("signal %d, info %d %d %d, sender %s\n", signal, info->si_signo, info->si_errno, info->si_code,
         info->si_pid == getpid() && info->si_uid == getuid() ? "self" : "another");
  printf("frame aligned %d, segments %lx, mask %d, below the red zone %d\n",
         (int)((uintptr_t)__builtin_frame_address(0) % 16), (unsigned long)g[REG_CSGSFS] & 0xffff,
         sigismember(&u->uc_sigmask, SIGUSR2), (greg_t)(uintptr_t)&here < g[REG_RSP] - 128);
  printf("floating point aligned %d, control %x, mxcsr %x\n", (int)((uintptr_t)u->uc_mcontext.fpregs % 16),
         u->uc_mcontext.fpregs->cwd, u->uc_mcontext.fpregs->mxcsr);
  unsigned short control, status;
  unsigned mxcsr;
  asm volatile("fnstcw %0; fnstsw %1; stmxcsr %2" : "=m"(control), "=m"(status), "=m"(mxcsr));
  printf("the handler's own: control %x, status %x, mxcsr %x\n", control, status, mxcsr);
  printf("alternate stack flags %d\n", u->uc_stack.ss_flags);
}

static void skip(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info;
  greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
  g[REG_RIP] += 2; /* ud2 */
  g[REG_RAX] = 4242;
  ((ucontext_t *)context)->uc_mcontext.fpregs->_xmm[3].element[0] = 77;
}

static void nest(int signal) {
  note(signal);
  if (signal == SIGUSR1) raise(SIGUSR2);
  if (signal == SIGUSR2 && count++ == 0) raise(SIGUSR1); /* blocked here: comes after */
  note(-signal);
}

static void on_stack(int signal) {
  (void)signal;
  stack_t now;
  sigaltstack(0, &now);
  char here;
  printf("on the alternate stack: %d, flags %d, inside %d\n", count, now.ss_flags,
         &here >= (char *)now.ss_sp && &here < (char *)now.ss_sp + now.ss_size);
  stack_t off = {.ss_flags = SS_DISABLE};
  printf("changing it: %d\n", sigaltstack(&off, 0));
  if (count++ == 0) raise(SIGUSR2);
}

static sigjmp_buf back;
static void overflowed(int signal) { siglongjmp(back, signal); }
static int deep(int n) {
  volatile char room[4096];
  room[0] = (char)n;
  return deep(n + 1) + room[0];
}

static void queued(int signal, siginfo_t *info, void *context) {
  (void)context;
  printf("queued %d: code %d, value %d\n", signal - SIGRTMIN, info->si_code, info->si_value.sival_int);
}

static void set(int signal, void (*handler)(int), int flags, int masked) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  if (masked) sigaddset(&action.sa_mask, masked);
  sigaction(signal, &action, 0);
}

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  set(SIGALRM, clobber, 0, 0);
  struct { long s, us, s2, us2; } every = {0, 3000, 0, 3000};
  extern int setitimer();
  setitimer(0, &every, 0);
  printf("survived %d\n", survives());
  memset(&every, 0, sizeof every);
  setitimer(0, &every, 0);

  struct sigaction info = {.sa_sigaction = inspect, .sa_flags = SA_SIGINFO};
  sigaction(SIGUSR1, &info, 0);
  raise(SIGUSR1);
  unsigned short control = 0x27f;
  unsigned mxcsr = 0x5f80;
  asm volatile("fldcw %0; ldmxcsr %1; fldpi" : : "m"(control), "m"(mxcsr));
  kill(getpid(), SIGUSR1);
  double pi;
  asm volatile("fnstcw %0; stmxcsr %1; fstpl %2" : "=m"(control), "=m"(mxcsr), "=m"(pi));
  printf("restored: control %x, mxcsr %x, %f\n", control, mxcsr, pi);
  control = 0x37f, mxcsr = 0x1f80;
  asm volatile("fldcw %0; ldmxcsr %1" : : "m"(control), "m"(mxcsr));

  struct sigaction skipping = {.sa_sigaction = skip, .sa_flags = SA_SIGINFO};
  sigaction(SIGILL, &skipping, 0);
  long result;
  int xmm;
  asm volatile("pxor %%xmm3, %%xmm3; ud2; movd %%xmm3, %1" : "=a"(result), "=r"(xmm)::"xmm3");
  printf("skipped %ld %d\n", result, xmm);

  count = 0;
  set(SIGUSR1, nest, 0, 0);
  set(SIGUSR2, nest, 0, 0);
  raise(SIGUSR1);
  printf("nested:%s\n", order);
  order[0] = 0;
  set(SIGUSR1, note, SA_RESETHAND, 0);
  raise(SIGUSR1);
  struct sigaction now;
  sigaction(SIGUSR1, 0, &now);
  printf("reset:%s %d\n", order, now.sa_handler == SIG_DFL);

  order[0] = 0;
  sigset_t all, old, pending;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &old);
  int several[] = {SIGTERM, SIGHUP, SIGUSR2, SIGRTMIN + 2, SIGINT, SIGRTMIN + 1, SIGINT};
  for (int i = 0; i < 7; i++) {
    set(several[i], note, 0, 0);
    raise(several[i]);
  }
  sigpending(&pending);
  printf("pending %d %d %d\n", sigismember(&pending, SIGINT), sigismember(&pending, SIGQUIT),
         sigismember(&pending, SIGRTMIN + 1));
  sigprocmask(SIG_SETMASK, &old, 0);
  printf("order:%s\n", order);

  struct sigaction real = {.sa_sigaction = queued, .sa_flags = SA_SIGINFO};
  sigaction(SIGRTMIN + 1, &real, 0);
  sigaction(SIGRTMIN + 2, &real, 0);
  sigprocmask(SIG_BLOCK, &all, &old);
  for (int i = 0; i < 3; i++) {
    union sigval value = {.sival_int = 10 + i};
    sigqueue(getpid(), SIGRTMIN + 2 - (i == 1), value);
  }
  sigprocmask(SIG_SETMASK, &old, 0);

  sigprocmask(SIG_BLOCK, &all, &old);
  union sigval value = {.sival_int = 5};
  sigqueue(getpid(), SIGRTMIN + 1, value);
  siginfo_t taken;
  printf("waited for %d", sigwaitinfo(&all, &taken) - SIGRTMIN);
  printf(", value %d\n", taken.si_value.sival_int);
  struct timespec brief = {0, 1000000};
  printf("nothing more: %d\n", sigtimedwait(&all, 0, &brief));
  set(SIGUSR2, note, 0, 0);
  order[0] = 0;
  raise(SIGUSR2);
  sigset_t most = all;
  sigdelset(&most, SIGUSR2);
  printf("suspended %d", sigsuspend(&most));
  sigprocmask(SIG_SETMASK, 0, &pending);
  printf(" %s, blocked again %d\n", order, sigismember(&pending, SIGUSR2));
  sigprocmask(SIG_SETMASK, &old, 0);

  static char alternate[32768];
  stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate}, small = {.ss_sp = alternate, .ss_size = 100};
  printf("small %d\n", sigaltstack(&small, 0));
  printf("set %d\n", sigaltstack(&stack, 0));
  count = 0;
  set(SIGUSR1, on_stack, SA_ONSTACK, 0);
  set(SIGUSR2, on_stack, SA_ONSTACK, 0);
  raise(SIGUSR1);
  set(SIGSEGV, overflowed, SA_ONSTACK, 0);
  int signal = sigsetjmp(back, 1);
  if (signal == 0) deep(0);
  printf("stack overflow: signal %d\n", signal);

  printf("errors %d %d %d %d\n", sigaction(SIGKILL, &real, 0), sigaction(65, &real, 0), kill(getpid(), 65),
         sigprocmask(77, &all, 0));
  set(SIGTERM, SIG_IGN, 0, 0);
  raise(SIGTERM);
  raise(SIGCHLD);
  raise(SIGWINCH);
  raise(SIGCONT);
  puts("ends by SIGUSR1");
  set(SIGUSR1, SIG_DFL, 0, 0);
  raise(SIGUSR1);
  return 0;
}
