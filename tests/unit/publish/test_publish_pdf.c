/* The typesetter: looked at from outside with poppler's programs (fonts, text, outline, links), and the rules of its pages on documents made for them. */
#include "document_help.h"

#include "shuxiao/draw.h"
#include "shuxiao/publish.h"

#include <cairo-ft.h>
#include <pango/pangocairo.h>

static const char *folder(void) {
  const char *build = getenv("SX_BUILD");
  return build ? build : "/tmp";
}

static void make(sx_buf *out, doc_maker *m) {
  sx_buf_init(out, NULL);
  CHECK_OK(sx_publish_pdf_document(out, &m->d, err));
}

/* What a program says of the file; "" where it is not there. */
static char *ask(const char *program, const char *after, const sx_buf *bytes, const char *name) {
  static char answer[1 << 20];
  char path[300], line[600];
  snprintf(path, sizeof path, "%s/%s.pdf", folder(), name);
  if (sx_file_write(NULL, path, bytes->data, bytes->n, NULL) != SX_OK) return strcpy(answer, "");
  snprintf(line, sizeof line, "%s %s %s 2>/dev/null", program, path, after);
  FILE *pipe = popen(line, "r");
  const size_t n = pipe ? fread(answer, 1, sizeof answer - 1, pipe) : 0;
  answer[n] = '\0';
  if (pipe && pclose(pipe) != 0 && n == 0) SXT_SKIP("poppler-utils is not installed");
  return answer;
}

static size_t count(const char *text, const char *what) {
  size_t n = 0;
  for (const char *at = strstr(text, what); at; at = strstr(at + 1, what)) n++;
  return n;
}

static void test_same_bytes(void) {
  doc_maker m;
  sx_buf a, b;
  doc_sample(&m, NULL, 20, 60);
  make(&a, &m);
  make(&b, &m);
  CHECK(a.n == b.n && a.n > 10000 && memcmp(a.data, b.data, a.n) == 0);
  CHECK(memcmp(a.data, "%PDF-", 5) == 0);
  sx_buf_clear(&a);
  sx_buf_clear(&b);
  doc_clear(&m);
}

static void test_text(void) {
  doc_maker m;
  sx_buf a;
  doc_sample(&m, NULL, 20, 60);
  make(&a, &m);
  const char *text = ask("pdftotext -layout", "-", &a, "sample");
  CHECK(strstr(text, "9.58亿人") != NULL);
  CHECK(strstr(text, "77.3 – 79.7") != NULL);
  CHECK(strstr(text, "=cmd|' /C calc'!A0") != NULL);
  CHECK(strstr(text, "标签 <b>粗</b> & \"引号\"") != NULL);
  CHECK(strstr(text, "脚注里也有数字") != NULL);
  CHECK(count(text, "脚注里也有数字") == 1); /* the second reference brings no second note */
  CHECK(count(text, "省份（表头重复）") >= 2 && count(text, "表 2（续）") >= 1);
  CHECK(strstr(text, "3.") != NULL && strstr(text, "4.") != NULL && count(text, "编号项") == 2);
  CHECK(count(text, "专栏 1") == 4 &&
        strstr(text, "专栏目录") != NULL); /* the list, the title, the mention, the quotation */
  CHECK(count(text, "怎样读<区间>") == 2 && strstr(text, "框内单元格") != NULL && strstr(text, "〔方法〕") != NULL);
  CHECK(strstr(text, "\xEF\xBF\xBD") == NULL);
  sx_buf_clear(&a);
  doc_clear(&m);
}

static void test_fonts(void) {
  doc_maker m;
  sx_buf a;
  doc_sample(&m, NULL, 4, 0);
  make(&a, &m);
  char *fonts = ask("pdffonts", "", &a, "fonts");
  size_t n = 0;
  char *line = strstr(fonts, "\n---");
  REQUIRE(line != NULL);
  for (line = strchr(line + 1, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
    char row[200];
    snprintf(row, sizeof row, "%.*s", (int)strcspn(line + 1, "\n"), line + 1);
    if (!strstr(row, " yes yes yes ")) SXT_FAIL("not embedded as a subset: %s", row); /* emb sub uni */
    n++;
  }
  CHECK(n >= 2);
  sx_buf_clear(&a);
  doc_clear(&m);
}

/* While pages are drawn the fonts of the process have no list of characters: whoever asks for a face afterwards finds it as it was. */
static void test_fonts_as_before(void) {
  doc_maker m;
  sx_buf a;
  doc_sample(&m, NULL, 4, 0);
  make(&a, &m);
  PangoContext *context = pango_font_map_create_context(pango_cairo_font_map_get_default());
  PangoFontDescription *description = pango_font_description_from_string(SX_DRAW_FONT " 9");
  PangoFont *font = pango_context_load_font(context, description);
  REQUIRE(font != NULL);
  cairo_scaled_font_t *scaled = pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(font));
  FT_Face face = cairo_ft_scaled_font_lock_face(scaled);
  REQUIRE(face != NULL);
  CHECK(face->charmap != NULL);
  cairo_ft_scaled_font_unlock_face(scaled);
  g_object_unref(font);
  pango_font_description_free(description);
  g_object_unref(context);
  sx_buf_clear(&a);
  doc_clear(&m);
}

