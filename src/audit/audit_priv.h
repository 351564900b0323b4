/* audit_priv.h: what the files of the room share. */
#ifndef SX_AUDIT_PRIV_H
#define SX_AUDIT_PRIV_H

#include "audit_big.h"
#include "audit_units.h"
#include "shuxiao/audit.h"

/* ---- intervals --------------------------------------------------------------------------------------------------- */

/* Nothing that is published is above this in base units: the end of an interval that has none. */
enum { AU_CAP_EXPONENT = 40 };

typedef struct au_range {
  au_num lo, hi;
  bool lo_open, hi_open;
} au_range;

/* A qualifying word as the file has it: the default or an override. */
typedef struct au_word {
  const char *text;
  sx_audit_rule rule;
  au_num low, high;
  bool no_low, no_high, low_open, high_open;
} au_word;

typedef struct au_figure {
  sx_audit_figure pub;
  sx_audit_unit unit;
  const au_word *word;
  int64_t core;  /* the value is core * 10^step, in printed units */
  int32_t step;  /* exponent of the last printed digit */
  bool no_value; /* "基本持平" without a number */
  au_range range;
} au_figure;

/* The interval of a figure with another core. False when it does not fit. */
bool sx_audit__interval(au_range *out, const au_figure *figure, int64_t core);
/* The whole range of its dimension: what is left when the figure is taken to be wrong. */
au_range sx_audit__whole_range(const au_figure *figure);
bool sx_audit__word_default(au_word *out, const sx_audit_word *word);
/* The last printed digit in base units. */
long double sx_audit__digit(const au_figure *figure);
/* core as it would be printed: "46.5". */
char *sx_audit__print(sx_arena *arena, const au_figure *figure, int64_t core);
sx_status sx_audit__figure_finish(au_figure *figure, const char *where, sx_error *err);

/* ---- expressions and polynomials ---------------------------------------------------------------------------------- */

typedef enum au_op { AU_NUM, AU_FIG, AU_ADD, AU_SUB, AU_MUL, AU_DIV, AU_NEG, AU_POW } au_op;
typedef struct au_expr {
  au_op op;
  au_num num;     /* AU_NUM */
  uint32_t var;   /* AU_FIG: index into the identity's figures */
  uint32_t power; /* AU_POW */
  const struct au_expr *left, *right;
} au_expr;

/* A variable of a polynomial: (figure + shift)^power, or the tolerance of the identity. */
typedef struct au_var {
  uint32_t figure; /* index into the identity's figures; AU_TOLERANCE */
  int32_t shift;
  uint32_t power;
} au_var;
enum { AU_TOLERANCE = INT32_MAX }; /* no identity has that many figures */

typedef struct au_term {
  au_num coef;
  uint32_t n;
  const uint32_t *vars; /* [n], each once: the polynomial is multilinear */
} au_term;
typedef struct au_poly {
  const au_term *terms;
  size_t n;
} au_poly;

typedef enum au_relation { AU_EQ, AU_LE } au_relation;
typedef enum au_kind {
  AU_SUM,
  AU_SHARE,
  AU_GAP,
  AU_PRODUCT,
  AU_BASE,
  AU_GROWTH,
  AU_CAGR,
  AU_SUBSET,
  AU_SAME,
  AU_ORDER,
  AU_CHANGE,
  AU_FORMULA,
  AU_KINDS
} au_kind;

typedef struct au_identity {
  sx_audit_identity pub;
  au_kind kind;
  const uint32_t *args; /* [n_args] figures in the order of the kind's words, repeats kept */
  size_t n_args;
  double years;
  bool same_base, same_period;
  bool has_within;
  /* [n_args] of `same`: the figure is plainly rounded, so that it must be printed alike at the coarser precision. NULL: not compared so */
  const uint8_t *rounded;
  au_num within; /* base units */
  /* points_mixed: args[0] is a per cent where points are meant or the other way round */
  bool points_mixed;
  au_relation relation;
  bool exact;  /* num/den below decide; otherwise left - right by branch and bound */
  bool linear; /* num is linear with no shifted or raised variable, den is 1 */
  au_var *vars;
  size_t n_vars;
  au_poly num, den; /* residual = num/den; den.n == 0: 1 */
  /* [n_factors] figures that were cancelled out of num and den: these tell the sign of the residual where all of them are above 0 only */
  const uint32_t *factors;
  size_t n_factors;
  uint8_t *covered; /* [n_vars] 1: enumerated at its ends; the rest is linear then */
  size_t n_cover;
  const au_expr *left, *right;
} au_identity;

struct sx_audit {
  sx_ctx ctx;
  sx_arena *arena;
  const char *id, *title[2];
  const char *name;
  au_figure *figures;
  size_t n_figures, cap_figures;
  au_word *words;
  size_t n_words;
  au_identity *identities;
  size_t n_identities;
  sx_dict *ids; /* of the figures, in their order */
};

