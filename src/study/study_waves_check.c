/* study_waves_check.c: references to rows of earlier waves (`users.wave:2024-S2`) and to changes (`users.total.change`).
 *
 * Statistics of a change are PREFIX, PREFIX_relative, PREFIX_ratio, p_PREFIX (adjusted) and p_raw_PREFIX, with PREFIX `change` (against the
 * previous wave) or `yoy` (against the same part of the year before), each followed by _STATISTIC for another than the
 * indicator's own: change_gap_urban, yoy_quantile_0.75, p_change_share_of_parent. */
#include "study_blocks.h"
#include "study_kind.h"
#include "study_names.h"
#include "study_waves.h"

#include <stdio.h>
#include <string.h>

/* ---- names of statistics ---------------------------------------------------------------------------------------------- */

typedef struct parsed {
  st_versus versus;
  bool relative, ratio, p;
  const char *of; /* the statistic that changes, "" the indicator's own */
} parsed;

static bool skip(const char **at, const char *word) {
  const size_t n = strlen(word);
  if (strncmp(*at, word, n) != 0) return false;
  *at += n;
  return true;
}

static bool ends(const char *at) {
  return *at == '\0' || *at == '_';
}

static bool parse_change(parsed *out, const char *statistic) {
  const char *at = statistic;
  *out = (parsed){.versus = ST_PREVIOUS, .of = ""};
  if (skip(&at, "p_raw_") || skip(&at, "p_")) out->p = true;
  if (skip(&at, "yoy"))
    out->versus = ST_YEAR;
  else if (!skip(&at, "change"))
    return false;
  if (!ends(at)) return false;
  const char *after = at;
  if (!out->p && skip(&after, "_relative") && ends(after)) {
    out->relative = true;
    at = after;
  }
  after = at;
  if (!out->p && !out->relative && skip(&after, "_ratio") && ends(after)) {
    out->ratio = true;
    at = after;
  }
  if (*at == '_') out->of = at + 1;
  return true;
}

bool study__change_versus(st_versus *out, const char *statistic) {
  parsed p;
  if (!parse_change(&p, statistic)) return false;
  *out = p.versus;
  return true;
}

bool study__is_change(const sx_study *s, const char *statistic) {
  parsed p;
  return s->series && parse_change(&p, statistic);
}

bool study__is_share(const sx_study *s, const char *indicator, const char *statistic) {
  const char *slash = strchr(indicator, '/');
  if (slash) return statistic && strncmp(statistic, "share", 5) == 0;
  const size_t i = study__find_indicator(s, indicator, strlen(indicator));
  if (i == ST_NONE) return false;
  const st_indicator *ind = &s->indicators[i];
  return ind->kind->shares || ind->format[0] == '%';
}

/* ---- references ----------------------------------------------------------------------------------------------------------- */

const char *study__strip_wave(sx_reference *plain, const sx_reference *ref) {
  const char *wave = NULL;
  *plain = *ref;
  plain->n_terms = 0;
  for (size_t i = 0; i < ref->n_terms; i++) {
    if (strcmp(ref->variable[i], "wave") == 0 && !wave) {
      wave = ref->level[i];
      continue;
    }
    memmove(plain->variable[plain->n_terms], ref->variable[i], sizeof ref->variable[i]);
    memmove(plain->level[plain->n_terms++], ref->level[i], sizeof ref->level[i]);
  }
  return wave;
}

static bool is_followed(const sx_study *s, const char *indicator) {
  const char *slash = strchr(indicator, '/');
  const size_t n = slash ? (size_t)(slash - indicator) : strlen(indicator);
  const size_t i = slash ? study__find_account(s, indicator, n) : study__find_indicator(s, indicator, n);
  const struct st_series *series = s->series;
  if (i == ST_NONE || !series->followed || !series->followed_account) return false;
  return slash ? series->followed_account[i] : series->followed[i];
}

bool study__is_followed(const sx_study *s, size_t i, bool account) {
  const struct st_series *series = s->series;
  if (!series || !series->followed || !series->followed_account) return false;
  return account ? series->followed_account[i] : series->followed[i];
}

static bool is_listed(const st_list *list, const char *indicator) {
  const size_t n = strcspn(indicator, "/");
  for (size_t i = 0; i < list->n; i++)
    if (strlen(list->items[i]) == n && memcmp(list->items[i], indicator, n) == 0) return true;
  return false;
}

