/* study_account_inputs.c: which inputs an account hangs on, and by how much: rows in the domains input:NAME of the node. The numbers are
 * derivatives and levels under moved inputs: they have no error of their own, and say so in `method`. */
#include <math.h>
#include <string.h>

#include "shuxiao/accounts_sensitivity.h"
#include "study_account.h"

static sx_status put_input(const st_account_run *w, const char *node, const sx_account_input *in, sx_error *err) {
  const sx_text2 label = study__input_label(w->r->s, w->a, in->id, w->r->arena);
  const double values[] = {in->elasticity, in->variance_share, in->variance_alone, in->low_se,
                           in->high_se,    in->low_tenth,      in->high_tenth};
  enum { N_VALUES = sizeof values / sizeof *values, FIRST_LEVEL = 3 };
  const char *id = sx_arena_strdup(w->r->arena, in->id);
  st_where where = {.n = 1, .name = sx_arena_printf(w->r->arena, "input:%s", in->id)};
  if (!id || !where.name || !label.zh || !label.en) return sx_error_memory(err);
  where.terms[0] = (sx_store_term){"input", id, {"输入", "input"}, label};
  for (size_t i = 0; i < N_VALUES; i++) {
    const sx_est_row row = {.estimate = values[i],
                            .se = (double)NAN,
                            .low = (double)NAN,
                            .high = (double)NAN,
                            .ci_level = w->options.ci_level,
                            .df = (double)NAN,
                            .cv = (double)NAN,
                            .na = isnan(values[i]) ? SX_NA_OUTSIDE : SX_NA_NONE};
    const st_account_put put = {.node = node,
                                .statistic = study__input_statistics[i],
                                .unit = i >= FIRST_LEVEL ? w->a->unit : NULL,
                                .where = &where,
                                .row = &row,
                                .method = "sensitivity: without an error of its own"};
    SX_TRY(study__put_account_row(w, &put, err));
  }
  sx_est *own = NULL; /* the input itself, with its error */
  SX_TRY(sx_est_outside(&own, &w->r->ctx, in->value, in->se, (double)INFINITY, err));
  const st_account_put put = {
      .node = node, .statistic = study__input_statistics[N_VALUES], .where = &where, .est = own};
  const sx_status status = study__put_account_row(w, &put, err);
  sx_est_free(own);
  return status;
}

sx_status study__account_sensitivity(const st_account_run *w, sx_error *err) {
  for (size_t k = 0; k < w->a->sensitivity.n; k++) {
    sx_account_sensitivity *made = NULL;
    SX_TRY(sx_account_get_sensitivity(&made, w->account, w->a->sensitivity.items[k], NULL, err));
    sx_status status = SX_OK;
    for (size_t i = 0; i < made->n_rows && status == SX_OK; i++)
      status = put_input(w, w->a->sensitivity.items[k], &made->rows[i], err);
    sx_account_sensitivity_free(made);
    if (status != SX_OK) return status;
  }
  return SX_OK;
}
