/* bench_accounts.c: standard errors of an account by linearisation beside those of a bootstrap of the whole pipeline, node by node.
 *   bench_accounts LINEAR.db BOOTSTRAP.db [WITHIN_LOW WITHIN_HIGH]
 * Two stores of the same study, the second run with replicates made before the weighting, so that every replicate is weighted, estimated and added
 * up anew. Every row of every account that has an error is compared: the ratio linearised / bootstrap must lie within WITHIN_LOW (0.05) of 1 where
 * the bootstrap's cv is below 5%, within WITHIN_HIGH (0.10) elsewhere. Levels are printed one by one as Markdown, other statistics as counts and
 * extremes, with each row that lies outside. Exit 1 where a level or a share of a node lies outside; what is divided by a difference
 * (shares of a gap, growth) need not be within, for near a gap of 0 it is not linear: those rows are printed and judged by the reader. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shuxiao/store.h"

typedef struct number {
  char *name, *indicator, *statistic, *domain; /* name: all three */
  double estimate, se, cv;
  bool model;     /* a small-area estimate stands in somewhere below */
  bool near_zero; /* a share of a difference that is not clear of 0 */
} number;
typedef struct numbers {
  number *items;
  size_t n, cap;
} numbers;

static void die(const char *what, const sx_error *err) {
  fprintf(stderr, "bench_accounts: %s: %s %s\n", what, err->where, err->message);
  exit(2);
}

static char *copy(const char *text) {
  char *out = strdup(text);
  if (!out) exit(2);
  return out;
}

static sx_status take(void *data, const sx_store_row *row, sx_error *err) {
  numbers *list = data;
  (void)err;
  if (!strchr(row->indicator, '/') || strncmp(row->indicator, "published/", 10) == 0) return SX_OK;
  char domain[400] = "", name[900];
  for (size_t i = 0; i < row->n_terms; i++) {
    const size_t used = strlen(domain);
    (void)snprintf(domain + used, sizeof domain - used, "%s%s%s%s", i ? " * " : "", row->terms[i].variable,
                   strcmp(row->terms[i].level, "1") == 0 ? "" : ":",
                   strcmp(row->terms[i].level, "1") == 0 ? "" : row->terms[i].level);
  }
  (void)snprintf(name, sizeof name, "%s|%s|%s", row->indicator, row->statistic, domain);
  if (list->n == list->cap) {
    list->cap = list->cap * 2 + 256;
    list->items = realloc(list->items, list->cap * sizeof *list->items);
    if (!list->items) exit(2);
  }
  list->items[list->n++] = (number){copy(name),
                                    copy(row->indicator),
                                    copy(row->statistic),
                                    copy(domain),
                                    row->estimate,
                                    row->se,
                                    row->cv,
                                    row->quality && strstr(row->quality, "model"),
                                    row->quality && strstr(row->quality, "near 0")};
  return SX_OK;
}

static void load(numbers *out, const char *path) {
  sx_error err = SX_ERROR_INIT;
  sx_store *store = NULL;
  sx_store_run run;
  if (sx_store_open(&store, NULL, path, SX_STORE_READ, &err) != SX_OK) die(path, &err);
  if (sx_store_latest(&run, store, &err) != SX_OK) die(path, &err);
  if (sx_store_each_row(store, run.id, NULL, take, out, &err) != SX_OK) die(path, &err);
  sx_store_close(store);
}

static const number *find(const numbers *list, const char *name) {
  for (size_t i = 0; i < list->n; i++) {
    if (strcmp(list->items[i].name, name) == 0) return &list->items[i];
  }
  return NULL;
}

typedef struct tally {
  const char *statistic;
  size_t n, outside;
  double lowest, highest;
} tally;
enum { MAX_STATISTICS = 200 };

static tally *tally_of(tally *list, size_t *n, const char *statistic) {
  for (size_t i = 0; i < *n; i++) {
    if (strcmp(list[i].statistic, statistic) == 0) return &list[i];
  }
  if (*n == MAX_STATISTICS) exit(2);
  list[*n] = (tally){statistic, 0, 0, (double)INFINITY, 0};
  return &list[(*n)++];
}

