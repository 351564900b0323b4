/* study_disclosure.h: which results of a run are not published (docs/disclosure.md). */
#ifndef SX_STUDY_DISCLOSURE_H
#define SX_STUDY_DISCLOSURE_H

#include "shuxiao/release_disclosure.h"
#include "study_load.h"
#include "study_plan.h"

typedef struct st_disclosure {
  const sx_node *node;
  sx_release_rules rules;
  sx_release_options options;
  double min_cell; /* cases that a cell of a banner table needs */
  bool errors;     /* published also where they tell of what is hidden */
} st_disclosure;

void study__read_disclosure(st_load *l, const sx_node *root);
void study__check_disclosure(st_load *l); /* study_disclosure_check.c: what nothing could protect is a problem */
sx_status study__plan_disclosure(st_build *b, sx_error *err) SX_NODISCARD; /* after everything that makes rows */
/* Decides, and hides in the store from here on; the list is r->hidden_text, the payload of the step `disclosure`. */
sx_status study__run_disclosure(st_run *r, sx_error *err) SX_NODISCARD;
size_t study__open_results(const st_run *r); /* sensitive results that what is published gives away */
void study__disclosure_words(sx_buf *zh, sx_buf *en, const st_run *r);

/* ---- who results are made of (study_disclosure_rows.c) ---- */

const st_disclosure *study__disclosure_of(const sx_study *s); /* also of an earlier wave; NULL: none */
void study__plan_spec_contributors(st_build *b);
/* Lines for the domains where [domains] of the request's groups; then all of an indicator's kept for its step. */
sx_status study__put_contributors(sx_buf *out, const st_run *r, const sx_est_request *request, const st_where *where,
                                  size_t domains, sx_error *err) SX_NODISCARD;
sx_status study__keep_contributors(st_run *r, const st_indicator *ind, const sx_buf *text, sx_error *err) SX_NODISCARD;
bool study__dc_amount_rules(const sx_release_rules *rules); /* some rule is of amounts */
size_t study__dc_largest(const sx_release_rules *rules);    /* contributions that they look at */
/* Whether an amount of those contributions is sensitive; *level: how far it must be protected. */
bool study__dc_fails(double *level, const sx_release_rules *rules, double value, double n, const double *top,
                     size_t n_top);

/* ---- what indicators are made of (study_disclosure_check.c) ---- */

bool study__dc_uses(const sx_study *s, const st_indicator *ind, const char *variable);
bool study__dc_plain(const st_measure *m); /* a variable itself */

/* ---- between the files ---- */

typedef struct dc_made { /* of an indicator in a domain */
  double sum;
  bool amount;
  const double *top;
  size_t n_top;
} dc_made;

