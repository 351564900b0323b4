/* study_names.c: finding parts by name, domains, operands of formulas, references, paths, units. */
#include "study_balance.h"
#include "study_kind.h"
#include "study_names.h"
#include "study_waves.h"

#include <stdio.h>
#include <string.h>

/* ---- finding ------------------------------------------------------------------------------------------------ */

/* Most ids of a list are told apart by their first letters, without a look at their ends. */
static bool same(const char *id, const char *text, size_t n) {
  size_t i = 0;
  while (id && i < n && id[i] && id[i] == text[i]) i++;
  return id && i == n && !id[i];
}

#define FINDER(function, type, array, count)                                                                           \
  size_t function(const sx_study *s, const char *id, size_t n) {                                                       \
    for (size_t i = 0; i < s->count; i++) {                                                                            \
      const type *item = &s->array[i];                                                                                 \
      if (same(item->id, id, n)) return i;                                                                             \
    }                                                                                                                  \
    return ST_NONE;                                                                                                    \
  }
FINDER(study__find_group, st_group, groups, n_groups)
FINDER(study__find_indicator, st_indicator, indicators, n_indicators)
FINDER(study__find_account, st_account, accounts, n_accounts)
#undef FINDER

size_t study__find_table(const sx_study *s, const char *id) {
  for (size_t i = 0; i < s->n_tables; i++) {
    if (strcmp(s->tables[i].id, id) == 0) return i;
  }
  return ST_NONE;
}

size_t study__find_derived(const sx_study *s, const char *id) {
  for (size_t i = 0; i < s->n_derived; i++) {
    if (strcmp(s->derived[i].id, id) == 0) return i;
  }
  return ST_NONE;
}

size_t study__find_benchmark(const sx_study *s, const char *id) {
  for (size_t i = 0; i < s->n_benchmarks; i++) {
    if (strcmp(s->benchmarks[i].id, id) == 0) return i;
  }
  return ST_NONE;
}

/* What stands behind the name of the domain at the beginning of text, "" where it is the whole text; NULL: it does not begin so. */
static const char *behind_domain(const sx_study *s, const st_domain *d, const char *text) {
  for (size_t i = 0; i < d->n; i++) {
    const char *const parts[] = {i ? "*" : "", s->groups[d->terms[i].group].id, d->terms[i].level ? ":" : "",
                                 d->terms[i].level ? d->terms[i].level : ""};
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
      const size_t n = strlen(parts[k]);
      if (strncmp(text, parts[k], n) != 0) return NULL;
      text += n;
    }
  }
  return text;
}

bool study__domain_is(const sx_study *s, const st_domain *d, const char *name) {
  const char *rest = behind_domain(s, d, name);
  return rest && !*rest;
}

bool study__benchmark_has(const st_benchmark *b, const st_domain *d, const sx_study *s) {
  bool open = false; /* some term stands for every level */
  for (size_t i = 0; i < d->n; i++) open = open || (s->groups[d->terms[i].group].by && !d->terms[i].level);
  for (size_t i = 0; i < b->n_by; i++) {
    const char *rest = behind_domain(s, d, b->by[i].domain);
    if (rest && (!*rest || (open && d->n == 1 && *rest == ':'))) return true;
  }
  return false;
}

bool study__benchmark_in(const st_benchmark *b, const char *domain) {
  for (size_t i = 0; i < b->n_by; i++) {
    if (strcmp(b->by[i].domain, domain) == 0) return true;
  }
  return false;
}

enum { MAX_DEPTH = 32 }; /* of formulas of formulas; circles are told elsewhere */

static bool formula_in(const sx_study *s, const st_formula *f, const st_domain *d, const char *name, int depth) {
  bool in = depth < MAX_DEPTH;
  for (size_t i = 0; i < f->n && in; i++) {
    const st_operand *op = &f->operands[i];
    if (op->kind == ST_OPERAND_BENCHMARK && !op->fixed) {
      const st_benchmark *b = &s->benchmarks[op->index];
      in = name ? study__benchmark_in(b, name) : study__benchmark_has(b, d, s);
    }
    if (op->kind == ST_OPERAND_INDICATOR && !op->fixed && study__is_formula(&s->indicators[op->index]))
      in = formula_in(s, &s->indicators[op->index].formula, d, name, depth + 1);
  }
  return in;
}

