/* The publication workbook of the sample, read back through the reader of tables and by its XML: cells, formats, symbols, names, a chart with
 * intervals; its audit finds a changed, a typed and a deleted number. */
#include "publish/publish_package.h"
#include "publish_sample.h"
#include "shuxiao/audit_text.h"

static const char *part(const sx_package *book, const char *name) {
  const sx_package_part *p = sx_publish__package_get(book, name);
  if (p) return p->data;
  SXT_FAIL("no part '%s'", name);
  return "";
}

static void has(const char *text, const char *piece) {
  if (!strstr(text, piece)) SXT_FAIL("nowhere '%s'", piece);
}

static void test_book(void) {
  int64_t run = 0;
  sx_publish_files files;
  sx_package book;
  sx_store *store = sample_open(NULL, &run);
  REQUIRE(store);
  sx_publish_files_init(&files, NULL);
  REQUIRE_OK(sx_publish_xlsx(&files, store, run, NULL, err));
  CHECK_INT(files.n, 2);
  const sx_publish_file *en = file_named(&files, "dc_tables.en.xlsx");
  REQUIRE(en);
  sx_publish__package_init(&book, NULL);
  REQUIRE_OK(sx_publish__package_read(&book, en->data, en->n, "book", err));
  const char *sheets = part(&book, "xl/workbook.xml"), *table = part(&book, "xl/worksheets/sheet4.xml");
  has(sheets, "<sheet name=\"Cover\" sheetId=\"1\"");
  has(sheets, "<sheet name=\"Table_1\" sheetId=\"4\"");
  has(sheets, "<sheet name=\"Figure_1\" sheetId=\"5\"");
  has(sheets, "<sheet name=\"Checks\" sheetId=\"6\"");
  has(sheets, "<definedName name=\"rate_total_2025S1\">'Table_1'!$C$7</definedName>");
  CHECK(strstr(table, "mergeCell") == NULL && strstr(table, "<pane") == NULL); /* the tradition */
  has(part(&book, "xl/tables/table3.xml"), "name=\"table_rates\"");
  has(part(&book, "xl/tables/table3.xml"), "<tableColumn id=\"1\" name=\"Group\"/>");
  has(table, "<v>0.784</v>");  /* a share, shown by its format */
  has(table, "<v>0.0112</v>"); /* its error */
  has(table, "<v>1180</v>");
  has(table, "<v>46.5</v>");
  has(part(&book, "xl/styles.xml"), "formatCode=\"0.0%\"");
  const char *texts = part(&book, "xl/sharedStrings.xml");
  has(texts, "<t>=A1</t>"); /* a text cell: no formula */
  has(texts, "<t>@words</t>");
  has(texts, "<t>[x]</t>");
  has(texts, ": [u] n&lt;30</t>");
  has(texts, "[x] = not available");
  has(texts, "[note 1]");
  CHECK(strstr(table, "<f>") == NULL);
  has(part(&book, "xl/worksheets/sheet5.xml"), "<f>B5-C5</f>"); /* below the estimate */
  const char *chart = part(&book, "xl/charts/chart1.xml");
  has(chart, "<c:errValType val=\"cust\"/>");
  has(chart, "<c:plus><c:numRef><c:f>'Figure_1'!$F$5:$F$6</c:f>");
  has(part(&book, "xl/worksheets/sheet6.xml"),
      "<f>IF(ABS(G4)&lt;=0.000000001*ABS(E4),\"same\",\"differs\")</f><v>same</v>");
  sx_publish__package_clear(&book);
  sx_publish_files_clear(&files);
  sample_close(store);
}

/* Replaces `from` by `to` in a part of the workbook, writes it and audits it. */
static void audit_changed(sx_store *store, const sx_publish_file *file, const char *name, const char *from,
                          const char *to, sx_audit_traces **traces) {
  sx_package book;
  sx_buf changed;
  char path[300], *packed = NULL;
  size_t n = 0;
  const char *dir = getenv("SX_BUILD");
  *traces = NULL;
  (void)snprintf(path, sizeof path, "%s/publish_changed.%ld.xlsx", dir ? dir : "/tmp", (long)getpid());
  sx_publish__package_init(&book, NULL);
  sx_buf_init(&changed, NULL);
  REQUIRE_OK(sx_publish__package_read(&book, file->data, file->n, "book", err));
  const char *text = part(&book, name), *at = strstr(text, from);
  REQUIRE(at);
  sx_buf_add_n(&changed, text, (size_t)(at - text));
  sx_buf_printf(&changed, "%s%s", to, at + strlen(from));
  REQUIRE_OK(sx_publish__package_take(&book, name, &changed, err));
  REQUIRE_OK(sx_publish__package_write(&packed, &n, &book, err));
  REQUIRE_OK(sx_file_write(NULL, path, packed, n, err));
  const char *files[] = {path};
  CHECK_OK(sx_audit_outputs(traces, store, -1, files, 1, err));
  (void)remove(path);
  sx_mem_free(NULL, packed);
  sx_publish__package_clear(&book);
}

