/* estimate_cross.c: the covariance of estimates of two waves whose samples overlap in part.
 *
 * Berger & Priam (2016), J. R. Stat. Soc. A 179:251-272. Over the PSUs of both waves, with z1_i and z2_i the carriers summed
 * to PSU i (0 where it is not in the wave), r1 and r2 are the residuals of the regression of (z1, z2) on the strata of wave 1,
 * the strata of wave 2 and their products, without intercept, and
 *   rho = sum r1 r2 / sqrt(sum r1^2 sum r2^2),   Cov = rho sqrt(V1 V2)
 * with V1 and V2 each by its own design. The regressors span the indicators of the classes (stratum of wave 1, none), (none, stratum
 * of wave 2), (stratum, stratum), so the residuals are deviations from the means of these classes: two passes, no matrix. |rho| <= 1,
 * so a variance of a formula over both waves, taken from its two carriers, is never negative.
 *
 * df: the sums of squares fall into three independent parts, PSUs in the first wave only, in the second only, in both (with r1 + r2,
 * signs in the carriers); Satterthwaite (1946) over them, each with its PSUs less its classes among those that hold a case of the domains,
 * and not below the smaller df of the two waves, which a full overlap has. */
#include <string.h>

#include "estimate_link_priv.h"

typedef struct class_means {
  double first, second;
} class_means;

enum { IN_FIRST, IN_SECOND, IN_BOTH, PLACES };

typedef struct cross {
  double rho;
  double squares[PLACES], df[PLACES];
} cross;

typedef struct pair {
  const sx_link *link;
  const double *z1, *z2;          /* by PSU */
  const uint8_t *marks1, *marks2; /* PSUs of the domains */
} pair;

static bool bit(const uint8_t *bits, size_t p) {
  return bits && ((unsigned)bits[p / 8] >> (p % 8) & 1U);
}

/* The PSUs' totals: the part's own carrier, or one that is made here, *made, which the caller frees. */
static sx_status psu_totals(const double **out, double **made, const est_part *part, const sx_ctx *ctx, sx_error *err) {
  const size_t length = sx_design_carrier_length(part->design), n = sx_design_psus(part->design);
  sx_status st = SX_OK;
  double *z = NULL, *totals = NULL;
  *out = part->lent ? part->lent : sx_estimate__carrier(part);
  if (*out && length == n) return SX_OK;
  z = sx_mem_zalloc(ctx, length, sizeof *z);
  if (!z) return sx_error_memory(err);
  SX_TRY_GOTO(st, sx_estimate__add_carrier(z, part, 1, err), done);
  if (length != n) {
    totals = sx_mem_alloc(ctx, n, sizeof *totals);
    if (!totals) {
      st = sx_error_memory(err);
      goto done;
    }
    sx_design_psu_totals(totals, part->design, z);
  }
  *out = *made = totals ? totals : z;
  if (!totals) z = NULL;
done:
  sx_mem_free(ctx, z);
  return st;
}

static bool all_set(const uint8_t *bits, size_t n) {
  bool all = bits != NULL;
  for (size_t k = 0; all && k < n / 8; k++) all = bits[k] == 0xff;
  for (size_t p = n / 8 * 8; all && p < n; p++) all = bit(bits, p);
  return all;
}

/* PSUs of a class that hold a case of the domains. */
static size_t count_marked(const pair *x, const uint32_t *list, size_t n, size_t k, size_t h1, size_t both) {
  size_t marked = 0;
  if (k < h1) {
    for (size_t i = 0; i < n; i++) marked += bit(x->marks1, list[i]);
  } else if (k < both) {
    for (size_t i = 0; i < n; i++) marked += bit(x->marks2, list[i]);
  } else {
    for (size_t i = 0; i < n; i++)
      marked += (size_t)bit(x->marks1, list[i]) | (size_t)bit(x->marks2, (size_t)x->link->psu_of[list[i]]);
  }
  return marked;
}

/* The sum over z of the PSUs of a class, in the order of its list; of[p] (NULL: p itself) is the place of a PSU in z. Four classes at a time: a
 * sum waits for the sum before it, four of them do not wait for one another. */
