/* study_parts.h: a study as its file says it.
 *
 * It is loaded once into an arena (study_load.h) and is immutable afterwards: plan and run only read it. */
#ifndef SX_STUDY_PARTS_H
#define SX_STUDY_PARTS_H

#include "shuxiao/accounts_compare.h"
#include "shuxiao/accounts_domains.h"
#include "shuxiao/estimate.h"
#include "shuxiao/io.h"
#include "shuxiao/release_quality.h"
#include "shuxiao/report_style.h"
#include "shuxiao/study.h"
#include "shuxiao/synth.h"
#include "shuxiao/weighting.h"

enum { ST_MAX_TERMS = 4 };
#define ST_NONE SIZE_MAX

typedef struct st_list { /* of texts, in the order of the file */
  const char **items;
  const sx_node **nodes;
  size_t n;
} st_list;

/* An expression and where it stands; expr NULL: not given, or faulty (then a problem was noted). */
typedef struct st_expr {
  const sx_node *node;
  sx_expr *expr;
} st_expr;

typedef struct st_variable st_variable; /* study_variables.h */
typedef struct st_table {
  const char *id;
  const sx_node *node;
  st_list files; /* as written; study__path makes them whole */
  st_expr where;
  const char *model;                        /* generate: */
  struct sx_synth_model *solved;            /* it, where the study had to load it whole; NULL */
  st_list inputs;                           /* files that the model reads, as sx_synth_input has them */
  st_list assumed, statement, statement_en; /* its declared assumptions: name, and words in Chinese and English */
  const char *wave;                         /* of the model; NULL: the model itself */
  const char *made;     /* hash of the file, found to be made of the model when the study was loaded; NULL: not asked */
  struct st_seen *seen; /* study_seen.h: what the next run need not find out again; NULL: nothing is noted */
  sx_synth_sample sample;
  st_list missing, text;
  const char *sheet;                       /* of a workbook, or NULL */
  const char *format, *labels, *data_file; /* how the files are read, as sx_read_options has them; paths as written */
  sx_fixed_field *fixed;
  size_t n_fixed;
  const sx_node *add; /* map: column -> list of one value per file */
  bool unit;
  st_variable *variables; /* study_variables.h: what the study says of its columns */
  size_t n_variables;
} st_table;

typedef struct st_join {
  const sx_node *node;
  size_t from; /* table */
  st_list by, columns;
  const char *pivot, *sum, *prefix; /* pivot NULL: a plain join */
} st_join;

typedef struct st_derived {
  const char *id;
  const sx_node *node;
  sx_text2 label;
  st_expr value; /* or what is cut */
  bool cut;
  double *breaks;
  size_t n_breaks;
  bool circular;
  sx_text2 *labels; /* [n_breaks + 1] */
} st_derived;

typedef struct st_make { /* replicates to be made */
  bool given, seeded;
  sx_make_spec spec;
  uint64_t seed; /* seeded; else that of the context */
} st_make;

typedef struct st_phase2 { /* a second phase of sampling */
  bool given, approx;
  st_expr where; /* its cases */
  st_list strata;
  const char *fpc, *prob;
} st_phase2;

typedef struct st_design {
  const sx_node *node;
  const char *weights; /* NULL: unweighted, or from fpc or probabilities */
  bool unweighted;     /* said so */
  const char *strata;
  st_list clusters, fpc;     /* per stage */
  st_list all_strata;        /* per stage, "-" for none; `strata` is the first */
  const char **later_strata; /* [all_strata.n] those after the first, NULL for none */
  sx_pps pps;
  const char *prob, *joint; /* joint: a file */
  double psum;
  st_make make;
  const void *base; /* sx_base_spec: weights made from probabilities; NULL: none */
  st_phase2 phase2;
  st_list names; /* variables of base and phase2 */
  sx_lonely lonely;
  bool nest;          /* cluster numbers start again in every stratum */
  st_list replicates; /* expanded */
  sx_rep_type rep_type;
  double rho, scale, df;
  const double *rscales; /* [replicates.n] or NULL: the type's own */
  bool mse, combined, missing_zero;
} st_design;

typedef struct st_margin {
  const sx_node *node;
  st_list by;
  const char *file, *value; /* totals from a file, or */
  const sx_node *totals;    /* inline: level -> total */
  st_expr where;            /* rows of the totals' file */
} st_margin;

typedef struct st_adjuster st_adjuster; /* study_adjust.h */
typedef struct st_weighting {
  const sx_node *node;
  const st_adjuster *kind; /* NULL: faulty */
  st_margin *margins;
  size_t n_margins;
  st_list names, files; /* variables that the step uses, files that it reads */
  const void *of_kind;
} st_weighting;

typedef struct st_benchmark_part { /* of one group */
  const char *domain;              /* as domains are named: "rural", "age:20-29" */
  double value, se, df;
} st_benchmark_part;
typedef struct st_benchmark {
  const char *id;
  const sx_node *node;
  sx_text2 label, source;
  double value, se, df;
  const char *unit, *format;
  st_benchmark_part *by;
  size_t n_by;
} st_benchmark;

