/* cli_response.c: outcome rates of a survey by the AAPOR Standard Definitions, weighted and not. */
#include <math.h>
#include <string.h>

#include "cli_job.h"
#include "shuxiao/estimate_response.h"

static const cli_option response_options[] = {
    CLI_DESIGN_OPTIONS,
    CLI_DOMAIN_OPTIONS,
    {"disposition", "VAR", "final disposition of every sampled case (required)", "每个抽中样本的最终处置代码（必需）"},
    {"codes", "'complete=1; refusal=2 3; ...'",
     "what its codes mean, where they are not AAPOR's: complete, partial, refusal, noncontact, other, "
     "unknown_household, unknown_other, ineligible",
     "处置代码的含义（默认为 AAPOR 代码）：complete 完成、partial 部分完成、refusal 拒访、noncontact 未接触、other "
     "其他、unknown_household 不知是否为住户、unknown_other 其他未知、ineligible 不合格"},
    {"e", "SHARE", "share of the cases of unknown eligibility that is eligible (estimated: proportional allocation)",
     "合格性未知的样本中合格者的比例（默认按比例分配估计）"},
    {"rates", "rr1,rr3,...", "only these (rr1 to rr6, coop1 to coop4, ref1 to ref3, con1 to con3, e)",
     "只给出这些（rr1 至 rr6、coop1 至 coop4、ref1 至 ref3、con1 至 con3、e）"},
    {"level", "P", "confidence level (0.95)", "置信水平（0.95）"},
    {"ci", "METHOD", "wald, logit, xlogit, wilson, beta, asin, likelihood (logit)",
     "区间方法：wald、logit、xlogit、wilson、beta、asin、likelihood（默认 logit）"},
    {"df", "N", "degrees of freedom (those of the domain)", "自由度（默认按子总体计）"},
};

typedef struct response {
  cli_job job;
  uint8_t *disposition;
  bool wanted[SX_N_RESPONSE_RATES];
  sx_response_rates_options rates;
  sx_design *unweighted;
} response;

static sx_status read_rates(response *r, sx_error *err) {
  const char *text = cli_value(r->job.args, "rates");
  const char *const *names = sx_response_rate_names(), *const *asked = NULL;
  size_t n = 0;
  for (size_t k = 0; k < SX_N_RESPONSE_RATES; k++) r->wanted[k] = !text;
  if (!text) return SX_OK;
  SX_TRY(cli_split(&asked, &n, r->job.arena, text, ',', err));
  for (size_t i = 0; i < n; i++) {
    size_t k = 0;
    while (k < SX_N_RESPONSE_RATES && strcmp(asked[i], names[k]) != 0) k++;
    if (k == SX_N_RESPONSE_RATES)
      return sx_error_set(err, SX_E_ARGUMENT, "--rates",
                          "'%s' is none of rr1 to rr6, coop1 to coop4, ref1 to ref3, con1 to con3, e", asked[i]);
    r->wanted[k] = true;
  }
  return SX_OK;
}

static sx_status read_options(response *r, sx_error *err) {
  const char *ci = cli_value(r->job.args, "ci");
  r->rates = (sx_response_rates_options)SX_RESPONSE_RATES_OPTIONS_INIT;
  if (!cli_number(&r->rates.e, r->job.app, r->job.args, "e"))
    return sx_error_set(err, SX_E_ARGUMENT, "--e", "give a share between 0 and 1");
  const sx_status status = ci ? sx_ci_parse(&r->job.options.ci, ci, err) : SX_OK;
  if (status != SX_OK) sx_error_add_where(err, "--ci");
  SX_TRY(status);
  return read_rates(r, err);
}

/* The same strata and clusters without weights. A sample that is without weights already has no second design. */
static sx_status unweighted_design(response *r, sx_error *err) {
  static const char *const keep[] = {"strata", "cluster", "nest", "lonely", "frame", CLI_READ_NAMES};
  static const cli_option weights = {"weights", "W|none", "", ""};
  const cli_args *given = r->job.args;
  const char *w = cli_value(given, "weights");
  if ((w && strcmp(w, "none") == 0) || cli_value(given, "design") || cli_is_study(given->words[0])) return SX_OK;
  cli_args *args = sx_arena_zalloc(r->job.arena, 1, sizeof *args);
  if (!args) return sx_error_memory(err);
  args->words[args->n_words++] = given->words[0];
  args->given[args->n_given] = &weights;
  args->values[args->n_given++] = "none";
  for (size_t i = 0; i < given->n_given && args->n_given < CLI_MAX_WORDS; i++)
    for (size_t k = 0; k < sizeof keep / sizeof *keep; k++) {
      if (strcmp(given->given[i]->name, keep[k]) != 0) continue;
      args->given[args->n_given] = given->given[i];
      args->values[args->n_given++] = given->values[i];
    }
  return cli_read_design(&r->unweighted, r->job.app, args, r->job.table, given->words[0], r->job.arena, err);
}

