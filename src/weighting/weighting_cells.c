/* weighting_cells.c: rows that calibration cannot tell apart get the same factor; here they are numbered. */
#include <string.h>

#include "weighting_priv.h"

enum { MIN_ROWS_PER_CELL = 2, FEW_CROSSINGS = 65536 };

/* Numbers the pairs of id (0: none) and cell [rows] from 1 on, into id. False where they are more than `most`. */
static bool cross(uint32_t *id, size_t *n, const int32_t *cell, size_t rows, uint64_t *key, uint32_t *slot, size_t cap,
                  size_t most) {
  memset(slot, 0, cap * sizeof *slot);
  *n = 0;
  for (size_t i = 0; i < rows; i++) {
    if (id[i] == 0) continue;
    if (cell[i] < 0) {
      id[i] = 0;
      continue;
    }
    const uint64_t k = (uint64_t)id[i] << 32 | (uint32_t)cell[i];
    uint64_t at = k * 0x9fb21c651e98df25U;
    at ^= at >> 32;
    while (slot[at % cap] && key[slot[at % cap] - 1] != k) at++;
    if (slot[at % cap] == 0) {
      if (*n == most) return false;
      key[*n] = k;
      slot[at % cap] = (uint32_t)++ * n;
    }
    id[i] = slot[at % cap];
  }
  return true;
}

typedef struct crossing {
  const wt_problem *p;
  uint32_t *id;
  size_t all;
  uint8_t *seen;   /* [pieces][all + 1], or NULL */
  uint32_t *first; /* [pieces][all]: the crossings of a piece in the order in which they appear, then 0 */
  uint32_t *of;    /* [all + 1] */
} crossing;

/* The number of each row's crossing among all there may be, from 1 on; 0 where the row takes no part. */
static sx_status cross_piece(void *data, size_t piece, sx_error *err) {
  (void)err;
  const crossing *c = data;
  const wt_problem *p = c->p;
  const size_t from = piece * WT_PIECE_ROWS, end = sx_piece_end(p->n_rows, WT_PIECE_ROWS, piece);
  for (size_t i = from; i < end; i++) {
    const int32_t cell = p->cell[i];
    c->id[i] = cell < 0 ? 0 : (uint32_t)cell + 1;
  }
  for (size_t m = 1; m < p->n_margins; m++) {
    const uint32_t radix = (uint32_t)(p->first[m + 1] - p->first[m]);
    const int32_t *cell = p->cell + m * p->n_rows;
    for (size_t i = from; i < end; i++)
      c->id[i] = c->id[i] == 0 || cell[i] < 0 ? 0 : (c->id[i] - 1) * radix + (uint32_t)cell[i] + 1;
  }
  if (!c->seen) return SX_OK;
  uint8_t *seen = c->seen + piece * (c->all + 1);
  uint32_t *first = c->first + piece * c->all;
  seen[0] = 1;
  for (size_t i = from, n = 0; i < end; i++) {
    if (seen[c->id[i]]) continue;
    seen[c->id[i]] = 1;
    first[n++] = c->id[i];
  }
  return SX_OK;
}

static sx_status number_piece(void *data, size_t piece, sx_error *err) {
  (void)err;
  const crossing *c = data;
  const size_t end = sx_piece_end(c->p->n_rows, WT_PIECE_ROWS, piece);
  for (size_t i = piece * WT_PIECE_ROWS; i < end; i++) c->id[i] = c->of[c->id[i]];
  return SX_OK;
}

/* Numbers the crossings as they appear in the file: those of a piece after those of the pieces before. */
static sx_status number_pieces(size_t *n, const crossing *c, size_t pieces, const sx_ctx *quiet, sx_error *err) {
  for (size_t k = 0; k < pieces; k++)
    for (size_t j = 0; j < c->all && c->first[k * c->all + j]; j++) {
      const uint32_t at = c->first[k * c->all + j];
      if (c->of[at] == 0) c->of[at] = (uint32_t)++ * n;
    }
  return sx_parallel_for(quiet, pieces, number_piece, (void *)(uintptr_t)c, err);
}

/* The same by a table of all crossings, of which there are `all`. */
static sx_status look_up(uint32_t *id, size_t *n, const wt_problem *p, size_t all, size_t most, sx_error *err) {
  const size_t pieces = sx_piece_count(p->n_rows, WT_PIECE_ROWS);
  const sx_ctx quiet = sx_ctx_quiet(p->ctx);
  const bool few = all <= FEW_CROSSINGS && pieces > 1 && all * pieces <= p->n_rows;
  sx_status st = SX_OK;
  crossing job = {p, id, all, NULL, NULL, NULL};
  *n = 0;
  job.of = sx_mem_zalloc(p->ctx, all + 1, sizeof *job.of);
  job.seen = few ? sx_mem_zalloc(p->ctx, pieces * (all + 1), 1) : NULL;
  job.first = few ? sx_mem_zalloc(p->ctx, pieces * all, sizeof *job.first) : NULL;
  if (!job.of || (few && (!job.seen || !job.first))) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, sx_parallel_for(&quiet, pieces, cross_piece, &job, err), done);
  if (few) SX_TRY_GOTO(st, number_pieces(n, &job, pieces, &quiet, err), done);
  for (size_t i = 0; !few && i < p->n_rows; i++) {
    const uint32_t at = id[i];
    if (at && job.of[at] == 0) job.of[at] = (uint32_t)++ * n;
    id[i] = job.of[at];
  }
  if (*n > most) *n = 0;
