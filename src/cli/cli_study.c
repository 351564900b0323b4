/* cli_study.c: the data and the design of a study for a command that estimates something which the study does not name. */
#include <string.h>

#include "cli_design.h"

bool cli_is_study(const char *path) {
  const char *dot = strrchr(path, '.');
  return (dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0)) || sx_study_is_plan(NULL, path);
}

static bool is_one_of(const char *name, const char *const *names, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(name, names[i]) == 0) return true;
  return false;
}

/* Options that describe a design contradict a file that describes it, but for those in `except`. */
static sx_status check_options(const cli_args *args, const char *path, const char *what, const char *const *except,
                               size_t n_except, sx_error *err) {
  static const cli_option of_design[] = {CLI_DESIGN_OPTIONS};
  for (size_t i = 0; i < args->n_given; i++) {
    for (size_t k = 0; k < sizeof of_design / sizeof *of_design; k++) {
      if (strcmp(args->given[i]->name, of_design[k].name) != 0 || is_one_of(of_design[k].name, except, n_except))
        continue;
      return sx_error_set(err, SX_E_ARGUMENT, path, "%s: leave --%s out", what, of_design[k].name);
    }
  }
  return SX_OK;
}

sx_status cli_read_study(sx_table **table, sx_design **design, cli_app *app, const cli_args *args, const char *path,
                         sx_error *err) {
  sx_study *study = NULL;
  sx_problems problems = SX_PROBLEMS_INIT;
  SX_TRY(check_options(args, path, "the study says the design and its file", NULL, 0, err));
  sx_status status = sx_study_load(&study, &app->ctx, path, &problems, err);
  if (status == SX_OK) status = sx_study_open_data(table, design, study, err);
  sx_study_free(study);
  sx_problems_clear(&problems);
  return status;
}

sx_status cli_read_design_file(sx_design **out, const cli_args *args, sx_table *table, const char *path,
                               sx_error *err) {
  static const char *const of_data[] = {"design", CLI_READ_NAMES};
  SX_TRY(check_options(args, path, "the file says the design", of_data, sizeof of_data / sizeof *of_data, err));
  return sx_study_open_design(out, table, path, err);
}
