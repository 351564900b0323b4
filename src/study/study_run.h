/* study_run.h: the plan of a study, and what a run of it has at hand. */
#ifndef SX_STUDY_RUN_H
#define SX_STUDY_RUN_H

#include "study_parts.h"

/* ---- plan (study_plan.c) ------------------------------------------------------------------------------------ */

typedef enum st_step_kind {
  ST_STEP_GENERATE,
  ST_STEP_DATA,
  ST_STEP_JOIN,
  ST_STEP_DERIVE,
  ST_STEP_DESIGN,
  ST_STEP_WEIGHTING,
  ST_STEP_INDICATOR,
  ST_STEP_ACCOUNT,
  ST_STEP_KNOWN, /* an earlier wave's published figures */
  ST_STEP_LINK,  /* two waves: how their samples hang together */
  ST_STEP_CHANGE,
  ST_STEP_SIGNIFICANCE,
  ST_STEP_BALANCE,
  ST_STEP_RULES,
  ST_STEP_BANNER, /* a banner table: its index is that of its block */
  ST_STEP_PUBLISHED,
  ST_STEP_DISCLOSURE,
  ST_STEP_BLOCK,
  ST_STEP_TEXT,
  ST_STEP_ANNEX,
  ST_STEP_DOCUMENT,
  ST_STEP_REPORT
} st_step_kind;
typedef struct st_step {
  char *id, *title;
  st_step_kind kind;
  size_t index;
  size_t wave; /* 0: the study's own; k + 1: wave k of its series */
  size_t *deps;
  size_t n_deps, cap_deps;
  char spec[SX_HASH_TEXT], key[SX_HASH_TEXT];
  const char *text; /* the specification, of steps that decide numbers; else NULL */
  bool reused;
  bool again; /* reused, and yet its estimates are wanted with their carriers: computed without a row being written */
  char *why;
  double seconds;
} st_step;
typedef struct st_file {
  const char *path, *shown;
  char sha256[SX_HASH_TEXT];
  int64_t bytes;
  bool absent; /* to be generated */
} st_file;
typedef struct st_plan {
  const sx_study *s;
  sx_arena *arena;
  st_step *steps;
  size_t n, cap;
  st_file *files;
  size_t n_files, cap_files;
  bool generate;              /* some data file has to be made first */
  char numbers[SX_HASH_TEXT]; /* of the plan of the computations: the names and keys of all steps that decide numbers */
} st_plan;
sx_status study__plan_new(st_plan **out, const sx_study *s, sx_error *err) SX_NODISCARD;
void study__plan_free(st_plan *plan);
size_t study__plan_find(const st_plan *plan, const char *id); /* ST_NONE */
/* Marks what the newest finished run of the store already holds, with the reason where not. store NULL: nothing. */
sx_status study__plan_match(st_plan *plan, sx_store *store, bool force, sx_error *err) SX_NODISCARD;
sx_status study__plan_manifest(sx_buf *out, const st_plan *plan, sx_error *err); /* a line per step: id spec key */
sx_status study__plan_specs(sx_buf *out, const st_plan *plan, sx_error *err);    /* JSON: step -> its specification */

/* ---- run ---------------------------------------------------------------------------------------------------- */