bool study__formula_in(const sx_study *s, const st_formula *f, const char *domain) {
  return formula_in(s, f, NULL, domain, 0);
}

bool study__formula_has(const sx_study *s, const st_formula *f, const st_domain *d) {
  return formula_in(s, f, d, NULL, 0);
}

size_t study__find_node(const st_account *a, const char *id) {
  for (size_t i = 0; i < a->n_nodes; i++) {
    if (a->nodes[i].id && strcmp(a->nodes[i].id, id) == 0) return i;
  }
  return ST_NONE;
}

static size_t count_of(const sx_study *s, char kind) {
  switch (kind) {
  case 'd':
    return s->n_derived;
  case 'b':
    return s->n_benchmarks;
  case 'g':
    return s->n_groups;
  case 'i':
    return s->n_indicators;
  case 'a':
    return s->n_accounts;
  case 't':
    return s->n_tables;
  default:
    return 0;
  }
}

static const char *id_of(const sx_study *s, char kind, size_t i) {
  switch (kind) {
  case 'd':
    return s->derived[i].id;
  case 'b':
    return s->benchmarks[i].id;
  case 'g':
    return s->groups[i].id;
  case 'i':
    return s->indicators[i].id;
  case 'a':
    return s->accounts[i].id;
  default:
    return s->tables[i].id;
  }
}

const char *study__near(const sx_study *s, char out[160], const char *text, const char *kinds) {
  size_t n = 0, k = 0;
  out[0] = '\0';
  for (const char *kind = kinds; *kind; kind++) n += count_of(s, *kind);
  const char **names = sx_mem_alloc(&s->ctx, n, sizeof *names);
  if (!names) return out; /* without the suggestion */
  for (const char *kind = kinds; *kind; kind++) {
    for (size_t i = 0; i < count_of(s, *kind); i++) {
      if (id_of(s, *kind, i)) names[k++] = id_of(s, *kind, i);
    }
  }
  const char *near = sx_text_nearest(text, names, k);
  if (near) (void)snprintf(out, 160, ", did you mean '%.120s'?", near);
  sx_mem_free(&s->ctx, names);
  return out;
}

/* ---- domains -------------------------------------------------------------------------------------------------- */

/* A level, or one in backquotes, where a backquote is written twice. */
static char *copy_level(st_load *l, const char *text, size_t n) {
  const bool quoted = n >= 2 && text[0] == '`' && text[n - 1] == '`';
  char *level = quoted ? sx_arena_strndup(l->s->arena, text + 1, n - 2) : sx_arena_strndup(l->s->arena, text, n);
  char *to = level;
  for (const char *from = level; quoted && from && *from; from++) {
    *to++ = *from;
    if (from[0] == '`' && from[1] == '`') from++;
  }
  if (quoted && level) *to = '\0';
  if (!level) l->oom = true;
  return level;
}

/* The '*' behind the term that begins at `at`, not one of a level in backquotes; NULL where it is the last. */
static const char *term_end(const char *at) {
  const char *star = strchr(at, '*'), *level = strstr(at, ":`");
  if (!star || !level || star < level) return star;
  for (const char *c = level + 2; *c; c++) {
    if (*c != '`') continue;
    if (c[1] != '`') return strchr(c, '*');
    c++;
  }
  return star; /* no closing one: a backquote of the level */
}

