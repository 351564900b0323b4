/* audit_group.h: linear identities as one program: what audit_group.c (building), audit_groups.c (joint verdicts) and audit_explain.c share. */
#ifndef SX_AUDIT_GROUP_H
#define SX_AUDIT_GROUP_H

#include "audit_lp.h"
#include "audit_priv.h"

/* Scratch of one run. column[n_figures] is all UINT32_MAX between calls. freed[n_figures]: taken to be wrong. */
typedef struct au_solver {
  sx_audit_report *report;
  sx_arena *arena; /* programs live here, between marks */
  uint32_t *column;
  uint8_t *freed;
  uint8_t *as_is; /* [n_figures] open ends are not moved in: they were found to matter by less than that */
  uint32_t moved; /* this figure has moved_to for its interval; UINT32_MAX: none */
  au_range moved_to;
} au_solver;

typedef struct au_program {
  au_lp lp;
  uint32_t *figure;   /* [lp.n_cols] */
  uint32_t *identity; /* [lp.n_rows] position in ids */
} au_program;

sx_status sx_audit__solver_new(au_solver *s, sx_audit_report *report, sx_error *err);
void sx_audit__solver_clear(au_solver *s);
double sx_audit__seconds_left(const sx_audit_report *report);
/* The program of identities ids[n] (all linear) with the printed intervals, those of freed figures whole. In s->arena. */
sx_status sx_audit__program(au_program *out, au_solver *s, const uint32_t *ids, size_t n, sx_error *err);
/* Can ids[n] hold together? NO is exact (and ids[0 .. *n_core) is then an irreducible part that cannot). */
sx_status sx_audit__joint(au_lp_answer *out, au_solver *s, uint32_t *ids, size_t n, size_t *n_core, sx_error *err);
/* The components of the linear identities that `take` accepts: order[start[k] .. start[k+1]). The caller's: sx_mem_free. */
sx_status sx_audit__components(uint32_t **order, size_t **start, size_t *n_components, const sx_audit_report *report,
                               bool (*take)(const sx_audit_report *, size_t), sx_error *err);

/* One way of judging identities together: linear ones exactly (audit_groups.c), products in logarithms (audit_products.c). */
typedef struct au_way {
  bool (*joins)(const sx_audit_report *report, size_t identity);
  bool (*known)(const sx_audit *audit, const uint32_t *ids,
                size_t n); /* another way's groups, left to it; NULL: none */
  sx_status (*joint)(au_lp_answer *out, au_solver *s, uint32_t *ids, size_t n, size_t *n_core, sx_error *err);
  /* What the two below share for one group, in s->arena; NULL: nothing. */
  sx_status (*begin)(void **state, au_solver *s, sx_error *err);
  /* Where the figure may be in units of its last digit from its printed value, when its own interval is lifted; not found where it may be nowhere. */
  sx_status (*room)(bool *found, double *low, double *high, au_solver *s, void *state, const uint32_t *ids, size_t n,
                    uint32_t figure, sx_error *err);
  /* Do the identities hold when the figure is printed `steps` last digits away? */
  sx_status (*holds)(bool *out, au_solver *s, void *state, const uint32_t *ids, size_t n, uint32_t figure,
                     int64_t steps, sx_error *err);
} au_way;
/* Every group of identities that cannot hold together is added to the report, with its repairs. */
sx_status sx_audit__judge_groups(sx_audit_report *report, const au_way *way, sx_error *err);

/* Products and ratios of positive figures, in logarithms (audit_products.c): whether the identity is one and its verdict is known; the
 * joint question as sx_audit__joint, in floating point with ends moved outwards; the groups of a run. */
bool sx_audit__is_product(const sx_audit_report *report, size_t i);
sx_status sx_audit__products_joint(au_lp_answer *out, au_solver *s, uint32_t *ids, size_t n, size_t *n_core,
                                   sx_error *err);
sx_status sx_audit__find_products(sx_audit_report *report, sx_error *err);

#endif
