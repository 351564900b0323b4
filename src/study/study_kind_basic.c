/* study_kind_basic.c: totals, means, shares, ratios and counts, estimated together; and the kind of formulas. */
#include "study_kind.h"

/* Of a number, or of a variable of texts: check tells. */
static void read_number_or_text(st_load *l, st_indicator *ind, const sx_node *node) {
  (void)study__measure(l, ind, node, ST_ANY);
}

static void read_condition(st_load *l, st_indicator *ind, const sx_node *node) {
  (void)study__measure(l, ind, node, ST_CONDITION);
}

static void read_ratio(st_load *l, st_indicator *ind, const sx_node *node) {
  if (node->kind != SX_NODE_LIST || node->n != 2 || node->items[0]->kind != SX_NODE_SCALAR ||
      node->items[1]->kind != SX_NODE_SCALAR) {
    study__problem(l, node, "a ratio is [NUMERATOR, DENOMINATOR]");
    return;
  }
  (void)study__measure(l, ind, node->items[0], ST_NUMBER);
  (void)study__measure(l, ind, node->items[1], ST_NUMBER);
}

/* The condition is the base itself; `true` is everyone. */
static void read_count(st_load *l, st_indicator *ind, const sx_node *node) {
  bool all = false;
  if (!sx_node_bool(&all, node) || !all) ind->base = study__expr(l, ind->node, "count");
}

static void read_formula(st_load *l, st_indicator *ind, const sx_node *node) {
  (void)node;
  ind->formula.value = study__expr(l, ind->node, "formula");
}

static void basic(sx_est_request *out, const st_job *job, sx_stat stat) {
  *out = (sx_est_request){.stat = stat, .where = job->where, .by = job->by};
  if (job->ind->n_measures > 0) out->y = job->columns[0];
  if (job->ind->n_measures > 1) out->x = job->columns[1];
}

static void request_total(sx_est_request *out, const st_job *job) {
  basic(out, job, SX_STAT_TOTAL);
}
static void request_mean(sx_est_request *out, const st_job *job) {
  basic(out, job, SX_STAT_MEAN);
}
static void request_prop(sx_est_request *out, const st_job *job) {
  basic(out, job, SX_STAT_PROP);
  out->prop_of_one = true;
}
static void request_ratio(sx_est_request *out, const st_job *job) {
  basic(out, job, SX_STAT_RATIO);
}
static void request_count(sx_est_request *out, const st_job *job) {
  basic(out, job, SX_STAT_COUNT);
}

const st_kind study__kind_total = {
    .word = "total", .read = read_number_or_text, .check = study__text_levels, .request = request_total};
const st_kind study__kind_mean = {.word = "mean",
                                  .format = "auto plain",
                                  .read = read_number_or_text,
                                  .check = study__text_levels,
                                  .request = request_mean};
const st_kind study__kind_prop = {
    .word = "prop", .format = "% 1", .shares = true, .read = read_condition, .request = request_prop};
const st_kind study__kind_ratio = {
    .word = "ratio", .format = "auto plain", .read = read_ratio, .request = request_ratio};
const st_kind study__kind_count = {.word = "count", .read = read_count, .request = request_count};
const st_kind study__kind_formula = {.word = "formula", .format = "auto plain", .formula = true, .read = read_formula};