static const sx_audit_trace *first(const sx_audit_traces *traces, sx_trace_verdict verdict) {
  for (size_t i = 0; i < traces->n; i++) {
    if (traces->items[i].verdict == verdict) return &traces->items[i];
  }
  return NULL;
}

static void expect(const sx_audit_trace *t, const char *place, const char *printed) {
  REQUIRE(t && t->place);
  if (!strstr(t->place, place)) SXT_FAIL("at '%s', not '%s'", t->place, place);
  CHECK_STR(t->printed, printed);
}

static void test_audit(void) {
  int64_t run = 0;
  sx_publish_files files;
  sx_audit_traces *traces = NULL;
  sx_store *store = sample_open(NULL, &run);
  REQUIRE(store);
  sx_publish_files_init(&files, NULL);
  REQUIRE_OK(sx_publish_xlsx(&files, store, run, NULL, err));
  const sx_publish_file *file = file_named(&files, "dc_tables.en.xlsx");
  REQUIRE(file);
  audit_changed(store, file, "xl/worksheets/sheet4.xml", "<v>0.784</v>", "<v>0.784</v>", &traces);
  REQUIRE(traces);
  /* 5 numbers of each of two rows, the base of the missing one, 3 of each of two points: each in its cell and in the checks; 1 from outside */
  CHECK_INT(traces->n_agree, 2 * (11 + 6));
  CHECK_INT(traces->n_exempt, 1);
  CHECK_INT(traces->n_differ + traces->n_unbound, 0);
  sx_audit_traces_free(traces);
  audit_changed(store, file, "xl/worksheets/sheet4.xml", "<v>0.784</v>", "<v>0.794</v>", &traces);
  REQUIRE(traces);
  CHECK_INT(traces->n_differ, 1);
  expect(first(traces, SX_TRACE_DIFFERS), ": Table_1!C7", "0.794");
  CHECK_STR(first(traces, SX_TRACE_DIFFERS)->expected, "0.784");
  CHECK_STR(first(traces, SX_TRACE_DIFFERS)->reference, "rate.total");
  sx_audit_traces_free(traces);
  audit_changed(store, file, "xl/worksheets/sheet4.xml", "<v>46.5</v>", "<v>47.5</v>", &traces);
  REQUIRE(traces);
  CHECK_INT(traces->n_differ, 1);
  sx_audit_traces_free(traces);
  audit_changed(store, file, "xl/worksheets/sheet4.xml", "<v>0.784</v>", "", &traces);
  REQUIRE(traces);
  CHECK_INT(traces->n_differ, 1);
  expect(first(traces, SX_TRACE_DIFFERS), ": Table_1!C7", "");
  sx_audit_traces_free(traces);
  audit_changed(store, file, "xl/worksheets/sheet2.xml", "</sheetData>",
                "<row r=\"99\"><c r=\"B99\"><v>12</v></c></row></sheetData>", &traces);
  REQUIRE(traces);
  CHECK_INT(traces->n_unbound, 1);
  expect(first(traces, SX_TRACE_UNBOUND), ": Contents!B99", "12");
  sx_audit_traces_free(traces);
  /* the factor of the checks is not believed */
  audit_changed(store, file, "xl/worksheets/sheet6.xml", "<v>0.784</v>", "<v>0.5</v>", &traces);
  REQUIRE(traces);
  CHECK_INT(traces->n_differ, 1);
  expect(first(traces, SX_TRACE_DIFFERS), ": Checks!E4", "0.5");
  sx_audit_traces_free(traces);
  sx_publish_files_clear(&files);
  sample_close(store);
}

SXT_MAIN(SXT_CASE(test_book), SXT_CASE(test_audit))