typedef struct st_group {
  const char *id;
  const sx_node *node;
  sx_text2 label;
  st_expr where;         /* one domain, or */
  const char *by;        /* one per level of this variable */
  const sx_node *levels; /* level -> label */
  size_t n_seen,
      n_named; /* of the variable, where known before the data are read: levels of the cases of the check, and named ones */
} st_group;

typedef struct st_term {
  size_t group;
  const char *level; /* NULL: the group itself, or every level of a `by` group */
} st_term;
typedef struct st_domain {
  const sx_node *node;
  st_term terms[ST_MAX_TERMS]; /* in the order of the groups, none: total */
  size_t n;
  bool needed; /* its estimates are operands of a formula or an account: the carriers are stored */
  bool passed; /* operands of an account in groups: kept in memory alone, for there may be very many */
} st_domain;

typedef struct st_gap {
  const sx_node *node;
  st_domain of, to; /* to.n == 0: the whole */
  const char *statistic;
} st_gap;

typedef enum st_operand_kind {
  ST_OPERAND_BENCHMARK,
  ST_OPERAND_INDICATOR,
  ST_OPERAND_ACCOUNT,
  ST_OPERAND_BALANCE
} st_operand_kind;
typedef struct st_operand {
  const char *name;
  st_operand_kind kind;
  size_t index, node;    /* node: of an account; of a balance its figure */
  bool fixed;            /* the domain below whatever the formula's own */
  bool own;              /* of an account: written without a domain, taken in the formula's own */
  st_domain domain;      /* of an indicator, an account or a benchmark */
  const char *scope;     /* of an account, NULL: the whole tree */
  const char *statistic; /* of an account: its measure; of an indicator: one beyond the first, else NULL */
  const struct st_domain
      *levels; /* of an account in a figure of a balance by levels: each level's own; NULL the domain above */
} st_operand;
typedef struct st_formula {
  st_expr value;
  st_operand *operands;
  size_t n;
} st_formula;

typedef struct st_kind st_kind; /* study_kind.h */

/* What an indicator measures: an expression over the unit table that is a number, a condition (0 or 1), or a variable of any
 * type; or the name of a multiple-response set. */
typedef enum st_measure_type { ST_NUMBER, ST_CONDITION, ST_ANY, ST_SET } st_measure_type;
typedef struct st_measure {
  st_measure_type type;
  st_expr e;        /* of a set: its node alone */
  const char *name; /* as written */
} st_measure;

typedef struct st_indicator {
  const char *id;
  const sx_node *node;
  sx_text2 label, question, base_label;
  const char *unit, *format;
  const st_kind *kind;
  st_measure *measures;
  size_t n_measures;
  const char *const *stats; /* [n_stats] names of its statistics, the first its own; none: the kind's word */
  size_t n_stats;
  const sx_text2 *stat_words; /* [n_stats] what a table calls them; NULL: their names */
  bool deff_wor;              /* design effects without replacement */
  const void *of_kind;        /* what the kind's reader keeps */
  const char *file;           /* that the kind reads beside the data, as written; NULL none */
  sx_est_options est;         /* level, ci and df: its own, else the study's */
  st_expr base, where;
  st_formula formula;
  st_domain *by;
  size_t n_by, cap_by;
  st_gap *gaps;
  size_t n_gaps;
  bool assumed, keep, total_needed;
  bool followed; /* over the waves: its estimates stay in memory for the changes */
} st_indicator;

/* A number from outside, or a formula: an adjustment, a period factor, a price index. value.value.node NULL: not given. */
typedef struct st_given {
  const sx_node *node;
  st_formula value;
  double se, df; /* of a plain number */
  sx_text2 why, what;
  bool assumed;
} st_given;

typedef struct st_node {
  const char *id, *parent; /* parent NULL: the root; of an adjustment: the node that it adjusts */
  const sx_node *node;
  sx_text2 label;
  st_list scopes, codes;
  bool leaf, adjustment;
  st_formula population, penetration, spend, total;
  st_formula ratio; /* in the place of spend, or of total */
  const char *ratio_to;
  const sx_node *ratio_node;
  sx_account_base ratio_base;
  sx_account_adjustment kind; /* of an adjustment, with */
  st_given given;
  st_given period, price;
  st_expr data_total; /* of a tree from a table: an expression over the variables */
} st_node;

typedef struct st_compare { /* why the account is not the same in two groups, or why two accounts differ: to - from */
  const sx_node *node;
  st_domain from, to;
  size_t with;        /* another account in the place of from; ST_NONE: groups */
  const char *wave;   /* an earlier wave in the place of from: "previous", "year" or its name; NULL none */
  size_t pair;        /* then: of the series */
  const char *suffix; /* "_rural", "_previous"; "" where from is the whole */
  bool decompose;
  sx_account_weighting weighting;
} st_compare;