enum { CHAINS = 4 };
typedef struct chains {
  const uint32_t *at[CHAINS];
  double sum[CHAINS];
  size_t left[CHAINS], class_of[CHAINS];
} chains;

SX_INLINE void go_on(chains *c, const double *restrict z, const int32_t *restrict of, size_t n) {
  double s0 = c->sum[0], s1 = c->sum[1], s2 = c->sum[2], s3 = c->sum[3];
  const uint32_t *p0 = c->at[0], *p1 = c->at[1], *p2 = c->at[2], *p3 = c->at[3];
  for (size_t i = 0; i < n; i++) {
    s0 += of ? z[of[p0[i]]] : z[p0[i]];
    s1 += of ? z[of[p1[i]]] : z[p1[i]];
    s2 += of ? z[of[p2[i]]] : z[p2[i]];
    s3 += of ? z[of[p3[i]]] : z[p3[i]];
  }
  c->sum[0] = s0;
  c->sum[1] = s1;
  c->sum[2] = s2;
  c->sum[3] = s3;
  for (size_t k = 0; k < CHAINS; k++) {
    c->at[k] += n;
    c->left[k] -= n;
  }
}

/* One class to its end. */
static double rest_of(const uint32_t *list, size_t n, double sum, const double *z, const int32_t *of) {
  for (size_t i = 0; i < n; i++) sum += of ? z[of[list[i]]] : z[list[i]];
  return sum;
}

/* Of classes from .. end-1, into the means of the first wave or of the second. */
static void sum_classes(class_means *c, bool second, const double *z, const int32_t *of, const sx_link *l, size_t from,
                        size_t end) {
  chains x = {.left = {0}};
  size_t next = from, running = 0;
  for (size_t k = 0; k < CHAINS && next < end; k++, next++, running++) {
    x.at[k] = l->by_class + l->class_at[next];
    x.left[k] = l->class_at[next + 1] - l->class_at[next];
    x.class_of[k] = next;
  }
  while (running == CHAINS) {
    size_t least = x.left[0];
    for (size_t k = 1; k < CHAINS; k++) least = x.left[k] < least ? x.left[k] : least;
    if (of)
      go_on(&x, z, of, least);
    else
      go_on(&x, z, NULL, least);
    for (size_t k = 0; k < CHAINS && running == CHAINS; k++) {
      if (x.left[k] > 0) continue;
      *(second ? &c[x.class_of[k]].second : &c[x.class_of[k]].first) = x.sum[k];
      if (next == end) { /* the last ones go to their ends alone */
        x.class_of[k] = SIZE_MAX;
        running--;
        continue;
      }
      x.at[k] = l->by_class + l->class_at[next];
      x.left[k] = l->class_at[next + 1] - l->class_at[next];
      x.sum[k] = 0;
      x.class_of[k] = next++;
    }
  }
  for (size_t k = 0; k < CHAINS; k++) {
    if (!x.at[k] || x.class_of[k] == SIZE_MAX) continue;
    *(second ? &c[x.class_of[k]].second : &c[x.class_of[k]].first) = rest_of(x.at[k], x.left[k], x.sum[k], z, of);
  }
}

/* Means of the classes, and what they add to the df. */
static void mean_classes(cross *out, class_means *c, const pair *x) {
  const sx_link *l = x->link;
  const size_t h1 = sx_design_strata(l->first), both = h1 + sx_design_strata(l->second);
  const bool everyone = all_set(x->marks1, sx_design_psus(l->first)) && all_set(x->marks2, sx_design_psus(l->second));
  memset(c, 0, l->n_classes * sizeof *c);
  sum_classes(c, false, x->z1, NULL, l, 0, h1);
  sum_classes(c, true, x->z2, NULL, l, h1, both);
  sum_classes(c, false, x->z1, NULL, l, both, l->n_classes);
  sum_classes(c, true, x->z2, l->psu_of, l, both, l->n_classes);
  for (size_t k = 0; k < l->n_classes; k++) {
    const uint32_t *list = l->by_class + l->class_at[k];
    const size_t n = l->class_at[k + 1] - l->class_at[k];
    const size_t marked = everyone ? n : count_marked(x, list, n, k, h1, both);
    c[k] = (class_means){c[k].first / (double)n, c[k].second / (double)n};
    if (marked > 0) out->df[k < h1 ? IN_FIRST : k < both ? IN_SECOND : IN_BOTH] += (double)(marked - 1);
  }
}