typedef struct st_where { /* a concrete domain */
  sx_store_term terms[ST_MAX_TERMS];
  size_t n;
  const char *name; /* canonical: terms in the order of the groups */
} st_where;
/* A row of the store as blocks, published figures and formulas look it up. */
typedef struct st_row {
  const char *indicator, *statistic, *domain;
  double estimate, se, low, high, df;
  int64_t n, id;
  sx_na na;            /* why the estimate is missing; SX_NA_NONE where it is not */
  sx_text2 label;      /* of the domain */
  const char *quality; /* its marks; NULL: none */
  bool main;           /* the indicator's own statistic */
} st_row;
typedef struct st_rows {
  st_row *items;
  size_t n, cap;
  size_t *slots; /* open addressing: study_rows.c */
  size_t n_slots;
  uint64_t state; /* of the store whose rows these are, all of them; 0: others were added */
} st_rows;
typedef struct st_value { /* an estimate with its carrier, for formulas */
  const char *name;       /* INDICATOR|DOMAIN */
  sx_est *est;
  bool model; /* of an account: a small-area estimate stands in below it */
} st_value;
typedef struct st_generated {
  char key[SX_HASH_TEXT], file[SX_HASH_TEXT];
  bool made;
  double seconds;
} st_generated;
/* The levels of `by` groups crossed, in the order of sx_groups. */
typedef struct st_crossing {
  size_t groups[ST_MAX_TERMS], n;
  const char *variable; /* n 0: levels of a variable that no group is by */
  sx_groups *index;
} st_crossing;
typedef struct st_run {
  const sx_study *s;
  sx_ctx ctx;
  sx_arena *arena;
  st_plan *plan;
  sx_store *store;
  int64_t run;
  bool shares_rows; /* those of an earlier run: none is made */
  bool whole;       /* the unit table has every variable of its file, not only those that the study uses */
  sx_table *unit;   /* with joins and derived variables; NULL until needed */
  struct st_ahead { /* the file of the unit table, read while the other waves' are generated: study_materialise.c */
    const char **columns; /* [n]; 0: all */
    size_t n;
    bool asked, whole; /* whole: as below `whole` */
    double seconds;
    sx_table *table; /* NULL: not read */
  } ahead;
  sx_design *design;
  sx_est **benchmarks;
  sx_est ***benchmarks_by; /* [benchmarks][n_by] */
  struct st_given_value {  /* what accounts take from outside, by where it stands: in two waves it is one figure */
    const sx_node *node;
    sx_est *est;
  } * givens;
  size_t n_givens, cap_givens;
  st_value *values;
  size_t n_values, cap_values;
  sx_dict *value_names; /* names of values; value_at [codes]: where the first of the name stands */
  size_t *value_at, cap_value_at;
  st_rows rows;
  uint8_t **masks; /* [groups] of conditions, NULL until asked for */
  st_crossing *crossings;
  size_t n_crossings, cap_crossings;
  const char *synthetic;              /* words of the data's own metadata, NULL: real */
  const char *design_text;            /* cases, strata, PSUs, replicates, words, by TAB; payload of the step `design` */
  const char *weight_text;            /* a line per adjustment; payload of the step `weighting` */
  struct st_banner_jobs *banner_jobs; /* begun and not finished; NULL none */
  const char **banners;               /* [blocks] the finished blocks of banner tables that were computed; NULL none */
  const char *
      *contributors; /* [indicators] a line per domain, payload of the step (study_disclosure_rows.c); NULL none */
  const char *hidden_text; /* what is not published; payload of the step `disclosure`, NULL none */
  const char *frequencies; /* study_codebook.c; payload of the step `codebook`, NULL none */
  char frequencies_key[SX_HASH_TEXT];
  const char *rules_text;  /* a line per rule; payload of the step `rules`, NULL none */
  st_generated *generated; /* [tables] */
  char started[32];
  size_t wave;                /* of the steps that this run computes, as in st_step */
  struct st_run *following;   /* of an earlier wave: the run of the study */
  struct st_wave_runs *waves; /* of the study: those of its earlier waves (study_waves.h); NULL none */
  char **said;                /* [n_said] warnings (study_said.c) */
  size_t n_said, cap_said;
  bool said_lost;     /* no memory for one */
  bool again;         /* the steps marked `again` are computed, and nothing is written */
  sx_account **built; /* [accounts] those that are compared with another wave, over the whole; NULL none */
} st_run;
/* study_said.c: tells a warning, and keeps it for runs that find nothing changed */
void study__say(st_run *r, sx_severity severity, const char *where, const char *message);
sx_status study__put_said(st_run *r, sx_error *err) SX_NODISCARD;
/* Tells what an earlier run said; where: of that place alone (NULL all). */
sx_status study__repeat_said(st_run *r, int64_t run, const char *where, sx_error *err) SX_NODISCARD;
/* study_domains.c */
/* Every concrete domain of `d`, in the order in which estimates by its crossing come; arena memory. Data must be there. */
sx_status study__expand(st_where **out, size_t *n, st_run *r, const st_domain *d, sx_error *err) SX_NODISCARD;
/* The rows of the domain among those of `base` (NULL: all) into mask [rows]; *by its crossing, NULL when it has one cell. */
sx_status study__domain_mask(uint8_t *mask, const sx_groups **by, st_run *r, const st_domain *d, const uint8_t *base,
                             sx_error *err) SX_NODISCARD;
