/* audit_discover.c: identities that the figures suggest, for a person to accept.
 *
 * Candidates come from what the columns say (audit_discover_columns.c) and from words, places and periods (audit_discover_words.c). The
 * evidence of a candidate that agrees is
 *     -log10(min(1, w / R) * tries),
 * w the width of the values of its first figure that would have agreed, R the range that the figure could have been in (twice a level,
 * 100 points of a per cent, ten points or twice the value of a difference), tries the candidates of that kind that were looked at for
 * the figure: how improbable it is that unrelated numbers agree this well. Candidates that are ranked beforehand by anything but their
 * numbers are looked at in that order, so that tries is how many stand as high. One that misses by d has w + 2d in the place of w.
 * docs/methods/audit.md. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audit_discover_priv.h"

/* ---- evidence ---------------------------------------------------------------------------------------------------------- */

typedef struct span {
  double lo, hi;
} span;

static span span_of(const sx_finder *f, uint32_t i) {
  return (span){sx_finder_figure(f, i)->pub.low, sx_finder_figure(f, i)->pub.high};
}

/* What the first figure would be by the others. */
static span predicted(const sx_finder *f, sx_shape what, const uint32_t *x, size_t n, int years) {
  const span a = span_of(f, x[1]), b = n > 2 ? span_of(f, x[2]) : a;
  span out = a;
  switch (what) {
  case S_SAME:
    break;
  case S_GAP:
    out = (span){a.lo - b.hi, a.hi - b.lo};
    break;
  case S_CHANGE:
    out = (span){b.lo - a.hi, b.hi - a.lo};
    break;
  case S_SHARE:
    out = b.lo > 0 ? (span){a.lo / b.hi, a.hi / b.lo} : (span){(double)NAN, (double)NAN};
    break;
  case S_GROWTH:
    out = a.lo > 0 ? (span){b.lo / a.hi - 1, b.hi / a.lo - 1} : (span){(double)NAN, (double)NAN};
    break;
  case S_CAGR:
    out = a.lo > 0 && b.lo > 0 ? (span){pow(b.lo / a.hi, 1.0 / years) - 1, pow(b.hi / a.lo, 1.0 / years) - 1}
                               : (span){(double)NAN, (double)NAN};
    break;
  case S_WHOLE: /* the last part, by the others */
    out = (span){1, 1};
    for (size_t i = 1; i < n; i++) {
      const span part = span_of(f, x[i]);
      out.lo -= part.hi;
      out.hi -= part.lo;
    }
    break;
  case S_SUM:
    for (size_t i = 2; i < n; i++) {
      const span part = span_of(f, x[i]);
      out.lo += part.lo;
      out.hi += part.hi;
    }
    break;
  }
  return out;
}

/* *miss: by how much they do not agree, 0 where they do. NaN: nothing to say. */
static double evidence(double *miss, const sx_finder *f, const sx_candidate *c) {
  const au_figure *first = sx_finder_figure(f, c->figures[0]);
  const span own = span_of(f, c->figures[0]), by = predicted(f, c->what, c->figures, c->n, c->years);
  *miss = 0;
  if (!isfinite(by.lo) || !isfinite(by.hi) || !isfinite(own.lo) || !isfinite(own.hi)) return (double)NAN;
  const bool exact = own.lo == own.hi && by.lo == by.hi;
  if (exact ? own.lo != by.lo : own.hi <= by.lo || by.hi <= own.lo)
    *miss = fmax(fmax(by.lo - own.hi, own.lo - by.hi), (double)sx_audit__digit(first) / 10);
  const sx_audit_share share = first->unit.share;
  const double size = fmax(fabs(own.lo), fabs(own.hi));
  const double range = share == SX_AUDIT_PERCENT  ? fmax(1, size)
                       : share == SX_AUDIT_POINTS ? fmax(0.1, 2 * size)
                                                  : 2 * size;
  const double width = exact ? (double)sx_audit__digit(first) : (own.hi - own.lo) + (by.hi - by.lo);
  const double p = range > 0 ? fmin(1, (width + 2 * *miss) / range) * c->tries : 1;
  return p < 1 ? -log10(p) : 0;
}

/* ---- what is there already ------------------------------------------------------------------------------------------------ */

static uint64_t set_hash(const sx_finder *f, const uint32_t *x, size_t n) { /* whatever the order */
  uint64_t h = 0;
  (void)f;
  for (size_t i = 0; i < n; i++) {
    uint64_t z = x[i] + 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    h += z ^ (z >> 31);
  }
  return h;
}

