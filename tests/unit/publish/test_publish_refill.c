/* An edited Word document: what a person wrote stays, the numbers become those of another run; the audit names every number that was changed by hand with its place. */
#include <unistd.h>

#include "document_help.h"
#include "publish/publish_package.h"
#include "shuxiao/audit_text.h"
#include "shuxiao/publish.h"

enum { LEVEL = 200 };

/* A level of so many characters. */
static void long_level(char out[LEVEL + 1], size_t which) {
  for (size_t i = 0; i < LEVEL; i++) out[i] = (char)('a' + (i * 7 + which * 3) % 26);
  out[LEVEL] = '\0';
}

static sx_store *open_store(double users, double rate) {
  char path[300];
  const char *dir = getenv("SX_BUILD");
  sx_store *store = NULL;
  int64_t run;
  const sx_store_run info = {.study = "s", .wave = "2025-S1", .title_zh = "题", .title_en = "t", .version = "0"};
  sx_store_row row = {.wave = "2025-S1",
                      .indicator = "users",
                      .statistic = "total",
                      .estimate = users,
                      .se = 1e6,
                      .low = users - 2e6,
                      .high = users + 2e6,
                      .ci_level = 0.95,
                      .df = 100,
                      .n = 1000,
                      .n_eff = NAN,
                      .deff = NAN,
                      .cv = NAN};
  const sx_store_indicator indicators[] = {{.id = "users", .label = {"用户", "users"}, .scale = 1},
                                           {.id = "user_rate", .label = {"率", "rate"}, .scale = 1}};
  snprintf(path, sizeof path, "%s/refill.%ld.sqlite", dir ? dir : "/tmp", (long)getpid());
  unlink(path);
  CHECK_OK(sx_store_open(&store, NULL, path, SX_STORE_WRITE, err));
  CHECK_OK(sx_store_begin(&run, store, &info, NULL, 0, err));
  for (size_t i = 0; i < 2; i++) CHECK_OK(sx_store_put_indicator(store, &indicators[i], err));
  CHECK_OK(sx_store_put_row(NULL, store, "s", &row, err));
  row.indicator = "user_rate";
  row.statistic = "prop";
  row.estimate = rate;
  row.low = rate - 0.012;
  row.high = rate + 0.012;
  CHECK_OK(sx_store_put_row(NULL, store, "s", &row, err));
  char level[2][LEVEL + 1];
  const sx_store_term terms[2] = {{.variable = "a", .level = level[0]}, {.variable = "b", .level = level[1]}};
  for (size_t i = 0; i < 2; i++) long_level(level[i], i);
  row.terms = terms;
  row.n_terms = 2;
  row.estimate = rate / 2;
  CHECK_OK(sx_store_put_row(NULL, store, "s", &row, err));
  CHECK_OK(sx_store_finish(store, err));
  unlink(path); /* it is open */
  return store;
}

static void make(sx_buf *out) {
  doc_maker m;
  sx_buf_init(out, NULL);
  doc_sample(&m, NULL, 2, 0);
  CHECK_OK(sx_publish_docx_document(out, &m.d, NULL, false, err));
  doc_clear(&m);
}

/* The n-th place of `from` in a part becomes `to`. */
static void change(sx_buf *docx, const char *part, const char *from, const char *to, size_t nth) {
  sx_package p;
  sx_buf text;
  char *data = NULL;
  size_t n = 0;
  sx_publish__package_init(&p, NULL);
  CHECK_OK(sx_publish__package_read(&p, docx->data, docx->n, "a.docx", err));
  const char *xml = sx_publish__package_get(&p, part)->data, *at = strstr(xml, from);
  for (size_t i = 1; at && i < nth; i++) at = strstr(at + 1, from);
  CHECK(at != NULL);
  if (at) {
    sx_buf_init(&text, NULL);
    sx_buf_add_n(&text, xml, (size_t)(at - xml));
    sx_buf_add(&text, to);
    sx_buf_add(&text, at + strlen(from));
    CHECK_OK(sx_publish__package_take(&p, part, &text, err));
    CHECK_OK(sx_publish__package_write(&data, &n, &p, err));
    sx_buf_reset(docx);
    sx_buf_add_n(docx, data, n);
    sx_mem_free(NULL, data);
  }
  sx_publish__package_clear(&p);
}

