/* One file against the published one: what differs is told with its place, the text at hand and the published one; number formats as Excel shows them; lists that
 * part and meet again; files of other names, files that were not published, bytes that are none. */
#include "sxt.h"

#include "audit/audit_published.h"
#include "unit/audit/published_sample.h"

static char store_path[64], folder_path[64], file_path[80];

static void begin(sx_store **store) {
  (void)snprintf(store_path, sizeof store_path, "/tmp/sx_published_%ld.db", (long)getpid());
  (void)snprintf(folder_path, sizeof folder_path, "/tmp/sx_published_%ld.d", (long)getpid());
  REQUIRE_OK(published_store(store, NULL, store_path, folder_path, err));
}

static void finish(sx_store *store) {
  sx_store_close(store);
  published_remove(store_path, folder_path);
  (void)remove(file_path);
}

/* The traces of a file of these bytes; name: of the file. An empty list of somebody who read nothing before. */
static sx_audit_traces *against(sx_store *store, const char *name, const char *data, size_t n, sx_status wanted) {
  sx_audit_traces *t = NULL;
  sx_error e = SX_ERROR_INIT;
  (void)snprintf(file_path, sizeof file_path, "/tmp/sx_%ld_%s", (long)getpid(), name);
  CHECK_OK(sx_file_write(NULL, file_path, data, n, err));
  if (sx_audit_outputs(&t, store, -1, NULL, 0, &e) != SX_OK) SXT_FAIL("%s: %s", e.where, e.message);
  const sx_status status = t ? sx_audit_published(t, store, -1, file_path, folder_path, &e) : SX_E_MEMORY;
  if (status != wanted) SXT_FAIL("status %d: %s: %s", (int)status, e.where, e.message);
  (void)remove(file_path);
  return t;
}

/* text with `old` (once) in other words. */
static char *with(const char *text, const char *old, const char *new_words) {
  const char *at = strstr(text, old);
  char *out = malloc(strlen(text) + strlen(new_words) + 1);
  if (!at || !out) {
    SXT_FAIL("no '%s'", old);
    free(out);
    return NULL;
  }
  const size_t head = (size_t)(at - text);
  memcpy(out, text, head);
  (void)snprintf(out + head, strlen(text) + strlen(new_words) + 1 - head, "%s%s", new_words, at + strlen(old));
  return out;
}

/* ---- pages ---- */

static void page_case(sx_store *store, const char *old, const char *new_words, size_t n, size_t line, size_t column,
                      const char *printed, const char *expected) {
  char *text = with(published_page, old, new_words);
  if (!text) return;
  sx_audit_traces *t = against(store, "report.en.html", text, strlen(text), SX_OK);
  free(text);
  if (!t) return;
  CHECK_INT(t->n, n);
  CHECK_INT(t->n_differ, n);
  if (t->n) {
    CHECK_INT(t->items[0].line, line);
    CHECK_INT(t->items[0].column, column);
    CHECK_STR(t->items[0].printed, printed);
    CHECK_STR(t->items[0].expected ? t->items[0].expected : "", expected);
  }
  sx_audit_traces_free(t);
}

