/* study_adjust_response.c: unknown eligibility, nonresponse and two frames in the study file.
 *
 *   - eligibility: {disposition: code, classes: [region]}
 *   - nonresponse: {disposition: code, codes: {complete: [1], refusal: [2, 3], noncontact: 4}, classes: [region, age5]}
 *   - nonresponse: {respondent: done == 1, propensity: [age, sex], factors: [sex], strata: 5}
 *   - frames: {frame: f, overlap: both, composition: effective} */
#include "study_adjust.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shuxiao/weighting_frame.h"
#include "shuxiao/weighting_response.h"

typedef struct responding {
  const char *disposition;
  sx_disposition_code *codes;
  size_t n_codes;
  st_expr respondent, eligible;
  st_list classes, propensity, factors;
  sx_class_options class_options;
  sx_propensity_options propensity_options;
} responding;

/* ---- who responded ------------------------------------------------------------------------------------------------ */

static void use_expr(st_load *l, st_weighting *w, const st_expr *e) {
  for (size_t i = 0; e->expr && i < sx_expr_names(e->expr); i++)
    study__use_name(l, &w->names, sx_expr_name(e->expr, i), e->node);
}

static void use_list(st_load *l, st_weighting *w, const st_list *list) {
  for (size_t i = 0; i < list->n; i++) study__use_name(l, &w->names, list->items[i], list->nodes[i]);
}

static void add_code(st_load *l, responding *r, size_t disposition, const sx_node *node) {
  if (node->kind != SX_NODE_SCALAR) {
    study__problem(l, node, "a code is a value or a label");
    return;
  }
  sx_disposition_code *codes = study__take(l, r->n_codes + 1, sizeof *codes);
  if (!codes) return;
  if (r->n_codes) memcpy(codes, r->codes, r->n_codes * sizeof *codes);
  codes[r->n_codes] = (sx_disposition_code){(sx_disposition)disposition, node->text};
  r->codes = codes;
  r->n_codes++;
}

static void read_codes(st_load *l, responding *r, const sx_node *map) {
  size_t n = 0;
  const char *const *names = sx_disposition_names(&n);
  if (!map || !study__is_map(l, map, "codes")) return;
  study__keys(l, map, names, n);
  for (size_t k = 0; k < n; k++) {
    const sx_node *of = sx_node_get(map, names[k]);
    if (!of) continue;
    if (of->kind != SX_NODE_LIST) add_code(l, r, k, of);
    for (size_t i = 0; of->kind == SX_NODE_LIST && i < of->n; i++) add_code(l, r, k, of->items[i]);
  }
}

static void read_status(st_load *l, responding *r, st_weighting *w, const sx_node *map) {
  r->disposition = study__text(l, map, "disposition");
  study__use_name(l, &w->names, r->disposition, sx_node_get(map, "disposition"));
  read_codes(l, r, sx_node_get(map, "codes"));
  r->respondent = study__expr(l, map, "respondent");
  r->eligible = study__expr(l, map, "eligible");
  use_expr(l, w, &r->respondent);
  use_expr(l, w, &r->eligible);
  const bool condition = sx_node_get(map, "respondent") != NULL;
  if ((r->disposition != NULL) == condition)
    study__problem(l, map, "say who responded: 'disposition: VARIABLE' or 'respondent: CONDITION'");
  if (sx_node_get(map, "eligible") && !condition)
    study__problem(l, sx_node_get(map, "eligible"), "eligible belongs to respondent");
  if (r->n_codes && !r->disposition) study__problem(l, sx_node_get(map, "codes"), "codes belong to disposition");
}

static size_t read_count(st_load *l, const sx_node *map, const char *key, size_t otherwise) {
  const double x = study__number(l, map, key, (double)otherwise);
  if (x >= 0 && x <= 1e9 && x == floor(x)) return (size_t)x;
  study__problem(l, sx_node_get(map, key), "%s is a whole number", key);
  return otherwise;
}

static responding *read_common(st_load *l, st_weighting *w, const sx_node *node) {
  responding *r = study__take(l, 1, sizeof *r);
  if (!r) return NULL;
  w->of_kind = r;
  r->class_options = (sx_class_options)SX_CLASS_OPTIONS_INIT;
  r->propensity_options = (sx_propensity_options)SX_PROPENSITY_OPTIONS_INIT;
  read_status(l, r, w, node);
  r->classes = study__list(l, node, "classes");
  use_list(l, w, &r->classes);
  r->class_options.variables = r->classes.items;
  r->class_options.n_variables = r->classes.n;
  r->class_options.min_respondents = read_count(l, node, "min_respondents", 1);
  const double most = study__number(l, node, "max_factor", (double)INFINITY);
  if (!(most > 1)) study__problem(l, sx_node_get(node, "max_factor"), "max_factor is above 1");
  r->class_options.max_factor = r->propensity_options.max_factor = most;
  return r;
}

static void read_eligibility(st_load *l, st_weighting *w, const sx_node *node) {
  if (!study__is_map(l, node, "eligibility")) return;
  ST_KEYS(l, node, "disposition", "codes", "respondent", "eligible", "classes", "min_respondents", "max_factor");
  (void)read_common(l, w, node);
}

