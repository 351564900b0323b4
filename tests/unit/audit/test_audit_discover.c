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

/* ---- the published figures: what was written by hand, from the figures alone ---- */

static size_t parent[2000];
static size_t root(size_t i) {
  while (parent[i] != i) i = parent[i];
  return i;
}

/* The figures of y are those of x, or of one quantity with them. */
static bool same_quantities(const sx_audit *a, const sx_audit_identity *x, const sx_audit *b,
                            const sx_audit_identity *y, bool as_one) {
  if (x->n_figures != y->n_figures) return false;
  for (size_t i = 0; i < x->n_figures; i++) {
    bool there = false;
    for (size_t k = 0; k < y->n_figures && !there; k++) {
      if (as_one) { /* the figures of both files stand in one order */
        there = root(x->figures[i]) == root(y->figures[k]);
      } else {
        there = strcmp(sx_audit_figure_at(a, x->figures[i])->id, sx_audit_figure_at(b, y->figures[k])->id) == 0;
      }
    }
    if (!there) return false;
  }
  return true;
}

static bool within_same(const sx_audit_identity *list, const sx_audit_identity *two) {
  size_t n = 0;
  for (size_t i = 0; i < list->n_figures; i++)
    for (size_t k = 0; k < two->n_figures; k++) n += list->figures[i] == two->figures[k];
  return strcmp(list->kind, "same") == 0 && strcmp(two->kind, "same") == 0 && n == two->n_figures;
}

static void written_by_hand(void) {
  char *yaml = file_text("studies/published-figures/audit.yaml"),
       *csv = file_text("studies/published-figures/figures.csv");
  sx_audit *full = NULL, *bare = NULL, *back = NULL;
  sx_buf buf;
  sx_buf_init(&buf, NULL);
  REQUIRE(yaml && csv && strstr(yaml, "\nidentities:"));
  const size_t head = (size_t)(strstr(yaml, "\nidentities:") - yaml) + 1;
  REQUIRE_OK(sx_audit_load_memory(&full, NULL, "f.yaml", yaml, strlen(yaml), csv, strlen(csv), err));
  REQUIRE_OK(sx_audit_load_memory(&bare, NULL, "b.yaml", yaml, head, csv, strlen(csv), err));
  sx_buf_add_n(&buf, yaml, head);
  REQUIRE_OK(sx_audit_discover(&buf, bare, 0, err));
  REQUIRE_OK(sx_audit_load_memory(&back, NULL, "p.yaml", buf.data, buf.n, csv, strlen(csv), err));
  REQUIRE(sx_audit_figures(full) < 2000);
  for (size_t i = 0; i < sx_audit_figures(full); i++) parent[i] = i;
  size_t can = 0, found = 0;
  for (size_t i = 0; i < sx_audit_identities(full); i++) {
    const sx_audit_identity *x = sx_audit_identity_at(full, i);
    for (size_t k = 1; k < x->n_figures && strcmp(x->kind, "same") == 0; k++)
      parent[root(x->figures[k])] = root(x->figures[0]);
    if (!strstr("sum share base gap growth cagr change same", x->kind)) continue;
    can++;
    bool proposed = false;
    for (size_t k = 0; k < sx_audit_identities(back) && !proposed; k++) {
      const sx_audit_identity *y = sx_audit_identity_at(back, k);
      proposed = same_quantities(full, x, back, y, false) || within_same(x, y);
    }
    found += proposed;
  }
  size_t hand = 0, follows = 0, other = 0;
  for (size_t k = 0; k < sx_audit_identities(back); k++) {
    const sx_audit_identity *y = sx_audit_identity_at(back, k);
    bool written = false, implied = strcmp(y->kind, "same") == 0 && root(y->figures[0]) == root(y->figures[1]);
    for (size_t i = 0; i < sx_audit_identities(full) && !written; i++) {
      const sx_audit_identity *x = sx_audit_identity_at(full, i);
      written = same_quantities(full, x, back, y, false) || within_same(x, y);
      implied = implied || same_quantities(full, x, back, y, true);
    }
    hand += written;
    follows += !written && implied;
    other += !written && !implied;
    if (k + 1 == 25 || k + 1 == 50 || k + 1 == 100 || k + 1 == sx_audit_identities(back))
      printf("first %zu proposals: %zu are written, %zu say the same of a figure printed twice, %zu are neither\n",
             k + 1, hand, follows, other);
    if (k + 1 == 50) CHECK(other <= 2);
    if (k + 1 == 100) CHECK(other <= 15);
  }
  printf("%zu of the %zu written identities of these kinds are proposed\n", found, can);
  CHECK(can > 100);
  CHECK((double)found >= 0.7 * (double)can);
  CHECK(other <= 45);
  sx_audit_free(back);
  sx_audit_free(bare);
  sx_audit_free(full);
  sx_buf_clear(&buf);
  sx_mem_free(NULL, yaml);
  sx_mem_free(NULL, csv);
}

/* 9.37 trillion = 6.21 trillion + 2.73 trillion + 423.6 billion, in other units and another place, and their shares; a change over two
 * periods, growth, a gap to the whole, a compound rate, per cents that make a hundred, halves of a year. */
