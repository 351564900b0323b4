/* Workbooks of Excel: one table through three writers and two formats, sheets, what a cell may hold, where errors point, what is hostile.
 * tests/unit/io/books was made by books/make.py (openpyxl 3.0.9) and saved again by LibreOffice 7.4 as .xlsx and .xls. */
#include "sxt.h"

#include <zip.h>

#include "shuxiao/io.h"
#include "shuxiao/io_archive.h"

static const char *const books[] = {"tests/unit/io/books/openpyxl.xlsx", "tests/unit/io/books/calc.xlsx",
                                    "tests/unit/io/books/calc.xls"};
enum { N_BOOKS = 3, ROWS = 160 };

static sx_status read_sheet(sx_table **out, const char *path, const char *sheet, sx_error *err) {
  sx_read_options o = SX_READ_OPTIONS_INIT;
  o.sheet = sheet;
  return sx_io_read(out, NULL, path, &o, err);
}

static const sx_column *column(const sx_table *t, const char *name) {
  return sx_table_find(t, name);
}

static const char *text_at(const sx_table *t, const char *name, size_t row) {
  const sx_column *c = column(t, name);
  return sx_column_missing(c, row) ? NULL : sx_dict_get(c->dict, c->data.code[row], NULL);
}

/* What make.py put in, by its formulas. */
static void values(void) {
  for (size_t k = 0; k < N_BOOKS; k++) {
    sx_table *t = NULL;
    REQUIRE_OK(read_sheet(&t, books[k], NULL, err)); /* the first sheet is hidden */
    REQUIRE(sx_table_rows(t) == ROWS && sx_table_columns(t) == 6);
    const sx_column *money = column(t, "金额"), *date = column(t, "日期"), *logical = column(t, "是否"),
                    *share = column(t, "占比"), *id = column(t, "序号");
    REQUIRE(money->type == SX_NUMBER && date->type == SX_DATE && logical->type == SX_INTEGER &&
            share->type == SX_NUMBER && id->type == SX_INTEGER);
    int64_t first = 0;
    CHECK(sx_date_parse(&first, "1990-01-01", 10));
    for (size_t i = 0; i < ROWS; i++) {
      char want[160], fill[100] = "";
      const size_t n = i + 1;
      memset(fill, 'x', n % 97);
      fill[n % 97] = '\0';
      (void)snprintf(want, sizeof want, n % 3 ? "第%zu个答案，选择“其他”%s" : "answer %zu, plain%s", n, fill);
      CHECK_STR(text_at(t, "答案", i), want);
      CHECK_INT(id->data.i64[i], n);
      CHECK_INT(date->data.i64[i], first + 37 * (int64_t)n);
      CHECK_INT(logical->data.i64[i], n % 4 == 0);
      CHECK(share->data.f64[i] == (double)n / 1000);
      CHECK((sx_column_missing(money, i) != 0) == (n % 50 == 0));
    }
    CHECK(money->data.f64[0] == 272.45);
    sx_table_free(t);
  }
}

static void sheets(void) {
  for (size_t k = 0; k < N_BOOKS; k++) {
    sx_table *t = NULL;
    REQUIRE_OK(read_sheet(&t, books[k], "Mixed", err)); /* a row of it is empty */
    CHECK_INT(sx_table_rows(t), 2);
    CHECK_STR(text_at(t, "t", 1), "c");
    sx_table_free(t);
    CHECK_FAILS(read_sheet(&t, books[k], "Nots", err), SX_E_DATA, books[k], "did you mean 'Notes'");
    CHECK_FAILS(read_sheet(&t, books[k], "Empty", err), SX_E_DATA, books[k], "the sheet 'Empty' is empty");
  }
}

/* A table that begins at B3: formulas give numbers, logical values and texts, #N/A is missing. */
static void formulas(void) {
  for (size_t k = 1; k < N_BOOKS; k++) {
    sx_table *t = NULL;
    REQUIRE_OK(read_sheet(&t, books[k], "Notes", err));
    CHECK_INT(sx_table_columns(t), 2);
    REQUIRE(sx_table_rows(t) == 3);
    CHECK_INT(column(t, "b")->data.i64[0], 2);
    CHECK_INT(column(t, "b")->data.i64[1], 1);
    CHECK(text_at(t, "a", 1) == NULL);
    CHECK_STR(text_at(t, "a", 2), "yes");
    sx_table_free(t);
    CHECK_FAILS(read_sheet(&t, books[k], "Errors", err), SX_E_DATA, "Errors!A3", "holds");
  }
  sx_table *t = NULL;
  CHECK_FAILS(read_sheet(&t, books[0], "Notes", err), SX_E_DATA, "Notes!C4", "no value with it");
}

/* Places are those of cells, rows that are empty counted. */
static void places(void) {
  static const char *const number[] = {"n"};
  for (size_t k = 0; k < N_BOOKS; k++) {
    sx_table *t = NULL;
    sx_read_options o = SX_READ_OPTIONS_INIT;
    o.sheet = "Mixed";
    o.as_number = number;
    o.n_as_number = 1;
    CHECK_FAILS(sx_io_read(&t, NULL, books[k], &o, err), SX_E_DATA, ": Mixed!A4", "many");
  }
}

