/* fuzz_audit_published.c: a file against the published one. The first byte says what the rest is: p a page, d the text of a Word file, t its list of parts; of one that a program saved e the text, k the chart, n
 * the lists; w the list of sheets, s a sheet, y the styles, x the shared texts, c the chart of a workbook, z the whole of one; the other parts are as published. What comes back must hang together. */
#include <stdint.h>

#include "unit/audit/published_sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool holds) {
  if (!holds) __builtin_trap();
}

static char folder[64], file[80];

static void leave(void) {
  published_remove("", folder);
}

static sx_store *the_store(void) {
  static sx_store *store;
  char path[64];
  if (store) return store;
  (void)snprintf(path, sizeof path, "/tmp/sx_fuzz_published_%ld.db", (long)getpid());
  (void)snprintf(folder, sizeof folder, "/tmp/sx_fuzz_published_%ld.d", (long)getpid());
  must(published_store(&store, NULL, path, folder, NULL) == SX_OK);
  (void)remove(path); /* it stays open */
  (void)atexit(leave);
  return store;
}

/* The bytes of the file, the caller's to free; name: of the published one. */
static char *build(size_t *n, const char **name, char which, const char *text, size_t n_text) {
  static const struct {
    char which;
    int file;
    const char *part;
  } kinds[] = {{'d', 2, "word/document.xml"},        {'t', 2, "[Content_Types].xml"}, {'w', 1, "xl/workbook.xml"},
               {'s', 1, "xl/worksheets/sheet1.xml"}, {'y', 1, "xl/styles.xml"},       {'x', 1, "xl/sharedStrings.xml"},
               {'c', 1, "xl/charts/chart1.xml"}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (kinds[i].which != which) continue;
    *name = published_names[kinds[i].file];
    return kinds[i].file == 1 ? published_zip(n, published_book, PUBLISHED_BOOK, kinds[i].part, text, n_text)
                              : published_zip(n, published_word, PUBLISHED_WORD, kinds[i].part, text, n_text);
  }
  static const struct {
    char which;
    const char *part;
  } saved[] = {{'e', "word/document.xml"}, {'k', "word/charts/chart1.xml"}, {'n', "word/numbering.xml"}};
  for (size_t i = 0; i < sizeof saved / sizeof *saved; i++) {
    published_part parts[PUBLISHED_REPORT];
    if (saved[i].which != which) continue;
    memcpy(parts, published_report, sizeof parts);
    parts[0].text = "<Types><Default/></Types>";
    *name = published_names[3];
    return published_zip(n, parts, PUBLISHED_REPORT, saved[i].part, text, n_text);
  }
  *name = published_names[which == 'z' ? 1 : 0];
  *n = n_text;
  char *copy = malloc(n_text + 1);
  if (copy) memcpy(copy, text, n_text);
  return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  const char *name = NULL;
  sx_audit_traces *t = NULL;
  size_t size = 0;
  if (!n) return 0;
  sx_store *store = the_store();
  char *bytes = build(&size, &name, (char)data[0], (const char *)data + 1, n - 1);
  (void)snprintf(file, sizeof file, "/tmp/sx_fuzz_%ld_%s", (long)getpid(), name);
  if (!bytes || sx_file_write(NULL, file, bytes, size, NULL) != SX_OK) {
    free(bytes);
    return 0;
  }
  free(bytes);
  must(sx_audit_outputs(&t, store, -1, NULL, 0, NULL) == SX_OK);
  const sx_status status = sx_audit_published(t, store, -1, file, folder, NULL);
  must(status != SX_E_INTERNAL && t->n == t->n_differ + t->n_exempt);
  for (size_t i = 0; i < t->n; i++) {
    const sx_audit_trace *one = &t->items[i];
    must(one->printed && one->reason && (one->place || one->line));
    must(sx_utf8_valid(one->printed, strlen(one->printed), NULL));
    must(!one->expected || sx_utf8_valid(one->expected, strlen(one->expected), NULL));
    must(!one->place || sx_utf8_valid(one->place, strlen(one->place), NULL));
  }
  sx_audit_traces_free(t);
  (void)remove(file);
  return 0;
}
