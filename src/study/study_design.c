/* study_design.c: the study's `design`: its words, their check against the data, the design made, and what it is called. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "study_data.h"
#include "study_load.h"
#include "study_names.h"

/* ---- replicate weights that are read ------------------------------------------------------------------------ */

enum { MAX_RANGE = 10000 };

/* How many names a pattern stands for: 1 for a plain name, 0 where it is none (then a problem is noted). */
static size_t count_names(st_load *l, sx_name_range *range, const char *pattern, const sx_node *node) {
  if (!strchr(pattern, '[')) return 1;
  if (sx_name_range_parse(range, pattern) && range->last - range->first < MAX_RANGE)
    return (size_t)(range->last - range->first) + 1;
  if (node) study__problem(l, node, "a pattern of names is NAME[01-44]");
  return 0;
}

static void expand_names(st_load *l, st_list *out, const st_list *patterns) {
  sx_name_range range = {.first = 0};
  size_t total = 0;
  for (size_t i = 0; i < patterns->n; i++) total += count_names(l, &range, patterns->items[i], patterns->nodes[i]);
  out->items = study__take(l, total, sizeof *out->items);
  out->nodes = study__take(l, total, sizeof *out->nodes);
  if (!out->items || !out->nodes) return;
  size_t at = 0;
  for (size_t i = 0; i < patterns->n; i++) {
    const size_t n = count_names(l, &range, patterns->items[i], NULL);
    const bool many = strchr(patterns->items[i], '[') != NULL;
    for (size_t k = 0; k < n; k++) {
      const char *name = many ? sx_name_range_at(&range, range.first + (int64_t)k, l->s->arena) : patterns->items[i];
      if (!name) {
        l->oom = true;
        return;
      }
      out->nodes[at] = patterns->nodes[i];
      out->items[at++] = name;
    }
  }
  out->n = at;
}

/* One factor per replicate, in their order. */
static void read_rscales(st_load *l, st_design *d, const sx_node *map) {
  const sx_node *list = sx_node_get(map, "rscales");
  if (!list || !study__is_list(l, list, "rscales")) return;
  if (list->n != d->replicates.n) {
    study__problem(l, list, "%zu factors for %zu replicates", list->n, d->replicates.n);
    return;
  }
  double *values = study__take(l, list->n, sizeof *values);
  for (size_t i = 0; values && i < list->n; i++) {
    if (!sx_node_number(&values[i], list->items[i]) || !(values[i] >= 0.0)) {
      study__problem(l, list->items[i], "a factor of the replicate variance is a number, not negative");
      return;
    }
  }
  d->rscales = values;
}

/* Replicate weights that are read carry the design: what else is said of it would be passed over. */
static void check_beside_replicates(st_load *l, const st_design *d) {
  static const char *const others[] = {"strata", "clusters", "nest", "fpc", "lonely", "pps", "prob", "joint", "psum"};
  for (size_t k = 0; k < sizeof others / sizeof *others; k++)
    if (sx_node_get(d->node, others[k]))
      study__problem(l, sx_node_get(d->node, others[k]), "replicate weights carry the design: leave '%s' out",
                     others[k]);
}