/* ---- archives made here -------------------------------------------------------------------------------------------- */

typedef struct part {
  const char *name, *text;
} part;

static size_t archive(unsigned char *out, size_t cap, const part *parts, size_t n) {
  zip_error_t error;
  size_t size = 0;
  zip_error_init(&error);
  zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
  zip_t *zip = source ? zip_open_from_source(source, ZIP_TRUNCATE, &error) : NULL;
  if (!zip) return 0;
  zip_source_keep(source);
  for (size_t i = 0; i < n; i++) {
    zip_source_t *p = zip_source_buffer(zip, parts[i].text, strlen(parts[i].text), 0);
    if (zip_file_add(zip, parts[i].name, p, 0) < 0) return 0;
  }
  if (zip_close(zip) == 0 && zip_source_open(source) == 0) {
    const zip_int64_t got = zip_source_read(source, out, cap);
    size = got > 0 ? (size_t)got : 0;
    zip_source_close(source);
  }
  zip_source_free(source);
  zip_error_fini(&error);
  return size;
}

#define BOOK      "<workbook><sheets><sheet name=\"S\" r:id=\"a\" xmlns:r=\"r\"/></sheets></workbook>"
#define RELATIONS "<Relationships><Relationship Id=\"a\" Target=\"/xl/s.xml\"/></Relationships>"

static sx_status read_made(sx_table **out, const char *rows, sx_error *err) {
  static unsigned char data[1 << 16];
  char sheet[4096];
  (void)snprintf(sheet, sizeof sheet, "<worksheet><sheetData>%s</sheetData></worksheet>", rows);
  const part parts[] = {{"xl/workbook.xml", BOOK}, {"xl/_rels/workbook.xml.rels", RELATIONS}, {"xl/s.xml", sheet}};
  const size_t n = archive(data, sizeof data, parts, 3);
  return sx_io_read_memory(out, NULL, "b.xlsx", data, n, NULL, err);
}

/* A zip archive that is another office's. */
static void no_workbook(void) {
  static unsigned char data[1 << 12];
  sx_table *t = NULL;
  const part word[] = {{"word/document.xml", "<a/>"}}, other[] = {{"a.txt", "a"}};
  CHECK_FAILS(sx_io_read_memory(&t, NULL, "b.xlsx", data, archive(data, sizeof data, word, 1), NULL, err), SX_E_PARSE,
              "b.xlsx", "a Word document");
  CHECK_FAILS(sx_io_read_memory(&t, NULL, "b.xlsx", data, archive(data, sizeof data, other, 1), NULL, err), SX_E_PARSE,
              "b.xlsx", "no workbook in it");
}

/* Rows and cells without places count on; texts in the cell, in runs, without their pronunciation; control characters of quotes. */
static void places_left_out(void) {
  sx_table *t = NULL;
  REQUIRE_OK(read_made(&t,
                       "<row><c t=\"inlineStr\"><is><t>甲</t></is></c><c t=\"str\"><v>say \"乙\"</v></c></row>"
                       "<row><c><v>1.5</v></c><c "
                       "t=\"inlineStr\"><is><r><t>a,</t></r><r><t>b\nc</t></r><rPh><t>x</t></rPh></is></c></row>",
                       err));
  CHECK_INT(sx_table_rows(t), 1);
  CHECK(column(t, "甲")->data.f64[0] == 1.5);
  CHECK_STR(text_at(t, "say \"乙\"", 0), "a,b c");
  sx_table_free(t);
}

