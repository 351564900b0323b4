/* cli_twophase.c: designs of two phases from the options --phase2. */
#include "shuxiao/design_twophase.h"

#include <string.h>

#include "cli_design.h"

/* What a design of two phases has no place for. */
static sx_status check_options(const cli_args *args, sx_error *err) {
  static const char *const second[] = {"phase2-strata", "phase2-fpc", "phase2-prob", "phase2-method"};
  static const char *const other[] = {"pps",        "prob",      "joint",   "psum",  "make-reps", "replicates",
                                      "repweights", "base-prob", "persons", "lines", "frame"};
  for (size_t k = 0; k < sizeof second / sizeof *second && !cli_value(args, "phase2"); k++)
    if (cli_value(args, second[k])) return sx_error_set(err, SX_E_ARGUMENT, "", "--%s belongs to --phase2", second[k]);
  for (size_t k = 0; k < sizeof other / sizeof *other && cli_value(args, "phase2"); k++)
    if (cli_value(args, other[k]))
      return sx_error_set(err, SX_E_SUPPORT, "--phase2", "designs of two phases do not take --%s", other[k]);
  return SX_OK;
}

static sx_status one_name(const char **out, const cli_args *args, const char *option, sx_error *err) {
  *out = cli_value(args, option);
  if (*out && strchr(*out, ','))
    return sx_error_set(err, SX_E_SUPPORT, "--phase2", "the first phase has one stage: give one variable to --%s",
                        option);
  return SX_OK;
}

static sx_status read_lonely(sx_lonely *out, const char *text, sx_error *err) {
  size_t n = 0;
  const char *const *names = sx_lonely_names(&n);
  for (size_t i = 0; text && i < n; i++) {
    if (strcmp(text, names[i]) != 0) continue;
    *out = (sx_lonely)i;
    return SX_OK;
  }
  return text ? sx_error_set(err, SX_E_ARGUMENT, "--lonely", "'%s' is not one of fail, remove, certainty", text)
              : SX_OK;
}

static sx_status read_method(sx_twophase_method *out, const char *text, sx_error *err) {
  if (!text || strcmp(text, "full") == 0 || strcmp(text, "approx") == 0) {
    *out = text && *text == 'a' ? SX_TWOPHASE_APPROX : SX_TWOPHASE_FULL;
    return SX_OK;
  }
  return sx_error_set(err, SX_E_ARGUMENT, "--phase2-method", "'%s' is not full or approx", text);
}

static sx_status read_spec(sx_twophase_spec *spec, cli_app *app, const cli_args *args, sx_arena *arena, sx_error *err) {
  const char *weights = cli_value(args, "weights"), *strata2 = cli_value(args, "phase2-strata");
  spec->unweighted = weights && strcmp(weights, "none") == 0;
  spec->weights = spec->unweighted ? NULL : weights;
  spec->nest = cli_flag(args, "nest");
  spec->prob2 = cli_value(args, "phase2-prob");
  spec->fpc2 = cli_value(args, "phase2-fpc");
  SX_TRY(one_name(&spec->strata, args, "strata", err));
  SX_TRY(one_name(&spec->cluster, args, "cluster", err));
  SX_TRY(one_name(&spec->fpc, args, "fpc", err));
  SX_TRY(read_lonely(&spec->lonely, cli_value(args, "lonely"), err));
  SX_TRY(read_method(&spec->method, cli_value(args, "phase2-method"), err));
  (void)app;
  return strata2 ? cli_split(&spec->strata2, &spec->n_strata2, arena, strata2, ',', err) : SX_OK;
}

sx_status cli_read_twophase(sx_design **out, cli_app *app, const cli_args *args, const sx_table *table, sx_arena *arena,
                            sx_error *err) {
  const char *text = cli_value(args, "phase2");
  sx_twophase_spec spec = SX_TWOPHASE_SPEC_INIT;
  SX_TRY(check_options(args, err));
  if (!text) return SX_OK;
  SX_TRY(read_spec(&spec, app, args, arena, err));
  uint8_t *in = sx_arena_alloc(arena, sx_table_rows(table), 1);
  if (!in) return sx_error_memory(err);
  sx_expr *expr = NULL;
  sx_status status = sx_expr_parse(&expr, &app->ctx, text, err);
  if (status == SX_OK) status = sx_expr_test(in, expr, table, err);
  sx_expr_free(expr);
  if (status != SX_OK) {
    sx_error_add_where(err, "--phase2");
    return status;
  }
  spec.in = in;
  return sx_design_twophase_new(out, &app->ctx, table, &spec, err);
}