static void read_replicates(st_load *l, st_design *d, const sx_node *map) {
  if (!study__is_map(l, map, "replicates")) return;
  ST_KEYS(l, map, "weights", "type", "mse", "missing", "rho", "scale", "rscales", "df", "combined");
  const st_list patterns = study__list(l, map, "weights");
  if (patterns.n == 0) study__problem(l, map, "replicates need their weights: 'weights: \"WTREP[01-44]\"'");
  expand_names(l, &d->replicates, &patterns);
  size_t type = 0, n_types = 0;
  const char *const *types = sx_rep_type_names(&n_types) + 1; /* without "none" */
  if (!sx_node_get(map, "type")) {
    study__problem(l, map, "replicates need a type: brr, fay, jk1, jkn, bootstrap, sdr or other");
  } else if (study__choice_any_case(&type, l, map, "type", types, n_types - 1, "type of replicates")) {
    d->rep_type = (sx_rep_type)(type + 1);
  }
  d->mse = study__bool(l, map, "mse", false);
  d->combined = study__bool(l, map, "combined", true);
  d->rho = study__number(l, map, "rho", 0);
  if (d->rep_type == SX_REP_FAY && !(d->rho > 0 && d->rho < 1))
    study__problem(l, map, "Fay's method needs its coefficient rho between 0 and 1: 'rho: 0.3'");
  if (d->rep_type != SX_REP_FAY && sx_node_get(map, "rho"))
    study__problem(l, sx_node_get(map, "rho"), "rho belongs to 'type: fay'");
  check_beside_replicates(l, d);
  d->scale = study__number(l, map, "scale", (double)NAN);
  d->df = study__number(l, map, "df", (double)NAN);
  read_rscales(l, d, map);
  const char *missing = study__text(l, map, "missing");
  d->missing_zero = missing && strcmp(missing, "zero") == 0;
  if (missing && !d->missing_zero) study__problem(l, sx_node_get(map, "missing"), "missing is 'zero' or left out");
}

/* ---- how the sample was drawn ------------------------------------------------------------------------------ */

static const char *const pps_names[] = {"brewer", "overton", "hr", "ht", "yg", "poisson"};
static const char *const make_names[] = {"jk1", "jkn", "brr", "fay", "bootstrap", "raowu", "preston", "sdr"};

static void read_pps(st_load *l, st_design *d) {
  const sx_node *map = d->node, *pps = sx_node_get(map, "pps");
  size_t method = 0;
  if (pps && study__choice_any_case(&method, l, map, "pps", pps_names, 6, "method for unequal probabilities"))
    d->pps = (sx_pps)(method + 1);
  d->prob = study__text(l, map, "prob");
  d->joint = study__text(l, map, "joint");
  d->psum = study__number(l, map, "psum", (double)NAN);
  const bool matrix = d->pps == SX_PPS_HT || d->pps == SX_PPS_YG;
  if (pps && !d->prob) study__problem(l, pps, "unequal probabilities need 'prob: NAME', the inclusion probability");
  if (d->pps != SX_PPS_NONE && matrix != (d->joint != NULL)) {
    study__problem(l, sx_node_get(map, d->joint ? "joint" : "pps"),
                   matrix ? "'%s' needs 'joint: FILE', the matrix of joint probabilities"
                          : "joint probabilities belong to 'pps: ht' or 'pps: yg', not to '%s'",
                   pps_names[d->pps - 1]);
  }
  if (!pps && d->joint) study__problem(l, sx_node_get(map, "joint"), "joint probabilities need 'pps: ht' or 'pps: yg'");
  if (sx_node_get(map, "psum") && d->pps != SX_PPS_HR)
    study__problem(l, sx_node_get(map, "psum"), "psum belongs to 'pps: hr'");
}

