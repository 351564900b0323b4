/* Numbers read from prose: a corpus of our own sentences with every quantity that stands in them; marks made by hand on three chapters of a source (positions and
 * values only; skipped where it is not there); kinds, qualifiers, directions, places; what is refused. */
#include "sxt.h"

#include "audit/audit_text_priv.h"

static sx_audit_text *read_text(sx_text_form form, const char *text) {
  sx_audit_text *t = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_audit_text_parse(&t, NULL, form, text, strlen(text), "text", &err) != SX_OK)
    SXT_FAIL("%s: %s: %s", text, err.where, err.message);
  return t;
}

/* ---- rates ------------------------------------------------------------------------------------------------------- */

typedef struct rate {
  size_t wanted, right, extra;
} rate;

static double value_of(const sx_text_mark *m) {
  return m->value * m->scale * (m->sign < 0 ? -1 : 1);
}

static bool near(double a, double b) {
  return fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b));
}

/* The quantities of one sentence against "value unit; value unit". */
static void sentence(rate *r, const char *text, char *wanted, size_t line) {
  sx_audit_text *t = read_text(SX_TEXT_PLAIN, text);
  size_t i = 0;
  if (!t) return;
  for (char *at = wanted; *at && strcmp(wanted, "-") != 0;) {
    char *end = strstr(at, "; ");
    if (end) *end = '\0';
    char unit[64] = "";
    double value = 0;
    if (sscanf(at, "%lf %60s", &value, unit) != 2) SXT_FAIL("corpus line %zu: '%s'", line, at);
    if (strcmp(unit, ".") == 0) unit[0] = '\0';
    const sx_text_mark *m;
    while ((m = sx_audit_text_mark(t, i)) != NULL && m->kind != SX_MARK_QUANTITY) i++;
    r->wanted++;
    if (m && near(value_of(m), value) && strcmp(m->unit, unit) == 0) {
      r->right++;
    } else {
      fprintf(stderr, "line %zu: wanted %.12g %s, read %.12g %s\n", line, value, unit, m ? value_of(m) : (double)NAN,
              m ? m->unit : "nothing");
    }
    i += m != NULL;
    at = end ? end + 2 : at + strlen(at);
  }
  for (; i < sx_audit_text_n_marks(t); i++) {
    const sx_text_mark *m = sx_audit_text_mark(t, i);
    if (m->kind != SX_MARK_QUANTITY) continue;
    r->extra++;
    fprintf(stderr, "line %zu: false quantity %.12g %s\n", line, value_of(m), m->unit);
  }
  sx_audit_text_free(t);
}

static void own_corpus(void) {
  FILE *f = fopen("tests/unit/audit/audit_text_corpus.tsv", "r");
  REQUIRE(f != NULL);
  char line[1024];
  rate r = {0, 0, 0};
  for (size_t n = 1; fgets(line, sizeof line, f); n++) {
    line[strcspn(line, "\n")] = '\0';
    char *tab = strchr(line, '\t');
    if (line[0] == '#' || !tab) continue;
    *tab = '\0';
    sentence(&r, line, tab + 1, n);
  }
  fclose(f);
  printf("own sentences: %zu of %zu quantities read right, %zu false\n", r.right, r.wanted, r.extra);
  CHECK(r.wanted >= 150);
  CHECK(r.right == r.wanted);
  CHECK(r.extra == 0);
}

typedef struct hand {
  size_t line, column, length;
  double value;
  char unit[32];
} hand;

static size_t load_hand(hand *out, size_t max) {
  FILE *f = fopen("tests/unit/audit/audit_text_marks_000.csv", "r");
  char line[256];
  size_t n = 0;
  if (!f) return 0;
  while (fgets(line, sizeof line, f) && n < max) {
    hand h = {0};
    line[strcspn(line, "\n")] = '\0';
    if (sscanf(line, "%zu,%zu,%zu,%lf,%31[^\n]", &h.line, &h.column, &h.length, &h.value, h.unit) < 4) continue;
    out[n++] = h;
  }
  fclose(f);
  return n;
}

