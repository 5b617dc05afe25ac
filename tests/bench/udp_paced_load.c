/*
 * Sends datagrams as players do, to measure what an echo of them costs: udp_paced_load <address> <port> <sockets>
 * <times a second of each> <bytes> <seconds>. The sockets take turns over the whole period; before its turn each
 * takes what has come back, and nobody waits for it, for to wake who waits would be the echo's work. It prints
 * {"sent":...,"returned":...}.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { SOCKETS_MAX = 20000, BYTES_MAX = 1200, BURST = 256, REST_NS = 500000 };

static int sockets[SOCKETS_MAX];
static char bytes[BYTES_MAX];

static uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000ull + (uint64_t)time.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 7) return 2;
  int count = atoi(argv[3]), length = atoi(argv[5]);
  double rate = atof(argv[4]), seconds = atof(argv[6]);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
  if (inet_pton(AF_INET, argv[1], &to.sin_addr) != 1 || rate <= 0) return 2;
  if (count < 1 || count > SOCKETS_MAX || length < 1 || length > BYTES_MAX) return 2;
  for (int index = 0; index < count; index++) {
    sockets[index] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (sockets[index] < 0 || connect(sockets[index], (struct sockaddr *)&to, sizeof to) != 0) return 3;
  }
  static const struct timespec rest = {.tv_nsec = REST_NS};
  uint64_t start = now_ns(), sent = 0, returned = 0;
  for (uint64_t passed = 0; (double)passed < seconds * 1e9; passed = now_ns() - start) {
    uint64_t due = (uint64_t)((double)passed / 1e9 * rate * count);
    for (int burst = 0; sent < due && burst < BURST; burst++, sent++) {
      int fd = sockets[sent % (uint64_t)count];
      while (recv(fd, bytes, sizeof bytes, 0) >= 0) returned++;
      send(fd, bytes, (size_t)length, 0);
    }
    if (sent >= due) nanosleep(&rest, NULL);
  }
  printf("{\"sent\":%llu,\"returned\":%llu}\n", (unsigned long long)sent, (unsigned long long)returned);
  return 0;
}