static void read_nonresponse(st_load *l, st_weighting *w, const sx_node *node) {
  if (!study__is_map(l, node, "nonresponse")) return;
  ST_KEYS(l, node, "disposition", "codes", "respondent", "eligible", "classes", "min_respondents", "max_factor",
          "propensity", "factors", "strata");
  responding *r = read_common(l, w, node);
  if (!r) return;
  sx_propensity_options *o = &r->propensity_options;
  r->propensity = study__list(l, node, "propensity");
  r->factors = study__list(l, node, "factors");
  use_list(l, w, &r->propensity);
  o->covariates = r->propensity.items;
  o->n_covariates = r->propensity.n;
  o->factors = r->factors.items;
  o->n_factors = r->factors.n;
  o->strata = read_count(l, node, "strata", 0);
  if ((sx_node_get(node, "classes") != NULL) == (r->propensity.n > 0))
    study__problem(l, node,
                   "nonresponse is by 'classes: [...]' (an empty list: the whole sample) or 'propensity: [...]'");
  if ((r->factors.n || o->strata) && r->propensity.n == 0)
    study__problem(l, node, "factors and strata belong to propensity");
  if (r->propensity.n && sx_node_get(node, "min_respondents"))
    study__problem(l, sx_node_get(node, "min_respondents"), "min_respondents belongs to classes");
}

static void check_list(st_load *l, const sx_table *unit, const st_list *list) {
  for (size_t i = 0; i < list->n; i++) (void)study__need_column(l, unit, list->nodes[i], list->items[i]);
}

static void check(st_load *l, const sx_table *unit, const st_weighting *w) {
  const responding *r = w->of_kind;
  if (!r || !unit) return;
  check_list(l, unit, &w->names);
}

static sx_status condition(uint8_t *out, const st_expr *e, const st_adjust_job *job, sx_error *err) {
  return sx_expr_test(out, e->expr, job->unit, err);
}

static sx_status status_of(uint8_t **out, const responding *r, const st_adjust_job *job, sx_error *err) {
  const size_t n = sx_table_rows(job->unit);
  uint8_t *status = sx_arena_alloc(job->arena, n, 1), *may = sx_arena_alloc(job->arena, n, 1);
  if (!status || !may) return sx_error_memory(err);
  *out = status;
  if (r->disposition) {
    const sx_column *c = NULL;
    SX_TRY(sx_table_need(&c, job->unit, r->disposition, err));
    SX_TRY(sx_disposition_read(status, c, r->n_codes ? r->codes : NULL, r->n_codes, err));
    sx_response_status(status, n, false);
    return SX_OK;
  }
  SX_TRY(condition(status, &r->respondent, job, err));
  if (r->eligible.expr) SX_TRY(condition(may, &r->eligible, job, err));
  for (size_t i = 0; i < n; i++) {
    const unsigned m = r->eligible.expr ? may[i] : 1;
    status[i] = m == 2           ? SX_RESPONSE_UNKNOWN
                : m == 0         ? SX_RESPONSE_INELIGIBLE
                : status[i] == 1 ? SX_RESPONSE_RESPONDENT
                                 : SX_RESPONSE_NONRESPONDENT;
  }
  return SX_OK;
}

/* word, how, takers, givers, classes or parameters, merged, factors, sum before and after, Kish */
static void put_line(sx_buf *line, const char *word, const char *how, const sx_response_report *r) {
  sx_buf_printf(line, "%s\t%s\t%zu\t%zu\t%zu\t%zu\t%.4g\t%.4g\t%.8g\t%.8g\t%.4f\n", word, how, r->n_respondents,
                r->n_nonrespondents, r->n_parameters && !r->n_classes ? r->n_parameters : r->n_classes, r->n_merged,
                r->min_factor, r->max_factor, r->sum_before, r->sum_after, r->kish_deff);
}

static sx_status run_eligibility(sx_design **out, sx_buf *line, const st_adjust_job *job, sx_error *err) {
  const responding *r = job->w->of_kind;
  uint8_t *status = NULL;
  sx_response_report report;
  SX_TRY(status_of(&status, r, job, err));
  SX_TRY(sx_weighting_eligibility(out, job->design, job->unit, status, &r->class_options, &report, err));
  put_line(line, "eligibility", "classes", &report);
  return SX_OK;
}

static sx_status run_nonresponse(sx_design **out, sx_buf *line, const st_adjust_job *job, sx_error *err) {
  const responding *r = job->w->of_kind;
  uint8_t *status = NULL;
  sx_response_report report;
  SX_TRY(status_of(&status, r, job, err));
  if (r->propensity.n) {
    SX_TRY(sx_weighting_propensity(out, job->design, job->unit, status, &r->propensity_options, &report, err));
  } else {
    SX_TRY(sx_weighting_nonresponse(out, job->design, job->unit, status, &r->class_options, &report, err));
  }
  put_line(line, "nonresponse",
           r->propensity.n == 0           ? "classes"
           : r->propensity_options.strata ? "strata"
                                          : "propensity",
           &report);
  return SX_OK;
}