/* Chapters one to three of the report, lines FIRST to LAST, marked by hand. */
static void source_by_hand(void) {
  enum { MAX = 400, FIRST = 72, LAST = 418 };
  static hand hands[MAX];
  static const char path[] = "../shared/sources/000_e3dd9c77685b003e.txt";
  if (!sx_file_exists(path)) {
    printf("skipped: %s is not here\n", path);
    return;
  }
  const size_t n = load_hand(hands, MAX);
  CHECK(n > 200);
  sx_audit_text *t = NULL;
  REQUIRE_OK(sx_audit_text_read(&t, NULL, path, err));
  size_t found = 0, right = 0, lengths = 0, read = 0;
  for (size_t i = 0; i < sx_audit_text_n_marks(t); i++) {
    const sx_text_mark *m = sx_audit_text_mark(t, i);
    if (m->kind != SX_MARK_QUANTITY || m->line < FIRST || m->line > LAST) continue;
    read++;
    for (size_t k = 0; k < n; k++) {
      if (hands[k].line != m->line || hands[k].column != m->column) continue;
      found++;
      const bool same = near(value_of(m), hands[k].value) && strcmp(m->unit, hands[k].unit) == 0;
      right += same;
      lengths += same && hands[k].length == m->length;
      if (!same)
        fprintf(stderr, "line %zu column %zu: wanted %.12g %s, read %.12g %s\n", m->line, m->column, hands[k].value,
                hands[k].unit, value_of(m), m->unit);
    }
  }
  printf("by hand: %zu numbers; %zu found, %zu with the right value and unit, %zu with the right length; %zu read that "
         "are none\n",
         n, found, right, lengths, read - found);
  CHECK((double)right >= 0.95 * (double)n);
  CHECK((double)(read - found) <= 0.02 * (double)read);
  sx_audit_text_free(t);
}

/* ---- one by one -------------------------------------------------------------------------------------------------- */

static void mark(const char *text, size_t i, sx_mark_kind kind, const char *piece) {
  sx_audit_text *t = read_text(SX_TEXT_PLAIN, text);
  if (!t) return;
  const sx_text_mark *m = sx_audit_text_mark(t, i);
  if (!m) {
    SXT_FAIL("'%s' has no mark %zu", text, i);
  } else {
    const char *p = sx_audit_text_part(t, m->part)->text + m->at;
    if (m->kind != kind || m->n != strlen(piece) || memcmp(p, piece, m->n) != 0)
      SXT_FAIL("'%s': mark %zu is %s '%.*s', not '%s'", text, i, sx_mark_kind_name(m->kind, SX_LANG_EN), (int)m->n, p,
               piece);
  }
  sx_audit_text_free(t);
}

static void kinds(void) {
  mark("2025年6月30日", 0, SX_MARK_DATE, "2025年6月30日");
  mark("见图 3-1。", 0, SX_MARK_SECTION, "3-1");
  mark("第3次", 0, SX_MARK_ORDINAL, "3");
  mark("60岁及以上", 0, SX_MARK_AGE, "60岁");
  mark("1995-2009年出生", 0, SX_MARK_AGE, "1995");
  mark("1995-2009年出生", 1, SX_MARK_AGE, "2009年");
  mark("“00后”", 0, SX_MARK_NAME, "00后");
  mark("5G", 0, SX_MARK_NAME, "5G");
  mark("+SUM(A1)", 0, SX_MARK_NAME, "A1"); /* a cell of a sheet is no number */
  mark("=B12*C3", 1, SX_MARK_NAME, "C3");
  mark("“315”晚会", 0, SX_MARK_NAME, "315");
  mark("说明¹²", 0, SX_MARK_NOTE, "¹²");
  mark("95% 置信区间", 0, SX_MARK_LEVEL, "95%");
  mark("https://a.b/12 ", 0, SX_MARK_ADDRESS, "https://a.b/12");
  mark("第一章 开头\t12", 0, SX_MARK_SECTION, "一");
  mark("第一章 开头\t12", 1, SX_MARK_SECTION, "12");
  mark("In 2025, 12", 0, SX_MARK_DATE, "2025");
  mark("The 1990s", 0, SX_MARK_DATE, "1990s");
  mark("代表5亿人", 0, SX_MARK_QUANTITY, "5亿人");
  mark("9.58 亿人", 0, SX_MARK_QUANTITY, "9.58 亿人");
}

