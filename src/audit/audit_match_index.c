/* audit_match_index.c: the results of a run as candidates: what each is called, in both languages, and what it measures. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audit_match_priv.h"

/* ---- pieces of labels -------------------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static uint64_t mix(uint64_t h, uint32_t c) {
  return (h ^ c) * UINT64_C(0x100000001B3);
}

static bool stop_word(const char *word, size_t n) {
  static const char *const words[] = {"of",  "the", "and",  "in",   "on",    "by",     "per", "to",
                                      "a",   "an",  "at",   "for",  "or",    "with",   "is",  "among",
                                      "who", "are", "than", "user", "users", "people", "it",  "that"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strlen(words[i]) == n && memcmp(words[i], word, n) == 0) return true;
  }
  return false;
}

/* A word in lower case, its ending cut: buyers, buying and buy are one. */
static size_t latin_word(uint64_t *out, const char *text, size_t n) {
  char word[32];
  size_t k = 0, used = 0;
  while (used < n && (sx_is_latin((unsigned char)text[used]) || sx_is_digit((unsigned char)text[used]))) {
    const char c = text[used++];
    if (k + 1 < sizeof word) word[k++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
  }
  *out = 0;
  if (stop_word(word, k)) return used;
  if (k > 3 && word[k - 1] == 's' && word[k - 2] != 's') k--;
  if (k >= 6 && memcmp(word + k - 3, "ing", 3) == 0) k -= 3;
  if (k >= 6 && (memcmp(word + k - 2, "er", 2) == 0 || memcmp(word + k - 2, "ed", 2) == 0)) k -= 2;
  if (k > 3 && word[k - 1] == word[k - 2]) k--;
  if (k > 3 && word[k - 1] == 'e') k--;
  uint64_t h = UINT64_C(0xCBF29CE484222325);
  for (size_t i = 0; i < k; i++) h = mix(h, (unsigned char)word[i]);
  *out = h;
  return used;
}

sx_status sx_audit__pieces(sx_pieces *out, sx_arena *arena, const char *text, size_t n, sx_error *err) {
  uint64_t *items = sx_arena_alloc(arena, n + 1, sizeof *items);
  size_t k = 0, distinct = 0;
  uint32_t before = 0;
  if (!items) return sx_error_memory(err);
  for (size_t i = 0; i < n;) {
    uint32_t c = 0;
    size_t used = sx_utf8_next(&c, text + i, n - i);
    if (!used) used = 1;
    if (sx_is_latin(c) || sx_is_digit(c)) {
      uint64_t word;
      used = latin_word(&word, text + i, n - i);
      if (word) items[k++] = word;
      before = 0;
    } else if (sx_is_han(c)) {
      if (before) items[k++] = mix(mix(UINT64_C(0x9E3779B97F4A7C15), before), c);
      before = c;
    } else {
      before = 0;
    }
    i += used;
  }
  qsort(items, k, sizeof *items, by_value);
  for (size_t i = 0; i < k; i++) {
    if (!distinct || items[distinct - 1] != items[i]) items[distinct++] = items[i];
  }
  *out = (sx_pieces){items, distinct};
  return SX_OK;
}

bool sx_audit__has_piece(const sx_pieces *pieces, uint64_t piece) {
  return pieces->n && bsearch(&piece, pieces->items, pieces->n, sizeof piece, by_value) != NULL;
}

/* ---- rare pieces weigh more -------------------------------------------------------------------------------------- */

double sx_audit__piece_weight(const sx_index *index, int lang, uint64_t piece) {
  const uint64_t *at = index->n_vocabulary[lang]
                           ? bsearch(&piece, index->vocabulary[lang], index->n_vocabulary[lang], sizeof piece, by_value)
                           : NULL;
  const double count = at ? index->counts[lang][at - index->vocabulary[lang]] : 0;
  return log(1 + ((double)index->n_labels[lang] + 1) / (count + 1));
}

/* Pieces of the labels, with how many labels have them. */
static sx_status make_vocabulary(sx_index *index, int lang, sx_error *err) {
  size_t n = 0, distinct = 0;
  for (size_t i = 0; i < index->n_names; i++) n += index->names[i].label[lang].n;
  uint64_t *all = sx_arena_alloc(index->arena, n + 1, sizeof *all);
  uint32_t *counts = sx_arena_zalloc(index->arena, n + 1, sizeof *counts);
  if (!all || !counts) return sx_error_memory(err);
  n = 0;
  for (size_t i = 0; i < index->n_names; i++) {
    const sx_pieces *p = &index->names[i].label[lang];
    for (size_t k = 0; k < p->n; k++) all[n++] = p->items[k];
  }
  index->n_labels[lang] = index->n_names;
  qsort(all, n, sizeof *all, by_value);
  for (size_t i = 0; i < n; i++) {
    if (!distinct || all[distinct - 1] != all[i]) all[distinct++] = all[i];
    counts[distinct - 1]++;
  }
  index->vocabulary[lang] = all;
  index->counts[lang] = counts;
  index->n_vocabulary[lang] = distinct;
  return SX_OK;
}

static sx_status weigh(sx_index *index, int lang, sx_error *err) {
  for (size_t i = 0; i < index->n_names; i++) {
    sx_name *name = &index->names[i];
    const size_t n = name->label[lang].n;
    name->piece_weight[lang] = sx_arena_alloc(index->arena, n + 1, sizeof(double));
    if (!name->piece_weight[lang]) return sx_error_memory(err);
    for (size_t k = 0; k < n; k++) {
      name->piece_weight[lang][k] = sx_audit__piece_weight(index, lang, name->label[lang].items[k]);
      name->weight[lang] += name->piece_weight[lang][k];
    }
  }
  return SX_OK;
}

static bool within(const sx_pieces *small, const sx_pieces *large) {
  for (size_t i = 0; i < small->n; i++) {
    if (!sx_audit__has_piece(large, small->items[i])) return false;
  }
  return small->n > 0;
}

/* Which groups' names are a part of which labels. */
static sx_status find_own_words(sx_index *index, int lang, sx_error *err) {
  const size_t n = index->n_groups[lang];
  index->own_word[lang] = sx_arena_zalloc(index->arena, n * index->n_names + 1, sizeof(bool));
  if (!index->own_word[lang]) return sx_error_memory(err);
  for (size_t g = 0; g < n; g++) {
    sx_pieces pieces;
    const char *text = index->groups[lang][g];
    SX_TRY(sx_audit__pieces(&pieces, index->arena, text, strlen(text), err));
    for (size_t i = 0; i < index->n_names; i++)
      index->own_word[lang][i * n + g] = within(&pieces, &index->names[i].label[lang]);
  }
  return SX_OK;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

typedef struct filler {
  sx_index *index;
  sx_store *store;
  int64_t run;
  size_t name;   /* of the row before */
  char wave[64]; /* of the run: results of earlier waves are left out */
} filler;

enum { SX_LABEL = 256 };

/* The name without what stands in brackets: Z世代（1995—2009年出生）. */
static void bare_name(char *out, size_t cap, const char *text) {
  const char *open[] = {strstr(text, "（"), strchr(text, '(')};
  size_t n = strlen(text);
  for (size_t i = 0; i < 2; i++) {
    if (open[i] && open[i] > text && (size_t)(open[i] - text) < n) n = (size_t)(open[i] - text);
  }
  n = sx_utf8_cut(text, n, cap - 1);
  while (n && text[n - 1] == ' ') n--;
  memcpy(out, text, n);
  out[n] = '\0';
}

static sx_status add_group(size_t *out, sx_index *index, int lang, const char *text, sx_error *err) {
  for (*out = 0; *out < index->n_groups[lang]; ++*out) {
    if (strcmp(index->groups[lang][*out], text) == 0) return SX_OK;
  }
  void *p = index->groups[lang];
  const bool grown = sx_mem_grow(&index->ctx, &p, &index->cap_groups[lang], index->n_groups[lang] + 1, sizeof(char *));
  index->groups[lang] = p;
  const char *copy = grown ? sx_arena_strdup(index->arena, text) : NULL;
  if (!copy) return sx_error_memory(err);
  index->groups[lang][index->n_groups[lang]++] = copy;
  return SX_OK;
}

static bool has_words(const sx_text2 *label, const char *level) {
  return (label->zh && *label->zh && strcmp(label->zh, level) != 0) ||
         (label->en && *label->en && strcmp(label->en, level) != 0);
}

/* A level goes by its words; a group of the study is a variable with the level "1", and without words of the level goes by the variable's. */
static sx_status name_term(sx_index *index, size_t out[2], const sx_store_term *term, sx_error *err) {
  const bool group = term->level && strcmp(term->level, "1") == 0 && !has_words(&term->level_label, term->level);
  const sx_text2 *label = group ? &term->variable_label : &term->level_label;
  for (int lang = 0; lang < 2; lang++) {
    const char *text = lang ? label->en : label->zh;
    if (!text || !*text) text = lang ? label->zh : label->en;
    if (!text || !*text) text = group ? term->variable : term->level;
    char name[SX_PHRASE];
    bare_name(name, sizeof name, text ? text : "");
    SX_TRY(add_group(&out[lang], index, lang, name, err));
  }
  return SX_OK;
}

/* The index's name of an indicator: found, or read from the store. */
static sx_status name_of(filler *f, const char *indicator, sx_error *err) {
  sx_index *index = f->index;
  sx_store_indicator info;
  bool found;
  if (f->name < index->n_names && strcmp(index->names[f->name].id, indicator) == 0) return SX_OK;
  for (f->name = 0; f->name < index->n_names; f->name++) {
    if (strcmp(index->names[f->name].id, indicator) == 0) return SX_OK;
  }
  void *p = index->names;
  const bool grown = sx_mem_grow(&index->ctx, &p, &index->cap_names, index->n_names + 1, sizeof *index->names);
  index->names = p;
  if (!grown) return sx_error_memory(err);
  sx_name *name = &index->names[index->n_names];
  *name = (sx_name){.id = sx_arena_strdup(index->arena, indicator)};
  if (!name->id) return sx_error_memory(err);
  SX_TRY(sx_store_get_indicator(&found, &info, f->store, f->run, indicator, err));
  for (int lang = 0; lang < 2; lang++) {
    const char *text = !found ? indicator : lang ? info.label.en : info.label.zh;
    if (!text || !*text) text = found && lang ? info.label.zh : found ? info.label.en : NULL;
    if (!text) text = indicator;
    char bare[SX_LABEL];
    bare_name(bare, sizeof bare, text);
    SX_TRY(sx_audit__pieces(&name->label[lang], index->arena, bare, strlen(bare), err));
  }
  const char *zh = found && info.label.zh ? info.label.zh : "";
  const size_t n = strlen(zh), k = strlen("用户");
  name->names_people = n >= k && (strcmp(zh + n - k, "用户") == 0 || strcmp(zh + n - k, "网民") == 0);
  static const char *const differences[] = {"差", "余量", "减", "高出", "高于", "领先"};
  for (size_t i = 0; i < sizeof differences / sizeof *differences; i++)
    name->difference = name->difference || strstr(zh, differences[i]);
  const char *unit = found && info.unit ? info.unit : "";
  if (!sx_audit__unit(&name->unit, unit, strlen(unit))) name->unit = (sx_audit_unit){.mul = 1, .any = true};
  index->n_names++;
  return SX_OK;
}

static void put_reference(sx_buf *out, const sx_store_row *row) {
  sx_buf_printf(out, "%s.", row->indicator);
  if (!row->n_terms) sx_buf_add(out, "total");
  for (size_t i = 0; i < row->n_terms; i++) {
    sx_buf_printf(out, "%s%s", i ? "*" : "", row->terms[i].variable);
    if (strcmp(row->terms[i].level, "1") != 0) sx_buf_printf(out, ":%s", row->terms[i].level);
  }
  const char *s = row->statistic;
  if (strncmp(s, "gap", 3) == 0 || strncmp(s, "share_of_", 9) == 0 || strncmp(s, "change", 6) == 0)
    sx_buf_printf(out, ".%s", s);
}

/* What a text prints as the figure of a name: an estimate, a share, a gap or a change. Not test statistics, p-values, growth factors, contributions,
 * what an adjustment did or what a sensitivity gives: they are called by the same name and are other things. */
static bool is_a_figure(const char *statistic) {
  static const char *const whole[] = {"level",    "total",          "count",           "mean",
                                      "prop",     "ratio",          "formula",         "gap",
                                      "quantile", "share_of_total", "share_of_parent", "median",
                                      "change",   "share",          "change_relative", "share_of_benchmark"};
  static const char *const begin[] = {"gap_", "change_gap", "change_share_of_"};
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
    if (strcmp(statistic, whole[i]) == 0) return true;
  }
  for (size_t i = 0; i < sizeof begin / sizeof *begin; i++) {
    if (strncmp(statistic, begin[i], strlen(begin[i])) == 0) return true;
  }
  return false;
}

static sx_status add_row(void *data, const sx_store_row *row, sx_error *err) {
  filler *f = data;
  sx_index *index = f->index;
  sx_cand c = {.value = row->estimate, .se = row->se, .low = row->low, .high = row->high};
  if (!isfinite(row->estimate) || row->n_terms > SX_TERMS || strncmp(row->indicator, "published/", 10) == 0 ||
      !is_a_figure(row->statistic) || (f->wave[0] && row->wave && strcmp(row->wave, f->wave) != 0))
    return SX_OK;
  SX_TRY(name_of(f, row->indicator, err));
  c.name = f->name;
  c.unit = index->names[f->name].unit;
  c.share_of = strncmp(row->statistic, "share", 5) == 0;
  const bool gap = strncmp(row->statistic, "gap", 3) == 0, bare = c.unit.any && !c.unit.scale10;
  const char *s = row->statistic;
  c.change = strncmp(s, "change", 6) == 0;
  const bool level =
      strcmp(s, "level") == 0 || strcmp(s, "total") == 0 || strcmp(s, "count") == 0 || strcmp(s, "mean") == 0;
  c.of_gap = strncmp(s, "change_gap", 10) == 0;
  c.difference = strcmp(s, "formula") == 0 && index->names[f->name].difference;
  c.kind = gap                                                                ? SX_CAND_GAP
           : c.share_of || c.unit.share != SX_AUDIT_LEVEL || (bare && !level) ? SX_CAND_SHARE
                                                                              : SX_CAND_LEVEL;
  if (c.change && strcmp(s, "change_relative") != 0 && (bare || strcmp(s, "change") != 0)) c.kind = SX_CAND_GAP;
  if (c.change && strcmp(s, "change_relative") == 0) c.kind = SX_CAND_SHARE;
  if (c.kind == SX_CAND_LEVEL) {
    const double size = pow(10, c.unit.exp10) * c.unit.mul;
    c.value *= size;
    c.se *= size;
    c.low *= size;
    c.high *= size;
  }
  for (size_t i = 0; i < row->n_terms; i++) SX_TRY(name_term(index, c.term[c.n_terms++], &row->terms[i], err));
  sx_buf name;
  sx_buf_init(&name, &index->ctx);
  put_reference(&name, row);
  c.reference = name.failed ? NULL : sx_arena_strdup(index->arena, name.data);
  sx_buf_clear(&name);
  void *p = index->items;
  const bool grown = sx_mem_grow(&index->ctx, &p, &index->cap, index->n + 1, sizeof *index->items);
  index->items = p;
  if (!grown || !c.reference) return sx_error_memory(err);
  index->items[index->n++] = c;
  return SX_OK;
}

sx_status sx_audit__match_index(sx_index *out, sx_store *store, int64_t run, sx_arena *arena, sx_error *err) {
  *out = (sx_index){.ctx = *sx_store_ctx(store), .arena = arena};
  filler f = {.index = out, .store = store, .run = run};
  sx_store_run latest;
  SX_TRY(sx_store_latest(&latest, store, err));
  if (latest.id == run && latest.wave) {
    const size_t n = sx_utf8_cut(latest.wave, strlen(latest.wave), sizeof f.wave - 1);
    memcpy(f.wave, latest.wave, n);
    f.wave[n] = '\0';
  }
  SX_TRY(sx_store_each_row(store, run, NULL, add_row, &f, err));
  for (int lang = 0; lang < 2; lang++) SX_TRY(make_vocabulary(out, lang, err));
  for (int lang = 0; lang < 2; lang++) {
    SX_TRY(weigh(out, lang, err));
    SX_TRY(find_own_words(out, lang, err));
  }
  return SX_OK;
}

void sx_audit__match_index_clear(sx_index *index) {
  sx_mem_free(&index->ctx, index->items);
  sx_mem_free(&index->ctx, index->names);
  sx_mem_free(&index->ctx, index->groups[0]);
  sx_mem_free(&index->ctx, index->groups[1]);
}
