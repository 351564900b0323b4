/* study_priv.h: the study as the files of this room share it.
 *
 * A study is loaded once into an arena (study_load.c and study_parts.c read the YAML, study_check.c checks it against
 * the variables of its files) and is immutable afterwards: plan and run only read it. */
#ifndef SX_STUDY_PRIV_H
#define SX_STUDY_PRIV_H

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

/* ---- parts of a study ------------------------------------------------------------------------------------ */

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
  st_list inputs;                           /* files that the model reads, as sx_synth_input has them */
  st_list assumed, statement, statement_en; /* its declared assumptions: name, and words in Chinese and English */
  const char *wave;                         /* of the model; NULL: the model itself */
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
  st_list exempt;                  /* from the audit of the report: words with numbers that are no results */
  sx_table **schemas;              /* [n_tables] as checked against; small */
  struct st_series *series;        /* waves: the earlier waves of this study; NULL none */
  const struct st_wave *as_wave;   /* this study is an earlier wave of another: then */
  const struct sx_study *follower; /* the study that follows it; doc and source are that one's */
  st_list unit_ids;                /* columns that link the units of waves */
};

/* ---- problems (study_load.c) ------------------------------------------------------------------------------ */

typedef struct st_load {
  sx_study *s;
  sx_problems *problems;
  sx_problems own;  /* when the caller gave none */
  bool oom;         /* a problem, or a part, could not be kept */
  const char *wave; /* an earlier wave is being loaded: problems that the study itself has are not told again */
  sx_store *kept;   /* results of the run before, NULL: they are not asked */
} st_load;
/* A problem at a node (NULL: the file as a whole). */
void study__problem(st_load *l, const sx_node *node, const char *fmt, ...) SX_PRINTF(3, 4);
void study__warning(st_load *l, const sx_node *node, const char *fmt, ...) SX_PRINTF(3, 4);
/* The same with a place of its own ("narrative/zh/01.md:3:7"). */
void study__problem_at(st_load *l, bool warning, const char *where, const char *message);
/* An error of an expression at its place in the YAML; SX_E_MEMORY sets oom. */
void study__expr_problem(st_load *l, const sx_node *node, const sx_error *err);
/* Once the groups of every formula are known: each operand has a value in each of them. */
void study__check_formula_groups(st_load *l);
/* A problem of a name inside an expression, at the name's own place. */
void study__name_problem(st_load *l, const st_expr *e, const char *name, const char *message);
/* Any other error: `where` of the error, or the node. */
void study__error_problem(st_load *l, const sx_node *node, const sx_error *err);
bool study__stop(const st_load *l); /* out of memory */
/* Puts the node's place ("study.yaml:12:5") before the error's own where, unless it stands there already. */
void study__add_place(sx_error *err, const sx_study *s, const sx_node *node);

/* ---- reading nodes (study_load.c) ------------------------------------------------------------------------- */

void *study__take(st_load *l, size_t n, size_t size); /* zeroed, from the arena; NULL sets oom */
char *study__copy(st_load *l, const char *text);
const char *study__text(st_load *l, const sx_node *map, const char *key); /* scalar or NULL */
const char *study__scalar(st_load *l, const sx_node *node, const char *what);
sx_text2 study__text2(st_load *l, const sx_node *map, const char *key);
sx_text2 study__text2_of(st_load *l, const sx_node *node);
double study__number(st_load *l, const sx_node *map, const char *key, double otherwise);
bool study__bool(st_load *l, const sx_node *map, const char *key, bool otherwise);
st_list study__list(st_load *l, const sx_node *map, const char *key); /* a list of scalars, or one scalar */
st_expr study__expr(st_load *l, const sx_node *map, const char *key);
st_expr study__expr_of(st_load *l, const sx_node *node, const char *text);
void study__keys(st_load *l, const sx_node *map, const char *const *keys, size_t n);
bool study__is_map(st_load *l, const sx_node *node, const char *what);
bool study__is_list(st_load *l, const sx_node *node, const char *what);
bool study__id(st_load *l, const sx_node *node, const char *id, const char *what);
/* One of the names under key; *out untouched where it is absent. A wrong one is a problem that lists them, with the nearest. */
bool study__choice(size_t *out, st_load *l, const sx_node *map, const char *key, const char *const *names, size_t n,
                   const char *what);
