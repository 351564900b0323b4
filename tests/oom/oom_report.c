/* Each allocation of making a report fails once: SX_E_MEMORY, nothing leaks. md4c, jansson and SQLite allocate on their own. */
#include "shuxiao/report_document.h"
#include "sxt.h"
#include "unit/report/report_sample.h"

typedef struct failing {
  long calls, fail_at, live;
} failing;

static void *resize(void *ctx, void *ptr, size_t old_size, size_t new_size) {
  failing *f = ctx;
  (void)old_size;
  if (!new_size) {
    f->live -= ptr != NULL;
    free(ptr);
    return NULL;
  }
  if (f->calls++ == f->fail_at) return NULL;
  void *p = realloc(ptr, new_size);
  if (p && !ptr) f->live++;
  return p;
}

/* Opens the store under the failing allocator; the page reaches every block, a warning and a missing value. */
static sx_status scenario(const sx_ctx *ctx, const char *path, sx_lang lang, sx_error *err) {
  sx_store *store = NULL;
  sx_report_result *r = NULL;
  const sx_report_options options = {1, lang, "other.html"};
  sx_store_run latest;
  sx_status status;
  SX_TRY_GOTO(status, sx_store_open(&store, ctx, path, SX_STORE_READ, err), done);
  SX_TRY_GOTO(status, sx_store_latest(&latest, store, err), done);
  SX_TRY_GOTO(status, sx_report_html(&r, store, latest.id, &options, err), done);
  CHECK(r->n_warnings > 0);
done:
  sx_report_result_free(r);
  sx_store_close(store);
  return status;
}

static void each_once(sx_lang lang, const char *narrative, sx_status wanted, long step) {
  char path[256];
  sx_store *store = NULL;
  int64_t run;
  REQUIRE_OK(sample_store(&store, &run, NULL, sample_path(path, sizeof path, "oom_report"), narrative, narrative, err));
  sx_store_close(store);
  long k = 0;
  for (;; k += step) {
    failing f = {0, k, 0};
    sx_ctx ctx = SX_CTX_INIT;
    ctx.alloc = (sx_alloc){resize, &f};
    sx_error e = SX_ERROR_INIT;
    const sx_status status = scenario(&ctx, path, lang, &e);
    CHECK_INT(f.live, 0);
    if (f.calls <= k) {
      CHECK_INT(status, wanted);
      break;
    }
    /* a buffer that could not double may have taken just what it needed */
    if (status != SX_E_MEMORY && status != wanted) {
      SXT_FAIL("allocation %ld: status %d, %s: %s", k, (int)status, e.where, e.message);
    }
    if (sxt_failures > 10) break;
  }
  CHECK(k > 100);
  (void)remove(path);
}

/* A short narrative before the blocks of the sample: it has every branch. */
static const char narrative[] =
    "# 甲 {{users.total | 亿人 2}} 与 5.3\n\n用户 {{users.total | 亿人 2}} 与 5.3，[@figure parts]**“重”**点[^a] "
    "`x`\n\n{{figure "
    "parts}}\n\n| a | b |\n|---|---|\n| 1 | {{user_rate.island | % 1}} |\n\n[^a]: 注\n\n![图](x.png) 消费\n\n{{if up "
    "user_rate.z.gap}}{{ci users | 亿人 2}}{{else}}x{{end}}"
    "{{updown user_rate.z.gap up=多 down=少}}{{if significant user_rate.old.gap}}x{{end}}&mdash;\n\n{{box title=\"甲\" "
    "kind=case id=q}}{{lead user_rate.z.gap than=总体}}{{rank "
    "user_rate.z user_rate.old n=1 | % 1}}{{parts users users.z | 亿 2}}[@box q]\n{{end}}\n";

/* Both languages side by side. */
static void side_by_side(void) {
  char path[256];
  sx_store *store = NULL;
  int64_t run;
  REQUIRE_OK(sample_store(&store, &run, NULL, sample_path(path, sizeof path, "oom_pair"), narrative, narrative, err));
  sx_store_close(store);
  long k = 0;
  for (;; k += 11) {
    failing f = {0, k, 0};
    sx_ctx ctx = SX_CTX_INIT;
    ctx.alloc = (sx_alloc){resize, &f};
    sx_document *document = NULL;
    store = NULL;
    sx_status status = sx_store_open(&store, &ctx, path, SX_STORE_READ, NULL);
    if (status == SX_OK) status = sx_report_document_pair(&document, store, run, NULL);
    sx_document_free(document);
    sx_store_close(store);
    CHECK_INT(f.live, 0);
    if (f.calls <= k) {
      CHECK_INT(status, SX_OK);
      break;
    }
    CHECK(status == SX_E_MEMORY || status == SX_OK);
    if (sxt_failures > 10) break;
  }
  CHECK(k > 100);
  (void)remove(path);
}

static void chinese(void) {
  each_once(SX_LANG_ZH, narrative, SX_OK, 1);
}
static void english(void) {
  each_once(SX_LANG_EN, narrative, SX_OK, 3);
}
static void unknown(void) {
  each_once(SX_LANG_EN, "{{users.totl}}", SX_E_DATA, 1);
}

SXT_MAIN(SXT_CASE(side_by_side), SXT_CASE(chinese), SXT_CASE(english), SXT_CASE(unknown))
