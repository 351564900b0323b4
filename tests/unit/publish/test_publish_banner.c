/* The banner book as a workbook: every number in its cell, letters beside it, merged heads, frozen panes, links, the legend; many tables on one sheet; a column for
 * each of 500 levels. */
#include "banner_help.h"
#include "publish/publish_package.h"
#include "shuxiao/publish.h"

static const sx_ctx ctx = SX_CTX_INIT;

typedef struct opened {
  sx_table *t;
  sx_design *d;
  sx_banner_book *book;
  sx_package parts;
} opened;

static const char *part(const opened *o, const char *name) {
  const sx_package_part *p = sx_publish__package_get(&o->parts, name);
  if (p) return p->data;
  SXT_FAIL("no part '%s'", name);
  return "";
}

static void has(const char *text, const char *piece) {
  if (!strstr(text, piece)) SXT_FAIL("nowhere '%s'", piece);
}

static void write_book(opened *o, sx_lang lang) {
  sx_buf one, two;
  sx_buf_init(&one, &ctx);
  sx_buf_init(&two, &ctx);
  sx_publish__package_init(&o->parts, &ctx);
  REQUIRE_OK(sx_publish_banner(&one, o->book, lang, err));
  REQUIRE_OK(sx_publish_banner(&two, o->book, lang, err));
  CHECK(one.n == two.n && memcmp(one.data, two.data, one.n) == 0);
  REQUIRE_OK(sx_publish__package_read(&o->parts, one.data, one.n, "book", err));
  sx_buf_clear(&one);
  sx_buf_clear(&two);
}

static void open_book(opened *o, const char *rows, const char *columns, sx_lang lang) {
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  eh_state = 42;
  o->t = bh_survey(240, 4, 5, false);
  o->d = bh_design(&ctx, o->t, 0);
  o->book = NULL;
  r.rows = rows;
  r.columns = columns;
  REQUIRE_OK(sx_banner_run(&o->book, o->d, o->t, &r, NULL, err));
  write_book(o, lang);
}

static void close_book(opened *o) {
  sx_publish__package_clear(&o->parts);
  sx_banner_book_free(o->book);
  sx_design_free(o->d);
  sx_table_free(o->t);
}

/* The number of a cell, NaN where there is none. */
static double number_at(const char *sheet, const char *cell) {
  char start[32];
  double value = (double)NAN;
  (void)snprintf(start, sizeof start, "<c r=\"%s\"", cell);
  const char *at = strstr(sheet, start), *end = at ? strstr(at, "</c>") : NULL, *v = at ? strstr(at, "<v>") : NULL;
  if (v && end && v < end) (void)sscanf(v + 3, "%lf", &value);
  return value;
}

static void test_cells(void) {
  opened o;
  open_book(&o, "q1", "total + sex", SX_LANG_EN);
  const sx_banner_table *t = &o.book->table[0];
  const char *sheet = part(&o, "xl/worksheets/sheet2.xml"), *texts = part(&o, "xl/sharedStrings.xml");
  const char *pane = strstr(sheet, "<pane xSplit=\"1\" ySplit=\"");
  REQUIRE(pane);
  const size_t first = (size_t)strtoul(pane + strlen("<pane xSplit=\"1\" ySplit=\""), NULL, 10) + 1;
  has(sheet, "<mergeCell ref=\"D");
  for (size_t i = 0; i < t->n_rows; i++) {
    for (size_t c = 0; c < 3; c++) {
      char cell[32];
      const sx_banner_measure m = t->row[i].measure;
      const double factor = m == SX_BANNER_COL_PCT ? 100 : 1, value = t->row[i].cell[c].value;
      (void)snprintf(cell, sizeof cell, "%c%zu", "BDF"[c], first + i);
      if (isfinite(value)) CHECK_NEAR(number_at(sheet, cell), value * factor, 1e-14);
    }
  }
  has(texts, "significantly larger than that of the column with this letter"); /* < is escaped in the file */
  has(texts, t->base.en);
  has(part(&o, "xl/worksheets/sheet1.xml"), "location=\"'q1'!$A$1\"");
  close_book(&o);
}

static void test_many(void) {
  opened o;
  open_book(&o, "q1", "total + sex", SX_LANG_ZH);
  /* the same table 300 times: beyond 250 they stand on one sheet */
  sx_banner_table *many = sx_mem_alloc(&ctx, 300, sizeof *many);
  REQUIRE(many);
  for (size_t i = 0; i < 300; i++) many[i] = o.book->table[0];
  const sx_banner_table *own = o.book->table;
  o.book->table = many;
  o.book->n_tables = 300;
  sx_publish__package_clear(&o.parts);
  write_book(&o, SX_LANG_ZH);
  has(part(&o, "xl/workbook.xml"), "<sheet name=\"横幅表\" sheetId=\"2\"");
  CHECK(strstr(part(&o, "xl/workbook.xml"), "sheetId=\"3\"") == NULL);
  o.book->table = own;
  o.book->n_tables = 0;
  sx_buf out;
  sx_buf_init(&out, &ctx);
  CHECK_FAILS(sx_publish_banner(&out, o.book, SX_LANG_ZH, err), SX_E_DATA, "banner book", "no tables");
  sx_buf_clear(&out);
  sx_mem_free(&ctx, many);
  close_book(&o);
}

SXT_MAIN(SXT_CASE(test_cells), SXT_CASE(test_many))
