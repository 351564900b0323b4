/* fuzz_audit_xlsx.c: the audit of a publication workbook against a small store. The first byte says what the rest is: c the sheet of checks, s another sheet, t
 * the shared texts, w the list of sheets, z the whole archive; d the chart of a Word file with that workbook behind it, l the links of that chart; the other
 * parts are right. What comes back must hang together. */
#include <stdint.h>
#include <zip.h>

#include "unit/audit/audit_sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool holds) {
  if (!holds) __builtin_trap();
}

static sx_store *the_store(void) {
  static sx_store *store;
  char path[64];
  if (store) return store;
  (void)snprintf(path, sizeof path, "/tmp/sx_fuzz_xlsx_%ld.db", (long)getpid());
  if (audit_store(&store, NULL, path, "x", "x", NULL, NULL) != SX_OK) __builtin_trap();
  (void)remove(path); /* it stays open */
  return store;
}

static const char *const names[] = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml",
                                    "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"};
static const char *const right[] = {
    "<workbook xmlns:r=\"r\"><sheets><sheet name=\"T\" r:id=\"rId1\"/><sheet name=\"Checks\" "
    "r:id=\"rId2\"/></sheets></workbook>",
    "<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" "
    "Target=\"worksheets/sheet2.xml\"/></Relationships>",
    "<sst><si><t>T</t></si><si><t>B2</t></si><si><t>users.total</t></si></sst>",
    "<worksheet><sheetData><row r=\"2\"><c r=\"B2\"><v>9.576</v></c></row></sheetData></worksheet>",
    "<worksheet><sheetData><row r=\"4\"><c r=\"A4\" t=\"s\"><v>0</v></c><c r=\"B4\" t=\"s\"><v>1</v></c><c r=\"C4\" "
    "t=\"s\"><v>2</v></c>"
    "<c r=\"D4\"><v>1e-8</v></c><c r=\"E4\"><v>9.576</v></c></row></sheetData></worksheet>"};

/* The archive at path, with one part replaced. */
static bool build(const char *path, char which, const uint8_t *data, size_t n) {
  static const char kinds[] = "wrtsc";
  const char *at = which ? strchr(kinds, which) : NULL;
  const size_t replaced = at ? (size_t)(at - kinds) : SIZE_MAX;
  int code = 0;
  zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
  if (!zip) return false;
  for (size_t i = 0; i < 5; i++) {
    const void *bytes = i == replaced ? (const void *)data : right[i];
    zip_source_t *source = zip_source_buffer(zip, bytes, i == replaced ? n : strlen(right[i]), 0);
    if (!source || zip_file_add(zip, names[i], source, 0) < 0) {
      zip_source_free(source);
      zip_discard(zip);
      return false;
    }
  }
  if (zip_close(zip) == 0) return true;
  zip_discard(zip);
  return false;
}

/* A Word file with a chart, whose workbook lies at `book`. */
static bool build_word(const char *path, const char *book, char which, const uint8_t *data, size_t n) {
  static const char *const parts[] = {"word/document.xml", "word/_rels/document.xml.rels", "word/charts/c.xml",
                                      "word/charts/_rels/c.xml.rels"};
  static const char *const texts[] = {
      "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"/>",
      "<Relationships><Relationship Id=\"a\" Type=\"x/chart\" Target=\"charts/c.xml\"/></Relationships>",
      "<c><ser><numRef><f>'T'!$B$2:$B$2</f><numCache><pt idx=\"0\"><v>9.576</v></pt></numCache></numRef></ser></c>",
      "<Relationships><Relationship Id=\"a\" Type=\"x/package\" Target=\"../embeddings/b.xlsx\"/></Relationships>"};
  int code = 0;
  const size_t replaced = which == 'd' ? 2 : 3;
  zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
  if (!zip) return false;
  bool right_so_far = true;
  for (size_t i = 0; i < 5 && right_so_far; i++) {
    const void *bytes = i == replaced ? (const void *)data : i < 4 ? texts[i] : NULL;
    zip_source_t *source = i < 4 ? zip_source_buffer(zip, bytes, i == replaced ? n : strlen(texts[i]), 0)
                                 : zip_source_file(zip, book, 0, -1);
    right_so_far = source && zip_file_add(zip, i < 4 ? parts[i] : "word/embeddings/b.xlsx", source, 0) >= 0;
    if (!right_so_far) zip_source_free(source);
  }
  if (right_so_far && zip_close(zip) == 0) return true;
  zip_discard(zip);
  return false;
}

static bool write_whole(const char *path, const uint8_t *data, size_t n) {
  FILE *f = fopen(path, "wb");
  if (!f) return false;
  const bool written = !n || fwrite(data, 1, n, f) == n;
  return fclose(f) == 0 && written;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  char path[64], word[64];
  const bool chart = n && (data[0] == 'd' || data[0] == 'l');
  const char *const files[] = {chart ? word : path};
  sx_audit_traces *traces = NULL;
  if (!n) return 0;
  (void)snprintf(word, sizeof word, "/tmp/sx_fuzz_xlsx_%ld.docx", (long)getpid());
  (void)snprintf(path, sizeof path, "/tmp/sx_fuzz_xlsx_%ld.xlsx", (long)getpid());
  (void)remove(path);
  bool written = data[0] == 'z' ? write_whole(path, data + 1, n - 1) : build(path, (char)data[0], data + 1, n - 1);
  if (written && chart) written = build_word(word, path, (char)data[0], data + 1, n - 1);
  if (written && sx_audit_outputs(&traces, the_store(), -1, files, 1, NULL) == SX_OK) {
    must(traces->n == traces->n_agree + traces->n_differ + traces->n_unbound + traces->n_exempt);
    for (size_t i = 0; i < traces->n; i++) {
      const sx_audit_trace *t = &traces->items[i];
      must(t->place && t->printed && sx_utf8_valid(t->place, strlen(t->place), NULL));
      must(t->verdict != SX_TRACE_DIFFERS || t->reason);
    }
    sx_audit_traces_free(traces);
  }
  (void)remove(path);
  (void)remove(word);
  return 0;
}
