/* The Word writer: every part is well-formed, every relationship leads somewhere, the same document gives the same bytes, labels that hurt do no harm, templates. */
#include "document_help.h"

#include "publish/publish_package.h"
#include "shuxiao/io_archive.h"
#include "shuxiao/publish.h"
#include "shuxiao/report_number_key.h"

static void make_with(sx_buf *out, size_t wide, size_t rows, bool native_charts) {
  doc_maker m;
  sx_buf_init(out, NULL);
  doc_sample(&m, NULL, wide, rows);
  CHECK_OK(sx_publish_docx_document(out, &m.d, NULL, native_charts, err));
  doc_clear(&m);
}

static void make(sx_buf *out, size_t wide, size_t rows) {
  make_with(out, wide, rows, false);
}

static void read_package(sx_package *p, const sx_buf *bytes) {
  sx_publish__package_init(p, NULL);
  CHECK_OK(sx_publish__package_read(p, bytes->data, bytes->n, "a.docx", err));
}

static const char *part(const sx_package *p, const char *name) {
  const sx_package_part *found = sx_publish__package_get(p, name);
  CHECK(found != NULL);
  return found ? found->data : "";
}

/* How often `what` stands in text. */
static size_t count(const char *text, const char *what) {
  size_t n = 0;
  for (const char *at = strstr(text, what); at; at = strstr(at + 1, what)) n++;
  return n;
}

static bool ends(const char *text, const char *end) {
  const size_t n = strlen(text), k = strlen(end);
  return n >= k && strcmp(text + n - k, end) == 0;
}

/* ---- the package ------------------------------------------------------------------------------------------------- */

typedef struct links {
  const sx_package *package;
  const char *rels;
  size_t n;
} links;

static sx_status check_link(void *data, const char *tag, const char *const *attributes, sx_error *err) {
  links *l = data;
  (void)err;
  if (strcmp(tag, "Relationship") != 0) return SX_OK;
  const char *target = sx_xml_attribute(attributes, "Target"), *mode = sx_xml_attribute(attributes, "TargetMode");
  char name[200];
  l->n++;
  if (mode && strcmp(mode, "External") == 0) return SX_OK;
  const bool word = strncmp(l->rels, "word/", 5) == 0, up = strncmp(target, "../", 3) == 0; /* up: out of word/charts */
  snprintf(name, sizeof name, "%s%s", word ? "word/" : "", up ? target + 3 : target);
  if (!sx_publish__package_get(l->package, name)) SXT_FAIL("%s leads to %s, which is not there", l->rels, name);
  return SX_OK;
}

static void check_package(bool native_charts) {
  sx_buf bytes;
  sx_package p;
  make_with(&bytes, 60, 40, native_charts);
  read_package(&p, &bytes);
  size_t charts = 0;
  CHECK_STR(p.parts[0].name, "[Content_Types].xml");
  const char *types = part(&p, "[Content_Types].xml");
  for (size_t i = 0; i < p.n; i++) {
    const char *name = p.parts[i].name, *dot = strrchr(name, '.');
    links l = {&p, name, 0};
    const sx_xml_handler handler = {.data = &l, .start = ends(name, ".rels") ? check_link : NULL};
    char kind[64], override[200];
    if (ends(name, ".xlsx")) CHECK(memcmp(p.parts[i].data, "PK", 2) == 0);
    if (ends(name, ".xlsx")) charts++;
    if (ends(name, ".png")) CHECK(memcmp(p.parts[i].data, "\x89PNG", 4) == 0);
    if (!ends(name, ".png") && !ends(name, ".xlsx"))
      CHECK_OK(sx_xml_read(NULL, name, p.parts[i].data, p.parts[i].n, &handler, err));
    if (ends(name, ".rels")) CHECK(l.n > 0);
    snprintf(kind, sizeof kind, "Extension=\"%s\"", dot + 1);
    snprintf(override, sizeof override, "PartName=\"/%s\"", name);
    if (i) CHECK(ends(name, ".xml") ? strstr(types, override) != NULL : strstr(types, kind) != NULL);
  }
  CHECK(native_charts ? charts > 0 : charts == 0);
  CHECK_INT(count(part(&p, "word/document.xml"), "<c:chart "), charts);
  sx_publish__package_clear(&p);
  sx_buf_clear(&bytes);
}