static int by_hash(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

static bool is_known(const sx_finder *f, uint64_t h) {
  return f->n_known && bsearch(&h, f->known, f->n_known, sizeof h, by_hash) != NULL;
}

/* Two figures of one identity `same` are covered, whichever else it lists. */
static sx_status collect_known(sx_finder *f) {
  size_t cap = 0;
  for (size_t i = 0; i < f->audit->n_identities; i++) {
    const au_identity *identity = &f->audit->identities[i];
    const size_t n = identity->n_args;
    cap += 1 + (identity->kind == AU_SAME ? n * (n - 1) / 2 : 0);
  }
  f->known = sx_arena_alloc(f->arena, cap + 1, sizeof *f->known);
  if (!f->known) return sx_error_memory(f->err);
  for (size_t i = 0; i < f->audit->n_identities; i++) {
    const au_identity *identity = &f->audit->identities[i];
    f->known[f->n_known++] = set_hash(f, identity->args, identity->n_args);
    for (size_t a = 0; identity->kind == AU_SAME && a < identity->n_args; a++) {
      for (size_t b = a + 1; b < identity->n_args; b++) {
        const uint32_t two[2] = {identity->args[a], identity->args[b]};
        f->known[f->n_known++] = set_hash(f, two, 2);
      }
    }
  }
  if (f->n_known) qsort(f->known, f->n_known, sizeof *f->known, by_hash);
  return SX_OK;
}

/* ---- proposals -------------------------------------------------------------------------------------------------------------- */

static bool repeats_a_figure(const sx_candidate *c) {
  for (size_t i = 0; i < c->n; i++) {
    for (size_t k = i + 1; k < c->n; k++) {
      if (c->figures[i] == c->figures[k]) return true;
    }
  }
  return false;
}

void sx_audit__propose(sx_finder *f, const sx_candidate *c, bool even_against, bool near_miss) {
  static const double LEAST = 0.3, LEAST_OF_MISS = 1;
  double miss;
  if (f->status != SX_OK || repeats_a_figure(c)) return;
  const double e = evidence(&miss, f, c);
  if (isnan(e)) return;
  const bool missed_nearly = miss > 0 && near_miss && e >= LEAST_OF_MISS;
  if (miss > 0 && !missed_nearly && !even_against) return;
  if (miss == 0 && e < LEAST && !even_against) return;
  if (is_known(f, set_hash(f, c->figures, c->n))) return;
  void *found = f->found;
  uint32_t *kept = sx_arena_alloc(f->arena, c->n, sizeof *kept);
  if (!kept || !sx_mem_grow(f->ctx, &found, &f->cap, f->n + 1, sizeof *f->found)) {
    f->status = sx_error_memory(f->err);
    return;
  }
  f->found = found;
  memcpy(kept, c->figures, c->n * sizeof *kept);
  f->found[f->n++] =
      (sx_proposal){c->what, miss > 0, miss > 0 && !missed_nearly ? -1 : e, c->n, kept, c->years, c->figures[0]};
}

/* ---- the list ------------------------------------------------------------------------------------------------------------------ */

static int best_first(const void *a, const void *b) {
  const sx_proposal *x = a, *y = b;
  if (x->against != y->against) return x->against ? 1 : -1;
  if (x->evidence != y->evidence) return x->evidence > y->evidence ? -1 : 1;
  if (x->first != y->first) return x->first < y->first ? -1 : 1;
  if (x->what != y->what) return x->what < y->what ? -1 : 1;
  const size_t n = x->n < y->n ? x->n : y->n;
  for (size_t i = 0; i < n; i++) {
    if (x->figures[i] != y->figures[i]) return x->figures[i] < y->figures[i] ? -1 : 1;
  }
  return x->n < y->n ? -1 : x->n > y->n;
}

/* The same identity side by side, the best evidence first. */
static int alike_together(const void *a, const void *b) {
  const sx_proposal *x = a, *y = b;
  if (x->what != y->what) return x->what < y->what ? -1 : 1;
  if (x->n != y->n) return x->n < y->n ? -1 : 1;
  for (size_t i = 0; i < x->n; i++) {
    if (x->figures[i] != y->figures[i]) return x->figures[i] < y->figures[i] ? -1 : 1;
  }
  return x->evidence > y->evidence ? -1 : x->evidence < y->evidence;
}

static bool repeats(const sx_proposal *a, const sx_proposal *b) {
  return a->what == b->what && a->n == b->n && memcmp(a->figures, b->figures, a->n * sizeof *a->figures) == 0;
}

static void drop_repeats(sx_finder *f) {
  size_t kept = 0;
  if (f->n) qsort(f->found, f->n, sizeof *f->found, alike_together);
  for (size_t i = 0; i < f->n; i++) {
    if (kept && repeats(&f->found[i], &f->found[kept - 1])) continue;
    f->found[kept++] = f->found[i];
  }
  f->n = kept;
}

static void add_id(sx_buf *out, const sx_finder *f, uint32_t i) {
  const char *id = sx_finder_figure(f, i)->pub.id;
  if (*id && id[strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")] == '\0' &&
      !(id[0] >= '0' && id[0] <= '9')) {
    sx_buf_add(out, id);
  } else {
    sx_json_string(out, id);
  }
}

static void add_list(sx_buf *out, const sx_finder *f, const uint32_t *x, size_t n) {
  sx_buf_add(out, "[");
  for (size_t i = 0; i < n; i++) {
    if (i) sx_buf_add(out, ", ");
    add_id(out, f, x[i]);
  }
  sx_buf_add(out, "]");
}

static void write_one(sx_buf *out, const sx_finder *f, const sx_proposal *p, size_t number) {
  static const char *const words[][3] = {
      [S_SAME] = {"same", "", ""},           [S_GAP] = {"gap", "of", "over"},   [S_CHANGE] = {"change", "from", "to"},
      [S_GROWTH] = {"growth", "from", "to"}, [S_CAGR] = {"cagr", "from", "to"}, [S_SHARE] = {"share", "part", "whole"},
      [S_SUM] = {"sum", "of", ""},           [S_WHOLE] = {"formula", "", ""}};
  sx_buf_printf(out, "  - {id: proposed_%zu, %s: ", number, words[p->what][0]);
  if (p->what == S_WHOLE) {
    sx_buf_add(out, "\"");
    for (size_t k = 0; k < p->n; k++)
      sx_buf_printf(out, "%s%s", k ? " + " : "", sx_finder_figure(f, p->figures[k])->pub.id);
    sx_buf_add(out, " == 100%\"");
  } else if (p->what == S_SAME) {
    add_list(out, f, p->figures, p->n);
  } else {
    add_id(out, f, p->figures[0]);
    for (size_t k = 1; k < 3 && *words[p->what][k]; k++) {
      sx_buf_printf(out, ", %s: ", words[p->what][k]);
      if (p->what == S_SUM) {
        add_list(out, f, p->figures + 1, p->n - 1);
      } else {
        add_id(out, f, p->figures[k]);
      }
    }
  }
  if (p->what == S_CAGR) sx_buf_printf(out, ", years: %d", p->years);
  if (p->against && p->evidence >= 0) {
    sx_buf_printf(out, "} # by words and place, evidence %.1f; the numbers do not agree\n", p->evidence);
  } else if (p->against) {
    sx_buf_add(out, "} # by the columns; the numbers do not agree\n");
  } else {
    sx_buf_printf(out, "} # evidence %.1f\n", p->evidence);
  }
}

static void write_all(sx_buf *out, sx_finder *f, size_t max) {
  sx_buf_add(out, "# Proposed identities, for a person to accept. Evidence: minus log10 of the probability that "
                  "unrelated numbers agree\n"
                  "# this well, times the candidates looked at (docs/methods/audit.md).\nidentities:\n");
  size_t number = 0;
  drop_repeats(f);
  if (f->n) qsort(f->found, f->n, sizeof *f->found, best_first);
  for (size_t i = 0; i < f->n && (!max || number < max); i++) write_one(out, f, &f->found[i], ++number);
  if (!number) sx_buf_add(out, "  [] # nothing is suggested that is not there already\n");
}

sx_status sx_audit_discover(sx_buf *out, const sx_audit *audit, size_t max, sx_error *err) {
  if (!out || !audit) return sx_error_set(err, SX_E_ARGUMENT, NULL, "out and audit must not be NULL");
  sx_finder f = {.audit = audit, .ctx = &audit->ctx, .err = err};
  SX_TRY(sx_arena_new(&f.arena, &audit->ctx, err));
  f.order = sx_arena_alloc(f.arena, audit->n_figures + 1, sizeof *f.order);
  f.status = f.order ? collect_known(&f) : sx_error_memory(err);
  if (f.status == SX_OK && audit->n_figures) sx_audit__discover_columns(&f);
  if (f.status == SX_OK && audit->n_figures) sx_audit__discover_words(&f);
  if (f.status == SX_OK) {
    write_all(out, &f, max);
    f.status = sx_buf_status(out, err);
  }
  sx_mem_free(&audit->ctx, f.found);
  sx_arena_free(f.arena);
  return f.status;
}
