/* Each allocation of comparing a page, a workbook and a Word file with the published ones fails once: SX_E_MEMORY, nothing leaks. libzip, expat and SQLite allocate on
 * their own. */
#include "oom.h"
#include "unit/audit/published_sample.h"

static char store_path[64], folder_path[64], file_path[80];

static sx_status compare(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_store *store = NULL;
  sx_audit_traces *t = NULL;
  sx_status status;
  SX_TRY_GOTO(status, sx_store_open(&store, ctx, store_path, SX_STORE_READ, err), done);
  SX_TRY_GOTO(status, sx_audit_outputs(&t, store, -1, NULL, 0, err), done);
  SX_TRY_GOTO(status, sx_audit_published(t, store, -1, file_path, folder_path, err), done);
  CHECK(data ? t->n_exempt > 0 : t->n_differ > 0);
done:
  sx_audit_traces_free(t);
  sx_store_close(store);
  return status;
}

static sx_status codebook(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_store *store = NULL;
  sx_audit_traces *t = NULL;
  sx_status status;
  SX_TRY_GOTO(status, sx_store_open(&store, ctx, store_path, SX_STORE_READ, err), done);
  SX_TRY_GOTO(status, sx_audit_file(&t, store, -1, data, folder_path, err), done);
  CHECK_INT(t->n_differ, 2);
  CHECK_INT(t->items[1].line, 5);
  CHECK_STR(t->items[1].printed, "155");
  CHECK_STR(t->items[1].expected, "150");
done:
  sx_audit_traces_free(t);
  sx_store_close(store);
  return status;
}

static void changed_codebook(void) {
  static const char text[] = "# Sample\n\n| Value | Cases |\n|---|---|\n| Men | 155 |\n| Women | 151 |\n";
  char path[200];
  (void)snprintf(path, sizeof path, "%s/s_codebook.en.md", folder_path);
  CHECK_OK(sx_file_write(NULL, path, text, sizeof text - 1, err));
  (void)oom_run("codebook", codebook, path);
  (void)remove(path);
}

/* away: the published file is not in the folder, and is made of the store. */
static void one(const char *name, const char *bytes, size_t n, bool away) {
  (void)snprintf(file_path, sizeof file_path, "/tmp/sx_oom_%ld_%s", (long)getpid(), name);
  CHECK_OK(sx_file_write(NULL, file_path, bytes, n, err));
  (void)oom_run(name, compare, away ? file_path : NULL);
  (void)remove(file_path);
}

static const char page[] = "<!DOCTYPE html>\n<html lang=\"en\"><p>x";

static void away(void) {
  char path[160];
  (void)snprintf(path, sizeof path, "%s/report.en.html", folder_path);
  (void)remove(path);
  one("report.en.html", page, sizeof page - 1, true);
}

static void files(void) {
  sx_store *store = NULL;
  size_t n = 0;
  static const char sheets[] = "<workbook xmlns:r=\"r\"><sheets><sheet name=\"V\" r:id=\"a\"/><sheet name=\"U\" "
                               "r:id=\"b\"/></sheets></workbook>",
                    text[] = "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">"
                             "<w:body><w:p><w:r><w:t>In 2024 rates rose.</w:t></w:r></w:p></w:body></w:document>";
  (void)snprintf(store_path, sizeof store_path, "/tmp/sx_oom_published_%ld.db", (long)getpid());
  (void)snprintf(folder_path, sizeof folder_path, "/tmp/sx_oom_published_%ld.d", (long)getpid());
  REQUIRE_OK(published_store(&store, NULL, store_path, folder_path, err));
  sx_store_close(store);
  one("report.en.html", page, sizeof page - 1, false);
  char *book = published_zip(&n, published_book, PUBLISHED_BOOK, "xl/workbook.xml", sheets, sizeof sheets - 1);
  one("s_tables.xlsx", book, n, false);
  free(book);
  char *word = published_zip(&n, published_word, PUBLISHED_WORD, "word/document.xml", text, sizeof text - 1);
  one("s.docx", word, n, false);
  free(word);
  /* one that a program saved, whose captions and lists are others */
  published_part parts[PUBLISHED_REPORT];
  memcpy(parts, published_report, sizeof parts);
  parts[0].text = "<Types><Default/></Types>";
  parts[1].text = "<core><title>Rates 2019</title></core>";
  parts[3].text = "<numbering><lvl><start val=\"46\"/></lvl></numbering>";
  parts[6].text = "<c><ser><tx><v>Rate</v></tx></ser><ser><cat><pt idx=\"0\"><v>Rural</v></pt></cat></ser></c>";
  char *saved = published_zip(&n, parts, PUBLISHED_REPORT, "word/document.xml", text, sizeof text - 1);
  one("r.docx", saved, n, false);
  free(saved);
  changed_codebook();
  away();
  published_remove(store_path, folder_path);
}

SXT_MAIN(SXT_CASE(files))
