/* study_waves_account.c: why an account changed between two waves: contributions of its nodes and effects of its factors, with the covariance
 * of both samples. docs/methods/decompositions.md, waves.md.
 *
 * Both trees were built by this run (study_accounts.c keeps them): the earlier wave's by its own interviews and benchmarks. Outside
 * figures that the wave does not name are the same figure on both sides, so that their errors do not enter a change twice. */
#include "study_account.h"
#include "study_names.h"
#include "study_waves.h"

#include <string.h>

static sx_status compare(st_run *r, const st_account_run *w, const st_compare *c, sx_error *err) {
  static const st_where whole = {.n = 0, .name = "total"};
  const sx_study *s = r->s;
  const size_t at = s->series->pairs[c->pair].earlier;
  const st_wave *wave = &s->series->waves[at];
  const st_run *earlier = &r->waves->runs[at];
  const st_link *link = &r->waves->links[c->pair];
  const size_t before = earlier->s ? study__find_account(earlier->s, w->a->id, strlen(w->a->id)) : ST_NONE;
  if (before == ST_NONE || !earlier->built || !earlier->built[before] || !r->built || !r->built[w->index])
    return sx_error_set(err, SX_E_INTERNAL, w->a->id, "the account was not built in both waves");
  const char *how = sx_design_replicates(r->design) ? "replicates" : "linearisation";
  const char *root = sx_arena_printf(r->arena, "%s/%s", w->a->id, w->a->nodes[0].id);
  const st_sides sides = {.before = earlier->built[before],
                          .after = r->built[w->index],
                          .link = link->link,
                          .method = sx_arena_printf(r->arena, "%s; against %s, overlap %s, %lu units in both", how,
                                                    wave->id, link->overlap, link->units),
                          .mark = root && study__row_break(s, wave, root, NULL, "total") != ST_NONE ? "break" : NULL};
  if (!root || !sides.method) return sx_error_memory(err);
  return study__put_comparison(w, c, &whole, &sides, err);
}

sx_status study__compare_waves(st_run *r, size_t account, const char *step, sx_error *err) {
  const st_account *a = &r->s->accounts[account];
  st_account_run w = {.r = r, .a = a, .index = account, .step = step, .options = SX_EST_OPTIONS_INIT};
  w.options.ci_level = r->s->est.ci_level;
  w.options.df = r->s->est.df;
  for (size_t i = 0; i < a->n_compares; i++) {
    const st_compare *c = &a->compares[i];
    if (!c->wave) continue;
    const sx_status status = compare(r, &w, c, err);
    if (status == SX_OK) continue;
    study__add_place(err, r->s, c->node);
    return status;
  }
  return SX_OK;
}