static void take_part(sx_buf *out, const sx_buf *docx, const char *part) {
  sx_package p;
  sx_publish__package_init(&p, NULL);
  sx_buf_init(out, NULL);
  CHECK_OK(sx_publish__package_read(&p, docx->data, docx->n, "a.docx", err));
  sx_buf_add(out, sx_publish__package_get(&p, part)->data);
  sx_publish__package_clear(&p);
}

static size_t count(const char *text, const char *what) {
  size_t n = 0;
  for (const char *at = strstr(text, what); at; at = strstr(at + 1, what)) n++;
  return n;
}

static const sx_refill_item *item(const sx_refill *r, const char *key) {
  for (size_t i = 0; i < r->n; i++) {
    if (strcmp(r->items[i].key, key) == 0) return &r->items[i];
  }
  return NULL;
}

/* ---- filled anew ------------------------------------------------------------------------------------------------- */

static void test_refill(void) {
  sx_buf docx, out, text;
  sx_refill *report = NULL;
  sx_store *store = open_store(987654321, 0.8123);
  make(&docx);
  change(&docx, "word/document.xml", "占网民整体的", "约占全体网民的", 1); /* a person's words */
  change(&docx, "word/document.xml", ">9.58亿人<", ">9.99亿人<", 4);       /* and a number of the text, by hand */
  sx_buf_init(&out, NULL);
  REQUIRE_OK(sx_publish_refill(&out, &report, docx.data, docx.n, "a.docx", store, -1, err));
  take_part(&text, &out, "word/document.xml");
  CHECK_INT(count(text.data, ">9.88亿人<"), 5);
  CHECK_INT(count(text.data, ">9.58亿人<") + count(text.data, ">9.99亿人<"), 0);
  CHECK_INT(count(text.data, ">9.88<"), 5); /* cells: without the unit of the head */
  CHECK_INT(count(text.data, "80.0 – 82.4"), 1);
  CHECK_INT(count(text.data, ">81.2<"), 4);
  CHECK_INT(count(text.data, ">81<"), 1);
  CHECK_INT(count(text.data, ">78.5%<"), 1); /* the run has no such group: the text stays */
  CHECK_INT(count(text.data, ">46.5<"), 1);  /* no result */
  CHECK_INT(count(text.data, "约占全体网民的"), 1);
  sx_buf_clear(&text);
  take_part(&text, &out, "word/footnotes.xml");
  CHECK_INT(count(text.data, ">9.88亿人<"), 1);
  sx_buf_clear(&text);
  take_part(&text, &out, "docProps/custom.xml");
  CHECK_INT(count(text.data, "name=\"users.total | e-8 .2;亿人\"><vt:lpwstr>9.88亿人<"), 1);
  sx_buf_clear(&text);
  const sx_refill_item *users = item(report, "users.total | e-8 .2;亿人");
  REQUIRE(users != NULL);
  CHECK_STR(users->before, "9.58亿人");
  CHECK_STR(users->after, "9.88亿人");
  CHECK_INT(users->n_places, 6);
  CHECK_INT(users->n_by_hand, 1);
  CHECK_INT(report->n_missing, 1 + 3); /* and the three numbers of the run's own words: this store has no report */
  CHECK_INT(report->n_by_hand, 1);
  CHECK_INT(report->n_changed, 5);
  CHECK_INT(report->n_figures, 1);
  sx_refill_free(report);
  /* once more with the same run: nothing changes */
  sx_buf again;
  sx_buf_init(&again, NULL);
  REQUIRE_OK(sx_publish_refill(&again, &report, out.data, out.n, "a.docx", store, -1, err));
  CHECK(again.n == out.n && memcmp(again.data, out.data, out.n) == 0);
  CHECK_INT(report->n_changed, 0);
  sx_refill_free(report);
  sx_buf_clear(&again);
  sx_buf_clear(&docx);
  sx_buf_clear(&out);
  sx_store_close(store);
}

/* Of fields: the sample's store quotes nothing, so that what the sample quotes is not there. */
/* Of the text itself: the sample's drawing is none that this store knows, and its properties say what its fields say. The store has no report either, which
 * would say what stands in the sample's words on its design. */