typedef struct dc_row { /* a row of the store */
  const char *indicator, *statistic;
  size_t domain;
  double estimate, n; /* n NaN: not known */
  double low, high;   /* of its interval */
  bool few;           /* few have it, or few have it not: study_disclosure_cases.c; or it is made of such a result */
  bool leaf;          /* the total of a leaf from the data that is sensitive by itself */
  bool error;         /* its interval ends at values of few */
  double level;       /* an amount that the rules find sensitive: its protection; else 0 */
} dc_row;
typedef struct dc_domain {
  const char *name; /* as study__row_domain */
  sx_store_term *terms;
  size_t n_terms;
  double n; /* the most cases that any result has in it; NaN: none says */
  bool hidden, small;
} dc_domain;
typedef struct dc_banner { /* a cell of a banner table: study_banner_who.c says what the fields are */
  char kind;
  bool shown, hidden;
  bool order; /* hidden as a median that few cases decide */
  const char *indicator, *statistic, *where, *question, *row;
  double base_n, base_w, cases, value;
  const double *top;
  size_t n_top;
  const sx_store_term *terms; /* of its column */
  size_t n_terms, domain;
  size_t
      cross; /* the domain that a level is in its column, where groups or columns are made of the question; else ST_NONE */
} dc_banner;
typedef struct dc_run {
  st_run *r;
  const st_disclosure *own;
  sx_arena *arena;
  dc_row *rows;
  size_t n_rows, cap_rows;
  dc_domain *domains;
  size_t n_domains, cap_domains;
  sx_dict *names;  /* of domains */
  sx_dict *pairs;  /* hidden "indicator TAB domain index" */
  sx_dict *orders; /* the same of statistics of order that few cases decide: nothing else goes with them */
  sx_dict *errors; /* the same of results whose error is held back */
  dc_made *made;
  size_t n_made, cap_made;
  sx_dict *made_names; /* "indicator TAB domain" */
  dc_banner *banner;   /* those of a table together, its bases first */
  size_t n_banner, cap_banner;
  size_t n_small, n_secondary, n_open, n_open_linked;
  bool proven;
} dc_run;
sx_status study__dc_hide_pair(dc_run *d, const char *indicator, size_t domain, sx_error *err);
bool study__dc_hidden(const dc_run *d, const char *indicator, size_t domain);
bool study__dc_hidden_for_few(const dc_run *d, const char *indicator, size_t domain); /* not for its order alone */
bool study__dc_in(const sx_dict *set, const char *indicator, size_t domain);
sx_status study__dc_put(const dc_run *d, sx_dict *set, const char *indicator, size_t domain,
                        sx_error *err) SX_NODISCARD;
/* What a formula, or an account, rests on in a domain: whether any of it is as `is` says. */
typedef bool (*dc_is)(const dc_run *d, const char *indicator, size_t domain);
sx_status study__dc_rests_on(bool *yes, const dc_run *d, const char *indicator, size_t domain, dc_is is,
                             sx_error *err) SX_NODISCARD;
bool study__dc_compares(const char *statistic); /* of more than one domain or wave: its n is not the domain's */
/* Whether the row compares with what is as `is` says: "gap_urban" with the domain `urban`, a change with its own domain in an earlier wave. */
bool study__dc_against(const dc_run *d, const dc_row *row, dc_is is);
/* The end of a line of the list: variable and level of each term. */
void study__dc_put_terms(sx_buf *out, const sx_store_term *terms, size_t n);
bool study__dc_has_term(const dc_domain *domain, const sx_store_term *term);
/* The domain of a row, a new one where it is. */
sx_status study__dc_domain(size_t *out, dc_run *d, const sx_store_row *row, sx_error *err) SX_NODISCARD;
/* study_disclosure_banner.c */
bool study__dc_is_banner(const sx_study *s, const char *indicator);
sx_status study__dc_read_banners(dc_run *d, sx_error *err) SX_NODISCARD;
bool study__dc_has_row(const dc_banner *b); /* its row of the store names one, an empty text too */
bool study__dc_item_of(const dc_banner *b, const char *question); /* its line in a grid or among items */
/* Whether all that the question says in the domain is published, by a table with its levels there, on the base of `cell` (NULL: any), and no level of that
 * column kept back in any table. Boxes, means and medians of levels follow from these, and so say nothing more: of that column, or of others by subtraction. */
bool study__dc_told(const dc_run *d, const char *question, size_t domain, const dc_banner *cell);
bool study__dc_close_banners(dc_run *d); /* hides what follows from hidden cells; whether anything more */
size_t study__dc_banner_lines(sx_buf *out, const dc_run *d);
/* study_disclosure_linked.c: hides more, so that nothing sensitive follows from all that is published; what is open is in n_open_linked. */
sx_status study__dc_solve_linked(bool *changed, dc_run *d, sx_error *err) SX_NODISCARD;
sx_status study__dc_read_made(dc_run *d, sx_error *err) SX_NODISCARD;
const dc_made *study__dc_made_of(const dc_run *d, const char *indicator, size_t domain); /* NULL: not known */
/* study_disclosure_cases.c: who is in which domain, by the cases themselves. */
typedef struct dc_cases {
  dc_run *d;
  st_run **of;    /* [n_domains] the wave that the domain is of */
  uint8_t **mask; /* [n_domains] of its unit table; NULL: not groups of cases */
  size_t *count;  /* [n_domains] */
} dc_cases;
sx_status study__dc_cases_open(dc_cases **out, dc_run *d, sx_error *err) SX_NODISCARD;
sx_status study__dc_mark_few(dc_cases *c, sx_error *err) SX_NODISCARD; /* rows that few cases make, or few do not */
/* *out: [rows] 1 in the base of the indicator; NULL: everyone. */
sx_status study__dc_base(uint8_t **out, const st_indicator *ind, const st_run *of, sx_arena *arena,
                         sx_error *err) SX_NODISCARD;