/* Like with like: rows that both runs made by the same estimator (a leaf whose cv lies at the limit is the interviews' own in one run and the
 * model's in the other), whose error is more than rounding, and whose first-order error is not marked as none. */
static bool comparable(const number *a, const number *b) {
  if (!b || !isfinite(a->se) || !isfinite(b->se) || a->model != b->model || a->near_zero || b->near_zero) return false;
  const double rounding = 1e-12 * fabs(a->estimate);
  return a->se > rounding && b->se > rounding;
}

/* Levels and shares of nodes. */
static bool judged(const char *statistic) {
  static const char *const names[] = {"level", "share_of_parent", "share_of_total", "share_of_benchmark"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (strcmp(statistic, names[i]) == 0) return true;
  }
  return false;
}

static size_t print_levels(const numbers *linear, const numbers *boot, double low, double high, tally *all,
                           size_t *n_all) {
  size_t failed = 0;
  puts("| node | domain | estimate | cv % | se, linearised | se, bootstrap | ratio | within |");
  puts("|---|---|---:|---:|---:|---:|---:|---:|");
  for (size_t i = 0; i < linear->n; i++) {
    const number *a = &linear->items[i], *b = find(boot, a->name);
    if (!comparable(a, b)) continue;
    const double cv = b->se / fabs(b->estimate), ratio = a->se / b->se,
                 within = cv < 0.05 && strncmp(a->statistic, "change", 6) != 0 ? low : high;
    const bool outside = fabs(ratio - 1) > within;
    tally *t = tally_of(all, n_all, a->statistic);
    t->n++;
    t->outside += outside;
    t->lowest = fmin(t->lowest, ratio);
    t->highest = fmax(t->highest, ratio);
    failed += outside && judged(a->statistic);
    if (strcmp(a->statistic, "level") != 0 && !outside) continue;
    printf("| %s%s%s | %s | %.6g | %.2f | %.4g | %.4g | %.4f | %.0f%%%s |\n", a->indicator,
           strcmp(a->statistic, "level") ? ", " : "", strcmp(a->statistic, "level") ? a->statistic : "",
           *a->domain ? a->domain : "all", a->estimate, 100 * cv, a->se, b->se, ratio, 100 * within,
           outside ? " **outside**" : "");
  }
  return failed;
}

static void free_numbers(numbers *list) {
  for (size_t i = 0; i < list->n; i++) {
    free(list->items[i].name);
    free(list->items[i].indicator);
    free(list->items[i].statistic);
    free(list->items[i].domain);
  }
  free(list->items);
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "use: bench_accounts LINEAR.db BOOTSTRAP.db [WITHIN_LOW WITHIN_HIGH]\n");
    return 2;
  }
  const double low = argc > 4 ? strtod(argv[3], NULL) : 0.05, high = argc > 4 ? strtod(argv[4], NULL) : 0.10;
  numbers linear = {NULL, 0, 0}, boot = {NULL, 0, 0};
  tally all[MAX_STATISTICS];
  size_t n_all = 0;
  load(&linear, argv[1]);
  load(&boot, argv[2]);
  const size_t failed = print_levels(&linear, &boot, low, high, all, &n_all);
  puts("\n| statistic | rows | lowest ratio | highest ratio | outside |\n|---|---:|---:|---:|---:|");
  size_t n = 0, outside = 0;
  for (size_t i = 0; i < n_all; i++) {
    printf("| %s | %zu | %.4f | %.4f | %zu |\n", all[i].statistic, all[i].n, all[i].lowest, all[i].highest,
           all[i].outside);
    n += all[i].n;
    outside += all[i].outside;
  }
  printf("\n%zu rows compared, %zu outside, %zu of them levels or shares of nodes.\n", n, outside, failed);
  free_numbers(&linear);
  free_numbers(&boot);
  return failed || n == 0;
}
