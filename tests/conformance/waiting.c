// Calls that have to wait: reading what comes late, writing more than fits, FIFOs. Copies standard input to standard
// output, with what was found out on the way on standard error.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static char buffer[1 << 20];

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "copy";
  if (!strcmp(what, "copy")) {
    // Whatever comes, in the pieces in which it comes.
    ssize_t count, total = 0;
    while ((count = read(0, buffer, sizeof buffer)) > 0) total += count, write(1, buffer, count);
    fprintf(stderr, "copied %zd, then %zd\n", total, count);
  } else if (!strcmp(what, "poll")) {
    struct pollfd in = {0, POLLIN};
    printf("poll %d\n", poll(&in, 1, -1));
    printf("read %zd\n", read(0, buffer, sizeof buffer));
  } else if (!strcmp(what, "write")) {
    // One call of a megabyte to a pipe, and one in pieces.
    for (int i = 0; i < (int)sizeof buffer; i++) buffer[i] = i * 7 + (i >> 8);
    fprintf(stderr, "wrote %zd\n", write(1, buffer, sizeof buffer));
    struct iovec parts[] = {{buffer, 100001}, {buffer + 7, 0}, {buffer + 3, 200003}, {buffer + 1, 1}};
    fprintf(stderr, "wrote %zd\n", writev(1, parts, 4));
  } else if (!strcmp(what, "sendfile")) {
    int file = open(argv[2], O_RDONLY);
    ssize_t count, total = 0;
    while ((count = sendfile(1, file, 0, 1 << 30)) > 0) total += count;
    fprintf(stderr, "sent %zd, then %zd\n", total, count);
  } else if (!strcmp(what, "closed")) {
    // Nobody reads: SIGPIPE, or EPIPE where it is ignored.
    while (write(1, buffer, sizeof buffer) > 0);
    fprintf(stderr, "not killed\n");
  } else if (!strcmp(what, "closed-ignored")) {
    signal(SIGPIPE, SIG_IGN);
    while (write(1, buffer, sizeof buffer) > 0);
    fprintf(stderr, "%s\n", strerrorname_np(errno));
  } else if (!strcmp(what, "fifo-read")) {
    int fifo = open(argv[2], O_RDONLY);
    ssize_t count;
    while ((count = read(fifo, buffer, sizeof buffer)) > 0) write(1, buffer, count);
    fprintf(stderr, "end %zd\n", count);
  } else if (!strcmp(what, "fifo-write")) {
    int fifo = open(argv[2], O_WRONLY);
    fprintf(stderr, "wrote %zd\n", write(fifo, buffer, 300000));
  } else if (!strcmp(what, "fifo-none")) {
    errno = 0;
    int fifo = open(argv[2], O_WRONLY | O_NONBLOCK);
    printf("%d %s\n", fifo, strerrorname_np(errno));
    fifo = open(argv[2], O_RDONLY | O_NONBLOCK);
    printf("%d\n", fifo >= 0);
    printf("%zd\n", read(fifo, buffer, 10));
    int other = open(argv[2], O_WRONLY);
    printf("%d %d\n", other >= 0, fcntl(other, F_GETFL));
    printf("%zd\n", write(other, "abc", 3));
    printf("%zd\n", read(fifo, buffer, 10));
    errno = 0;
    printf("%zd %s\n", read(fifo, buffer, 10), strerrorname_np(errno));
  }
  return 0;
}
