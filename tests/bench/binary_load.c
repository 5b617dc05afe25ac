/*
 * Plays for many players at once in the binary protocol (game/wire/README.md), to measure a server:
 * a socket for each, an INPUT every tick, every SNAPSHOT's tag and prefix read and acknowledged. The
 * handshakes have been done before, from the same ports; the keys come by standard input, a line each:
 *
 *   <local port> <connection id> <client to server key, hex> <server to client key, hex> <inputs so far>
 *
 * Usage: binary_load <server ip> <server port> <inputs per second> <warm-up s> <measured s> [loss per mille]
 *
 * Prints "playing", then "measuring", and at the end one line of JSON. Loss is of datagrams in both directions, by chance
 * from a fixed seed.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  MARK = 0xb1,
  TYPE_INPUT = 0x10,
  TYPE_SNAPSHOT = 0x11,
  HEADER_BYTES = 14,
  TAG_BYTES = 8,
  DATAGRAM_BYTES_MAX = 1200,
  INPUTS_MAX = 32,
  PLAYERS_MAX = 20000,
  HISTORY = 256,
  LATENCY_BUCKETS = 20000, /* of 50 us: a second */
  CONTROL_BYTES = 64,
  REST_NS = 500000,
  PACE_NS = 1000000000,
  BYTES_BUCKETS = 1201,
};

struct input {
  int8_t throttle, turn;
  uint16_t turret;
  uint8_t fire;
};

struct player {
  int socket;
  uint32_t connection;
  uint64_t send_key[2], receive_key[2];
  uint32_t sequence;         /* of the last datagram sent */
  uint32_t newest_received;  /* full sequence */
  uint32_t received_bits;
  uint32_t input_seq;        /* of the newest input */
  uint32_t acked_input;      /* the newest that the server has applied */
  uint32_t snapshot_tick;    /* the newest complete */
  uint32_t parts_tick, parts_have;
  uint32_t shown_tick;
  struct input inputs[HISTORY];
  uint64_t sent_ns[HISTORY];
  int8_t wait;               /* inputs that waited at the server when it last took one */
  uint64_t paced_ns;         /* when a turn was last left out for that */
  uint32_t measured_to;      /* latency is known up to this input */
  uint32_t first_measured;   /* the newest input when measuring began */
  uint32_t acked_at_start;
};

static struct player *players;
static int player_count;
static uint64_t latency[LATENCY_BUCKETS + 1], bytes_hist[BYTES_BUCKETS];
static uint64_t snapshots, snapshot_bytes, inputs_sent, datagrams_sent, bad_tags, send_failures, parts;
static uint64_t wait_hist[256], baseline_sum, full_snapshots;
static int measuring;
static uint32_t loss_per_mille;
static uint64_t random_state = 88172645463325252ull;

static uint64_t ns_of(const struct timespec *time) {
  return (uint64_t)time->tv_sec * 1000000000ull + (uint64_t)time->tv_nsec;
}

/* The clock by which the kernel says when a datagram came. */
static uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return ns_of(&time);
}

static uint32_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (uint32_t)(random_state >> 16);
}

static int is_lost(void) { return loss_per_mille > 0 && next_random() % 1000 < loss_per_mille; }

#define ROTL(x, b) (((x) << (b)) | ((x) >> (64 - (b))))
#define ROUND                                          \
  do {                                                 \
    v0 += v1; v1 = ROTL(v1, 13); v1 ^= v0; v0 = ROTL(v0, 32); \
    v2 += v3; v3 = ROTL(v3, 16); v3 ^= v2;             \
    v0 += v3; v3 = ROTL(v3, 21); v3 ^= v0;             \
    v2 += v1; v1 = ROTL(v1, 17); v1 ^= v2; v2 = ROTL(v2, 32); \
  } while (0)

