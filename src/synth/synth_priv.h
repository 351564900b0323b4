/* synth_priv.h: a model in memory, shared by the files of the room.
 *
 * Loading (synth_load.c, synth_parse.c) turns the YAML into the structs here, synth_solve.c computes the thresholds and
 * locations that make the declared rates and totals exact, synth_draw.c draws a batch of rows column by column,
 * synth_table.c puts batches into tables and files. All memory of a model is in its arena. docs/methods/synthetic.md has the
 * mathematics. */
#ifndef SX_SYNTH_PRIV_H
#define SX_SYNTH_PRIV_H

#include <string.h>

#include "shuxiao/synth.h"

enum {
  SX_SYNTH_NODES = 69,     /* of the trapezoid rule over the common factor */
  SX_SYNTH_BATCH = 4096,   /* rows drawn at a time by one task */
  SX_SYNTH_MAX_CODES = 64, /* of a choice */
  SX_SYNTH_MAX_BY = 8,     /* variables of a table of probabilities */
  SX_SYNTH_MAX_EDGES = 16, /* of brackets */
  SX_SYNTH_MAX_STEPS = 16, /* of heaping */
  SX_SYNTH_MAX_VARS = 4096,
};
#define SX_SYNTH_NA  INT32_MIN /* not asked */
#define SX_SYNTH_NEW UINT64_MAX

typedef enum sx_synth_kind {
  SX_SYNTH_ID,        /* 1..n */
  SX_SYNTH_ATTRIBUTE, /* of the population row, or made from one that is */
  SX_SYNTH_PHONES,    /* multiplicity */
  SX_SYNTH_WEIGHT,
  SX_SYNTH_UNIFORM, /* integer in lo..hi; lo == hi is a constant */
  SX_SYNTH_FLAG,    /* 0/1 with a rate by cell */
  SX_SYNTH_CHOICE,  /* one code of several */
  SX_SYNTH_ORDERED, /* ordered probit */
  SX_SYNTH_DERIVE,  /* 0/1 from other 0/1 */
  SX_SYNTH_AMOUNT,
  SX_SYNTH_BAND,      /* of an amount */
  SX_SYNTH_THRESHOLD, /* 0/1 from an amount */
} sx_synth_kind;

typedef struct sx_synth_text {
  const char *zh, *en;
} sx_synth_text; /* both may be NULL */

typedef struct sx_synth_label {
  double value;
  const char *key; /* as written; the value of a text attribute */
  sx_synth_text text;
} sx_synth_label;

typedef struct sx_synth_levels { /* what a table can be keyed by */
  size_t n;
  const char **text;
} sx_synth_levels;

/* Probabilities of k outcomes by the crossing of n_by variables: cum[index * k + j] ends at 1. */
typedef struct sx_synth_probs {
  size_t n_by, by[SX_SYNTH_MAX_BY], stride[SX_SYNTH_MAX_BY];
  size_t n_rows, k;
  double *cum;
} sx_synth_probs;

typedef struct sx_synth_case {
  size_t flag; /* SIZE_MAX: otherwise */
  bool fixed;  /* one code */
  int32_t code;
  sx_synth_probs probs;
} sx_synth_case;

typedef struct sx_synth_effect {
  size_t by;
  const double *value; /* per level */
} sx_synth_effect;