static void read_make(st_load *l, st_design *d, const sx_node *map) {
  st_make *m = &d->make;
  m->spec = (sx_make_spec)SX_MAKE_SPEC_INIT;
  if (!study__is_map(l, map, "make")) return;
  ST_KEYS(l, map, "type", "replicates", "rho", "mse", "seed");
  size_t type = 0;
  m->given = true;
  if (!sx_node_get(map, "type")) {
    study__problem(l, map, "replicates to be made need a type: 'make: {type: jkn}'");
  } else if (study__choice_any_case(&type, l, map, "type", make_names, 8, "type of replicates to make")) {
    m->spec.method = (sx_make)type;
  }
  if (sx_node_get(map, "replicates") && study__number(l, map, "replicates", 1) == 0)
    study__problem(l, sx_node_get(map, "replicates"), "0 makes none: leave it out for the method's own number");
  const double reps = study__number(l, map, "replicates", 0), seed = study__number(l, map, "seed", -1);
  if (!(reps >= 0 && reps <= 1e6 && reps == floor(reps)))
    study__problem(l, sx_node_get(map, "replicates"), "the number of replicates is a whole number up to 1e6");
  else
    m->spec.n_reps = (size_t)reps;
  if (sx_node_get(map, "seed") && !(seed >= 0 && seed <= 9e15 && seed == floor(seed)))
    study__problem(l, sx_node_get(map, "seed"), "seed is a whole number, not negative");
  else if (seed >= 0) {
    m->seeded = true;
    m->seed = (uint64_t)seed;
  }
  m->spec.rho = study__number(l, map, "rho", 0);
  m->spec.mse = study__bool(l, map, "mse", false);
  if (m->spec.method == SX_MAKE_FAY && !(m->spec.rho > 0 && m->spec.rho < 1))
    study__problem(l, map, "Fay's method needs its coefficient between 0 and 1: 'rho: 0.3'");
  if (m->spec.method != SX_MAKE_FAY && sx_node_get(map, "rho"))
    study__problem(l, sx_node_get(map, "rho"), "rho belongs to 'type: fay'");
  if (d->replicates.n) study__problem(l, map, "replicates are either read ('replicates') or made ('make')");
}

static void check_stages(st_load *l, const st_design *d) {
  const size_t stages = d->clusters.n + (d->clusters.n > 0 || d->fpc.n > 0);
  if (d->fpc.n > 1 && d->fpc.n > stages) {
    study__problem(l, d->fpc.nodes[d->fpc.n - 1],
                   "an fpc for %zu stages, but %zu cluster%s: the last stage are the cases", d->fpc.n, d->clusters.n,
                   d->clusters.n == 1 ? "" : "s");
  }
}

/* A stage with an fpc of its own: the variance of every stage, not only of ultimate clusters. */
static bool by_stages(const st_design *d) {
  return d->fpc.n > 1 || (d->fpc.n == 1 && (d->pps != SX_PPS_NONE || (!d->weights && !d->base && !d->unweighted)));
}

static void read_strata(st_load *l, st_design *d) {
  d->all_strata = study__list(l, d->node, "strata");
  const size_t n = d->all_strata.n;
  if (n == 0) return;
  if (strcmp(d->all_strata.items[0], "-") != 0) d->strata = d->all_strata.items[0];
  d->later_strata = study__take(l, n, sizeof *d->later_strata);
  for (size_t k = 1; d->later_strata && k < n; k++)
    d->later_strata[k - 1] = strcmp(d->all_strata.items[k], "-") == 0 ? NULL : d->all_strata.items[k];
  if (n > 1 && n > d->fpc.n + (d->prob ? 1 : 0))
    study__problem(l, sx_node_get(d->node, "strata"),
                   "strata are given for %zu stages, an fpc for %zu: strata of a later stage need its fpc", n,
                   d->fpc.n);
}

void study__read_design(st_load *l, const sx_node *root) {
  st_design *d = &l->s->design;
  d->scale = d->df = d->psum = (double)NAN;
  d->combined = true;
  d->node = sx_node_get(root, "design");
  if (!study__is_map(l, d->node, "design")) {
    study__problem(l, d->node,
                   "the study has no design: 'design: {weights: NAME, strata: NAME, clusters: [NAME]}', or "
                   "'design: {weights: none}' for an unweighted one");
    return;
  }
  ST_KEYS(l, d->node, "weights", "strata", "clusters", "nest", "fpc", "lonely", "replicates", "pps", "prob", "joint",
          "psum", "make", "base", "phase2");
  d->weights = study__text(l, d->node, "weights");
  d->nest = study__bool(l, d->node, "nest", false);
  d->fpc = study__list(l, d->node, "fpc");
  read_pps(l, d);
  if (!sx_node_get(d->node, "weights") && !sx_node_get(d->node, "base") && d->fpc.n == 0 && !d->prob) {
    study__problem(l, d->node,
                   "the design names no weights: 'weights: NAME', or 'weights: none' for unweighted estimates");
  }
  d->unweighted = d->weights && strcmp(d->weights, "none") == 0;
  if (d->unweighted) d->weights = NULL;
  read_strata(l, d);
  d->clusters = study__list(l, d->node, "clusters");
  check_stages(l, d);
  size_t policy = 0, n_policies = 0;
  const char *const *policies = sx_lonely_names(&n_policies);
  if (study__choice(&policy, l, d->node, "lonely", policies, n_policies, "policy for strata of one PSU"))
    d->lonely = (sx_lonely)policy;
  read_replicates(l, d, sx_node_get(d->node, "replicates"));
  read_make(l, d, sx_node_get(d->node, "make"));
  study__read_phases(l, d);
}