static void bad_workbooks(void) {
  static const struct {
    const char *rows;
    sx_status status;
    const char *where, *message;
  } bad[] = {
      {"<row><c r=\"B1\"><v>1</v></c><c r=\"A1\"><v>2</v></c></row>", SX_E_DATA, "S!A1", "out of order"},
      {"<row><c r=\"A1\"><v>1</v></c></row><row r=\"1\"><c r=\"A1\"><v>1</v></c></row>", SX_E_DATA, "S!A1", "twice"},
      {"<row><c r=\"XFE1\"><v>1</v></c></row>", SX_E_LIMIT, "S!XFE1", "16384 columns"},
      {"<row><c r=\"A1048577\"><v>1</v></c></row>", SX_E_LIMIT, "S!A1048577", "1048576 rows"},
      {"<row><c r=\"A0\"><v>1</v></c></row>", SX_E_DATA, "S!", "no cell is called 'A0'"},
      {"<row><c r=\"A1\" t=\"s\"><v>3</v></c></row>", SX_E_DATA, "S!A1", "no shared text"},
      {"<row><c r=\"A1\" t=\"e\"><v>#REF!</v></c></row>", SX_E_DATA, "S!A1", "#REF!"},
      {"<row><c r=\"A1\"><v>1</v>", SX_E_PARSE, "xl/s.xml:1:", "malformed XML"},
      {"", SX_E_DATA, "b.xlsx", "is empty"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    sx_table *t = NULL;
    CHECK_FAILS(read_made(&t, bad[i].rows, err), bad[i].status, bad[i].where, bad[i].message);
  }
}

static sx_status no_more(void *data, const char *name, const char *const *attributes, sx_error *err) {
  (void)attributes;
  (*(int *)data)++;
  return strcmp(name, "stop") == 0 ? sx_error_set(err, SX_E_DATA, "here", "stopped") : SX_OK;
}

static void xml(void) {
  int seen = 0;
  const sx_xml_handler h = {.data = &seen, .start = no_more};
  CHECK_OK(sx_xml_read(NULL, "x", "<a:b xmlns:a='u'><c/></a:b>", 27, &h, err));
  CHECK_INT(seen, 2);
  CHECK_FAILS(sx_xml_read(NULL, "x", "<b><stop/><c/><d/></b>", 22, &h, err), SX_E_DATA, "here", "stopped");
  CHECK_INT(seen, 4);
  CHECK_FAILS(sx_xml_read(NULL, "x", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", 40, &h, err), SX_E_PARSE, "x",
              "document type");
  CHECK_FAILS(sx_xml_read(NULL, "x", "<a>", 3, &h, err), SX_E_PARSE, "x:1:4", "malformed XML");
}

/* A megabyte and more of one letter packs to a thousandth. */
static void bomb(void) {
  static char rows[4 << 20];
  static unsigned char data[1 << 16];
  memset(rows, ' ', sizeof rows - 1);
  memcpy(rows, "<worksheet>", 11);
  const part parts[] = {{"xl/workbook.xml", BOOK}, {"xl/_rels/workbook.xml.rels", RELATIONS}, {"xl/s.xml", rows}};
  const size_t n = archive(data, sizeof data, parts, 3);
  REQUIRE(n > 0);
  sx_table *t = NULL;
  CHECK_FAILS(sx_io_read_memory(&t, NULL, "b.xlsx", data, n, NULL, err), SX_E_LIMIT, "b.xlsx: xl/s.xml",
              "300 times its size");
}

static char *whole(const char *path, size_t *n) {
  FILE *f = fopen(path, "rb");
  if (!f) return NULL;
  char *data = malloc(1 << 20);
  *n = data ? fread(data, 1, 1 << 20, f) : 0;
  fclose(f);
  return data;
}

/* Cut anywhere, and with single bytes changed: an error, or the table. */
static void damaged(void) {
  for (size_t k = 0; k < N_BOOKS; k++) {
    size_t n = 0;
    char *data = whole(books[k], &n);
    REQUIRE(data != NULL);
    for (size_t i = 0; i < 120; i++) {
      sx_table *t = NULL;
      sx_error err = SX_ERROR_INIT;
      const size_t at = n * i / 120;
      if (sx_io_read_memory(&t, NULL, books[k], data, at, NULL, &err) == SX_OK)
        CHECK(sx_table_columns(t) > 0);
      else
        CHECK(strstr(err.where, books[k]) != NULL && err.message[0]);
      sx_table_free(t);
      t = NULL;
      data[at] ^= 0x5A;
      if (sx_io_read_memory(&t, NULL, books[k], data, n, NULL, &err) == SX_OK) CHECK(sx_table_columns(t) > 0);
      sx_table_free(t);
      data[at] ^= 0x5A;
    }
    free(data);
  }
}

/* Not every .xls is one. */
static void called_xls(void) {
  sx_table *t = NULL;
  REQUIRE_OK(sx_io_read_memory(&t, NULL, "a.xls", "x\ty\n1\t2\n", 8, NULL, err));
  CHECK_INT(sx_table_columns(t), 2);
  sx_table_free(t);
  CHECK_FAILS(sx_io_read_memory(&t, NULL, "a.xls", "\n<html><table>", 14, NULL, err), SX_E_SUPPORT, "a.xls", "HTML");
  CHECK_FAILS(sx_io_read_memory(&t, NULL, "a.xls", "\1\0\2\0", 4, NULL, err), SX_E_PARSE, "a.xls", "not a workbook");
  CHECK_FAILS(sx_io_read_memory(&t, NULL, "a.xlsx", "", 0, NULL, err), SX_E_PARSE, "a.xlsx", "the file is empty");
  CHECK_FAILS(sx_io_read_memory(&t, NULL, "a.xml", "<?xml version=\"1.0\"?><foo/>", 27, NULL, err), SX_E_SUPPORT,
              "a.xml", "no Triple-S definition");
  CHECK_FAILS(sx_io_read_memory(&t, NULL, "a", "\xEF\xBB\xBF <HTML>", 10, NULL, err), SX_E_SUPPORT, "a", "HTML");
  CHECK_FAILS(sx_io_read_memory(&t, NULL, "a.xlsx", "x,y\n", 4, NULL, err), SX_E_PARSE, "a.xlsx", "not a zip archive");
}

SXT_MAIN(SXT_CASE(values), SXT_CASE(sheets), SXT_CASE(formulas), SXT_CASE(places), SXT_CASE(places_left_out),
         SXT_CASE(bad_workbooks), SXT_CASE(no_workbook), SXT_CASE(xml), SXT_CASE(bomb), SXT_CASE(damaged),
         SXT_CASE(called_xls))