/* The rows of mask that are in a group that is a condition, or have the level of a group's or another variable; false: there is none such. Not for
 * threads: what it needs is made when it is first asked for. */
sx_status study__term_mask(bool *known, uint8_t *mask, st_run *r, const char *name, const char *level,
                           sx_error *err) SX_NODISCARD;
/* What the two above need, computed once so that threads only read. */
sx_status study__prepare_domain(st_run *r, const st_domain *d, sx_error *err) SX_NODISCARD;
void study__domains_clear(st_run *r);
void study__run_clear(st_run *r); /* study_run.c */
/* study_materialise.c: data, joins, derived variables, design, weights: once, when a step first needs them */
sx_status study__materialise(st_run *r, sx_error *err) SX_NODISCARD;
double study__now(void); /* seconds, to measure by */
/* Of a run that computes all: what it will read of the file of its unit table. Then a task: reads it, telling nothing; what fails is read again in its turn. */
sx_status study__ahead_ask(st_run *r, bool whole, sx_error *err) SX_NODISCARD;
void study__ahead_read(st_run *r, const sx_ctx *ctx);
void study__ahead_clear(st_run *r);
/* mask [rows]: 1 in the base of the indicator, both of whose conditions are true there; *all: it has none. scratch [rows]. */
sx_status study__base_mask(uint8_t *mask, bool *all, const st_run *r, const st_indicator *ind, uint8_t *scratch,
                           sx_error *err) SX_NODISCARD;
sx_status study__derive_all(st_run *r, sx_error *err) SX_NODISCARD;
sx_status study__make_design(st_run *r, sx_error *err) SX_NODISCARD;
sx_status study__generate(st_run *r, sx_error *err) SX_NODISCARD;
/* Whether the table's file is there and a finished run in the store made it of this model, its inputs and sample, by this version: then the
 * model can be solved. key: of what it is made from. */
sx_status study__model_solved(bool *solved, char key[SX_HASH_TEXT], const sx_study *s, st_table *t, sx_store *store,
                              sx_error *err) SX_NODISCARD;
/* study_estimate.c */
sx_status study__run_indicators(st_run *r, sx_error *err) SX_NODISCARD;
/* Gaps of one indicator among its own rows, and every row into the store. */
typedef struct st_result {
  const st_where *where;
  size_t by;   /* index into the indicator's by, ST_NONE: total */
  size_t stat; /* index into its statistics */
  sx_est_row row;
  double tail; /* share of a mean's or total's largest cases; 0 or NaN: none */
} st_result;
sx_status study__put_results(st_run *r, const st_indicator *ind, const st_result *results, size_t n,
                             sx_error *err) SX_NODISCARD;
/* study_formula.c: formulas and accounts in their order */
void study__benchmarks_clear(st_run *r); /* the estimates that they stand in formulas as */
/* An estimate of this run with its carrier: computed, or of a reused step and then from the store. Borrowed. There must be such a row.
 * statistic NULL: the indicator's own. */
sx_status study__value(const sx_est **out, st_run *r, const char *indicator, const char *statistic, const char *domain,
                       sx_error *err) SX_NODISCARD;
sx_status study__run_formulas(st_run *r, sx_error *err) SX_NODISCARD;
sx_status study__keep_value(st_run *r, const char *name, sx_est *est, sx_error *err) SX_NODISCARD;
st_value *study__kept_value(const st_run *r, const char *name); /* the first of the name; NULL: none */
void study__values_clear(st_run *r);
sx_status study__put_carrier(st_run *r, int64_t id, const sx_est *est, sx_error *err) SX_NODISCARD;
/* study_accounts.c */
sx_status study__run_account(st_run *r, size_t account, sx_error *err) SX_NODISCARD;
void study__built_clear(st_run *r);
/* The value of a formula in a domain ("total" outside groups); *out owned by the caller. */
sx_status study__formula_value(sx_est **out, st_run *r, const st_formula *f, const char *domain,
                               sx_error *err) SX_NODISCARD;
/* study_rows.c */
typedef struct st_put { /* a row for the store */
  const char *step, *indicator, *statistic, *unit;
  const st_where *where;
  const sx_est_row *row;
  double tail;               /* as in st_result */
  bool difference;           /* no cv, as of a gap */
  const char *mark, *method; /* mark: joins the quality; method NULL: the run's */
} st_put;
sx_status study__put(int64_t *id, st_run *r, const st_put *put, sx_error *err) SX_NODISCARD;
sx_status study__put_est(int64_t *id, st_run *r, const char *step, const char *indicator, const char *statistic,
                         const char *unit, const st_where *where, const sx_est_row *row, sx_error *err) SX_NODISCARD;