static void test_package(void) {
  check_package(false);
  check_package(true);
}

static void test_same_bytes(void) {
  sx_buf a, b;
  make(&a, 8, 10);
  make(&b, 8, 10);
  CHECK(a.n == b.n && a.n > 10000 && memcmp(a.data, b.data, a.n) == 0);
  sx_buf_clear(&a);
  sx_buf_clear(&b);
}

/* ---- the text ---------------------------------------------------------------------------------------------------- */

static void test_numbers(void) {
  sx_buf bytes;
  sx_package p;
  make(&bytes, 4, 3);
  read_package(&p, &bytes);
  const char *text = part(&p, "word/document.xml"), *custom = part(&p, "docProps/custom.xml");
  CHECK_INT(count(text, " DOCPROPERTY &quot;users.total | e-8 .2;亿人&quot; "), 5); /* cover 3, text 1, box 1 */
  CHECK_INT(count(text, " DOCPROPERTY &quot;users.total | e-8 .2;(亿人)&quot; "), 5 + 3);
  CHECK_INT(count(text, " DOCPROPERTY &quot;user_rate.total.interval | e2 .1;(%)&quot; "), 1);
  CHECK_INT(count(text, "user_rate.`a:"),
            0); /* quotation marks of a key would have to be escaped in a code: it stands in pieces */
  CHECK_INT(count(text, " DOCPROPERTY &quot;sx_"), 1);
  CHECK_INT(count(text, "#46.5 | e0 .1 outside;"), 1);
  CHECK_INT(count(custom, "name=\"users.total | e-8 .2;亿人\"><vt:lpwstr>9.58亿人</vt:lpwstr>"), 1);
  CHECK_INT(count(custom, "<vt:lpwstr>user_rate.`a:&quot;x&quot;` | e2 .1;%</vt:lpwstr>"), 1);
  CHECK_INT(count(custom, "<property ") - count(custom, "name=\"sxw_") - count(custom, "name=\"sxs_signs\""),
            7 + 3 + 1); /* and what the run itself counts, on the cover and in an annex; a key in pieces has one more */
  const char *notes = part(&p, "word/footnotes.xml");
  CHECK_INT(count(notes, "<w:footnote w:id=\"1\">"), 1);
  CHECK_INT(count(notes, "DOCPROPERTY"), 1);
  CHECK_INT(count(text, "<w:footnoteReference "), 1); /* the second mention refers to the first */
  CHECK_INT(count(text, "NOTEREF _Fn_1"), 1);
  sx_publish__package_clear(&p);
  sx_buf_clear(&bytes);
}