/* Capitals and small letters alike: BRR, brr. */
bool study__choice_any_case(size_t *out, st_load *l, const sx_node *map, const char *key, const char *const *names,
                            size_t n, const char *what);
#define ST_KEYS(l, map, ...)                                                                                           \
  study__keys(l, map, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* ---- parts (study_parts.c, study_figures.c) --------------------------------------------------------------- */

void study__read_data(st_load *l, const sx_node *root);
void study__read_derived(st_load *l, const sx_node *root);
void study__read_design(st_load *l, const sx_node *root);
void study__read_macros(st_load *l, const sx_node *root); /* study_macros.c */
void study__read_weighting(st_load *l, const sx_node *root);
void study__read_figures(st_load *l, const sx_node *root); /* benchmarks, groups, indicators */
void study__read_accounts(st_load *l, const sx_node *root);
st_node *study__add_node(st_load *l, st_account *a); /* zeroed; NULL sets oom. Moves the nodes */
/* study_account_words.c: what a node and an account say beyond the tree itself */
void study__read_leaf(st_load *l, st_node *n, const sx_node *map);         /* its factors, with ratios */
void study__read_adjustments(st_load *l, st_account *a, const st_node *n); /* adds their nodes */
void study__read_account_words(st_load *l, st_account *a, const sx_node *map);
st_given study__given(st_load *l, const sx_node *map, const char *key,
                      const char *number);                                 /* {number: N, se: S, why: ...} */
extern const char *const study__node_keys[], *const study__account_keys[]; /* NULL at the end */
void study__read_blocks(st_load *l, const sx_node *root);
void study__read_outputs(st_load *l, const sx_node *root); /* study_outputs.c */
/* level, ci, df and deff of a map; untouched where absent. */
void study__read_estimation(st_load *l, sx_est_options *out, bool *deff_wor, const sx_node *map);

/* ---- names (study_names.c) --------------------------------------------------------------------------------- */

size_t study__find_table(const sx_study *s, const char *id);
size_t study__find_derived(const sx_study *s, const char *id);
size_t study__find_benchmark(const sx_study *s, const char *id);
bool study__domain_is(const sx_study *s, const st_domain *d, const char *name); /* "age:20-29*rural" */
/* Whether a benchmark says its value in the domain (for a group of levels: in some level). */
bool study__benchmark_has(const st_benchmark *b, const st_domain *d, const sx_study *s);
bool study__benchmark_in(const st_benchmark *b, const char *domain); /* of a concrete domain, by its name */
/* Whether everything in a formula that comes from outside has a value of its own in the concrete domain. */
bool study__formula_in(const sx_study *s, const st_formula *f, const char *domain);
bool study__formula_has(const sx_study *s, const st_formula *f, const st_domain *d); /* the same; in some level of it */
size_t study__find_group(const sx_study *s, const char *id, size_t n);
size_t study__find_indicator(const sx_study *s, const char *id, size_t n);
size_t study__find_account(const sx_study *s, const char *id, size_t n);
size_t study__find_node(const st_account *a, const char *id);
const char *study__near_node(st_load *l, char out[160], const st_account *a, const char *text);
/* study_account_check.c */
/* Every formula of an account, one by one; NULL past the last. *domains: whether it is made anew for each domain. */
st_formula *study__account_formula(const st_account *a, size_t i, bool *domains);
void study__check_account(st_load *l, st_account *a, const sx_table *unit);
void study__need_account(st_load *l, const st_account *a); /* marks what its formulas want */
void study__check_account_reference(const sx_study *s, const sx_reference *ref, const char *slash, char message[256]);
/* study_check_units.c: units of accounts and indicators, and formats that say another unit than the number has */
void study__check_account_units(st_load *l, const st_account *a);
void study__check_indicator_units(st_load *l); /* once, after the accounts */
bool study__unit_counts(
    const char *unit); /* people, households, items ..., with or without a scale: no money, no share */
void study__check_block_format(st_load *l, const sx_node *block);
void study__check_one_scale(st_load *l, const sx_node *figure); /* its results are all in one unit */
/* study_recombine.c: outside figures of groups against that of the whole; warnings, once, after the accounts */
void study__check_recombined(st_load *l);
/* The message, or "" where the format fits what is referred to or nothing is known. */
void study__unit_format(const sx_study *s, const sx_reference *ref, const char *format, char message[256]);
/* Unit of a statistic of an account: its own, "%" for growth and shares of a change, "pp", NULL for plain shares. */
const char *study__account_unit(const st_account *a, const char *statistic);
/* ", did you mean 'x'?" or "" into out. kinds: letters of d(erived) b(enchmark) g(roup) i(ndicator) a(ccount) t(able). */
const char *study__near(const sx_study *s, char out[160], const char *text, const char *kinds);
/* "z", "age:20-29", "z*rural", "total". */
bool study__domain(st_load *l, st_domain *out, const sx_node *node, const char *text);
bool study__same_domain(const st_domain *a, const st_domain *b); /* the same terms */
bool study__covers(const st_domain *a, const st_domain *b);      /* b is a, or a level of a */
void study__resolve_formula(st_load *l, st_formula *f);
/* Marks (and where needed adds) the domains whose estimates a formula by these groups wants. */
void study__need_operands(st_load *l, const st_formula *f, const st_domain *by, size_t n_by);
void study__pass_operands(st_load *l, const st_formula *f, const st_domain *by, size_t n_by); /* without storing them */
/* Statistics of an indicator in the store, the first its own (study_kind.c). */
bool study__is_formula(const st_indicator *ind);
size_t study__stat_count(const st_indicator *ind);
const char *study__stat_at(const st_indicator *ind, size_t i);
const char *study__stat_name(const st_indicator *ind);              /* the first */
size_t study__stat_find(const st_indicator *ind, const char *name); /* ST_NONE */
/* The domain of a reference in the form of the store's rows: "total", "z", "z*age:20-29", "scope:narrow"; arena memory. */
char *study__domain_text(const sx_study *s, const st_domain *d,
                         sx_arena *arena); /* "z*age:20-29", "total"; NULL: no memory */
char *study__reference_domain(const sx_study *s, const sx_reference *ref, sx_arena *arena);
/* The domain that a reference names, in the study's groups; false with the message otherwise. Levels are borrowed. */
bool study__reference_groups(const sx_study *s, st_domain *out, const sx_reference *ref, char message[256]);
/* Paths: beside the study, in root, or in the --data folder; arena memory, NULL when out of memory. */
const char *study__path(const sx_study *s, sx_arena *arena, const char *file);
void study__sample_spec(sx_buf *out, const st_table *t); /* what decides a generated sample, but for its model */
const char *study__data_path(const sx_study *s, sx_arena *arena, const st_table *table, const char *file);
/* A reference checked against what the study will make; the message goes to `message` (cut), empty when all is well. */
void study__check_reference(const sx_study *s, const sx_reference *ref, char message[256]);
/* The unit of a printed figure: its scale (亿人 1e8, % 0.01) and what is left (人, ""). */
double study__unit_scale(const char *unit, const char **rest);

/* ---- weighting (study_adjust.c) */

void study__check_weighting(st_load *l, const sx_table *unit);
/* A number beside a text, never with an exponent: rounded to `figures` significant ones, its last zeros left out; those of `figures` whole digits and more with the
 * separators of the language's sentences; below half of the sixth decimal 0. */
void study__put_figures(sx_buf *out, double value, int figures, bool chinese);
void study__weighting_words(sx_buf *zh, sx_buf *en, char *line); /* of the step's payload; line is cut up */
/* Whether the column may hold the level, where its levels are known before the data are read (else true). *near: the nearest name
 * or NULL. */
bool study__known_level(st_load *l, const sx_column *c, const char *level, const char **near);

/* ---- loading a part (study_load.c) ------------------------------------------------------------------------- */

/* A study of which `read` takes what it wants; as sx_study_load_with otherwise. */
sx_status study__load(sx_study **out, const sx_ctx *ctx, const char *path, const sx_load_options *options,
                      void (*read)(st_load *l, const sx_node *root), sx_problems *problems, sx_error *err) SX_NODISCARD;

/* ---- checking (study_check.c) ------------------------------------------------------------------------------ */

void study__order_derived(st_load *l); /* what each rests on first; a circle is a problem */
void study__check(st_load *l);
void study__check_blocks(st_load *l); /* study_check_blocks.c */
/* A level that a domain names must be one of the variable's, where its levels are known before the data are read. */
void study__check_domain_level(st_load *l, const sx_table *unit, const st_domain *d);

/* ---- data (study_data.c) ------------------------------------------------------------------------------------ */

/* One table of the study as its files hold it, filtered. columns NULL: all. max_rows 0: all. */
sx_status study__read_table(sx_table **out, const sx_study *s, size_t table, const char *const *columns,
                            size_t n_columns, size_t max_rows, sx_error *err) SX_NODISCARD;
sx_status study__apply_join(sx_table *unit, const sx_study *s, const st_join *join, const sx_table *from,
                            sx_error *err) SX_NODISCARD;
/* Adds derived variable i to the table; an error whose `where` is a column is one of the expression. */
sx_status study__derive(sx_table *unit, const sx_study *s, size_t i, sx_error *err) SX_NODISCARD;
const char *study__cut_level(const st_derived *d, size_t i); /* the text of class i, as the column holds it */
/* Every variable name that the study uses of the unit table, sorted and unique; arena of the caller. */
sx_status study__used_names(const char ***names, size_t *n, const sx_study *s, sx_arena *arena,
                            sx_error *err) SX_NODISCARD;
void study__check_design(st_load *l, const sx_table *unit); /* study_design.c */
/* What the numbers of cases and units do not say: stages, probabilities, how replicates were made; "; ..." each. */
void study__design_words(sx_buf *zh, sx_buf *en, const sx_study *s);
sx_status study__design_new(sx_design **out, const sx_study *s, sx_table *unit, sx_error *err) SX_NODISCARD;
/* study_design_phase.c: base weights, and two phases. *name: a static text, of a column added to the table. */
void study__read_phases(st_load *l, st_design *d);
void study__check_phases(st_load *l, const sx_table *unit);
sx_status study__make_base(const char **name, const sx_study *s, sx_table *unit, sx_error *err) SX_NODISCARD;
sx_status study__twophase_new(sx_design **out, const sx_study *s, const char *weights, const sx_table *unit,
                              sx_error *err) SX_NODISCARD;
void study__phase_words(sx_buf *zh, sx_buf *en, const sx_study *s);
/* The value of a row as text, the way groups name levels; NULL: out of memory (arena). */
const char *study__cell_text(const sx_column *column, size_t row, sx_arena *arena);
typedef struct st_targets {
  sx_target *items;
  size_t n;
} st_targets;
sx_status study__targets(st_targets *out, const sx_study *s, const st_weighting *w, sx_arena *arena,
                         sx_error *err) SX_NODISCARD;
sx_status study__account_tree(st_load *l, st_account *a); /* adds the nodes of a tree from its table */

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
  const char *name; /* INDICATOR|STATISTIC|DOMAIN */
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
  size_t *slots; /* open addressing, index + 1 */
  size_t n_slots;
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
  bool whole;     /* the unit table has every variable of its file, not only those that the study uses */
  sx_table *unit; /* with joins and derived variables; NULL until needed */
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
  const char *synthetic;   /* words of the data's own metadata, NULL: real */
  const char *design_text; /* cases, strata, PSUs, replicates, words, by TAB; payload of the step `design` */
  const char *weight_text; /* a line per adjustment; payload of the step `weighting` */
  const char **banners;    /* [blocks] the finished blocks of banner tables that were computed; NULL none */
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
  bool again;                 /* the steps marked `again` are computed, and nothing is written */
  sx_account **built;         /* [accounts] those that are compared with another wave, over the whole; NULL none */
} st_run;

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
/* mask [rows]: 1 in the base of the indicator, both of whose conditions are true there; *all: it has none. scratch [rows]. */
sx_status study__base_mask(uint8_t *mask, bool *all, const st_run *r, const st_indicator *ind, uint8_t *scratch,
                           sx_error *err) SX_NODISCARD;