static bool of_text(const sx_audit_trace *t) {
  if (t->reference && t->reference[0] == '@') {
    CHECK_INT(t->verdict, SX_TRACE_DIFFERS);
    CHECK_STR(t->reason, "the run has no such sentence");
    return false;
  }
  return !t->place || (!strstr(t->place, "figure ") && !strstr(t->place, "docProps"));
}

static size_t of_text_with(const sx_audit_traces *traces, sx_trace_verdict verdict) {
  size_t n = 0;
  for (size_t i = 0; i < traces->n; i++) n += traces->items[i].verdict == verdict && of_text(&traces->items[i]);
  return n;
}

static size_t fields_that_differ(const sx_audit_traces *traces) {
  size_t n = 0;
  for (size_t i = 0; i < traces->n; i++)
    n += traces->items[i].verdict == SX_TRACE_DIFFERS && traces->items[i].reference && of_text(&traces->items[i]);
  return n;
}

/* As Word leaves them: a code in several runs with a switch, a result in several runs, a simple field, a tracked change. */
static void test_forms_of_fields(void) {
  static const char begin[] = "占网民整体的“</w:t></w:r>";
  static const char forms[] =
      "占网民整体的“</w:t></w:r><w:r><w:fldChar "
      "w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>DOCPROP</w:instrText></w:r>"
      "<w:r><w:instrText>ERTY \"users.total | e-8 .1;亿人\" \\* MERGEFORMAT</w:instrText></w:r><w:r><w:fldChar "
      "w:fldCharType=\"separate\"/></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>9.</w:t></w:r><w:ins w:id=\"9\" "
      "w:author=\"x\"><w:r>"
      "<w:t>7</w:t></w:r></w:ins><w:del w:id=\"8\" "
      "w:author=\"x\"><w:r><w:delText>6</w:delText></w:r></w:del><w:r><w:t>亿人"
      "</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r><w:fldSimple w:instr=\" DOCPROPERTY  &quot;users.total "
      "| "
      "e-4 .0;万人&quot; \"><w:r><w:t>95760万人</w:t></w:r></w:fldSimple>";
  sx_buf docx, out, text;
  sx_refill *report = NULL;
  sx_audit_text *read = NULL;
  sx_audit_traces *traces = NULL;
  sx_store *store = open_store(957600000, 0.785);
  make(&docx);
  change(&docx, "word/document.xml", begin, forms, 1);
  REQUIRE_OK(sx_audit_text_parse(&read, NULL, SX_TEXT_DOCX, docx.data, docx.n, "a.docx", err));
  REQUIRE_OK(sx_audit_text_bound(&traces, read, store, -1, err));
  CHECK_INT(fields_that_differ(traces), 2); /* 9.7 for 9.6; and the group that the run has not */
  for (size_t i = 0; i < traces->n; i++) {
    if (traces->items[i].verdict != SX_TRACE_DIFFERS || !traces->items[i].expected) continue;
    CHECK_STR(traces->items[i].printed, "9.7亿人");
  }
  sx_audit_traces_free(traces);
  sx_audit_text_free(read);
  sx_buf_init(&out, NULL);
  REQUIRE_OK(sx_publish_refill(&out, &report, docx.data, docx.n, "a.docx", store, -1, err));
  take_part(&text, &out, "word/document.xml");
  CHECK_INT(count(text.data, "<w:rPr><w:b/></w:rPr><w:t>9.6亿人</w:t>"), 1);
  CHECK_INT(count(text.data, "<w:delText>6</w:delText>"), 1);
  CHECK_INT(count(text.data, ">95,760万人<"), 1);
  sx_refill_free(report);
  sx_buf_clear(&text);
  sx_buf_clear(&out);
  sx_buf_clear(&docx);
  sx_store_close(store);
}

/* ---- changed by hand --------------------------------------------------------------------------------------------- */

static void audit(sx_audit_traces **traces, const sx_buf *docx, sx_store *store) {
  sx_audit_text *read = NULL;
  CHECK_OK(sx_audit_text_parse(&read, NULL, SX_TEXT_DOCX, docx->data, docx->n, "a.docx", err));
  CHECK_OK(sx_audit_text_bound(traces, read, store, -1, err));
  sx_audit_text_free(read);
}

