/* cli_study.c: the data and the design of a study for a command that estimates something which the study does not name. */
#include <string.h>

#include "cli_design.h"

bool cli_is_study(const char *path) {
  const char *dot = strrchr(path, '.');
  return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

static sx_status check_options(const cli_args *args, const char *path, sx_error *err) {
  static const cli_option of_design[] = {CLI_DESIGN_OPTIONS};
  for (size_t i = 0; i < args->n_given; i++) {
    for (size_t k = 0; k < sizeof of_design / sizeof *of_design; k++) {
      if (strcmp(args->given[i]->name, of_design[k].name) != 0) continue;
      return sx_error_set(err, SX_E_ARGUMENT, path, "the study says the design and its file: leave --%s out",
                          of_design[k].name);
    }
  }
  return SX_OK;
}

sx_status cli_read_study(sx_table **table, sx_design **design, cli_app *app, const cli_args *args, const char *path,
                         sx_error *err) {
  sx_study *study = NULL;
  sx_problems problems = SX_PROBLEMS_INIT;
  SX_TRY(check_options(args, path, err));
  sx_status status = sx_study_load(&study, &app->ctx, path, &problems, err);
  if (status == SX_OK) status = sx_study_open_data(table, design, study, err);
  sx_study_free(study);
  sx_problems_clear(&problems);
  return status;
}