static void test_structure(void) {
  sx_buf bytes;
  sx_package p;
  make(&bytes, 60, 40);
  read_package(&p, &bytes);
  const char *text = part(&p, "word/document.xml");
  CHECK_INT(count(text, "TOC \\o &quot;1-2&quot;"), 1);
  CHECK_INT(count(text, "SEQ 表 \\* ARABIC"), 2);
  CHECK_INT(count(text, "SEQ 图 \\* ARABIC"), 1);
  CHECK_INT(count(text, "REF _Ref_t1 \\h"), 1);
  CHECK_INT(count(text, "w:name=\"_Ref_t1\""), 1);
  CHECK_INT(count(text, "<w:vMerge w:val=\"restart\"/>"), 1);
  CHECK_INT(count(text, "<w:vMerge/>"), 1);
  CHECK_INT(count(text, "<w:gridSpan w:val=\"2\"/>"), 1);
  CHECK_INT(count(text, "<w:tblHeader/>"), 2 + 4 + 1 + 1); /* 60 columns come in four panels; one in the box */
  CHECK_INT(count(text, "SEQ 专栏 \\* ARABIC"), 1);
  CHECK_INT(count(text, "TOC \\h \\z \\c &quot;专栏&quot;"), 1);
  CHECK_INT(count(text, "REF _Ref_b1 \\h"), 1);
  CHECK_INT(count(text, "w:name=\"_Ref_b1\""), 1);
  CHECK_INT(count(text, "w:sz=\"24\" w:space=\"0\" w:color=\"00664B\""), 1); /* the bar of a method */
  CHECK_INT(count(text, "<w:pStyle w:val=\"SxBoxHead\"/>"), 1);
  CHECK_INT(count(text, "<w:pStyle w:val=\"SxBoxText\"/>"), 2);
  CHECK_INT(count(text, "<w:tbl>"), count(text, "</w:tbl>"));
  CHECK_INT(count(text, "<w:tc>"), count(text, "</w:tc>"));
  CHECK_INT(count(text, "</w:tbl></w:tc>"), 0); /* a cell ends with a paragraph */
  CHECK_INT(count(text, "<asvg:svgBlip "), 1);
  CHECK_INT(count(text, "descr=\"条形图：城镇 50.0%，农村 60.0%。\""), 1);
  CHECK_INT(count(text, "w:name=\"_sxe_input_"), 2); /* the design on the cover, the annex */
  CHECK_INT(count(text, "<w:bookmarkStart "), count(text, "<w:bookmarkEnd "));
  CHECK_INT(count(text, "w:fldCharType=\"begin\""), count(text, "w:fldCharType=\"end\""));
  CHECK_INT(count(text, "w:fldCharType=\"begin\""), count(text, "w:fldCharType=\"separate\""));
  CHECK_INT(count(text, "\xE2\x80\x88\xE2\x80\x87"), 1); /* 79 stands below 78.5 */
  sx_publish__package_clear(&p);
  sx_buf_clear(&bytes);
}

static void test_labels(void) {
  sx_buf bytes;
  sx_package p;
  doc_maker m;
  sx_buf_init(&bytes, NULL);
  doc_sample(&m, NULL, 2, 0);
  doc_paragraph(&m, m.root,
                "a\x01\x1b[31m b\x7f\xC2\x85 c\xE2\x80\xAE"
                "d\xFF e");
  CHECK_OK(sx_publish_docx_document(&bytes, &m.d, NULL, false, err));
  doc_clear(&m);
  read_package(&p, &bytes);
  const char *text = part(&p, "word/document.xml");
  CHECK_INT(count(text, "a\xEF\xBF\xBD\xEF\xBF\xBD[31m b\xEF\xBF\xBD\xEF\xBF\xBD c"
                        "d\xEF\xBF\xBD e"),
            1);
  CHECK_INT(count(text, "标签 &lt;b&gt;粗&lt;/b&gt; &amp; &quot;引号&quot;"), 1);
  CHECK_INT(count(text, "<w:rtl/>"), 1);
  CHECK_INT(count(text, "<w:bidi/>"), 1);
  CHECK_INT(count(text, DOC_LONG), 1);
  sx_publish__package_clear(&p);
  sx_buf_clear(&bytes);
}

/* Only the style of the text has an indent. */
static void test_indent(void) {
  sx_buf bytes;
  sx_package p;
  make(&bytes, 2, 0);
  read_package(&p, &bytes);
  const char *styles = part(&p, "word/styles.xml");
  CHECK_INT(count(styles, "w:firstLineChars=\"200\""), 1);
  const char *cell = strstr(styles, "w:styleId=\"SxCell\"");
  REQUIRE(cell != NULL);
  static const char normal[] = "<w:basedOn w:val=\"Normal\"/>";
  CHECK(strncmp(strstr(cell, "<w:basedOn"), normal, sizeof normal - 1) == 0);
  CHECK(strstr(styles, "w:eastAsia=\"宋体\"") != NULL);
  sx_publish__package_clear(&p);
  sx_buf_clear(&bytes);
}

/* ---- templates --------------------------------------------------------------------------------------------------- */

static const char *folder(void) {
  const char *build = getenv("SX_BUILD");
  return build ? build : "/tmp";
}

