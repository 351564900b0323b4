/* Every allocation of adjusting, copying, comparing and analysing accounts, and of domains, fails once. */
#include "oom/oom.h"

#include "shuxiao/accounts_compare.h"
#include "shuxiao/accounts_domains.h"
#include "shuxiao/accounts_sensitivity.h"

typedef struct figures {
  sx_est *population, *penetration, *spend, *ratio, *total, *cover, *amount, *price;
} figures;

static sx_status figure(sx_est **out, const sx_ctx *ctx, double value, double se, sx_error *err) {
  return sx_est_outside(out, ctx, value, se, (double)INFINITY, err);
}

static sx_status figures_init(figures *f, const sx_ctx *ctx, sx_error *err) {
  memset(f, 0, sizeof *f);
  SX_TRY(figure(&f->population, ctx, 100, 10, err));
  SX_TRY(figure(&f->penetration, ctx, 0.5, 0.1, err));
  SX_TRY(figure(&f->spend, ctx, 20, 2, err));
  SX_TRY(figure(&f->ratio, ctx, 0.4, 0.1, err));
  SX_TRY(figure(&f->total, ctx, 500, 50, err));
  SX_TRY(figure(&f->cover, ctx, 0.8, 0.1, err));
  SX_TRY(figure(&f->amount, ctx, 5, 1, err));
  return figure(&f->price, ctx, 1.1, 0.1, err);
}

static void figures_clear(figures *f) {
  sx_est *const all[] = {f->population, f->penetration, f->spend, f->ratio, f->total, f->cover, f->amount, f->price};
  for (size_t k = 0; k < sizeof all / sizeof *all; k++) sx_est_free(all[k]);
}

/* Two small trees that together have all there is: the cost is quadratic in the allocations. */
static sx_status fill_products(sx_account *a, const figures *f, sx_error *err) {
  static const char *const narrow[] = {"narrow"};
  const sx_account_leaf games = {
      .population = f->population, .penetration = f->penetration, .spend = f->spend, .population_input = "people"};
  const sx_account_leaf video = {.population = f->population,
                                 .penetration = f->penetration,
                                 .ratio = f->ratio,
                                 .ratio_to = "games",
                                 .population_input = "people"};
  const sx_account_entry entries[] = {
      {"games", "total", narrow, 1, &games}, {"total", NULL, NULL, 0, NULL}, {"video", "total", NULL, 0, &video}};
  SX_TRY(sx_account_add_all(a, entries, 3, err));
  return sx_account_adjust(a, "cover", "games", SX_ACCOUNT_COVERAGE, f->cover, err);
}

static sx_status fill_amounts(sx_account *a, const figures *f, sx_error *err) {
  static const char *const narrow[] = {"narrow"};
  const sx_account_leaf games = {.total = f->total},
                        fees = {.ratio = f->ratio, .ratio_to = "games", .ratio_base = SX_ACCOUNT_OF_LEVEL};
  const sx_account_entry entries[] = {
      {"games", "total", narrow, 1, &games}, {"total", NULL, NULL, 0, NULL}, {"fees", "total", NULL, 0, &fees}};
  SX_TRY(sx_account_add_all(a, entries, 3, err));
  SX_TRY(sx_account_adjust(a, "taken", "total", SX_ACCOUNT_AMOUNT, f->amount, err));
  SX_TRY(sx_account_set_price(a, "games", f->price, "index", err));
  return sx_account_set_period(a, "total", f->price, NULL, err);
}

/* What is done with two accounts of one tree. */
typedef sx_status (*use)(const sx_account *a, const sx_account *b, const figures *f, const sx_ctx *ctx, sx_error *err);
typedef struct job {
  use use;
  bool amounts;
} job;

static sx_status call(const sx_ctx *ctx, void *data, sx_error *err) {
  static const char *const id[] = {"games"};
  const job *j = data;
  figures f;
  sx_account *a = NULL, *b = NULL;
  sx_status status = figures_init(&f, ctx, err);
  const sx_account_leaf product = {.population = f.total, .penetration = f.penetration, .spend = f.spend};
  const sx_account_leaf total = {.total = f.spend};
  if (status == SX_OK) status = sx_account_new(&a, ctx, err);
  if (status == SX_OK) status = j->amounts ? fill_amounts(a, &f, err) : fill_products(a, &f, err);
  if (status == SX_OK) status = sx_account_copy(&b, a, id, j->amounts ? &total : &product, 1, err);
  if (status == SX_OK) status = j->use(a, b, &f, ctx, err);
  sx_account_free(a);
  sx_account_free(b);
  figures_clear(&f);
  return status;
}

static sx_status use_compute(const sx_account *a, const sx_account *b, const figures *f, const sx_ctx *ctx,
                             sx_error *err) {
  (void)b, (void)ctx;
  sx_account_result *r = NULL;
  sx_est_row row;
  sx_status status = sx_account_compute(&r, a, f->total, err);
  if (status == SX_OK) status = sx_account_describe(&row, &r->rows[0], NULL, err);
  if (status == SX_OK) sx_est_free(row.est);
  sx_account_result_free(r);
  return status;
}