typedef struct sx_synth_var {
  const char *name, *question;
  sx_synth_text label;
  sx_synth_kind kind;
  sx_type type;
  const sx_node *node; /* valid while loading */
  uint64_t stream;
  double stay; /* NAN: the panel's */
  size_t *base, n_base, *only, n_only;
  sx_synth_label *labels;
  size_t n_labels;
  double *missing;
  size_t n_missing;
  bool assumed;
  sx_synth_text statement;
  sx_synth_levels levels; /* attributes, phones and choices */
  int32_t *row_level;     /* attribute: per population row */
  int64_t *level_value;   /* integer attribute: per level */
  /* flag */
  double *rate; /* [n_cells], NULL where another part decides */
  bool among_eligible;
  double loading;
  size_t with, cover; /* SIZE_MAX: none */
  size_t *ensure, n_ensure;
  double *threshold; /* [n_cells]: probability where loading is 0, else normal quantile */
  double *joint;     /* [n_cells] P(1 | cell), NAN where unknown */
  double *node_p;    /* [n_cells * NODES] P(1 | eligible, factor), NULL until solved */
  bool cover_first;  /* draws for its whole group */
  size_t *group, n_group;
  double *primary; /* cover, on the first: [n_cells * n_group] cumulative */
  /* choice, ordered, derive, uniform */
  int32_t codes[SX_SYNTH_MAX_CODES];
  size_t n_codes;
  sx_synth_case *cases;
  size_t n_cases;
  double refuse;
  int32_t refuse_code;
  sx_synth_effect *effects;
  size_t n_effects;
  double *cuts;
  size_t n_cuts;
  size_t *all, n_all, *any, n_any, *none, n_none;
  int64_t lo, hi;
  /* amount, band, threshold */
  size_t of;        /* amount: its paying flag; band and threshold: the amount */
  double total;     /* NAN: not imposed */
  double sigma;     /* NAN: solved from total */
  double tail_at;   /* NAN: none */
  double *tail;     /* [n_cells] P(x > tail_at | paid) */
  double *weight;   /* [n_cells] multiplier, NULL: 1 */
  double *location; /* [n_cells] mean of log x */
  double edges[SX_SYNTH_MAX_EDGES];
  size_t n_edges;
  double *bracket; /* [n_cells * (n_edges-1)] cumulative */
  double *keep;
  size_t n_keep;
  double refuse_amount, refuse_split;
  double refuse_value[2];
  double answered; /* band: share of refusers who answer */
  int32_t refused_band;
  double over, up_to; /* threshold: over < x <= up_to */
  double *mean;       /* amount: [n_cells] expected value among payers */
} sx_synth_var;

typedef struct sx_synth_set {
  const char *name;
  sx_synth_text label;
  size_t *vars, n;
} sx_synth_set;

typedef struct sx_synth_step {
  double below, step;
} sx_synth_step;

struct sx_synth_model {
  sx_ctx ctx;
  sx_arena *arena;
  bool solved; /* else only its words are there */
  const char *path, *name, *language;
  sx_synth_text title, synthetic;
  const char **inputs;
  size_t n_inputs;
  sx_synth_var *vars;
  size_t n_vars, cap_vars;
  sx_synth_set *sets;
  size_t n_sets;
  struct {
    size_t var; /* SIZE_MAX: about no single variable */
    const char *name;
    sx_synth_text text;
  } * assumptions;
  size_t n_assumptions;
  /* population */
  size_t n_rows, n_cells, n_strata;
  double *size;    /* [n_rows] persons */
  double *measure; /* [n_rows] persons x response x mean multiplicity, cumulative within its stratum */
  int32_t *row_cell;
  size_t *stratum_start; /* [n_strata + 1] into order */
  int32_t *order;        /* population rows grouped by stratum */
  double *stratum_size;  /* persons */
  double *cell_size;     /* [n_cells] persons */
  size_t n_cell_by, cell_by[SX_SYNTH_MAX_BY], cell_stride[SX_SYNTH_MAX_BY];
  const char **cell_name;
  size_t strata_var;
  double power, minimum;
  size_t phones;               /* variable, SIZE_MAX: none */
  sx_synth_probs phones_probs; /* in the population; outcome j is multiplicity j+1 */
  double *phones_draw;         /* cum, size-biased, same shape */
  double heap_share;
  sx_synth_step steps[SX_SYNTH_MAX_STEPS];
  size_t n_steps;
};

