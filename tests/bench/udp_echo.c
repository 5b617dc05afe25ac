/*
 * The least that an echo of UDP datagrams can cost: receives up to 64 with one system call and sends
 * them back with another, waiting in poll where there is none. It prints {"port":...} and ends when its
 * standard input does.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

#define BATCH 64
#define BYTES_MAX 2048

static char bytes[BATCH][BYTES_MAX];
static struct sockaddr_in names[BATCH];
static struct iovec vectors[BATCH];
static struct mmsghdr messages[BATCH];

static void prepare(int index, size_t length) {
  vectors[index] = (struct iovec){.iov_base = bytes[index], .iov_len = length};
  messages[index].msg_hdr = (struct msghdr){.msg_name = &names[index],
    .msg_namelen = sizeof names[index], .msg_iov = &vectors[index], .msg_iovlen = 1};
}

int main(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof address;
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  int buffer_bytes = 8 << 20;
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) != 0) return 3;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes);
  if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) return 3;
  printf("{\"port\":%d}\n", ntohs(address.sin_port));
  fflush(stdout);
  struct pollfd waits[2] = {{.fd = fd, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
  for (;;) {
    for (int index = 0; index < BATCH; index++) prepare(index, BYTES_MAX);
    int count = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
    if (count <= 0) {
      if (poll(waits, 2, -1) > 0 && waits[1].revents != 0) return 0;
      continue;
    }
    for (int index = 0; index < count; index++) prepare(index, messages[index].msg_len);
    for (int sent = 0; sent < count;) {
      int done = sendmmsg(fd, messages + sent, (unsigned)(count - sent), 0);
      sent += done > 0 ? done : 1;
    }
  }
}
