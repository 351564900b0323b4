/* The bundled study run whole, its store read back: every published figure judged again from its own columns, the account rebuilt from the
 * stored rates and means, margins, the order of the interviews, and the words of the two reports. Threads: tests/cli/test_study_digital.sh. */
#include <stdint.h>
#include <unistd.h>

#include "shuxiao/io.h"
#include "shuxiao/study.h"
#include "study_rows.h"
#include "sxt.h"

#define STUDY            "studies/digital-consumption-2025h1"
#define TABLE_OF_PRINTED "../shared/data/cnnic-2025h1/published_figures.csv"

static char home[400]; /* a folder for all copies of the study */
static rows base;      /* the run on one thread */

static void folder_of(char out[600], const char *name) {
  snprintf(out, 600, "%s/%s", home, name);
}

static bool shell(const char *command) {
  const bool ok = system(command) == 0;
  if (!ok) SXT_FAIL("%s", command);
  return ok;
}

/* Sanitized builds are ten times slower: there fewer interviews are generated (tests/cli/lib.sh). Plain builds prove what needs them. */
static bool fewer(void) {
#ifdef SX_SANITIZED
  return !getenv("SX_FULL");
#else
  return false;
#endif
}

/* Runs a copy; *reused counts the steps that were not computed, *steps all. */
static bool run(const char *name, int threads, size_t *reused, size_t *steps) {
  char path[700], dir[600];
  sx_error err = SX_ERROR_INIT;
  sx_study *study = NULL;
  sx_run_result *result = NULL;
  sx_ctx ctx = SX_CTX_INIT;
  ctx.n_threads = threads;
  folder_of(dir, name);
  snprintf(path, sizeof path, "%s/study.yaml", dir);
  sx_status status = sx_study_load(&study, &ctx, path, NULL, &err);
  if (status == SX_OK) status = sx_study_run(&result, study, NULL, &err);
  if (status != SX_OK) SXT_FAIL("%s: %s: %s", name, err.where, err.message);
  if (result && steps) *steps = result->n_steps;
  if (result && reused) {
    *reused = 0;
    for (size_t i = 0; i < result->n_steps; i++) *reused += result->steps[i].reused;
  }
  sx_run_result_free(result);
  sx_study_free(study);
  return status == SX_OK;
}

static bool read_rows(rows *r, const char *name) {
  char dir[600], path[700];
  folder_of(dir, name);
  snprintf(path, sizeof path, "%s/out/results.db", dir);
  const bool ok = rows_read(r, path);
  if (!ok) SXT_FAIL("%s cannot be read", path);
  return ok;
}

/* The run that every case reads, made once for all tests. */
static bool ready(void) {
  char command[800];
  if (base.n) return true;
  snprintf(command, sizeof command, "bash tests/cli/shared_run.sh '%s/one'", home);
  return shell(command) && read_rows(&base, "one");
}

static double value(const char *indicator, const char *statistic, const char *domain) {
  const srow *row = rows_find(&base, indicator, statistic, domain);
  if (!row) SXT_FAIL("no row %s %s %s", indicator, statistic, domain);
  return row ? row->v[V_ESTIMATE] : (double)NAN;
}

/* The row of an indicator's own statistic: the first that is neither a gap nor a share. */
static const srow *main_row(const char *indicator, const char *domain) {
  for (size_t i = 0; i < base.n; i++) {
    const srow *row = &base.items[i];
    if (strcmp(row->indicator, indicator) == 0 && strcmp(row->domain, domain) == 0 &&
        strncmp(row->statistic, "gap", 3) != 0 && strncmp(row->statistic, "share_of", 8) != 0)
      return row;
  }
  return NULL;
}

static double main_value(const char *indicator, const char *domain) {
  const srow *row = main_row(indicator, domain);
  if (!row) SXT_FAIL("no row of %s in %s", indicator, domain);
  return row ? row->v[V_ESTIMATE] : (double)NAN;
}

/* ---- published figures ---------------------------------------------------------------------------------------------- */

static sx_table *read_table(const char *path) {
  sx_table *table = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_io_read(&table, NULL, path, NULL, &err) != SX_OK) SXT_FAIL("%s: %s", err.where, err.message);
  return table;
}

static const char *text_at(const sx_table *table, const char *name, size_t row) {
  const sx_column *c = sx_table_find(table, name);
  if (!c) SXT_FAIL("no column %s", name);
  if (!c || sx_column_missing(c, row) || (c->type != SX_TEXT && c->type != SX_CATEGORY)) return "";
  return sx_dict_get(c->dict, c->data.code[row], NULL);
}

static double number_at(const sx_table *table, const char *name, size_t row) {
  const sx_column *c = sx_table_find(table, name);
  if (!c) SXT_FAIL("no column %s", name);
  return c ? sx_column_number(c, row) : (double)NAN;
}