static bool read_term(st_load *l, st_domain *out, const sx_node *node, const char *text, size_t n) {
  const char *colon = memchr(text, ':', n);
  const size_t n_id = colon ? (size_t)(colon - text) : n;
  const size_t group = study__find_group(l->s, text, n_id);
  char near[160], word[120];
  (void)snprintf(word, sizeof word, "%.*s", (int)(n_id < 100 ? n_id : 100), text);
  if (group == ST_NONE) {
    study__problem(l, node, "unknown group '%s'%s", word, study__near(l->s, near, word, "g"));
    return false;
  }
  if (colon && !l->s->groups[group].by) {
    study__problem(l, node, "the group '%s' has no levels: write '%s'", word, word);
    return false;
  }
  st_term term = {group, NULL};
  if (colon && !(term.level = copy_level(l, colon + 1, n - n_id - 1))) return false;
  size_t at = out->n;
  for (size_t i = 0; i < out->n; i++) {
    if (out->terms[i].group == group) {
      study__problem(l, node, "the group '%s' stands twice", word);
      return false;
    }
  }
  for (; at > 0 && out->terms[at - 1].group > group; at--) out->terms[at] = out->terms[at - 1];
  out->terms[at] = term;
  out->n++;
  return true;
}

bool study__domain(st_load *l, st_domain *out, const sx_node *node, const char *text) {
  *out = (st_domain){.node = node};
  if (strcmp(text, "total") == 0) return true;
  for (const char *at = text;;) {
    const char *star = term_end(at);
    const size_t n = star ? (size_t)(star - at) : strlen(at);
    if (out->n == ST_MAX_TERMS) {
      study__problem(l, node, "a domain crosses at most %d groups", ST_MAX_TERMS);
      return false;
    }
    if (!read_term(l, out, node, at, n)) return false;
    if (!star) return true;
    at = star + 1;
  }
}

static bool same_level(const char *a, const char *b) {
  return a == b || (a && b && strcmp(a, b) == 0);
}

bool study__same_domain(const st_domain *a, const st_domain *b) {
  bool equal = a->n == b->n;
  for (size_t i = 0; equal && i < a->n; i++) {
    equal = a->terms[i].group == b->terms[i].group && same_level(a->terms[i].level, b->terms[i].level);
  }
  return equal;
}

bool study__covers(const st_domain *a, const st_domain *b) {
  bool covers = a->n == b->n;
  for (size_t i = 0; covers && i < a->n; i++) {
    covers = a->terms[i].group == b->terms[i].group &&
             (!a->terms[i].level || same_level(a->terms[i].level, b->terms[i].level));
  }
  return covers;
}

/* ---- references ------------------------------------------------------------------------------------------------- */

bool study__reference_groups(const sx_study *s, st_domain *out, const sx_reference *ref, char message[256]) {
  char near[160];
  *out = (st_domain){.n = 0};
  for (size_t i = 0; i < ref->n_terms; i++) {
    const size_t group = study__find_group(s, ref->variable[i], strlen(ref->variable[i]));
    if (group == ST_NONE) {
      (void)snprintf(message, 256, "unknown group '%.80s'%.100s", ref->variable[i],
                     study__near(s, near, ref->variable[i], "g"));
      return false;
    }
    const bool plain = strcmp(ref->level[i], "1") == 0 && !s->groups[group].by;
    if (!plain && !s->groups[group].by) {
      (void)snprintf(message, 256, "the group '%.80s' has no levels", ref->variable[i]);
      return false;
    }
    size_t at = out->n++;
    for (; at > 0 && out->terms[at - 1].group > group; at--) out->terms[at] = out->terms[at - 1];
    out->terms[at] = (st_term){group, plain ? NULL : ref->level[i]};
  }
  return true;
}

char *study__domain_text(const sx_study *s, const st_domain *d, sx_arena *arena) {
  char *out = sx_arena_strdup(arena, d->n ? "" : "total");
  for (size_t i = 0; out && i < d->n; i++) {
    const char *level = d->terms[i].level;
    out = sx_arena_printf(arena, "%s%s%s%s%s", out, i ? "*" : "", s->groups[d->terms[i].group].id, level ? ":" : "",
                          level ? level : "");
  }
  return out;
}

