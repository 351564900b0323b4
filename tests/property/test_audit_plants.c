/* Planting: 200 copies of a set of figures with 1 to 5 altered values each (a digit swapped, a unit dropped, per cent for point, a stale
 * wave). Of the plants that any identity can see at least 95% must be found, and no untouched identity may turn. What can be seen is
 * decided by brute force here, in doubles, from the identities' formulas as text: no code of the audit's engine takes part.
 *
 * On studies/audit-example, whose figures agree, and on studies/published-figures where it is there. `test_audit_plants DIR` takes
 * another set. */
#include "sxt.h"

#include "shuxiao/audit.h"

#ifdef SX_SANITIZED
enum { COPIES = 40 }; /* ten times slower there; plain builds make all 200. Printed with the results */
#else
enum { COPIES = 200 };
#endif
enum { MAX_PLANTS = 5, MAX_FIGURES = 4000, MAX_CORNERS = 12 };

static uint64_t random_state = 20250630;
static uint64_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state >> 11;
}

/* ---- the oracle: intervals and formulas in doubles ------------------------------------------------------------------ */

typedef struct printed {
  char value[32], unit[32];
  double low, high;
} printed;

static double unit_scale(const char *unit) {
  static const struct {
    const char *text;
    double scale;
  } scales[] = {{"万亿", 1e12}, {"亿", 1e8}, {"百万", 1e6},  {"万", 1e4},  {"百分点", 0.01},
                {"%", 0.01},    {"年", 12},  {"小时", 3600}, {"分钟", 60}, {"天", 86400}};
  for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
    if (strncmp(unit, scales[i].text, strlen(scales[i].text)) == 0) return scales[i].scale;
  }
  return 1;
}

/* Only for words and counts as they are in the file: an altered figure keeps them, so the ratio to the printed ends is kept too. */
static void set_interval(printed *p, const sx_audit_figure *f) {
  const double scale = unit_scale(p->unit), v = strtod(p->value, NULL) * scale;
  double u = scale;
  for (int d = 0; d < f->decimals; d++) u /= 10;
  if (f->decimals == 0 && !f->zeros_printed) {
    for (long long n = llabs(strtoll(p->value, NULL, 10)); n && n % 10 == 0; n /= 10) u *= 10;
  }
  p->low = f->count ? v : v - u / 2;
  p->high = f->count ? v : v + u / 2;
}

typedef struct reader {
  const char *at;
  const sx_audit *audit;
  const double *x; /* [figures] */
} reader;

static double sum(reader *r);

static void blanks(reader *r) {
  while (*r->at == ' ') r->at++;
}

static double atom(reader *r) {
  blanks(r);
  if (*r->at == '-') {
    r->at++;
    return -atom(r);
  }
  double v = 0;
  if (*r->at == '(') {
    r->at++;
    v = sum(r);
    blanks(r);
    r->at++;
  } else if (*r->at >= '0' && *r->at <= '9') {
    char *end;
    v = strtod(r->at, &end);
    r->at = end;
    if (*r->at == '%') {
      v /= 100;
      r->at++;
    }
  } else {
    const size_t n = strcspn(r->at, " +-*/^()=<>");
    for (size_t i = 0; i < sx_audit_figures(r->audit); i++) {
      const char *id = sx_audit_figure_at(r->audit, i)->id;
      if (strlen(id) == n && strncmp(id, r->at, n) == 0) v = r->x[i];
    }
    r->at += n;
  }
  blanks(r);
  if (*r->at == '^') {
    r->at++;
    v = pow(v, atom(r));
  }
  return v;
}

static double product(reader *r) {
  double v = atom(r);
  for (blanks(r); *r->at == '*' || *r->at == '/'; blanks(r)) {
    const char op = *r->at++;
    const double w = atom(r);
    v = op == '*' ? v * w : v / w;
  }
  return v;
}

static double sum(reader *r) {
  double v = product(r);
  for (blanks(r); *r->at == '+' || *r->at == '-'; blanks(r)) {
    const char op = *r->at++;
    const double w = product(r);
    v = op == '+' ? v + w : v - w;
  }
  return v;
}

/* left - right of one relation of a chain. */
static double residual(const sx_audit *audit, const char *left, const char *right, const double *x, double *size) {
  reader a = {left, audit, x}, b = {right, audit, x};
  const double l = sum(&a), r = sum(&b);
  *size = fmax(fabs(l), fabs(r));
  return l - r;
}

typedef enum sight { HOLDS, VIOLATED, ON_THE_LINE } sight;