typedef struct st_area { /* small areas that stand in where a level of `group` has too few interviews */
  const sx_node *node;   /* NULL: none */
  size_t group, from;    /* from: table of the covariates, ST_NONE: none */
  const char *key;       /* its column with the levels */
  st_list columns;
  st_formula per;
  int method; /* sx_area_method */
} st_area;

typedef struct st_account {
  const char *id;
  const sx_node *node;
  sx_text2 label;
  const char *unit, *format;
  st_list scopes; /* narrowest first */
  st_formula benchmark, scale;
  st_given period, price; /* of the whole tree */
  st_node *nodes;         /* parents before children */
  size_t n_nodes, cap_nodes;
  size_t tree;   /* table of the tree, ST_NONE: none */
  bool faulty;   /* it has no tree: told once, and nothing that rests on it is judged */
  bool followed; /* over the waves: its estimates stay in memory for the changes */
  st_domain *domains;
  size_t n_domains;
  st_compare *compares;
  size_t n_compares;
  st_list sensitivity; /* nodes */
  st_area area;
  size_t min_n; /* of a leaf in a domain */
  double max_cv;
} st_account;

/* A printed figure to set beside the estimate of `reference`, or with the reason why not. */
typedef struct st_figure {
  const char *id;
  sx_text2 label, reason_text;
  double value, value_si; /* as printed, and in SI units */
  double low,
      high; /* what the printed figure may mean, in SI: half a printed unit to both sides, or as the file says */
  const char *unit, *qualifier, *reference, *format, *reason;
  const char *indicator, *statistic, *domain; /* of the reference; indicator NULL: none */
  int decimals;
} st_figure;
typedef struct st_published {
  const sx_node *node;
  const char *file;
  st_figure *figures;
  size_t n;
} st_published;

typedef struct st_block { /* a table or a figure */
  const char *id;
  const sx_node *node;
  bool figure;
} st_block;

typedef struct st_narrative {
  const char *zh, *en; /* files, either may be NULL */
  const sx_node *node;
} st_narrative;

struct st_balance;    /* study_balance.h */
struct st_disclosure; /* study_disclosure.h */
struct st_rules;      /* study_rules.h */
struct st_hashed;     /* study_hashed.h */
struct st_series;     /* study_waves.h */
struct st_wave;
struct sx_study {
  sx_ctx ctx;
  sx_arena *arena;
  sx_doc *doc;
  char *source; /* the YAML text, for places inside expressions */
  size_t n_source;
  const char *path, *data_dir; /* data_dir: --data, NULL none */
  const char *style;           /* house style: --style, else the study's; NULL none */
  sx_expr **exprs;
  size_t n_exprs, cap_exprs;
  struct st_hashed *hashed; /* of an earlier wave NULL */

  const char *id, *date, *wave, *requires, *root;
  sx_text2 title, subtitle, note, publisher;
  sx_est_options est; /* level, ci and df of indicators that say nothing */
  sx_quality_options quality;
  bool deff_wor;
  const sx_node *key; /* list of {label, ref, format, note}: figures on the cover; NULL none */
  bool zh, en;
  bool both, both_alone; /* side by side; and in no single language */
  const char *skipped;   /* why it cannot run here, NULL: it can */

  st_table *tables;
  size_t n_tables, unit;
  st_join *joins;
  size_t n_joins;
  st_derived *derived;
  size_t n_derived;
  size_t *derived_order;
  st_design design;
  st_weighting *weightings;
  size_t n_weightings;
  st_benchmark *benchmarks;
  size_t n_benchmarks;
  st_group *groups;
  size_t n_groups;
  st_indicator *indicators;
  size_t n_indicators;
  size_t *formula_order; /* what formulas rest on first: indicator i, account i + n_indicators, balance i + both */
  size_t n_formula_order;
  st_account *accounts;
  size_t n_accounts;
  struct st_rules *rules;                 /* NULL: none */
  const struct st_disclosure *disclosure; /* study_disclosure.h; NULL: none */
  struct st_balance *balances;
  size_t n_balances;
  st_published published;
  st_block *blocks;
  size_t n_blocks;
  sx_report_macro *macros; /* of sentences */
  size_t n_macros;
  st_narrative *narrative;
  size_t n_narrative;
  st_list annex;
  st_list outputs;        /* the files that are handed on; none: html */
  const sx_node *publish; /* map: agency, dataflow, ...; NULL none */
  int symbols;            /* sx_symbols */
  const char *docx_template;
  bool native_charts;
  st_list exempt;           /* from the audit of the report: words with numbers that are no results */
  sx_table **schemas;       /* [n_tables] as checked against; small */
  const char **arrow_names; /* [n_arrow_names] variables of banner tables with arrows against the wave before */
  size_t n_arrow_names;
  struct st_series *series;        /* waves: the earlier waves of this study; NULL none */
  const struct st_wave *as_wave;   /* this study is an earlier wave of another: then */
  const struct sx_study *follower; /* the study that follows it; doc and source are that one's */
  st_list unit_ids;                /* columns that link the units of waves */
};

#endif
