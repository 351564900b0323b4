/* publish_cube.h: the rows of a run as a cube with coded dimensions, which SDMX-CSV, JSON-stat and PX write each in its way. One number is rounded
 * once, here, so that it is the same in all of them. */
#ifndef PUBLISH_CUBE_H
#define PUBLISH_CUBE_H

#include "publish_priv.h"

typedef struct pub_code {
  const char *level; /* as the run has it; "" the whole */
  const char *code;  /* of letters, digits and _ @ $ -, unique in its dimension */
  sx_text2 label;
} pub_code;
typedef struct pub_dimension {
  const char *variable; /* of the run; NULL: one of the cube's own */
  const char *id;       /* "REF_AREA", "SEX", "AGE", "URBANISATION", else the variable in capitals */
  sx_text2 label;
  pub_code *codes;
  size_t n, cap;
  sx_dict *levels, *taken; /* while the cube is made: the levels, in the order of the codes; the codes */
} pub_dimension;

/* What the numbers of an observation are in. */
typedef struct pub_unit {
  const char *code; /* "PT", "PP", "PS", "CNY", "PURE_NUMB"; else the unit made a code */
  sx_text2 label;   /* "%", "人" */
  bool percent;     /* or percentage points */
  double factor;    /* of the store's number: 100 for shares */
} pub_unit;

typedef struct pub_obs {
  const sx_store_row *row;
  size_t *at; /* [dimensions] code */
  size_t indicator, statistic, content, time;
  pub_unit unit;
  int decimals;                    /* of the value; its error has one more */
  const char *status, *confidence; /* SDMX: OBS_STATUS, CONF_STATUS */
} pub_obs;

/* The id of `time` where its codes are not all periods of SDMX; TIME_PERIOD otherwise. */
#define SX_PUBLISH__WAVE "WAVE"

typedef struct pub_cube {
  pub_run *run;
  pub_dimension indicator, statistic, time; /* time: "2025-S1" */
  pub_dimension
      content; /* indicator and statistic in one ("users.total"), each of one unit: for formats that say the unit there */
  const char *frequency; /* of the first wave: "S"; FREQ of others by sx_publish__frequency */
  pub_dimension *dimensions;
  size_t n_dimensions, cap_dimensions;
  pub_obs *obs;
  size_t n_obs;
  sx_dict *contents,
      *shown; /* while it is made: indicator and statistic of content, in the order of its codes; indicators that have some */
  size_t last_indicator; /* of the row before; SIZE_MAX: none */
  sx_store_indicator last_known;
  const char *last_wave, *last_period; /* of the row before; NULL: none */
} pub_cube;

/* Everything lives in the run's arena. */
sx_status sx_publish__cube(pub_cube *out, pub_run *run, sx_error *err) SX_NODISCARD;
/* SDMX period of a wave: "2025-S1" (also from 2025H1), "2025-Q3", "2025-06", "2025"; other texts made a code. */
const char *sx_publish__period(sx_arena *arena, const char *wave);
const char *sx_publish__frequency(const char *period); /* "S" "Q" "M" "A", "_Z" else */
/* value * factor at the observation's decimals; "" for one that is missing. more: further decimals. */
void sx_publish__value(sx_buf *out, const pub_obs *obs, double value, int more);
/* A text of the part `publish` of the run's document, or `otherwise`. */
const char *sx_publish__setting(const pub_run *run, const char *key, const char *given, const char *otherwise);

#endif
