/* study_waves_known.c: what can be checked of the waves without data: the units of published figures, figures that are given twice, and the
 * order of the series where names of periods can be read. */
#include "study_blocks.h"
#include "study_names.h"
#include "study_waves.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- units ------------------------------------------------------------------------------------------------------------- */

typedef enum dimension { PLAIN, PEOPLE, MONEY, PER_CENT, POINTS, OTHER } dimension;

/* What a unit measures; OTHER: a word of the author's own. */
static dimension dimension_of(const char *unit) {
  static const struct {
    const char *word;
    dimension is;
  } words[] = {{"", PLAIN},        {"人", PEOPLE},        {"persons", PEOPLE}, {"person", PEOPLE},
               {"people", PEOPLE}, {"元", MONEY},         {"yuan", MONEY},     {"人民币", MONEY},
               {"%", PER_CENT},    {"percent", PER_CENT}, {"百分点", POINTS},  {"pp", POINTS}};
  const char *rest = NULL;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(unit, words[i].word) == 0) return words[i].is;
  (void)study__unit_scale(unit, &rest);
  for (size_t i = 0; rest != unit && i < sizeof words / sizeof *words; i++)
    if (strcmp(rest, words[i].word) == 0 && words[i].is < PER_CENT) return words[i].is;
  return OTHER;
}

static const char *without_scale(const char *unit) {
  const char *rest = NULL;
  (void)study__unit_scale(unit, &rest);
  return rest;
}

typedef struct measured { /* what the study itself has */
  const char *unit;       /* NULL: none is said */
  bool share, gap;
} measured;

static measured measured_of(const sx_study *s, const st_known *k) {
  const char *slash = strchr(k->indicator, '/');
  measured out = {NULL, study__is_share(s, k->indicator, k->statistic), strncmp(k->statistic, "gap", 3) == 0};
  const size_t i = slash ? study__find_account(s, k->indicator, (size_t)(slash - k->indicator))
                         : study__find_indicator(s, k->indicator, strlen(k->indicator));
  if (i == ST_NONE) return out;
  out.unit = slash ? s->accounts[i].unit : s->indicators[i].unit;
  if (!slash && strncmp(s->indicators[i].format, "plain", 5) == 0) out.share = false; /* a ranking */
  return out;
}

static void unlike_share(const measured *m, const st_known *k, const char *unit, dimension d, char message[256]) {
  const char *word = m->gap ? "'pp'" : "'%'";
  if (d == (m->gap ? POINTS : PER_CENT)) return;
  if (d == PLAIN && !*unit && !(fabs(k->value) > 1)) return; /* as a fraction */
  if (!*unit)
    (void)snprintf(message, 256, "%s has no unit: its unit is %s (a fraction without a unit lies between -1 and 1)",
                   m->gap ? "a gap between shares" : "a share", word);
  else
    (void)snprintf(message, 256, "the unit '%.40s' is not that of %s: %s", unit,
                   m->gap ? "a gap between shares" : "a share", word);
}

/* The unit of a published figure is that of what it stands for; empty: it is. `si`: the value is in base units already. */
void study__check_known_unit(const sx_study *s, const st_known *k, const char *unit, bool si, char message[256]) {
  const measured m = measured_of(s, k);
  const char *text = unit ? unit : "", *own = m.unit ? m.unit : "";
  const dimension d = dimension_of(text), mine = dimension_of(own);
  message[0] = '\0';
  if (d == OTHER && strcmp(without_scale(text), without_scale(own)) != 0) {
    (void)snprintf(message, 256, "unknown unit '%.40s': '%.60s' is in %s%.40s%s", text, k->indicator,
                   m.share ? "%" : "'", m.share ? "" : own, m.share ? "" : "'");
  } else if (m.share) {
    if (!si || *text) unlike_share(&m, k, text, d, message);
  } else if (d == POINTS || (d == PER_CENT && (*own || !m.unit))) {
    if (d == PER_CENT && !*own && mine == PLAIN) return; /* a ratio without a unit may be printed in per cent */
    (void)snprintf(message, 256, "the unit '%.40s' is of shares: '%.60s' is in '%.40s'", text, k->indicator, own);
  } else if (d != PLAIN && d != PER_CENT && *own && strcmp(without_scale(text), without_scale(own)) != 0 &&
             (d == OTHER || d != mine)) {
    (void)snprintf(message, 256, "the unit '%.40s' is not that of '%.60s', which is in '%.40s'", text, k->indicator,
                   own);
  }
}

