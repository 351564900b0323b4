/* Each allocation of reading a text, matching it and tracing a page fails once: SX_E_MEMORY, nothing leaks. libzip, expat and SQLite allocate on their own. */
#include "sxt.h"

#include <sys/stat.h>
#include <zip.h>

#include "unit/audit/audit_sample.h"

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

typedef sx_status (*scenario)(const sx_ctx *ctx, sx_error *err);

/* step: every allocation is tried up to 300, then each step-th. */
static void each_once(scenario run, long least, long step) {
  long k = 0;
  for (;; k += k < 300 ? 1 : step) {
    failing f = {0, k, 0};
    sx_ctx ctx = SX_CTX_INIT;
    ctx.alloc = (sx_alloc){resize, &f};
    sx_error e = SX_ERROR_INIT;
    const sx_status status = run(&ctx, &e);
    CHECK_INT(f.live, 0);
    if (f.calls <= k) {
      CHECK_INT(status, SX_OK);
      break;
    }
    if (status != SX_E_MEMORY && status != SX_OK)
      SXT_FAIL("allocation %ld: status %d, %s: %s", k, (int)status, e.where, e.message);
    if (sxt_failures > 5) break;
  }
  CHECK(k > least);
}

#define TWICE(text)   text text
#define SENTENCES     "# 规模\n\n数字消费用户 9.58 亿人，占 3.3、2.4和5.6个百分点，US$1.2bn，见[1](http://a/1)。\n\n"
#define TABLE_OF_TEXT "| a | b（亿人） |\n|---|---|\n| Z世代 | 2.62 元/GB |\n\n三分之一。\n\n"
#define PARAGRAPH                                                                                                      \
  "<h1>1 规模</h1><p>用户 <span data-ref=\"users.total\" data-unit=\"亿人\" title=\"x\">9.58</span><sup>1</sup>亿人"
#define TABLE_OF_PAGE "<table><tr><th>a<td>5%</table>"
/* as long as that lists grow */
static const char prose[] = TWICE(TWICE(TWICE(SENTENCES TABLE_OF_TEXT)));
static const char markup[] = TWICE(TWICE(TWICE(PARAGRAPH TABLE_OF_PAGE)));

static sx_status parse(const sx_ctx *ctx, sx_text_form form, const void *data, size_t n, sx_error *err) {
  sx_audit_text *t = NULL;
  const sx_status status = sx_audit_text_parse(&t, ctx, form, data, n, "x", err);
  if (status != SX_OK) CHECK(t == NULL);
  if (status == SX_OK) CHECK(sx_audit_text_n_marks(t) > 2);
  sx_audit_text_free(t);
  return status;
}

static sx_status plain(const sx_ctx *ctx, sx_error *err) {
  return parse(ctx, SX_TEXT_PLAIN, prose, sizeof prose - 1, err);
}
static sx_status markdown(const sx_ctx *ctx, sx_error *err) {
  return parse(ctx, SX_TEXT_MARKDOWN, prose, sizeof prose - 1, err);
}
static sx_status html(const sx_ctx *ctx, sx_error *err) {
  return parse(ctx, SX_TEXT_HTML, markup, sizeof markup - 1, err);
}

static char docx[8192];
static size_t n_docx;
static sx_status word(const sx_ctx *ctx, sx_error *err) {
  return parse(ctx, SX_TEXT_DOCX, docx, n_docx, err);
}

static void make_docx(void) {
  static const char xml[] =
      "<w:document "
      "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>用户 "
      "9.58亿人，占 46.5%、3 家</w:t></w:r></w:p></w:body></w:document>";
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
  zip_t *zip = source ? zip_open_from_source(source, ZIP_TRUNCATE, &error) : NULL;
  REQUIRE(zip != NULL);
  zip_source_keep(source);
  REQUIRE(zip_file_add(zip, "word/document.xml", zip_source_buffer(zip, xml, sizeof xml - 1, 0), 0) >= 0);
  REQUIRE(zip_close(zip) == 0 && zip_source_open(source) == 0);
  const zip_int64_t got = zip_source_read(source, docx, sizeof docx);
  n_docx = got > 0 ? (size_t)got : 0;
  zip_source_close(source);
  zip_source_free(source);
}

static void texts(void) {
  make_docx();
  each_once(plain, 20, 1);
  each_once(markdown, 20, 1);
  each_once(html, 20, 1);
  each_once(word, 10, 1);
}

static char store_path[64], page_path[64], csv_path[64];
static char folder_path[100];

static sx_status match(const sx_ctx *ctx, sx_error *err) {
  sx_store *store = NULL;
  sx_audit_text *t = NULL;
  sx_audit_matches *all = NULL;
  sx_status status;
  SX_TRY_GOTO(status, sx_store_open(&store, ctx, store_path, SX_STORE_READ, err), done);
  SX_TRY_GOTO(status, sx_audit_text_parse(&t, ctx, SX_TEXT_MARKDOWN, prose, sizeof prose - 1, "x", err), done);
  SX_TRY_GOTO(status, sx_audit_text_against(&all, t, store, -1, err), done);
  CHECK(all->n > 4);
done:
  if (status != SX_OK) CHECK(all == NULL);
  sx_audit_matches_free(all);
  sx_audit_text_free(t);
  sx_store_close(store);
  return status;
}

