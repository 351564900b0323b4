/* cli_sampling.c: the words of a design that say how the sample was drawn: fpc by stage, unequal probabilities,
 * replicates to be made. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "cli_design.h"

/* Place of text among names[n], or n. */
static size_t place_of(const char *text, const char *const *names, size_t n) {
  size_t i = 0;
  while (i < n && strcasecmp(text, names[i]) != 0) i++;
  return i;
}

static sx_status read_pps(sx_design_spec *spec, const cli_app *app, const cli_args *args, sx_arena *arena,
                          sx_error *err) {
  static const char *const names[] = {"none", "brewer", "overton", "hr", "ht", "yg", "poisson"};
  const char *pps = cli_value(args, "pps"), *joint = cli_value(args, "joint");
  spec->prob = cli_value(args, "prob");
  if (pps) {
    const size_t k = place_of(pps, names, 7);
    if (k == 0 || k == 7)
      return sx_error_set(err, SX_E_ARGUMENT, "--pps", "'%s' is not one of brewer, overton, hr, ht, yg, poisson", pps);
    spec->pps = (sx_pps)k;
  }
  if (joint) {
    double *matrix = NULL, *kept = NULL;
    SX_TRY(sx_io_read_matrix(&matrix, &spec->n_joint, &app->ctx, joint, err));
    const size_t n = spec->n_joint * spec->n_joint;
    kept = sx_arena_alloc(arena, n, sizeof *kept);
    if (kept) memcpy(kept, matrix, n * sizeof *kept);
    sx_mem_free(&app->ctx, matrix);
    if (!kept) return sx_error_memory(err);
    spec->joint = kept;
  }
  if (!cli_number(&spec->psum, app, args, "psum"))
    return sx_error_set(err, SX_E_ARGUMENT, "--psum", "give the sum of squared probabilities as a number");
  return SX_OK;
}

void cli_check_probabilities(const cli_app *app, const sx_table *table, const sx_design_spec *spec) {
  if (!spec->prob || !spec->weights || spec->n_clusters) return; /* a later stage has probabilities of its own */
  const sx_column *w = sx_table_find(table, spec->weights), *p = sx_table_find(table, spec->prob);
  double low = (double)INFINITY, high = 0;
  for (size_t i = 0; w && p && i < sx_table_rows(table); i++) {
    const double product = sx_column_number(w, i) * sx_column_number(p, i);
    if (!(product > 0)) continue;
    low = fmin(low, product);
    high = fmax(high, product);
  }
  if (!(high > 1.01 * low)) return;
  if (app->chinese)
    cli_say(app, "警告: 权数 %s 与 1/%s 不成比例（权数乘概率在 %.4g 至 %.4g 之间）；估计按权数计算", spec->weights,
            spec->prob, low, high);
  else
    cli_say(app,
            "warning: the weights %s are not proportional to 1/%s (weight times probability runs from %.4g to %.4g); "
            "the estimates follow the weights",
            spec->weights, spec->prob, low, high);
}

sx_status cli_read_sampling(sx_design_spec *spec, const cli_app *app, const cli_args *args, sx_arena *arena,
                            sx_error *err) {
  const char *fpc = cli_value(args, "fpc");
  SX_TRY(read_pps(spec, app, args, arena, err));
  if (!fpc) return SX_OK;
  SX_TRY(cli_split(&spec->fpcs, &spec->n_fpcs, arena, fpc, ',', err));
  const bool weighted = spec->weights || spec->unweighted;
  if (spec->n_fpcs == 1 && weighted && spec->pps == SX_PPS_NONE) { /* ultimate clusters, whatever the later stages */
    spec->fpc = spec->fpcs[0];
    spec->fpcs = NULL;
    spec->n_fpcs = 0;
  }
  return SX_OK;
}

sx_status cli_make_replicates(sx_design **design, const cli_app *app, const cli_args *args, sx_error *err) {
  static const char *const names[] = {"jk1", "jkn", "brr", "fay", "bootstrap", "raowu", "preston", "sdr"};
  const char *make = cli_value(args, "make-reps");
  if (!make) {
    if (cli_value(args, "replicates"))
      return sx_error_set(err, SX_E_ARGUMENT, "--replicates", "say how with --make-reps");
    return SX_OK;
  }
  sx_make_spec spec = SX_MAKE_SPEC_INIT;
  const size_t k = place_of(make, names, 8);
  if (k == 8)
    return sx_error_set(err, SX_E_ARGUMENT, "--make-reps",
                        "'%s' is not one of jk1, jkn, brr, fay, bootstrap, raowu, preston, sdr", make);
  spec.method = (sx_make)k;
  spec.mse = cli_flag(args, "mse");
  double reps = 0;
  if (!cli_number(&spec.rho, app, args, "rho") || !cli_number(&reps, app, args, "replicates") || !(reps >= 0) ||
      reps > 1e6 || reps != floor(reps))
    return sx_error_set(err, SX_E_ARGUMENT, "--replicates", "give --replicates as a whole number, --rho as a number");
  if (spec.method == SX_MAKE_FAY && !(spec.rho > 0 && spec.rho < 1))
    return sx_error_set(err, SX_E_ARGUMENT, "--rho",
                        "Fay's method needs its coefficient between 0 and 1, as in --rho 0.3");
  if (spec.method != SX_MAKE_FAY && cli_value(args, "rho"))
    return sx_error_set(err, SX_E_ARGUMENT, "--rho", "the coefficient belongs to Fay's method: --make-reps fay");
  if (cli_value(args, "replicates") && reps < 1)
    return sx_error_set(err, SX_E_ARGUMENT, "--replicates", "0 makes none: leave it out for the method's own number");
  spec.n_reps = (size_t)reps;
  sx_design *replicated = NULL;
  SX_TRY(sx_design_make_replicates(&replicated, *design, &spec, err));
  sx_design_free(*design);
  *design = replicated;
  return SX_OK;
}