static void kinds(void) {
  const char *yaml =
      "audit: t\nfigures:\n"
      "  - {id: total, value: 9.37, unit: 万亿元, indicator: 数字消费额, period: 2025H1, place: 'r, 1, L74'}\n"
      "  - {id: goods, value: 6.21, unit: 万亿元, indicator: 实物商品数字消费额, period: 2025H1, place: 'r, 1, L163'}\n"
      "  - {id: goods_s, value: 66.3, unit: '%', indicator: 实物商品占数字消费总额比重, base: 数字消费总额, period: "
      "2025H1, place: 'r, 1, L163'}\n"
      "  - {id: services, value: 2.73, unit: 万亿元, indicator: 数字服务消费额, period: 2025H1, place: 'r, 1, L163'}\n"
      "  - {id: services_s, value: 29.2, unit: '%', indicator: 数字服务占数字消费总额比重, base: 数字消费总额, period: "
      "2025H1, place: 'r, 1, L163'}\n"
      "  - {id: content, value: 4236, unit: 亿元, indicator: 数字内容消费额, period: 2025H1, place: 'r, 1, L163'}\n"
      "  - {id: content_s, value: 4.5, unit: '%', indicator: 数字内容占数字消费总额比重, base: 数字消费总额, period: "
      "2025H1, place: 'r, 1, L163'}\n"
      "  - {id: z, value: 49.0, unit: '%', indicator: Z世代情绪消费比例, population: Z世代网购用户, period: 2025H1, "
      "place: 'r, 2, L9'}\n"
      "  - {id: everyone, value: 33.4, unit: '%', indicator: 整体情绪消费比例, population: 整体网购用户, period: "
      "2025H1, place: 'r, 2, L40'}\n"
      "  - {id: more, value: 15.6, unit: 百分点, indicator: 情绪消费比例差, population: Z世代网购用户, period: 2025H1, "
      "comparison: vs_overall, comparator: 整体网购用户, place: 'r, 2, L9'}\n"
      "  - {id: rate, value: 12.5, unit: '%', indicator: 贫困发生率, period: 2025-06, place: 'r, 3, L1'}\n"
      "  - {id: rate_before, value: 14.2, unit: '%', indicator: 贫困发生率, period: 2024-12, place: 'r, 3, L5'}\n"
      "  - {id: fall, value: -1.7, unit: 百分点, indicator: 贫困发生率变动, period: 2025-06, comparison: hoh, "
      "comparator: 2024-12, place: 'r, 3, L8'}\n"
      "  - {id: revenue, value: 130.4, unit: 亿元, indicator: 泡泡玛特营收, period: 2024, place: 'r, 4, L1'}\n"
      "  - {id: revenue_before, value: 63.01, unit: 亿元, indicator: 泡泡玛特营业收入, period: 2023, place: 'r, 4, "
      "L7'}\n"
      "  - {id: up, value: 106.9, unit: '%', indicator: 泡泡玛特营收增速, period: 2024, comparison: yoy, comparator: "
      "2023, place: 'r, 4, L1'}\n"
      "  - {id: market_2017, value: 4.5, unit: 万亿元, indicator: 信息消费规模, period: 2017, place: 'r, 5, L1'}\n"
      "  - {id: market_2020, value: 6.1, unit: 万亿元, indicator: 信息消费规模, period: 2020, place: 'r, 5, L2'}\n"
      "  - {id: yearly, value: 10.7, unit: '%', indicator: 信息消费规模年均增长率, period: 2017-2020, comparison: "
      "cagr, comparator: 2017→2020, place: 'r, 5, L2'}\n"
      "  - {id: half, value: 153, unit: 亿元, indicator: 小米收入, period: 2020H1, place: 'r, 6, L1'}\n"
      "  - {id: q1, value: 70, unit: 亿元, indicator: 小米第一季度收入, period: 2020Q1, place: 'r, 6, L4'}\n"
      "  - {id: q2, value: 83, unit: 亿元, indicator: 小米第二季度收入, period: 2020Q2, place: 'r, 6, L6'}\n"
      "  - {id: wrong, value: 67.9, unit: '%', indicator: 实物商品占数字消费总额的比重, base: 数字消费总额, period: "
      "2025H1, place: 'r, 7, L2'}\n";
  static const char *const want[] = {"sum: total, of: [goods, services, content]}",
                                     "share: goods_s, part: goods, whole: total}",
                                     "share: content_s, part: content, whole: total}",
                                     "gap: more, of: z, over: everyone}",
                                     "change: fall, from: rate_before, to: rate}",
                                     "growth: up, from: revenue_before, to: revenue}",
                                     "cagr: yearly, from: market_2017, to: market_2020, years: 3}",
                                     "sum: half, of: [q1, q2]}",
                                     "formula: \"goods_s + services_s + content_s == 100%\"}"};
  sx_audit *audit = audit_of(yaml);
  sx_buf buf;
  sx_buf_init(&buf, NULL);
  REQUIRE(audit != NULL);
  CHECK_OK(sx_audit_discover(&buf, audit, 0, err));
  for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
    const char *at = buf.data ? strstr(buf.data, want[i]) : NULL;
    if (!at || strncmp(strchr(at, '}'), "} # evidence", 12) != 0) SXT_FAIL("no '%s' in:\n%s", want[i], buf.data);
  }
  /* 67.9 where 66.3 is meant: a near miss of what its words name */
  const char *miss =
      buf.data ? strstr(buf.data, "share: wrong, part: goods, whole: total} # by words and place, evidence 1.5") : NULL;
  if (!miss || !strstr(miss, "the numbers do not agree")) SXT_FAIL("no near miss in:\n%s", buf.data);
  sx_buf_clear(&buf);
  sx_audit_free(audit);
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

SXT_MAIN(SXT_CASE(known_set), SXT_CASE(written_by_hand), SXT_CASE(kinds), SXT_CASE(evidence))