/* INDICATOR.DOMAIN[.STATISTIC] as the row that it names. */
static const srow *referred(const char *reference) {
  char text[300], domain[200];
  snprintf(text, sizeof text, "%s", reference);
  char *dot = strchr(text, '.');
  if (!dot) return NULL;
  *dot = '\0';
  char *statistic = strchr(dot + 1, '.');
  if (statistic) *statistic++ = '\0';
  const bool plain = strcmp(dot + 1, "total") == 0 || strchr(dot + 1, ':');
  snprintf(domain, sizeof domain, plain ? "%s" : "%s:1", dot + 1);
  return statistic ? rows_find(&base, text, statistic, domain) : main_row(text, domain);
}

/* The verdict by the definition: the estimate lies within 1.96 standard errors of what the print can stand for. */
static bool agrees(const sx_table *t, size_t i, const srow *row) {
  double low = number_at(t, "low", i), high = number_at(t, "high", i);
  if (isnan(low) && isnan(high)) {
    const double print = number_at(t, "value", i), si = number_at(t, "value_si", i);
    const double unit = print != 0 ? fabs(si / print) : 1;
    const double half = 0.5 * unit * pow(10, -number_at(t, "decimals", i));
    low = si - half;
    high = si + half;
  }
  const double reach = 1.96 * row->v[V_SE], e = row->v[V_ESTIMATE];
  return !(e < low - reach) && !(e > high + reach);
}

static void one_figure(const sx_table *t, size_t i, size_t *compared, size_t *agreeing) {
  static const char *const reasons[] = {"design-fact", "previous-wave", "contradiction"};
  char name[120];
  const char *id = text_at(t, "id", i), *reason = text_at(t, "reason", i), *reference = text_at(t, "reference", i);
  snprintf(name, sizeof name, "published/%s", id);
  const srow *printed = rows_find(&base, name, "published", "total");
  const srow *beside = rows_find(&base, name, "estimate", "total");
  if (!printed) {
    SXT_FAIL("%s is left out", id);
    return;
  }
  CHECK_NEAR(printed->v[V_ESTIMATE], number_at(t, "value_si", i), 1e-15);
  if (*reference) {
    const srow *row = referred(reference);
    if (!row || !beside) {
      SXT_FAIL("%s: no row %s", id, reference);
      return;
    }
    CHECK_NEAR(beside->v[V_ESTIMATE], row->v[V_ESTIMATE], 0);
    CHECK_NEAR(beside->v[V_SE], row->v[V_SE], 0);
    CHECK(isfinite(row->v[V_SE]));
  }
  if (*reason) {
    bool known = false;
    for (size_t k = 0; k < 3; k++) known = known || strcmp(reason, reasons[k]) == 0;
    CHECK(known);
    CHECK_STR(printed->quality, reason);
    CHECK(strlen(text_at(t, "reason_zh", i)) > 5 && strlen(text_at(t, "reason_en", i)) > 5);
    if (strcmp(reason, "contradiction") == 0 && !beside) SXT_FAIL("%s: no estimate beside the contradiction", id);
  } else if (beside) {
    const bool ok = agrees(t, i, beside);
    *compared += 1;
    *agreeing += ok;
    CHECK_STR(printed->quality, ok ? "agrees" : "differs");
  } else {
    SXT_FAIL("%s has neither an estimate nor a reason", id);
  }
}

static void published(void) {
  REQUIRE(ready());
  sx_table *t = read_table(STUDY "/published.csv");
  REQUIRE(t != NULL);
  size_t compared = 0, agreeing = 0, stored = 0;
  CHECK_INT(sx_table_rows(t), 200);
  for (size_t i = 0; i < sx_table_rows(t); i++) one_figure(t, i, &compared, &agreeing);
  for (size_t i = 0; i < base.n; i++) stored += strcmp(base.items[i].statistic, "published") == 0;
  CHECK_INT(stored, 200);
  CHECK_NEAR(value("published/compared", "count", "total"), (double)compared, 0);
  CHECK_NEAR(value("published/agreeing", "count", "total"), (double)agreeing, 0);
  CHECK(compared >= 150);
  if ((double)agreeing < 0.9 * (double)compared) SXT_FAIL("%zu of %zu agree: below 90%%", agreeing, compared);
  printf("%zu of %zu compared figures agree\n", agreeing, compared);
  sx_table_free(t);
}

/* The 200 are exactly those that the source prints from its own survey. */
static void none_left_out(void) {
  if (!sx_file_exists(TABLE_OF_PRINTED)) {
    printf("without the table of printed figures: %s is absent\n", TABLE_OF_PRINTED);
    return;
  }
  sx_table *all = read_table(TABLE_OF_PRINTED), *ours = read_table(STUDY "/published.csv");
  REQUIRE(all && ours);
  const sx_column *id = sx_table_find(ours, "id");
  REQUIRE(id != NULL && id->dict != NULL);
  size_t own = 0;
  for (size_t i = 0; i < sx_table_rows(all); i++) {
    if (strcmp(text_at(all, "doc", i), "000") != 0 || strcmp(text_at(all, "own_survey", i), "true") != 0) continue;
    const char *name = text_at(all, "id", i);
    const int32_t code = sx_dict_find(id->dict, name, strlen(name));
    own++;
    if (code < 0) {
      SXT_FAIL("%s is left out", name);
      continue;
    }
    size_t row = 0;
    while (id->data.code[row] != code) row++;
    const double theirs = number_at(all, "value_si", i), copied = number_at(ours, "value_si", row);
    if (!isnan(theirs)) CHECK_NEAR(copied, theirs, 1e-15);
  }
  CHECK_INT(own, sx_table_rows(ours));
  sx_table_free(all);
  sx_table_free(ours);
}