/* A template is our own document with changes: a part is dropped, or one text of it becomes another. */
static void write_template(char path[300], const char *name, const char *part_name, const char *from, const char *to) {
  sx_buf bytes, out;
  sx_package p;
  char *data = NULL;
  size_t n = 0;
  snprintf(path, 300, "%s/%s", folder(), name);
  make(&bytes, 2, 0);
  read_package(&p, &bytes);
  sx_buf_init(&out, NULL);
  sx_package_part *old = part_name ? sx_publish__package_get(&p, part_name) : NULL;
  if (old && !from) sx_publish__package_drop(&p, part_name);
  if (old && from) {
    const char *rest = old->data;
    for (const char *at = strstr(rest, from); at; at = strstr(rest, from)) {
      sx_buf_add_n(&out, rest, (size_t)(at - rest));
      sx_buf_add(&out, to);
      rest = at + strlen(from);
    }
    sx_buf_add(&out, rest);
    CHECK_OK(sx_publish__package_take(&p, part_name, &out, err));
  }
  CHECK_OK(sx_publish__package_write(&data, &n, &p, err));
  CHECK_OK(sx_file_write(NULL, path, data, n, err));
  sx_mem_free(NULL, data);
  sx_publish__package_clear(&p);
  sx_buf_clear(&bytes);
}

static sx_status with_template(sx_buf *out, const char *path, sx_error *err) {
  doc_maker m;
  doc_sample(&m, NULL, 2, 0);
  sx_buf_init(out, NULL);
  const sx_status status = sx_publish_docx_document(out, &m.d, path, false, err);
  doc_clear(&m);
  return status;
}

static void test_template(void) {
  char path[300];
  sx_buf bytes;
  sx_package p;
  write_template(path, "template_good.docx", "word/styles.xml", "w:styleId=\"Heading1\"", "w:styleId=\"Kop1\"");
  REQUIRE_OK(with_template(&bytes, path, err));
  read_package(&p, &bytes);
  const char *text = part(&p, "word/document.xml");
  CHECK(count(text, "<w:pStyle w:val=\"Kop1\"/>") == 3 && count(text, "<w:pStyle w:val=\"Heading1\"/>") == 0);
  CHECK_INT(count(text, "<w:numId w:val=\"0\"/>"), 5); /* the tree counts the headings, not the template */
  CHECK_INT(count(text, "<w:sectPr>"), 1);
  CHECK_INT(count(part(&p, "docProps/custom.xml"), "<Properties "), 1);
  for (size_t i = 0; i < p.n; i++) {
    const sx_xml_handler handler = {.data = NULL};
    if (!ends(p.parts[i].name, ".png"))
      CHECK_OK(sx_xml_read(NULL, p.parts[i].name, p.parts[i].data, p.parts[i].n, &handler, err));
  }
  sx_publish__package_clear(&p);
  sx_buf_clear(&bytes);
}

/* What a template lacks and the text can do without is added. */
static void test_template_fallback(void) {
  char path[300];
  sx_buf bytes;
  sx_package p;
  write_template(path, "template_no_caption.docx", "word/styles.xml", "<w:name w:val=\"caption\"/>",
                 "<w:name w:val=\"other\"/>");
  REQUIRE_OK(with_template(&bytes, path, err));
  read_package(&p, &bytes);
  CHECK_INT(count(part(&p, "word/styles.xml"), "<w:name w:val=\"caption\"/>"), 1);
  sx_publish__package_clear(&p);
  sx_buf_clear(&bytes);
}

/* A template's own style for boxes brings its own frame. */
static void test_template_box(void) {
  char path[300];
  sx_buf bytes;
  sx_package p;
  write_template(path, "template_box.docx", "word/styles.xml", "<w:name w:val=\"专栏正文\"/>",
                 "<w:name w:val=\"别的\"/>");
  REQUIRE_OK(with_template(&bytes, path, err));
  read_package(&p, &bytes);
  const char *text = part(&p, "word/document.xml");
  CHECK_INT(count(text, "<w:pStyle w:val=\"SxBoxTitle\"/>"), 1);
  CHECK_INT(count(text, "<w:pStyle w:val=\"SxBoxText\"/>") + count(text, "<w:pStyle w:val=\"SxBoxHead\"/>"), 0);
  CHECK_INT(count(text, "w:color=\"00664B\""), 0);
  sx_publish__package_clear(&p);
  sx_buf_clear(&bytes);
}