static void test_by_hand(void) {
  static const struct {
    const char *part, *from, *to;
    size_t nth;
    const char *place, *reference;
  } cases[] = {
      {"word/document.xml", ">9.58亿人<", ">9.85亿人<", 4, "a.docx: paragraph ", "users.total"},
      {"word/document.xml", ">9.58亿人<", ">9.58万人<", 4, "a.docx: paragraph ", "users.total"},
      {"word/document.xml", ">9.58亿人<", ">许多人<", 4, "a.docx: paragraph ", "users.total"},
      {"word/document.xml", ">9.58<", ">9.59<", 2, "a.docx: table 2, row 4, column 2", "users.total"},
      {"word/document.xml", ">77.3 – 79.7<", ">77.3 – 79.9<", 1, "a.docx: table 2, row 4, column 3",
       "user_rate.total.interval"},
      {"word/footnotes.xml", ">9.58亿人<", ">9.57亿人<", 1, "a.docx: note, paragraph ", "users.total"},
  };
  sx_store *store = open_store(957600000, 0.785);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sx_buf docx;
    sx_audit_traces *traces = NULL;
    bool found = false;
    make(&docx);
    change(&docx, cases[i].part, cases[i].from, cases[i].to, cases[i].nth);
    audit(&traces, &docx, store);
    REQUIRE(traces != NULL);
    for (size_t k = 0; k < traces->n; k++) {
      const sx_audit_trace *t = &traces->items[k];
      if (t->verdict != SX_TRACE_DIFFERS || !t->reference || !of_text(t) || strstr(t->reference, "a:")) continue;
      CHECK_STR(t->reference, cases[i].reference);
      if (strncmp(t->place, cases[i].place, strlen(cases[i].place)) != 0) SXT_FAIL("case %zu: %s", i, t->place);
      found = true;
    }
    if (!found) SXT_FAIL("case %zu: %s was not found", i, cases[i].to);
    CHECK_INT(fields_that_differ(traces), 2); /* with the one that the run has not */
    sx_audit_traces_free(traces);
    sx_buf_clear(&docx);
  }
  sx_store_close(store);
}

static void test_as_made(void) {
  sx_buf docx;
  sx_audit_traces *traces = NULL;
  sx_store *store = open_store(957600000, 0.785);
  make(&docx);
  audit(&traces, &docx, store);
  REQUIRE(traces != NULL);
  CHECK_INT(fields_that_differ(traces), 1); /* user_rate.`a:"x"` */
  CHECK_INT(of_text_with(traces, SX_TRACE_UNBOUND),
            2); /* 46.5, said to be printed elsewhere: this run has no such number; 12.5, typed into a cell */
  CHECK_INT(of_text_with(traces, SX_TRACE_AGREES), 3 + 1 + 5 + 5 + 1 + 1 + 1);
  sx_audit_traces_free(traces);
  sx_buf_clear(&docx);
  sx_store_close(store);
}

static void test_bad(void) {
  sx_buf docx, out;
  sx_refill *report = NULL;
  sx_store *store = open_store(1, 0.5);
  sx_buf_init(&out, NULL);
  CHECK_FAILS(sx_publish_refill(&out, &report, "hello", 5, "a.docx", store, -1, err), SX_E_PARSE, "a.docx",
              "not a .docx file");
  make(&docx);
  change(&docx, "word/document.xml", "</w:body>", "", 1);
  CHECK_FAILS(sx_publish_refill(&out, &report, docx.data, docx.n, "a.docx", store, -1, err), SX_E_PARSE,
              "a.docx: word/document.xml:", "malformed XML");
  sx_package p;
  char *data = NULL;
  size_t n = 0;
  sx_publish__package_init(&p, NULL);
  static const char plain[] = "<w:document xmlns:w=\"x\"><w:body><w:p/></w:body></w:document>";
  CHECK_OK(sx_publish__package_put(&p, "word/document.xml", plain, sizeof plain - 1, err));
  CHECK_OK(sx_publish__package_write(&data, &n, &p, err));
  CHECK_FAILS(sx_publish_refill(&out, &report, data, n, "b.docx", store, -1, err), SX_E_DATA, "b.docx",
              "no field of this document is bound");
  CHECK_INT(out.n, 0);
  sx_mem_free(NULL, data);
  sx_publish__package_clear(&p);
  sx_buf_clear(&docx);
  sx_buf_clear(&out);
  sx_store_close(store);
}

/* ---- long keys ---------------------------------------------------------------------------------------------------- */