/* One relation over all corners of its figures: monotone in each figure, so the corners have the extremes. */
static sight look(const sx_audit *audit, const sx_audit_identity *identity, const printed *p, const char *left,
                  const char *right, char op) {
  double x[MAX_FIGURES], least = HUGE_VAL, most = -HUGE_VAL, scale = 0;
  if (identity->n_figures > MAX_CORNERS) return ON_THE_LINE;
  for (unsigned corner = 0; corner < 1U << identity->n_figures; corner++) {
    for (size_t k = 0; k < identity->n_figures; k++) {
      const size_t f = identity->figures[k];
      x[f] = corner >> k & 1 ? p[f].high : p[f].low;
    }
    double size;
    const double r = residual(audit, left, right, x, &size);
    if (isnan(r)) return ON_THE_LINE;
    least = fmin(least, r);
    most = fmax(most, r);
    scale = fmax(scale, size);
  }
  const double line = 1e-9 * scale;
  const bool above = least > line, below = most < -line;
  if ((op == '=' && (above || below)) || (op == '<' && above) || (op == '>' && below)) return VIOLATED;
  if ((op == '=' && (fabs(least) <= line || fabs(most) <= line)) || (op == '<' && fabs(least) <= line) ||
      (op == '>' && fabs(most) <= line))
    return ON_THE_LINE;
  return HOLDS;
}

/* A difference of two per cents is in points: printed in per cent it is wrong whatever the number. */
static bool wrong_unit(const sx_audit_identity *identity, const printed *p) {
  if (strcmp(identity->kind, "gap") != 0 && strcmp(identity->kind, "change") != 0) return false;
  return strcmp(p[identity->figures[0]].unit, "%") == 0 && strcmp(p[identity->figures[1]].unit, "%") == 0;
}

static sight see(const sx_audit *audit, const sx_audit_identity *identity, const printed *p) {
  const char *piece[64];
  char ops[64], text[4096];
  size_t n = 0;
  sight worst = HOLDS;
  if (wrong_unit(identity, p)) return VIOLATED;
  snprintf(text, sizeof text, "%s", identity->formula);
  piece[n++] = text;
  for (char *c = text; *c && n < 64; c++) {
    if ((*c == '=' || *c == '<' || *c == '>') && c[1] == '=') {
      ops[n] = *c;
      *c = '\0';
      piece[n++] = c + 2;
      c++;
    }
  }
  for (size_t i = 0; i < n; i++) { /* all pairs of a chain */
    for (size_t k = i + 1; k < n; k++) {
      const sight s = look(audit, identity, p, piece[i], piece[k], ops[k]);
      if (s == VIOLATED) return VIOLATED;
      if (s == ON_THE_LINE) worst = s;
    }
  }
  return worst;
}

/* ---- plants ------------------------------------------------------------------------------------------------------------ */

static bool swap_digit(char *value) {
  const size_t n = strlen(value);
  for (int attempt = 0; n > 1 && attempt < 20; attempt++) {
    size_t i = (size_t)(next_random() % (n - 1)), k = i + 1;
    if (value[k] == '.') k++;
    if (k >= n || value[i] < '0' || value[i] > '9' || value[k] < '0' || value[k] > '9' || value[i] == value[k])
      continue;
    const char c = value[i];
    value[i] = value[k];
    value[k] = c;
    return true;
  }
  return false;
}

static bool drop_unit(char *unit) {
  static const char *const scales[] = {"万亿", "亿", "万"};
  for (size_t i = 0; i < 3; i++) {
    const size_t n = strlen(scales[i]);
    if (strncmp(unit, scales[i], n) == 0 && unit[n]) {
      memmove(unit, unit + n, strlen(unit + n) + 1);
      return true;
    }
  }
  if (strcmp(unit, "%") != 0) return false;
  unit[0] = '\0';
  return true;
}

static bool per_cent_for_point(printed *p) {
  if (strcmp(p->unit, "百分点") != 0) return false;
  snprintf(p->unit, sizeof p->unit, "%%");
  return true;
}

static bool stale(printed *p, const sx_audit *audit, size_t f) {
  const sx_audit_figure *a = sx_audit_figure_at(audit, f);
  for (size_t i = 0; i < sx_audit_figures(audit); i++) {
    const sx_audit_figure *b = sx_audit_figure_at(audit, i);
    if (i == f || strcmp(a->indicator, b->indicator) != 0 || strcmp(a->population, b->population) != 0 ||
        strcmp(a->category, b->category) != 0 || strcmp(a->unit, b->unit) != 0 || strcmp(a->period, b->period) == 0 ||
        strcmp(a->comparison, b->comparison) != 0 || a->decimals != b->decimals || !*a->indicator || !*b->value)
      continue;
    snprintf(p->value, sizeof p->value, "%s", b->value);
    return strcmp(a->value, b->value) != 0;
  }
  return false;
}