/* SipHash-2-4 of the epoch as eight bytes and the datagram. */
static uint64_t tag_of(const uint64_t key[2], uint64_t epoch, const uint8_t *bytes, size_t length) {
  uint64_t v0 = key[0] ^ 0x736f6d6570736575ull, v1 = key[1] ^ 0x646f72616e646f6dull;
  uint64_t v2 = key[0] ^ 0x6c7967656e657261ull, v3 = key[1] ^ 0x7465646279746573ull;
  v3 ^= epoch; ROUND; ROUND; v0 ^= epoch;
  size_t end = length & ~(size_t)7;
  for (size_t at = 0; at < end; at += 8) {
    uint64_t block;
    memcpy(&block, bytes + at, 8);
    v3 ^= block; ROUND; ROUND; v0 ^= block;
  }
  uint64_t last = (uint64_t)((length + 8) & 0xff) << 56;
  for (size_t at = end; at < length; at++) last |= (uint64_t)bytes[at] << (8 * (at - end));
  v3 ^= last; ROUND; ROUND; v0 ^= last;
  v2 ^= 0xff; ROUND; ROUND; ROUND; ROUND;
  return v0 ^ v1 ^ v2 ^ v3;
}

static size_t put_varint(uint8_t *into, size_t at, uint32_t value) {
  while (value >= 0x80) {
    into[at++] = (uint8_t)(value | 0x80);
    value >>= 7;
  }
  into[at++] = (uint8_t)value;
  return at;
}

