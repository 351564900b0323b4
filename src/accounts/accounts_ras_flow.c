/* accounts_ras_flow.c: whether the zeros of a two-way table leave room for its margins.
 *
 * A table with the pattern of the given one and the margins u, v exists where the network source -> row i (u_i) -> column j (any amount,
 * where the cell is above 0) -> sink (v_j) carries all of sum u (Gale 1957, Pacific J. Math. 7:1073-1082). Where it does not, the rows on
 * the source's side of the smallest cut are too large for the only columns that they have cells in. Where it does, a cell can be above 0
 * exactly if its row and column are in one strongly connected part of what the flow leaves open; the others are 0 in every table with
 * these margins, and RAS would only creep towards that (Bacharach 1965, Int. Econ. Rev. 6:294-310).
 * Dinic (1970), Soviet Math. Dokl. 11:1277-1280, breadth first over the dense pattern. Cost O(cells * rounds), few rounds in practice. */
#include "accounts_ras_priv.h"

#include <stdio.h>
#include <string.h>

typedef struct net {
  ras *r;
  size_t rows, cols;
  double *flow; /* [rows*cols] */
  double *left_row, *left_col;
  double eps;
  int32_t *level; /* [rows + cols], -1: not reached */
  size_t *arc;    /* [rows + cols] next neighbour to try */
  size_t *queue, *path;
} net;

static bool open_cell(const net *g, size_t i, size_t j) {
  const size_t at = i * g->cols + j;
  return g->r->q->table[at] > 0 && !g->r->excluded[at];
}

/* Levels from the rows with something left; true where a column with room is reached. */
static bool levels(net *g) {
  size_t head = 0, tail = 0;
  bool found = false;
  for (size_t v = 0; v < g->rows + g->cols; v++) g->level[v] = -1;
  for (size_t i = 0; i < g->rows; i++) {
    if (!(g->left_row[i] > g->eps)) continue;
    g->level[i] = 0;
    g->queue[tail++] = i;
  }
  while (head < tail) {
    const size_t v = g->queue[head++];
    const bool is_row = v < g->rows;
    for (size_t k = 0; k < (is_row ? g->cols : g->rows); k++) {
      const size_t to = is_row ? g->rows + k : k;
      const bool open = is_row ? open_cell(g, v, k) : g->flow[k * g->cols + (v - g->rows)] > g->eps;
      if (!open || g->level[to] >= 0) continue;
      g->level[to] = g->level[v] + 1;
      g->queue[tail++] = to;
      found = found || (is_row && g->left_col[k] > g->eps);
    }
  }
  return found;
}

static void push(net *g, size_t length) {
  double amount = fmin(g->left_row[g->path[0]], g->left_col[g->path[length - 1] - g->rows]);
  for (size_t k = 1; k + 1 < length; k += 2)
    amount = fmin(amount, g->flow[g->path[k + 1] * g->cols + (g->path[k] - g->rows)]);
  for (size_t k = 0; k + 1 < length; k++) {
    const size_t a = g->path[k], b = g->path[k + 1];
    if (a < g->rows)
      g->flow[a * g->cols + (b - g->rows)] += amount;
    else
      g->flow[b * g->cols + (a - g->rows)] -= amount;
  }
  g->left_row[g->path[0]] -= amount;
  g->left_col[g->path[length - 1] - g->rows] -= amount;
}

/* From the end of the path one step down the levels; false where there is none. */
static bool advance(net *g, size_t *length) {
  const size_t v = g->path[*length - 1];
  const bool is_row = v < g->rows;
  for (; g->arc[v] < (is_row ? g->cols : g->rows); g->arc[v]++) {
    const size_t k = g->arc[v], to = is_row ? g->rows + k : k;
    const bool open = is_row ? open_cell(g, v, k) : g->flow[k * g->cols + (v - g->rows)] > g->eps;
    if (!open || g->level[to] != g->level[v] + 1) continue;
    g->path[(*length)++] = to;
    return true;
  }
  return false;
}

/* Augments along shortest paths from row i until none is left in this round. */
static void fill_from(net *g, size_t i) {
  while (g->left_row[i] > g->eps) {
    size_t length = 1;
    g->path[0] = i;
    for (;;) {
      const size_t v = g->path[length - 1];
      if (v >= g->rows && g->left_col[v - g->rows] > g->eps) break;
      if (advance(g, &length)) continue;
      g->level[v] = -1; /* a dead end */
      if (--length == 0) return;
    }
    push(g, length);
  }
}

static sx_status net_init(net *g, ras *r, sx_error *err) {
  *g = (net){.r = r, .rows = r->q->dims[0], .cols = r->q->dims[1]};
  const size_t n = g->rows + g->cols, m = r->q->margins[0].over[0] == 0 ? 0 : 1;
  g->flow = sx_accounts__ras_take(r, r->n, sizeof *g->flow, err);
  g->left_row = g->flow ? sx_accounts__ras_take(r, n, sizeof *g->left_row, err) : NULL;
  g->level = g->left_row ? sx_accounts__ras_take(r, n, sizeof *g->level, err) : NULL;
  g->arc = g->level ? sx_accounts__ras_take(r, n, sizeof *g->arc, err) : NULL;
  g->queue = g->arc ? sx_accounts__ras_take(r, n, sizeof *g->queue, err) : NULL;
  g->path = g->queue ? sx_accounts__ras_take(r, n + 1, sizeof *g->path, err) : NULL;
  if (!g->path) return SX_E_MEMORY;
  g->left_col = g->left_row + g->rows;
  double sum = 0;
  for (size_t i = 0; i < g->rows; i++) sum += g->left_row[i] = r->total[r->first[m] + i];
  for (size_t j = 0; j < g->cols; j++) g->left_col[j] = r->total[r->first[1 - m] + j];
  g->eps = 1e-12 * sum;
  return SX_OK;
}

