// Local sockets, TCP and UDP of one process with itself: results, errors, addresses, descriptors that travel.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define SHOW(call) do { errno = 0; long r = (long)(call); printf("%s = %ld %s\n", #call, r, r < 0 ? strerrorname_np(errno) : ""); } while (0)

static int pipes;
static void count_pipes(int signal) { pipes++; }

static void show_name(const char *what, struct sockaddr_storage *name, socklen_t length) {
  if (name->ss_family == AF_UNIX) {
    struct sockaddr_un *un = (void *)name;
    int size = (int)length - (int)offsetof(struct sockaddr_un, sun_path);
    printf("%s: unix %d ", what, size);
    for (int i = 0; i < size; i++) printf(un->sun_path[i] ? "%c" : "\\0", un->sun_path[i]);
    puts("");
  } else if (name->ss_family == AF_INET) {
    struct sockaddr_in *in = (void *)name;
    printf("%s: %s %d bytes, port %s\n", what, inet_ntoa(in->sin_addr), length, in->sin_port ? "set" : "0");
  } else if (name->ss_family == AF_INET6) {
    char text[64];
    struct sockaddr_in6 *in = (void *)name;
    printf("%s: %s %d bytes\n", what, inet_ntop(AF_INET6, &in->sin6_addr, text, sizeof text), length);
  } else printf("%s: family %d, %d bytes\n", what, name->ss_family, length);
}

static void names(int socket) {
  struct sockaddr_storage name = {0};
  socklen_t length = sizeof name;
  SHOW(getsockname(socket, (void *)&name, &length));
  show_name("own", &name, length);
  length = sizeof name, memset(&name, 0, sizeof name);
  if (getpeername(socket, (void *)&name, &length)) printf("peer: %s\n", strerrorname_np(errno));
  else show_name("peer", &name, length);
}

static void pairs(void) {
  puts("-- pairs");
  int pair[2], number;
  char text[64] = {0};
  SHOW(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
  SHOW(fcntl(pair[0], F_GETFD));
  SHOW(write(pair[0], "stream", 6));
  SHOW(ioctl(pair[1], 0x541b, &number)); // FIONREAD
  printf("FIONREAD %d\n", number);
  SHOW(recv(pair[1], text, 3, MSG_PEEK));
  SHOW(read(pair[1], text, sizeof text));
  printf("read %s\n", text);
  SHOW(recv(pair[1], text, sizeof text, MSG_DONTWAIT));
  SHOW(fcntl(pair[1], F_SETFL, O_NONBLOCK));
  SHOW(read(pair[1], text, sizeof text));
  SHOW(fcntl(pair[1], F_SETFL, 0));
  struct timeval timeout = {0, 50000};
  SHOW(setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout));
  SHOW(read(pair[1], text, sizeof text));
  struct timespec before, after;
  clock_gettime(CLOCK_MONOTONIC, &before);
  SHOW(recvfrom(pair[1], text, sizeof text, 0, 0, 0));
  clock_gettime(CLOCK_MONOTONIC, &after);
  printf("waited %s\n", (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 >= 49 ? "well" : "too little");
  SHOW(shutdown(pair[0], SHUT_WR));
  SHOW(read(pair[1], text, sizeof text));
  SHOW(write(pair[0], "x", 1));
  SHOW(send(pair[0], "x", 1, MSG_NOSIGNAL));
  printf("SIGPIPE %d\n", pipes);
  struct ucred peer;
  socklen_t length = sizeof peer;
  SHOW(getsockopt(pair[0], SOL_SOCKET, SO_PEERCRED, &peer, &length));
  printf("%d %d %d %d\n", peer.pid == getpid(), peer.uid == getuid(), peer.gid == getgid(), length);
  names(pair[0]);
  close(pair[0]), close(pair[1]);
  SHOW(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair));
  SHOW(send(pair[0], "one", 3, 0));
  SHOW(send(pair[0], "second", 6, 0));
  SHOW(recv(pair[1], text, 2, MSG_TRUNC));
  struct iovec vector = {text, 4};
  struct msghdr message = {0, 0, &vector, 1};
  SHOW(recvmsg(pair[1], &message, 0));
  printf("flags %x %.4s\n", message.msg_flags, text);
  close(pair[0]), close(pair[1]);
  SHOW(socketpair(AF_INET, SOCK_STREAM, 0, pair));
  SHOW(socketpair(AF_UNIX, 77, 0, pair));
  SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, (void *)8));
}

