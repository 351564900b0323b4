/* estimate_bucket.h: a stable sort of keys with their rows inside the cache, for estimate_sorted.c. */
#ifndef SX_ESTIMATE_BUCKET_H
#define SX_ESTIMATE_BUCKET_H

#include "shuxiao/base.h"

/* Insertion into an array that is nearly sorted; false (still a stable rearrangement) when that takes more than `moves`. */
bool sx_estimate__insert(uint64_t *keys, uint32_t *rows, size_t n, size_t moves);
/* Sorts key[n] and, equal keys in the order in which they stand, row[n] with it. Keys are base to base + 2^bits - 1; other_* [n] are scratch. */
void sx_estimate__sort_bucket(uint64_t *key, uint32_t *row, uint64_t *other_key, uint32_t *other_row, size_t n,
                              uint64_t base, int bits);

#endif