sx_status study__derive_all(st_run *r, sx_error *err) SX_NODISCARD;
sx_status study__make_design(st_run *r, sx_error *err) SX_NODISCARD;
sx_status study__generate(st_run *r, sx_error *err) SX_NODISCARD;
/* Whether the table's file is there and a finished run in the store made it of this model, its inputs and sample, by this version: then the
 * model can be solved. */
sx_status study__model_solved(bool *solved, const sx_study *s, const st_table *t, sx_store *store,
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
void study__check_published(st_load *l);
sx_status study__run_published(st_run *r, sx_error *err) SX_NODISCARD;
sx_status study__published_json(sx_buf *out, st_run *r, const st_block *block, sx_error *err) SX_NODISCARD;
/* study_blocks.c */
sx_status study__run_blocks(st_run *r, sx_error *err) SX_NODISCARD;
/* study_block_tests.c: the tests under a table: checked, and its note written with them ("note":{...},) */
void study__check_block_tests(st_load *l, const sx_node *block);
sx_status study__block_note(sx_buf *out, const st_run *r, const st_block *block, sx_error *err) SX_NODISCARD;
sx_status study__block_json(sx_buf *out, st_run *r, const st_block *block, sx_error *err) SX_NODISCARD;
/* study_banner.c */
bool study__is_banner(const st_block *block);
void study__check_banner(st_load *l, const sx_node *block);
void study__check_banner_names(st_load *l, const sx_table *unit);
sx_status study__run_banners(st_run *r, sx_error *err) SX_NODISCARD;
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

/* ---- balancing (study_balance.c, study_balance_run.c) ------------------------------------------------------------ */

void study__read_balances(st_load *l, const sx_node *root); /* after accounts */
size_t study__find_balance(const sx_study *s, const char *id, size_t n);
/* The formulas of all figures of all balances, one by one; NULL past the last. The rows that they name keep their carriers. */
const st_formula *study__balance_formula(const sx_study *s, size_t i);
void study__check_balances(st_load *l); /* after accounts */
void study__check_balance_reference(const sx_study *s, size_t balance, const sx_reference *ref, char message[256]);
void study__check_balance_form(st_load *l, const sx_node *block);                       /* a table with `balance: ID` */
const struct st_balance *study__block_balance(const sx_study *s, const sx_node *block); /* NULL: it shows none */
sx_status study__run_balance(st_run *r, size_t index, sx_error *err) SX_NODISCARD;
/* A balanced figure as an operand: in the domain; one by levels in the whole is the sum of its levels. Borrowed. */
sx_status study__balance_value(const sx_est **out, st_run *r, const st_operand *op, const char *domain,
                               sx_error *err) SX_NODISCARD;
/* "agreed/goods", "agreed/part.province:A" of a formula; false: it is none, or a problem was told (then *told). */
bool study__balance_operand(st_load *l, st_operand *op, const sx_reference *ref, bool fixed, char message[256]);
const char *study__balance_unit(const sx_study *s, const st_operand *op);
const st_formula *study__balance_figure_formula(const sx_study *s, size_t balance,
                                                size_t figure); /* NULL past the last */
const char *study__balance_id(const sx_study *s, size_t balance, const sx_node **node);
void study__need_balance(st_load *l, size_t balance); /* marks what its figures want */
void study__check_balanced_operands(st_load *l);      /* of formulas in groups, and of what is followed */
bool study__level_asked(const sx_study *s, const st_domain *levels,
                        const char *domain); /* the domain is one level of them */
sx_status study__put_balance_labels(st_run *r, sx_error *err) SX_NODISCARD;
sx_status study__balance_table(sx_buf *out, sx_buf *scratch, st_run *r, const st_block *block,
                               const struct st_balance *balance, sx_error *err) SX_NODISCARD;
sx_status study__balance_note(sx_buf *out, const st_run *r, const st_block *block, const struct st_balance *balance,
                              sx_error *err) SX_NODISCARD;

/* ---- waves (study_waves.h) ------------------------------------------------------------------------------------- */

void study__read_whole(st_load *l, const sx_node *root); /* study_load.c: every part but the waves, checked */
/* study_waves_read.c: the section `waves`, before the check; the earlier waves themselves after it (study_waves_load.c) */
void study__read_waves(st_load *l, const sx_node *root);
void study__load_waves(st_load *l);
void study__waves_free(sx_study *s);
void study__prune_derived(st_load *l); /* of an earlier wave: those that nothing of it uses go */
void study__check_waves_left(st_load *l, const sx_node *root); /* words that need the section where there is none */
/* study_waves_check.c: references to rows of waves and to changes. False: it is neither. */
bool study__wave_reference(const sx_study *s, const sx_reference *ref, char message[256]);
bool study__is_followed(const sx_study *s, size_t i, bool account);
bool study__is_change(const sx_study *s, const char *statistic); /* "change", "yoy_relative", "p_change" ... */
void study__change_format(const sx_study *s, const sx_reference *ref, const char *format, char message[256]);
/* ref without its wave; the wave's name or NULL. */
const char *study__strip_wave(sx_reference *plain, const sx_reference *ref);
/* study_waves_map.c: columns of the unit table in the words of the study. */
sx_status study__wave_columns(const char *const **columns, size_t n, const sx_study *s, size_t table, sx_arena *arena,
                              sx_error *err) SX_NODISCARD;
sx_status study__wave_recode(sx_table *table, const sx_study *s, size_t index, const char *const *wanted,
                             size_t n_wanted, sx_error *err) SX_NODISCARD;
/* study_waves_run.c */
bool study__to_compute(const st_run *r, const st_step *step); /* now, by this run */
char *study__step_id(const st_run *r, const char *kind,
                     const char *id);                                /* as the plan has it; arena, NULL: no memory */
sx_status study__waves_begin(st_run *r, sx_error *err) SX_NODISCARD; /* generates their data */
sx_status study__run_waves(st_run *r, sx_error *err) SX_NODISCARD;
void study__waves_clear(st_run *r);
const st_run *study__run_of(const st_run *r, const st_step *step); /* the run whose step it is */
const char *study__link_payload(st_run *r, size_t pair);
/* Terms of a row's domain, with the wave where this run is one of an earlier wave; n */
size_t study__wave_terms(sx_store_term terms[ST_MAX_TERMS + 1], const st_run *r, const st_where *where);
/* study_waves_merge.c: a category that no case of an earlier wave has is missing in it, not 0. */
sx_status study__miss_levels(const st_run *r, const st_indicator *ind, sx_est_set *set, sx_error *err) SX_NODISCARD;
/* Whether the row belongs to this run; terms then hold its domain without the wave, where the run is one of an earlier wave. */
bool study__own_row(sx_store_row *row, sx_store_term terms[8], const st_run *r);
/* study_waves_blocks.c */
bool study__block_waves(const sx_study *s,
                        const sx_node *block); /* a series, or changes: its note says of which waves */
sx_status study__wave_note(sx_buf *out, const st_run *r, const st_block *block, sx_error *err) SX_NODISCARD;
void study__wave_words(sx_buf *zh, sx_buf *en, const st_run *r);
void study__check_block_waves(st_load *l, const sx_node *block);
sx_status study__series_json(sx_buf *out, st_run *r, const st_block *block, sx_error *err) SX_NODISCARD;

#endif