char *study__reference_domain(const sx_study *s, const sx_reference *ref, sx_arena *arena) {
  sx_reference plain;
  const char *wave = s->series ? study__strip_wave(&plain, ref) : NULL;
  if (wave) {
    const char *domain = study__reference_domain(s, &plain, arena);
    if (!domain) return NULL;
    return plain.n_terms ? sx_arena_printf(arena, "%s*wave:%s", domain, wave) : sx_arena_printf(arena, "wave:%s", wave);
  }
  if (ref->n_terms == 0) return sx_arena_strdup(arena, "total");
  const bool own = strcmp(ref->variable[0], "scope") == 0 || strcmp(ref->variable[0], "input") == 0;
  if (strchr(ref->indicator, '/') && own) return sx_arena_printf(arena, "%s:%s", ref->variable[0], ref->level[0]);
  st_domain d;
  char message[256] = "";
  if (!study__reference_groups(s, &d, ref, message)) return sx_arena_strdup(arena, "total");
  return study__domain_text(s, &d, arena);
}

static void check_field(const sx_reference *ref, char message[256]) {
  static const char *const fields[] = {"estimate", "se", "low", "high", "n", "n_eff", "deff", "cv", "df"};
  const size_t n = sizeof fields / sizeof *fields;
  for (size_t i = 0; i < n; i++) {
    if (!ref->field[0] || strcmp(ref->field, fields[i]) == 0) return;
  }
  const char *near = sx_text_nearest(ref->field, fields, n);
  (void)snprintf(message, 256, "unknown field '%.30s'%s%s%s", ref->field, near ? ", did you mean '" : "",
                 near ? near : "", near ? "'?" : "");
}

/* "gap", "gap_urban", and of a statistic beyond the first "gap_quantile_0.75". */
static bool is_gap_of(const st_indicator *ind, const st_gap *gap, const char *stat) {
  const size_t n = strlen(gap->statistic);
  if (strncmp(stat, gap->statistic, n) != 0) return false;
  if (stat[n] == '\0') return true;
  const size_t at = stat[n] == '_' ? study__stat_find(ind, stat + n + 1) : ST_NONE;
  return at != ST_NONE && at > 0;
}

static void check_indicator_domain(const sx_study *s, const st_indicator *ind, const sx_reference *ref,
                                   const st_domain *d, char message[256]) {
  const char *stat = ref->statistic;
  if (strncmp(stat, "gap", 3) == 0 && (stat[3] == '\0' || stat[3] == '_')) {
    for (size_t i = 0; i < ind->n_gaps; i++) {
      if (is_gap_of(ind, &ind->gaps[i], stat) && study__covers(&ind->gaps[i].of, d)) return;
    }
    (void)snprintf(message, 256, "the indicator '%.60s' has no %.40s for that group: add it to its 'gap'", ind->id,
                   stat);
    return;
  }
  if (stat[0] && study__stat_find(ind, stat) == ST_NONE) {
    const bool several = study__stat_count(ind) > 1;
    (void)snprintf(message, 256, "the indicator '%.60s' has no statistic '%.40s'%s%.60s%s", ind->id, stat,
                   several ? ": its first is '" : "", several ? study__stat_name(ind) : "", several ? "'" : "");
    return;
  }
  if (d->n == 0) return;
  for (size_t i = 0; i < ind->n_by; i++) {
    if (study__covers(&ind->by[i], d)) return;
  }
  const st_group *g = &s->groups[d->terms[0].group];
  (void)snprintf(message, 256, "the indicator '%.60s' is not estimated by '%.60s'%s: add it to its 'by'", ind->id,
                 g->id, d->n > 1 ? " crossed so" : "");
}

