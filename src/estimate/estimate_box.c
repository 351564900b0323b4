/* estimate_box.c: top-box, bottom-box and net scores of a scale, as a share or as the mean of a score:
 *
 *   top     the share of the top levels            bottom  the share of the bottom levels
 *   net     the mean of +1 in the top, -1 in the bottom, 0 between: the first share minus the second, with its covariance
 *
 * The net promoter score is the net of 9..10 and 0..6 on a scale of 0 to 10: Reichheld (2003), Harvard Business Review 81(12).
 * docs/methods/scales.md. */
#include <stdio.h>
#include <string.h>

#include "estimate_priv.h"
#include "shuxiao/estimate_set.h"

typedef struct scale {
  const sx_box_request *request;
  const sx_ctx *ctx;
  size_t n_levels;
  char **text, **label;
  int32_t *level; /* [rows] */
  int8_t *score;  /* [n_levels] */
} scale;

static bool is_number(const sx_column *c) {
  return c->type == SX_NUMBER || c->type == SX_INTEGER;
}

/* The level called `word`, by its text, as a number, or by its label; n_levels where there is none. */
static size_t find_level(const scale *s, const char *word) {
  for (size_t v = 0; v < s->n_levels; v++)
    if (strcmp(s->text[v], word) == 0) return v;
  double asked = 0, is = 0;
  if (is_number(s->request->y) && sx_text_to_double(&asked, word, strlen(word)))
    for (size_t v = 0; v < s->n_levels; v++)
      if (sx_text_to_double(&is, s->text[v], strlen(s->text[v])) && is == asked) return v;
  for (size_t v = 0; v < s->n_levels; v++)
    if (strcmp(s->label[v], word) == 0) return v;
  return s->n_levels;
}

/* A number that no case holds may still be a level of the scale, if it lies within it or is labelled. */
static bool could_be(const scale *s, const char *word) {
  const sx_column *y = s->request->y;
  double asked = 0;
  for (size_t k = 0; k < y->n_labels; k++)
    if (!y->labels[k].tag && strcmp(y->labels[k].label, word) == 0) return true;
  if (!is_number(y) || !sx_text_to_double(&asked, word, strlen(word))) return false;
  if (sx_column_value_label(y, asked)) return true;
  double least = 0, most = 0;
  return s->n_levels > 1 && sx_text_to_double(&least, s->text[0], strlen(s->text[0])) &&
         sx_text_to_double(&most, s->text[s->n_levels - 1], strlen(s->text[s->n_levels - 1])) && least < asked &&
         asked < most;
}