/* A .dotx becomes a document: Word opens no .docx that calls itself a template. */
static void test_template_dotx(void) {
  char path[300];
  sx_buf bytes;
  sx_package p;
  write_template(path, "template_dotx.dotx", "[Content_Types].xml", "wordprocessingml.document.main+xml",
                 "wordprocessingml.template.main+xml");
  CHECK_OK(sx_publish_docx_check(path, NULL, err));
  REQUIRE_OK(with_template(&bytes, path, err));
  read_package(&p, &bytes);
  const char *types = part(&p, "[Content_Types].xml");
  CHECK_INT(count(types, "template.main"), 0);
  CHECK_INT(count(types, "wordprocessingml.document.main+xml"), 1);
  sx_publish__package_clear(&p);
  sx_buf_clear(&bytes);
}

static void test_bad_templates(void) {
  char path[300];
  sx_buf out;
  snprintf(path, sizeof path, "%s/template_text.docx", folder());
  CHECK_OK(sx_file_write(NULL, path, "not a zip", 9, err));
  CHECK_FAILS(with_template(&out, path, err), SX_E_PARSE, "template_text.docx", "not a .docx file");
  CHECK_FAILS(with_template(&out, "no/such.docx", err), SX_E_IO, "no/such.docx", "");
  write_template(path, "template_no_styles.docx", "word/styles.xml", NULL, NULL);
  CHECK_FAILS(with_template(&out, path, err), SX_E_DATA, "template_no_styles.docx", "styles.xml");
  write_template(path, "template_no_document.docx", "word/document.xml", NULL, NULL);
  CHECK_FAILS(with_template(&out, path, err), SX_E_PARSE, "template_no_document.docx", "no Word document");
  write_template(path, "template_no_heading.docx", "word/styles.xml", "<w:name w:val=\"heading 2\"/>",
                 "<w:name w:val=\"kop 2\"/>");
  CHECK_FAILS(with_template(&out, path, err), SX_E_DATA, "template_no_heading.docx", "'heading 2'");
  CHECK_FAILS(sx_publish_docx_check(path, NULL, err), SX_E_DATA, "template_no_heading.docx", "'heading 2'");
  CHECK_FAILS(sx_publish_docx_check("no/such.docx", NULL, err), SX_E_IO, "no/such.docx", "");
  write_template(path, "template_macros.docm", "[Content_Types].xml",
                 "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
                 "application/vnd.ms-word.document.macroEnabled.main+xml");
  CHECK_FAILS(with_template(&out, path, err), SX_E_DATA, "template_macros.docm", "holds macros");
  write_template(path, "template_malformed.docx", "word/styles.xml", "</w:docDefaults>", "");
  CHECK_FAILS(with_template(&out, path, err), SX_E_PARSE, "word/styles.xml:", "malformed XML");
}

/* ---- keys of numbers --------------------------------------------------------------------------------------------- */

static void round_trip(const sx_document_number *number, const char *want_key, const char *want_text) {
  sx_buf key, text;
  sx_number_key parsed;
  sx_buf_init(&key, NULL);
  sx_buf_init(&text, NULL);
  sx_number_key_put(&key, number);
  CHECK_STR(key.data, want_key);
  CHECK_OK(sx_number_key_parse(&parsed, key.data, key.n, err));
  sx_number_key_print(&text, &parsed, number->value, number->high);
  CHECK_STR(text.data, want_text);
  sx_buf_clear(&key);
  sx_buf_clear(&text);
}

