/* Proposals: the identities of a set whose identities are known come back from its figures, what is there is not proposed again, and what
 * is proposed can be read back. */
#include "unit/audit/audit_help.h"

static char *file_text(const char *path) {
  char *text = NULL;
  size_t n;
  CHECK_OK(sx_file_read(&text, &n, NULL, path, err));
  return text;
}

/* Two identities over the same figures, the first one the same. */
static bool is_same(const sx_audit *a, const sx_audit_identity *x, const sx_audit *b, const sx_audit_identity *y) {
  if (strcmp(x->kind, y->kind) != 0 || x->n_figures != y->n_figures) return false;
  for (size_t i = 0; i < x->n_figures; i++) {
    bool there = false;
    const char *id = sx_audit_figure_at(a, x->figures[i])->id;
    for (size_t k = 0; k < y->n_figures; k++)
      there = there || strcmp(id, sx_audit_figure_at(b, y->figures[k])->id) == 0;
    if (!there) return false;
  }
  return true;
}

static void known_set(void) {
  char *csv = file_text("studies/audit-example/figures.csv");
  sx_audit *full = NULL, *bare = NULL, *back = NULL;
  sx_audit_report *report = NULL;
  sx_buf buf;
  sx_buf_init(&buf, NULL);
  REQUIRE(csv != NULL);
  REQUIRE_OK(sx_audit_load(&full, NULL, "studies/audit-example/audit.yaml", err));
  const char *head = "audit: bare\nfigures: figures.csv\n";
  REQUIRE_OK(sx_audit_load_memory(&bare, NULL, "b.yaml", head, strlen(head), csv, strlen(csv), err));
  sx_buf_add(&buf, head);
  REQUIRE_OK(sx_audit_discover(&buf, bare, 0, err));
  REQUIRE_OK(sx_audit_load_memory(&back, NULL, "p.yaml", buf.data, buf.n, csv, strlen(csv), err));
  size_t wanted = 0, got = 0;
  for (size_t i = 0; i < sx_audit_identities(full); i++) {
    const sx_audit_identity *x = sx_audit_identity_at(full, i);
    if (strstr("sum share gap growth change same", x->kind) == NULL) continue;
    wanted++;
    bool found = false;
    for (size_t k = 0; k < sx_audit_identities(back) && !found; k++)
      found = is_same(full, x, back, sx_audit_identity_at(back, k));
    got += found;
    if (!found) printf("not proposed: %s\n", x->formula);
  }
  printf("%zu of %zu identities were proposed, %zu proposals\n", got, wanted, sx_audit_identities(back));
  CHECK(wanted > 60);
  CHECK((double)got >= 0.9 * (double)wanted);
  REQUIRE_OK(sx_audit_run(&report, back, NULL, err));
  CHECK_INT(sx_audit_count(report, SX_AUDIT_CONTRADICTS), 0); /* the set agrees, and so does what is proposed for it */
  sx_audit_report_free(report);
  /* what is there already is not proposed again */
  sx_audit_free(back);
  sx_buf_reset(&buf);
  sx_buf_add(&buf, head);
  REQUIRE_OK(sx_audit_discover(&buf, full, 0, err));
  REQUIRE_OK(sx_audit_load_memory(&back, NULL, "p.yaml", buf.data, buf.n, csv, strlen(csv), err));
  for (size_t i = 0; i < sx_audit_identities(full); i++) {
    for (size_t k = 0; k < sx_audit_identities(back); k++) {
      if (is_same(full, sx_audit_identity_at(full, i), back, sx_audit_identity_at(back, k)))
        SXT_FAIL("proposed again: %s", sx_audit_identity_at(full, i)->formula);
    }
  }
  sx_audit_free(back);
  sx_audit_free(bare);
  sx_audit_free(full);
  sx_buf_clear(&buf);
  sx_mem_free(NULL, csv);
}

/* 46.5 against a level ratio of 0.46501: w = 0.001 + (9.375/20.145 - 9.365/20.155), R = 1, one candidate. */
static void evidence(void) {
  const char *yaml =
      "audit: t\nfigures:\n"
      "  - {id: part, value: 9.37, unit: 万亿元, indicator: 消费, category: 数字, population: 全国, period: 2025H1}\n"
      "  - {id: whole, value: 20.15, unit: 万亿元, indicator: 居民消费, population: 全国, period: 2025H1}\n"
      "  - {id: s, value: 46.5, unit: '%', indicator: 占比, category: 数字, population: 全国, period: 2025H1}\n"
      "  - {id: p, value: 83.2, unit: '%', indicator: 网购, population: 农村, period: 2025H1}\n"
      "  - {id: q, value: 88.4, unit: '%', indicator: 网购, population: 城镇, period: 2025H1}\n"
      "  - {id: g, value: 2.5, unit: 百分点, indicator: 网购, population: 农村, period: 2025H1, comparison: vs, "
      "comparator: 城镇}\n";
  sx_audit *audit = audit_of(yaml);
  sx_buf buf;
  sx_buf_init(&buf, NULL);
  REQUIRE(audit != NULL);
  CHECK_OK(sx_audit_discover(&buf, audit, 0, err));
  const double w = 0.001 + 9.375 / 20.145 - 9.365 / 20.155;
  char want[256];
  snprintf(want, sizeof want, "share: s, part: part, whole: whole} # evidence %.1f\n", -log10(w));
  if (!buf.data || !strstr(buf.data, want)) SXT_FAIL("no '%s' in:\n%s", want, buf.data);
  /* the columns say what g is, the numbers do not agree: it is shown for that, last */
  if (!buf.data || !strstr(buf.data, "gap: g, of: p, over: q} # by the columns; the numbers do not agree\n"))
    SXT_FAIL("no gap in:\n%s", buf.data);
  sx_buf_clear(&buf);
  sx_audit_free(audit);
}

SXT_MAIN(SXT_CASE(known_set), SXT_CASE(evidence))
