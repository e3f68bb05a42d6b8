// Keeps its arguments, or lines of its input, in a list, prints them by their length, and forgets to free one.
// gcc -Og -g -fno-inline -fno-builtin -fcf-protection=none -ffile-prefix-map=$PWD=examples/guests -o notes notes.c
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct note {
  struct note *next;
  short length;
  char *text;
};

static struct note *first;

struct note *add(const char *text) {
  struct note *note = malloc(sizeof *note);
  note->length = strlen(text);
  note->text = malloc(note->length + 1);
  strcpy(note->text, text);
  note->next = first;
  first = note;
  return note;
}

void forget(struct note *note) {
  if (note->length < 6) free(note->text);
  free(note);
}

void show(const struct note *note) {
  printf("%2d ", note->length);
  printf(note->text);
  printf("\n");
}

int main(int argc, char **argv) {
  char line[80];
  setvbuf(stdout, 0, _IONBF, 0);
  for (int i = 1; i < argc; i++) add(argv[i]);
  while (argc == 1 && fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    add(line);
  }
  for (struct note *note = first; note; note = note->next) show(note);
  while (first) {
    struct note *next = first->next;
    forget(first);
    first = next;
  }
  return 0;
}
