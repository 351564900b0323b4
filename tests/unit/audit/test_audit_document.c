/* Texts in Markdown, HTML and Word: what is read and what is left out, where a number stands, which cell heads it, what is refused. */
#include "sxt.h"

#include <zip.h>

#include "audit/audit_text_priv.h"

static sx_audit_text *read_text(sx_text_form form, const char *text) {
  sx_audit_text *t = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_audit_text_parse(&t, NULL, form, text, strlen(text), "text", &err) != SX_OK)
    SXT_FAIL("%s: %s: %s", text, err.where, err.message);
  return t;
}

/* The quantities in order as "9.58亿人@3:5 46.5%@3:12". */
static void quantities(sx_text_form form, const char *text, const char *want) {
  char got[512] = "";
  sx_audit_text *t = read_text(form, text);
  if (!t) return;
  for (size_t i = 0; i < sx_audit_text_n_marks(t); i++) {
    const sx_text_mark *m = sx_audit_text_mark(t, i);
    const sx_text_part *p = sx_audit_text_part(t, m->part);
    const size_t n = strlen(got);
    if (m->kind != SX_MARK_QUANTITY || sx_audit__text_run_at(p, m->at)->exempt) continue;
    (void)snprintf(got + n, sizeof got - n, "%s%.*s@%zu:%zu", n ? " " : "", (int)m->n, p->text + m->at, m->line,
                   m->column);
  }
  if (strcmp(got, want) != 0) SXT_FAIL("'%s' gives '%s', not '%s'", text, got, want);
  sx_audit_text_free(t);
}

static void markdown(void) {
  quantities(SX_TEXT_MARKDOWN, "用户 9.58亿人，\n占 **46.5%**。", "9.58亿人@1:4 46.5%@2:5");
  quantities(SX_TEXT_MARKDOWN, "用户 {{ users.total | 亿人 2 }} 和 3.2 万人", "3.2 万人@1:31");
  quantities(SX_TEXT_MARKDOWN, "见 `12 个` 与 [3 家店](http://a/44)，共 5 家", "3 家@1:13 5 家@1:34");
  quantities(SX_TEXT_MARKDOWN, "```\n12 个\n```\n13 个\n~~~\n14 个\n~~~\n", "13 个@4:1");
  quantities(SX_TEXT_MARKDOWN, "1. 头一项 12 个\n2. 又一项 13 个\n\n- 再一项 14 个\n", "12 个@1:8 13 个@2:8 14 个@4:7");
  quantities(SX_TEXT_MARKDOWN, "<!-- 12 个 -->\n<b title=\"13 个\">14 个</b>", "14 个@2:17");
  quantities(SX_TEXT_MARKDOWN, "\xEF\xBB\xBF占 12%", "12%@1:3");
}

/* What is left out at the beginning of a paragraph, be it a whole line, leaves no blank: the first run begins where the text does. */
static void left_out_at_the_beginning(void) {
  static const char *const texts[] = {"`12 个`\n13 个", "{{ x }}\n  13 个", "** 13 个", "| `a` | `b`  13 个 |"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    sx_audit_text *t = read_text(SX_TEXT_MARKDOWN, texts[i]);
    REQUIRE(t != NULL);
    REQUIRE(sx_audit_text_n_parts(t) == 1);
    const sx_text_part *p = sx_audit_text_part(t, 0);
    CHECK_STR(p->text, "13 个");
    CHECK_INT(p->n_runs, 1);
    CHECK_INT(p->runs[0].at, 0);
    CHECK_INT(p->runs[0].line, i < 2 ? 2 : 1);
    sx_audit_text_free(t);
  }
}

static void tables_of_markdown(void) {
  sx_audit_text *t = read_text(SX_TEXT_MARKDOWN,
                               "# 规模\n\n| 群体 | 人数（亿人） | 占比 |\n|---|---:|---|\n| 农村 | 3.21 | 28.6% |\n");
  REQUIRE(t != NULL);
  CHECK_INT(sx_audit_text_n_parts(t), 7);
  const sx_text_part *p = sx_audit_text_part(t, 6);
  REQUIRE(p != NULL);
  CHECK_INT(p->kind, SX_PART_CELL);
  CHECK_INT(p->table, 1);
  CHECK_INT(p->row, 2);
  CHECK_INT(p->column, 3);
  CHECK_INT(sx_audit_text_part(t, 0)->level, 1);
  CHECK_INT(sx_audit_text_part(t, 4)->kind, SX_PART_HEAD);
  CHECK_INT(sx_audit_text_mark(t, 1)->line, 5);
  CHECK_INT(sx_audit_text_mark(t, 1)->column, 15);
  sx_audit_text_free(t);
}

