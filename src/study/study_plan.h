/* study_plan.h: a plan while it is made, shared by study_plan.c and study_waves_plan.c. */
#ifndef SX_STUDY_PLAN_H
#define SX_STUDY_PLAN_H

#include "study_run.h"

typedef struct st_build {
  st_plan *plan;
  const sx_study *s;
  sx_arena *arena;
  sx_buf spec;
  size_t *data, *derive, *indicator, *account; /* step of each */
  size_t *balance;                             /* of the study itself */
  size_t joined, design, published;            /* joined: join, else the unit table's data */
  const char *prefix;                          /* of the ids of an earlier wave's steps: "2024-S2/"; NULL none */
  size_t wave;                                 /* as in st_step */
  struct st_build *waves;                      /* [series.n] of the study's earlier waves, NULL none */
  size_t *change, *change_account;             /* step of each that is followed, else ST_NONE; NULL: no waves */
  size_t *known, *links;                       /* [series.n], [series.n_pairs] */
  size_t significance, rules;
} st_build;

/* study_plan.c */
sx_status study__plan_step(size_t *out, st_build *b, st_step_kind kind, size_t index, const char *prefix,
                           const char *id, sx_error *err) SX_NODISCARD;
sx_status study__plan_dep(st_build *b, size_t step, size_t dep, sx_error *err) SX_NODISCARD;
sx_status study__plan_seal(st_build *b, size_t step, sx_error *err) SX_NODISCARD;
sx_status study__plan_file(st_build *b, const char *shown, sx_error *err) SX_NODISCARD; /* beside the study */
sx_status study__plan_spec_file(st_build *b, const char *file, sx_error *err) SX_NODISCARD;
sx_status study__plan_spec_path(st_build *b, const char *path, sx_error *err) SX_NODISCARD; /* a path as it is */
sx_status study__plan_arrays(st_build *b, sx_error *err) SX_NODISCARD;
sx_status study__plan_files(st_build *b, sx_error *err) SX_NODISCARD;
sx_status study__plan_body(st_build *b, sx_error *err) SX_NODISCARD; /* data to accounts */

/* study_balance.c */
sx_status study__plan_balance(st_build *b, size_t balance, sx_error *err) SX_NODISCARD; /* after what it rests on */

/* study_banner.c */
sx_status study__plan_banner(st_build *b, size_t block, sx_error *err) SX_NODISCARD;

/* study_waves_plan.c */
void study__plan_spec_wave(st_build *b);              /* what rows of an earlier wave call it */
void study__plan_spec_map(st_build *b, size_t table); /* what becomes of the table's variables in an earlier wave */
void study__plan_spec_reasons(st_build *b); /* why series break, as notes and the annex say it; labels of the waves */
sx_status study__plan_wave_files(st_build *b, sx_error *err) SX_NODISCARD;
sx_status study__plan_waves(st_build *b, sx_error *err) SX_NODISCARD;
sx_status study__plan_dep_waves(st_build *b, size_t step, const char *indicator, sx_error *err) SX_NODISCARD;
void study__plan_waves_clear(st_build *b);

#endif
