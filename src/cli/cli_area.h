/* cli_area.h: the files of the command area: what is known of the areas, and how the estimates are shown. */
#ifndef SX_CLI_AREA_H
#define SX_CLI_AREA_H

#include "cli_job.h"
#include "shuxiao/estimate_area.h"

/* Everything one call owns; arrays are the arena's. */
typedef struct area_call {
  cli_job job;
  bool of_survey;    /* direct estimates are made here */
  const char *what;  /* the variable, or the column of estimates */
  const char *key;   /* the name of the area variable */
  sx_table *areas;   /* a row per area; the job's table unless --areas or a survey */
  bool own_areas;    /* areas is freed here */
  sx_groups *groups; /* of the areas by name; NULL: numbers */
  size_t n;
  const char **name, **label;
  double *direct, *variance, *share;
  double *cases; /* of the direct estimate, NaN: not known */
  size_t n_covariates;
  const char **covariate_name;
  double *covariate;         /* [n*n_covariates] */
  const char *direct_method; /* of the direct estimates, before the model's is added */
  sx_area_request request;
  sx_area_fit *fit;
} area_call;

/* cli_area_read.c: fills the arrays from the file of direct estimates, or from a survey and the file of areas. */
sx_status cli_area_read(area_call *c, sx_error *err);
/* cli_area_print.c */
sx_status cli_area_print(area_call *c, sx_error *err);

#endif
