/* fuzz_banner.c: any bytes as the words of banner tables: lines are rows, columns, significance, nets, statistics. What must hold: an error has a
 * message, heads and columns fit together, cells are numbers or have a reason. */
#include "shuxiao/banner.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { ROWS = 24, LINES = 5 };

static void must(bool holds) {
  if (!holds) __builtin_trap();
}

static sx_table *fixed_table(void) {
  static const char *const names[] = {"q1", "q2", "q10", "年龄", "m1", "m2", "w"};
  sx_table *t = NULL;
  must(sx_table_new(&t, NULL, ROWS, NULL) == SX_OK);
  for (size_t k = 0; k < 7; k++) {
    sx_column *c = NULL;
    must(sx_table_add(&c, t, names[k], k == 6 ? SX_NUMBER : SX_INTEGER, NULL) == SX_OK);
    for (size_t i = 0; i < ROWS; i++) {
      if (k == 6)
        c->data.f64[i] = 1 + (double)(i % 5);
      else
        c->data.i64[i] = (int64_t)((i * (k + 3) + i / 7) % (k < 4 ? 3 : 2));
    }
    if (k == 1) must(sx_column_set_missing(NULL, c, 3, SX_MISS_SYSTEM, NULL) == SX_OK);
  }
  char *members[] = {(char[]){"m1"}, (char[]){"m2"}};
  const sx_mrset set = {(char[]){"$m"}, NULL, true, 1, NULL, members, 2};
  must(sx_table_add_mrset(t, &set, NULL) == SX_OK);
  return t;
}

static void check(const sx_banner_book *book) {
  const sx_banner_columns *c = book->columns;
  for (size_t k = 0; k < c->n_heads; k++) must(c->head[k].first + c->head[k].n <= c->n_columns && c->head[k].n > 0);
  for (size_t k = 0; k < c->n_columns; k++) must(c->column[k].head < c->n_heads && c->column[k].span < c->n_spans);
  for (size_t t = 0; t < book->n_tables; t++)
    for (size_t r = 0; r < book->table[t].n_rows; r++)
      for (size_t k = 0; k < book->table[t].columns->n_columns; k++) {
        const sx_banner_cell *cell = &book->table[t].row[r].cell[k];
        must(cell->value == cell->value || cell->na != SX_NA_NONE);
        must(!(cell->se < 0) && cell->letters != NULL);
      }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  if (n > 2000) return 0;
  char *text = malloc(n + 1), *line[LINES];
  must(text != NULL);
  if (n) memcpy(text, data, n);
  text[n] = '\0';
  char *at = text;
  for (size_t k = 0; k < LINES; k++) {
    line[k] = at;
    at += strcspn(at, "\n");
    if (*at) *at++ = '\0';
  }
  sx_error err = SX_ERROR_INIT;
  sx_table *t = fixed_table();
  sx_design *d = NULL;
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  sx_arena *arena = NULL;
  sx_banner_net *net = NULL;
  sx_banner_book *book = NULL;
  spec.weights = "w";
  must(sx_design_new(&d, NULL, t, &spec, NULL) == SX_OK && sx_arena_new(&arena, NULL, NULL) == SX_OK);
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  r.rows = line[0];
  r.columns = line[1];
  r.stats = line[4];
  sx_status st = sx_banner_sig_parse(&r.sig, line[2], &err);
  if (st == SX_OK && *line[3]) st = sx_banner_nets_parse(&net, &r.n_nets, arena, line[3], &err);
  r.nets = net;
  if (st == SX_OK) st = sx_banner_run(&book, d, t, &r, NULL, &err);
  if (st == SX_OK)
    check(book);
  else
    must(err.status == st && err.message[0]);
  sx_banner_book_free(book);
  sx_arena_free(arena);
  sx_design_free(d);
  sx_table_free(t);
  free(text);
  return 0;
}
