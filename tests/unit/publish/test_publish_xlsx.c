/* The publication workbook of the sample, read back through the reader of tables and by its XML: cells, formats, symbols, names, a chart with
 * intervals, a waterfall that crosses zero, a heat table, tiles; its audit finds a changed, a typed and a deleted number. */
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
  /* 5 numbers of each of two rows, the base of the missing one, 3 of each of two points: each in its cell and in the checks; 2 that the chart draws, 6 in its description; 1 from outside */
  CHECK_INT(traces->n_agree, 2 * (11 + 6) + 2 + 6);
  size_t outside = 0;
  for (size_t i = 0; i < traces->n; i++)
    outside += traces->items[i].verdict == SX_TRACE_EXEMPT && strcmp(traces->items[i].reason, "outside") == 0;
  CHECK_INT(outside, 1);
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

/* ---- figures that Excel has no chart for ------------------------------------------------------------------------------- */

static const char falling[] =
    "{\"id\":\"falling\",\"type\":\"waterfall\",\"title\":{\"en\":\"Falling\"},\"format\":\"plain "
    "0\",\"series\":[{\"label\":\"v\"}],\"categories\":[{\"label\":\"before\",\"whole\":true},{\"label\":\"x\"},{"
    "\"label\":\"y\"},{\"label\":\"z\"}],\"cells\":[[\"v.k:a\"],[\"v.k:b\"],[\"v.k:c\"],[\"v.k:d\"]],\"interval\":"
    "true}";
static const char heat[] =
    "{\"id\":\"heat\",\"type\":\"heat\",\"title\":{\"en\":\"Heat\"},\"format\":\"plain "
    "0\",\"series\":[{\"label\":\"s\"},{\"label\":\"=t\"}],\"categories\":[{\"label\":\"=m\"},{\"label\":\"f\"}],"
    "\"cells\":[[\"v.k:a\",\"v.k:b\"],[\"v.k:c\",\"v.k:d\"]],\"interval\":true}";
static const char tiles[] =
    "{\"id\":\"tiles\",\"type\":\"tiles\",\"title\":{\"en\":\"Tiles\"},\"format\":\"plain "
    "0\",\"series\":[{\"label\":\"v\"}],\"categories\":[{\"label\":\"Beijing\"},{\"label\":\"the "
    "south\",\"code\":\"46\"}],\"cells\":[[\"v.k:a\"],[\"v.k:d\"]],\"interval\":false}";

static sx_status shaded_write(sx_store *store, int64_t *run, sx_error *err) {
  static const double values[] = {2, -3, -1.5, 4}; /* 2, down to -1, down to -2.5, up to 1.5 */
  static const sx_store_run info = {.study = "dc", .wave = "2025-S1", .title_en = "Figures", .version = "0"};
  const sx_store_indicator v = {"v", {NULL, "Value"}, {NULL, NULL}, {NULL, NULL}, NULL, 1, false};
  SX_TRY(sx_store_begin(run, store, &info, NULL, 0, err));
  SX_TRY(sx_store_put_indicator(store, &v, err));
  for (size_t i = 0; i < 4; i++) {
    const char level[2] = {(char)('a' + i), '\0'};
    SX_TRY(sample_row(store, "v", "mean", "k", level, level, values[i], 0.5, 100, NULL, err));
  }
  SX_TRY(
      sx_store_put_block(store, 0, "document", NULL, "{\"title\":{\"en\":\"Figures\"},\"languages\":[\"en\"]}", err));
  SX_TRY(sx_store_put_block(store, 1, "figure", "falling", falling, err));
  SX_TRY(sx_store_put_block(store, 2, "figure", "heat", heat, err));
  SX_TRY(sx_store_put_block(store, 3, "figure", "tiles", tiles, err));
  return sx_store_finish(store, err);
}