/* Sums over the PSUs in their order, of the first wave and then of the second alone. Whether one is in both goes back and forth from PSU to PSU: by
 * factors of 0 and 1, no branch. */
static void residuals(cross *out, const class_means *c, const pair *x) {
  const sx_link *l = x->link;
  const size_t n1 = sx_design_psus(l->first), n2 = sx_design_psus(l->second);
  const int32_t both = (int32_t)(sx_design_strata(l->first) + sx_design_strata(l->second));
  static const double counts[] = {0, 1};
  double s11 = 0, s22 = 0, s12 = 0, alone = 0, shared = 0, second = 0;
  for (size_t p = 0; p < n1; p++) {
    const class_means *in = &c[l->class_first[p]];
    const int32_t q = l->psu_of[p], there = q >= 0, at = q & -there;
    const double in_both = (double)there;
    const double r1 = x->z1[p] - in->first, r2 = (x->z2[at] - in->second) * in_both;
    const double square = (r1 + r2) * (r1 + r2);
    s11 += r1 * r1;
    s22 += r2 * r2;
    s12 += r1 * r2;
    alone += square * (1 - in_both);
    shared += square * in_both;
  }
  for (size_t q = 0; q < n2; q++) {
    const double r2 = (x->z2[q] - c[l->class_second[q]].second) * counts[l->class_second[q] < both];
    s22 += r2 * r2;
    second += r2 * r2;
  }
  out->squares[IN_FIRST] = alone;
  out->squares[IN_SECOND] = second;
  out->squares[IN_BOTH] = shared;
  out->rho = s11 > 0 && s22 > 0 ? s12 / (sqrt(s11) * sqrt(s22)) : 0;
  if (fabs(out->rho) > 1) out->rho = out->rho > 0 ? 1 : -1;
}

static sx_status cross_of(cross *out, const sx_link *link, const est_part *first, const est_part *second,
                          const sx_ctx *ctx, sx_error *err) {
  sx_status st = SX_OK;
  double *made[2] = {NULL, NULL};
  pair x = {link, NULL, NULL, NULL, NULL};
  class_means *c = sx_mem_alloc(ctx, link->n_classes, sizeof *c);
  if (!c) return sx_error_memory(err);
  SX_TRY_GOTO(st, psu_totals(&x.z1, &made[0], first, ctx, err), done);
  SX_TRY_GOTO(st, psu_totals(&x.z2, &made[1], second, ctx, err), done);
  x.marks1 = sx_estimate__bits(first);
  x.marks2 = sx_estimate__bits(second);
  memset(out, 0, sizeof *out);
  mean_classes(out, c, &x);
  residuals(out, c, &x);
done:
  sx_mem_free(ctx, made[0]);
  sx_mem_free(ctx, made[1]);
  sx_mem_free(ctx, c);
  return st;
}

static double linked_df(const cross *x, const est_part *first, const est_part *second) {
  const double floor = first->df < second->df ? first->df : second->df;
  double sum = 0, below = 0;
  for (size_t k = 0; k < PLACES; k++) {
    if (!(x->squares[k] > 0)) continue;
    if (!(x->df[k] > 0)) return floor;
    sum += x->squares[k];
    below += x->squares[k] * x->squares[k] / x->df[k];
  }
  const double df = below > 0 ? sum * sum / below : floor;
  return df > floor ? df : floor;
}

static est_part *part_on(const sx_est *e, const sx_design *design) {
  for (size_t p = 0; p < e->n_parts; p++)
    if (e->parts[p].design && sx_design_same_sample(e->parts[p].design, design)) return &e->parts[p];
  return NULL;
}

sx_status sx_estimate__check_first(const sx_link *link, const sx_est *first, sx_error *err) {
  if (part_on(first, link->first) || !part_on(first, link->second)) return SX_OK;
  return sx_error_set(err, SX_E_ARGUMENT, NULL,
                      "the first estimate is of the second wave: give them the other way round");
}

static bool has_link(const sx_est *e, const sx_link *link) {
  for (size_t k = 0; k < e->n_links; k++)
    if (e->links[k] == link) return true;
  return false;
}