/* ---- the account ------------------------------------------------------------------------------------------------------- */

enum { MAX_NODES = 64 };
typedef struct tree {
  sx_doc *doc;
  const sx_node *nodes, *scopes;
} tree;

static const char *field(const sx_node *node, const char *key) {
  const sx_node *v = sx_node_get(node, key);
  return v && v->kind == SX_NODE_SCALAR ? v->text : NULL;
}

static double level_of(const char *id, const char *domain) {
  char name[120];
  snprintf(name, sizeof name, "spend/%s", id);
  return value(name, "level", domain);
}

static size_t rank(const sx_node *scopes, const char *scope) {
  for (size_t i = 0; i < scopes->n; i++) {
    if (strcmp(scopes->items[i]->text, scope) == 0) return i;
  }
  SXT_FAIL("unknown scope %s", scope);
  return scopes->n;
}

/* A leaf is population x penetration x spend, and its relative error is at most the sum of theirs. */
static void leaf(const sx_node *node) {
  const char *const parts[] = {field(node, "population"), field(node, "penetration"), field(node, "spend")};
  double product = 1, relative = 0;
  for (size_t k = 0; k < 3; k++) {
    const srow *row = parts[k] ? main_row(parts[k], "total") : NULL;
    REQUIRE(row != NULL);
    product *= row->v[V_ESTIMATE];
    relative += row->v[V_SE] / row->v[V_ESTIMATE];
  }
  char name[120];
  snprintf(name, sizeof name, "spend/%s", field(node, "id"));
  const srow *level = rows_find(&base, name, "level", "total");
  REQUIRE(level != NULL);
  /* what the node says of coverage and double counting works on the product */
  const sx_node *coverage = sx_node_get(node, "coverage"), *overlap = sx_node_get(node, "overlap");
  double adjusted = product;
  const sx_node *const adjustments[] = {coverage, overlap};
  for (size_t k = 0; k < 2; k++) {
    if (!adjustments[k]) continue;
    const double share = strtod(field(adjustments[k], "share"), NULL), se = strtod(field(adjustments[k], "se"), NULL);
    const double factor = k == 0 ? 1 / share : 1 - share;
    adjusted *= factor;
    relative += se / (k == 0 ? share : 1 - share);
    snprintf(name, sizeof name, "spend/%s_%s", field(node, "id"), k == 0 ? "coverage" : "overlap");
    CHECK_NEAR(value(name, "level", "total"), adjusted - product, 1e-10);
    CHECK_NEAR(value(name, "level_before", "total"), product, 1e-12);
  }
  CHECK_NEAR(level->v[V_ESTIMATE], adjusted, 1e-12);
  CHECK(level->v[V_SE] > 0 && level->v[V_SE] <= relative * adjusted);
}

static void sums(const tree *t, const sx_node *node) {
  const char *id = field(node, "id");
  double sum = 0, share = 0;
  size_t children = 0;
  char name[120];
  for (size_t i = 0; i < t->nodes->n; i++) {
    const sx_node *child = t->nodes->items[i];
    if (!field(child, "parent") || strcmp(field(child, "parent"), id) != 0) continue;
    snprintf(name, sizeof name, "spend/%s", field(child, "id"));
    sum += level_of(field(child, "id"), "total");
    share += value(name, "share_of_parent", "total");
    CHECK_NEAR(value(name, "share_of_parent", "total"), level_of(field(child, "id"), "total") / level_of(id, "total"),
               1e-12);
    children++;
  }
  if (children == 0) {
    leaf(node);
    return;
  }
  CHECK_NEAR(level_of(id, "total"), sum, 1e-12);
  CHECK_NEAR(share, 1, 1e-12);
}

/* In a scope a node holds the leaves below it whose own scope is no wider. */
static double in_scope(const tree *t, const char *id, size_t scope) {
  double sum = 0;
  bool parent = false;
  for (size_t i = 0; i < t->nodes->n; i++) {
    const sx_node *child = t->nodes->items[i];
    if (!field(child, "parent") || strcmp(field(child, "parent"), id) != 0) continue;
    parent = true;
    sum += in_scope(t, field(child, "id"), scope);
  }
  for (size_t i = 0; !parent && i < t->nodes->n; i++) {
    const sx_node *node = t->nodes->items[i];
    if (strcmp(field(node, "id"), id) != 0) continue;
    if (rank(t->scopes, field(node, "scope")) <= scope) sum = level_of(id, "total");
  }
  return sum;
}