static void pages(void) {
  sx_store *store = NULL;
  begin(&store);
  page_case(store, "Urban", "Rural", 1, 4, 16, "Rural", "Urban");
  page_case(store, "<ol>", "<ol start=\"46\">", 1, 6, 1, "<ol start=\"46\">", "<ol>");
  page_case(store, "<li>two</li>", "", 1, 6, 17, "", "<li>two</li>");
  page_case(store, "</body>", "<script>x</script></body>", 1, 8, 18, "<script>x</script>", "");
  page_case(store, "color:red", "color:blue", 1, 2, 33, "color:blue}", "color:red}");
  page_case(store, "\"c\": 2", "\"c\": 3", 1, 8, 1, "\"c\": 3}", "\"c\": 2}");
  page_case(store, "Users and rates.", "Users  and\nrates.", 0, 0, 0, "", ""); /* white space */
  page_case(store, "<ol>", "<!-- a --><ol>", 0, 0, 0, "", "");                 /* a comment */
  sx_audit_traces *t = against(store, "report.en.html", published_page, sizeof published_page - 1, SX_OK);
  CHECK_INT(t ? t->n : 1, 0);
  sx_audit_traces_free(t);
  /* another page altogether: one difference, not one for every tag; a page that is no UTF-8 */
  t = against(store, "report.en.html", "<p>x</p>", 8, SX_OK);
  CHECK(t && t->n_differ >= 1 && t->n_differ <= 2);
  sx_audit_traces_free(t);
  t = against(store, "report.en.html", "<p>\xff</p>", 8, SX_E_PARSE);
  CHECK_INT(t ? t->n : 1, 0);
  sx_audit_traces_free(t);
  /* of another name it is the published page still; another format is no business of this */
  char *text = with(published_page, "Urban", "City");
  t = against(store, "copy.html", text, strlen(text), SX_OK);
  CHECK(t && t->n == 1 && t->items[0].line == 4);
  sx_audit_traces_free(t);
  t = against(store, "a.pdf", text, strlen(text), SX_OK);
  CHECK_INT(t ? t->n : 1, 0);
  sx_audit_traces_free(t);
  /* neither in the folder nor to be made of this store: told, and no error */
  (void)snprintf(file_path, sizeof file_path, "%s/report.en.html", folder_path);
  CHECK_OK(sx_file_write(NULL, file_path, "x", 1, err));
  t = against(store, "report.en.html", text, strlen(text), SX_OK);
  CHECK(t && t->n == 1 && t->n_exempt == 1 && strcmp(t->items[0].reason, SX_NOT_MADE_AGAIN) == 0);
  sx_audit_traces_free(t);
  free(text);
  finish(store);
}

/* ---- workbooks ---- */

static sx_audit_traces *book_with(sx_store *store, const char *part, const char *old, const char *new_words) {
  size_t n = 0, i = 0;
  while (strcmp(published_book[i].name, part) != 0) i++;
  char *text = with(published_book[i].text, old, new_words);
  char *data = text ? published_zip(&n, published_book, PUBLISHED_BOOK, part, text, strlen(text)) : NULL;
  sx_audit_traces *t = data ? against(store, "s_tables.xlsx", data, n, SX_OK) : NULL;
  free(data);
  free(text);
  return t;
}

static void book_case(sx_store *store, const char *part, const char *old, const char *new_words, size_t n,
                      const char *place, const char *printed, const char *expected) {
  sx_audit_traces *t = book_with(store, part, old, new_words);
  if (!t) return;
  CHECK_INT(t->n_differ, n);
  if (t->n) {
    const size_t k = strlen(t->items[0].place), m = strlen(place);
    CHECK_STR(k > m ? t->items[0].place + k - m : t->items[0].place, place);
    CHECK_STR(t->items[0].printed, printed);
    CHECK_STR(t->items[0].expected ? t->items[0].expected : "", expected);
  }
  sx_audit_traces_free(t);
}

static void books(void) {
  sx_store *store = NULL;
  static const char cells[] = "xl/worksheets/sheet1.xml", whole[] = "xl/workbook.xml";
  begin(&store);
  book_case(store, "xl/styles.xml", "0.0%", "0%", 2, "T!B2", "47%", "46.5%");
  book_case(store, "xl/styles.xml", "0.0%", "&quot;46&quot;", 2, "T!B2", "46", "46.5%");
  book_case(store, cells, "\"B2\" s=\"1\"", "\"B2\" s=\"2\"", 1, "T!B2", "47%", "46.5%");
  book_case(store, cells, "\"B2\" s=\"1\"", "\"B2\" s=\"0\"", 1, "T!B2", "0.465", "46.5%");
  book_case(store, "xl/sharedStrings.xml", "Urban", "Rural", 1, "T!A2", "Rural", "Urban");
  book_case(store, cells, "r=\"A2\"", "r=\"C2\"", 2, "T!A2", "", "Urban");
  book_case(store, cells, "B2-0.255", "B2-0.256", 1, "T!B3", "B2-0.256", "B2-0.255");
  book_case(store, cells, "0.465", "0.4651", 0, "", "", ""); /* shows the same; the number is held against its result */
  book_case(store, whole, "name=\"U\"", "name=\"V\"", 1, ": V", "V", "U");
  book_case(store, whole, "$B$2", "$B$3", 1, "name!n", "T!B3", "T!B2");
  book_case(store, whole, "<sheet name=\"U\" r:id=\"b\"/>", "", 1, ": U", "", "U");
  book_case(store, "xl/charts/chart1.xml", "Rates", "Shares", 1, "U (xl/charts/chart1.xml)", "Shares", "Rates");
  book_case(store, "xl/charts/chart1.xml", "max=\"1\"", "max=\"2\"", 1, "U (xl/charts/chart1.xml)", "max=2", "max=1");
  book_case(store, "[Content_Types].xml", "<Types/>", "<Types> </Types>", 0, "", "", "");
  finish(store);
}