static sx_status add_link(sx_est *e, const sx_link *link, sx_error *err) {
  if (has_link(e, link)) return SX_OK;
  sx_link **links = sx_mem_resize(&e->ctx, e->links, e->n_links + 1, sizeof *links);
  if (!links) return sx_error_memory(err);
  e->links = links;
  e->links[e->n_links++] = sx_link_ref(link);
  return SX_OK;
}

void sx_estimate__links_free(sx_est *e) {
  for (size_t k = 0; k < e->n_links; k++) sx_link_free(e->links[k]);
  sx_mem_free(&e->ctx, e->links);
}

/* Covariances between the parts of linked designs, and the df of those parts together. */
static sx_status cross_parts(sx_est *e, sx_error *err) {
  size_t active = 0;
  e->cross = 0;
  e->linked_df = (double)INFINITY;
  for (size_t k = 0; k < e->n_links; k++) {
    est_part *first = part_on(e, e->links[k]->first), *second = part_on(e, e->links[k]->second);
    cross x;
    if (!first || !second || !(first->variance > 0) || !(second->variance > 0)) continue;
    SX_TRY(cross_of(&x, e->links[k], first, second, &e->ctx, err));
    e->cross += 2 * x.rho * sqrt(first->variance) * sqrt(second->variance);
    const double df = linked_df(&x, first, second), smaller = first->df < second->df ? first->df : second->df;
    e->linked_df = active++ == 0 ? df : fmin(e->linked_df, smaller); /* three waves and more: the smallest of all */
    first->linked = second->linked = true;
  }
  return SX_OK;
}

sx_status sx_estimate__link(sx_est *e, const sx_est *const *values, size_t n, sx_error *err) {
  for (size_t j = 0; j < n; j++)
    for (size_t k = 0; k < values[j]->n_links; k++) SX_TRY(add_link(e, values[j]->links[k], err));
  return e->n_links ? cross_parts(e, err) : SX_OK;
}

static double one_cov(const sx_link *link, const sx_est *a, const sx_est *b) {
  const est_part *first = part_on(a, link->first), *second = part_on(b, link->second);
  cross x;
  if (!first || !second || !(first->variance > 0) || !(second->variance > 0)) return 0;
  if (cross_of(&x, link, first, second, &a->ctx, NULL) != SX_OK) return (double)NAN;
  return x.rho * sqrt(first->variance) * sqrt(second->variance);
}

double sx_estimate__linked_cov(const sx_est *a, const sx_est *b) {
  double v = 0;
  for (size_t k = 0; k < a->n_links; k++) v += one_cov(a->links[k], a, b) + one_cov(a->links[k], b, a);
  for (size_t k = 0; k < b->n_links; k++)
    if (!has_link(a, b->links[k])) v += one_cov(b->links[k], a, b) + one_cov(b->links[k], b, a);
  return v;
}

/* ---- estimates of the second wave -------------------------------------------------------------------------------- */

static sx_status move_bits(est_part *to, const est_part *from, const sx_link *link, const sx_ctx *ctx, sx_error *err) {
  const uint8_t *marks = sx_estimate__bits(from);
  to->bits = sx_mem_zalloc(ctx, sx_design_bitmap_bytes(link->first), 1);
  if (!to->bits) return sx_error_memory(err);
  for (size_t p = 0; p < sx_design_psus(link->first); p++)
    if (bit(marks, (size_t)link->psu_of[p])) to->bits[p / 8] = (uint8_t)(to->bits[p / 8] | 1U << p % 8);
  return SX_OK;
}

/* The part with its carrier on the first wave's design. */
static sx_status move_part(est_part *to, const est_part *from, const sx_link *link, double value, const sx_ctx *ctx,
                           sx_error *err) {
  const size_t n = sx_design_carrier_length(link->first);
  sx_status st = SX_OK;
  double *z = NULL;
  memset(to, 0, sizeof *to);
  to->design = sx_design_ref(link->first);
  to->z = sx_mem_zalloc(ctx, n, sizeof *to->z);
  if (!to->z) return sx_error_memory(err);
  if (link->overlap == SX_OVERLAP_REPLICATES) {
    memcpy(to->z, from->z, n * sizeof *to->z);
    to->df = sx_design_df(link->first);
  } else {
    z = sx_mem_zalloc(ctx, n, sizeof *z);
    if (!z) return sx_error_memory(err);
    SX_TRY_GOTO(st, sx_estimate__add_carrier(z, from, 1, err), done);
    for (size_t p = 0; p < n; p++) to->z[p] = z[link->psu_of[p]];
    SX_TRY_GOTO(st, move_bits(to, from, link, ctx, err), done);
    to->df = sx_design_df_of(link->first, to->bits);
  }
  to->variance = sx_design_cov(link->first, to->z, to->z, value, value);
done:
  sx_mem_free(ctx, z);
  return st;
}