/* ---- against the variables -------------------------------------------------------------------------------------- */

static const sx_column *need(st_load *l, const sx_table *unit, const sx_node *node, const char *name) {
  const sx_column *column = NULL;
  sx_error err = SX_ERROR_INIT;
  if (!name || sx_table_need(&column, unit, name, &err) == SX_OK) return column;
  study__problem(l, node, "%s", err.message);
  return NULL;
}

static void need_number(st_load *l, const sx_table *unit, const char *key, const char *what, const char *name) {
  const sx_node *node = sx_node_get(l->s->design.node, key);
  const sx_column *c = need(l, unit, node, name);
  if (c && c->type != SX_NUMBER && c->type != SX_INTEGER)
    study__problem(l, node, "the %s '%s' is not a number", what, name);
}

void study__check_design(st_load *l, const sx_table *unit) {
  const st_design *d = &l->s->design;
  need_number(l, unit, "weights", "weight", d->weights);
  need_number(l, unit, "prob", "probability", d->prob);
  for (size_t i = 0; i < d->all_strata.n; i++)
    if (strcmp(d->all_strata.items[i], "-") != 0) (void)need(l, unit, d->all_strata.nodes[i], d->all_strata.items[i]);
  for (size_t i = 0; i < d->fpc.n; i++) (void)need(l, unit, d->fpc.nodes[i], d->fpc.items[i]);
  for (size_t i = 0; i < d->clusters.n; i++) (void)need(l, unit, d->clusters.nodes[i], d->clusters.items[i]);
  for (size_t i = 0; i < d->replicates.n; i++) {
    const size_t before = l->problems->n;
    (void)need(l, unit, d->replicates.nodes[i], d->replicates.items[i]);
    if (l->problems->n != before) break; /* one is enough for a pattern */
  }
  study__check_phases(l, unit);
  const char *path = d->joint ? study__path(l->s, l->s->arena, d->joint) : NULL;
  if (path && !sx_file_exists(path)) study__problem(l, sx_node_get(d->node, "joint"), "there is no file '%s'", path);
}

/* ---- the design ------------------------------------------------------------------------------------------------------ */

static sx_status make_replicates(sx_design **design, const sx_study *s, sx_error *err) {
  sx_design *made = NULL;
  if (!s->design.make.given) return SX_OK;
  SX_TRY(sx_design_make_replicates(&made, *design, &s->design.make.spec, err));
  sx_design_free(*design);
  *design = made;
  return SX_OK;
}

static sx_status read_joint(sx_design_spec *spec, double **matrix, const sx_study *s, sx_error *err) {
  if (!s->design.joint) return SX_OK;
  char *path = sx_path_beside(&s->ctx, s->path, s->design.joint);
  if (!path) return sx_error_memory(err);
  const sx_status status = sx_io_read_matrix(matrix, &spec->n_joint, &s->ctx, path, err);
  sx_mem_free(&s->ctx, path);
  spec->joint = *matrix;
  return status;
}