static bool plant(printed *p, const sx_audit *audit, size_t f) {
  const sx_audit_figure *figure = sx_audit_figure_at(audit, f);
  const bool worded = *figure->qualifier && strcmp(figure->qualifier, "exact") != 0;
  if (figure->added || worded || !*figure->value) return false;
  const printed kept = *p;
  bool done = false;
  switch (next_random() % 4) {
  case 0:
    done = swap_digit(p->value);
    break;
  case 1:
    done = drop_unit(p->unit);
    break;
  case 2:
    done = per_cent_for_point(p);
    break;
  default:
    done = stale(p, audit, f);
    break;
  }
  if (!done) *p = kept;
  return done;
}

/* ---- a set ---------------------------------------------------------------------------------------------------------------- */

typedef struct set {
  char *yaml, name[512];
  sx_audit *audit;
  sx_audit_report *report;
  printed *p;
  size_t n;
  size_t planted, visible, found, in_explanation, turned, groups;
} set;

static void field(sx_buf *out, const char *text) {
  sx_csv_field(out, text);
  sx_buf_add_char(out, ',');
}

static void write_csv(sx_buf *out, const set *s) {
  sx_buf_add(out, "id,value,unit,qualifier,period,base,indicator,decimals,kind,zeros\n");
  for (size_t i = 0; i < s->n; i++) {
    const sx_audit_figure *f = sx_audit_figure_at(s->audit, i);
    if (f->added) continue;
    field(out, f->id);
    field(out, s->p[i].value);
    field(out, s->p[i].unit);
    field(out, f->qualifier);
    field(out, f->period);
    field(out, f->base);
    field(out, f->indicator);
    sx_buf_printf(out, "%d,%s,%s\n", f->decimals, f->count ? "count" : "", f->zeros_printed ? "printed" : "");
  }
}

static bool contains(const size_t *figures, size_t n, size_t f) {
  for (size_t i = 0; i < n; i++) {
    if (figures[i] == f) return true;
  }
  return false;
}

/* Is figure f in an identity or a group that fails? */
static bool is_found(const sx_audit *audit, const sx_audit_report *report, size_t f) {
  for (size_t i = 0; i < sx_audit_identities(audit); i++) {
    const sx_audit_identity *identity = sx_audit_identity_at(audit, i);
    if (sx_audit_finding_at(report, i)->verdict == SX_AUDIT_CONTRADICTS &&
        contains(identity->figures, identity->n_figures, f))
      return true;
  }
  for (size_t g = 0; g < sx_audit_groups(report); g++) {
    const sx_audit_group *group = sx_audit_group_at(report, g);
    for (size_t i = 0; i < group->n_identities; i++) {
      const sx_audit_identity *identity = sx_audit_identity_at(audit, group->identities[i]);
      if (contains(identity->figures, identity->n_figures, f)) return true;
    }
  }
  return false;
}

static void compare(set *s, const sx_audit *audit, const sx_audit_report *report, const size_t *plants, size_t n) {
  for (size_t i = 0; i < sx_audit_identities(audit); i++) {
    const sx_audit_identity *identity = sx_audit_identity_at(audit, i);
    bool touched = false;
    for (size_t k = 0; k < n; k++) touched = touched || contains(identity->figures, identity->n_figures, plants[k]);
    if (!touched && sx_audit_finding_at(report, i)->verdict != sx_audit_finding_at(s->report, i)->verdict) {
      s->turned++;
      SXT_FAIL("%s: untouched, and another verdict", identity->id);
    }
  }
  size_t n_explanation;
  const size_t *explanation = sx_audit_explanation(report, &n_explanation, NULL, NULL);
  for (size_t k = 0; k < n; k++) {
    bool visible = false;
    for (size_t i = 0; i < sx_audit_identities(audit) && !visible; i++) {
      const sx_audit_identity *identity = sx_audit_identity_at(audit, i);
      if (!contains(identity->figures, identity->n_figures, plants[k]) || *identity->unstated ||
          sx_audit_finding_at(s->report, i)->verdict != SX_AUDIT_AGREES)
        continue;
      visible = see(audit, identity, s->p) == VIOLATED;
    }
    s->planted++;
    if (!visible) continue;
    s->visible++;
    if (is_found(audit, report, plants[k])) {
      s->found++;
    } else {
      fprintf(stderr, "not found: %s %s %s\n", sx_audit_figure_at(audit, plants[k])->id, s->p[plants[k]].value,
              s->p[plants[k]].unit);
    }
    s->in_explanation += contains(explanation, n_explanation, plants[k]);
  }
}

