/* bench_csv.c: makes the CSV of the reading benchmark, and times reading it.
 *   bench_csv make FILE [ROWS]   2 million rows x 19 numeric columns, 103 MB
 *   bench_csv read FILE THREADS  one line: seconds, bytes of the columns, peak resident bytes, a checksum per type
 * Columns: a region, thirteen answers 1..5 or 0/1, an age, a count, spend in yuan (a third of them 0), a rate with two
 * decimals and a weight with five: what interviews look like. */
#define _DEFAULT_SOURCE
#include "shuxiao/io.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { COLUMNS = 19 };

static uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state >> 11;
}

static int make(const char *path, long rows) {
  FILE *f = fopen(path, "w");
  if (!f) return perror(path), 1;
  fprintf(f, "region");
  for (int c = 1; c <= 13; c++) fprintf(f, ",q%d", c);
  fprintf(f, ",age,visits,spend,rate,weight\n");
  uint64_t s = 88172645463325252u;
  for (long r = 0; r < rows; r++) {
    fprintf(f, "%u", (unsigned)(next_random(&s) % 31) + 1);
    for (int c = 1; c <= 13; c++) fprintf(f, ",%u", (unsigned)(next_random(&s) % (c % 3 ? 5 : 2)) + (c % 3 != 0));
    fprintf(f, ",%u,%u", (unsigned)(next_random(&s) % 70) + 10, (unsigned)(next_random(&s) % 100));
    const unsigned spend = next_random(&s) % 3 ? (unsigned)(next_random(&s) % 5000) : 0;
    fprintf(f, ",%u,%u.%02u", spend, (unsigned)(next_random(&s) % 10), (unsigned)(next_random(&s) % 100));
    fprintf(f, ",%u.%05u\n", (unsigned)(next_random(&s) % 4), (unsigned)(next_random(&s) % 100000));
  }
  return fclose(f) != 0;
}

static double seconds(void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* VmHWM: the most that was ever resident, mapped file included. */
static long peak_bytes(void) {
  char line[256];
  long kb = 0;
  FILE *f = fopen("/proc/self/status", "r");
  while (f && fgets(line, sizeof line, f)) {
    if (strncmp(line, "VmHWM:", 6) == 0) kb = strtol(line + 6, NULL, 10);
  }
  if (f) (void)fclose(f);
  return kb * 1024;
}

static int read_once(const char *path, int threads) {
  sx_ctx ctx = SX_CTX_INIT;
  ctx.n_threads = threads;
  sx_error err = SX_ERROR_INIT;
  sx_table *table = NULL;
  const double start = seconds();
  if (sx_io_read(&table, &ctx, path, NULL, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    return 1;
  }
  const double took = seconds() - start;
  const long peak = peak_bytes();
  double sum = 0;
  size_t bytes = 0, numbers = 0;
  for (size_t c = 0; c < sx_table_columns(table); c++) {
    const sx_column *column = sx_table_get(table, c);
    bytes += column->n * (column->dict ? 4 : 8) + (column->miss ? column->n : 0);
    numbers += column->type == SX_NUMBER;
    for (size_t r = 0; r < column->n && !column->dict; r++) sum += sx_column_number(column, r);
  }
  printf("%.4f %zu %ld %zu %zu %.6f\n", took, bytes, peak, numbers, sx_table_rows(table), sum);
  sx_table_free(table);
  return 0;
}

int main(int argc, char **argv) {
  if (argc >= 3 && strcmp(argv[1], "make") == 0) return make(argv[2], argc > 3 ? strtol(argv[3], NULL, 10) : 2000000);
  if (argc == 4 && strcmp(argv[1], "read") == 0) return read_once(argv[2], (int)strtol(argv[3], NULL, 10));
  fprintf(stderr, "usage: bench_csv make FILE [ROWS] | read FILE THREADS\n");
  return 2;
}