/* What Excel shows, by hand from 18.8.31. */
static void formats(void) {
  static const struct {
    const char *code;
    double value;
    const char *shown; /* NULL: not rendered */
  } cases[] = {{"General", 0.465, "0.465"},
               {"0.0%", 0.4651, "46.5%"},
               {"0%", 0.465, "47%"},
               {"0.00", -2.5, "-2.50"},
               {"#,##0", 1234567, "1,234,567"},
               {"#,##0,", 1234567, "1,235"},
               {"0.0,,", 1234567, "1.2"},
               {"#,##0\" people\"", 958, "958 people"},
               {"+0.0;-0.0;0.0", 3.25, "+3.3"},
               {"+0.0;-0.0;0.0", -3.25, "-3.3"},
               {"+0.0;-0.0;0.0", 0, "0.0"},
               {"\"46.5%\"", 0.3, "46.5%"},
               {"0.0#", 1.5, "1.5"},
               {"0.0#", 1.256, "1.26"},
               {"#.00", 0.5, ".50"},
               {"000", 7, "007"},
               {"[$\xC2\xA5-804]#,##0.00", 1234.5,
                "\xC2\xA5"
                "1,234.50"},
               {"[Red]0;[Blue]0", -4, "4"},
               {"0.0_ ", 2, "2.0 "},
               {"0\\%", 46, "46%"},
               {"(0)", 5, "(5)"},
               {"yyyy-mm-dd", 45000, NULL},
               {"0.0E+00", 12, NULL},
               {"# ?/?", 0.5, NULL},
               {"[>100]0;0.0", 5, NULL},
               {"000-0000", 1234567, NULL},
               {"@", 1, NULL}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sx_buf out;
    sx_buf_init(&out, NULL);
    const bool shown = sx_audit__number_shown(&out, cases[i].value, cases[i].code);
    CHECK_INT(shown, cases[i].shown != NULL);
    if (shown && cases[i].shown) CHECK_STR(out.data, cases[i].shown);
    if (!shown) CHECK_INT(out.n, 0);
    sx_buf_clear(&out);
  }
}

/* ---- Word ---- */

static sx_audit_traces *word_with(sx_store *store, const char *old, const char *new_words, bool saved) {
  size_t n = 0;
  published_part parts[PUBLISHED_WORD];
  memcpy(parts, published_word, sizeof parts);
  if (saved) parts[0].text = "<Types><Default/></Types>"; /* a program writes its own list */
  char *text = with(published_word[1].text, old, new_words);
  char *data = text ? published_zip(&n, parts, PUBLISHED_WORD, parts[1].name, text, strlen(text)) : NULL;
  sx_audit_traces *t = data ? against(store, "s.docx", data, n, SX_OK) : NULL;
  free(data);
  free(text);
  return t;
}

static void word_case(sx_store *store, const char *old, const char *new_words, bool saved, sx_trace_verdict verdict,
                      const char *place, const char *printed, const char *expected) {
  sx_audit_traces *t = word_with(store, old, new_words, saved);
  if (!t) return;
  CHECK_INT(t->n, printed != NULL);
  if (t->n && printed) {
    const size_t k = strlen(t->items[0].place), m = strlen(place);
    CHECK_INT(t->items[0].verdict, verdict);
    CHECK_STR(k > m ? t->items[0].place + k - m : t->items[0].place, place);
    CHECK_STR(t->items[0].printed, printed);
    CHECK_STR(t->items[0].expected ? t->items[0].expected : "", expected);
  }
  sx_audit_traces_free(t);
}