static void restore(set *s) {
  for (size_t i = 0; i < s->n; i++) {
    const sx_audit_figure *f = sx_audit_figure_at(s->audit, i);
    snprintf(s->p[i].value, sizeof s->p[i].value, "%s", f->value);
    snprintf(s->p[i].unit, sizeof s->p[i].unit, "%s", f->unit);
    s->p[i].low = f->low;
    s->p[i].high = f->high;
  }
}

/* A figure whose unit was dropped beside ones that have one is refused with its name and line: it is found, and the rest is looked at with
 * its unit back. False: refused for anything else. */
static bool refused(set *s, size_t *plants, size_t *n, const sx_error *err) {
  char want[80];
  for (size_t k = 0; k < *n; k++) {
    const sx_audit_figure *f = sx_audit_figure_at(s->audit, plants[k]);
    snprintf(want, sizeof want, "'%s' has no unit", f->id);
    if (s->p[plants[k]].unit[0] || !strstr(err->message, want) || !strstr(err->where, "audit.yaml:")) continue;
    snprintf(s->p[plants[k]].unit, sizeof s->p[plants[k]].unit, "%s", f->unit);
    snprintf(s->p[plants[k]].value, sizeof s->p[plants[k]].value, "%s", f->value);
    s->p[plants[k]].low = f->low;
    s->p[plants[k]].high = f->high;
    plants[k] = plants[--*n];
    s->planted++;
    s->visible++;
    s->found++;
    s->in_explanation++;
    return true;
  }
  return false;
}

static void one_copy(set *s) {
  size_t plants[MAX_PLANTS], n = 0, want = 1 + (size_t)(next_random() % MAX_PLANTS);
  sx_audit *audit = NULL;
  sx_audit_report *report = NULL;
  sx_buf csv;
  restore(s);
  for (int attempt = 0; n < want && attempt < 1000; attempt++) {
    const size_t f = (size_t)(next_random() % s->n);
    if (contains(plants, n, f) || !plant(&s->p[f], s->audit, f)) continue;
    set_interval(&s->p[f], sx_audit_figure_at(s->audit, f));
    plants[n++] = f;
  }
  sx_buf_init(&csv, NULL);
  sx_status status = SX_OK;
  sx_error why = SX_ERROR_INIT;
  do {
    sx_buf_reset(&csv);
    write_csv(&csv, s);
    status = sx_audit_load_memory(&audit, NULL, s->name, s->yaml, strlen(s->yaml), csv.data, csv.n, &why);
  } while (status != SX_OK && refused(s, plants, &n, &why));
  if (status != SX_OK) SXT_FAIL("%s: %s", why.where, why.message);
  if (audit) CHECK_OK(sx_audit_run(&report, audit, NULL, err));
  if (report) compare(s, audit, report, plants, n);
  sx_audit_report_free(report);
  sx_audit_free(audit);
  sx_buf_clear(&csv);
}

static void run_set(const char *folder) {
  set s = {.n = 0};
  size_t bytes;
  snprintf(s.name, sizeof s.name, "%s/audit.yaml", folder);
  REQUIRE_OK(sx_file_read(&s.yaml, &bytes, NULL, s.name, err));
  REQUIRE_OK(sx_audit_load(&s.audit, NULL, s.name, err));
  REQUIRE_OK(sx_audit_run(&s.report, s.audit, NULL, err));
  s.n = sx_audit_figures(s.audit);
  REQUIRE(s.n <= MAX_FIGURES);
  s.p = calloc(s.n, sizeof *s.p);
  REQUIRE(s.p != NULL);
  for (int copy = 0; copy < COPIES; copy++) one_copy(&s);
  printf("%s: %d copies, %zu plants, %zu visible, %zu found (%.1f%%), %zu in the explanation, %zu untouched identities "
         "turned\n",
         folder, COPIES, s.planted, s.visible, s.found, 100.0 * (double)s.found / (double)s.visible, s.in_explanation,
         s.turned);
  CHECK(s.visible > COPIES / 2);
  CHECK((double)s.found >= 0.95 * (double)s.visible);
  CHECK_INT(s.turned, 0);
  free(s.p);
  sx_audit_report_free(s.report);
  sx_audit_free(s.audit);
  sx_mem_free(NULL, s.yaml);
}

static void example(void) {
  run_set("studies/audit-example");
}

static void published(void) {
  if (sx_file_exists("studies/published-figures/audit.yaml")) run_set("studies/published-figures");
}

int main(int argc, char **argv) {
  if (argc > 1) {
    run_set(argv[1]);
  } else {
    example();
    published();
  }
  return sxt_failures != 0;
}
