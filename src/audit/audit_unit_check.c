/* audit_unit_check.c: whether the figures of an identity can be compared at all.
 *
 * Different dimensions (people, yuan) are an error of the file. Per cent where percentage points are meant, or the other way round, is
 * not: published texts make that mistake, so it is kept as a finding (points_mixed). A number without a unit is a plain factor in products
 * and formulas; compared with, added to or taken from one that has a unit it is an error. */
#include <string.h>

#include "audit_priv.h"

/* Dimensions that never vanish silently in a product: money, length, area, mass, data, energy. Heads, things, visits and periods do
 * ("spend per head" is printed in yuan). */
static bool is_strict(int dim) {
  return (dim >= SX_AUDIT_YUAN && dim <= SX_AUDIT_HKD) || dim == SX_AUDIT_METRE || dim == SX_AUDIT_AREA ||
         dim == SX_AUDIT_GRAM || dim == SX_AUDIT_BYTE || dim == SX_AUDIT_ENERGY;
}

static bool is_pure(const sx_audit_unit *unit) {
  for (int d = 0; d < SX_AUDIT_DIMS; d++) {
    if (unit->dims[d]) return false;
  }
  return true;
}

static sx_status mismatch(const sx_audit *audit, const au_identity *identity, uint32_t a, uint32_t b, sx_error *err) {
  const sx_audit_figure *x = &audit->figures[a].pub, *y = &audit->figures[b].pub;
  return sx_error_set(err, SX_E_DATA, NULL, "unit mismatch in the identity '%s': '%s' is in %s, '%s' in %s",
                      identity->pub.id, x->id, *x->unit ? x->unit : "no unit", y->id, *y->unit ? y->unit : "no unit");
}

static sx_status no_unit(const sx_audit *audit, const au_identity *identity, uint32_t bare, uint32_t other,
                         sx_error *err) {
  const sx_audit_figure *x = &audit->figures[bare].pub, *y = &audit->figures[other].pub;
  return sx_error_set(err, SX_E_DATA, NULL,
                      "unit mismatch in the identity '%s': '%s' has no unit and '%s' is in %s: give '%s' its unit",
                      identity->pub.id, x->id, y->id, y->unit, x->id);
}

/* The same dimension, whatever is per cent or points. A number without a unit is none that has one: which is meant is for the file to say. */
static sx_status alike(const sx_audit *audit, au_identity *identity, size_t i, size_t k, sx_error *err) {
  const sx_audit_unit *a = &audit->figures[identity->args[i]].unit, *b = &audit->figures[identity->args[k]].unit;
  if (a->any != b->any)
    return no_unit(audit, identity, identity->args[a->any ? i : k], identity->args[a->any ? k : i], err);
  if (a->any || memcmp(a->dims, b->dims, sizeof a->dims) == 0) return SX_OK;
  return mismatch(audit, identity, identity->args[i], identity->args[k], err);
}

static sx_audit_share share_of(const sx_audit *audit, const au_identity *identity, size_t i) {
  return audit->figures[identity->args[i]].unit.share;
}

/* A number without dimension: per cent or ratio; points are a mistake of the text. */
static sx_status ratio(const sx_audit *audit, au_identity *identity, size_t i, const char *what, sx_error *err) {
  const sx_audit_figure *figure = &audit->figures[identity->args[i]].pub;
  const sx_audit_unit *unit = &audit->figures[identity->args[i]].unit;
  if (!unit->any && !is_pure(unit))
    return sx_error_set(err, SX_E_DATA, NULL, "unit mismatch in the identity '%s': '%s' is in %s, and %s is in %%",
                        identity->pub.id, figure->id, figure->unit, what);
  if (unit->share == SX_AUDIT_POINTS) identity->points_mixed = true;
  return SX_OK;
}

static sx_status check_product(const sx_audit *audit, au_identity *identity, sx_error *err) {
  int dims[SX_AUDIT_DIMS] = {0};
  uint32_t other = identity->args[1];
  bool any = audit->figures[identity->args[0]].unit.any;
  for (size_t i = 0; i < identity->n_args; i++) {
    const sx_audit_unit *unit = &audit->figures[identity->args[i]].unit;
    for (int d = 0; d < SX_AUDIT_DIMS; d++) dims[d] += i == 0 ? -unit->dims[d] : unit->dims[d];
    if (i > 0 && !is_pure(unit)) other = identity->args[i];
  }
  for (int d = 0; !any && d < SX_AUDIT_DIMS; d++) {
    if (is_strict(d) && dims[d] != 0) return mismatch(audit, identity, identity->args[0], other, err);
  }
  return SX_OK;
}

/* F1 = a difference: of per cents it is in points, of points in points, else of the same dimension. */
static sx_status check_difference(const sx_audit *audit, au_identity *identity, sx_error *err) {
  SX_TRY(alike(audit, identity, 1, 2, err));
  SX_TRY(alike(audit, identity, 0, 1, err));
  const sx_audit_share one = share_of(audit, identity, 0), two = share_of(audit, identity, 1);
  const bool any = audit->figures[identity->args[0]].unit.any || audit->figures[identity->args[1]].unit.any;
  if (!any && (one == SX_AUDIT_PERCENT) && two != SX_AUDIT_LEVEL) identity->points_mixed = true;
  if (!any && one == SX_AUDIT_POINTS && two == SX_AUDIT_LEVEL)
    return mismatch(audit, identity, identity->args[0], identity->args[1], err);
  if (share_of(audit, identity, 1) != share_of(audit, identity, 2) &&
      (two == SX_AUDIT_POINTS || share_of(audit, identity, 2) == SX_AUDIT_POINTS))
    identity->points_mixed = true;
  return SX_OK;
}

