/* weighting_diagnosis.c: margins that raking cannot meet.
 *
 * Raking is calibration with the raking distance to the counts of every cell, of which weighting_calibrate_solve.c finds the nearest
 * totals that can be met: the same problem with every total soft, its ridge brought down to almost nothing. A category that two
 * margins give different totals is two totals of one sum. */
#include "weighting_priv.h"

static void controls_of(sx_control *out, const wt_problem *p) {
  size_t k = 0;
  for (size_t m = 0; m < p->n_margins; m++) {
    const sx_target *t = &p->targets[m];
    for (size_t c = 0; c < t->n_cells; c++, k++)
      out[k] = (sx_control){t->variables, t->levels[c], t->n_variables, NULL, p->total[p->first[m] + c], 0};
  }
}

sx_status sx_weighting__rake_diagnosis(const sx_design *design, const sx_table *table, const wt_problem *p,
                                       const sx_rake_options *options, sx_error *err) {
  enum { MAX_CELLS = 400 }; /* the cost is cells^3 per step */
  if (!err || p->n_cells > MAX_CELLS) return SX_E_NUMERIC;
  sx_error found = SX_ERROR_INIT;
  sx_calibrate_options o = SX_CALIBRATE_OPTIONS_INIT;
  o.distance = SX_DISTANCE_RAKING;
  o.lower = options->lower > 0 ? options->lower : -(double)INFINITY;
  o.upper = options->upper;
  sx_control *controls = sx_mem_alloc(p->ctx, p->n_cells, sizeof *controls);
  if (!controls) return sx_error_memory(err);
  controls_of(controls, p);
  const double *d = sx_design_weights(design);
  bool told = false;
  wt_model m;
  sx_status st = sx_weighting__model(&m, p->ctx, table, controls, p->n_cells, &o, d, true, &found);
  if (st == SX_OK) {
    st = sx_weighting__calibrate_nearest(&told, &m, d, &o, options->max_iterations, &found);
    sx_weighting__model_clear(&m);
  }
  sx_mem_free(p->ctx, controls);
  if (st == SX_E_MEMORY) return sx_error_memory(err);
  if (told) *err = found;
  return SX_E_NUMERIC;
}