static void words(void) {
  sx_store *store = NULL;
  begin(&store);
  word_case(store, ">Urban<", ">Rural<", false, SX_TRACE_DIFFERS, "table 1, row 2, column 1", "Rural", "Urban");
  word_case(store, ">Rate<", ">Change<", false, SX_TRACE_DIFFERS, "table 1, row 1, column 2", "Change", "Rate");
  word_case(store, "In 2025 rates", "In 2024 rates", false, SX_TRACE_DIFFERS, "paragraph 1", "In 2024 rates rose.",
            "In 2025 rates rose.");
  word_case(store, "rates rose", "rates fell", false, SX_TRACE_EXEMPT, "paragraph 1", "In 2025 rates fell.",
            "In 2025 rates rose.");
  word_case(store, "<w:p><w:r><w:t>The end", "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>The end", false, SX_TRACE_DIFFERS,
            "paragraph 2", "The end.", "The end.");
  word_case(store, "<w:p><w:r><w:t>The end.</w:t></w:r></w:p>", "", false, SX_TRACE_DIFFERS, "", NULL, "");
  /* saved by a program the same; cells may come and go, and take no number to other labels */
  word_case(store, ">Urban<", ">Rural<", true, SX_TRACE_DIFFERS, "table 1, row 2, column 1", "Rural", "Urban");
  word_case(store, ">Rate<", ">Rate<", true, SX_TRACE_DIFFERS, "", NULL, "");
  word_case(store, "rates rose", "rates fell", true, SX_TRACE_EXEMPT, "paragraph 1", "In 2025 rates fell.",
            "In 2025 rates rose.");
  word_case(store, "<w:tr>" PUBLISHED_CELL("Rural"),
            "<w:tr>" PUBLISHED_CELL("New") PUBLISHED_CELL("x") "</w:tr><w:tr>" PUBLISHED_CELL("Rural"), true,
            SX_TRACE_DIFFERS, "", NULL, "");
  /* signs of a font are text */
  sx_audit_text *text = NULL;
  size_t n = 0;
  static const char signs[] =
      "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:sym "
      "w:font=\"Symbol\" w:char=\"F034\"/><w:sym w:font=\"Symbol\" w:char=\"0036\"/></w:r><w:r><w:t> people, "
      "\xD9\xA4\xD9\xA6%</w:t></w:r></w:p></w:body></w:document>";
  char *data = published_zip(&n, published_word, PUBLISHED_WORD, "word/document.xml", signs, sizeof signs - 1);
  CHECK_OK(sx_audit_text_parse(&text, NULL, SX_TEXT_DOCX, data, n, "x", err));
  REQUIRE(text && sx_audit_text_n_marks(text) == 2);
  CHECK_NEAR(sx_audit_text_mark(text, 0)->value, 46, 0);
  CHECK_NEAR(sx_audit_text_mark(text, 1)->value, 46, 0); /* Arabic-Indic digits */
  sx_audit_text_free(text);
  free(data);
  finish(store);
}

/* One change of a part of the report, which a program saved: how many differences, the first one's place, what stands there and what was published. */
static void saved_case(sx_store *store, const char *part, const char *old, const char *new_words, size_t n,
                       const char *place, const char *printed, const char *expected) {
  published_part parts[PUBLISHED_REPORT];
  size_t size = 0, i = 0;
  memcpy(parts, published_report, sizeof parts);
  parts[0].text = "<Types><Default/></Types>";
  while (strcmp(parts[i].name, part) != 0) i++;
  char *text = with(parts[i].text, old, new_words);
  char *data = text ? published_zip(&size, parts, PUBLISHED_REPORT, part, text, strlen(text)) : NULL;
  sx_audit_traces *t = data ? against(store, "r.docx", data, size, SX_OK) : NULL;
  if (t && t->n_differ != n) SXT_FAIL("'%s' for '%s': %zu differences", new_words, old, t->n_differ);
  if (t && t->n && n) {
    const size_t k = strlen(t->items[0].place), m = strlen(place);
    CHECK_STR(k > m ? t->items[0].place + k - m : t->items[0].place, place);
    CHECK_STR(t->items[0].printed, printed);
    CHECK_STR(t->items[0].expected ? t->items[0].expected : "", expected);
  }
  sx_audit_traces_free(t);
  free(data);
  free(text);
}

