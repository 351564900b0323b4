/* bench_banner.c: many banner tables in one pass. bench_banner TABLES ROWS THREADS DESIGN makes ROWS cases with TABLES questions of five
 * levels (3% missing) in memory and tabulates all of them by 12 columns with letters: total + sex + age + region. DESIGN: cluster (31 strata,
 * 620 PSUs), raked (the same, raked to province, sex by age, region), case (31 strata, every case its own PSU), case-raked. Prints seconds,
 * cells, tests, and the peak of resident memory. */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "bench_help.h"
#include "shuxiao/banner.h"
#include "shuxiao/weighting.h"

static sx_ctx ctx = SX_CTX_INIT;
static sx_table *table;

/* levels "1" ... "n" of a category. */
static sx_column *question(const char *name, int levels) {
  sx_error err = SX_ERROR_INIT;
  sx_column *c = NULL;
  need(sx_table_add(&c, table, name, SX_CATEGORY, &err), &err);
  for (int v = 0; v < levels; v++) {
    char text[8];
    int32_t code = 0;
    need(sx_dict_add(&code, c->dict, text, (size_t)snprintf(text, sizeof text, "%d", v + 1), &err), &err);
  }
  return c;
}

static void make(size_t rows, size_t tables) {
  sx_error err = SX_ERROR_INIT;
  need(sx_table_new(&table, &ctx, rows, &err), &err);
  sx_column *h = question("province", 31), *sex = question("sex", 2), *age = question("age", 5),
            *region = question("region", 4), *psu = NULL, *w = NULL;
  need(sx_table_add(&psu, table, "psu", SX_INTEGER, &err), &err);
  need(sx_table_add(&w, table, "w", SX_NUMBER, &err), &err);
  for (size_t i = 0; i < rows; i++) {
    h->data.code[i] = (int32_t)(31 * uniform());
    psu->data.i64[i] = h->data.code[i] * 20 + (int64_t)(20 * uniform());
    sex->data.code[i] = (int32_t)(2 * uniform());
    age->data.code[i] = (int32_t)(5 * uniform());
    region->data.code[i] = h->data.code[i] % 4;
    w->data.f64[i] = 1e4 * (0.3 + uniform());
  }
  for (size_t k = 0; k < tables; k++) {
    char name[32];
    snprintf(name, sizeof name, "q%zu", k + 1);
    sx_column *q = question(name, 5);
    for (size_t i = 0; i < rows; i++) {
      const double u = uniform() + 0.03 * sex->data.code[i] + 0.02 * age->data.code[i] * (double)(k % 3);
      q->data.code[i] = u < 0.97 ? (int32_t)(5 * u) : u < 1 ? -1 : 4;
      if (q->data.code[i] > 4) q->data.code[i] = 4;
      if (q->data.code[i] < 0) need(sx_column_set_missing(&ctx, q, i, SX_MISS_SYSTEM, &err), &err);
    }
  }
}

static sx_design *raked(sx_design *d) {
  static const char *const province[] = {"province"}, *const sex_age[] = {"sex", "age"}, *const region[] = {"region"};
  static char text[31][8];
  static const char *one[31][1], *two[10][2];
  static const char *const *levels[3][31];
  static double totals[3][31];
  sx_error err = SX_ERROR_INIT;
  sx_design *out = NULL;
  for (size_t k = 0; k < 31; k++) {
    snprintf(text[k], sizeof text[k], "%zu", k + 1);
    one[k][0] = text[k];
    levels[0][k] = one[k];
    totals[0][k] = 3e6;
  }
  for (size_t k = 0; k < 10; k++) {
    two[k][0] = text[k / 5];
    two[k][1] = text[k % 5];
    levels[1][k] = two[k];
    totals[1][k] = 9.3e6;
  }
  for (size_t k = 0; k < 4; k++) {
    levels[2][k] = one[k];
    totals[2][k] = 3e6 * (k < 3 ? 8 : 7);
  }
  const sx_target targets[] = {{province, 1, levels[0], totals[0], 31, "province"},
                               {sex_age, 2, levels[1], totals[1], 10, "sex x age"},
                               {region, 1, levels[2], totals[2], 4, "region"}};
  need(sx_weighting_rake(&out, d, table, targets, 3, NULL, NULL, &err), &err);
  sx_design_free(d);
  return out;
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "bench_banner TABLES ROWS THREADS cluster|raked|case|case-raked\n");
    return 2;
  }
  sx_error err = SX_ERROR_INIT;
  static const char *const cluster[] = {"psu"};
  const size_t tables = strtoul(argv[1], NULL, 10), rows = strtoul(argv[2], NULL, 10);
  ctx.n_threads = (int)strtol(argv[3], NULL, 10);
  make(rows, tables);
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.weights = "w";
  spec.strata = "province";
  if (strncmp(argv[4], "case", 4) != 0) {
    spec.clusters = cluster;
    spec.n_clusters = 1;
  }
  sx_design *design = NULL;
  need(sx_design_new(&design, &ctx, table, &spec, &err), &err);
  if (strstr(argv[4], "raked")) design = raked(design);
  char list[64];
  snprintf(list, sizeof list, "q1-q%zu", tables);
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  r.rows = list;
  r.columns = "total + sex + age + region";
  sx_banner_book *book = NULL;
  const double start = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
  need(sx_banner_run(&book, design, table, &r, NULL, &err), &err);
  const double seconds = now(CLOCK_MONOTONIC) - start, work = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  size_t cells = 0, letters = 0;
  for (size_t k = 0; k < book->n_tables; k++)
    for (size_t i = 0; i < book->table[k].n_rows; i++)
      for (size_t c = 0; c < book->columns->n_columns; c++) {
        cells++;
        letters += strlen(book->table[k].row[i].cell[c].letters);
      }
  struct rusage use;
  getrusage(RUSAGE_SELF, &use);
  printf("%zu tables x %zu columns, %zu cases, %s, %s threads: %.2f s, %.2f s of CPU (%zu cells, %zu letters), %.0f MB "
         "resident\n",
         book->n_tables, book->columns->n_columns, rows, argv[4], argv[3], seconds, work, cells, letters,
         (double)use.ru_maxrss / 1024);
  sx_banner_book_free(book);
  sx_design_free(design);
  sx_table_free(table);
  return 0;
}