done:
  sx_mem_free(p->ctx, job.of);
  sx_mem_free(p->ctx, job.seen);
  sx_mem_free(p->ctx, job.first);
  return st;
}

sx_status sx_weighting__joint_cells(uint32_t *id, size_t *n, const wt_problem *p, sx_error *err) {
  const size_t most = p->n_rows / MIN_ROWS_PER_CELL + 1;
  size_t all = 1;
  for (size_t m = 0; m < p->n_margins && all <= 4 * most; m++)
    if (!sx_size_mul(&all, all, p->first[m + 1] - p->first[m])) all = SIZE_MAX;
  if (all <= 4 * most && all < UINT32_MAX) return look_up(id, n, p, all, most, err);
  size_t cap = 16;
  while (cap < 2 * most) cap *= 2;
  uint64_t *key = sx_mem_alloc(p->ctx, most, sizeof *key);
  uint32_t *slot = sx_mem_alloc(p->ctx, cap, sizeof *slot);
  const bool ok = key && slot;
  bool few = true;
  for (size_t i = 0; i < p->n_rows; i++) id[i] = 1;
  for (size_t m = 0; ok && few && m < p->n_margins; m++)
    few = cross(id, n, p->cell + m * p->n_rows, p->n_rows, key, slot, cap, most);
  if (!few) *n = 0;
  sx_mem_free(p->ctx, key);
  sx_mem_free(p->ctx, slot);
  return ok ? SX_OK : sx_error_memory(err);
}

sx_status sx_weighting__cell_problem(wt_problem *out, const wt_problem *p, const uint32_t *id, size_t n,
                                     sx_error *err) {
  *out = *p;
  out->n_rows = n;
  out->cell = sx_mem_alloc(p->ctx, n * p->n_margins, sizeof *out->cell);
  out->excluded = sx_mem_zalloc(p->ctx, n, 1);
  if (!out->cell || !out->excluded) return sx_error_memory(err);
  size_t known = 0; /* cells are numbered as they appear, and the first row of each speaks for all */
  for (size_t i = 0; i < p->n_rows && known < n; i++) {
    if (id[i] != known + 1) continue;
    for (size_t m = 0; m < p->n_margins; m++) out->cell[m * n + known] = p->cell[m * p->n_rows + i];
    known++;
  }
  return SX_OK;
}

static uint64_t mixed(uint64_t h, uint64_t x) {
  h = (h ^ x) * 0x9fb21c651e98df25U;
  return h ^ h >> 32;
}

static uint64_t model_hash(const wt_model *m, size_t i) {
  uint64_t h = 0x9e3779b97f4a7c15U, bits;
  for (size_t a = 0; a < m->n_margins; a++) {
    const double x = m->col[a * m->n_rows + i] < 0 ? 0 : sx_weighting__x(m, a, i);
    memcpy(&bits, &x, sizeof bits);
    h = mixed(mixed(h, (uint32_t)m->col[a * m->n_rows + i]), bits);
  }
  const double q = m->q ? m->q[i] : 1;
  memcpy(&bits, &q, sizeof bits);
  return mixed(h, bits);
}

static bool same_model(const wt_model *m, size_t i, size_t k) {
  for (size_t a = 0; a < m->n_margins; a++) {
    const int32_t *col = m->col + a * m->n_rows;
    if (col[i] != col[k] || (col[i] >= 0 && sx_weighting__x(m, a, i) != sx_weighting__x(m, a, k))) return false;
  }
  return !m->q || m->q[i] == m->q[k];
}

sx_status sx_weighting__model_cells(uint32_t *cell, size_t *n, const wt_model *m, sx_error *err) {
  const size_t most = m->n_rows / MIN_ROWS_PER_CELL + 1;
  size_t cap = 16;
  while (cap < 2 * most) cap *= 2;
  size_t *first = sx_mem_alloc(m->ctx, most, sizeof *first);
  uint32_t *slot = sx_mem_zalloc(m->ctx, cap, sizeof *slot);
  const bool ok = first && slot;
  *n = 1;
  for (size_t i = 0; ok && *n && i < m->n_rows; i++) {
    cell[i] = 0;
    if (!m->part[i]) continue;
    size_t at = model_hash(m, i) % cap;
    while (slot[at] && !same_model(m, i, first[slot[at]])) at = (at + 1) % cap;
    if (slot[at] == 0) {
      if (*n == most) {
        *n = 0;
        break;
      }
      first[*n] = i;
      slot[at] = (uint32_t)(*n)++;
    }
    cell[i] = slot[at];
  }
  sx_mem_free(m->ctx, first);
  sx_mem_free(m->ctx, slot);
  return ok ? SX_OK : sx_error_memory(err);
}
