/* study_account.h: the accounts of a study as the files of this topic share them. */
#ifndef STUDY_ACCOUNT_H
#define STUDY_ACCOUNT_H

#include "study_run.h"

/* ---- names of rows (study_account_names.c) ---- */

/* Whether the first n bytes of stat are a statistic of a comparison: "gap", "growth", "effect_spend", "effect_share_spend" ... */
bool study__change_word(const char *stat, size_t n, bool effects);
enum { ST_N_INPUT_STATISTICS = 8 };
extern const char *const study__input_statistics[ST_N_INPUT_STATISTICS]; /* of an input: elasticity first */
/* The name of a leaf's input: what the formula says where it is one name, else NODE_FACTOR. Arena memory; NULL: no memory. */
const char *study__input_name(const st_account *a, const st_node *n, const st_formula *f, const char *factor,
                              sx_arena *arena);
/* Whether it is the name of an input of some leaf, adjustment or period. */
bool study__is_input(const sx_study *s, const st_account *a, const char *name);
/* What a reader calls it. */
sx_text2 study__input_label(const sx_study *s, const st_account *a, const char *name, sx_arena *arena);
bool study__has_price(const st_account *a);
bool study__has_period(const st_account *a);
const char *study__adjustment_word(sx_account_adjustment kind, bool english);

/* ---- units of formulas (study_check_dimension.c) ---- */

/* A formula's unit: families of units to whole powers. family [f->n]: of its operands, 0 a plain number or share. */
enum { ST_DIMENSION_NAMES = 24 };
typedef struct st_dimension {
  int family[ST_DIMENSION_NAMES], power[ST_DIMENSION_NAMES]; /* [n] powers that are not 0 */
  size_t n;
  bool mixed;   /* it adds unlike to unlike */
  bool unknown; /* it cannot be told */
} st_dimension;
void study__dimension(st_dimension *out, const st_formula *f, const int *family,
                      int money_last); /* families of money: 1 to money_last */
/* "元/人", "元²", or where it is mixed the units that meet: "元 and 人". units [f->n]: what the operands are in, NULL: shares */
void study__dimension_text(char out[200], const st_dimension *d, const st_formula *f, const int *family,
                           const char *const *units);

/* ---- the benchmark in groups and of the whole (study_recombine.c) ---- */

enum { ST_RECOMBINED = 64 };
typedef struct st_recombined {
  const char *domains[ST_RECOMBINED]; /* [n] groups that part the whole; n 0: nothing is apart */
  size_t n;
  double sum, whole; /* of the groups together, and of the whole */
} st_recombined;
/* The groups for which the account's benchmark, a formula of outside figures, does not come to that of the whole (by more than 0.5 %). */
sx_status study__recombined(st_recombined *out, const sx_study *s, const st_account *a, sx_error *err) SX_NODISCARD;

/* ---- building (study_accounts.c) ---- */

/* The account over the whole, or over one group (domain not "total"); *out owned by the caller. */
sx_status study__build_account(sx_account **out, st_run *r, const st_account *a, sx_error *err) SX_NODISCARD;
/* A leaf's factors in a domain; freed by study__leaf_clear. *n: the fewest interviews behind one of them, SIZE_MAX: not known. */
typedef struct st_leaf {
  sx_account_leaf leaf; /* its estimates are owned */
  size_t n;
  sx_est *scale; /* until it is finished: what its total or population is still to be multiplied with; NULL nothing */
} st_leaf;
/* Two steps of study__leaf: what the leaf rests on, looked up; and its carriers made, on any thread. On failure of the second the caller clears. */
sx_status study__leaf_find(st_leaf *out, st_run *r, const st_account *a, const st_node *n, const char *domain,
                           sx_error *err) SX_NODISCARD;
sx_status study__leaf_finish(st_leaf *leaf, const sx_ctx *ctx, sx_error *err) SX_NODISCARD;
sx_status study__leaf(st_leaf *out, st_run *r, const st_account *a, const st_node *n, const char *domain,
                      sx_error *err) SX_NODISCARD;
void study__leaf_clear(st_leaf *leaf);
/* The population of a domain, which most leaves there share: as it was found, and with its carrier written out. Owned; NULL until a leaf has one. */
typedef struct st_shared_population {
  sx_est *found, *whole;
} st_shared_population;
/* Gives the leaf the one that is written out where its own is the same; the first leaf's is written out. One thread per domain. */
sx_status study__share_population(st_leaf *leaf, st_shared_population *shared, sx_error *err) SX_NODISCARD;

/* ---- what rests on the built account ---- */

typedef struct st_account_run {
  st_run *r;
  const st_account *a;
  size_t index;
  const char *step;
  sx_account *account; /* over the whole */
  sx_est_options options;
} st_account_run;

/* A row of the node in a domain; keeps the carrier where some formula rests on it. `mark` joins the quality, `method` NULL: the run's. */
typedef struct st_account_put {
  const char *node, *statistic, *unit;
  const st_where *where;
  const sx_est *est; /* NULL: `row` is a number without a carrier */
  const sx_est_row *row;
  const char *mark, *method;
} st_account_put;
sx_status study__put_account_row(const st_account_run *w, const st_account_put *put, sx_error *err) SX_NODISCARD;
/* Rows of a computed tree in a domain (where->n 0: the whole; scopes are added to it, and left out in groups). */
sx_status study__put_account_result(const st_account_run *w, const sx_account_result *result, const st_where *where,
                                    sx_error *err) SX_NODISCARD;
sx_status study__account_domains(const st_account_run *w, sx_error *err) SX_NODISCARD; /* and comparisons */
/* study_account_compare.c: rows of a comparison whose sides are built. */
typedef struct st_sides {
  const sx_account *before, *after;
  const sx_link *link;       /* of two waves, else NULL */
  const char *mark, *method; /* of every row; NULL none, the run's */
} st_sides;
sx_status study__put_comparison(const st_account_run *w, const st_compare *c, const st_where *where,
                                const st_sides *sides, sx_error *err) SX_NODISCARD;
sx_status study__account_sensitivity(const st_account_run *w, sx_error *err) SX_NODISCARD; /* study_account_inputs.c */
/* Small areas for the levels of a->area.group: model [n_domains * n_leaves], NULL where there is none; entries owned by the caller.
 * shared [n_domains]: those of the areas are filled. leaves [n_leaves]: nodes. */
sx_status study__account_areas(sx_est **model, st_shared_population *shared, const st_account_run *w,
                               const st_where *wheres, size_t n, const size_t *leaves, size_t n_leaves,
                               sx_error *err) SX_NODISCARD;

#endif