static void account(void) {
  REQUIRE(ready());
  tree t = {NULL, NULL, NULL};
  REQUIRE_OK(sx_doc_read_yaml(&t.doc, NULL, STUDY "/study.yaml", err));
  const sx_node *spend = sx_node_get(sx_node_get(sx_doc_root(t.doc), "accounts"), "spend");
  t.nodes = sx_node_get(spend, "nodes");
  t.scopes = sx_node_get(spend, "scopes");
  REQUIRE(t.nodes && t.nodes->n > 10 && t.scopes && t.scopes->n == 3);
  const double total = level_of("total", "total"), benchmark = value("household_consumption", "formula", "total");
  CHECK_NEAR(benchmark, 1408280000.0 * 14309.0, 1e-12);
  for (size_t i = 0; i < t.nodes->n; i++) {
    const char *id = field(t.nodes->items[i], "id");
    char name[120];
    sums(&t, t.nodes->items[i]);
    snprintf(name, sizeof name, "spend/%s", id);
    CHECK_NEAR(value(name, "share_of_benchmark", "total"), level_of(id, "total") / benchmark, 1e-12);
    if (strcmp(id, "total") != 0)
      CHECK_NEAR(value(name, "share_of_total", "total"), level_of(id, "total") / total, 1e-12);
  }
  for (size_t k = 0; k < t.scopes->n; k++) {
    char domain[120];
    snprintf(domain, sizeof domain, "scope:%s", t.scopes->items[k]->text);
    CHECK_NEAR(level_of("total", domain), in_scope(&t, "total", k), 1e-12);
  }
  CHECK(level_of("total", "scope:narrow") < level_of("total", "scope:middle"));
  sx_doc_free(t.doc);
}

/* ---- every row ------------------------------------------------------------------------------------------------------------- */

/* A printed figure, or a count of them, of units in both waves, of tests: no estimate, so no error. */
/* What a consumer of a group spent: the group's amount over the group's consumers. */
static void per_consumer(void) {
  static const char *const domains[] = {"total", "z:1", "old:1", "rural:1", "urban:1"};
  REQUIRE(ready());
  for (size_t i = 0; i < sizeof domains / sizeof *domains; i++)
    CHECK_NEAR(main_value("spend_per_consumer", domains[i]),
               value("spend/total", "level", domains[i]) / main_value("consumers", domains[i]), 1e-9);
}

static bool outside(const srow *row) {
  if (strncmp(row->indicator, "waves/", 6) == 0) return true;
  if (strncmp(row->indicator, "agreed/", 7) == 0 && strcmp(row->statistic, "balanced") != 0 &&
      strcmp(row->statistic, "before") != 0) /* how far it moved, a test: numbers without an error */
    return isfinite(row->v[V_ESTIMATE]);
  return strcmp(row->method, "published") == 0 &&
         (strcmp(row->statistic, "published") == 0 || strcmp(row->statistic, "count") == 0 ||
          strcmp(row->statistic, "share") == 0);
}

/* The p value of a change: it has no error either. */
static bool is_p(const srow *row) {
  if (strncmp(row->statistic, "test_", 5) == 0) return isfinite(row->v[V_ESTIMATE]); /* F and its p */
  if (strncmp(row->statistic, "p_", 2) != 0) return false;
  const double p = row->v[V_ESTIMATE];
  if (!(p >= 0 && p <= 1) && !row->na_reason[0])
    SXT_FAIL("%s %s %s: p is %g, without a reason", row->indicator, row->statistic, row->domain, p);
  return true;
}

/* A figure of the wave before as it was published, or a count of units or tests. */
static bool is_known(const srow *row) {
  if (strcmp(row->method, "count") == 0) return row->v[V_ESTIMATE] >= 0;
  return strcmp(row->method, "published") == 0 && strstr(row->domain, "wave:") != NULL;
}

/* What a total becomes where an input moves has no error, and says so; the input has one. */
static bool sensitivity(const srow *row) {
  return strncmp(row->method, "sensitivity", 11) == 0 && strncmp(row->domain, "input:", 6) == 0;
}

static void one_row(const srow *row) {
  const double e = row->v[V_ESTIMATE], se = row->v[V_SE], low = row->v[V_LOW], high = row->v[V_HIGH];
  bool ok = isfinite(e) && isfinite(se) && se >= 0;
  if (!ok) {
    if (!row->na_reason[0])
      SXT_FAIL("%s %s %s: neither an error nor a reason", row->indicator, row->statistic, row->domain);
    return;
  }
  if (!isnan(low) || !isnan(high)) ok = low <= e && e <= high;
  if (strcmp(row->statistic, "difference") != 0) ok = ok && !isnan(low) && !isnan(high) && row->v[V_LEVEL] == 0.95;
  if (strcmp(row->statistic, "prop") == 0) ok = ok && low >= 0 && high <= 1 && row->n > 0;
  if (!isnan(row->v[V_CV])) ok = ok && fabs(row->v[V_CV] * fabs(e) - se) <= 1e-12 * se;
  if (!isnan(row->v[V_NEFF]))
    ok = ok && fabs(row->v[V_NEFF] * row->v[V_DEFF] - (double)row->n) <= 1e-9 * (double)row->n;
  if (!(row->v[V_DF] > 0)) ok = false;
  if (!ok)
    SXT_FAIL("%s %s %s: %g (se %g, %g to %g, df %g, cv %g, n %lld)", row->indicator, row->statistic, row->domain, e, se,
             low, high, row->v[V_DF], row->v[V_CV], (long long)row->n);
}