static sx_status use_contributions(const sx_account *a, const sx_account *b, const figures *f, const sx_ctx *ctx,
                                   sx_error *err) {
  (void)f, (void)ctx;
  sx_account_changes *r = NULL;
  const sx_status status = sx_account_contributions(&r, a, b, NULL, err);
  sx_account_changes_free(r);
  return status;
}

static sx_status use_effects(const sx_account *a, const sx_account *b, const figures *f, const sx_ctx *ctx,
                             sx_error *err) {
  (void)f, (void)ctx;
  sx_account_effects *r = NULL;
  sx_est *part = NULL;
  sx_status status = sx_account_decompose(&r, a, b, NULL, SX_ACCOUNT_AT_BEFORE, err);
  if (status == SX_OK && r->n_rows) status = sx_account_effect_contribution(&part, r, &r->rows[0], err);
  sx_est_free(part);
  sx_account_effects_free(r);
  return status;
}

static sx_status use_sensitivity(const sx_account *a, const sx_account *b, const figures *f, const sx_ctx *ctx,
                                 sx_error *err) {
  (void)b, (void)f, (void)ctx;
  sx_account_sensitivity *r = NULL;
  const sx_status status = sx_account_get_sensitivity(&r, a, NULL, "narrow", err);
  sx_account_sensitivity_free(r);
  return status;
}

static sx_status use_restrict(const sx_account *a, const sx_account *b, const figures *f, const sx_ctx *ctx,
                              sx_error *err) {
  (void)b, (void)f, (void)ctx;
  sx_account *narrow = NULL;
  const sx_status status = sx_account_restrict(&narrow, a, "narrow", err);
  sx_account_free(narrow);
  return status;
}

static sx_status use_parts(const sx_account *a, const sx_account *b, const figures *f, const sx_ctx *ctx,
                           sx_error *err) {
  (void)a, (void)b;
  const sx_account_group groups[] = {{"g", {f->ratio, f->cover}, {f->spend, f->total}},
                                     {"h", {f->cover, f->ratio}, {f->total, f->spend}}};
  const sx_est *const region[] = {f->spend, f->price, f->amount}, *const whole[] = {f->total, f->spend, f->price};
  const sx_account_item items[] = {{"i", region, whole}, {"j", whole, region}};
  sx_account_parts *r = NULL;
  sx_status status = sx_account_decompose_mean(&r, ctx, groups, 2, SX_ACCOUNT_TWOFOLD, 0.5, err);
  sx_account_parts_free(r);
  r = NULL;
  if (status == SX_OK) status = sx_account_shift_share(&r, ctx, items, 2, 3, SX_ACCOUNT_ESTEBAN_MARQUILLAS, err);
  sx_account_parts_free(r);
  return status;
}

static sx_status use_domains(const sx_account *a, const sx_account *b, const figures *f, const sx_ctx *ctx,
                             sx_error *err) {
  (void)b, (void)ctx;
  static const char *const ids[] = {"games"}, *const names[] = {"A", "B"};
  const sx_account_leaf leaf = {.population = f->population, .penetration = f->penetration, .spend = f->spend};
  const sx_account_cell cells[] = {{leaf, {.spend = f->price}, 5}, {leaf, {.spend = NULL}, SIZE_MAX}};
  const sx_account_domain_request q = {ids, 1, names, 2, cells, NULL};
  sx_account_domains *r = NULL;
  const sx_status status = sx_account_compute_domains(&r, a, &q, NULL, err);
  sx_account_domains_free(r);
  return status;
}

#define CASE(name, what, with_amounts)                                                                                 \
  static void name(void) {                                                                                             \
    job j = {what, with_amounts};                                                                                      \
    oom_run(#name, call, &j);                                                                                          \
  }
CASE(compute, use_compute, false)
CASE(compute_amounts, use_compute, true)
CASE(contributions, use_contributions, false)
CASE(contributions_amounts, use_contributions, true)
CASE(effects, use_effects, false)
CASE(effects_amounts, use_effects, true)
CASE(sensitivity, use_sensitivity, false)
CASE(sensitivity_amounts, use_sensitivity, true)
CASE(restricted, use_restrict, true)
CASE(parts, use_parts, true)
CASE(domains, use_domains, false)

SXT_MAIN(SXT_CASE(compute), SXT_CASE(compute_amounts), SXT_CASE(contributions), SXT_CASE(contributions_amounts),
         SXT_CASE(effects), SXT_CASE(effects_amounts), SXT_CASE(sensitivity), SXT_CASE(sensitivity_amounts),
         SXT_CASE(restricted), SXT_CASE(parts), SXT_CASE(domains))