/* Whether the wave will have a row for it: from data, or among its known figures. */
static bool gives(const sx_study *s, const st_wave *w, const sx_reference *plain) {
  if (w->with_data && !is_listed(&w->without, plain->indicator)) return true;
  const char *domain = study__reference_domain(s, plain, s->arena);
  for (size_t i = 0; i < w->n_known && domain; i++) {
    const st_known *k = &w->known[i];
    if (!k->indicator || !k->domain || strcmp(k->indicator, plain->indicator) != 0) continue;
    if (strcmp(k->domain, domain) == 0 && strcmp(k->statistic, plain->statistic) == 0) return true;
  }
  return false;
}

static void check_wave(const sx_study *s, const char *name, const sx_reference *plain, char message[256]) {
  const struct st_series *series = s->series;
  const size_t at = study__find_wave(series, name, strlen(name));
  if (at == ST_NONE && s->wave && strcmp(s->wave, name) == 0) {
    (void)snprintf(message, 256, "'%.60s' is the study's own wave: leave 'wave:%.60s' out", name, name);
  } else if (at == ST_NONE) {
    (void)snprintf(message, 256, "the series has no wave '%.80s'", name);
  } else if (!is_followed(s, plain->indicator)) {
    (void)snprintf(message, 256, "'%.80s' is not followed over the waves: add it to 'changes'", plain->indicator);
  } else if (!gives(s, &series->waves[at], plain)) {
    (void)snprintf(message, 256, "the wave '%.60s' gives no such figure of '%.80s'", name, plain->indicator);
  }
}

static void check_change(const sx_study *s, const parsed *p, const sx_reference *plain, char message[256]) {
  const struct st_series *series = s->series;
  const st_wave *w = NULL;
  for (size_t i = 0; i < series->n_pairs; i++)
    if (series->pairs[i].versus == p->versus) w = &series->waves[series->pairs[i].earlier];
  const char *only = series->n_pairs == 1 ? series->waves[series->pairs[0].earlier].id : "";
  if (!is_followed(s, plain->indicator)) {
    (void)snprintf(message, 256, "'%.80s' is not followed over the waves: add it to 'changes'", plain->indicator);
  } else if (!w) {
    (void)snprintf(message, 256,
                   p->versus == ST_YEAR ? "the series has no other wave a year before '%.60s': 'change' is from '%.60s'"
                                        : "the series has no wave before '%.60s'%.60s",
                   s->wave ? s->wave : "", p->versus == ST_YEAR ? only : "");
  } else if (!gives(s, w, plain)) {
    (void)snprintf(message, 256, "the wave '%.60s' gives no such figure of '%.80s'", w->id, plain->indicator);
  } else if (p->p && strchr(plain->indicator, '/') &&
             (plain->n_terms || strcmp(plain->statistic, "share_of_total") == 0 ||
              strcmp(plain->statistic, "level_constant") == 0)) {
    (void)snprintf(message, 256,
                   "of an account its level, share_of_parent and share_of_benchmark are tested, in the whole");
  } else if ((p->relative || p->ratio) && study__is_share(s, plain->indicator, plain->statistic)) {
    (void)snprintf(message, 256, "a share changes in percentage points: '%s'", study__versus_name(p->versus));
  } else if ((p->relative || p->ratio) && strncmp(plain->statistic, "gap", 3) == 0) {
    (void)snprintf(message, 256, "a gap changes in its own units: '%s_gap'", study__versus_name(p->versus));
  }
}

/* `waves/change`.total.units ... `waves/tests`.total.count */
static void check_count(const sx_study *s, const sx_reference *ref, char message[256]) {
  static const char *const counts[] = {"units", "earlier", "later"};
  const char *what = ref->indicator + strlen("waves/");
  bool known = strcmp(what, "tests") == 0 && (!ref->statistic[0] || strcmp(ref->statistic, "count") == 0);
  for (size_t i = 0; i < s->series->n_pairs; i++)
    for (size_t k = 0; k < 3; k++)
      known = known || (strcmp(what, study__versus_name(s->series->pairs[i].versus)) == 0 &&
                        strcmp(ref->statistic, counts[k]) == 0);
  if (!known || ref->n_terms)
    (void)snprintf(message, 256,
                   "the waves have the counts `waves/change`.total.units, .earlier, .later (of `yoy` likewise) "
                   "and `waves/tests`.total.count");
}