/* A key of more than 400 characters: its property has a short name, and the key stands in properties beside it. */
static void test_long_key(void) {
  char level[2][LEVEL + 1], reference[2 * LEVEL + 60], key[2 * LEVEL + 80];
  for (size_t i = 0; i < 2; i++) long_level(level[i], i);
  snprintf(reference, sizeof reference, "user_rate.a:%s*b:%s", level[0], level[1]);
  snprintf(key, sizeof key, "%s | e2 .1;%%", reference);
  const sx_document_number number = {.reference = reference,
                                     .result = reference,
                                     .field = "",
                                     .value = 0.4,
                                     .high = NAN,
                                     .scale = 2,
                                     .decimals = 1,
                                     .prefix = "",
                                     .unit = "%"};
  doc_maker m;
  sx_buf docx, out, text;
  sx_refill *report = NULL;
  sx_audit_traces *traces = NULL;
  sx_store *store = open_store(957600000, 0.8), *other = NULL;
  doc_small(&m);
  (void)doc_number(&m, doc_paragraph(&m, m.root, "long: "), &number, "40.0%");
  sx_buf_init(&docx, NULL);
  REQUIRE_OK(sx_publish_docx_document(&docx, &m.d, NULL, false, err));
  doc_clear(&m);
  take_part(&text, &docx, "docProps/custom.xml");
  for (const char *at = strstr(text.data, "name=\""); at; at = strstr(at + 1, "name=\""))
    CHECK(strcspn(at + 6, "\"") <= 255);
  CHECK_INT(count(text.data, "\"><vt:lpwstr>40.0%<"), 1);
  CHECK_INT(count(text.data, level[0]), 1); /* whole in the first piece of 240 */
  sx_buf_clear(&text);
  take_part(&text, &docx, "word/document.xml");
  CHECK_INT(count(text.data, " DOCPROPERTY &quot;sx_"), 2); /* and that of a level with quotation marks */
  sx_buf_clear(&text);
  audit(&traces, &docx, store);
  REQUIRE(traces != NULL);
  size_t agree = 0;
  for (size_t i = 0; i < traces->n; i++)
    agree += traces->items[i].verdict == SX_TRACE_AGREES && strcmp(traces->items[i].reference, reference) == 0;
  CHECK_INT(agree, 2); /* the field, and its property */
  sx_audit_traces_free(traces);
  sx_store_close(store);
  other = open_store(957600000, 0.62);
  audit(&traces, &docx, other);
  size_t differ = 0;
  for (size_t i = 0; i < traces->n; i++)
    differ += traces->items[i].verdict == SX_TRACE_DIFFERS && strcmp(traces->items[i].reference, reference) == 0;
  CHECK_INT(differ, 2);
  sx_audit_traces_free(traces);
  sx_buf_init(&out, NULL);
  REQUIRE_OK(sx_publish_refill(&out, &report, docx.data, docx.n, "a.docx", other, -1, err));
  const sx_refill_item *filled = item(report, key);
  REQUIRE(filled != NULL);
  CHECK_STR(filled->before, "40.0%");
  CHECK_STR(filled->after, "31.0%");
  CHECK_INT(filled->n_places, 1);
  sx_refill_free(report);
  take_part(&text, &out, "word/document.xml");
  CHECK_INT(count(text.data, ">31.0%<"), 1);
  sx_buf_clear(&text);
  take_part(&text, &out, "docProps/custom.xml");
  CHECK_INT(count(text.data, "\"><vt:lpwstr>31.0%<"), 1);
  sx_buf_clear(&text);
  /* a piece that was changed is no key: the number is a typed one */
  change(&docx, "docProps/custom.xml", level[1] + 100, "zz", 1);
  audit(&traces, &docx, other);
  size_t unbound = 0;
  for (size_t i = 0; i < traces->n; i++)
    unbound += traces->items[i].verdict == SX_TRACE_UNBOUND && strcmp(traces->items[i].printed, "40.0%") == 0;
  CHECK_INT(unbound, 1);
  sx_audit_traces_free(traces);
  sx_buf_clear(&out);
  sx_buf_clear(&docx);
  sx_store_close(other);
}

SXT_MAIN(SXT_CASE(test_long_key), SXT_CASE(test_refill), SXT_CASE(test_forms_of_fields), SXT_CASE(test_by_hand),
         SXT_CASE(test_as_made), SXT_CASE(test_bad))
