/* accounts_parts.c: a mean by the composition of groups, and shift-share.
 *
 * Mean M = sum_g c_g m_g, d = after - before:
 *   Kitagawa (1955)   composition dc (m0 + m1)/2           rate dm (c0 + c1)/2
 *   twofold           composition dc m*                    rate c1 (m1 - m*) + c0 (m* - m0),   m* = (1 - w) m0 + w m1
 *   threefold         composition dc m0                    rate c0 dm                          interaction dc dm
 * Shift-share, e the item in the region, E in the whole, G and r their growth over one period, g the growth of sum E:
 *   national e g,  mix e (G - g),  competitive e (r - G);  Esteban-Marquillas e' = (sum e) E/(sum E): competitive e' (r - G), allocation
 *   (e - e')(r - G)
 * Each group's component is one formula of the algebra, those of all together are sums. */
#include <string.h>

#include "accounts_compare_priv.h"

static const char *const component_names[] = {"total",    "composition", "rate",        "interaction",
                                              "national", "mix",         "competitive", "allocation"};

const char *sx_account_component_name(sx_account_component component) {
  const size_t i = (size_t)component;
  return i < sizeof component_names / sizeof *component_names ? component_names[i] : "unknown";
}

/* ---- the result ----------------------------------------------------------------------------------------------------------------- */

enum { MAX_COMPONENTS = 5 };

/* est [(n + 1) * n_components]: first all together (made at the end), then each group. */
typedef struct parts_work {
  const sx_ctx *ctx;
  size_t n, n_components;
  const sx_account_component *component;
  sx_est **est;
} parts_work;

static sx_status work_init(parts_work *w, const sx_ctx *ctx, size_t n, const sx_account_component *component,
                           size_t n_components, sx_error *err) {
  size_t rows = 0;
  *w = (parts_work){ctx, n, n_components, component, NULL};
  if (!sx_size_add(&rows, n, 1) || !sx_size_mul(&rows, rows, n_components)) return sx_error_memory(err);
  w->est = sx_mem_zalloc(ctx, rows, sizeof(sx_est *));
  return w->est ? SX_OK : sx_error_memory(err);
}

static void work_clear(parts_work *w) {
  for (size_t k = 0; w->est && k < (w->n + 1) * w->n_components; k++) sx_est_free(w->est[k]);
  sx_mem_free(w->ctx, w->est);
}

static sx_est **slot(const parts_work *w, size_t group, size_t component) { /* group 0: all together */
  return &w->est[group * w->n_components + component];
}

static sx_status sum_groups(parts_work *w, size_t component, sx_error *err) {
  const sx_est **parts = sx_mem_alloc(w->ctx, w->n, sizeof *parts);
  if (!parts) return sx_error_memory(err);
  for (size_t g = 0; g < w->n; g++) parts[g] = *slot(w, g + 1, component);
  const sx_status status = sx_est_linear(slot(w, 0, component), w->ctx, NULL, parts, w->n, err);
  sx_mem_free(w->ctx, (void *)parts);
  return status;
}

static sx_status fill_row(sx_account_part *row, const parts_work *w, size_t group, size_t component, const char *name,
                          sx_error *err) {
  const sx_est *const values[] = {*slot(w, group, component), *slot(w, 0, 0)};
  *row = (sx_account_part){.name = name, .component = w->component[component], .est = sx_est_ref(values[0])};
  return sx_accounts__formula(&row->share, w->ctx, "a / b", values, 2, false, err);
}

/* name_of(data, g): of group g. */
static sx_status finish(sx_account_parts **out, parts_work *w, const char *(*name_of)(const void *, size_t),
                        const void *data, sx_error *err) {
  const size_t n_rows = (w->n + 1) * w->n_components;
  for (size_t c = 0; c < w->n_components; c++) SX_TRY(sum_groups(w, c, err));
  sx_account_parts *parts = sx_mem_zalloc(w->ctx, 1, sizeof *parts);
  if (!parts) return sx_error_memory(err);
  parts->ctx = w->ctx ? *w->ctx : (sx_ctx)SX_CTX_INIT;
  parts->rows = sx_mem_zalloc(w->ctx, n_rows, sizeof *parts->rows);
  sx_status status = parts->rows ? SX_OK : sx_error_memory(err);
  for (size_t k = 0; status == SX_OK && k < n_rows; k++) {
    const size_t g = k / w->n_components;
    parts->n_rows++;
    status = fill_row(&parts->rows[k], w, g, k % w->n_components, g ? name_of(data, g - 1) : NULL, err);
  }
  if (status != SX_OK) {
    sx_account_parts_free(parts);
    return status;
  }
  *out = parts;
  return SX_OK;
}

void sx_account_parts_free(sx_account_parts *parts) {
  if (!parts) return;
  const sx_ctx ctx = parts->ctx;
  for (size_t i = 0; i < parts->n_rows; i++) {
    sx_est_free(parts->rows[i].est);
    sx_est_free(parts->rows[i].share);
  }
  sx_mem_free(&ctx, parts->rows);
  sx_mem_free(&ctx, parts);
}