/* A formula with its value in a cell. */
static void gives(const char *sheet, const char *cell, const char *formula, const char *value) {
  char wanted[200], start[40];
  (void)snprintf(start, sizeof start, "<c r=\"%s\"", cell);
  (void)snprintf(wanted, sizeof wanted, "><f>%s</f><v>%s</v></c>", formula, value);
  const char *at = strstr(sheet, start), *end = at ? strstr(at, "</c>") : NULL;
  if (!end || !strstr(at, wanted) || strstr(at, wanted) > end)
    SXT_FAIL("%s: not %s: %.120s", cell, wanted, at ? at : "nothing");
}

static void check_falling(const sx_package *book) {
  const char *sheet = part(book, "xl/worksheets/sheet4.xml"), *chart = part(book, "xl/charts/chart1.xml");
  /* value, low, high, down, up in B to F; then end, base, base below, level, rise, rise below, fall, fall below */
  gives(sheet, "G5", "G4+B5", "-1");
  gives(sheet, "L5", "MIN(MIN(G4,0)-MIN(G5,0),0)", "0");
  gives(sheet, "M5", "MAX(MAX(G4,0)-MAX(G5,0),0)", "2"); /* from 2 to -1: two above zero, one below */
  gives(sheet, "N5", "MIN(MIN(G5,0)-MIN(G4,0),0)", "-1");
  gives(sheet, "I6", "MIN(0,MAX(G5,G6))", "-1"); /* from -1 to -2.5: hangs from -1 */
  gives(sheet, "N6", "MIN(MIN(G6,0)-MIN(G5,0),0)", "-1.5");
  gives(sheet, "K7", "MAX(MAX(G7,0)-MAX(G6,0),0)", "1.5"); /* from -2.5 to 1.5 */
  gives(sheet, "L7", "MIN(MIN(G6,0)-MIN(G7,0),0)", "-2.5");
  gives(sheet, "J4", "B4", "2");
  has(chart, "<c:barDir val=\"col\"/><c:grouping val=\"stacked\"/>");
  size_t unlisted = 0;
  for (const char *at = chart; (at = strstr(at, "<c:legendEntry>")) != NULL; at++) unlisted++;
  CHECK_INT(unlisted, 4); /* two bases, and what stands below zero is named above it */
}

static void test_shaded(void) {
  int64_t run = 0;
  sx_publish_files files;
  sx_package book;
  sx_store *store = NULL;
  (void)remove(sample_path());
  REQUIRE_OK(sx_store_open(&store, NULL, sample_path(), SX_STORE_WRITE, err));
  REQUIRE_OK(shaded_write(store, &run, err));
  sx_publish_files_init(&files, NULL);
  REQUIRE_OK(sx_publish_xlsx(&files, store, run, NULL, err));
  const sx_publish_file *en = file_named(&files, "dc_tables.en.xlsx");
  REQUIRE(en);
  sx_publish__package_init(&book, NULL);
  REQUIRE_OK(sx_publish__package_read(&book, en->data, en->n, "book", err));
  check_falling(&book);
  const char *hot = part(&book, "xl/worksheets/sheet5.xml"), *map = part(&book, "xl/worksheets/sheet6.xml");
  gives(hot, "J4", "B4", "2");
  gives(hot, "K4", "E4", "-3");
  gives(hot, "K5", "E5", "4");
  has(hot,
      "<conditionalFormatting sqref=\"J4:K5\">"); /* values of both signs: the shades part at zero, both ends as far away as 4 */
  has(hot, "<cfvo type=\"num\" val=\"-4\"/><cfvo type=\"num\" val=\"0\"/><cfvo type=\"num\" val=\"4\"/>");
  has(map, "<f>B4</f><v>2</v>");
  has(map, "<f>B5</f><v>4</v>");
  has(map, "<colorScale><cfvo type=\"min\" ");
  has(part(&book, "xl/sharedStrings.xml"), "<t>HI</t>"); /* Hainan's letters */
  sx_publish__package_clear(&book);
  sx_publish_files_clear(&files);
  sample_close(store);
}

SXT_MAIN(SXT_CASE(test_book), SXT_CASE(test_audit), SXT_CASE(test_shaded))
