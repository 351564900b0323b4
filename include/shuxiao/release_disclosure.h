/* release_disclosure.h: what of a set of linked tables may be published. docs/methods/disclosure.md has the formulas.
 *
 * A problem is cells and linear relations between them. A cell that stands in several tables (a margin that they share) is one cell: tables are
 * linked by the cells that they have in common. Whatever adds up (totals, hierarchies, a share printed beside its whole) is a relation.
 *
 * The attacker knows every cell that is published, every relation, and bounds of each cell beforehand. A sensitive cell is protected where the
 * attacker cannot rule out value - lower nor value + upper: its protection levels. */
#ifndef SX_RELEASE_DISCLOSURE_H
#define SX_RELEASE_DISCLOSURE_H

#include <math.h>

#include "shuxiao/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sx_release_mark {
  SX_RELEASE_OPEN,      /* published; may be suppressed to protect others */
  SX_RELEASE_KEEP,      /* published, and must be (known to everybody: zeros, outside figures) */
  SX_RELEASE_PRIMARY,   /* suppressed: sensitive */
  SX_RELEASE_SECONDARY, /* suppressed to protect others */
  SX_RELEASE_UNKNOWN    /* never published here, and no matter: its value need not be protected */
} sx_release_mark;
SX_API const char *sx_release_mark_name(sx_release_mark mark);

typedef struct sx_release_cell {
  const char *key; /* unique */
  double value;
  double n;          /* contributors behind it; NaN: not known */
  const double *top; /* [n_top] the largest contributions, largest first */
  size_t n_top;
  double low, high; /* what the attacker knows of it beforehand; low <= value <= high */
  double cost;      /* of suppressing it; NaN: as the options say */
  sx_release_mark mark;
  double lower,
      upper; /* protection levels >= 0 of a sensitive cell; NaN: from the rules; both 0: it is not known to six digits */
  const char *reason; /* of a mark given from outside; NULL none */
} sx_release_cell;
#define SX_RELEASE_CELL_INIT                                                                                           \
  { NULL, 0, (double)NAN, NULL, 0, 0, (double)INFINITY, (double)NAN, SX_RELEASE_OPEN, (double)NAN, (double)NAN, NULL }

typedef struct sx_release_term {
  size_t cell;
  double coef;
} sx_release_term;
/* low <= sum of coef * value <= high. A total is {total: 1, part: -1, ...} with 0 and 0; a share that is printed to half a digit h beside its
 * whole, part = s * whole, is two of them: part - (s + h) * whole <= 0 <= part - (s - h) * whole. */
typedef struct sx_release_relation {
  const char *id;
  const sx_release_term *terms;
  size_t n_terms;
  double low, high;
} sx_release_relation;

typedef struct sx_release_problem {
  sx_release_cell *cells;
  size_t n_cells;
  const sx_release_relation *relations;
  size_t n_relations;
} sx_release_problem;
/* Expected: SX_E_DATA, its `where` the key or id: a key twice, a value outside its bounds (a negative cell where none may be), a relation that
 * does not hold (by more than `slack` of its largest term), names a cell twice or none; no cells. */
SX_API sx_status sx_release_check(const sx_release_problem *problem, double slack, sx_error *err) SX_NODISCARD;

/* ---- sensitive cells ------------------------------------------------------------------------------------------------------ */

/* A rule with a number of 0 is off. With X a cell's value, x1 >= x2 >= ... its contributions:
 *   threshold   n < min_n
 *   dominance   x1 + ... + xk > X * dominance/100
 *   p%          X - x1 - x2 < x1 * p/100
 *   pq          X - x1 - x2 < x1 * p/q: what others know of each contribution beforehand is +-q%
 * Protection: p% x1 * p/100 - (X - x1 - x2), pq x1 * p/q - (X - x1 - x2), dominance (x1 + ... + xk) * 100/dominance - X, threshold
 * `width` * X; the largest of the rules that the cell fails, for both levels; the lower one at most down to what is known beforehand.
 * A share of 0 is 0: a sensitive cell of 0 is protected upwards to `zero_width`, in the values' unit.
 * Empty cells (n = 0, value 0) are safe unless `zeros`. */
typedef struct sx_release_rules {
  uint32_t version;
  double min_n, width;
  size_t dominance_n;
  double dominance; /* per cent */
  double p;         /* per cent */
  double pq_p, pq_q;
  bool zeros;
  double zero_width; /* 0: `width` of the smallest cell above 0 (of 1 where there is none) */
} sx_release_rules;
#define SX_RELEASE_RULES_INIT                                                                                          \
  { 1, 0, 0.1, 1, 0, 0, 0, 0, false, 0 }
/* Marks the sensitive cells that are open, and gives every primary cell without protection levels its own. Cells marked from outside keep their
 * mark. n_marked may be NULL. Expected: SX_E_ARGUMENT for a rule out of range, SX_E_DATA for a cell without what its rule needs. */
SX_API sx_status sx_release_primary(size_t *n_marked, sx_release_problem *problem, const sx_release_rules *rules,
                                    sx_error *err) SX_NODISCARD;

/* ---- what an attacker can find out ------------------------------------------------------------------------------------------ */