static sx_status check_sum(const sx_audit *audit, au_identity *identity, sx_error *err) {
  for (size_t i = 1; i < identity->n_args; i++) {
    SX_TRY(alike(audit, identity, 0, i, err));
    /* per cent = per cent + points, or points of contribution: fine; points = per cent + ...: not */
    if (share_of(audit, identity, 0) == SX_AUDIT_POINTS && share_of(audit, identity, i) == SX_AUDIT_PERCENT)
      identity->points_mixed = true;
  }
  return SX_OK;
}

static sx_status check_alike(const sx_audit *audit, au_identity *identity, sx_error *err) {
  for (size_t i = 1; i < identity->n_args; i++) {
    SX_TRY(alike(audit, identity, 0, i, err));
    const sx_audit_share a = share_of(audit, identity, 0), b = share_of(audit, identity, i);
    if (a != b && (a == SX_AUDIT_POINTS || b == SX_AUDIT_POINTS)) identity->points_mixed = true;
  }
  return SX_OK;
}

/* ---- formulas: dimensions of the two sides ------------------------------------------------------------------------ */

static bool joined(sx_audit_unit *out, const sx_audit_unit *a, const sx_audit_unit *b, int sign) {
  *out = *a;
  out->any = a->any || b->any;
  for (int d = 0; d < SX_AUDIT_DIMS; d++) {
    const int sum = a->dims[d] + sign * b->dims[d];
    if (sum > 100 || sum < -100) return false;
    out->dims[d] = (int8_t)sum;
  }
  return true;
}

static bool strictly_alike(const sx_audit_unit *a, const sx_audit_unit *b) {
  if (a->any || b->any) return true;
  for (int d = 0; d < SX_AUDIT_DIMS; d++) {
    if (is_strict(d) && a->dims[d] != b->dims[d]) return false;
  }
  return true;
}

/* A sum of numbers and figures goes with everything when one of its terms does. False: it adds what cannot be added. */
static bool unit_of(sx_audit_unit *out, const sx_audit *audit, const au_identity *identity, const au_expr *e) {
  sx_audit_unit a, b;
  memset(&a, 0, sizeof a);
  *out = a;
  switch (e->op) {
  case AU_NUM:
    out->any = true;
    return true;
  case AU_FIG:
    *out = audit->figures[identity->pub.figures[e->var]].unit;
    return true;
  case AU_NEG:
    return unit_of(out, audit, identity, e->left);
  case AU_POW:
    out->any = true; /* growth factors: dimensions of powers are not followed */
    return unit_of(&a, audit, identity, e->left);
  case AU_ADD:
  case AU_SUB:
  case AU_MUL:
  case AU_DIV:
    break;
  }
  if (!unit_of(&a, audit, identity, e->left) || !unit_of(&b, audit, identity, e->right)) return false;
  if (e->op == AU_MUL || e->op == AU_DIV) {
    /* a factor without a unit is a plain number: it does not turn dollars into yuan */
    if (e->left->op == AU_NUM || e->left->op == AU_FIG) a.any = false;
    if (e->right->op == AU_NUM || e->right->op == AU_FIG) b.any = false;
    return joined(out, &a, &b, e->op == AU_MUL ? 1 : -1);
  }
  if (!strictly_alike(&a, &b)) return false;
  *out = a.any ? b : a;
  return true;
}

static sx_status check_formula(const sx_audit *audit, const au_identity *identity, sx_error *err) {
  sx_audit_unit left, right;
  if (unit_of(&left, audit, identity, identity->left) && unit_of(&right, audit, identity, identity->right) &&
      strictly_alike(&left, &right))
    return SX_OK;
  return sx_error_set(err, SX_E_DATA, NULL,
                      "unit mismatch in the identity '%s': its formula adds or compares what has different units",
                      identity->pub.id);
}

sx_status sx_audit__check_units(const sx_audit *audit, au_identity *identity, sx_error *err) {
  switch (identity->kind) {
  case AU_SUM:
    return check_sum(audit, identity, err);
  case AU_GAP:
  case AU_CHANGE:
    return check_difference(audit, identity, err);
  case AU_SHARE:
  case AU_GROWTH:
  case AU_CAGR:
    SX_TRY(alike(audit, identity, 1, 2, err));
    return ratio(audit, identity, 0, identity->kind == AU_SHARE ? "a share" : "a growth rate", err);
  case AU_BASE:
    SX_TRY(alike(audit, identity, 0, 1, err));
    return ratio(audit, identity, 2, "a rate", err);
  case AU_PRODUCT:
    return check_product(audit, identity, err);
  case AU_SUBSET:
  case AU_SAME:
  case AU_ORDER:
    return check_alike(audit, identity, err);
  case AU_FORMULA:
    return check_formula(audit, identity, err);
  case AU_KINDS:
    break;
  }
  return SX_OK;
}
