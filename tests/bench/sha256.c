/* SHA-256 of 32 MiB of bytes, as in FIPS 180-4, with no library's help: arithmetic, rotations and few branches. */
#include <stdint.h>
#include <stdio.h>

#define SIZE (32 << 20)
static unsigned char message[SIZE + 128];
static uint32_t k[64];

static uint32_t rotate(uint32_t x, int by) { return x >> by | x << (32 - by); }

/* The first 32 bits of the fractional part of a root, found by bisection on integers. */
static uint32_t root(unsigned prime, int cube) {
  unsigned __int128 low = 0, high = (unsigned __int128)1 << 36;
  while (high - low > 1) {
    unsigned __int128 middle = (low + high) / 2;
    unsigned __int128 power = cube ? middle * middle * middle : middle * middle;
    unsigned __int128 target = (unsigned __int128)prime << (cube ? 96 : 64);
    if (power <= target) low = middle; else high = middle;
  }
  return (uint32_t)low;
}

static void block(uint32_t *h, const unsigned char *p) {
  uint32_t w[64];
  for (int i = 0; i < 16; i++) w[i] = p[4 * i] << 24 | p[4 * i + 1] << 16 | p[4 * i + 2] << 8 | p[4 * i + 3];
  for (int i = 16; i < 64; i++)
    w[i] = w[i - 16] + w[i - 7] + (rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3) +
           (rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10);
  uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], hh = h[7];
  for (int i = 0; i < 64; i++) {
    uint32_t t1 = hh + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + k[i] + w[i];
    uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    hh = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e, h[5] += f, h[6] += g, h[7] += hh;
}

int main(void) {
  uint32_t h[8];
  for (unsigned n = 2, found = 0; found < 64; n++) {
    unsigned d = 2;
    while (d * d <= n && n % d) d++;
    if (d * d <= n) continue;
    k[found] = root(n, 1);
    if (found < 8) h[found] = root(n, 0);
    found++;
  }
  for (int i = 0; i < SIZE; i++) message[i] = i * 7 + (i >> 8);
  message[SIZE] = 0x80;
  for (int i = 0; i < 8; i++) message[SIZE + 63 - i] = (uint64_t)SIZE * 8 >> 8 * i;
  for (long at = 0; at < SIZE + 64; at += 64) block(h, message + at);
  for (int i = 0; i < 8; i++) printf("%08x", h[i]);
  printf("\n");
  return 0;
}