static void test_facts(void) {
  doc_maker m;
  sx_buf a;
  doc_sample(&m, NULL, 4, 0);
  make(&a, &m);
  const char *info = ask("TZ=UTC pdfinfo -isodates", "", &a, "facts");
  CHECK(strstr(info, "Title:           数字消费发展报告（样例）") != NULL);
  CHECK(strstr(info, "Author:          示例研究院") != NULL);
  CHECK(strstr(info, "2025-08-01T00:00:00Z") != NULL); /* 2025年8月 on the cover */
  CHECK(strstr(info, "(A4)") != NULL);
  const char *xml = ask("pdftohtml -xml -stdout -i", "", &a, "facts");
  const char *outline = strstr(xml, "<outline>");
  REQUIRE(outline != NULL);
  CHECK(strstr(outline, "1  总体规模") != NULL && strstr(outline, "1.1  用户 &lt;规模&gt; &amp; 结构") != NULL);
  CHECK(strstr(outline, "附录") != NULL);
  CHECK(count(xml, "<a href=\"") >= 5); /* the contents and the mention of a table */
  sx_buf_clear(&a);
  doc_clear(&m);
}

/* No heading is the last thing on a page: whatever stands before it, text follows it there. */
static void test_headings_stay(void) {
  for (int above = 0; above < 40; above += 3) {
    doc_maker m;
    sx_buf a;
    doc_small(&m);
    m.root->first = m.root->last = NULL;
    for (int i = 0; i < above; i++) doc_paragraph(&m, m.root, "一行。");
    m.d.n_headings = 0;
    (void)doc_heading(&m, m.root, 2, "9.9", "标题在此", "h");
    doc_paragraph(&m, m.root, "紧接标题的正文。");
    for (int i = 0; i < 40; i++) doc_paragraph(&m, m.root, "后文。");
    make(&a, &m);
    char *text = ask("pdftotext -layout", "-", &a, "headings");
    char *head = strstr(text, "标题在此");
    REQUIRE(head != NULL);
    const char *body = strstr(head, "紧接标题的正文"), *feed = strchr(head, '\f');
    CHECK(body != NULL && (!feed || body < feed));
    sx_buf_clear(&a);
    doc_clear(&m);
  }
}

/* A paragraph of ten lines leaves two lines at least on either side of a page's end. */
static void test_widows(void) {
  static char line[2000];
  line[0] = '\0';
  for (int i = 0; i < 400; i++) strcat(line, i % 20 == 19 ? "，" : "字");
  strcat(line, "末");
  for (int above = 18; above < 36; above++) {
    doc_maker m;
    sx_buf a;
    doc_small(&m);
    m.root->first = m.root->last = NULL;
    m.d.n_headings = 0;
    for (int i = 0; i < above; i++) doc_paragraph(&m, m.root, "一行。");
    doc_paragraph(&m, m.root, line);
    make(&a, &m);
    char *text = ask("pdftotext -layout", "-", &a, "widows");
    size_t lines[2] = {0, 0}, page = 0;
    for (char *at = text; *at; at++) {
      if (*at == '\f') page = 1;
      if ((at == text || at[-1] == '\n' || at[-1] == '\f') && strspn(at, " ") < 40) {
        const char *first = at + strspn(at, " \f");
        if (strncmp(first, "字", 3) == 0 || strncmp(first, "末", 3) == 0) lines[page]++;
      }
    }
    if (lines[0] == 1 || lines[1] == 1) SXT_FAIL("%d lines above: %zu and %zu", above, lines[0], lines[1]);
    CHECK(lines[0] + lines[1] >= 8);
    sx_buf_clear(&a);
    doc_clear(&m);
  }
}