/* The figure called text[n]; SIZE_MAX. */
size_t sx_audit__find(const sx_audit *audit, const char *text, size_t n);
sx_status sx_audit__read_figures(sx_audit *audit, const char *name, const char *text, size_t n, sx_error *err);
sx_status sx_audit__read_list(sx_audit *audit, const sx_doc *doc, const sx_node *list, bool added, sx_error *err);
sx_status sx_audit__read_identities(sx_audit *audit, const sx_doc *doc, const sx_node *list, sx_error *err);
sx_status sx_audit__read_words(sx_audit *audit, const sx_doc *doc, const sx_node *map, sx_error *err);
const au_word *sx_audit__word_of(const sx_audit *audit, const char *text);
sx_status sx_audit__index(sx_audit *audit, sx_error *err);
/* Fills vars, num, den, cover, linear, exact from kind and args (and left, right of a formula). */
sx_status sx_audit__compile(sx_audit *audit, au_identity *identity, sx_error *err);
/* "F1 == (F2 + F3) / F4": left, right, relation and pub.figures. err->message says what is wrong. */
sx_status sx_audit__parse_formula(sx_audit *audit, au_identity *identity, const char *text, sx_error *err);
sx_status sx_audit__check_units(const sx_audit *audit, au_identity *identity, sx_error *err);
/* N/D of an expression as a polynomial fraction: in audit_poly.c */
sx_status sx_audit__expand(sx_audit *audit, au_identity *identity, sx_error *err);

/* ---- the exact verdict ------------------------------------------------------------------------------------------- */

typedef enum au_answer {
  AU_FEASIBLE = 0,
  AU_TOO_LOW = -1, /* residual < 0 everywhere */
  AU_TOO_HIGH = 1, /* residual > 0 everywhere */
  AU_EMPTY = 2,    /* infeasible, no side */
  AU_UNDECIDED = 3
} au_answer;

/* Working memory, grown as needed; freed by sx_audit__work_clear. */
typedef struct au_work {
  const sx_ctx *ctx;
  au_big *coef;
  size_t cap_coef;
  au_range *box;
  size_t cap_box;
  int8_t *signs;
  size_t cap_signs;
  bool failed; /* out of memory */
} au_work;
void sx_audit__work_clear(au_work *work);
/* box[identity->pub.n_figures]: the intervals of its figures, in that order. */
au_answer sx_audit__decide(au_work *work, const au_identity *identity, const au_range *box);
/* Without branch and bound: not decided where a divisor may be 0. */
au_answer sx_audit__decide_exact(au_work *work, const au_identity *identity, const au_range *box);
/* The range of left - right over the box, in base units; false when it has none. */
bool sx_audit__residual(au_work *work, const au_identity *identity, const au_range *box, long double *low,
                        long double *high);
au_answer sx_audit__branch(const au_identity *identity, const au_range *box);
/* The same, where only branch and bound can tell: an outer bound, at most a millionth of the range of plain interval arithmetic too wide at each end unless
 * there are too many pieces. False across a pole. */
bool sx_audit__branch_range(const au_identity *identity, const au_range *box, long double *low, long double *high);
/* Interval arithmetic over the whole box finds a divisor that contains 0. */
bool sx_audit__divisor_may_be_zero(const au_identity *identity, const au_range *box);
/* As sx_audit__decide, and for `same` and `order` on which side the figure `which` stands of what the others leave; AU_EMPTY: they leave nothing. */
au_answer sx_audit__decide_for(au_work *work, const au_identity *identity, const au_range *box, size_t which);

/* ---- what a run finds ---------------------------------------------------------------------------------------------- */

struct sx_audit_report {
  sx_ctx ctx;
  sx_arena *arena;
  const sx_audit *audit;
  sx_audit_finding *findings; /* [n_identities] */
  sx_audit_group *groups;
  size_t n_groups, cap_groups;
  size_t undecided;
  size_t counts[3];
  size_t *explanation;
  size_t n_explanation, bound;
  bool proven;
  sx_audit_group *impossible; /* identities that no values of any figures satisfy: each set by itself */
  size_t n_impossible, cap_impossible;
  double deadline; /* seconds of the monotonic clock; 0: none */
};
/* Has the time limit passed? */
bool sx_audit__late(const sx_audit_report *report);
/* Verdicts, slacks and repairs of single identities. */
sx_status sx_audit__judge(sx_audit_report *report, au_work *work, sx_error *err);
/* Bases that an identity needs alike are stated differently, or for one figure only. */
bool sx_audit__base_open(const sx_audit *audit, const au_identity *identity);
/* Fills box[identity->pub.n_figures] with the printed intervals. */
void sx_audit__box(au_range *box, const sx_audit *audit, const au_identity *identity);
/* Groups that fail together though each of their identities holds alone. */
sx_status sx_audit__find_groups(sx_audit_report *report, sx_error *err);
/* Fewest figures that explain every failure. */
sx_status sx_audit__explain(sx_audit_report *report, au_work *work, sx_error *err);
/* One period, or a month that ends the other: audit_period.c. */
bool sx_audit__period_alike(const char *a, const char *b);
/* Written as a period (2025H3, 2025-13, 2025Q5) of which there is none. */
bool sx_audit__period_bad(const char *text);
/* 12 year + month from 0; false for a text that is no period. */
bool sx_audit__period_months(int *first, int *last, const char *text);
/* The periods that an identity needs alike are stated differently, or for one figure only. */
bool sx_audit__period_open(const sx_audit *audit, const au_identity *identity);
/* Printed figures before those from outside; of each the smallest change first, in units of the last place that is printed. */
void sx_audit__sort_repairs(const sx_audit *audit, sx_audit_repair *repairs, size_t n);

#endif