static int send_rights(int socket, const int *descriptors, int count) {
  char control[256] = {0}, byte = 'x';
  struct iovec vector = {&byte, 1};
  struct msghdr message = {0, 0, &vector, 1, control, CMSG_SPACE(count * sizeof(int))};
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET, head->cmsg_type = SCM_RIGHTS, head->cmsg_len = CMSG_LEN(count * sizeof(int));
  memcpy(CMSG_DATA(head), descriptors, count * sizeof(int));
  return sendmsg(socket, &message, 0);
}

static void rights(void) {
  puts("-- rights");
  int pair[2], pipe_ends[2], got[2] = {-1, -1};
  char control[256], byte, text[16] = {0};
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  pipe(pipe_ends);
  SHOW(send_rights(pair[0], pipe_ends, 2));
  struct iovec vector = {&byte, 1};
  struct msghdr message = {0, 0, &vector, 1, control, sizeof control};
  SHOW(recvmsg(pair[1], &message, MSG_CMSG_CLOEXEC));
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  printf("level %d type %d length %d of %d flags %x\n", head->cmsg_level, head->cmsg_type, (int)head->cmsg_len, (int)message.msg_controllen, message.msg_flags);
  memcpy(got, CMSG_DATA(head), sizeof got);
  printf("new numbers: %d %d\n", got[0] - pipe_ends[1], got[1] - pipe_ends[1]);
  SHOW(fcntl(got[0], F_GETFD));
  SHOW(write(got[1], "through", 7));
  SHOW(read(pipe_ends[0], text, sizeof text));
  puts(text);
  // Room for one of two.
  SHOW(send_rights(pair[0], pipe_ends, 2));
  message.msg_control = control, message.msg_controllen = CMSG_LEN(sizeof(int));
  SHOW(recvmsg(pair[1], &message, 0));
  printf("length %d flags %x\n", (int)message.msg_controllen, message.msg_flags);
  // No room: they are gone.
  SHOW(send_rights(pair[0], pipe_ends, 1));
  SHOW(read(pair[1], text, 1));
  int bad[1] = {999};
  SHOW(send_rights(pair[0], bad, 1));
  int on = 1;
  SHOW(setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
  SHOW(write(pair[0], "c", 1));
  message.msg_control = control, message.msg_controllen = sizeof control;
  SHOW(recvmsg(pair[1], &message, 0));
  struct ucred sender;
  memcpy(&sender, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof sender);
  printf("type %d pid %d uid %d\n", CMSG_FIRSTHDR(&message)->cmsg_type, sender.pid == getpid(), sender.uid == getuid());
}

static void local(const char *folder) {
  puts("-- local");
  chdir(folder);
  int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
  struct sockaddr_un name = {AF_UNIX, "server"};
  SHOW(connect(client, (void *)&name, sizeof name));
  names(server);
  SHOW(bind(server, (void *)&name, sizeof name));
  SHOW(connect(client, (void *)&name, sizeof name));
  SHOW(listen(server, 5));
  SHOW(fcntl(server, F_SETFL, O_NONBLOCK));
  SHOW(accept(server, 0, 0));
  SHOW(connect(client, (void *)&name, sizeof name));
  struct sockaddr_storage peer = {0};
  socklen_t length = sizeof peer;
  int accepted = accept4(server, (void *)&peer, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
  printf("accepted %d: %d bytes, flags %d %d\n", accepted >= 0, length, fcntl(accepted, F_GETFD), fcntl(accepted, F_GETFL) & O_NONBLOCK);
  names(server), names(client), names(accepted);
  SHOW(connect(client, (void *)&name, sizeof name));
  int other = socket(AF_UNIX, SOCK_STREAM, 0);
  SHOW(bind(other, (void *)&name, sizeof name));
  snprintf(name.sun_path, sizeof name.sun_path, "/missing/server");
  SHOW(bind(other, (void *)&name, sizeof name));
  SHOW(connect(other, (void *)&name, sizeof name));
  struct stat status;
  SHOW(stat("server", &status));
  printf("%o\n", status.st_mode & S_IFMT);
  snprintf(name.sun_path, sizeof name.sun_path, "/proc/self/cwd/server");
  SHOW(connect(other, (void *)&name, sizeof name));
  symlink("server", "link");
  int third = socket(AF_UNIX, SOCK_STREAM, 0);
  snprintf(name.sun_path, sizeof name.sun_path, "link");
  SHOW(connect(third, (void *)&name, sizeof name));
  int abstract = socket(AF_UNIX, SOCK_DGRAM, 0), sender = socket(AF_UNIX, SOCK_DGRAM, 0);
  struct sockaddr_un hidden = {AF_UNIX};
  int size = offsetof(struct sockaddr_un, sun_path) + snprintf(hidden.sun_path, 100, "%cceratops-%d-%ld", 0, getpid(), (long)time(0)) ;
  SHOW(bind(abstract, (void *)&hidden, size));
  SHOW(sendto(sender, "hidden", 6, 0, (void *)&hidden, size));
  char text[16] = {0};
  length = sizeof peer;
  SHOW(recvfrom(abstract, text, sizeof text, 0, (void *)&peer, &length));
  printf("%s %d\n", text, length);
  SHOW(bind(sender, (void *)&hidden, sizeof(sa_family_t)));
  SHOW(sendto(sender, "", 0, 0, (void *)&hidden, size));
  length = sizeof peer;
  SHOW(recvfrom(abstract, text, sizeof text, 0, (void *)&peer, &length));
  printf("autobound %d\n", length);
  SHOW(connect(sender, (void *)&hidden, 1));
  SHOW(connect(sender, (void *)&hidden, 200));
  SHOW(connect(sender, (void *)8, 100));
}

static void internet(int family) {
  printf("-- internet %d\n", family);
  int server = socket(family, SOCK_STREAM, 0), client = socket(family, SOCK_STREAM, 0), on = 1, number;
  struct sockaddr_storage name = {family};
  struct sockaddr_in *in = (void *)&name;
  struct sockaddr_in6 *in6 = (void *)&name;
  socklen_t length = family == AF_INET ? sizeof *in : sizeof *in6;
  if (family == AF_INET) in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  else in6->sin6_addr = in6addr_loopback;
  SHOW(setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
  SHOW(bind(server, (void *)&name, length));
  SHOW(listen(server, 3));
  getsockname(server, (void *)&name, &length);
  SHOW(connect(client, (void *)&name, length));
  int accepted = accept(server, 0, 0);
  names(server), names(accepted);
  SHOW(setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
  socklen_t size = sizeof number;
  SHOW(getsockopt(client, IPPROTO_TCP, TCP_NODELAY, &number, &size));
  printf("TCP_NODELAY %d\n", number);
  SHOW(getsockopt(client, SOL_SOCKET, SO_TYPE, &number, &size));
  printf("SO_TYPE %d\n", number);
  SHOW(getsockopt(client, SOL_SOCKET, 9999, &number, &size));
  SHOW(getsockopt(0, SOL_SOCKET, SO_TYPE, &number, &size));
  SHOW(getsockopt(99, SOL_SOCKET, SO_TYPE, &number, &size));
  struct iovec parts[2] = {{"one ", 4}, {"two", 3}};
  SHOW(writev(client, parts, 2));
  char text[64] = {0};
  SHOW(recv(accepted, text, 7, MSG_WAITALL));
  puts(text);
  struct pollfd polled = {accepted, POLLIN | POLLOUT};
  SHOW(poll(&polled, 1, 0));
  printf("revents %x\n", polled.revents);
  SHOW(write(client, "more", 4));
  fd_set set;
  FD_ZERO(&set);
  FD_SET(accepted, &set);
  SHOW(select(accepted + 1, &set, 0, 0, 0));
  int epoll = epoll_create1(0);
  struct epoll_event event = {EPOLLIN | EPOLLRDHUP, {.u64 = 7}};
  SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, accepted, &event));
  SHOW(epoll_wait(epoll, &event, 1, -1));
  printf("events %x data %d\n", event.events, (int)event.data.u64);
  SHOW(send(client, "!", 1, MSG_OOB));
  polled.events = POLLPRI;
  SHOW(poll(&polled, 1, 1000));
  SHOW(recv(accepted, text, 1, MSG_OOB));
  printf("urgent %c\n", text[0]);
  SHOW(shutdown(client, SHUT_WR));
  SHOW(recv(accepted, text, 63, MSG_WAITALL));
  SHOW(recv(accepted, text, 63, 0));
  struct linger hard = {1, 0};
  SHOW(setsockopt(client, SOL_SOCKET, SO_LINGER, &hard, sizeof hard));
  SHOW(close(client));
  SHOW(recv(accepted, text, 63, 0));
  SHOW(write(accepted, "x", 1));
  close(server);
  client = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
  SHOW(connect(client, (void *)&name, length));
  int free_client = socket(family, SOCK_STREAM, 0);
  SHOW(connect(free_client, (void *)&name, length));
  SHOW(socket(family, SOCK_STREAM, 132 + 100));
  SHOW(socket(999, SOCK_STREAM, 0));

  int receiver = socket(family, SOCK_DGRAM, 0), sender = socket(family, SOCK_DGRAM, 0);
  if (family == AF_INET) in->sin_port = 0;
  else in6->sin6_port = 0;
  SHOW(bind(receiver, (void *)&name, length));
  getsockname(receiver, (void *)&name, &length);
  SHOW(send(sender, "x", 1, 0));
  SHOW(sendto(sender, "packet", 6, 0, (void *)&name, length));
  struct sockaddr_storage from;
  socklen_t from_length = sizeof from;
  SHOW(recvfrom(receiver, text, sizeof text, 0, (void *)&from, &from_length));
  show_name("from", &from, from_length);
  SHOW(connect(sender, (void *)&name, length));
  struct mmsghdr many[3] = {0};
  struct iovec vectors[3] = {{"a", 1}, {"bb", 2}, {"ccc", 3}};
  for (int i = 0; i < 3; i++) many[i].msg_hdr.msg_iov = &vectors[i], many[i].msg_hdr.msg_iovlen = 1;
  SHOW(sendmmsg(sender, many, 3, 0));
  printf("sent %d %d %d\n", many[0].msg_len, many[1].msg_len, many[2].msg_len);
  char rooms[3][8] = {0};
  for (int i = 0; i < 3; i++) vectors[i].iov_base = rooms[i], vectors[i].iov_len = 8;
  SHOW(recvmmsg(receiver, many, 3, MSG_WAITFORONE, 0));
  printf("%s %s %s\n", rooms[0], rooms[1], rooms[2]);
  SHOW(recvmmsg(receiver, many, 3, MSG_DONTWAIT, 0));
  struct sockaddr none = {AF_UNSPEC};
  SHOW(connect(sender, &none, sizeof none));
  SHOW(send(sender, "x", 1, 0));
}

static void transfers(void) {
  puts("-- transfers");
  int pair[2], size = 4096;
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  static char big[300000], back[300000];
  for (int i = 0; i < (int)sizeof big; i++) big[i] = i * 7 + i / 256;
  SHOW(fcntl(pair[0], F_SETFL, O_NONBLOCK));
  long sent = 0, got = 0;
  while (got < (long)sizeof big) {
    long count = write(pair[0], big + sent, sizeof big - sent);
    if (count > 0) sent += count;
    else if (sent < (long)sizeof big && errno != EAGAIN) break;
    count = recv(pair[1], back + got, sizeof back - got, MSG_DONTWAIT);
    if (count > 0) got += count;
  }
  printf("same %d\n", memcmp(big, back, sizeof big) == 0);
  SHOW(fcntl(pair[0], F_SETFL, 0));
  int file = open("/proc/self/exe", O_RDONLY), ends[2];
  SHOW(sendfile(pair[0], file, 0, 1000));
  pipe(ends);
  SHOW(write(ends[1], "spliced", 7));
  SHOW(splice(ends[0], 0, pair[0], 0, 7, 0));
  SHOW(recv(pair[1], back, 1007, MSG_WAITALL));
  printf("%.7s\n", back + 1000);
  SHOW(write(pair[0], "back", 4));
  SHOW(splice(pair[1], 0, ends[1], 0, 100, 0));
  SHOW(lseek(pair[0], 0, SEEK_SET));
  SHOW(send(1, "x", 1, 0));
  SHOW(listen(pair[0], 1));
  SHOW(accept(ends[0], 0, 0));
}

int main(int argc, char **argv) {
  setvbuf(stdout, 0, _IOLBF, 0);
  signal(SIGPIPE, count_pipes);
  pairs();
  rights();
  local(argv[1]);
  internet(AF_INET);
  internet(AF_INET6);
  transfers();
  printf("SIGPIPE %d\n", pipes);
}