static void describe(sx_buf *zh, sx_buf *en, char *const *field) {
  const bool eligibility = strcmp(field[0], "eligibility") == 0, propensity = strcmp(field[1], "propensity") == 0;
  const bool strata = strcmp(field[1], "strata") == 0;
  sx_buf_printf(zh, "- %s：%s 个样本承接 %s 个样本的权数，%s %s 个%s，合并 %s 个；调整系数 %s—%s；Kish 设计效应 %s\n",
                eligibility ? "未知合格性调整" : "无回答调整", field[2], field[3],
                propensity ? "倾向模型参数"
                : strata   ? "倾向层"
                           : "调整类",
                field[4], "", field[5], field[6], field[7], field[10]);
  sx_buf_printf(en,
                "- %s: %s cases take up the weight of %s, %s %s, %s merged; factors %s to %s; Kish design effect %s\n",
                eligibility ? "unknown eligibility" : "nonresponse", field[2], field[3], field[4],
                propensity ? "parameters of the propensity model"
                : strata   ? "propensity strata"
                           : "weighting classes",
                field[5], field[6], field[7], field[10]);
}

/* ---- frames --------------------------------------------------------------------------------------------------------- */

static void read_frames(st_load *l, st_weighting *w, const sx_node *node) {
  static const char *const methods[] = {"fixed", "effective", "single"};
  if (!study__is_map(l, node, "frames")) return;
  ST_KEYS(l, node, "frame", "overlap", "composition", "lambda", "other");
  sx_frame_spec *s = study__take(l, 1, sizeof *s);
  if (!s) return;
  w->of_kind = s;
  *s = (sx_frame_spec)SX_FRAME_SPEC_INIT;
  size_t method = sx_node_get(node, "lambda") ? SX_COMPOSITION_FIXED : SX_COMPOSITION_EFFECTIVE;
  (void)study__choice(&method, l, node, "composition", methods, 3, "composition of frames");
  s->method = (sx_composition)method;
  s->lambda = study__number(l, node, "lambda", 0.5);
  s->frame = study__text(l, node, "frame");
  s->overlap = study__text(l, node, "overlap");
  s->other = study__text(l, node, "other");
  study__use_name(l, &w->names, s->frame, sx_node_get(node, "frame"));
  study__use_name(l, &w->names, s->overlap, sx_node_get(node, "overlap"));
  study__use_name(l, &w->names, s->other, sx_node_get(node, "other"));
  if (!s->frame || !s->overlap) study__problem(l, node, "frames need 'frame: VARIABLE' and 'overlap: VARIABLE'");
  if (s->method == SX_COMPOSITION_SINGLE_FRAME && !s->other)
    study__problem(l, node, "the single frame needs 'other: VARIABLE', the weight of a case from the other frame");
  if (!(s->lambda >= 0 && s->lambda <= 1))
    study__problem(l, sx_node_get(node, "lambda"), "lambda lies between 0 and 1");
}

static void check_frames(st_load *l, const sx_table *unit, const st_weighting *w) {
  if (unit) check_list(l, unit, &w->names);
}

static sx_status run_frames(sx_design **out, sx_buf *line, const st_adjust_job *job, sx_error *err) {
  sx_frame_report r;
  SX_TRY(sx_weighting_frames(out, job->design, job->unit, job->w->of_kind, &r, err));
  sx_buf_printf(line, "frames\t%zu\t%zu\t%zu\t%zu\t", r.n_only[0], r.n_overlap[0], r.n_only[1], r.n_overlap[1]);
  if (isnan(r.lambda))
    sx_buf_add(line, "-");
  else
    sx_buf_printf(line, "%.4g", r.lambda);
  sx_buf_printf(line, "\t%.4f\n", r.kish_deff);
  return SX_OK;
}

static void describe_frames(sx_buf *zh, sx_buf *en, char *const *field) {
  sx_buf_printf(zh, "- 两个抽样框：独有 %s、%s 个样本，重叠 %s、%s 个；合成系数 λ = %s；Kish 设计效应 %s\n", field[1],
                field[3], field[2], field[4], field[5], field[6]);
  sx_buf_printf(
      en, "- two frames: %s and %s cases of one frame alone, %s and %s of both; lambda %s; Kish design effect %s\n",
      field[1], field[3], field[2], field[4], field[5], field[6]);
}

const st_adjuster study__adjust_eligibility = {.word = "eligibility",
                                               .read = read_eligibility,
                                               .check = check,
                                               .run = run_eligibility,
                                               .n_fields = 11,
                                               .describe = describe};
const st_adjuster study__adjust_nonresponse = {.word = "nonresponse",
                                               .read = read_nonresponse,
                                               .check = check,
                                               .run = run_nonresponse,
                                               .n_fields = 11,
                                               .describe = describe};
const st_adjuster study__adjust_frames = {.word = "frames",
                                          .read = read_frames,
                                          .check = check_frames,
                                          .run = run_frames,
                                          .n_fields = 7,
                                          .describe = describe_frames};
