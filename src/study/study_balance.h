/* study_balance.h: the section `balance` of a study: figures that identities bring together. */
#ifndef SX_STUDY_BALANCE_H
#define SX_STUDY_BALANCE_H

#include "shuxiao/accounts_balance.h"
#include "study_plan.h"

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

#endif