void study__check_reference(const sx_study *s, const sx_reference *ref, char message[256]) {
  message[0] = '\0';
  check_field(ref, message);
  if (message[0]) return;
  if (s->series && study__wave_reference(s, ref, message)) return;
  const char *slash = strchr(ref->indicator, '/');
  if (strncmp(ref->indicator, "published/", 10) == 0) {
    if (!s->published.file) (void)snprintf(message, 256, "the study sets no published figures beside its estimates");
    return;
  }
  const size_t balance = slash ? study__find_balance(s, ref->indicator, (size_t)(slash - ref->indicator)) : ST_NONE;
  if (balance != ST_NONE) {
    study__check_balance_reference(s, balance, ref, message);
    return;
  }
  if (slash) {
    study__check_account_reference(s, ref, slash, message);
    return;
  }
  const size_t i = study__find_indicator(s, ref->indicator, strlen(ref->indicator));
  char near[160];
  if (i == ST_NONE) {
    (void)snprintf(message, 256, "unknown indicator '%.80s'%.120s", ref->indicator,
                   study__near(s, near, ref->indicator, "ia"));
    return;
  }
  st_domain domain;
  if (!study__reference_groups(s, &domain, ref, message)) return;
  check_indicator_domain(s, &s->indicators[i], ref, &domain, message);
}

/* ---- operands ---------------------------------------------------------------------------------------------------- */

/* The carriers of a domain of an indicator will be wanted; it is estimated there if it was not. */
static void need_domain(st_load *l, st_indicator *ind, const st_domain *d, bool stored) {
  if (d->n == 0) {
    ind->total_needed = true;
    return;
  }
  for (size_t i = 0; i < ind->n_by; i++) {
    if (study__covers(&ind->by[i], d)) {
      ind->by[i].needed = ind->by[i].needed || stored;
      ind->by[i].passed = ind->by[i].passed || !stored;
      return;
    }
  }
  if (ind->n_by == ind->cap_by) {
    st_domain *more = study__take(l, ind->cap_by * 2 + 4, sizeof *more);
    if (!more) return;
    if (ind->n_by) memcpy(more, ind->by, ind->n_by * sizeof *more);
    ind->by = more;
    ind->cap_by = ind->cap_by * 2 + 4;
  }
  ind->by[ind->n_by] = *d;
  ind->by[ind->n_by].needed = stored;
  ind->by[ind->n_by++].passed = !stored;
}

static void want_operands(st_load *l, const st_formula *f, const st_domain *by, size_t n_by, bool stored) {
  for (size_t i = 0; i < f->n; i++) {
    const st_operand *op = &f->operands[i];
    if (op->kind != ST_OPERAND_INDICATOR) continue;
    st_indicator *ind = &l->s->indicators[op->index];
    need_domain(l, ind, &op->domain, true);
    for (size_t k = 0; !op->fixed && k < n_by; k++) need_domain(l, ind, &by[k], stored);
  }
}

void study__need_operands(st_load *l, const st_formula *f, const st_domain *by, size_t n_by) {
  want_operands(l, f, by, n_by, true);
}

void study__pass_operands(st_load *l, const st_formula *f, const st_domain *by, size_t n_by) {
  want_operands(l, f, by, n_by, false);
}

/* The statistic at the end of "spend.z.quantile_0.75", cut off the text: its name may hold points. NULL: none. */
static const char *operand_statistic(const sx_study *s, char *text) {
  const size_t i = study__find_indicator(s, text, strcspn(text, "."));
  const size_t n = strlen(text);
  for (size_t k = 0; i != ST_NONE && k < study__stat_count(&s->indicators[i]); k++) {
    const char *name = study__stat_at(&s->indicators[i], k);
    const size_t n_name = strlen(name);
    if (n <= n_name + 1 || text[n - n_name - 1] != '.' || strcmp(text + n - n_name, name) != 0) continue;
    if (!strchr(text, '.') || strchr(text, '.') == text + n - n_name - 1) continue; /* that is the domain's place */
    text[n - n_name - 1] = '\0';
    return k ? name : NULL;
  }
  return NULL;
}

