/* study_disclosure.h: which results of a run are not published (docs/disclosure.md). */
#ifndef SX_STUDY_DISCLOSURE_H
#define SX_STUDY_DISCLOSURE_H

#include "shuxiao/release_disclosure.h"
#include "study_plan.h"

typedef struct st_disclosure {
  const sx_node *node;
  sx_release_rules rules;
  sx_release_options options;
} st_disclosure;

void study__read_disclosure(st_load *l, const sx_node *root);
sx_status study__plan_disclosure(st_build *b, sx_error *err) SX_NODISCARD; /* after everything that makes rows */
/* Decides, and hides in the store from here on; the list is r->hidden_text, the payload of the step `disclosure`. */
sx_status study__run_disclosure(st_run *r, sx_error *err) SX_NODISCARD;
size_t study__open_results(const st_run *r); /* sensitive results that what is published gives away */
void study__disclosure_words(sx_buf *zh, sx_buf *en, const st_run *r);

/* ---- between the two files ---- */

typedef struct dc_row { /* a row of the store */
  const char *indicator, *statistic;
  size_t domain;
  double estimate, n; /* n NaN: not known */
} dc_row;
typedef struct dc_domain {
  const char *name; /* as study__row_domain */
  sx_store_term *terms;
  size_t n_terms;
  double n; /* the most cases that any result has in it; NaN: none says */
  bool hidden, small;
} dc_domain;
typedef struct dc_run {
  st_run *r;
  const st_disclosure *own;
  sx_arena *arena;
  dc_row *rows;
  size_t n_rows, cap_rows;
  dc_domain *domains;
  size_t n_domains, cap_domains;
  sx_dict *names; /* of domains */
  sx_dict *pairs; /* hidden "indicator TAB domain index" */
  size_t n_small, n_secondary, n_open;
  bool proven;
} dc_run;
sx_status study__dc_hide_pair(dc_run *d, const char *indicator, size_t domain, sx_error *err);
bool study__dc_hidden(const dc_run *d, const char *indicator, size_t domain);
/* study_disclosure_solve.c: hides further domains, and results, so that no small one follows from totals. */
sx_status study__dc_solve(dc_run *d, sx_error *err);

#endif
