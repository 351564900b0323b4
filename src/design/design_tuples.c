/* design_tuples.c: the distinct tuples of the cells of a row in all margins. A sample calibrated to region by residence and sex by age has its ten thousands of
 * rows in a thousand of them: what a carrier takes from a row for its margins is worked out for each tuple, and a row looks up one place for all margins.
 *
 * Made when a design is asked for it the fourth time: for fewer carriers than that the pass over the rows costs more than it spares. */
#include <string.h>

#include "design_priv.h"

enum { ASKED = 4, SLOTS = 4 * DESIGN_MOST_TUPLES, ROWS_EACH = 8 };

typedef struct finder {
  const sx_design *d;
  uint16_t slot[SLOTS];               /* tuple + 1; 0: empty */
  uint32_t first[DESIGN_MOST_TUPLES]; /* position of its first row */
  size_t n, most;
} finder;

static bool same_cells(const sx_design *d, size_t a, size_t b) {
  const size_t rows = d->sample->n_rows;
  bool same = true;
  for (size_t m = 0; same && m < d->n_margins; m++)
    same = sx_design__cell(d, m * rows + a) == sx_design__cell(d, m * rows + b);
  return same;
}

/* The tuple of the row at a position; false where there are too many. */
static bool find(uint16_t *out, finder *f, size_t position) {
  const sx_design *d = f->d;
  uint64_t hash = 0;
  for (size_t m = 0; m < d->n_margins; m++)
    hash = (hash ^ sx_design__cell(d, m * d->sample->n_rows + position)) * 0x9fb21c651e98df25U;
  size_t at = (size_t)(hash >> 40) % SLOTS;
  while (f->slot[at] && !same_cells(d, f->first[f->slot[at] - 1], position)) at = (at + 1) % SLOTS;
  if (!f->slot[at]) {
    if (f->n == f->most) return false;
    f->first[f->n++] = (uint32_t)position;
    f->slot[at] = (uint16_t)f->n;
  }
  *out = (uint16_t)(f->slot[at] - 1);
  return true;
}

static bool fill(design_tuples *t, finder *f) {
  const sx_design *d = f->d;
  const size_t rows = d->sample->n_rows;
  bool few = true;
  for (size_t i = 0; few && i < rows; i++) few = find(&t->of[i], f, i);
  if (!few) return true; /* n stays 0 */
  t->cells = sx_mem_alloc(&t->ctx, d->n_margins * f->n, sizeof *t->cells);
  if (!t->cells) return false;
  t->n = f->n;
  for (size_t m = 0; m < d->n_margins; m++)
    for (size_t k = 0; k < t->n; k++) t->cells[m * t->n + k] = (uint32_t)sx_design__cell(d, m * rows + f->first[k]);
  return true;
}

void sx_design__tuples_free(design_tuples *t) {
  if (!t) return;
  const sx_ctx ctx = t->ctx;
  sx_mem_free(&ctx, t->of);
  sx_mem_free(&ctx, t->cells);
  sx_mem_free(&ctx, t);
}

static design_tuples *make(const sx_design *d) {
  const sx_ctx *ctx = &d->sample->ctx;
  const size_t rows = d->sample->n_rows;
  design_tuples *t = sx_mem_zalloc(ctx, 1, sizeof *t);
  finder *f = sx_mem_zalloc(ctx, 1, sizeof *f);
  bool made = t && f;
  if (t) t->ctx = *ctx;
  if (made) {
    f->d = d;
    f->most = rows / ROWS_EACH < DESIGN_MOST_TUPLES ? rows / ROWS_EACH : DESIGN_MOST_TUPLES;
    t->of = sx_mem_alloc(ctx, rows, sizeof *t->of);
    made = t->of && fill(t, f);
  }
  sx_mem_free(ctx, f);
  if (made) return t;
  sx_design__tuples_free(t);
  return NULL;
}

const design_tuples *sx_design__tuples(const sx_design *d) {
  if (d->n_margins < 2 || d->values || d->carried) return NULL;
  design_tuples *t = atomic_load(&d->memo->tuples);
  if (!t && atomic_fetch_add(&d->memo->asked, 1) + 1 >= ASKED) {
    design_tuples *made = make(d);
    if (!made || atomic_compare_exchange_strong(&d->memo->tuples, &t, made))
      t = made;
    else
      sx_design__tuples_free(made); /* another thread's are there */
  }
  return t && t->n ? t : NULL;
}