typedef struct sx_synth_loader {
  sx_synth_model *m;
  sx_doc *doc;
  const sx_node *wave; /* the wave's map: its keys stand before those of the file. NULL: none */
  const char *wave_name;
  sx_error *err;
  sx_table *population, *rates;
  int32_t *rate_row; /* [n_cells] row of the rates table */
} sx_synth_loader;

sx_status sx_synth__parse_variables(sx_synth_loader *l);
sx_status sx_synth__solve(sx_synth_loader *l);
sx_status sx_synth__need_solved(const sx_synth_model *m, sx_error *err);
const sx_node *sx_synth__part(const sx_synth_loader *l, const char *key); /* of the wave, else of the file */
size_t sx_synth__find(const sx_synth_model *m, const char *name);         /* SIZE_MAX when absent */
sx_status sx_synth__need(size_t *out, sx_synth_loader *l, const sx_node *name);
sx_status sx_synth__text(sx_synth_text *out, sx_synth_loader *l, const sx_node *node);
sx_status sx_synth__number(double *out, sx_synth_loader *l, const sx_node *node, double lo, double hi);
sx_status sx_synth__probs(sx_synth_probs *out, sx_synth_loader *l, const sx_node *node, const char *const *outcome,
                          size_t k);
sx_status sx_synth__cell_values(double **out, sx_synth_loader *l, const sx_node *node, double lo, double hi);
sx_status sx_synth__read_table(sx_table **out, sx_synth_loader *l, const sx_node *file);
void *sx_synth__alloc(sx_synth_loader *l, size_t n, size_t size); /* zeroed, from the arena; NULL sets the error */
const char *sx_synth__keep(sx_synth_loader *l, const char *text); /* a copy in the arena */
const char *sx_synth__key_text(char buf[SX_DOUBLE_TEXT_MAX], const sx_column *c, size_t row);
size_t sx_synth__level(const sx_synth_levels *levels, const char *text); /* SIZE_MAX when absent */
bool sx_synth__cell_number(double *out, const sx_column *c, size_t row); /* false where missing or text */
sx_status sx_synth__population(sx_synth_loader *l);                      /* synth_pop.c */
bool sx_synth__is_flag(const sx_synth_var *v);                           /* holds 0/1 */
static inline const char *sx_synth__pick(const sx_synth_model *m, sx_synth_text t) {
  const bool en = strcmp(m->language, "en") == 0;
  const char *first = en ? t.en : t.zh, *other = en ? t.zh : t.en;
  return first ? first : other ? other : "";
}

/* What rows of a sample are drawn from. */
typedef struct sx_synth_draws {
  uint64_t seed;
  const uint64_t *n_start;     /* [n_strata + 1] rows n_start[h] .. n_start[h+1]-1 are stratum h */
  const sx_synth_panel *panel; /* NULL: none */
  const uint64_t *panel_start; /* [n_strata + 1] of the earlier sample */
} sx_synth_draws;

/* One batch: per variable either codes or amounts. */
typedef struct sx_synth_batch {
  const sx_synth_draws *draws;
  uint64_t first; /* row of the sample */
  size_t n;
  uint64_t *old;                 /* row in the earlier sample, SX_SYNTH_NEW for a new person */
  int32_t *row, *cell, *stratum; /* population row, cell, stratum */
  double *factor, *u, *w;        /* scratch of n */
  int32_t **code;                /* [n_vars], NULL for amounts and weights */
  double **value;                /* [n_vars], amounts before refusal, weights */
  uint8_t **refused;             /* [n_vars], amounts: 0, 1, 2 */
} sx_synth_batch;
sx_status sx_synth__batch_new(sx_synth_batch **out, sx_arena *arena, const sx_synth_model *m, sx_error *err);
/* Rows first .. first+n-1 of the sample. */
void sx_synth__draw(sx_synth_batch *b, const sx_synth_model *m, const sx_synth_draws *draws, uint64_t first, size_t n);

#endif