static sx_status add_rates(response *r, const sx_design *design, bool weighted, sx_error *err) {
  cli_job *j = &r->job;
  sx_est_set *set = NULL;
  SX_TRY(sx_estimate_response_rates(&set, design, r->disposition, j->where, j->groups, &r->rates, &j->options, err));
  const char *const *names = sx_response_rate_names();
  sx_status status = SX_OK;
  for (size_t i = 0; status == SX_OK && i < set->n_rows; i++) {
    const sx_est_row *row = &set->rows[i];
    if (!r->wanted[row->level]) continue;
    status = cli_job_row(j, names[row->level], weighted ? "rate" : "rate_unweighted", row, err);
  }
  sx_est_set_free(set);
  return status;
}

static void say_counts(const response *r) {
  size_t n_names = 0, n[SX_N_DISPOSITIONS] = {0};
  const char *const *names = sx_disposition_names(&n_names);
  char line[256] = "";
  size_t used = 0;
  for (size_t i = 0; i < sx_table_rows(r->job.table); i++)
    if (!r->job.where || r->job.where[i] == 1) n[r->disposition[i]]++;
  for (size_t k = 0; k < n_names && used < sizeof line; k++) {
    const int wrote = snprintf(line + used, sizeof line - used, "%s%s %zu", k ? ", " : "", names[k], n[k]);
    used += wrote > 0 ? (size_t)wrote : 0;
  }
  cli_note(r->job.app, "%s", line);
}

static sx_status run_job(response *r, sx_error *err) {
  cli_job *j = &r->job;
  SX_TRY(cli_job_open(j, err));
  SX_TRY(read_options(r, err));
  SX_TRY(cli_dispositions(&r->disposition, j->table, j->arena, j->args, err));
  SX_TRY(unweighted_design(r, err));
  const bool weighted = r->unweighted || cli_value(j->args, "design") || cli_is_study(j->args->words[0]);
  SX_TRY(add_rates(r, j->design, weighted, err));
  if (r->unweighted) SX_TRY(add_rates(r, r->unweighted, false, err));
  say_counts(r);
  return cli_job_print(j, err);
}

static int run_response(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  response r = {.job = {.app = app, .args = args}};
  const sx_status status = run_job(&r, &err);
  sx_design_free(r.unweighted);
  cli_job_clear(&r.job);
  return status == SX_OK ? CLI_OK : cli_fail(app, &err);
}

const cli_command cli_response_command = {
    .name = "response",
    .synopsis = "FILE --disposition VAR [options]",
    .summary_en = "response, cooperation, refusal and contact rates (AAPOR)",
    .summary_zh = "回答率、合作率、拒访率与接触率（AAPOR 定义）",
    .detail_en =
        "FILE has a row for every sampled case, also for those who were not interviewed. Rates are given weighted and\n"
        "unweighted, with design-based errors; e, the share of the cases of unknown eligibility that is eligible, is\n"
        "estimated from the cases whose eligibility is known, unless --e gives it. AAPOR's final codes are known:\n"
        "1.1 complete, 1.2 partial, 2.1 refusal, 2.2 non-contact, 2.3 other, 3.1 unknown if household, 3.2 to 3.9 "
        "other\n"
        "unknown, 4 not eligible, each with all its subcodes (2.112).",
    .detail_zh = "FILE 中每个抽中的样本一行，未能访问的也在内。各率同时给出加权和不加权的结果，误差按抽样设计计算；\n"
                 "e 为合格性未知的样本中合格者的比例，由合格性已知的样本估计，也可用 --e 给定。\n"
                 "AAPOR 的最终处置代码可直接识别：1.1 完成访问，1.2 部分完成，2.1 拒访，2.2 未接触，2.3 其他未回答，\n"
                 "3.1 不知是否为住户，3.2 至 3.9 其他合格性未知，4 不合格，均包括其全部子代码（如 2.112）。",
    .example = "shuxiao response interviews.sav --disposition disposition --weights base_weight --strata province "
               "--rates rr1,rr2",
    .options = response_options,
    .n_options = sizeof response_options / sizeof *response_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_response};
