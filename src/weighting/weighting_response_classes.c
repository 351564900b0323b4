/* weighting_response_classes.c: weighting classes: made, merged, and their factors.
 *
 * A class whose respondents are fewer than the least number, or whose factor sum(all)/sum(respondents) is above the largest, is
 * merged: first the one with the fewest respondents; its partner shares as many leading levels as any other class does, and has
 * the nearest response rate among those. Oh & Scheuren (1983) in Madow, Olkin & Rubin, Incomplete Data in Sample Surveys 2:143-184;
 * Kalton & Kasprzyk (1986) Survey Methodology 12:1-16 (merging). */
#include <stdio.h>
#include <string.h>

#include "weighting_response_priv.h"

enum { MAX_SAID = 5 };

void sx_weighting__classes_clear(wt_classes *c) {
  sx_mem_free(c->ctx, c->of);
  sx_mem_free(c->ctx, c->first);
  sx_groups_free(c->names);
}

const char *sx_weighting__class_name(char out[256], const wt_classes *c, size_t k) {
  if (!c->names) {
    (void)snprintf(out, 256, c->n + c->n_merged > 1 ? "stratum %zu" : "the sample", k + 1);
    return out;
  }
  const sx_groups *g = c->names;
  size_t used = 0;
  if (g->n_keys == 0) (void)snprintf(out, 256, "the sample");
  for (size_t v = 0; v < g->n_keys && used < 180; v++) {
    const char *level = g->level_text[v][g->key_level[(size_t)c->first[k] * g->n_keys + v]];
    const int n = snprintf(out + used, 256 - used, "%s%.*s=%.*s", v ? ", " : "",
                           (int)sx_utf8_cut(g->key_name[v], strlen(g->key_name[v]), 40), g->key_name[v],
                           (int)sx_utf8_cut(level, strlen(level), 40), level);
    used += n > 0 ? (size_t)n : 0;
  }
  return out;
}

/* What a class holds. */
typedef struct holding {
  double all, takers;
  size_t n_takers;
} holding;

static void hold(holding *h, const wt_classes *c, const uint8_t *role, const double *d) {
  memset(h, 0, c->n * sizeof *h);
  for (size_t i = 0; i < c->n_rows; i++) {
    if (c->of[i] < 0 || !(d[i] > 0)) continue;
    holding *at = &h[c->of[i]];
    at->all += d[i];
    if (role[i] != WT_TAKER) continue;
    at->takers += d[i];
    at->n_takers++;
  }
}

static size_t common_prefix(const wt_classes *c, size_t a, size_t b) {
  const sx_groups *g = c->names;
  size_t k = 0;
  if (!g) return 0;
  const int32_t *x = g->key_level + (size_t)c->first[a] * g->n_keys,
                *y = g->key_level + (size_t)c->first[b] * g->n_keys;
  while (k < g->n_keys && x[k] == y[k]) k++;
  return k;
}

static size_t partner_of(const wt_classes *c, const holding *h, const int32_t *to, size_t k) {
  size_t best = SIZE_MAX, best_prefix = 0;
  double best_gap = 0;
  const double rate = h[k].takers / h[k].all;
  for (size_t j = 0; j < c->n; j++) {
    if (j == k || to[j] != (int32_t)j || !(h[j].all > 0)) continue;
    const size_t prefix = common_prefix(c, j, k);
    const double gap = fabs(h[j].takers / h[j].all - rate);
    if (best != SIZE_MAX && (prefix < best_prefix || (prefix == best_prefix && gap >= best_gap))) continue;
    best = j;
    best_prefix = prefix;
    best_gap = gap;
  }
  return best;
}

static bool poor(const holding *h, size_t min_takers, double max_factor) {
  return h->all > 0 && (h->n_takers < min_takers || !(h->takers > 0) || h->all / h->takers > max_factor);
}

/* The poor class with the fewest respondents, or SIZE_MAX. */
static size_t poorest(const wt_classes *c, const holding *h, const int32_t *to, size_t min_takers, double max_factor) {
  size_t at = SIZE_MAX;
  for (size_t j = 0; j < c->n; j++)
    if (to[j] == (int32_t)j && poor(&h[j], min_takers, max_factor) &&
        (at == SIZE_MAX || h[j].n_takers < h[at].n_takers))
      at = j;
  return at;
}

static void say_merge(const wt_classes *c, const holding *h, size_t k, size_t partner, size_t said) {
  char a[256], b[256];
  if (said == MAX_SAID) sx_ctx_note(c->ctx, SX_SEV_NOTE, "weighting classes", "further classes were merged");
  if (said >= MAX_SAID) return;
  sx_ctx_note(c->ctx, SX_SEV_NOTE, "weighting classes", "%.100s (%zu respondents, factor %.4g) is merged with %.100s",
              sx_weighting__class_name(a, c, k), h[k].n_takers, h[k].all / h[k].takers,
              sx_weighting__class_name(b, c, partner));
}

