/*
 * Keeps an echo of UDP datagrams busy: udp_echo_load <address> <port> <sockets> <in flight of each>
 * <bytes> <seconds>. Whatever comes back is sent again. It counts after a fifth of the time to warm up,
 * and prints {"perSecond":…,"all":…,"lost":…}, `all` counting from the start; what does not come back in 50 ms is lost and is sent anew.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#define SOCKETS_MAX 64
#define BATCH 64
#define BYTES_MAX 1200
#define PATIENCE_MS 50

static char out[BYTES_MAX];
static char in[BATCH][BYTES_MAX];
static struct iovec in_vectors[BATCH];
static struct iovec out_vector;
static struct mmsghdr in_messages[BATCH];
static struct mmsghdr out_messages[BATCH];

static double now_s(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void send_many(int fd, int count) {
  while (count > 0) {
    int done = sendmmsg(fd, out_messages, (unsigned)(count < BATCH ? count : BATCH), 0);
    count -= done > 0 ? done : 1;
  }
}

int main(int count, char **words) {
  if (count != 7) return 2;
  int sockets = atoi(words[3]);
  int in_flight = atoi(words[4]);
  int length = atoi(words[5]);
  double seconds = atof(words[6]);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(words[2]))};
  if (inet_pton(AF_INET, words[1], &to.sin_addr) != 1) return 2;
  if (sockets < 1 || sockets > SOCKETS_MAX || length < 1 || length > BYTES_MAX) return 2;
  struct pollfd waits[SOCKETS_MAX];
  out_vector = (struct iovec){.iov_base = out, .iov_len = (size_t)length};
  for (int index = 0; index < BATCH; index++) {
    in_vectors[index] = (struct iovec){.iov_base = in[index], .iov_len = BYTES_MAX};
    in_messages[index].msg_hdr = (struct msghdr){.msg_iov = &in_vectors[index], .msg_iovlen = 1};
    out_messages[index].msg_hdr = (struct msghdr){.msg_iov = &out_vector, .msg_iovlen = 1};
  }
  for (int index = 0; index < sockets; index++) {
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) return 3;
    waits[index] = (struct pollfd){.fd = fd, .events = POLLIN};
    send_many(fd, in_flight);
  }
  unsigned long replies = 0;
  unsigned long lost = 0;
  unsigned long all = 0;
  int missing = sockets * in_flight;
  double start = now_s();
  double counted_from = start + seconds / 5;
  int is_counting = 0;
  for (double now = start; now - start < seconds; now = now_s()) {
    if (!is_counting && now >= counted_from) {
      is_counting = 1;
      counted_from = now;
      replies = 0;
      lost = 0;
    }
    if (poll(waits, (nfds_t)sockets, PATIENCE_MS) == 0) {
      lost += (unsigned long)missing;
      for (int index = 0; index < sockets; index++) send_many(waits[index].fd, in_flight);
      continue;
    }
    for (int index = 0; index < sockets; index++) {
      if ((waits[index].revents & POLLIN) == 0) continue;
      int done = recvmmsg(waits[index].fd, in_messages, BATCH, MSG_DONTWAIT, NULL);
      if (done <= 0) continue;
      replies += (unsigned long)done;
      all += (unsigned long)done;
      send_many(waits[index].fd, done);
    }
  }
  printf("{\"perSecond\":%.0f,\"all\":%lu,\"lost\":%lu}\n",
    (double)replies / (now_s() - counted_from), all, lost);
  return 0;
}