typedef struct sx_release_interval {
  size_t cell;      /* a suppressed one */
  double low, high; /* the tightest that follows from everything published */
  bool safe;        /* a primary cell: value - lower and value + upper are inside */
} sx_release_interval;
/* Cells that the relations let be known only together: their sum is published in effect, and fails the rules itself. */
typedef struct sx_release_union {
  size_t relation;
  size_t n_cells;
  double value, low, high; /* of the sum of the relation's primary cells */
  bool safe;
} sx_release_union;
typedef struct sx_release_attacked {
  sx_ctx ctx;
  sx_release_interval *cells;
  size_t n_cells, n_open; /* n_open: primary cells that are not safe */
  sx_release_union *unions;
  size_t n_unions, n_open_unions;
} sx_release_attacked;
/* The tightest interval of every suppressed cell, by two linear programs each. A published cell is taken as exactly known; values of suppressed
 * cells are used for the judgement alone. rules NULL: unions are not looked at. Where the simplex method gives up over numbers of very
 * different sizes, cells are given room for 1,000 protection levels (of a cell that needs none, 1,000 times itself) and no more: an end may then
 * be farther than it is told to be, and no cell is called safe that is not. Expected: SX_E_NUMERIC where that fails too. Cost: 2 programs of as
 * many columns as suppressed cells each. */
SX_API sx_status sx_release_attack(sx_release_attacked **out, const sx_ctx *ctx, const sx_release_problem *problem,
                                   const sx_release_rules *rules, sx_error *err) SX_NODISCARD;
SX_API void sx_release_attacked_free(sx_release_attacked *attacked);

/* ---- secondary suppression ---------------------------------------------------------------------------------------------------- */

typedef enum sx_release_cost { SX_RELEASE_COST_VALUE, SX_RELEASE_COST_COUNT, SX_RELEASE_COST_N } sx_release_cost;
typedef enum sx_release_method {
  SX_RELEASE_OPTIMAL, /* Fischetti and Salazar's branch and cut, from the greedy solution on */
  SX_RELEASE_GREEDY,  /* cell by cell, by linear programs, then what is not needed is published again */
  SX_RELEASE_NONE     /* primary cells alone */
} sx_release_method;
typedef struct sx_release_options {
  uint32_t version;
  sx_release_method method;
  sx_release_cost cost; /* |value|, 1, or contributors; of cells that do not say their own */
  /* The work of the search for the optimum, so that the answer does not hang on the machine: attacks tried. 0: no limit. */
  size_t max_attacks;
  double seconds; /* besides that; 0: no limit. With one the answer may differ from machine to machine */
} sx_release_options;
#define SX_RELEASE_OPTIONS_INIT                                                                                        \
  { 1, SX_RELEASE_OPTIMAL, SX_RELEASE_COST_VALUE, 200000, 0 }

typedef struct sx_release_result {
  sx_ctx ctx;
  size_t n_primary, n_secondary;
  double cost;        /* of the secondary cells */
  double greedy_cost; /* of the greedy solution */
  double bound;       /* no protection costs less */
  bool proven;        /* cost is the least */
  size_t n_attacks, n_cuts, n_nodes;
  sx_release_attacked *attacked; /* what an attacker can find out of the outcome */
} sx_release_result;
/* Marks secondary cells so that every primary cell is protected, and every union of primary cells of one relation that fails the rules itself
 * (rules NULL: no unions), and attacks the outcome. Expected: SX_E_DATA naming a cell that cannot be protected even if everything that may be
 * suppressed is: its levels are wider than what is known beforehand, or all around it must be published. */
SX_API sx_status sx_release_suppress(sx_release_result **out, const sx_ctx *ctx, sx_release_problem *problem,
                                     const sx_release_rules *rules, const sx_release_options *options,
                                     sx_error *err) SX_NODISCARD;
SX_API void sx_release_result_free(sx_release_result *result);

/* ---- in place of suppression ------------------------------------------------------------------------------------------------------ */

typedef enum sx_release_rounding {
  SX_ROUND_CONVENTIONAL, /* to the nearest multiple of base, halves up; tables no longer add up */
  SX_ROUND_RANDOM, /* up with the probability that keeps the expectation; by seed and key, so that a key is rounded the same everywhere */
  SX_ROUND_CONTROLLED /* to one of the two multiples around it, so that every relation holds; least sum of distances (GLPK) */
} sx_release_rounding;
/* out [n_cells]. Controlled: SX_E_DATA where the relations cannot all hold so (a multiple stays as it is); relations that are ranges are left
 * aside. max_nodes: of the search, 0 without limit; SX_E_LIMIT where it ends without any solution. */
SX_API sx_status sx_release_round(double *out, const sx_ctx *ctx, const sx_release_problem *problem,
                                  sx_release_rounding how, double base, uint64_t seed, size_t max_nodes,
                                  sx_error *err) SX_NODISCARD;

/* Cell keys for counts: each record has a key in [0, 1), drawn once from seed and its id; a cell's key is the fractional part of the sum of its
 * records' keys, and the noise is looked up by (count, key): the same cell gets the same noise in every table. */
SX_API double sx_release_record_key(uint64_t seed, const char *id);
SX_API double sx_release_cell_key(const double *keys, size_t n);
/* The noise of small counts has mean 0, the variance `variance`, at most +-`reach`, and no result in 1..`js` where js > 0 (small counts are
 * removed): maximum entropy, Marley and Leaver (2011). probability [(2 reach + 1)] of the noises -reach..reach for a count. */
typedef struct sx_release_ptable {
  uint32_t version;
  size_t reach;    /* D */
  double variance; /* V */
  size_t js;
} sx_release_ptable;
#define SX_RELEASE_PTABLE_INIT                                                                                         \
  { 1, 5, 2, 0 }
/* Expected: SX_E_ARGUMENT where no such distribution exists for the count (the variance is too small or too large). */
SX_API sx_status sx_release_ptable_row(double *probability, const sx_release_ptable *table, uint64_t count,
                                       sx_error *err) SX_NODISCARD;
SX_API sx_status sx_release_perturb(int64_t *noise, const sx_release_ptable *table, uint64_t count, double cell_key,
                                    sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
