/* study_load.h: a study file read and checked. study_load.c and study_parts.c read the YAML, study_check.c checks it against the variables of its files;
 * every fault is a problem with its place. */
#ifndef SX_STUDY_LOAD_H
#define SX_STUDY_LOAD_H

#include "study_parts.h"

typedef struct st_load {
  sx_study *s;
  sx_problems *problems;
  sx_problems own;  /* when the caller gave none */
  bool oom;         /* a problem, or a part, could not be kept */
  const char *wave; /* an earlier wave is being loaded: problems that the study itself has are not told again */
  sx_store *kept;   /* results of the run before, NULL: they are not asked */
  bool again;       /* what is found out is noted for the next run */
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

/* ---- nodes (study_load.c) ----------------------------------------------------------------------------------- */

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

const char *study__near_node(st_load *l, char out[160], const st_account *a, const char *text);
void study__check_account(st_load *l, st_account *a, const sx_table *unit);
void study__need_account(st_load *l, const st_account *a); /* marks what its formulas want */
/* study_check_units.c: units of accounts and indicators, and formats that say another unit than the number has */
void study__check_account_units(st_load *l, const st_account *a);
void study__check_indicator_units(st_load *l); /* once, after the accounts */
void study__check_block_format(st_load *l, const sx_node *block);
void study__check_one_scale(st_load *l, const sx_node *figure); /* its results are all in one unit */
/* study_recombine.c: outside figures of groups against that of the whole; warnings, once, after the accounts */
void study__check_recombined(st_load *l);
/* "z", "age:20-29", "z*rural", "total". */
bool study__domain(st_load *l, st_domain *out, const sx_node *node, const char *text);
/* "auto 元": the format of amounts of a unit where the study names none; no unit: NULL (study_figures.c). */
const char *study__usual_format(st_load *l, const char *unit);
void study__resolve_formula(st_load *l, st_formula *f);
/* Marks (and where needed adds) the domains whose estimates a formula by these groups wants. */
void study__need_operands(st_load *l, const st_formula *f, const st_domain *by, size_t n_by);
void study__pass_operands(st_load *l, const st_formula *f, const st_domain *by, size_t n_by); /* without storing them */
/* Whether the column may hold the level, where its levels are known before the data are read (else true). *near: the nearest name
 * or NULL. */
bool study__known_level(st_load *l, const sx_column *c, const char *level, const char **near);

/* ---- checks -------------------------------------------------------------------------------------------------- */

void study__order_derived(st_load *l); /* what each rests on first; a circle is a problem */
void study__check(st_load *l);
void study__check_blocks(st_load *l); /* study_check_blocks.c */
/* study_check_figure.c: how many levels a group has as far as the check sees, and whether a figure can be drawn of what it shows. */
void study__note_levels(st_load *l, st_group *g, const sx_table *unit);
void study__check_figure_size(st_load *l, const sx_node *map);
/* A level that a domain names must be one of the variable's, where its levels are known before the data are read. */
void study__check_domain_level(st_load *l, const sx_table *unit, const st_domain *d);
void study__check_design(st_load *l, const sx_table *unit); /* study_design.c */
/* study_design_phase.c */
void study__read_phases(st_load *l, st_design *d);
void study__check_phases(st_load *l, const sx_table *unit);
sx_status study__account_tree(st_load *l, st_account *a); /* adds the nodes of a tree from its table */
/* study_published.c */
void study__check_published(st_load *l);
/* study_block_tests.c: the tests under a table */
void study__check_block_tests(st_load *l, const sx_node *block);
/* study_banner.c */
void study__check_banner(st_load *l, const sx_node *block);
void study__check_banner_names(st_load *l, const sx_table *unit);

/* ---- a part alone (study_load.c) -------------------------------------------------------------------------- */

/* A study of which `read` takes what it wants; as sx_study_load_with otherwise. */
sx_status study__load(sx_study **out, const sx_ctx *ctx, const char *path, const sx_load_options *options,
                      void (*read)(st_load *l, const sx_node *root), sx_problems *problems, sx_error *err) SX_NODISCARD;

#endif
