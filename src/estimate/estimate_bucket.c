/* estimate_bucket.c: the keys of one bucket, few enough to stand in the cache: two passes by the digits that nearly always decide, the
 * rest by insertion; where that is not enough, all digits from the least on (Knuth, TAOCP 3, 5.2.5). */
#include "estimate_bucket.h"

#include <string.h>

enum { DIGIT_MAX = 11, FEW = 32 };

bool sx_estimate__insert(uint64_t *keys, uint32_t *rows, size_t n, size_t moves) {
  for (size_t i = 1; i < n; i++) {
    if (keys[i - 1] <= keys[i]) continue; /* nearly always: nothing is written */
    const uint64_t key = keys[i];
    const uint32_t row = rows[i];
    size_t k = i;
    while (k > 0 && keys[k - 1] > key && moves > 0) {
      keys[k] = keys[k - 1];
      rows[k] = rows[k - 1];
      k--;
      moves--;
    }
    keys[k] = key;
    rows[k] = row;
    if (moves == 0) return false;
  }
  return true;
}

typedef struct pairs {
  uint64_t *key;
  uint32_t *row;
} pairs;

static void move_by(pairs to, pairs from, size_t n, uint64_t base, int shift, int width) {
  uint32_t place[(size_t)1 << DIGIT_MAX] = {0};
  const uint64_t mask = (UINT64_C(1) << width) - 1;
  uint32_t at = 0;
  for (size_t i = 0; i < n; i++) place[(from.key[i] - base) >> shift & mask]++;
  for (size_t d = 0; d <= mask; d++) {
    const uint32_t here = place[d];
    place[d] = at;
    at += here;
  }
  for (size_t i = 0; i < n; i++) {
    const uint32_t k = place[(from.key[i] - base) >> shift & mask]++;
    to.key[k] = from.key[i];
    to.row[k] = from.row[i];
  }
}

/* Bits of the largest key above base; 0 where all are base. */
static int used_bits(const uint64_t *key, size_t n, uint64_t base) {
  uint64_t any = 0;
  int bits = 0;
  for (size_t i = 0; i < n; i++) any |= key[i] - base;
  while (any) bits++, any >>= 1;
  return bits;
}

static void sort_all(pairs a, pairs b, size_t n, uint64_t base, int bits) {
  bool there = false;
  for (int shift = 0; shift < bits; shift += DIGIT_MAX, there = !there) {
    const int width = bits - shift < DIGIT_MAX ? bits - shift : DIGIT_MAX;
    if (there)
      move_by(a, b, n, base, shift, width);
    else
      move_by(b, a, n, base, shift, width);
  }
  if (!there) return;
  memcpy(a.key, b.key, n * sizeof *a.key);
  memcpy(a.row, b.row, n * sizeof *a.row);
}

void sx_estimate__sort_bucket(uint64_t *key, uint32_t *row, uint64_t *other_key, uint32_t *other_row, size_t n,
                              uint64_t base, int bits) {
  const pairs a = {key, row}, b = {other_key, other_row};
  int width = 4; /* of a digit: two of them tell some 32 times as many keys apart as there are */
  if (n <= FEW) {
    (void)sx_estimate__insert(key, row, n, SIZE_MAX);
    return;
  }
  const int used = used_bits(key, n, base);
  if (used < bits) bits = used;
  while (width < DIGIT_MAX && (size_t)1 << (2 * width) < 32 * n) width++;
  if (bits <= 2 * width) {
    sort_all(a, b, n, base, bits);
    return;
  }
  move_by(b, a, n, base, bits - 2 * width, width);
  move_by(a, b, n, base, bits - width, width);
  if (!sx_estimate__insert(key, row, n, 4 * n + 1)) sort_all(a, b, n, base, bits);
}