static void html(void) {
  quantities(SX_TEXT_HTML,
             "<html><head><title>1 个</title><style>a{b:2}</style></head><body><p>用户 9.58&#20159;人</p></body>",
             "1 个@1:20 9.58亿人@1:71");
  quantities(SX_TEXT_HTML, "<p>用户 <b>9.58</b>亿人，<script>if (1 < 2) 3</script>占\n 46.5%</p>",
             "9.58亿人@1:10 46.5%@2:2");
  quantities(SX_TEXT_HTML, "<p data-x=\"12 个\" title='13 个'>14 个<!-- 15 个 --></p><p>16<p>17 个",
             "14 个@1:31 16@1:55 17 个@1:60");
  quantities(SX_TEXT_HTML, "说明<sup>12</sup>，a &lt; 5 &amp; 6%", "5@1:24 6%@1:32");
  quantities(SX_TEXT_HTML, "<svg><title>图：3 项</title><text x=\"4\">5%</text><path d=\"M 6 7\"/></svg>",
             "3 项@1:15 5%@1:38");
  quantities(SX_TEXT_HTML, "<ul><li>1.2 亿<li>3.4 亿</ul><p <b>5 个", "1.2 亿@1:9 3.4 亿@1:18 5 个@1:34");
}

static void traces_of_html(void) {
  sx_audit_text *t =
      read_text(SX_TEXT_HTML, "<p>甲 <span data-ref=\"a.total\" data-unit=\"%\" data-zeros=\"2\" data-sign=\"none\" "
                              "title=\"x &quot;y\">4<i>6</i></span> 乙<i data-exempt=\"axis\">5</i></p>");
  REQUIRE(t != NULL);
  const sx_text_part *p = sx_audit_text_part(t, 0);
  REQUIRE(p != NULL);
  const sx_text_run *run = sx_audit__text_run_at(p, strlen("甲 4"));
  CHECK_STR(run->reference, "a.total");
  CHECK_STR(run->unit, "%");
  CHECK_STR(run->tip, "x \"y");
  CHECK_INT(run->zeros, 2);
  CHECK(run->magnitude);
  run = sx_audit__text_run_at(p, p->n - 1);
  CHECK(run->reference == NULL);
  CHECK_STR(run->exempt, "axis");
  sx_audit_text_free(t);
}

/* Cells know their place under heads that span. */
static void spans_of_html(void) {
  sx_audit_text *t =
      read_text(SX_TEXT_HTML,
                "<table><tr><th rowspan=2>群体<th colspan=2>占比<tr><th>城<th>乡<tr><th>老人<td>12%<td>13%</table>");
  REQUIRE(t != NULL);
  const sx_text_mark *m = sx_audit_text_mark(t, 1);
  REQUIRE(m != NULL);
  const sx_text_part *p = sx_audit_text_part(t, m->part);
  CHECK_INT(p->row, 3);
  CHECK_INT(p->column, 3);
  CHECK_INT(sx_audit_text_part(t, 3)->column, 3); /* 乡: the first column is taken from above */
  sx_audit_text_free(t);
}

/* ---- Word -------------------------------------------------------------------------------------------------------- */

#define W     "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
#define P(x)  "<w:p><w:r><w:t xml:space=\"preserve\">" x "</w:t></w:r></w:p>"
#define TC(x) "<w:tc>" P(x) "</w:tc>"

typedef struct packed {
  char data[200000];
  size_t n;
} packed;

static void pack(packed *out, const char *const *names, const char *const *texts, const size_t *sizes, size_t n) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
  REQUIRE(source != NULL);
  zip_t *zip = zip_open_from_source(source, ZIP_TRUNCATE, &error);
  REQUIRE(zip != NULL);
  zip_source_keep(source);
  for (size_t i = 0; i < n; i++) {
    zip_source_t *part = zip_source_buffer(zip, texts[i], sizes ? sizes[i] : strlen(texts[i]), 0);
    REQUIRE(part != NULL && zip_file_add(zip, names[i], part, 0) >= 0);
  }
  REQUIRE(zip_close(zip) == 0 && zip_source_open(source) == 0);
  const zip_int64_t got = zip_source_read(source, out->data, sizeof out->data);
  out->n = got > 0 ? (size_t)got : 0;
  zip_source_close(source);
  zip_source_free(source);
}