static void saved(void) {
  static const char document[] = "word/document.xml", chart[] = "word/charts/chart1.xml",
                    sentence[] = "Lines are 95% intervals; one in six, see Figure 1.";
  sx_store *store = NULL;
  begin(&store);
  saved_case(store, document, "95%", "90%", 1, "paragraph 1", "Lines are 90% intervals; one in six, see Figure 1.",
             sentence);
  saved_case(store, document, "95%", "\xE2\x85\xA9%", 1, "paragraph 1",
             "Lines are \xE2\x85\xA9% intervals; one in six, see Figure 1.", sentence);
  saved_case(store, document, "in six", "in five", 1, "paragraph 1",
             "Lines are 95% intervals; one in five, see Figure 1.", sentence);
  saved_case(store, document, "intervals", "ranges", 0, "", "", "");
  saved_case(store, document, "are 95%",
             "are\xC2\xA0"
             "95%",
             0, "", "", "");
  saved_case(store, document, "Figure 1</w:t></w:r></w:fldSimple><w:r><w:t>.",
             "Figure 2</w:t></w:r></w:fldSimple><w:r><w:t>.", 0, "", "",
             ""); /* counted anew: sx_audit_text_bound says whether rightly */
  saved_case(store, document, " Rates<", " Shares<", 1, "paragraph 2", "Figure 1 Shares", "Figure 1 Rates");
  saved_case(store, document, "\"Bars\"", "\"Lines\"", 1, "figure 1, alternative text", "Lines", "Bars");
  saved_case(store, chart, "0.465", "0.456", 1, "chart 1, series 1, value 1", "0.456", "0.465");
  saved_case(store, chart, "0.465", "0.46500000000000002", 0, "", "", "");
  saved_case(store, chart, "Urban", "Rural", 1, "chart 1, series 1, category 1", "Rural", "Urban");
  saved_case(store, chart, "<tx><v>Rate</v></tx>", "<tx><strRef><pt idx=\"0\"><v>Rate</v></pt></strRef></tx>", 0, "",
             "", "");
  saved_case(store, chart, "<tx><v>Rate</v></tx>", "", 1, "chart 1, series 1, name", "", "Rate");
  saved_case(store, chart, "0.0%", "0%", 1, "chart 1, series 1, format of its labels", "0%", "0.0%");
  saved_case(store, chart, "max val=\"1\"", "max val=\"0.5\"", 1, "chart 1, axis of values 1, max", "0.5", "1");
  saved_case(store, chart, "<max val=\"1\"/>", "<max val=\"1\"/><min val=\"0\"/>", 0, "", "", "");
  saved_case(store, chart, "<ser>", "<title><rich><t>97</t></rich></title><ser>", 1, "chart 1, title", "97", "");
  saved_case(store, "word/header1.xml", "Rates 2025", "Rates 2025, 2019", 1, "word/header1.xml, paragraph 1",
             "Rates 2025, 2019", "Rates 2025");
  saved_case(store, "word/numbering.xml", "%1.", "46 %1.", 1, "word/numbering.xml, text of a list", "46 %1.", "");
  saved_case(store, "word/numbering.xml", "start val=\"1\"", "start val=\"46\"", 1,
             "word/numbering.xml, start of a list", "46", "");
  saved_case(store, "docProps/core.xml", "Rates 2025", "Rates 2019", 1, "docProps/core.xml, title", "Rates 2019",
             "Rates 2025");
  finish(store);
}

/* ---- references ---- */

