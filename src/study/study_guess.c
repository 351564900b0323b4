/* study_guess.c: which variables look like weight, stratum and cluster. Guesses are shown, never used. */
#include "shuxiao/study.h"

#include <math.h>
#include <string.h>

/* A word in a name or label, in lower case, and how much it speaks for the role (0 to 1). */
typedef struct clue {
  const char *word;
  double score;
} clue;

static const clue weight_clues[] = {{"weight", 0.9}, {"wgt", 0.9},  {"finlwt", 0.9}, {"wt", 0.6},
                                    {"pw", 0.6},     {"权重", 0.9}, {"权数", 0.9},   {"加权", 0.8}};
static const clue stratum_clues[] = {{"stratum", 0.95}, {"strata", 0.95}, {"strat", 0.9},
                                     {"抽样层", 0.95},  {"分层", 0.9},    {"province", 0.6},
                                     {"省", 0.6},       {"stype", 0.5},   {"region", 0.4}};
static const clue cluster_clues[] = {{"psu", 0.95},    {"cluster", 0.95}, {"初级", 0.9}, {"dnum", 0.6},
                                     {"village", 0.5}, {"社区", 0.5},     {"居委", 0.5}, {"村委", 0.5},
                                     {"hhid", 0.4},    {"household", 0.4}};

typedef struct summary {
  double least, most, distinct;
  bool numeric, whole, constant, missing;
} summary;

static bool has_word(const char *text, const char *word) {
  const size_t n = strlen(word);
  for (; *text; text++) {
    size_t i = 0;
    for (; i < n && text[i]; i++) {
      const char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i];
      if (c != word[i]) break;
    }
    if (i == n) return true;
  }
  return false;
}

/* A word of the name counts in full, one of the label a little less. */
static double best_clue(const sx_column *column, const clue *clues, size_t n) {
  double best = 0.0;
  for (size_t i = 0; i < n; i++) {
    const double score = has_word(column->name, clues[i].word)    ? clues[i].score
                         : has_word(column->label, clues[i].word) ? 0.8 * clues[i].score
                                                                  : 0.0;
    best = fmax(best, score);
  }
  return best;
}

static summary summarise(const sx_column *column) {
  const bool dict = column->type == SX_CATEGORY || column->type == SX_TEXT;
  summary s = {.least = (double)INFINITY, .most = -(double)INFINITY, .numeric = !dict, .whole = true};
  if (dict) s.distinct = (double)sx_dict_count(column->dict);
  for (size_t i = 0; i < column->n; i++) {
    if (sx_column_missing(column, i)) {
      s.missing = true;
      continue;
    }
    if (dict) continue;
    const double value = sx_column_number(column, i);
    s.least = fmin(s.least, value);
    s.most = fmax(s.most, value);
    s.whole = s.whole && value == floor(value);
  }
  if (!dict && s.whole && s.most >= s.least) s.distinct = s.most - s.least + 1.0; /* codes in a run: an upper bound */
  s.constant = !dict && s.least == s.most;
  return s;
}

static bool weight_fits(const summary *s) {
  return s->numeric && !s->missing && s->least >= 0.0 && !s->constant && s->most > 0.0;
}
static bool stratum_fits(const summary *s, size_t rows) {
  return !s->missing && (!s->numeric || s->whole) && s->distinct >= 2.0 &&
         (s->distinct <= (double)rows / 2.0 || s->numeric);
}
static bool cluster_fits(const summary *s) {
  return !s->missing && (!s->numeric || s->whole) && s->distinct >= 4.0;
}

static void insert(sx_guess *out, size_t max, size_t *n, sx_guess guess) {
  size_t at = *n;
  while (at > 0 && out[at - 1].score < guess.score) at--;
  if (at >= max) return;
  if (*n < max) ++*n;
  for (size_t i = *n - 1; i > at; i--) out[i] = out[i - 1];
  out[at] = guess;
}

size_t sx_study_guess_design(sx_guess *out, size_t max, const sx_table *table) {
  size_t n = 0;
  const size_t rows = sx_table_rows(table);
  for (size_t c = 0; out && c < sx_table_columns(table); c++) {
    const sx_column *column = sx_table_get(table, c);
    const double weight = best_clue(column, weight_clues, sizeof weight_clues / sizeof *weight_clues);
    const double stratum = best_clue(column, stratum_clues, sizeof stratum_clues / sizeof *stratum_clues);
    const double cluster = best_clue(column, cluster_clues, sizeof cluster_clues / sizeof *cluster_clues);
    if (weight == 0.0 && stratum == 0.0 && cluster == 0.0)
      continue; /* most columns: their values need not be looked at */
    const summary s = summarise(column);
    if (weight > 0.0 && weight_fits(&s)) {
      insert(out, max, &n,
             (sx_guess){"weights", column->name, "its name or label says weight, and no value is negative or missing",
                        weight});
    }
    if (stratum > 0.0 && stratum_fits(&s, rows)) {
      insert(out, max, &n,
             (sx_guess){"strata", column->name, "its name or label says stratum or region, and it has few levels",
                        stratum});
    }
    if (cluster > 0.0 && cluster_fits(&s)) {
      insert(out, max, &n,
             (sx_guess){"cluster", column->name, "its name or label says cluster, and it has many levels", cluster});
    }
  }
  return n;
}