static void test_keys(void) {
  sx_document_number n = doc_users;
  n.high = (double)NAN;
  round_trip(&n, "users.total | e-8 .2;亿人", "9.58亿人");
  const sx_document_number people = {.reference = "users.a:b | c",
                                     .value = 957.6e6,
                                     .high = (double)NAN,
                                     .scale = -6,
                                     .grouped = true,
                                     .prefix = "",
                                     .unit = " million people"};
  round_trip(&people, "users.a:b | c | e-6 .0 ,; million people", "958 million people");
  const sx_document_number gap = {.reference = "r.z.gap",
                                  .value = -0.0312,
                                  .high = (double)NAN,
                                  .scale = 2,
                                  .decimals = 1,
                                  .sign = -1,
                                  .unit = "个百分点"};
  round_trip(&gap, "r.z.gap | e2 .1 abs;个百分点", "3.1个百分点");
  const sx_document_number dollars = {.reference = "x.total",
                                      .value = 12345678,
                                      .high = (double)NAN,
                                      .scale = -3,
                                      .zeros = 3,
                                      .sign = 1,
                                      .grouped = true,
                                      .prefix = "$"};
  round_trip(&dollars, "x.total | e-3 .0 z3 + , $;", "+$12,346,000");
  /* no result: no name that a program takes for a formula; documents made before are read */
  const sx_document_number outside = {
      .value = 46.5, .high = (double)NAN, .decimals = 1, .exempt = "outside", .unit = "%"};
  round_trip(&outside, "#46.5 | e0 .1 outside;%", "46.5%");
  static const char *const same[] = {"#46.5 | e0 .1 outside;%", "=46.5 | e0 .1 outside;%"};
  for (size_t i = 0; i < 2; i++) {
    sx_number_key key;
    double value = 0, high = 0;
    bool found = false;
    REQUIRE_OK(sx_number_key_parse(&key, same[i], strlen(same[i]), err));
    CHECK_STR(key.reference, "=46.5");
    CHECK_STR(key.exempt, "outside");
    CHECK_OK(sx_number_key_look_up(&found, &value, &high, &key, NULL, -1, err));
    CHECK(found && value == 46.5 && isnan(high));
  }
  static const char *const bad[] = {"",
                                    "x",
                                    "x | e0",
                                    "x | .1",
                                    " | e0 .1;",
                                    "x | e0;%",
                                    "x | e9999 .1;",
                                    "x | .99;",
                                    "x | .1 abcdefghijklmnopqrstuvwxyz;"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    sx_number_key key;
    CHECK_FAILS(sx_number_key_parse(&key, bad[i], strlen(bad[i]), err), SX_E_PARSE, "", "is not the key of a number");
  }
}

/* A list of tables that has no room below that of the figures begins a page with its title. */
static void test_list_of_tables(void) {
  static const size_t many[] = {4, 45};
  for (size_t i = 0; i < 2; i++) {
    doc_maker m;
    sx_buf bytes;
    sx_package p;
    const sx_document_node *blocks[45];
    doc_sample(&m, NULL, 4, 3);
    for (size_t k = 0; k < 45; k++) blocks[k] = m.tables[0];
    m.d.tables = m.d.figures = blocks;
    m.d.n_tables = many[i];
    m.d.n_figures = 1;
    sx_buf_init(&bytes, NULL);
    CHECK_OK(sx_publish_docx_document(&bytes, &m.d, NULL, false, err));
    read_package(&p, &bytes);
    const char *text = part(&p, "word/document.xml"), *title = strstr(text, ">表目录<");
    REQUIRE(title != NULL);
    const char *own = title;
    while (own > text && strncmp(own, "<w:p>", 5) != 0) own--;
    const char *page = strstr(own, "<w:pageBreakBefore/>");
    CHECK_INT(page != NULL && page < title, many[i] == 45);
    sx_publish__package_clear(&p);
    sx_buf_clear(&bytes);
    doc_clear(&m);
  }
}

SXT_MAIN(SXT_CASE(test_list_of_tables), SXT_CASE(test_package), SXT_CASE(test_same_bytes), SXT_CASE(test_numbers),
         SXT_CASE(test_structure), SXT_CASE(test_labels), SXT_CASE(test_indent), SXT_CASE(test_template),
         SXT_CASE(test_template_fallback), SXT_CASE(test_template_dotx), SXT_CASE(test_template_box),
         SXT_CASE(test_bad_templates), SXT_CASE(test_keys))