static void qualified(const char *text, const char *qualifier, int direction) {
  sx_audit_text *t = read_text(SX_TEXT_PLAIN, text);
  if (!t) return;
  const sx_text_mark *m = NULL;
  for (size_t i = 0; i < sx_audit_text_n_marks(t); i++) m = sx_audit_text_mark(t, i);
  if (!m || strcmp(m->qualifier, qualifier) != 0 || m->direction != direction)
    SXT_FAIL("'%s': qualifier '%s', direction %d", text, m ? m->qualifier : "none", m ? m->direction : 0);
  sx_audit_text_free(t);
}

static void words(void) {
  qualified("突破9亿人", "over", 0);
  qualified("接近4成", "near", 0);
  qualified("约 40%", "about", 0);
  qualified("5%左右", "about", 0);
  qualified("800 元以内", "at_most", 0);
  qualified("100元以上", "at_least", 0);
  qualified("最近3年", "", 0);
  qualified("3 万余家", "over", 0);
  qualified("more than 12,000 people", "over", 0);
  qualified("at least 250 firms", "at_least", 0);
  qualified("提升2.5个百分点", "", 1);
  qualified("差距缩小 4.9 个百分点", "", -1);
  qualified("高于整体（33.4%）15.6 个百分点", "", 1);
  qualified("低于城镇5.6个百分点", "", -1);
  qualified("it is 2.5 percentage points lower than before", "", -1);
  qualified("rose by 2.5 percentage points", "", 1);
  qualified("提升至46.5%", "", 0);
  qualified("增长近30%", "near", 1);
  qualified("贡献率超过 30%", "over", 0);
}

static void places(void) {
  const char *text = "开头\n  用户 9.58 亿人\r\n";
  sx_audit_text *t = read_text(SX_TEXT_PLAIN, text);
  REQUIRE(t != NULL);
  const sx_text_mark *m = sx_audit_text_mark(t, 0);
  REQUIRE(m != NULL);
  CHECK_INT(m->line, 2);
  CHECK_INT(m->column, 6);
  CHECK_INT(m->length, 7);
  sx_buf where;
  sx_buf_init(&where, NULL);
  sx_audit_text_where(&where, t, m);
  CHECK_STR(where.data, "text:2:6");
  sx_buf_clear(&where);
  sx_audit_text_free(t);
}

static void refused(void) {
  sx_audit_text *t = NULL;
  const char bad[] = "ab\n\xE4\xB8";
  CHECK_FAILS(sx_audit_text_parse(&t, NULL, SX_TEXT_PLAIN, bad, sizeof bad - 1, "a.txt", err), SX_E_PARSE, "a.txt:2:1",
              "UTF-8");
  CHECK_FAILS(sx_audit_text_read(&t, NULL, "a.pdf", err), SX_E_SUPPORT, "a.pdf", ".docx");
  CHECK_FAILS(sx_audit_text_read(&t, NULL, "/nowhere/a.txt", err), SX_E_IO, "a.txt", "");
  CHECK(t == NULL);
  t = read_text(SX_TEXT_PLAIN, "");
  REQUIRE(t != NULL);
  CHECK_INT(sx_audit_text_n_marks(t), 0);
  sx_audit_text_free(t);
}

SXT_MAIN(SXT_CASE(own_corpus), SXT_CASE(source_by_hand), SXT_CASE(kinds), SXT_CASE(words), SXT_CASE(places),
         SXT_CASE(refused))