/* Where a table stands after so many lines, and what comes after it: lines, a heading of a section, nothing. */
enum { AFTER_TEXT, AFTER_SECTION, AFTER_NOTHING };
static char *table_after(int above, size_t rows, int after) {
  doc_maker m;
  sx_buf a;
  doc_small(&m);
  m.root->first = m.root->last = NULL;
  m.d.n_headings = 0;
  for (int i = 0; i < above; i++) doc_paragraph(&m, m.root, "前文。");
  doc_long_table(&m, m.root, rows);
  if (after == AFTER_SECTION) (void)doc_heading(&m, m.root, 2, "9.9", "下一节", "h");
  for (int i = 0; i < 30 && after != AFTER_NOTHING; i++)
    doc_paragraph(&m, m.root, i % 2 ? "后文，单行。" : "后文，双行。");
  make(&a, &m);
  char *text = ask("pdftotext -layout", "-", &a, "floats");
  sx_buf_clear(&a);
  doc_clear(&m);
  return text;
}

static bool before(const char *text, const char *what, const char *mark) {
  const char *at = strstr(text, what);
  return at && mark && at < mark;
}

/* A table that has no room lets the text after it fill the page and heads the next one; no text comes out of its section; where none follows, the table is
 * parted by rows under its head. Nothing is lost or said twice. */
static void test_tables_wait(void) {
  bool waited = false, parted = false;
  for (int above = 22; above < 34; above += 2) {
    const char *text = table_after(above, 14, AFTER_TEXT), *end = strchr(text, '\f'), *head = strstr(text, "跨页的表");
    REQUIRE(head && end);
    CHECK(count(text, "前文") == (size_t)above && count(text, "后文") == 30 && count(text, "跨页的表") == 1);
    if (head > end) {
      waited = true;
      CHECK(before(text, "后文", end) || above >= 30); /* no room for two lines there */
      CHECK(strspn(end + 1, " \n") < 400 && strstr(end, "跨页的表") < strstr(end, "后文"));
    }
    text = table_after(above, 14, AFTER_SECTION), end = strchr(text, '\f'), head = strstr(text, "跨页的表");
    REQUIRE(head && end && strstr(text, "下一节"));
    CHECK(head < strstr(text, "下一节") && strstr(text, "下一节") < strstr(text, "后文"));
    text = table_after(above, 14, AFTER_NOTHING), end = strchr(text, '\f');
    REQUIRE(end);
    if (before(text, "跨页的表", end) && strstr(end, "（续）")) parted = true;
    CHECK(count(text, "跨页的表") == 1);
  }
  CHECK(waited);
  CHECK(parted);
}

static void test_missing_font(void) {
  doc_maker m;
  sx_buf out;
  doc_small(&m);
  doc_paragraph(&m, m.root, "x\xF3\xB0\x80\x80y"); /* a private character that no font has */
  sx_buf_init(&out, NULL);
  CHECK_FAILS(sx_publish_pdf_document(&out, &m.d, err), SX_E_SUPPORT, "fonts", "apt install");
  CHECK_INT(out.n, 0);
  sx_buf_clear(&out);
  doc_clear(&m);
}

/* 500 columns, a table without rows, control characters, a cell taller than a page. */
static void test_extremes(void) {
  doc_maker m;
  sx_buf a;
  doc_sample(&m, NULL, 500, 0);
  sx_document_node *empty = doc_table(&m, m.root, SX_DOC_TABLE_RESULTS, 3, "空表", "t3");
  doc_text(&m, doc_add(&m, empty, SX_DOC_EMPTY, NULL), "（本表无数据行）");
  doc_paragraph(&m, m.root, "a\x01\x1b b\xFF");
  static char tall[60000];
  for (size_t i = 0; i + 3 < sizeof tall; i += 3) memcpy(tall + i, "高", 4);
  sx_document_node *t = doc_table(&m, m.root, SX_DOC_TABLE_PLAIN, 0, "", NULL);
  sx_document_node *row = doc_row(&m, t, SX_DOC_ROW_BODY);
  (void)doc_cell(&m, row, 0, 1, 1, "行");
  (void)doc_cell(&m, row, 1, 1, 1, tall);
  make(&a, &m);
  const char *text = ask("pdftotext -layout", "-", &a, "extremes");
  CHECK(strstr(text, "（本表无数据行）") != NULL);
  CHECK(count(text, "12.5") == 499);
  CHECK(count(text, "\f") >= 15);
  CHECK_INT(count(text, "高"), (sizeof tall - 1) / 3); /* a row taller than pages is parted, no line is lost */
  sx_buf_clear(&a);
  doc_clear(&m);
}