/* A gap is the difference of two stored rows. */
static void one_gap(const srow *row) {
  char to[120] = "total";
  const char *wave = strstr(row->domain, "wave:");
  if (strcmp(row->statistic, "gap_previous") == 0)
    snprintf(to, sizeof to, "wave:2024-S2");
  else if (row->statistic[3])
    snprintf(to, sizeof to, "%s:1", row->statistic + 4);
  if (wave)
    snprintf(to, sizeof to, "%s%s%s", row->statistic[3] ? row->statistic + 4 : "", row->statistic[3] ? ":1*" : "",
             wave);
  const double of = main_value(row->indicator, row->domain), from = main_value(row->indicator, to);
  if (!(fabs(row->v[V_ESTIMATE] - (of - from)) <= 1e-12 * fmax(fabs(of), fabs(from))))
    SXT_FAIL("%s %s %s: %g, not %g - %g", row->indicator, row->statistic, row->domain, row->v[V_ESTIMATE], of, from);
}

/* A cell of a banner table: a base, or an estimate with its error and no interval. */
static bool of_banner(const srow *row) {
  if (strncmp(row->indicator, "by_group_", 9) != 0) return false;
  const double e = row->v[V_ESTIMATE], se = row->v[V_SE];
  const bool bare = strncmp(row->statistic, "base_", 5) == 0, share = strcmp(row->statistic, "col_pct") == 0;
  const bool few = fewer() && row->n < 30; /* of all interviews no column is so small */
  if (!(e >= 0) || (bare ? !isnan(se) : !few && (!(se >= 0) || row->n < 30)) || (share && e > 1))
    SXT_FAIL("%s %s %s: %g (se %g, n %lld)", row->indicator, row->statistic, row->domain, e, se, (long long)row->n);
  return true;
}

/* The banner tables have the numbers of the indicators: the same people, by the same weights. */
static void banner_tables(void) {
  static const char use[] = "by_group_use/share(digital_consumer-short_video)",
                    money[] = "by_group_money/mean(amt_goods amt_takeaway amt_travel amt_transport)";
  static const struct {
    const char *row, *indicator, *domain;
  } same[] = {{"row:digital_consumer", "consumer_rate", "total"},
              {"row:digital_consumer*sex:female", "consumer_rate", "sex:female"},
              {"row:digital_consumer*age6:60+", "consumer_rate", "old:1"},
              {"row:genai", "genai", "total"},
              {"row:online_travel*residence:rural", "online_travel", "rural:1"}};
  size_t n = 0;
  REQUIRE(ready());
  for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
    const srow *cell = rows_find(&base, use, "col_pct", same[i].row);
    const srow *row = main_row(same[i].indicator, same[i].domain);
    if (!cell || !row) {
      SXT_FAIL("no row %s, or %s %s", same[i].row, same[i].indicator, same[i].domain);
      continue;
    }
    CHECK_NEAR(cell->v[V_ESTIMATE], row->v[V_ESTIMATE], 1e-12);
    CHECK_NEAR(cell->v[V_SE], row->v[V_SE], 1e-9);
  }
  CHECK(value(money, "mean", "row:amt_goods") > 0);
  for (size_t i = 0; i < base.n; i++) n += strncmp(base.items[i].indicator, "by_group_", 9) == 0;
  CHECK(n > 1000);
}

static void each_row(void) {
  REQUIRE(ready());
  size_t gaps = 0;
  CHECK(base.n > 1500);
  for (size_t i = 0; i < base.n; i++) {
    if (of_banner(&base.items[i])) continue;
    if (outside(&base.items[i]) || is_p(&base.items[i]) || is_known(&base.items[i])) continue;
    if (sensitivity(&base.items[i])) {
      CHECK(isfinite(base.items[i].v[V_ESTIMATE]) || base.items[i].na_reason[0]);
      continue;
    }
    one_row(&base.items[i]);
    if (strncmp(base.items[i].statistic, "gap", 3) == 0) {
      one_gap(&base.items[i]);
      gaps++;
    }
  }
  CHECK(gaps > 100);
}

/* ---- margins ------------------------------------------------------------------------------------------------------------------ */

/* The sum of `persons` over the rows whose column holds one of the levels (all where name is NULL). */
static double margin(const char *file, const char *name, const char *level, const char *or_level) {
  sx_table *t = read_table(file);
  double sum = 0;
  if (!t) return (double)NAN;
  for (size_t i = 0; i < sx_table_rows(t); i++) {
    const char *at = name ? text_at(t, name, i) : "";
    if (!name || strcmp(at, level) == 0 || (or_level && strcmp(at, or_level) == 0)) sum += number_at(t, "persons", i);
  }
  sx_table_free(t);
  return sum;
}

static void one_margin(const char *domain, double want) {
  const srow *row = main_row("sample", domain);
  REQUIRE(row != NULL);
  CHECK_NEAR(row->v[V_ESTIMATE], want, 1e-10);
  CHECK(rows_fixed(row)); /* nothing is left to chance in it */
}