bool study__wave_reference(const sx_study *s, const sx_reference *ref, char message[256]) {
  sx_reference plain;
  parsed p;
  if (strncmp(ref->indicator, "waves/", 6) == 0) {
    check_count(s, ref, message);
    return true;
  }
  const char *wave = study__strip_wave(&plain, ref);
  const bool change = parse_change(&p, plain.statistic);
  if (!wave && !change) return false;
  if (wave && change) {
    (void)snprintf(message, 256, "changes are those of the study's own wave: leave 'wave:%.60s' out", wave);
    return true;
  }
  if (change) memmove(plain.statistic, p.of, strlen(p.of) + 1);
  study__check_reference(s, &plain, message);
  if (message[0]) return true;
  if (wave)
    check_wave(s, wave, &plain, message);
  else
    check_change(s, &p, &plain, message);
  return true;
}

/* Percentage points and per cent are two things. */
void study__change_format(const sx_study *s, const sx_reference *ref, const char *format, char message[256]) {
  parsed p;
  message[0] = '\0';
  if (!s->series || !format || !parse_change(&p, ref->statistic) || p.p) return;
  const bool share = study__is_share(s, ref->indicator, p.of);
  if (share && !p.relative && format[0] == '%') {
    (void)snprintf(message, 256, "a change of a share is in percentage points: 'pp 1', not '%.40s'", format);
  } else if ((p.relative || !share) && strncmp(format, "pp", 2) == 0) {
    (void)snprintf(message, 256,
                   p.relative ? "growth is in per cent: '%% 1', not '%.40s'"
                              : "only shares change in percentage points, not '%.40s'",
                   format);
  }
}

/* ---- breaks --------------------------------------------------------------------------------------------------------------- */

const st_wave *study__break_wave(const st_wave *w, size_t broken) {
  for (; broken != ST_NONE && w->next && broken >= w->n_maps + w->n_breaks; w = w->next)
    broken -= w->n_maps + w->n_breaks;
  return w;
}

const sx_text2 *study__break_of(const st_wave *w, size_t broken) {
  if (broken == ST_NONE) return NULL;
  for (; w->next && broken >= w->n_maps + w->n_breaks; w = w->next) broken -= w->n_maps + w->n_breaks;
  return broken < w->n_maps ? &w->maps[broken].why : &w->breaks[broken - w->n_maps].why;
}

static size_t break_of_terms(const sx_study *s, const st_wave *w, const char *domain) {
  for (const char *at = domain; *at;) {
    const size_t n = strcspn(at, "*"), word = strcspn(at, ":*");
    const size_t g = study__find_group(s, at, word);
    if (g != ST_NONE && w->broken_group[g] != ST_NONE) return w->broken_group[g];
    if (g != ST_NONE && s->groups[g].by && word < n) {
      const size_t merged = study__merge_of_level(w, s->groups[g].by, at + word + 1, n - word - 1);
      if (merged != ST_NONE) return merged;
    }
    at += n + (at[n] == '*');
  }
  return ST_NONE;
}

static size_t own_break(const sx_study *s, const st_wave *w, const char *indicator, const char *statistic,
                        const char *domain) {
  const char *slash = strchr(indicator, '/');
  if (!w->broken || !w->broken_account || !w->broken_group) return ST_NONE;
  if (slash) {
    const size_t a = study__find_account(s, indicator, (size_t)(slash - indicator));
    return a == ST_NONE ? ST_NONE : w->broken_account[a];
  }
  const size_t i = study__find_indicator(s, indicator, strlen(indicator));
  if (i == ST_NONE) return ST_NONE;
  if (w->broken[i] != ST_NONE) return w->broken[i];
  const st_indicator *ind = &s->indicators[i];
  const size_t merged = study__merge_of_shares(w, ind, statistic);
  if (merged != ST_NONE) return merged;
  for (size_t k = 0; statistic && k < ind->n_gaps; k++) { /* the other side of a gap is a domain too */
    const st_domain *to = &ind->gaps[k].to;
    if (strncmp(statistic, ind->gaps[k].statistic, strlen(ind->gaps[k].statistic)) != 0) continue;
    for (size_t t = 0; t < to->n; t++) {
      const char *by = s->groups[to->terms[t].group].by, *level = to->terms[t].level;
      if (w->broken_group[to->terms[t].group] != ST_NONE) return w->broken_group[to->terms[t].group];
      const size_t of = by && level ? study__merge_of_level(w, by, level, strlen(level)) : ST_NONE;
      if (of != ST_NONE) return of;
    }
  }
  return break_of_terms(s, w, domain);
}

size_t study__row_break(const sx_study *s, const st_wave *w, const char *indicator, const char *statistic,
                        const char *domain) {
  size_t before = 0;
  for (; w; w = w->next) {
    const size_t found = own_break(s, w, indicator, statistic, domain);
    if (found != ST_NONE) return before + found;
    before += w->n_maps + w->n_breaks;
  }
  return ST_NONE;
}