/* "population.total", "population.rural": an outside figure in a domain of its own. False: the name is no benchmark's. */
static bool read_benchmark_reference(st_load *l, st_operand *op, const sx_reference *ref, char message[256]) {
  const sx_study *s = l->s;
  const size_t at = study__find_benchmark(s, ref->indicator);
  if (at == ST_NONE) return false;
  op->kind = ST_OPERAND_BENCHMARK;
  op->index = at;
  op->fixed = true;
  if (ref->statistic[0] || strcmp(ref->field, "estimate") != 0) {
    (void)snprintf(message, 256, "'%.100s': an operand is a benchmark in a domain, not one of its fields", op->name);
    return true;
  }
  if (!study__reference_groups(s, &op->domain, ref, message)) return true;
  for (size_t i = 0; i < op->domain.n; i++) {
    if (op->domain.terms[i].level) op->domain.terms[i].level = study__copy(l, op->domain.terms[i].level);
  }
  if (op->domain.n && !study__benchmark_has(&s->benchmarks[at], &op->domain, s))
    (void)snprintf(message, 256, "the benchmark '%.80s' has no value for that group: add it to its 'by'",
                   s->benchmarks[at].id);
  return true;
}

/* "users.total", "users.z", "spend/goods", "spend/goods.scope:narrow", "spend/goods.total.share_of_parent". */
static bool read_operand_reference(st_load *l, st_operand *op, const st_expr *e) {
  sx_study *s = l->s;
  sx_reference ref;
  sx_error err = SX_ERROR_INIT;
  char text[300], message[256] = "";
  (void)snprintf(text, sizeof text, "%s%s", op->name, strchr(op->name, '/') && !strchr(op->name, '.') ? ".total" : "");
  const char *statistic = operand_statistic(s, text);
  if (sx_reference_parse(&ref, text, strlen(text), &err) != SX_OK) {
    if (err.status == SX_E_MEMORY) l->oom = true;
    study__name_problem(l, e, op->name, err.message);
    return false;
  }
  const char *slash = strchr(ref.indicator, '/');
  const sx_study *of = s->follower ? s->follower : s;
  if (slash && study__find_balance(of, ref.indicator, (size_t)(slash - ref.indicator)) != ST_NONE) {
    if (of != s) return false; /* the study itself tells that earlier waves are not balanced */
    if (!study__balance_operand(l, op, &ref, strchr(op->name, '.') != NULL, message) && !message[0]) return false;
  } else if (slash) {
    study__check_account_reference(s, &ref, slash, message);
    if (!message[0]) {
      op->kind = ST_OPERAND_ACCOUNT;
      op->index = study__find_account(s, ref.indicator, (size_t)(slash - ref.indicator));
      op->node = study__find_node(&s->accounts[op->index], slash + 1);
      if (op->node == ST_NONE) return false; /* of an account without a tree, which is told */
      const bool scope = ref.n_terms && strcmp(ref.variable[0], "scope") == 0;
      if (ref.n_terms && strcmp(ref.variable[0], "input") == 0)
        (void)snprintf(message, sizeof message, "'%.100s': no formula rests on the sensitivity of an account",
                       op->name);
      op->scope = scope ? study__copy(l, ref.level[0]) : NULL;
      if (!scope && !message[0]) (void)study__reference_groups(s, &op->domain, &ref, message);
      for (size_t i = 0; i < op->domain.n; i++) {
        if (op->domain.terms[i].level) op->domain.terms[i].level = study__copy(l, op->domain.terms[i].level);
      }
      op->statistic = study__copy(l, ref.statistic[0] ? ref.statistic : "level");
      op->own = !strchr(op->name, '.');
    }
  } else if (!read_benchmark_reference(l, op, &ref, message)) {
    op->kind = ST_OPERAND_INDICATOR;
    op->index = study__find_indicator(s, ref.indicator, strlen(ref.indicator));
    if (op->index == ST_NONE) {
      char near[160];
      (void)snprintf(message, sizeof message, "unknown indicator or benchmark '%.80s'%.120s", ref.indicator,
                     study__near(s, near, ref.indicator, "ib"));
    } else if (s->indicators[op->index].kind->no_algebra) {
      (void)snprintf(message, sizeof message, "'%.80s' is a %s: no formula can use it", ref.indicator,
                     s->indicators[op->index].kind->word);
    } else if (ref.statistic[0] || strcmp(ref.field, "estimate") != 0) {
      (void)snprintf(message, sizeof message, "'%.100s': an operand is an indicator in a domain, not one of its fields",
                     op->name);
    } else if (study__reference_groups(s, &op->domain, &ref, message)) {
      for (size_t i = 0; i < op->domain.n; i++) {
        if (op->domain.terms[i].level) op->domain.terms[i].level = study__copy(l, op->domain.terms[i].level);
      }
      op->fixed = true;
      op->statistic = statistic;
    }
  }
  if (message[0]) study__name_problem(l, e, op->name, message);
  return !message[0];
}