static void margins(void) {
  REQUIRE(ready());
  static const char by_sex[] = STUDY "/data/margins_sex_age.csv",
                    by_place[] = STUDY "/data/margins_province_residence.csv";
  one_margin("total", margin(by_sex, NULL, NULL, NULL));
  one_margin("total", margin(by_place, NULL, NULL, NULL));
  one_margin("sex:male", margin(by_sex, "sex", "male", NULL));
  one_margin("sex:female", margin(by_sex, "sex", "female", NULL));
  one_margin("rural:1", margin(by_place, "residence", "rural", NULL));
  one_margin("urban:1", margin(by_place, "residence", "urban", NULL));
  one_margin("old:1", margin(by_sex, "age_class", "60-69", "70+"));
  one_margin("age:40-49", margin(by_sex, "age_class", "40-49", NULL));
  one_margin("age:6-19", margin(by_sex, "age_class", "6-14", "15-19"));
}

/* ---- the wave before -------------------------------------------------------------------------------------------------------- */

static void printed(const char *indicator, const char *statistic, double scale, double want) {
  CHECK_NEAR(round(value(indicator, statistic, "total") / scale) * scale, want, 1e-12);
}

/* What docs/methods/decompositions.md and balancing.md print. */
static void printed_in_docs(void) {
  printed("spend/total", "gap_previous", 1e8, 248.7e9);
  printed("spend/total", "effect_population_previous", 1e8, 104.9e9);
  printed("spend/total", "effect_penetration_previous", 1e8, -114.9e9);
  printed("spend/total", "effect_spend_previous", 1e8, 280.1e9);
  printed("spend/total", "effect_price_previous", 1e8, -21.3e9);
  printed("spend/total", "constant_growth_previous", 1e-3, 0.030);
  printed("agreed/all", "chi_square", 0.01, 2.54);
  printed("agreed/all", "p", 0.01, 0.47);
  CHECK_NEAR(round(100 * value("agreed/content_p", "moved_se", "province:44")) / 100, 0.64, 1e-12);
  CHECK_NEAR(round(rows_find(&base, "spend/total", "gap_previous", "total")->v[V_SE] / 1e8), 1149, 0);
  CHECK_NEAR(round(rows_find(&base, "spend/total", "constant_growth_previous", "total")->v[V_SE] * 1e3), 13, 0);
}

/* Provinces add up to the nation, which stays, and the parts to the total in each. */
static void balanced(void) {
  REQUIRE(ready());
  static const char *const of[] = {"total", "goods", "services", "content"};
  char id[60], spend[60];
  for (size_t k = 0; k < 4; k++) {
    double sum = 0;
    snprintf(id, sizeof id, "agreed/%s_p", of[k]);
    snprintf(spend, sizeof spend, "spend/%s", of[k]);
    for (size_t i = 0; i < base.n; i++)
      if (strcmp(base.items[i].indicator, id) == 0 && strcmp(base.items[i].statistic, "balanced") == 0)
        sum += base.items[i].v[V_ESTIMATE];
    CHECK_NEAR(sum, value(spend, "level", "total"), 1e-9);
    id[strlen(id) - 2] = '\0';
    CHECK_NEAR(value(id, "balanced", "total"), value(spend, "level", "total"), 1e-12);
  }
  for (size_t i = 0; i < base.n; i++) {
    const srow *row = &base.items[i];
    if (strcmp(row->indicator, "agreed/total_p") != 0 || strcmp(row->statistic, "balanced") != 0) continue;
    CHECK_NEAR(row->v[V_ESTIMATE],
               value("agreed/goods_p", "balanced", row->domain) + value("agreed/services_p", "balanced", row->domain) +
                   value("agreed/content_p", "balanced", row->domain),
               1e-9);
  }
}

/* Contributions and effects of the change since the wave before add up to 1e-12 of the total. */
static void change_adds_up(void) {
  REQUIRE(ready());
  static const char *const of[] = {"population", "penetration", "spend", "price", "adjustment"};
  const double whole = value("spend/total", "level", "total");
  double effects = 0, parts = 0, leaves = 0;
  char statistic[60];
  for (size_t k = 0; k < 5; k++) {
    snprintf(statistic, sizeof statistic, "effect_%s_previous", of[k]);
    effects += value("spend/total", statistic, "total");
  }
  static const char *const nodes[] = {"spend/goods", "spend/services", "spend/content"};
  for (size_t k = 0; k < 3; k++) {
    parts += value(nodes[k], "contribution_previous", "total");
    leaves += value(nodes[k], "gap_previous", "total");
  }
  const double gap = value("spend/total", "gap_previous", "total");
  CHECK(fabs(effects - gap) <= 1e-12 * whole);
  CHECK(fabs(leaves - gap) <= 1e-12 * whole);
  CHECK(fabs(parts - value("spend/total", "growth_previous", "total")) <= 1e-12);
}