/* ---- a mean by composition --------------------------------------------------------------------------------------------------------- */

static const sx_account_component mean_components[] = {SX_ACCOUNT_COMPONENT_TOTAL, SX_ACCOUNT_COMPONENT_COMPOSITION,
                                                       SX_ACCOUNT_COMPONENT_RATE, SX_ACCOUNT_COMPONENT_INTERACTION};

/* a, b: share before and after; c, d: mean before and after; e: w. */
static const char *const mean_formulas[][4] = {
    {"b * d - a * c", "(b - a) * (c + d) / 2", "(d - c) * (a + b) / 2", NULL},
    {"b * d - a * c", "(b - a) * ((1 - e) * c + e * d)", "(d - c) * (b * (1 - e) + a * e)", NULL},
    {"b * d - a * c", "(b - a) * c", "a * (d - c)", "(b - a) * (d - c)"},
};

static const char *group_name(const void *data, size_t g) {
  return ((const sx_account_group *)data)[g].name;
}

static sx_status check_groups(const sx_account_group *groups, size_t n, sx_account_mean_form form, double reference,
                              sx_error *err) {
  if (!groups || n == 0) return sx_error_set(err, SX_E_ARGUMENT, "groups", "a mean has at least one group");
  if ((unsigned)form > SX_ACCOUNT_THREEFOLD)
    return sx_error_set(err, SX_E_ARGUMENT, "form", "%d is no form of the decomposition of a mean", (int)form);
  if (form == SX_ACCOUNT_TWOFOLD && !(reference >= 0 && reference <= 1))
    return sx_error_set(err, SX_E_ARGUMENT, "reference", "the weight of the reference is %g: it lies from 0 to 1",
                        reference);
  for (size_t g = 0; g < n; g++) {
    const sx_account_group *x = &groups[g];
    if (!x->name || !x->share[0] || !x->share[1] || !x->mean[0] || !x->mean[1])
      return sx_error_set(err, SX_E_ARGUMENT, x->name, "group %zu needs a name, two shares and two means", g + 1);
  }
  return SX_OK;
}

/* A group without cases in one of the two has the other's mean there. */
static const sx_est *mean_at(const sx_account_group *g, size_t k) {
  const bool absent = isnan(sx_est_value(g->mean[k])) && sx_est_value(g->share[k]) == 0;
  return absent ? g->mean[1 - k] : g->mean[k];
}

sx_status sx_account_decompose_mean(sx_account_parts **out, const sx_ctx *ctx, const sx_account_group *groups, size_t n,
                                    sx_account_mean_form form, double reference, sx_error *err) {
  if (!out) return sx_error_set(err, SX_E_ARGUMENT, "", "out is NULL");
  SX_TRY(check_groups(groups, n, form, reference, err));
  sx_est *weight = NULL;
  parts_work w = {.n = 0};
  SX_TRY(sx_est_constant(&weight, ctx, form == SX_ACCOUNT_TWOFOLD ? reference : 0, err));
  sx_status status = work_init(&w, ctx, n, mean_components, form == SX_ACCOUNT_THREEFOLD ? 4 : 3, err);
  for (size_t g = 0; status == SX_OK && g < n; g++) {
    const sx_est *const values[] = {groups[g].share[0], groups[g].share[1], mean_at(&groups[g], 0),
                                    mean_at(&groups[g], 1), weight};
    for (size_t c = 0; status == SX_OK && c < w.n_components; c++) {
      status = sx_accounts__formula(slot(&w, g + 1, c), ctx, mean_formulas[form][c], values, 5, false, err);
      if (status == SX_OK) sx_est_need_errors(*slot(&w, g + 1, c), values, 4);
    }
  }
  if (status == SX_OK) status = finish(out, &w, group_name, groups, err);
  work_clear(&w);
  sx_est_free(weight);
  return status;
}

/* ---- shift-share --------------------------------------------------------------------------------------------------------------------- */

static const sx_account_component shift_components[] = {SX_ACCOUNT_COMPONENT_TOTAL, SX_ACCOUNT_COMPONENT_NATIONAL,
                                                        SX_ACCOUNT_COMPONENT_MIX, SX_ACCOUNT_COMPONENT_COMPETITIVE,
                                                        SX_ACCOUNT_COMPONENT_ALLOCATION};

/* a, b: the item in the region at the start and the end; c, d: in the whole; e: growth of the whole, d/c of its sums; f: sum of the region over that
 * of the whole at the start. b - a d/c is a (r - G); a/c - f times c is a - a'. */
static const char *const shift_formulas[][MAX_COMPONENTS] = {
    {"b - a", "a * (e - 1)", "a * (d / c - e)", "b - a * d / c", NULL},
    {"b - a", "a * (e - 1)", "a * (d / c - e)", "f * c * (b / a - d / c)", "(a - f * c) * (b / a - d / c)"},
};

static const char *item_name(const void *data, size_t g) {
  return ((const sx_account_item *)data)[g].name;
}