void study__resolve_formula(st_load *l, st_formula *f) {
  if (!f->value.expr) return;
  sx_study *s = l->s;
  const size_t n = sx_expr_names(f->value.expr);
  f->operands = study__take(l, n, sizeof *f->operands);
  for (size_t i = 0; f->operands && i < n; i++) {
    st_operand op = {.name = sx_expr_name(f->value.expr, i)};
    const size_t b = study__find_benchmark(s, op.name);
    const size_t ind = study__find_indicator(s, op.name, strlen(op.name));
    if (b != ST_NONE) {
      op.kind = ST_OPERAND_BENCHMARK;
      op.index = b;
    } else if (ind != ST_NONE) {
      op.kind = ST_OPERAND_INDICATOR;
      op.index = ind;
      if (s->indicators[ind].kind->no_algebra) {
        char message[300];
        (void)snprintf(message, sizeof message, "'%.100s' is a %s: no formula can use it", op.name,
                       s->indicators[ind].kind->word);
        study__name_problem(l, &f->value, op.name, message);
        continue;
      }
    } else if (strchr(op.name, '.') || strchr(op.name, '/')) {
      if (!read_operand_reference(l, &op, &f->value)) continue;
    } else {
      char near[160], message[400];
      (void)snprintf(message, sizeof message, "unknown indicator or benchmark '%.100s'%s", op.name,
                     study__near(s, near, op.name, "ib"));
      study__name_problem(l, &f->value, op.name, message);
      continue;
    }
    f->operands[f->n++] = op;
  }
}

/* ---- paths and units ------------------------------------------------------------------------------------------------ */

const char *study__path(const sx_study *s, sx_arena *arena, const char *file) {
  char *path = sx_path_beside(&s->ctx, s->path, file);
  char *kept = path ? sx_arena_strdup(arena, path) : NULL;
  sx_mem_free(&s->ctx, path);
  return kept;
}

/* --data stands in for root; a study without one, and what a study generates, stay beside the study file. */
const char *study__data_path(const sx_study *s, sx_arena *arena, const st_table *table, const char *file) {
  if (file[0] == '/' || !s->root || table->model) return study__path(s, arena, file);
  if (s->data_dir) return sx_arena_printf(arena, "%s/%s", s->data_dir, file);
  const char *joined = sx_arena_printf(arena, "%s/%s", s->root, file);
  return joined ? study__path(s, arena, joined) : NULL;
}

double study__unit_scale(const char *unit, const char **rest) {
  static const struct {
    const char *text;
    double scale;
  } scales[] = {{"万亿", 1e12}, {"亿", 1e8},        {"万", 1e4},      {"百分点", 0.01}, {"%", 0.01},
                {"pp", 0.01},   {"trillion", 1e12}, {"billion", 1e9}, {"million", 1e6}, {"thousand", 1e3}};
  for (size_t i = 0; unit && i < sizeof scales / sizeof *scales; i++) {
    const size_t n = strlen(scales[i].text);
    if (strncmp(unit, scales[i].text, n) != 0) continue;
    const char *left = unit + n;
    while (*left == ' ') left++;
    if (rest) *rest = left;
    return scales[i].scale;
  }
  if (rest) *rest = unit ? unit : "";
  return 1;
}