/* "'a', 'b' and 3 more" of the levels that the last search reached; their totals into *sum. */
static void name_side(char out[160], double *sum, const net *g, bool rows) {
  const ras *r = g->r;
  const size_t m = (r->q->margins[0].over[0] == 0) == rows ? 0 : 1;
  size_t used = 0, named = 0, more = 0;
  *sum = 0;
  out[0] = '\0';
  for (size_t k = 0; k < (rows ? g->rows : g->cols); k++) {
    if (g->level[rows ? k : g->rows + k] < 0) continue;
    char level[128];
    *sum += r->total[r->first[m] + k];
    if (named == 4 || used > 100) {
      more++;
      continue;
    }
    sx_accounts__ras_level(level, r, rows ? 0 : 1, k);
    const int wrote = snprintf(out + used, 160 - used, "%s%.40s", named ? ", " : "", level);
    used += wrote > 0 ? (size_t)wrote : 0;
    named++;
  }
  if (more && used < 140) (void)snprintf(out + used, 160 - used, " and %zu more", more);
}

static sx_status infeasible(const net *g, sx_error *err) {
  char rows[160], cols[160], dim[64], other[64];
  double needs = 0, has = 0;
  name_side(rows, &needs, g, true);
  name_side(cols, &has, g, false);
  return sx_error_set(err, SX_E_DATA, sx_accounts__ras_dim(dim, g->r, 0),
                      "the zeros do not allow these margins: %s %s must add up to %.10g, but they have cells only in "
                      "%s %s, which add up to %.10g: %.6g too little",
                      dim, rows, needs, sx_accounts__ras_dim(other, g->r, 1), cols, has, needs - has);
}

/* ---- cells that must be 0 -------------------------------------------------------------------------------------------------- */

/* Neighbours of v along the open directions (row -> column where the cell is open, column -> row where there is flow), or against them. */
static bool leads(const net *g, size_t v, size_t k, bool against) {
  const bool is_row = v < g->rows;
  const size_t i = is_row ? v : k, j = is_row ? k : v - g->rows;
  return is_row != against ? open_cell(g, i, j) : g->flow[i * g->cols + j] > g->eps;
}

/* Depth first from v over vertices with part 0: they get `part`; where `order` is given, they are written there as they are finished. */
static void visit(net *g, size_t v, int32_t part, bool against, size_t *order, size_t *n) {
  size_t depth = 1;
  g->path[0] = v;
  g->level[v] = part;
  g->arc[v] = 0;
  while (depth) {
    const size_t at = g->path[depth - 1];
    const bool is_row = at < g->rows;
    size_t k = g->arc[at];
    const size_t most = is_row ? g->cols : g->rows;
    while (k < most && (g->level[is_row ? g->rows + k : k] != 0 || !leads(g, at, k, against))) k++;
    g->arc[at] = k + 1;
    if (k < most) {
      const size_t to = is_row ? g->rows + k : k;
      g->level[to] = part;
      g->arc[to] = 0;
      g->path[depth++] = to;
      continue;
    }
    if (order) order[(*n)++] = at;
    depth--;
  }
}

static void force_zeros(net *g) {
  const size_t n = g->rows + g->cols;
  size_t done = 0;
  memset(g->level, 0, n * sizeof *g->level);
  for (size_t v = 0; v < n; v++)
    if (g->level[v] == 0) visit(g, v, 1, false, g->queue, &done);
  memset(g->level, 0, n * sizeof *g->level);
  int32_t part = 0;
  for (size_t k = done; k-- > 0;)
    if (g->level[g->queue[k]] == 0) visit(g, g->queue[k], ++part, true, NULL, NULL);
  ras *r = g->r;
  for (size_t i = 0; i < g->rows; i++) {
    for (size_t j = 0; j < g->cols; j++) {
      if (!open_cell(g, i, j) || g->level[i] == g->level[g->rows + j]) continue;
      const size_t at = i * g->cols + j;
      if (r->n_forced++ == 0) r->first_forced = at;
    }
  }
  for (size_t i = 0; r->n_forced && i < g->rows; i++)
    for (size_t j = 0; j < g->cols; j++)
      if (g->level[i] != g->level[g->rows + j]) r->excluded[i * g->cols + j] = 1;
}

sx_status sx_accounts__ras_feasible(ras *r, sx_error *err) {
  bool zeros = false;
  for (size_t i = 0; i < r->n && !zeros; i++) zeros = r->q->table[i] == 0 || r->excluded[i];
  if (!zeros) return SX_OK;
  net g;
  SX_TRY(net_init(&g, r, err));
  while (levels(&g)) {
    SX_TRY(sx_ctx_poll(r->ctx, err));
    memset(g.arc, 0, (g.rows + g.cols) * sizeof *g.arc);
    for (size_t i = 0; i < g.rows; i++)
      if (g.level[i] == 0) fill_from(&g, i);
  }
  double left = 0, sum = 0;
  for (size_t i = 0; i < g.rows; i++) left += g.left_row[i];
  for (size_t j = 0; j < g.cols; j++) sum += g.left_col[j];
  if (left > 1e-9 * (sum + 1e12 * g.eps)) return infeasible(&g, err);
  force_zeros(&g);
  return SX_OK;
}