/* The model moves internet users from 1,108 to 1,123 million and leaves micro-drama as it is; what docs/methods/waves.md prints. */
static void waves(void) {
  REQUIRE(ready());
  const srow *users = rows_find(&base, "netizens", "change", "total"),
             *drama = rows_find(&base, "micro_drama", "change", "total"),
             *p = rows_find(&base, "micro_drama", "p_change", "total");
  REQUIRE(users && drama && p);
  CHECK(fabs(users->v[V_ESTIMATE] - 15e6) < 3 * users->v[V_SE]);
  CHECK(fabs(drama->v[V_ESTIMATE]) < 3 * drama->v[V_SE]);
  if (!fewer()) {
    CHECK_NEAR(round(users->v[V_ESTIMATE] / 1e5) / 10, 16.5, 1e-12);
    CHECK_NEAR(round(users->v[V_SE] / 1e5) / 10, 4.1, 1e-12);
    CHECK_NEAR(round(drama->v[V_ESTIMATE] * 1e3) / 10, -0.2, 1e-12);
    CHECK_NEAR(round(drama->v[V_SE] * 1e3) / 10, 0.5, 1e-12);
    CHECK(p->v[V_ESTIMATE] == 1);
    CHECK_NEAR(value("waves/change", "units", "total"), 9002, 0);
    printed_in_docs();
  }
  CHECK_NEAR(users->v[V_ESTIMATE], value("netizens", "total", "total") - value("netizens", "total", "wave:2024-S2"),
             1e-12);
  /* the covariance of the 30% of persons in both is taken off */
  const double apart = hypot(rows_find(&base, "genai", "prop", "total")->v[V_SE],
                             rows_find(&base, "genai", "prop", "wave:2024-S2")->v[V_SE]);
  CHECK(rows_find(&base, "genai", "change", "total")->v[V_SE] < apart);
}

/* ---- the order of rows ---------------------------------------------------------------------------------------------------------- */

static void permute(void *data, size_t size, const size_t *order, size_t n) {
  unsigned char *bytes = data, *old = data ? malloc(n * size) : NULL;
  if (!old) return;
  memcpy(old, bytes, n * size);
  for (size_t i = 0; i < n; i++) memcpy(bytes + i * size, old + order[i] * size, size);
  free(old);
}

/* The interviews of the first run in another order. */
static bool write_shuffled(void) {
  char from[700], to[700];
  sx_error err = SX_ERROR_INIT;
  sx_table *t = NULL;
  snprintf(from, sizeof from, "%s/one/interviews.sav", home);
  snprintf(to, sizeof to, "%s/shuffled/interviews.sav", home);
  sx_status status = sx_io_read(&t, NULL, from, NULL, &err);
  const size_t n = status == SX_OK ? sx_table_rows(t) : 0;
  size_t *order = calloc(n + 1, sizeof *order);
  uint64_t draw = 88172645463325252u;
  for (size_t i = 0; order && i < n; i++) { /* inside-out shuffle, xorshift64 */
    draw ^= draw << 13;
    draw ^= draw >> 7;
    draw ^= draw << 17;
    const size_t j = (size_t)(draw % (i + 1));
    order[i] = order[j];
    order[j] = i;
  }
  for (size_t k = 0; order && t && k < sx_table_columns(t); k++) {
    sx_column *c = (sx_column *)(uintptr_t)sx_table_get(t, k);
    permute(c->data.f64, c->type == SX_TEXT || c->type == SX_CATEGORY ? 4 : 8, order, n);
    permute(c->miss, 1, order, n);
  }
  if (status == SX_OK) status = sx_io_write(t, to, &err);
  if (status != SX_OK) SXT_FAIL("%s: %s", err.where, err.message);
  sx_table_free(t);
  free(order);
  return status == SX_OK;
}

static void shuffled(void) {
  rows r;
  double worst = 0;
  char command[1300];
  REQUIRE(ready());
  snprintf(command, sizeof command, "cp -r '%s/one' '%s/shuffled' && rm -r '%s/shuffled/out'", home, home, home);
  REQUIRE(shell(command) && write_shuffled());
  REQUIRE(run("shuffled", 2, NULL, NULL) && read_rows(&r, "shuffled"));
  CHECK_INT(rows_differ(&base, &r, 1e-12, &worst), 0);
  CHECK(worst > 0); /* the sums did run in another order */
  printf("largest relative difference after shuffling %.3g\n", worst);
  rows_free(&r);
}

static void again(void) {
  size_t reused = 0, steps = 0;
  REQUIRE(ready());
  REQUIRE(run("one", 1, &reused, &steps));
  CHECK(steps > 200);
  CHECK_INT(reused, steps);
}

/* ---- the pages ---------------------------------------------------------------------------------------------------------------- */

static char *page(const char *lang) {
  char path[700];
  char *text = NULL;
  size_t n = 0;
  sx_error err = SX_ERROR_INIT;
  snprintf(path, sizeof path, "%s/one/out/report.%s.html", home, lang);
  if (sx_file_read(&text, &n, NULL, path, &err) != SX_OK) SXT_FAIL("%s: %s", err.where, err.message);
  return text;
}