/* Numbers the classes that are left and hold a case. */
static sx_status renumber(wt_classes *c, int32_t *to, const holding *h, sx_error *err) {
  int32_t *first = sx_mem_alloc(c->ctx, c->n, sizeof *first), *number = sx_mem_alloc(c->ctx, c->n, sizeof *number);
  size_t n = 0;
  if (!first || !number) {
    sx_mem_free(c->ctx, first);
    sx_mem_free(c->ctx, number);
    return sx_error_memory(err);
  }
  for (size_t j = 0; j < c->n; j++) {
    while (to[to[j]] != to[j]) to[j] = to[to[j]];
    number[j] = -1;
    if (to[j] != (int32_t)j || !(h[j].all > 0)) continue;
    first[n] = c->first[j];
    number[j] = (int32_t)n++;
  }
  for (size_t i = 0; i < c->n_rows; i++)
    if (c->of[i] >= 0) c->of[i] = number[to[c->of[i]]];
  c->n = n;
  sx_mem_free(c->ctx, c->first);
  sx_mem_free(c->ctx, number);
  c->first = first;
  return SX_OK;
}

sx_status sx_weighting__merge(wt_classes *c, const uint8_t *role, const double *d, size_t min_takers, double max_factor,
                              bool say, sx_error *err) {
  sx_status st = SX_OK;
  size_t said = 0;
  holding *h = sx_mem_alloc(c->ctx, c->n, sizeof *h);
  int32_t *to = sx_mem_alloc(c->ctx, c->n, sizeof *to);
  if (!h || !to) {
    st = sx_error_memory(err);
    goto done;
  }
  hold(h, c, role, d);
  for (size_t j = 0; j < c->n; j++) to[j] = (int32_t)j;
  for (;;) {
    const size_t k = poorest(c, h, to, min_takers, max_factor);
    const size_t partner = k == SIZE_MAX ? SIZE_MAX : partner_of(c, h, to, k);
    if (partner == SIZE_MAX) break;
    if (say) say_merge(c, h, k, partner, said++);
    to[k] = (int32_t)partner;
    c->n_merged++;
    h[partner].all += h[k].all;
    h[partner].takers += h[k].takers;
    h[partner].n_takers += h[k].n_takers;
  }
  const size_t left = poorest(c, h, to, min_takers, max_factor);
  if (left != SIZE_MAX && say && h[left].takers > 0)
    sx_ctx_note(c->ctx, SX_SEV_WARNING, "weighting classes",
                "one class is left, with %zu respondents and a factor of %.4g: it stays as it is", h[left].n_takers,
                h[left].all / h[left].takers);
  st = renumber(c, to, h, err);
done:
  sx_mem_free(c->ctx, h);
  sx_mem_free(c->ctx, to);
  return st;
}

sx_status sx_weighting__classes(wt_classes *out, const sx_ctx *ctx, const sx_table *table, const uint8_t *role,
                                const double *d, const sx_class_options *o, sx_error *err) {
  wt_classes c = {ctx, sx_table_rows(table), 0, 0, NULL, NULL, NULL};
  sx_status st = SX_OK;
  if (!(o->max_factor > 1))
    return sx_error_set(err, SX_E_ARGUMENT, "weighting classes", "the largest factor is %g: it is above 1",
                        o->max_factor);
  SX_TRY(sx_groups_new(&c.names, table, o->variables, o->n_variables, err));
  c.n = c.names->n_groups;
  c.of = sx_mem_alloc(ctx, c.n_rows, sizeof *c.of);
  c.first = sx_mem_alloc(ctx, c.n, sizeof *c.first);
  if (!c.of || !c.first) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t k = 0; k < c.n; k++) c.first[k] = (int32_t)k;
  for (size_t i = 0; i < c.n_rows; i++) {
    c.of[i] = -1;
    if (role[i] == WT_OUT || !(d[i] > 0)) continue;
    c.of[i] = c.names->group[i];
    if (c.of[i] >= 0) continue;
    char where[SX_ERROR_WHERE_MAX];
    (void)snprintf(where, sizeof where, "case %zu", i + 1);
    st = sx_error_set(err, SX_E_DATA, where,
                      "a variable of the weighting classes is missing: it must be known for all sampled cases");
    goto done;
  }
  SX_TRY_GOTO(st, sx_weighting__merge(&c, role, d, o->min_respondents, o->max_factor, true, err), done);
  *out = c;
  return SX_OK;
done:
  sx_weighting__classes_clear(&c);
  return st;
}

sx_status sx_weighting__class_factors(double *w, const wt_classes *c, const uint8_t *role, const double *d,
                                      const char *who, sx_error *err) {
  sx_status st = SX_OK;
  holding *h = sx_mem_alloc(c->ctx, c->n, sizeof *h);
  if (!h) return sx_error_memory(err);
  hold(h, c, role, d);
  for (size_t k = 0; k < c->n; k++) {
    if (!(h[k].all > 0) || h[k].takers > 0) continue;
    char name[256];
    st = sx_error_set(err, SX_E_DATA, sx_weighting__class_name(name, c, k),
                      "%s%sthe class has no respondent to take up its weight: merge classes (least number of "
                      "respondents, fewer variables)",
                      who, who[0] ? ": " : "");
    goto done;
  }
  for (size_t i = 0; i < c->n_rows; i++) {
    const bool in = c->of[i] >= 0 && role[i] == WT_TAKER && d[i] > 0;
    w[i] = in ? d[i] * (h[c->of[i]].all / h[c->of[i]].takers) : 0;
  }
done:
  sx_mem_free(c->ctx, h);
  return st;
}