static sx_status outputs(const sx_ctx *ctx, sx_error *err) {
  sx_store *store = NULL;
  sx_audit_traces *all = NULL;
  const char *const files[] = {page_path, csv_path};
  sx_status status;
  SX_TRY_GOTO(status, sx_store_open(&store, ctx, store_path, SX_STORE_READ, err), done);
  SX_TRY_GOTO(status, sx_audit_outputs(&all, store, -1, files, 2, err), done);
  CHECK(all->n > 20);
done:
  if (status != SX_OK) CHECK(all == NULL);
  sx_audit_traces_free(all);
  sx_store_close(store);
  return status;
}

static sx_status while_made(const sx_ctx *ctx, sx_error *err) {
  static const char lines[] = "7 agrees \n2 exempt date\n";
  char hash[SX_HASH_TEXT];
  sx_buf said;
  sx_store *store = NULL;
  sx_page_audit *audit = NULL;
  sx_audit_traces *all = NULL;
  char *page = NULL;
  size_t n = 0;
  sx_status status;
  sx_buf_init(&said, ctx);
  SX_TRY_GOTO(status, sx_store_open(&store, ctx, store_path, SX_STORE_READ, err), done);
  SX_TRY_GOTO(status, sx_file_read(&page, &n, ctx, page_path, err), done);
  SX_TRY_GOTO(status, sx_page_audit_new(&audit, store, -1, 3, err), done);
  SX_TRY_GOTO(status, sx_page_audit_trace(audit, 1, page_path, page, n, err), done);
  SX_TRY_GOTO(status, sx_page_audit_hash(hash, audit, err), done);
  sx_page_audit_put(&said, audit, 1);
  SX_TRY_GOTO(status, sx_buf_status(&said, err), done);
  SX_TRY_GOTO(status, sx_page_audit_recall(audit, 2, page_path, lines, sizeof lines - 1, err), done);
  SX_TRY_GOTO(status, sx_page_audit_take(&all, audit, err), done);
  CHECK(all->n > 20);
done:
  if (status != SX_OK) CHECK(all == NULL);
  sx_buf_clear(&said);
  sx_audit_traces_free(all);
  sx_page_audit_free(audit);
  sx_mem_free(ctx, page);
  sx_store_close(store);
  return status;
}

/* A folder with a manifest: one file changed, one gone. */
static sx_status published(const sx_ctx *ctx, sx_error *err) {
  sx_store *store = NULL;
  sx_audit_traces *all = NULL;
  sx_status status;
  SX_TRY_GOTO(status, sx_store_open(&store, ctx, store_path, SX_STORE_READ, err), done);
  SX_TRY_GOTO(status, sx_audit_outputs(&all, store, -1, NULL, 0, err), done);
  SX_TRY_GOTO(status, sx_audit_files(all, store, -1, folder_path, err), done);
  CHECK_INT(all->n_differ, 2);
  CHECK(strstr(all->items[0].reason, "changed since it was published: a.px") != NULL);
  CHECK(strstr(all->items[1].reason, "not there any more") != NULL);
done:
  sx_audit_traces_free(all);
  sx_store_close(store);
  return status;
}

static void make_folder(void) {
  char path[160];
  (void)snprintf(folder_path, sizeof folder_path, "/tmp/sx_oom_audit_%ld.d", (long)getpid());
  REQUIRE(mkdir(folder_path, 0700) == 0);
  (void)snprintf(path, sizeof path, "%s/a.px", folder_path);
  CHECK_OK(sx_file_write(NULL, path, "x", 1, err));
  static const char lines[] = "0000000000000000000000000000000000000000000000000000000000000000  a.px\n"
                              "0000000000000000000000000000000000000000000000000000000000000000  b.px\n";
  (void)snprintf(path, sizeof path, "%s/SHA256SUMS", folder_path);
  CHECK_OK(sx_file_write(NULL, path, lines, sizeof lines - 1, err));
}

static void remove_folder(void) {
  char path[160];
  (void)snprintf(path, sizeof path, "%s/a.px", folder_path);
  (void)remove(path);
  (void)snprintf(path, sizeof path, "%s/SHA256SUMS", folder_path);
  (void)remove(path);
  (void)rmdir(folder_path);
}

static void against_a_store(void) {
  sx_store *store = NULL;
  (void)snprintf(store_path, sizeof store_path, "/tmp/sx_oom_audit_%ld.db", (long)getpid());
  (void)snprintf(page_path, sizeof page_path, "/tmp/sx_oom_audit_%ld.html", (long)getpid());
  (void)snprintf(csv_path, sizeof csv_path, "/tmp/sx_oom_audit_%ld.csv", (long)getpid());
  FILE *csv = fopen(csv_path, "wb");
  REQUIRE(csv != NULL);
  CHECK(
      fputs(
          "wave,indicator,statistic,z,estimate,std.error,n\nw,users,total,1,261500000,1800000,8122\nw,no,total,,1,,\n",
          csv) >= 0);
  CHECK_INT(fclose(csv), 0);
  REQUIRE_OK(audit_store(&store, NULL, store_path, "用户 {{users.total | 亿人 2}} 与 5.3 家，误差 1.96 倍", "x",
                         "[\"1.96\"]", err));
  REQUIRE_OK(audit_page(store, page_path, SX_LANG_ZH, err));
  sx_store_close(store);
  each_once(match, 60, 1);
  each_once(outputs, 100, 7);
  each_once(while_made, 100, 7);
  make_folder();
  each_once(published, 20, 7);
  remove_folder();
  (void)remove(store_path);
  (void)remove(page_path);
  (void)remove(csv_path);
}

SXT_MAIN(SXT_CASE(texts), SXT_CASE(against_a_store))