static sx_status check_items(const sx_account_item *items, size_t n, size_t n_times, sx_account_shift kind,
                             sx_error *err) {
  if (!items || n == 0) return sx_error_set(err, SX_E_ARGUMENT, "items", "shift-share needs at least one item");
  if (n_times < 2) return sx_error_set(err, SX_E_ARGUMENT, "n_times", "shift-share needs at least two times");
  if ((unsigned)kind > SX_ACCOUNT_ESTEBAN_MARQUILLAS)
    return sx_error_set(err, SX_E_ARGUMENT, "kind", "%d is no kind of shift-share", (int)kind);
  for (size_t i = 0; i < n; i++) {
    bool whole = items[i].name && items[i].region && items[i].whole;
    for (size_t t = 0; whole && t < n_times; t++) whole = items[i].region[t] && items[i].whole[t];
    if (!whole)
      return sx_error_set(err, SX_E_ARGUMENT, items[i].name, "item %zu needs a name and levels at all %zu times", i + 1,
                          n_times);
  }
  return SX_OK;
}

typedef struct shift_work {
  parts_work parts;
  const sx_account_item *items;
  sx_account_shift kind;
  sx_est *growth, *size; /* of the period at hand: e and f of the formulas */
} shift_work;

static sx_status sum_items(sx_est **out, const shift_work *w, bool whole, size_t t, sx_error *err) {
  const sx_est **parts = sx_mem_alloc(w->parts.ctx, w->parts.n, sizeof *parts);
  if (!parts) return sx_error_memory(err);
  for (size_t i = 0; i < w->parts.n; i++) parts[i] = whole ? w->items[i].whole[t] : w->items[i].region[t];
  const sx_status status = sx_est_linear(out, w->parts.ctx, NULL, parts, w->parts.n, err);
  sx_mem_free(w->parts.ctx, (void *)parts);
  return status;
}

/* e and f of the period from t-1 to t. */
static sx_status period_totals(shift_work *w, size_t t, sx_error *err) {
  sx_est *sum[3] = {NULL, NULL, NULL}; /* whole at the end and the start, region at the start */
  sx_est_free(w->growth);
  sx_est_free(w->size);
  w->growth = w->size = NULL;
  sx_status status = sum_items(&sum[0], w, true, t, err);
  if (status == SX_OK) status = sum_items(&sum[1], w, true, t - 1, err);
  if (status == SX_OK) status = sum_items(&sum[2], w, false, t - 1, err);
  const sx_est *const growth[] = {sum[0], sum[1]}, *const size[] = {sum[2], sum[1]};
  if (status == SX_OK) status = sx_accounts__formula(&w->growth, w->parts.ctx, "a / b", growth, 2, false, err);
  if (status == SX_OK) status = sx_accounts__formula(&w->size, w->parts.ctx, "a / b", size, 2, false, err);
  for (size_t k = 0; k < 3; k++) sx_est_free(sum[k]);
  return status;
}

/* Adds a period's component to what is there. Takes est, also on failure. */
static sx_status accumulate(sx_est **to, const sx_ctx *ctx, sx_est *est, sx_error *err) {
  if (!*to) {
    *to = est;
    return SX_OK;
  }
  const sx_est *const values[] = {*to, est};
  sx_est *sum = NULL;
  const sx_status status = sx_est_linear(&sum, ctx, NULL, values, 2, err);
  sx_est_free(est);
  SX_TRY(status);
  sx_est_free(*to);
  *to = sum;
  return SX_OK;
}

static sx_status shift_period(shift_work *w, size_t t, sx_error *err) {
  SX_TRY(period_totals(w, t, err));
  for (size_t i = 0; i < w->parts.n; i++) {
    const sx_account_item *x = &w->items[i];
    const sx_est *const values[] = {x->region[t - 1], x->region[t], x->whole[t - 1], x->whole[t], w->growth, w->size};
    for (size_t c = 0; c < w->parts.n_components; c++) {
      sx_est *est = NULL;
      SX_TRY(sx_accounts__formula(&est, w->parts.ctx, shift_formulas[w->kind][c], values, 6, false, err));
      sx_est_need_errors(est, values, 4);
      SX_TRY(accumulate(slot(&w->parts, i + 1, c), w->parts.ctx, est, err));
    }
  }
  return SX_OK;
}

sx_status sx_account_shift_share(sx_account_parts **out, const sx_ctx *ctx, const sx_account_item *items, size_t n,
                                 size_t n_times, sx_account_shift kind, sx_error *err) {
  if (!out) return sx_error_set(err, SX_E_ARGUMENT, "", "out is NULL");
  SX_TRY(check_items(items, n, n_times, kind, err));
  shift_work w = {.items = items, .kind = kind};
  sx_status status = work_init(&w.parts, ctx, n, shift_components, kind == SX_ACCOUNT_ESTEBAN_MARQUILLAS ? 5 : 4, err);
  for (size_t t = 1; status == SX_OK && t < n_times; t++) status = shift_period(&w, t, err);
  if (status == SX_OK) status = finish(out, &w.parts, item_name, items, err);
  work_clear(&w.parts);
  sx_est_free(w.growth);
  sx_est_free(w.size);
  return status;
}
