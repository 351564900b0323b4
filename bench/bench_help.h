/* bench_help.h: what the programs that time things share: a clock, random numbers that are the same everywhere, the end on an error. */
#ifndef BENCH_HELP_H
#define BENCH_HELP_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "shuxiao/base.h"

static inline void need(sx_status st, const sx_error *err) {
  if (st == SX_OK) return;
  fprintf(stderr, "%s: %s\n", err->where, err->message);
  exit(1);
}

static inline double now(clockid_t clock) {
  struct timespec t;
  (void)clock_gettime(clock, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* In [0, 1): xorshift (Marsaglia 2003), from the same state in every program. */
static inline double uniform(void) {
  static uint64_t state = 88172645463325252u;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (double)(state >> 11) / 9007199254740992.0;
}

#endif
