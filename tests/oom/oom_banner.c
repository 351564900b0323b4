/* Every allocation of banner tables fails once. */
#include "banner_help.h"
#include "oom.h"

typedef struct waves {
  sx_table *now, *then;
} waves;

static sx_design *plain(const sx_ctx *ctx, const sx_table *t, sx_status *st, sx_error *err) {
  static const char *const cluster[] = {"psu"};
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  sx_design *d = NULL;
  s.weights = "w";
  s.strata = "h";
  s.clusters = cluster;
  s.n_clusters = 1;
  *st = sx_design_new(&d, ctx, t, &s, err);
  return d;
}

static sx_status rake(sx_design **d, const sx_table *t, sx_error *err) {
  static const char *const va[] = {"a"}, *const l0[] = {"0"}, *const l1[] = {"1"}, *const l2[] = {"2"};
  const char *const *const la[] = {l0, l1, l2};
  const double ta[] = {30, 42, 28};
  const sx_target target = {va, 1, la, ta, 3, "a"};
  sx_design *out = NULL;
  SX_TRY(sx_weighting_rake(&out, *d, t, &target, 1, NULL, NULL, err));
  sx_design_free(*d);
  *d = out;
  return SX_OK;
}

static sx_status write_all(const sx_ctx *ctx, const sx_banner_book *book, sx_error *err) {
  sx_buf out;
  sx_buf_init(&out, ctx);
  sx_status st = sx_banner_markdown(&out, book, true, err);
  if (st == SX_OK) st = sx_banner_json(&out, book, err);
  if (st == SX_OK) st = sx_banner_csv(&out, book, false, err);
  sx_buf_clear(&out);
  return st;
}

static sx_status request(sx_banner_request *r, sx_arena *arena, const char *rows, const char *sig, sx_error *err) {
  sx_banner_net *net = NULL;
  *r = (sx_banner_request)SX_BANNER_REQUEST_INIT;
  SX_TRY(sx_banner_nets_parse(&net, &r->n_nets, arena, "{N: [1, 2]}", err));
  SX_TRY(sx_banner_sig_parse(&r->sig, sig, err));
  r->nets = net;
  r->rows = rows;
  r->columns = "total + sex > g";
  r->where = "x > 1.5";
  r->stats = "col_pct, row_pct, count, n_eff";
  r->sig.min_base = 3;
  return SX_OK;
}

static sx_status call(const sx_ctx *ctx, void *data, sx_error *err) {
  const waves *w = data;
  sx_status st = SX_OK;
  sx_arena *arena = NULL;
  sx_banner_book *book = NULL;
  sx_banner_request r;
  sx_design *d = plain(ctx, w->now, &st, err);
  if (st == SX_OK) st = sx_arena_new(&arena, ctx, err);
  if (st == SX_OK) st = rake(&d, w->now, err);
  if (st == SX_OK) st = request(&r, arena, "q1 $m grid(q2 q3) top2(q3)", "spss, compare=within_span+versus_rest", err);
  if (st == SX_OK) st = sx_banner_run(&book, d, w->now, &r, NULL, err);
  if (st == SX_OK) st = write_all(ctx, book, err);
  sx_banner_book_free(book);
  sx_arena_free(arena);
  sx_design_free(d);
  return st;
}

/* The slow engine: medians, and an earlier wave. */
static sx_status call_slow(const sx_ctx *ctx, void *data, sx_error *err) {
  const waves *w = data;
  sx_status st = SX_OK, st2 = SX_OK;
  sx_banner_book *book = NULL;
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  sx_design *d = plain(ctx, w->now, &st, err), *e = st == SX_OK ? plain(ctx, w->then, &st2, err) : NULL;
  if (st == SX_OK) st = st2;
  r.rows = "median(amount q3) q2";
  r.columns = "sex";
  r.sig.compare = SX_BANNER_WITHIN_SPAN | SX_BANNER_VERSUS_REST | SX_BANNER_PREVIOUS_WAVE;
  r.sig.min_base = 3;
  const sx_banner_wave earlier = {w->then, e, NULL, NULL, 0};
  if (st == SX_OK) st = sx_banner_run(&book, d, w->now, &r, &earlier, err);
  sx_banner_book_free(book);
  sx_design_free(d);
  sx_design_free(e);
  return st;
}

static waves waves_new(void) {
  eh_state = 9;
  return (waves){bh_survey(40, 2, 4, false), bh_survey(40, 2, 4, false)};
}

static void test_fast(void) {
  waves w = waves_new();
  oom_run("banner", call, &w);
  sx_table_free(w.now);
  sx_table_free(w.then);
}

static void test_slow(void) {
  waves w = waves_new();
  oom_run("banner by estimates", call_slow, &w);
  sx_table_free(w.now);
  sx_table_free(w.then);
}

SXT_MAIN(SXT_CASE(test_fast), SXT_CASE(test_slow))
