/* study_kind_moment.c: variances, covariances and correlations. */
#include "study_kind.h"

static void read_variance(st_load *l, st_indicator *ind, const sx_node *node) {
  (void)study__measure(l, ind, node, ST_NUMBER);
}

static void read_pair(st_load *l, st_indicator *ind, const sx_node *node) {
  const char *word = ind->kind->word;
  if (node->kind != SX_NODE_LIST || node->n != 2) {
    study__problem(l, node, "a %s is of two: '%s: [X, Y]'", word, word);
    return;
  }
  (void)study__measure(l, ind, node->items[0], ST_NUMBER);
  (void)study__measure(l, ind, node->items[1], ST_NUMBER);
}

static sx_status run_moment(sx_est_set **out, const st_job *job, sx_moment moment, sx_error *err) {
  const sx_est_request request = {.y = job->columns[0],
                                  .x = moment == SX_MOMENT_VARIANCE ? NULL : job->columns[1],
                                  .where = job->where,
                                  .by = job->by};
  return sx_estimate_moment(out, job->design, moment, &request, job->options, err);
}

static sx_status run_variance(sx_est_set **out, const st_job *job, sx_error *err) {
  return run_moment(out, job, SX_MOMENT_VARIANCE, err);
}
static sx_status run_covariance(sx_est_set **out, const st_job *job, sx_error *err) {
  return run_moment(out, job, SX_MOMENT_COVARIANCE, err);
}
static sx_status run_correlation(sx_est_set **out, const st_job *job, sx_error *err) {
  return run_moment(out, job, SX_MOMENT_CORRELATION, err);
}

const st_kind study__kind_variance = {
    .word = "variance", .format = "auto plain", .read = read_variance, .run = run_variance};
const st_kind study__kind_covariance = {
    .word = "covariance", .format = "auto plain", .read = read_pair, .run = run_covariance};
const st_kind study__kind_correlation = {
    .word = "correlation", .format = "plain 3", .read = read_pair, .run = run_correlation};