static void word(void) {
  static packed docx;
  static const char *const names[] = {"word/document.xml", "word/footnotes.xml", "word/styles.xml"};
  static const char *const texts[] = {
      "<w:document " W "><w:body><w:p><w:pPr><w:pStyle w:val=\"a3\"/></w:pPr><w:r><w:t>规模 1</w:t></w:r></w:p>"
      "<w:p><w:r><w:t>用户 9.5</w:t></w:r><w:r><w:t>8亿人</w:t></w:r><w:r><w:rPr><w:vertAlign "
      "w:val=\"superscript\"/></w:rPr><w:t>12</w:t></w:r>"
      "<w:del><w:r><w:delText>77 个</w:delText></w:r></w:del><w:r><w:instrText>PAGE 5</w:instrText></w:r></w:p>"
      "<w:tbl><w:tr>" TC("群体") "<w:tc><w:tcPr><w:gridSpan w:val=\"2\"/></w:tcPr>" P("人数") "</w:tc>" TC(
          "占比") "</w:tr><w:tr>" TC("农村") TC("3.21") TC("4")
          TC("28.6%") "</w:tr></w:tbl>" P("共 3 家") "</w:body></w:document>",
      "<w:footnotes " W "><w:footnote>" P("样本 3 万人") "</w:footnote></w:footnotes>",
      "<w:styles " W "><w:style w:styleId=\"a3\"><w:name w:val=\"heading 2\"/></w:style></w:styles>"};
  pack(&docx, names, texts, NULL, 3);
  sx_audit_text *t = NULL;
  REQUIRE_OK(sx_audit_text_parse(&t, NULL, SX_TEXT_DOCX, docx.data, docx.n, "a.docx", err));
  CHECK_INT(sx_audit_text_part(t, 0)->kind, SX_PART_HEADING);
  CHECK_INT(sx_audit_text_part(t, 0)->level, 2);
  static const char *const want[] = {"a.docx: paragraph 2",
                                     "a.docx: table 1, row 2, column 2",
                                     "a.docx: table 1, row 2, column 3",
                                     "a.docx: table 1, row 2, column 4",
                                     "a.docx: paragraph 3",
                                     "a.docx: note, paragraph 4"};
  size_t k = 0;
  for (size_t i = 0; i < sx_audit_text_n_marks(t); i++) {
    const sx_text_mark *m = sx_audit_text_mark(t, i);
    const sx_text_part *p = sx_audit_text_part(t, m->part);
    if (m->kind != SX_MARK_QUANTITY || p->kind == SX_PART_HEADING || sx_audit__text_run_at(p, m->at)->exempt) continue;
    sx_buf where;
    sx_buf_init(&where, NULL);
    sx_audit_text_where(&where, t, m);
    if (k < 6) CHECK_STR(where.data, want[k]);
    k++;
    sx_buf_clear(&where);
  }
  CHECK_INT(k, 6);
  CHECK_NEAR(sx_audit_text_mark(t, 1)->value, 9.58, 1e-12);
  sx_audit_text_free(t);
}

static void refused_word(const char *name, const char *text, size_t n, sx_status status, const char *where,
                         const char *message) {
  static packed docx;
  const char *const names[] = {name}, *const texts[] = {text};
  const size_t sizes[] = {n};
  sx_audit_text *t = NULL;
  pack(&docx, names, texts, sizes, 1);
  CHECK_FAILS(sx_audit_text_parse(&t, NULL, SX_TEXT_DOCX, docx.data, docx.n, "a.docx", err), status, where, message);
}

static void refusals(void) {
  static char bomb[8 * 1024 * 1024];
  sx_audit_text *t = NULL;
  static const char broken[] = "<w:document " W "><w:body><w:p></w:body></w:document>";
  static const char entities[] = "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>";
  memset(bomb, ' ', sizeof bomb);
  refused_word("word/document.xml", bomb, sizeof bomb, SX_E_LIMIT, "word/document.xml", "300 times");
  refused_word("word/document.xml", broken, sizeof broken - 1, SX_E_PARSE,
               "a.docx: word/document.xml:1:", "malformed XML: mismatched tag");
  refused_word("word/document.xml", entities, sizeof entities - 1, SX_E_PARSE, "word/document.xml",
               "document type declaration");
  refused_word("other.xml", "<a/>", 4, SX_E_PARSE, "word/document.xml", "no Word document");
  CHECK_FAILS(sx_audit_text_parse(&t, NULL, SX_TEXT_DOCX, "PK no", 5, "a.docx", err), SX_E_PARSE, "a.docx",
              "not a .docx file");
  CHECK(t == NULL);
}

SXT_MAIN(SXT_CASE(markdown), SXT_CASE(left_out_at_the_beginning), SXT_CASE(tables_of_markdown), SXT_CASE(html),
         SXT_CASE(traces_of_html), SXT_CASE(spans_of_html), SXT_CASE(word), SXT_CASE(refusals))