/* A banner of many columns: bases of many digits among shares with decimals, heads of 200 letters. Returns the text. */
static const char *banner_of(size_t columns, const char *head, const char *label) {
  static const char *const numbers[] = {"30,000", "1,275,695", "286,632.15", "20.1%", "-12.5%"};
  static char answer[1 << 20];
  doc_maker m;
  sx_buf a;
  doc_small(&m);
  m.root->first = m.root->last = NULL;
  m.d.n_headings = 0;
  sx_document_node *t = doc_table(&m, m.root, SX_DOC_TABLE_PLAIN, 1, "", NULL);
  sx_document_node *row = doc_row(&m, t, SX_DOC_ROW_HEAD);
  (void)doc_cell(&m, row, 0, 1, 1, "Item");
  for (size_t c = 1; c <= columns; c++) (void)doc_cell(&m, row, c, 1, 1, c == 2 ? head : "g/1");
  for (size_t r = 0; r < sizeof numbers / sizeof *numbers; r++) {
    row = doc_row(&m, t, SX_DOC_ROW_BODY);
    (void)doc_cell(&m, row, 0, 1, 1, label);
    for (size_t c = 1; c <= columns; c++) {
      sx_document_node *cell = doc_cell(&m, row, c, 1, 1, NULL);
      doc_add(&m, cell, SX_DOC_NUMBER, NULL)->text = numbers[r];
    }
    row = doc_row(&m, t, SX_DOC_ROW_BODY);
    (void)doc_cell(&m, row, 0, 1, 1, NULL);
    for (size_t c = 1; c <= columns; c++) (void)doc_cell(&m, row, c, 1, 1, "abc");
  }
  make(&a, &m);
  strcpy(answer, ask("pdftotext -layout", "-", &a, "banner"));
  for (size_t r = 0; r < sizeof numbers / sizeof *numbers; r++) {
    const size_t n = count(answer, numbers[r]);
    if (n != columns) SXT_FAIL("%s: %zu of %zu unbroken", numbers[r], n, columns);
  }
  sx_buf_clear(&a);
  doc_clear(&m);
  return answer;
}

/* No number is broken, whatever stands above it or beside it. */
static void test_numbers_stay_whole(void) {
  char head[201];
  for (size_t i = 0; i < 200; i++) head[i] = i % 9 == 8 ? ' ' : 'w';
  head[200] = '\0';
  for (size_t columns = 1; columns <= 24; columns++) (void)banner_of(columns, "g/2", "Row");
  (void)banner_of(120, "g/2", "Row");
  (void)banner_of(3, head, "Row");
  (void)banner_of(12, head, head);
  for (size_t i = 0; i < 200; i++) head[i] = 'w'; /* one word */
  (void)banner_of(2, head, "Row");
  (void)banner_of(12, head, head);
}

/* Letters stand right below their number, not below its label's last line. */
static void test_letters_stay(void) {
  char label[241];
  for (size_t i = 0; i < 240; i++) label[i] = i % 6 == 5 ? ' ' : 'w';
  label[240] = '\0';
  const char *text = banner_of(2, "g/2", label), *number = strstr(text, "30,000"), *letters = strstr(text, "abc");
  REQUIRE(number && letters && number < letters);
  size_t lines = 0;
  for (const char *at = number; at < letters; at++) lines += *at == '\n';
  CHECK(lines <= 2);
  const char *end = strstr(text, "1,275,695");
  size_t below = 0;
  for (const char *at = letters; at < end; at++) below += *at == '\n';
  CHECK(below >= 2); /* the label goes on beside them */
}

SXT_MAIN(SXT_CASE(test_same_bytes), SXT_CASE(test_text), SXT_CASE(test_fonts), SXT_CASE(test_fonts_as_before),
         SXT_CASE(test_facts), SXT_CASE(test_headings_stay), SXT_CASE(test_widows), SXT_CASE(test_tables_wait),
         SXT_CASE(test_missing_font), SXT_CASE(test_extremes), SXT_CASE(test_numbers_stay_whole),
         SXT_CASE(test_letters_stay))