/* The values of a measure: a column of the unit table, or *own, which the caller frees. */
sx_status study__dc_column(const sx_column **y, sx_column **own, const st_measure *m, const st_run *of,
                           sx_error *err) SX_NODISCARD;
sx_status study__dc_mark_indicator(dc_cases *c, const st_indicator *ind, const st_run *of, sx_error *err) SX_NODISCARD;
/* study_disclosure_leaves.c */
bool study__dc_of_leaf(const dc_run *d, const dc_row *leaf, const st_indicator *ind); /* made of the same variable */
sx_status study__dc_mark_leaves(dc_cases *c, sx_error *err) SX_NODISCARD; /* of accounts, that are totals of the data */
sx_status study__dc_mark_medians(dc_cases *c, sx_error *err) SX_NODISCARD; /* of banner tables, that few cases decide */
/* Hides results that share a variable with a hidden one of their domain, and further domains, so that none is a sum or difference of others. */
sx_status study__dc_close_cases(bool *changed, dc_cases *c, sx_error *err) SX_NODISCARD;
bool study__dc_meet(dc_cases *c, size_t a, size_t b); /* the domains have cases in common, or nobody knows */
bool study__dc_shares(const sx_study *s, const st_indicator *a, const st_indicator *b);
bool study__dc_of_question(const dc_run *d, const dc_banner *b, const st_indicator *ind);
size_t study__dc_indicator(const dc_run *d, const char *id); /* no formula; ST_NONE */
/* study_disclosure_waves.c: results of a wave that differ from those of a later one by few units. */
sx_status study__dc_mark_waves(dc_cases *c, sx_error *err) SX_NODISCARD;
/* study_disclosure_order.c: statistics of order, and the bounds of their intervals. */
typedef struct dc_values {
  const sx_column *y;
  const uint8_t *mask, *base; /* [rows]; base NULL: all */
  const double *w;
  size_t rows;
} dc_values;
bool study__dc_has_order(const st_indicator *ind, const char *statistic);
sx_status study__dc_order(bool *few, bool *error, const dc_run *d, const st_indicator *ind, const dc_row *row,
                          const dc_values *v, sx_error *err) SX_NODISCARD;
sx_status study__dc_median_few(bool *few, const dc_run *d, const dc_values *v, sx_error *err) SX_NODISCARD;
/* study_disclosure_errors.c: errors and numbers of cases that tell what is hidden; lines of the list. */
sx_status study__dc_error_lines(sx_buf *out, dc_run *d, dc_cases *c, sx_error *err) SX_NODISCARD;
/* study_disclosure_lost.c: what nothing at all is published of: lines of the list that the store passes over, and their warnings */
void study__dc_lost_lines(sx_buf *out, const dc_run *d);
void study__say_lost(st_run *r);
/* study_disclosure_solve.c: hides further domains, and results, so that no small one follows from totals. */
bool study__dc_adds_up(const char *statistic);
/* Is child the parent and one term more? That term; else NULL. */
const sx_store_term *study__dc_one_more(const dc_domain *child, const dc_domain *parent);
sx_status study__dc_solve(dc_run *d, sx_error *err);

#endif