static sx_status copy_part(est_part *to, const est_part *from, const sx_ctx *ctx, sx_error *err) {
  const double *own = sx_estimate__carrier(from);
  if (!own && from->late) return sx_error_memory(err);
  const size_t n = own ? sx_design_carrier_length(from->design) : 0;
  const size_t bytes = from->bits ? sx_design_bitmap_bytes(from->design) : 0;
  *to = *from;
  to->design = sx_design_ref(from->design);
  if (to->figure) atomic_fetch_add(&to->figure->refs, 1);
  to->linked = false;
  to->late = NULL;
  to->n_terms = 0;
  to->z = n ? sx_mem_alloc(ctx, n, sizeof *to->z) : NULL;
  to->bits = bytes ? sx_mem_alloc(ctx, bytes, 1) : NULL;
  to->terms = from->n_terms ? sx_mem_alloc(ctx, from->n_terms, sizeof *to->terms) : NULL;
  if ((n && !to->z) || (bytes && !to->bits) || (from->n_terms && !to->terms)) return sx_error_memory(err);
  if (n) memcpy(to->z, own, n * sizeof *to->z);
  if (bytes) memcpy(to->bits, from->bits, bytes);
  for (; to->n_terms < from->n_terms; to->n_terms++) {
    to->terms[to->n_terms] = from->terms[to->n_terms];
    atomic_fetch_add(&to->terms[to->n_terms].leaf->refs, 1);
  }
  return SX_OK;
}

static sx_status move(sx_est **out, const sx_link *link, const sx_est *from, sx_error *err) {
  const est_part *second = part_on(from, link->second);
  if (!second || isnan(from->value)) {
    *out = sx_est_ref(from);
    return SX_OK;
  }
  if (part_on(from, link->first))
    return sx_error_set(err, SX_E_ARGUMENT, NULL,
                        "the estimate is of both waves already: link those of the second wave that it is made of");
  sx_est *e = NULL;
  SX_TRY(sx_estimate__est_new(&e, &from->ctx, from->value, from->n_parts, err));
  sx_status st = SX_OK;
  for (size_t p = 0; p < from->n_parts && st == SX_OK; p++) {
    const est_part *part = &from->parts[p];
    if (part == second) {
      st = move_part(&e->parts[p], part, link, from->value, &e->ctx, err);
    } else {
      st = copy_part(&e->parts[p], part, &e->ctx, err);
    }
  }
  if (st == SX_OK) st = sx_estimate__link(e, &from, 1, err);
  if (st == SX_OK) {
    sx_estimate__total(e);
    *out = e;
    e = NULL;
  }
  sx_est_free(e);
  return st;
}

sx_status sx_link_est(sx_est **out, const sx_link *link, const sx_est *second, sx_error *err) {
  if (!out || !link || !second) return sx_error_set(err, SX_E_ARGUMENT, NULL, "a link and an estimate are needed");
  if (link->overlap == SX_OVERLAP_FULL || link->overlap == SX_OVERLAP_REPLICATES) return move(out, link, second, err);
  if (link->overlap == SX_OVERLAP_NONE || isnan(second->value)) {
    *out = sx_est_ref(second);
    return SX_OK;
  }
  sx_est *e = NULL;
  SX_TRY(sx_est_linear(&e, &second->ctx, NULL, &second, 1, err));
  sx_status st = add_link(e, link, err);
  if (st == SX_OK) st = cross_parts(e, err);
  if (st != SX_OK) {
    sx_est_free(e);
    return st;
  }
  sx_estimate__total(e);
  *out = e;
  return SX_OK;
}
