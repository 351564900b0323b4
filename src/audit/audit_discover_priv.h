/* audit_discover_priv.h: what the searches for identities share: figures by their columns, candidates and their evidence. */
#ifndef AUDIT_DISCOVER_PRIV_H
#define AUDIT_DISCOVER_PRIV_H

#include <string.h>

#include "audit_priv.h"

/* The figures of a candidate in the order of the kind's words; of WHOLE, parts that make 100 per cent. */
typedef enum sx_shape { S_SAME, S_GAP, S_CHANGE, S_GROWTH, S_CAGR, S_SHARE, S_SUM, S_WHOLE } sx_shape;

typedef struct sx_proposal {
  sx_shape what;
  bool against;    /* the numbers do not agree */
  double evidence; /* of those that do not agree and come from the columns: -1 */
  size_t n;
  const uint32_t *figures;
  int years;      /* CAGR */
  uint32_t first; /* order of the file, to settle ties */
} sx_proposal;

typedef struct sx_finder {
  const sx_audit *audit;
  const sx_ctx *ctx;
  sx_arena *arena;
  uint32_t *order; /* [n] sorted by indicator, category, period, population */
  sx_proposal *found;
  size_t n, cap;
  uint64_t *known; /* hashes of the figure sets of identities, sorted */
  size_t n_known;
  sx_status status;
  sx_error *err;
} sx_finder;

typedef struct sx_candidate {
  sx_shape what;
  const uint32_t *figures;
  size_t n;
  double tries; /* candidates looked at for its first figure */
  int years;
} sx_candidate;

/* Kept where it agrees with some evidence; also where it does not, with `even_against` (the columns say that it is one), or where
 * `near_miss` and its numbers are so close that chance hardly brings them there. */
void sx_audit__propose(sx_finder *f, const sx_candidate *c, bool even_against, bool near_miss);

void sx_audit__discover_columns(sx_finder *f); /* audit_discover_columns.c; needs f->order's room */
void sx_audit__discover_words(sx_finder *f);   /* audit_discover_words.c */

static inline const au_figure *sx_finder_figure(const sx_finder *f, size_t i) {
  return &f->audit->figures[i];
}
/* A gap, a change, a growth: not a level or a share. A target is one of these. */
static inline bool sx_is_difference(const au_figure *f) {
  const char *c = f->pub.comparison;
  return *c && strcmp(c, "none") != 0 && strcmp(c, "target") != 0;
}
static inline bool sx_same_measure(const au_figure *a, const au_figure *b) {
  return a->unit.share == b->unit.share && a->unit.any == b->unit.any && sx_audit__unit_same_dim(&a->unit, &b->unit);
}

#endif