static uint32_t take_varint(const uint8_t *bytes, size_t *at, size_t end) {
  uint32_t value = 0;
  for (int shift = 0; *at < end && shift < 35; shift += 7) {
    uint8_t byte = bytes[(*at)++];
    value |= (uint32_t)(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return value;
}

struct bits {
  uint8_t *into;
  size_t at;
  uint32_t bit;
};

static void put_bits(struct bits *bits, uint32_t value, uint32_t count) {
  for (uint32_t index = 0; index < count; index++) {
    if (bits->bit == 0) bits->into[bits->at] = 0;
    bits->into[bits->at] |= (uint8_t)(((value >> index) & 1) << bits->bit);
    if (++bits->bit == 8) {
      bits->bit = 0;
      bits->at++;
    }
  }
}

static int is_same(const struct input *a, const struct input *b) {
  return a->throttle == b->throttle && a->turn == b->turn && a->turret == b->turret && a->fire == b->fire;
}

/* Drives about: a new course every second or so, the turret always on the move, shooting now and then. */
static void think(struct player *player) {
  static const struct input none;
  uint32_t seq = ++player->input_seq;
  const struct input *before = seq > 1 ? &player->inputs[(seq - 1) % HISTORY] : &none;
  struct input next = *before;
  uint32_t dice = next_random();
  if (dice % 30 == 0 || seq < 3) {
    next.throttle = (dice >> 8) % 4 == 0 ? -127 : 127;
    next.turn = (int8_t)((int)((dice >> 12) % 3) * 127 - 127);
  }
  if (dice % 4 == 1) next.turret = (uint16_t)(before->turret + (dice >> 20) % 2048);
  next.fire = dice % 16 == 2;
  player->inputs[seq % HISTORY] = next;
  player->sent_ns[seq % HISTORY] = now_ns();
}

/* As a client paces itself: where several inputs wait at the server, once a second a turn is left out. */
static int is_ahead(struct player *player) {
  uint64_t now = now_ns();
  if (player->wait < 2 || now - player->paced_ns < PACE_NS) return 0;
  player->paced_ns = now;
  return 1;
}

static void send_input(struct player *player) {
  static uint8_t datagram[DATAGRAM_BYTES_MAX];
  static const struct input none;
  uint32_t count = player->input_seq - player->acked_input;
  if (count > INPUTS_MAX) count = INPUTS_MAX;
  uint32_t sequence = ++player->sequence;
  uint16_t ack = (uint16_t)player->newest_received;
  datagram[0] = MARK;
  datagram[1] = TYPE_INPUT;
  memcpy(datagram + 2, &player->connection, 4);
  memcpy(datagram + 6, &(uint16_t){(uint16_t)sequence}, 2);
  memcpy(datagram + 8, &ack, 2);
  memcpy(datagram + 10, &player->received_bits, 4);
  size_t at = put_varint(datagram, HEADER_BYTES, player->input_seq);
  at = put_varint(datagram, at, player->snapshot_tick);
  datagram[at++] = player->snapshot_tick > 2 ? 2 : 0;
  datagram[at++] = (uint8_t)count;
  struct bits bits = {datagram, at, 0};
  const struct input *before = &none;
  for (uint32_t index = 0; index < count; index++) {
    const struct input *input = &player->inputs[(player->input_seq - count + 1 + index) % HISTORY];
    int same = is_same(input, before);
    put_bits(&bits, (uint32_t)same, 1);
    if (!same) {
      put_bits(&bits, (uint8_t)input->throttle, 8);
      put_bits(&bits, (uint8_t)input->turn, 8);
      put_bits(&bits, input->turret, 16);
      put_bits(&bits, input->fire, 1);
    }
    before = input;
  }
  size_t length = bits.bit == 0 ? bits.at : bits.at + 1;
  uint64_t tag = tag_of(player->send_key, sequence >> 16, datagram, length);
  memcpy(datagram + length, &tag, 8);
  if (measuring) {
    inputs_sent++;
    datagrams_sent++;
  }
  if (is_lost()) return;
  if (send(player->socket, datagram, length + TAG_BYTES, MSG_DONTWAIT) < 0 && measuring) send_failures++;
}

static void accept_sequence(struct player *player, uint32_t full) {
  if (full > player->newest_received) {
    uint32_t ahead = full - player->newest_received;
    player->received_bits = ahead > 32 ? 0 : ahead == 32 ? 0 : player->received_bits << ahead;
    if (player->newest_received > 0 && ahead <= 32) player->received_bits |= 1u << (ahead - 1);
    player->newest_received = full;
  } else {
    uint32_t behind = player->newest_received - full;
    if (behind >= 1 && behind <= 32) player->received_bits |= 1u << (behind - 1);
  }
}

static void note_applied(struct player *player, uint32_t input_seq, uint64_t at_ns) {
  if (input_seq <= player->acked_input || input_seq > player->input_seq) return;
  player->acked_input = input_seq;
  /* The newest only: that is what this snapshot shows first. */
  if (measuring && input_seq > player->first_measured && player->input_seq - input_seq < HISTORY) {
    uint64_t us = (at_ns - player->sent_ns[input_seq % HISTORY]) / 1000;
    uint64_t bucket = us / 50;
    latency[bucket > LATENCY_BUCKETS ? LATENCY_BUCKETS : bucket]++;
  }
}

static void take_snapshot(struct player *player, const uint8_t *bytes, size_t end, uint64_t at_ns) {
  size_t at = HEADER_BYTES;
  uint8_t flags = bytes[at++];
  uint32_t tick = take_varint(bytes, &at, end);
  uint8_t baseline = bytes[at++];
  uint32_t index = 0, count = 1;
  if (flags & 1) {
    index = bytes[at++];
    count = bytes[at++];
  }
  uint32_t input_seq = take_varint(bytes, &at, end);
  int8_t wait = (int8_t)bytes[at++];
  if (count == 1) {
    if (tick > player->snapshot_tick) player->snapshot_tick = tick;
  } else {
    if (tick != player->parts_tick) {
      player->parts_tick = tick;
      player->parts_have = 0;
    }
    player->parts_have |= 1u << (index & 31);
    if (__builtin_popcount(player->parts_have) == (int)count && tick > player->snapshot_tick) {
      player->snapshot_tick = tick;
    }
    if (measuring) parts++;
  }
  player->wait = wait;
  if (measuring) {
    snapshots++;
    snapshot_bytes += end + TAG_BYTES;
    bytes_hist[end + TAG_BYTES]++;
    wait_hist[(uint8_t)(wait + 128)]++;
    baseline_sum += baseline;
    if (baseline == 0) full_snapshots++;
  }
  note_applied(player, input_seq, at_ns);
}

/* When the kernel had the datagram of a message. */
static uint64_t arrival_ns(struct msghdr *message) {
  struct cmsghdr *control = CMSG_FIRSTHDR(message);
  if (control == NULL || control->cmsg_type != SCM_TIMESTAMPNS) return now_ns();
  struct timespec time;
  memcpy(&time, CMSG_DATA(control), sizeof time);
  return ns_of(&time);
}

static void receive_all(struct player *player) {
  static uint8_t bytes[DATAGRAM_BYTES_MAX + 1], control[CONTROL_BYTES];
  for (int turn = 0; turn < 8; turn++) {
    struct iovec room = {bytes, sizeof bytes};
    struct msghdr message = {.msg_iov = &room, .msg_iovlen = 1};
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    ssize_t size = recvmsg(player->socket, &message, MSG_DONTWAIT);
    if (size < 0) return;
    if (size < HEADER_BYTES + TAG_BYTES || bytes[0] != MARK) continue;
    if (is_lost()) continue;
    uint16_t low;
    memcpy(&low, bytes + 6, 2);
    int16_t ahead = (int16_t)(low - (uint16_t)player->newest_received);
    uint32_t full = player->newest_received + (uint32_t)(int32_t)ahead;
    uint64_t tag;
    memcpy(&tag, bytes + size - TAG_BYTES, 8);
    if (tag != tag_of(player->receive_key, full >> 16, bytes, (size_t)size - TAG_BYTES)) {
      if (measuring) bad_tags++;
      continue;
    }
    accept_sequence(player, full);
    if (bytes[1] == TYPE_SNAPSHOT) {
      take_snapshot(player, bytes, (size_t)size - TAG_BYTES, arrival_ns(&message));
    }
  }
}

static void parse_key(const char *hex, uint64_t key[2]) {
  uint8_t bytes[16];
  for (int index = 0; index < 16; index++) {
    unsigned value = 0;
    sscanf(hex + 2 * index, "%2x", &value);
    bytes[index] = (uint8_t)value;
  }
  memcpy(key, bytes, 16);
}

static int open_player(const char *line, const struct sockaddr_in *server) {
  struct player *player = &players[player_count];
  unsigned port, inputs;
  uint32_t connection;
  char send_hex[40], receive_hex[40];
  if (sscanf(line, "%u %" SCNu32 " %32s %32s %u", &port, &connection, send_hex, receive_hex, &inputs) != 5) {
    return 0;
  }
  player->connection = connection;
  player->sequence = 1000; /* above what the handshake has used */
  player->input_seq = player->acked_input = inputs;
  parse_key(send_hex, player->send_key);
  parse_key(receive_hex, player->receive_key);
  player->socket = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  local.sin_addr = server->sin_addr;
  if (bind(player->socket, (struct sockaddr *)&local, sizeof local) < 0 ||
      connect(player->socket, (const struct sockaddr *)server, sizeof *server) < 0) {
    perror("bind or connect");
    return 0;
  }
  int on = 1;
  setsockopt(player->socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  player_count++;
  return 1;
}

static uint64_t quantile(const uint64_t *counts, size_t size, double share) {
  uint64_t total = 0, seen = 0;
  for (size_t index = 0; index < size; index++) total += counts[index];
  uint64_t wanted = (uint64_t)((double)total * share);
  for (size_t index = 0; index < size; index++) {
    seen += counts[index];
    if (seen > wanted) return index;
  }
  return size - 1;
}

int main(int argc, char **argv) {
  if (argc < 6) {
    fprintf(stderr, "Usage: binary_load <ip> <port> <inputs per second> <warm-up s> <measured s> [loss]\n");
    return 2;
  }
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
  inet_pton(AF_INET, argv[1], &server.sin_addr);
  double rate = atof(argv[3]), warm_up_s = atof(argv[4]), measured_s = atof(argv[5]);
  loss_per_mille = argc > 6 ? (uint32_t)atoi(argv[6]) : 0;
  players = calloc(PLAYERS_MAX, sizeof *players);
  char line[256];
  while (player_count < PLAYERS_MAX && fgets(line, sizeof line, stdin) != NULL) {
    if (!open_player(line, &server)) return 1;
  }
  printf("playing\n");
  fflush(stdout);
  uint64_t period_ns = (uint64_t)(1e9 / rate), start = now_ns();
  uint64_t measure_from = start + (uint64_t)(warm_up_s * 1e9);
  uint64_t end = measure_from + (uint64_t)(measured_s * 1e9);
  uint64_t sent = 0, late_sum_ns = 0;
  static const struct timespec rest = {.tv_nsec = REST_NS};
  for (;;) {
    uint64_t now = now_ns();
    if (now >= end) break;
    if (!measuring && now >= measure_from) {
      measuring = 1;
      printf("measuring\n");
      fflush(stdout);
      for (int index = 0; index < player_count; index++) {
        players[index].first_measured = players[index].input_seq;
        players[index].acked_at_start = players[index].acked_input;
      }
    }
    /* Players take turns over the whole period. */
    uint64_t due = (now - start) * (uint64_t)player_count / period_ns;
    for (int burst = 0; sent < due && burst < 256; burst++, sent++) {
      struct player *player = &players[sent % (uint64_t)player_count];
      /* Only now, and nobody waits for it: to wake who waits would be the sending server's work. */
      receive_all(player);
      if (is_ahead(player)) continue;
      think(player);
      send_input(player);
    }
    if (measuring && due > sent) late_sum_ns += 1;
    if (sent >= due) nanosleep(&rest, NULL);
  }
  uint64_t applied = 0, made = 0, unheard = 0;
  for (int index = 0; index < player_count; index++) {
    applied += players[index].acked_input - players[index].acked_at_start;
    made += players[index].input_seq - players[index].first_measured;
    if (players[index].snapshot_tick == 0) unheard++;
  }
  printf("{\"players\":%d,\"seconds\":%.3f,\"inputs\":%" PRIu64 ",\"applied\":%" PRIu64 ",\"snapshots\":%" PRIu64
         ",\"snapshot_bytes\":%" PRIu64 ",\"bytes_p50\":%" PRIu64 ",\"bytes_p99\":%" PRIu64
         ",\"latency_p50_us\":%" PRIu64 ",\"latency_p99_us\":%" PRIu64 ",\"bad_tags\":%" PRIu64
         ",\"send_failures\":%" PRIu64 ",\"parts\":%" PRIu64 ",\"full\":%" PRIu64 ",\"unheard\":%" PRIu64
         ",\"wait_p1\":%d,\"wait_p50\":%d,\"wait_p99\":%d,\"late_turns\":%" PRIu64 "}\n",
         player_count, measured_s, made, applied, snapshots, snapshot_bytes,
         quantile(bytes_hist, BYTES_BUCKETS, 0.5), quantile(bytes_hist, BYTES_BUCKETS, 0.99),
         quantile(latency, LATENCY_BUCKETS + 1, 0.5) * 50, quantile(latency, LATENCY_BUCKETS + 1, 0.99) * 50,
         bad_tags, send_failures, parts, full_snapshots, unheard,
         (int)quantile(wait_hist, 256, 0.01) - 128, (int)quantile(wait_hist, 256, 0.5) - 128,
         (int)quantile(wait_hist, 256, 0.99) - 128, late_sum_ns);
  return 0;
}
