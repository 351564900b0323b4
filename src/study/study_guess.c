/* study_guess.c: which variables look like weight, stratum, cluster and replicate weights. Guesses are shown, never used. */
#include "shuxiao/study.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

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

static bool is_weight_name(const char *name) {
  static const char *const names[] = {"w", "wt", "wgt", "weight"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (strcasecmp(name, names[i]) == 0) return true;
  }
  return false;
}

/* Equal weights are no mistake where the name says weight and nothing else. */
static bool weight_fits(const summary *s, bool named) {
  return s->numeric && !s->missing && s->least >= 0.0 && (named || !s->constant) && s->most > 0.0;
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

/* ---- replicate weights ----------------------------------------------------------------------------------------- */

enum { RUN_MIN = 8, DIGITS_MAX = 6 };

/* The length of the name before its digits at the end; *number and *digits are theirs. name's length where there are none. */
static size_t stem_of(const char *name, int64_t *number, size_t *digits) {
  const size_t n = strlen(name);
  size_t stem = n;
  while (stem > 0 && name[stem - 1] >= '0' && name[stem - 1] <= '9') stem--;
  *digits = n - stem;
  if (*digits == 0 || *digits > DIGITS_MAX || stem == 0 || !sx_text_to_int64(number, name + stem, *digits)) return n;
  return stem;
}

/* Where the run that begins at column c ends: the first column that does not follow. */
static size_t run_end(const sx_table *table, size_t c) {
  const char *first = sx_table_get(table, c)->name;
  int64_t number = 0, next = 0;
  size_t digits = 0, next_digits = 0, end = c + 1;
  const size_t stem = stem_of(first, &number, &digits);
  if (!first[stem]) return end;
  const bool padded = first[stem] == '0' && digits > 1;
  for (; end < sx_table_columns(table); end++) {
    const char *name = sx_table_get(table, end)->name;
    const bool follows = stem_of(name, &next, &next_digits) == stem && name[stem] && memcmp(name, first, stem) == 0 &&
                         next == ++number && (padded ? next_digits == digits : name[stem] != '0');
    if (!follows) break;
  }
  return end;
}

/* "w", "jk", "WTREP", "repwgt_": what files call their replicate weights. */
static bool is_replicate_stem(const char *name, size_t stem) {
  static const char *const whole[] = {"w", "jk", "bs", "bsw", "sdr", "rep", "pw", "fay"}, *const within[] = {
                                                                                              "wgt",  "weight", "brr",
                                                                                              "jack", "boot",   "repw",
                                                                                              "wrep", "wtrep",  "权"};
  char text[96];
  while (stem > 0 && (name[stem - 1] == '_' || name[stem - 1] == '.')) stem--;
  if (stem == 0 || stem >= sizeof text) return false;
  memcpy(text, name, stem);
  text[stem] = '\0';
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
    if (strcasecmp(text, whole[i]) == 0) return true;
  }
  for (size_t i = 0; i < sizeof within / sizeof *within; i++) {
    if (has_word(text, within[i])) return true;
  }
  return strncasecmp(text, "wt", 2) == 0 || (stem >= 2 && strcasecmp(text + stem - 2, "wt") == 0);
}

/* Columns [c, end) are numbers, none negative. */
static bool run_fits(const sx_table *table, size_t c, size_t end) {
  for (; c < end; c++) {
    const summary s = summarise(sx_table_get(table, c));
    if (!s.numeric || !(s.least >= 0.0) || !(s.most > 0.0)) return false;
  }
  return true;
}

/* The pattern of the run [c, end), or false where it is too long. */
static bool run_pattern(sx_guess *guess, const sx_table *table, size_t c, size_t end) {
  const char *first = sx_table_get(table, c)->name, *last = sx_table_get(table, end - 1)->name;
  int64_t number = 0;
  size_t digits = 0;
  const size_t stem = stem_of(first, &number, &digits);
  if (stem + 2 * DIGITS_MAX + 4 > sizeof guess->pattern) return false;
  (void)snprintf(guess->pattern, sizeof guess->pattern, "%.*s[%s-%s]", (int)stem, first, first + stem, last + stem);
  return true;
}

const char *sx_guess_text(const sx_guess *guess) {
  return guess->pattern[0] ? guess->pattern : guess->variable;
}

bool sx_guess_covers(const sx_guess *guess, const char *variable) {
  if (strcmp(guess->variable, variable) == 0) return true;
  const char *open = strrchr(guess->pattern, '['), *dash = open ? strchr(open, '-') : NULL;
  if (!dash) return false;
  const size_t stem = (size_t)(open - guess->pattern);
  int64_t first = 0, last = 0, number = 0;
  size_t digits = 0;
  return stem_of(variable, &number, &digits) == stem && variable[stem] && memcmp(variable, guess->pattern, stem) == 0 &&
         sx_text_to_int64(&first, open + 1, (size_t)(dash - open - 1)) &&
         sx_text_to_int64(&last, dash + 1, strlen(dash) - 2) && number >= first && number <= last;
}

/* ---- the roles -------------------------------------------------------------------------------------------------- */

static void guess_column(sx_guess *out, size_t max, size_t *n, const sx_column *column) {
  const bool named = is_weight_name(column->name);
  const double weight = named ? 1.0 : best_clue(column, weight_clues, sizeof weight_clues / sizeof *weight_clues);
  const double stratum = best_clue(column, stratum_clues, sizeof stratum_clues / sizeof *stratum_clues);
  const double cluster = best_clue(column, cluster_clues, sizeof cluster_clues / sizeof *cluster_clues);
  if (weight == 0.0 && stratum == 0.0 && cluster == 0.0) return; /* most columns: their values need not be looked at */
  const summary s = summarise(column);
  if (weight > 0.0 && weight_fits(&s, named)) {
    insert(out, max, n,
           (sx_guess){"weights", column->name, "its name or label says weight, and no value is negative or missing",
                      weight, ""});
  }
  if (stratum > 0.0 && stratum_fits(&s, column->n)) {
    insert(out, max, n,
           (sx_guess){"strata", column->name, "its name or label says stratum or region, and it has few levels",
                      stratum, ""});
  }
  if (cluster > 0.0 && cluster_fits(&s)) {
    insert(out, max, n,
           (sx_guess){"cluster", column->name, "its name or label says cluster, and it has many levels", cluster, ""});
  }
}

size_t sx_study_guess_design(sx_guess *out, size_t max, const sx_table *table) {
  size_t n = 0, seen = 0; /* columns of runs that were looked at: the rest of a run that does not fit is no run */
  for (size_t c = 0; out && c < sx_table_columns(table);) {
    const sx_column *column = sx_table_get(table, c);
    int64_t number = 0;
    size_t digits = 0;
    const size_t end = c < seen ? c + 1 : run_end(table, c);
    if (end > seen) seen = end;
    sx_guess run = {"repweights", column->name, "a run of columns named as replicate weights are, none negative", 0.85,
                    ""};
    if (end - c >= RUN_MIN && is_replicate_stem(column->name, stem_of(column->name, &number, &digits)) &&
        run_fits(table, c, end) && run_pattern(&run, table, c, end)) {
      insert(out, max, &n, run);
      c = end;
      continue;
    }
    guess_column(out, max, &n, column);
    c++;
  }
  return n;
}