/* The character at s as a code point; three and four byte forms only matter here. */
static bool is_han(const unsigned char *s) {
  uint32_t c = 0;
  if ((s[0] & 0xf0) == 0xe0) c = (uint32_t)(s[0] & 15) << 12 | (uint32_t)(s[1] & 63) << 6 | (s[2] & 63u);
  if ((s[0] & 0xf8) == 0xf0)
    c = (uint32_t)(s[0] & 7) << 18 | (uint32_t)(s[1] & 63) << 12 | (uint32_t)(s[2] & 63) << 6 | (s[3] & 63u);
  return c == 0x3005 || c == 0x3007 || (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff) ||
         (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff);
}

/* What may be Chinese in the English page: the word that leads to the Chinese page, marked lang="zh-CN". */
static bool may_be_chinese(const char *open, const char *at) {
  static const char link[] = "<a lang=\"zh-CN\" hreflang=\"zh-CN\" href=\"report.zh.html\">";
  return strncmp(open, link, sizeof link - 1) == 0 && at - open < (ptrdiff_t)sizeof link + 6;
}

static void english_page(void) {
  REQUIRE(ready());
  char *text = page("en");
  REQUIRE(text != NULL);
  const char *open = text;
  size_t marked = 0, wrong = 0;
  for (const char *s = text; *s; s++) {
    if (*s == '<') open = s;
    if (!is_han((const unsigned char *)s)) continue;
    if (may_be_chinese(open, s)) {
      marked++;
    } else if (++wrong <= 5) {
      SXT_FAIL("Chinese in the English page: %.60s", s);
    }
  }
  CHECK_INT(wrong, 0);
  CHECK_INT(marked, 2); /* the link, and nothing else */
  CHECK(strstr(text, "Synthetic data") != NULL);
  CHECK(strstr(text, "no one was") != NULL);
  CHECK(strstr(text, "Agreement therefore tests the software, not the world") != NULL);
  CHECK(strstr(text, "{{") == NULL && strstr(text, "NaN") == NULL && strstr(text, ">nan<") == NULL);
  sx_mem_free(NULL, text);
}

static void chinese_page(void) {
  REQUIRE(ready());
  char *text = page("zh");
  REQUIRE(text != NULL);
  CHECK(strstr(text, "合成数据") != NULL);
  CHECK(strstr(text, "没有真实的受访者") != NULL);
  CHECK(strstr(text, "{{") == NULL && strstr(text, "NaN") == NULL && strstr(text, ">nan<") == NULL);
  CHECK(strstr(base.synthetic, "digital-consumption-2025h1; seed 20250630") != NULL); /* the run itself is marked */
  sx_mem_free(NULL, text);
}

/* All 200 stand in both pages' table, each with its verdict in words. */
static void table_of_figures(void) {
  REQUIRE(ready());
  static const struct {
    const char *lang, *words[5];
  } pages[] = {{"zh", {"相符", "不符", "设计事实", "需上一期调查", "与总体或其他数字矛盾"}},
               {"en",
                {"agrees", "differs", "fact of the design", "needs the previous wave",
                 "contradicts the population or another figure"}}};
  for (size_t p = 0; p < 2; p++) {
    char *text = page(pages[p].lang);
    size_t n = 0;
    REQUIRE(text != NULL);
    for (size_t k = 0; k < 5; k++) {
      char cell[120];
      snprintf(cell, sizeof cell, ">%s", pages[p].words[k]);
      for (const char *s = text; (s = strstr(s, cell)) != NULL; s++) {
        const char *next = s + strlen(cell);
        n += *next == '<' || *next == ':' || strncmp(next, "：", 3) == 0;
      }
    }
    if (n < 200) SXT_FAIL("report.%s.html prints %zu verdicts, not 200", pages[p].lang, n);
    sx_mem_free(NULL, text);
  }
}

static void clean(void) {
  char command[500];
  snprintf(command, sizeof command, "rm -rf '%s'", home);
  rows_free(&base);
  if (home[0]) shell(command);
}

static const sxt_case *the_cases(size_t *n) {
  static const sxt_case cases[] = {SXT_CASE(published),    SXT_CASE(none_left_out),    SXT_CASE(account),
                                   SXT_CASE(per_consumer), SXT_CASE(each_row),         SXT_CASE(margins),
                                   SXT_CASE(waves),        SXT_CASE(change_adds_up),   SXT_CASE(balanced),
                                   SXT_CASE(again),        SXT_CASE(shuffled),         SXT_CASE(english_page),
                                   SXT_CASE(chinese_page), SXT_CASE(table_of_figures), SXT_CASE(banner_tables)};
  *n = sizeof cases / sizeof *cases;
  return cases;
}

int main(int argc, char **argv) {
  const char *build = getenv("SX_BUILD");
  size_t n = 0;
  int bad = 0;
  const sxt_case *cases = the_cases(&n);
  snprintf(home, sizeof home, "%s/study-digital-%ld", build ? build : "/tmp", (long)getpid());
  for (size_t i = 0; i < n; i++) {
    if (argc > 1 && strcmp(argv[1], cases[i].name) != 0) continue;
    const int before = sxt_failures;
    cases[i].run();
    if (sxt_failures != before) {
      fprintf(stderr, "FAILED %s\n", cases[i].name);
      bad++;
    }
  }
  clean();
  return bad != 0;
}