static sx_status name_levels(scale *s, const char *const *names, size_t n, int8_t score, sx_error *err) {
  const sx_column *y = s->request->y;
  for (size_t k = 0; k < n; k++) {
    const size_t v = find_level(s, names[k]);
    if (v == s->n_levels && could_be(s, names[k])) continue;
    if (v == s->n_levels) {
      const char *near = sx_text_nearest(names[k], (const char *const *)s->text, s->n_levels);
      return sx_error_set(err, SX_E_ARGUMENT, y->name, "no case has the level '%s'%s%s%s", names[k],
                          near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    if (s->score[v] == -score)
      return sx_error_set(err, SX_E_ARGUMENT, y->name, "the level '%s' is named at both ends", names[k]);
    s->score[v] = score;
  }
  return SX_OK;
}

/* ---- the ends of a scale without names -------------------------------------------------------------------------------- */

/* How many labelled values lie beyond `value`, in the direction up, that are not missing and do not occur: they belong to the scale. */
static size_t unseen_beyond(const scale *s, double value, bool up) {
  const sx_column *y = s->request->y;
  size_t n = 0;
  for (size_t k = 0; k < y->n_labels; k++) {
    const double x = y->labels[k].value;
    if (y->labels[k].text || sx_column_missing_label(y, &y->labels[k]) || (up ? x <= value : x >= value)) continue;
    bool seen = false;
    for (size_t v = 0; v < s->n_levels && !seen; v++) {
      double is = 0;
      seen = sx_text_to_double(&is, s->text[v], strlen(s->text[v])) && is == x;
    }
    n += !seen;
  }
  return n;
}

static bool all_labelled(const scale *s) {
  double x = 0;
  for (size_t v = 0; v < s->n_levels; v++)
    if (!sx_text_to_double(&x, s->text[v], strlen(s->text[v])) || !sx_column_value_label(s->request->y, x))
      return false;
  return s->request->y->n_labels > 0;
}

static sx_status end_of_scale(scale *s, size_t n, bool up, sx_error *err) {
  const sx_column *y = s->request->y;
  const bool labelled = is_number(y) && all_labelled(s);
  if (y->type == SX_TEXT)
    return sx_error_set(err, SX_E_ARGUMENT, y->name, "texts have no order: name the levels at the %s",
                        up ? "top" : "bottom");
  if (n == 0 || n > s->n_levels + (labelled ? unseen_beyond(s, up ? -(double)INFINITY : (double)INFINITY, up) : 0))
    return sx_error_set(err, SX_E_ARGUMENT, y->name, "the %s %zu of a scale of %zu levels cannot be asked for",
                        up ? "highest" : "lowest", n, s->n_levels);
  for (size_t k = 0; k < s->n_levels; k++) {
    const size_t v = up ? s->n_levels - 1 - k : k;
    double x = 0;
    const size_t unseen =
        labelled && sx_text_to_double(&x, s->text[v], strlen(s->text[v])) ? unseen_beyond(s, x, up) : 0;
    if (k + unseen >= n) break;
    if (s->score[v])
      return sx_error_set(err, SX_E_ARGUMENT, y->name, "the level '%s' is at both ends of the scale", s->text[v]);
    s->score[v] = up ? 1 : -1;
  }
  return SX_OK;
}

/* ---- the estimate ------------------------------------------------------------------------------------------------------- */

/* Promoters 9 and 10, detractors 0 to 6. An answer above 6 tells this scale from one of 1 to 5. */
static sx_status net_promoters(scale *s, sx_error *err) {
  const sx_column *y = s->request->y;
  const uint8_t *where = s->request->where;
  bool above = false;
  if (!is_number(y))
    return sx_error_set(err, SX_E_ARGUMENT, y->name, "nps is of numbers 0 to 10, this is %s", sx_type_name(y->type));
  for (size_t i = 0; i < y->n; i++) {
    if (s->level[i] < 0 || (where && where[i] != 1)) continue;
    const double x = sx_column_number(y, i);
    if (!(x >= 0 && x <= 10 && x == (double)(int)x)) {
      char at[SX_ERROR_WHERE_MAX];
      (void)snprintf(at, sizeof at, "%.100s: case %zu", y->name, i + 1);
      return sx_error_set(err, SX_E_DATA, at, "nps: %g is no answer on a scale of 0 to 10", x);
    }
    above = above || x > 6;
    s->score[s->level[i]] = x >= 9 ? 1 : x <= 6 ? -1 : 0;
  }
  if (!above)
    return sx_error_set(err, SX_E_DATA, y->name, "nps: no case of %s is above 6: it is no scale of 0 to 10", y->name);
  return SX_OK;
}

static sx_status find_scores(scale *s, sx_error *err) {
  const sx_box_request *q = s->request;
  s->score = sx_mem_zalloc(s->ctx, s->n_levels, sizeof *s->score);
  if (!s->score) return sx_error_memory(err);
  if (q->box == SX_BOX_NPS) return net_promoters(s, err);
  if (q->box != SX_BOX_BOTTOM)
    SX_TRY(q->top ? name_levels(s, q->top, q->n_top, 1, err) : end_of_scale(s, q->n_top, true, err));
  if (q->box != SX_BOX_TOP)
    SX_TRY(q->bottom ? name_levels(s, q->bottom, q->n_bottom, -1, err) : end_of_scale(s, q->n_bottom, false, err));
  return SX_OK;
}

static sx_status run_box(sx_est_set **out, scale *s, const sx_design *design, const sx_est_options *options,
                         sx_error *err) {
  const sx_box_request *q = s->request;
  const size_t rows = q->y->n;
  s->level = sx_mem_alloc(s->ctx, rows, sizeof *s->level);
  if (!s->level) return sx_error_memory(err);
  sx_column scale_of = *q->y; /* the ends of a scale are those of its values, in whatever order these are shown */
  scale_of.order = NULL;
  scale_of.n_order = 0;
  SX_TRY(sx_estimate__levels(s->level, &s->n_levels, &s->text, &s->label, s->ctx, &scale_of, err));
  SX_TRY(find_scores(s, err));
  sx_column y = sx_estimate__column_like(q->y, SX_INTEGER);
  y.miss = q->y->miss;
  y.data.i64 = sx_mem_alloc(s->ctx, rows, sizeof *y.data.i64);
  if (!y.data.i64) return sx_error_memory(err);
  for (size_t i = 0; i < rows; i++) {
    const int64_t score = s->level[i] < 0 ? 0 : s->score[s->level[i]];
    y.data.i64[i] = q->box == SX_BOX_BOTTOM ? -score : score;
  }
  const bool net = q->box == SX_BOX_NET || q->box == SX_BOX_NPS;
  const sx_est_request ask = {net ? SX_STAT_MEAN : SX_STAT_PROP, &y, NULL, !net, q->where, q->by};
  const sx_status st = sx_estimate_run(out, design, &ask, options, err);
  sx_mem_free(s->ctx, y.data.i64);
  return st;
}

sx_status sx_estimate_box(sx_est_set **out, const sx_design *design, const sx_box_request *request,
                          const sx_est_options *options, sx_error *err) {
  scale s;
  memset(&s, 0, sizeof s);
  s.request = request;
  s.ctx = sx_design_ctx(design);
  if (!request->y) return sx_error_set(err, SX_E_ARGUMENT, NULL, "the statistic needs a variable");
  if ((unsigned)request->box > SX_BOX_NPS)
    return sx_error_set(err, SX_E_ARGUMENT, request->y->name, "unknown box %d", (int)request->box);
  if (request->y->n != sx_design_rows(design))
    return sx_error_set(err, SX_E_ARGUMENT, request->y->name, "the variable has %zu cases, the design %zu",
                        request->y->n, sx_design_rows(design));
  sx_est_options wald = options ? *options : (sx_est_options)SX_EST_OPTIONS_INIT;
  if (request->box == SX_BOX_NET || request->box == SX_BOX_NPS)
    wald.ci = SX_CI_WALD; /* a difference of shares is none */
  const sx_status st = run_box(out, &s, design, &wald, err);
  sx_mem_free(s.ctx, s.level);
  sx_mem_free(s.ctx, s.score);
  sx_estimate__free_texts(s.ctx, s.text, s.n_levels);
  sx_estimate__free_texts(s.ctx, s.label, s.n_levels);
  return st;
}
