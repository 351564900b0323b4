/* study_balance.h: the section `balance` of a study: figures that identities bring together. */
#ifndef SX_STUDY_BALANCE_H
#define SX_STUDY_BALANCE_H

#include "shuxiao/accounts_balance.h"
#include "study_load.h"
#include "study_run.h"

#define ST_BALANCE_ALL "all" /* row of the chi-square: no figure has this name */

typedef struct st_balanced { /* one figure, or one for every level of a group */
  const char *id;
  const sx_node *node;
  sx_text2 label;
  const char *unit; /* its own, or that of the one estimate that it is; NULL none */
  st_formula value;
  double lower, upper;
  bool held; /* not moved: the others are brought to it, and have its error */
  bool grouped;
  st_domain by;
} st_balanced;

typedef struct st_identity { /* terms over the figures; a grouped one stands for the sum of its levels */
  const char *id;
  const sx_node *node;
  sx_balance_term *terms;
  size_t n_terms;
  double constant;
  bool each; /* holds in every level of the figures by levels */
} st_identity;

struct st_balance {
  const char *id;
  const sx_node *node;
  sx_text2 label;
  const char *unit, *format;
  sx_balance_distance distance;
  st_balanced *figures;
  size_t n_figures;
  st_identity *identities;
  size_t n_identities;
};

/* study_balance_operand.c: whether some formula names the figure, in the domain (NULL: in any). */
bool study__balance_asked(const sx_study *s, size_t balance, size_t figure, const char *domain);
/* study_balance_run.c */
void study__check_balance_levels(st_load *l, const sx_node *block, const struct st_balance *b);
extern const char *const study__balance_stats[]; /* balanced before moved_se standardised at_bound; NULL at the end */

void study__read_balances(st_load *l, const sx_node *root); /* after accounts */
size_t study__find_balance(const sx_study *s, const char *id, size_t n);
/* The formulas of all figures of all balances, one by one; NULL past the last. The rows that they name keep their carriers. */
const st_formula *study__balance_formula(const sx_study *s, size_t i);
void study__check_balances(st_load *l); /* after accounts */
void study__check_balance_reference(const sx_study *s, size_t balance, const sx_reference *ref, char message[256]);
void study__check_balance_form(st_load *l, const sx_node *block);                       /* a table with `balance: ID` */
const struct st_balance *study__block_balance(const sx_study *s, const sx_node *block); /* NULL: it shows none */
sx_status study__run_balance(st_run *r, size_t index, sx_error *err) SX_NODISCARD;
/* A balanced figure as an operand: in the domain; one by levels in the whole is the sum of its levels. Borrowed. */
sx_status study__balance_value(const sx_est **out, st_run *r, const st_operand *op, const char *domain,
                               sx_error *err) SX_NODISCARD;
/* "agreed/goods", "agreed/part.province:A" of a formula; false: it is none, or a problem was told (then *told). */
bool study__balance_operand(st_load *l, st_operand *op, const sx_reference *ref, bool fixed, char message[256]);
const char *study__balance_unit(const sx_study *s, const st_operand *op);
const st_formula *study__balance_figure_formula(const sx_study *s, size_t balance,
                                                size_t figure); /* NULL past the last */
const char *study__balance_id(const sx_study *s, size_t balance, const sx_node **node);
void study__need_balance(st_load *l, size_t balance); /* marks what its figures want */
void study__check_balanced_operands(st_load *l);      /* of formulas in groups, and of what is followed */
bool study__level_asked(const sx_study *s, const st_domain *levels,
                        const char *domain); /* the domain is one level of them */
sx_status study__put_balance_labels(st_run *r, sx_error *err) SX_NODISCARD;
sx_status study__balance_table(sx_buf *out, sx_buf *scratch, st_run *r, const st_block *block,
                               const struct st_balance *balance, sx_error *err) SX_NODISCARD;
sx_status study__balance_note(sx_buf *out, const st_run *r, const st_block *block, const struct st_balance *balance,
                              sx_error *err) SX_NODISCARD;

#endif
