// Tries to reach ports of this machine in every way that there is: network PORT.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <stddef.h>
#include <unistd.h>

#define SHOW(call) do { errno = 0; long r = (long)(call); printf("%s: %s\n", #call, r < 0 ? strerrorname_np(errno) : "done"); } while (0)

static struct sockaddr_in in(const char *address, int port) {
  struct sockaddr_in name = {AF_INET, htons(port)};
  inet_pton(AF_INET, address, &name.sin_addr);
  return name;
}

static struct sockaddr_in6 in6(const char *address, int port) {
  struct sockaddr_in6 name = {AF_INET6, htons(port)};
  inet_pton(AF_INET6, address, &name.sin6_addr);
  return name;
}

int main(int argc, char **argv) {
  int port = atoi(argv[1]);
#define TCP socket(AF_INET, SOCK_STREAM, 0)
#define TCP6 socket(AF_INET6, SOCK_STREAM, 0)
#define UDP socket(AF_INET, SOCK_DGRAM, 0)
#define UDP6 socket(AF_INET6, SOCK_DGRAM, 0)
#define IN(address, port) (void *)&(struct sockaddr_in[]){in(address, port)}, sizeof(struct sockaddr_in)
#define IN6(address, port) (void *)&(struct sockaddr_in6[]){in6(address, port)}, sizeof(struct sockaddr_in6)
  SHOW(connect(TCP, IN("127.0.0.1", port)));
  SHOW(connect(TCP, IN("0.0.0.0", port)));
  SHOW(connect(TCP6, IN6("::ffff:127.0.0.1", port)));
  SHOW(sendto(UDP, "x", 1, 0, IN("127.0.0.1", port)));
  SHOW(sendto(UDP6, "x", 1, 0, IN6("::ffff:127.0.0.1", port)));
  struct sockaddr_in none = in("127.0.0.1", port);
  none.sin_family = AF_UNSPEC;
  SHOW(sendto(UDP, "x", 1, 0, (void *)&none, sizeof none));
  struct sockaddr_in to = in("127.0.0.1", port);
  struct iovec vector = {"x", 1};
  struct msghdr message = {&to, sizeof to, &vector, 1};
  SHOW(sendmsg(UDP, &message, 0));
  struct mmsghdr many[1] = {{message}};
  SHOW(sendmmsg(UDP, many, 1, 0));
  SHOW(bind(UDP, IN("127.0.0.1", port)));
  puts("-- elsewhere");
  SHOW(connect(TCP, IN("127.0.0.2", port)));
  SHOW(connect(TCP6, IN6("::1", port)));
  SHOW(connect(TCP, IN("127.0.0.1", port + 1)));
  SHOW(sendto(TCP, "x", 1, MSG_FASTOPEN, IN("127.0.0.2", port)));
  SHOW(bind(TCP, IN("0.0.0.0", port)));
  SHOW(bind(TCP6, IN6("::", 0)));
  none.sin_addr.s_addr = 0;
  SHOW(bind(TCP, (void *)&none, sizeof none));
  SHOW(listen(TCP, 1));
  puts("-- refused");
  SHOW(socket(AF_INET, SOCK_RAW, 1));
  SHOW(socket(AF_PACKET, SOCK_RAW, 0));
  SHOW(socket(AF_NETLINK, SOCK_RAW, 12)); // NETLINK_NETFILTER
  SHOW(socket(AF_ALG, SOCK_SEQPACKET, 0));
  SHOW(socket(AF_VSOCK, SOCK_STREAM, 0));
  char map[64] = {0};
  socklen_t size = sizeof map;
  SHOW(getsockopt(TCP, 6, 35, map, &size)); // TCP_ZEROCOPY_RECEIVE
  SHOW(getsockopt(socket(AF_UNIX, SOCK_STREAM, 0), SOL_SOCKET, 77, map, &size)); // SO_PEERPIDFD
  SHOW(setsockopt(UDP, SOL_SOCKET, 26, map, 16)); // SO_ATTACH_FILTER
  SHOW(setsockopt(UDP, 0, 64, map, 40)); // IPT_SO_SET_REPLACE
  struct sockaddr_un hidden = {AF_UNIX, "\0/tmp/.X11-unix/X0"};
  SHOW(connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&hidden, 20) == 0 || errno == ECONNREFUSED ? 0 : -1);
}
