/* Branches that end in calls: the compiler blames the `if` for the jumps from their ends. */
static volatile int touched;

static void touch(int by) {
  touched += by;
}

static void settle(int a) {
  if (a != -2 && a != -1) {
    if (a > 5) {
      touch(1);
      touch(2);
    } else if (a < 3) {
      touch(3);
    }
  } else if (a == -1) {
    touch(4);
  }
  touch(5);
}

int main(void) {
  for (int i = -2; i < 9; i++)
    settle(i);
  return touched != 77;
}