/* The figure of the wave that stands for the same; NULL: none before it. */
const st_known *study__known_before(const st_wave *w, const st_known *k) {
  for (size_t i = 0; i < w->n_known; i++) {
    const st_known *other = &w->known[i];
    if (other == k || !other->indicator || !other->domain || !k->domain) continue;
    if (strcmp(other->indicator, k->indicator) == 0 && strcmp(other->statistic, k->statistic) == 0 &&
        strcmp(other->domain, k->domain) == 0)
      return other;
  }
  return NULL;
}

/* ---- order ----------------------------------------------------------------------------------------------------------------- */

typedef struct period { /* days, a month counted as 32: only their order matters */
  long from, to;
} period;

static bool digits(long *out, const char **at, size_t n) {
  *out = 0;
  for (size_t i = 0; i < n; i++) {
    if (!isdigit((unsigned char)(*at)[i])) return false;
    *out = *out * 10 + ((*at)[i] - '0');
  }
  *at += n;
  return true;
}

/* 2024, 2024-S2 (or H2), 2024-Q3, 2024-06, 2024-06-30, with or without the first '-'. */
static bool read_period(period *out, const char *name) {
  long year = 0, part = 0, day = 0;
  const char *at = name;
  if (!digits(&year, &at, 4) || year < 1000) return false;
  *out = (period){year * 400, year * 400 + 399};
  if (!*at) return true;
  const bool dash = *at == '-' || *at == '_';
  at += dash;
  const char kind = (char)toupper((unsigned char)*at);
  if (kind == 'S' || kind == 'H' || kind == 'Q') {
    const long parts = kind == 'Q' ? 4 : 2;
    at++;
    if (!digits(&part, &at, 1) || *at || part < 1 || part > parts) return false;
    const long months = 12 / parts;
    *out = (period){year * 400 + (part - 1) * months * 32, year * 400 + part * months * 32 - 1};
    return true;
  }
  if (!dash || !digits(&part, &at, 2) || part < 1 || part > 12) return false;
  *out = (period){year * 400 + (part - 1) * 32, year * 400 + part * 32 - 1};
  if (!*at) return true;
  if (*at++ != '-' || !digits(&day, &at, 2) || *at || day < 1 || day > 31) return false;
  out->from += day - 1;
  out->to = out->from;
  return true;
}

/* Wholly after: periods that share a day (2024-12 and 2024-S2) have no order. */
static bool is_after(const char *a, const char *b) {
  period p, q;
  return read_period(&p, a) && read_period(&q, b) && p.from > q.to;
}

void study__check_order(st_load *l, const struct st_series *series) {
  const char *own = l->s->wave;
  for (size_t i = 0; i < series->n; i++) {
    const st_wave *w = &series->waves[i];
    const sx_node *at = sx_node_get(w->node, "wave");
    if (own && is_after(w->id, own)) {
      study__problem(l, at, "the wave '%s' is later than the study's own, '%s': the series is of earlier waves", w->id,
                     own);
      continue;
    }
    for (size_t k = 0; k < i; k++) {
      if (!is_after(series->waves[k].id, w->id)) continue;
      study__problem(l, at, "the wave '%s' is before '%s' and stands after it: the series begins with the oldest",
                     w->id, series->waves[k].id);
      break;
    }
  }
}
