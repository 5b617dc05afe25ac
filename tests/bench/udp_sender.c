/*
 * Floods a UDP port with JSON moves, many with one system call where Linux cuts them up itself
 * (UDP_SEGMENT, udp(7)): more than any server on one core takes.
 *
 * udp_sender <address> <port> <sockets> <seconds> <join: 0 or 1>
 *
 * Each socket plays one player, b0, b1 and so on. With `join` it joins first and waits for the answer.
 * Then it prints "sending", and at the end {"sent":…,"refused":…,"seconds":…}. What the system refuses
 * to take is counted as refused, and nothing that comes back is read.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#define SOCKETS_MAX 64
#define BATCH 32
#define TEXT_MAX 128
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#define REPLY_MAX 65536
#define JOIN_TRIES 20

static char texts[SOCKETS_MAX][BATCH * TEXT_MAX];
static int sizes[SOCKETS_MAX];
static int cuts[SOCKETS_MAX];
static struct iovec vectors[SOCKETS_MAX][BATCH];
static struct mmsghdr messages[SOCKETS_MAX][BATCH];
static char reply[REPLY_MAX];

static double now_s(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int open_socket(const struct sockaddr_in *to) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct timeval patience = {.tv_sec = 0, .tv_usec = 500000};
  if (fd < 0 || connect(fd, (const struct sockaddr *)to, sizeof *to) != 0) return -1;
  if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0) return -1;
  return fd;
}

static int join(int fd, int player) {
  char text[TEXT_MAX];
  int length = snprintf(text, sizeof text, "{\"action\":\"join_game\",\"player_id\":\"b%d\"}", player);
  for (int tries = 0; tries < JOIN_TRIES; tries++) {
    if (send(fd, text, (size_t)length, 0) < 0) return -1;
    ssize_t count = recv(fd, reply, sizeof reply - 1, 0);
    if (count <= 0) continue;
    reply[count] = 0;
    if (strstr(reply, "\"joined\"") != NULL || strstr(reply, "\"already_in_session\"") != NULL) return 0;
  }
  return -1;
}

/* Moves of one size, one after the other; where the system cuts them up, they go out as one. */
static void prepare(int player, int fd) {
  for (int index = 0; index < BATCH; index++) {
    /* Somewhere else each time, of two digits always: what is cut up is of one size. */
    int x = (player * 37 + index * 11) % 89 + 10;
    int y = (player * 53 + index * 29) % 89 + 10;
    char *text = texts[player] + index * sizes[player];
    sizes[player] = snprintf(text, TEXT_MAX,
      "{\"action\":\"move\",\"player_id\":\"b%d\",\"position\":[%d.5,%d]}", player, x, y);
    vectors[player][index] = (struct iovec){.iov_base = text, .iov_len = (size_t)sizes[player]};
    messages[player][index].msg_hdr = (struct msghdr){.msg_iov = &vectors[player][index], .msg_iovlen = 1};
  }
  cuts[player] = setsockopt(fd, SOL_UDP, UDP_SEGMENT, &sizes[player], sizeof sizes[player]) == 0;
}

/* Sends a player's moves; how many of them went out. */
static int send_moves(int player, int fd) {
  if (!cuts[player]) {
    int done = sendmmsg(fd, messages[player], BATCH, 0);
    return done > 0 ? done : 0;
  }
  return send(fd, texts[player], (size_t)(BATCH * sizes[player]), 0) > 0 ? BATCH : 0;
}

int main(int count, char **words) {
  if (count != 6) return 2;
  int sockets = atoi(words[3]);
  double seconds = atof(words[4]);
  int joins = atoi(words[5]);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(words[2]))};
  if (inet_pton(AF_INET, words[1], &to.sin_addr) != 1) return 2;
  if (sockets < 1 || sockets > SOCKETS_MAX) return 2;
  int fds[SOCKETS_MAX];
  for (int player = 0; player < sockets; player++) {
    fds[player] = open_socket(&to);
    if (fds[player] < 0) return 3;
    if (joins && join(fds[player], player) != 0) return 4;
    prepare(player, fds[player]);
  }
  puts("sending");
  fflush(stdout);
  unsigned long sent = 0;
  unsigned long refused = 0;
  double start = now_s();
  while (now_s() - start < seconds) {
    for (int player = 0; player < sockets; player++) {
      int done = send_moves(player, fds[player]);
      sent += (unsigned long)done;
      refused += (unsigned long)(BATCH - done);
    }
  }
  printf("{\"sent\":%lu,\"refused\":%lu,\"seconds\":%.3f}\n", sent, refused, now_s() - start);
  return 0;
}
