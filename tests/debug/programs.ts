/** Programs whose variables are difficult in different ways; each calls `stop` where a debugger is to look. */

/** C: every kind of type, blocks inside one another, thread-local and static variables, recursion. */
export const C_PROGRAM = `
#include <stdio.h>
#include <string.h>
#include <stdint.h>
#include <wchar.h>
struct node { int value; struct node *next; char name[12]; unsigned a : 3, b : 5; int c : 7; union { float f; int i; } u; double d; };
typedef struct node node_t;
enum color { RED, GREEN = 5, BLUE, NEGATIVE = -2 };
enum flags { F1 = 1, F2 = 2, F4 = 4 };
typedef int (*binary)(int, int);
struct outer { struct { int x, y; }; node_t list[2]; binary call; const char *texts[3]; struct node *none; _Bool on; };
struct flexible { int count; int items[]; };
struct incomplete;
int counter = 7;
static long table[4] = { 1, 2, 3, 4 };
const char *greeting = "hi \\"there\\"\\n\\303\\251";
__thread int tls_var = 42;
struct incomplete *hidden = 0;
wchar_t wide[4] = L"wid";
volatile int sink;
__attribute__((noinline)) void stop(void) { sink++; }
static int add(int a, int b) { int sum = a + b; return sum; }
int walk(node_t *n, enum color c, binary fn, char **argv) {
  int total = 0; int big[50] = { 0 }; double pi = 3.14; float e = 2.5f; long double precise = 1.25L; char ch = 'x';
  _Bool yes = 1; enum flags fl = F1 | F4, none = 0, odd = 9; enum color bad = 77;
  int m[2][3] = { { 1, 2, 3 }, { 4, 5, 6 } }; int same[14] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3 };
  unsigned char uc = 200; signed char sc = -100; short sh = -3; unsigned long ul = 1UL << 63; long long ll = -5;
  void *vp = n; int8_t i8 = 65; uint16_t u16 = 65535; char text[32] = "tab\\there"; char full[3] = { 'a', 'b', 'c' };
  double huge = 1e300, tiny = -1.5e-9, whole = 100.0; float third = 1.0f / 3; int *ip = &big[3]; char *null = 0;
  struct outer o = { { 1, 2 }, { { 7 }, { 8 } }, fn, { "one", "two" }, 0, 1 };
  node_t **pp = &n; const volatile int cv = 3; int count = 4; char zeros[20] = { 0 };
  for (node_t *p = n; p; p = p->next) {
    int value = p->value;
    total = fn(total, value);
    { int value = total * 10; if (p->next == 0) stop(); sink += value; }
  }
  return total + (int)pi + count + whole;
}
int main(int argc, char **argv) {
  node_t two = { 2, 0, "two", 5, 17, -3, { 1.5f }, 2.25 }, one = { 1, &two, "one" };
  tls_var++;
  printf("%d\\n", walk(&one, BLUE, add, argv));
  return 0;
}
`;

/** Expressions over the C program's variables where it stops, in the caller of `stop`. */
export const C_EXPRESSIONS: readonly string[] = [
  ...["counter", "table", "greeting", "hidden", "wide", "n->next->name", "*n", "*n->next", "&n->next", "RED"],
  ...[
    "table[2]+1",
    "sizeof(struct node)",
    "(node_t*)vp",
    "add",
    "&add",
    "n->next->a",
    "m[1]",
    "m[1][2]",
    "*m",
    "&m[1]",
  ],
  ...["((struct node*)vp)->value", "*fn", "fn", "-5/2", "-7%3", "7u-8", "'a'+1", "sizeof(int)", "&n->u", "*table@3"],
  ...[
    "table+1",
    "&table",
    "&table[1]",
    "1.0/3",
    "5>3?2:1",
    "!n",
    "ul>>1",
    "(char)97",
    "c",
    "(enum color)5",
    "fl",
    "uc+1",
  ],
  ...["e*2", "n->value==1 && pi>3", "o.x", "o.list[1].value", "&o.list[1]", "o.texts", "o", "ip-big", "*ip@2", "**pp"],
  ...[
    "(*pp)->next->value",
    "text",
    "&text",
    "*text@3",
    "text[3]",
    "~0",
    "1<<4|3",
    "10 >= 9",
    "(long)-1",
    "(unsigned char)300",
  ],
  ...[
    "huge",
    "tiny*2",
    "third",
    "precise",
    "none",
    "odd",
    "bad",
    "(short)70000",
    "0x7fffffff+1",
    "4294967296",
    "2147483648",
  ],
  ...[
    "value",
    "p->value",
    "p->next == 0",
    "ll*2",
    "ul",
    "full",
    "zeros",
    "same",
    "i8",
    "u16",
    "yes",
    "null",
    "cv",
    "5/2.0",
  ],
  ...[
    "sizeof(o)",
    "sizeof big",
    '"abc"',
    "'\\n'",
    "1.5f",
    "&counter",
    "&*n",
    "*&counter",
    "(int)pi",
    "o.none",
    "n == vp",
  ],
  ...["1 ? 2 : 3", "counter = 9", "counter", "counter += 2", "n->b", "n->next->c", "c == BLUE", "(enum flags)3"],
];

/** Types of the C program. */
export const C_TYPES: readonly string[] = [
  ...[
    "struct node",
    "node_t",
    "o",
    "n",
    "binary",
    "enum color",
    "add",
    "argv",
    "m",
    "unsigned long",
    "fl",
    "struct outer",
  ],
  ...["vp", "cv", "pp", "&m", "table", "struct node *", "ul", "uc", "sc", "u16", "wide", "&o", "o.list", "hidden"],
];

/** C, optimized: inlined calls, values in registers and nowhere, what arguments were at entry. */
export const OPTIMIZED_PROGRAM = `
#include <stdlib.h>
#include <stdio.h>
volatile int sink;
struct pair { int a; int b; };
struct point { double x, y; };
__attribute__((noinline)) void stop(void) { sink++; }
static inline __attribute__((always_inline)) int square(int v) { int twice = v * 2; stop(); return v * v + twice; }
static inline __attribute__((always_inline)) int both(int left, int right) { int s = square(left); return s + square(right); }
__attribute__((noinline)) int leaf(int n, struct pair p, const char *name) {
  int unused = n * 3; (void)unused;
  sink += p.a; stop(); return sink + p.b + name[0];
}
__attribute__((noinline)) double scale(struct point p, float by) { stop(); return p.x * by + p.y; }
__attribute__((noinline)) int middle(int count, char **words) {
  int total = 0;
  for (int i = 0; i < count; i++) { total += both(i, sink); total += leaf(i, (struct pair){ i, i + 1 }, words[0]); }
  return total + (int)scale((struct point){ 1.5, count }, 2.0f);
}
int main(int argc, char **argv) { printf("%d\\n", middle(argc + 1, argv) != 0); return 0; }
`;

/** Expressions over the C++ program's variables in the caller of `stop`, by how often `stop` was passed by before. */
export const CPP_EXPRESSIONS: Readonly<Record<number, readonly string[]>> = {
  0: [
    ...["*this", "radius", "this->radius", "id", "name", "kind", "shapes::registered", "shapes::Base::count", "count"],
    ...["this", "result * 2", "sizeof(shapes::Circle)", "(int)kind", "*(shapes::Base *)this", "filled && radius > 2"],
  ],
  2: ["a", "b", "box", "box.items[1]", "copy", "&a", "a + b", "*&box.items"],
  3: ["caught", "circle", "base", "*pointer", "box", "pointer", "&base", "base.id", "circle.name", "area", "sink"],
};