sx_status study__design_new(sx_design **out, const sx_study *s, sx_table *unit, sx_error *err) {
  const st_design *d = &s->design;
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  sx_ctx ctx = s->ctx;
  if (d->make.seeded) ctx.seed = d->make.seed;
  spec.weights = d->weights;
  if (d->base) SX_TRY(study__make_base(&spec.weights, s, unit, err));
  if (d->phase2.given) return study__twophase_new(out, s, spec.weights, unit, err);
  spec.unweighted = d->unweighted;
  spec.strata = d->strata;
  spec.later_strata = d->later_strata;
  spec.n_later_strata = d->all_strata.n > 1 ? d->all_strata.n - 1 : 0;
  spec.clusters = d->clusters.items;
  spec.n_clusters = d->clusters.n;
  if (by_stages(d)) {
    spec.fpcs = d->fpc.items;
    spec.n_fpcs = d->fpc.n;
  } else if (d->fpc.n) {
    spec.fpc = d->fpc.items[0];
  }
  spec.pps = d->pps;
  spec.prob = d->prob;
  spec.psum = d->psum;
  spec.lonely = d->lonely;
  spec.nest = d->nest;
  spec.repweights = d->replicates.items;
  spec.n_repweights = d->replicates.n;
  spec.rep_type = d->replicates.n ? d->rep_type : SX_REP_NONE;
  spec.rho = d->rho;
  spec.scale = d->scale;
  spec.rscales = d->rscales;
  spec.n_rscales = d->rscales ? d->replicates.n : 0;
  spec.mse = d->mse;
  spec.combined = d->combined;
  spec.rep_missing_zero = d->missing_zero;
  spec.df = d->df;
  double *matrix = NULL;
  sx_design *design = NULL;
  sx_status status = read_joint(&spec, &matrix, s, err);
  if (status == SX_OK) status = sx_design_new(&design, &ctx, unit, &spec, err);
  if (status == SX_OK) status = make_replicates(&design, s, err);
  sx_mem_free(&s->ctx, matrix);
  if (status == SX_OK) {
    *out = design;
  } else {
    sx_design_free(design);
  }
  return status;
}

/* ---- in words ---------------------------------------------------------------------------------------------------------- */

void study__design_words(sx_buf *zh, sx_buf *en, const sx_study *s) {
  static const char *const pps_words[] = {"Brewer",           "Overton",      "Hartley–Rao",
                                          "Horvitz–Thompson", "Yates–Grundy", "Poisson"};
  static const struct {
    const char *zh, *en;
  } made[] = {{"删一刀切法（JK1）", "the jackknife (JK1)"},
              {"分层刀切法（JKn）", "the stratified jackknife (JKn)"},
              {"平衡半样本法（BRR）", "balanced repeated replication (BRR)"},
              {"Fay 法", "Fay's method"},
              {"自助法", "the bootstrap"},
              {"Rao–Wu 自助法", "Rao and Wu's bootstrap"},
              {"Preston 多阶段自助法", "Preston's multistage bootstrap"},
              {"逐次差分法（SDR）", "successive differences (SDR)"}};
  const st_design *d = &s->design;
  if (by_stages(d) && d->fpc.n > 1) {
    sx_buf_printf(zh, "；%zu 个抽样阶段，各阶段均作有限总体修正", d->fpc.n);
    sx_buf_printf(en, "; %zu stages of sampling, each with its finite population correction", d->fpc.n);
  }
  if (d->pps != SX_PPS_NONE) {
    sx_buf_printf(zh, "；初级单元不等概率不放回抽取，方差用 %s 方法", pps_words[d->pps - 1]);
    sx_buf_printf(en, "; primary units drawn with unequal probabilities without replacement, variance by %s's method",
                  pps_words[d->pps - 1]);
  }
  study__phase_words(zh, en, s);
  if (d->make.given) {
    sx_buf_printf(zh, "；重复权数由%s生成", made[d->make.spec.method].zh);
    sx_buf_printf(en, "; the replicate weights were made by %s", made[d->make.spec.method].en);
  }
}
