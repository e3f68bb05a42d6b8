// What asks the kernel about the network: getifaddrs(3), if_nameindex(3), netlink(7); and that nothing can be changed.
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
  struct if_nameindex *list = if_nameindex();
  printf("if_nameindex %d\n", list != NULL);
  for (int i = 0; list != NULL && list[i].if_index != 0; i++) printf("%u %s\n", list[i].if_index, list[i].if_name);
  if_freenameindex(list);
  struct ifaddrs *all = NULL;
  printf("getifaddrs %d\n", getifaddrs(&all));
  for (struct ifaddrs *each = all; each != NULL; each = each->ifa_next) {
    char text[64] = "";
    int family = each->ifa_addr == NULL ? 0 : each->ifa_addr->sa_family;
    if (family == AF_INET) inet_ntop(family, &((struct sockaddr_in *)each->ifa_addr)->sin_addr, text, sizeof text);
    if (family == AF_INET6) inet_ntop(family, &((struct sockaddr_in6 *)each->ifa_addr)->sin6_addr, text, sizeof text);
    printf("%s %d %s %x\n", each->ifa_name, family, text, each->ifa_flags);
  }
  freeifaddrs(all);
  int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK}, own;
  printf("bind %d\n", bind(s, (struct sockaddr *)&kernel, sizeof kernel));
  socklen_t length = sizeof own;
  int named = getsockname(s, (struct sockaddr *)&own, &length);
  printf("name %d %d %u\n", named, own.nl_family, length);
  struct { struct nlmsghdr h; struct rtgenmsg g; } ask = {
      .h = {.nlmsg_len = sizeof ask, .nlmsg_type = RTM_GETLINK, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP, .nlmsg_seq = 3}};
  printf("ask %zd\n", sendto(s, &ask, sizeof ask, 0, (struct sockaddr *)&kernel, sizeof kernel));
  char buffer[32768];
  ssize_t got = recv(s, buffer, sizeof buffer, 0);
  struct nlmsghdr *h = (struct nlmsghdr *)buffer;
  printf("answer %d type %d seq %u for us %d\n", got > 0, h->nlmsg_type, h->nlmsg_seq, h->nlmsg_pid == own.nl_pid);
  return 0;
}