/* What is wrong with the references of the report as it stands after one change. */
static void link_case(sx_store *store, const char *old, const char *new_words, const char *printed,
                      const char *expected) {
  sx_audit_text *text = NULL;
  sx_audit_traces *t = NULL;
  size_t n = 0;
  char *words = with(published_report[PUBLISHED_REPORT - 1].text, old, new_words);
  char *data =
      words ? published_zip(&n, published_report, PUBLISHED_REPORT, "word/document.xml", words, strlen(words)) : NULL;
  if (data) CHECK_OK(sx_audit_text_parse(&text, NULL, SX_TEXT_DOCX, data, n, "r.docx", err));
  if (text) CHECK_OK(sx_audit_text_bound(&t, text, store, -1, err));
  const sx_audit_trace *found = NULL;
  for (size_t i = 0; t && i < t->n; i++) {
    const sx_audit_trace *one = &t->items[i];
    if (one->verdict == SX_TRACE_DIFFERS && one->place && strstr(one->place, "paragraph") &&
        !strstr(one->place, "header"))
      found = one;
  }
  CHECK_STR(found ? found->printed : "", printed);
  CHECK_STR(found && found->expected ? found->expected : "", expected);
  sx_audit_traces_free(t);
  sx_audit_text_free(text);
  free(data);
  free(words);
}

static void references(void) {
  sx_store *store = NULL;
  begin(&store);
  link_case(store, "Lines", "Lines", "", "");
  link_case(store, "Figure 1</w:t></w:r></w:fldSimple><w:r><w:t>.", "Figure 99</w:t></w:r></w:fldSimple><w:r><w:t>.",
            "Figure 99", "Figure 1");
  link_case(store, "REF _Ref_f1", "REF _Ref_f2", "Figure 1", "");
  link_case(store, "SEQ Figure\"><w:r><w:t>1", "SEQ Figure\"><w:r><w:t>7", "7", "1");
  link_case(store, "see <", "see Figure 12 and <", "12", "");
  link_case(store, "see <", "see Figure 1 and <", "", "");
  /* the mark of a note behind it is not of it */
  link_case(store, "<w:r><w:t>.<",
            "<w:r><w:rPr><w:vertAlign w:val=\"superscript\"/></w:rPr><w:t>1</w:t></w:r><w:r><w:t>.<", "", "");
  finish(store);
}

/* ---- lists ---- */

typedef struct ranges {
  size_t want[8], have[8], n;
} ranges;

static sx_status note(void *data, const sx_shown *want, size_t n_want, const sx_shown *have, size_t n_have) {
  ranges *r = data;
  (void)want;
  (void)have;
  if (r->n < 8) {
    r->want[r->n] = n_want;
    r->have[r->n++] = n_have;
  }
  return SX_OK;
}

/* Each letter an item. */
static ranges compared(const char *want, const char *have) {
  sx_shown a[64], b[64];
  sx_shown_list x = {a, strlen(want), 64}, y = {b, strlen(have), 64};
  ranges r = {.n = 0};
  for (size_t i = 0; i < x.n; i++) a[i] = (sx_shown){.text = want + i, .n = 1, .at = i};
  for (size_t i = 0; i < y.n; i++) b[i] = (sx_shown){.text = have + i, .n = 1, .at = i};
  CHECK(sx_audit__shown_compare(&x, &y, note, &r) == SX_OK);
  return r;
}

static void lists(void) {
  ranges r = compared("abcdefgh", "abcdefgh");
  CHECK_INT(r.n, 0);
  r = compared("abcdefgh", "abXdefgh");
  CHECK(r.n == 1 && r.want[0] == 1 && r.have[0] == 1);
  r = compared("abcdefgh", "abXYcdefgh");
  CHECK(r.n == 1 && r.want[0] == 0 && r.have[0] == 2);
  r = compared("abcdefgh", "abefgh");
  CHECK(r.n == 1 && r.want[0] == 2 && r.have[0] == 0);
  r = compared("abcdefgh", "Xbcdefg");
  CHECK(r.n == 2 && r.want[0] == 1 && r.have[0] == 1 && r.want[1] == 1 && r.have[1] == 0);
  r = compared("", "ab");
  CHECK(r.n == 1 && r.have[0] == 2);
  r = compared("abc", "xyz");
  CHECK(r.n == 1 && r.want[0] == 3 && r.have[0] == 3);
  CHECK(sx_audit__shown_same("a  b", 4, " a\nb ", 5));
  CHECK(!sx_audit__shown_same("ab", 2, "a b", 3));
}

SXT_MAIN(SXT_CASE(pages), SXT_CASE(books), SXT_CASE(formats), SXT_CASE(words), SXT_CASE(saved), SXT_CASE(references),
         SXT_CASE(lists))