sx_status study__put_labels(st_run *r, sx_error *err) SX_NODISCARD;
sx_status study__index_rows(st_run *r, sx_error *err) SX_NODISCARD;
char *study__row_domain(const st_run *r, const sx_store_row *row); /* as rows of the index name it; arena */
const st_row *study__find_row(const st_rows *rows, const char *indicator, const char *statistic, const char *domain);
sx_status study__add_row(st_run *r, const st_row *row, sx_error *err) SX_NODISCARD;
bool study__unweighted(const sx_study *s); /* no weight and no adjustment: every case counts 1 */
/* DOMAIN of a reference in text, backquoted where it has to be. */
void study__quote_domain(sx_buf *out, const char *domain);
void study__quote_name(sx_buf *out, const char *name);
/* What the names of the study stand for, as JSON. */
void study__definitions_json(sx_buf *out, const sx_study *s);
void study__text2_json(sx_buf *out, const char *zh, const char *en); /* {"zh":...,"en":...}; either may be NULL */
/* The same of two texts, each whole however long, with something between them where there is a second. */
void study__text2_join(sx_buf *out, sx_text2 a, sx_text2 between, sx_text2 b);
/* study_published.c */
sx_status study__put_published_labels(st_run *r, sx_error *err) SX_NODISCARD;
sx_status study__run_published(st_run *r, sx_error *err) SX_NODISCARD;
sx_status study__published_json(sx_buf *out, st_run *r, const st_block *block, sx_error *err) SX_NODISCARD;
/* study_blocks.c */
sx_status study__run_blocks(st_run *r, sx_error *err) SX_NODISCARD;
/* study_block_tests.c: the note of a table, with its tests ("note":{...},) */
sx_status study__block_note(sx_buf *out, const st_run *r, const st_block *block, sx_error *err) SX_NODISCARD;
sx_status study__block_json(sx_buf *out, st_run *r, const st_block *block, sx_error *err) SX_NODISCARD;
/* study_banner.c */
bool study__is_banner(const st_block *block);
/* study_banner_run.c: begun when interviews and design are there, finished where their rows are due */
void study__begin_banners(st_run *r);
sx_status study__run_banners(st_run *r, sx_error *err) SX_NODISCARD;
void study__banners_clear(st_run *r);
sx_status study__recall_banners(st_run *r,
                                sx_error *err) SX_NODISCARD; /* words of the questions of tables that are copied */
sx_status study__banner_json(sx_buf *out, st_run *r, size_t block, sx_error *err) SX_NODISCARD;
sx_status study__payload_text(const char **out, st_run *r, const char *step,
                              sx_error *err) SX_NODISCARD; /* study_run.c; NULL: none */
/* study_annex_account.c: what accounts take from outside or assume, as Markdown; false: nothing */
bool study__account_assumptions(sx_buf *zh, sx_buf *en, const sx_study *s);
void study__plain_markdown(sx_buf *out, const char *text);
const char *study__on_side(sx_text2 t,
                           size_t side); /* 0 Chinese, 1 English; the other one standing in; NULL: neither */
/* study_annex.c */
sx_status study__document_json(sx_buf *out, st_run *r, sx_error *err) SX_NODISCARD;
sx_status study__annex_json(sx_buf *out, st_run *r, const char *which, sx_error *err) SX_NODISCARD;
/* The annex `definitions`, and what of the study it rests on. */
void study__terms_annex(sx_buf *zh, sx_buf *en, const sx_study *s);
void study__terms_spec(sx_buf *spec, const sx_study *s);
/* Lines of the weighting's payload: cases and sums of weights of every level of the margins' variables; their rows in the annex on the
 * design (line is cut up). */
sx_status study__level_lines(sx_buf *out, const sx_study *s, const sx_table *unit, const double *before,
                             const double *after, size_t n, sx_arena *arena, sx_error *err) SX_NODISCARD;
bool study__is_level_line(const char *line);
sx_status study__level_row(sx_buf *zh, sx_buf *en, const sx_study *s, char *line, bool first,
                           sx_error *err) SX_NODISCARD;

#endif
