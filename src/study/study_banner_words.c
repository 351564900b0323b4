/* study_banner_words.c: the words of a banner table, and of the codebook's variables, in both languages. A file has one label for a variable and for a level, and a study may say both in Chinese and in
 * English: heads, rows and titles get the study's words wherever the file's text is one of the two. The study's words are those of its derived variables, of
 * the variables of its data, of groups by a variable, and of the model that generates the data. */
#include <string.h>

#include "shuxiao/synth.h"
#include "study_banner.h"
#include "study_data.h"
#include "study_names.h"
#include "study_outputs.h"
#include "study_variables.h"

typedef struct speaker {
  const sx_study *s;
  const sx_synth_model *model; /* NULL: none */
  sx_arena *arena;             /* for what the model says */
  bool failed;
} speaker;

sx_status study__unit_model(sx_synth_model **out, const sx_study *s, sx_arena *arena, const sx_ctx *ctx,
                            sx_error *err) {
  const st_table *unit = &s->tables[s->unit];
  *out = NULL;
  if (!unit->model) return SX_OK;
  const char *path = study__path(s, arena, unit->model);
  return path ? sx_synth_load_words(out, ctx, path, unit->wave, err) : sx_error_memory(err);
}

/* Both words, where the text is one of them. */
static bool take(sx_banner_text *out, const sx_text2 *words, const char *text) {
  const char *zh = words->zh ? words->zh : words->en, *en = words->en ? words->en : words->zh;
  if (!zh || (strcmp(text, zh) != 0 && strcmp(text, en) != 0)) return false;
  *out = (sx_banner_text){zh, en};
  return true;
}

/* As `take`; a text that is but the name gets the words too. */
static bool name_it(sx_banner_text *out, const sx_text2 *words, const char *name, const char *text) {
  if (take(out, words, text)) return true;
  const char *zh = words->zh ? words->zh : words->en, *en = words->en ? words->en : words->zh;
  if (!zh || strcmp(text, name) != 0) return false;
  *out = (sx_banner_text){zh, en};
  return true;
}

static void of_model(sx_banner_text *out, speaker *by, const char *name, const char *level, const char *text) {
  sx_text2 words = {NULL, NULL};
  if (!by->model || !sx_synth_words(&words.zh, &words.en, by->model, name, level) || !take(out, &words, text)) return;
  out->zh = sx_arena_strdup(by->arena, out->zh);
  out->en = sx_arena_strdup(by->arena, out->en);
  by->failed = by->failed || !out->zh || !out->en;
}

/* The group whose levels are the variable's. */
static const st_group *group_by(const sx_study *s, const char *variable) {
  for (size_t i = 0; i < s->n_groups; i++)
    if (s->groups[i].by && strcmp(s->groups[i].by, variable) == 0) return &s->groups[i];
  return NULL;
}

static sx_text2 words_of(const sx_node *node) {
  const sx_node *zh = node ? sx_node_get(node, "zh") : NULL, *en = node ? sx_node_get(node, "en") : NULL;
  return (sx_text2){zh ? zh->text : NULL, en ? en->text : NULL};
}

static sx_banner_text of_variable(speaker *by, const char *name, sx_banner_text own) {
  const sx_study *s = by->s;
  sx_banner_text out = own;
  const st_group *group = group_by(s, name);
  const size_t d = study__find_derived(s, name);
  if (d != ST_NONE) {
    if (!take(&out, &s->derived[d].label, own.zh) && group) (void)name_it(&out, &group->label, name, own.zh);
    return out;
  }
  for (size_t i = 0; i < s->n_tables; i++) {
    const st_variable *v = study__find_variable(&s->tables[i], name);
    if (v && take(&out, &v->label, own.zh)) return out;
  }
  if (!(group && name_it(&out, &group->label, name, own.zh))) of_model(&out, by, name, NULL, own.zh);
  return out;
}

static sx_banner_text of_level(speaker *by, const char *variable, const char *level, sx_banner_text own) {
  const sx_study *s = by->s;
  sx_banner_text out = own;
  const size_t d = study__find_derived(s, variable);
  const st_derived *cut = d != ST_NONE && s->derived[d].cut ? &s->derived[d] : NULL;
  for (size_t i = 0; cut && i <= cut->n_breaks; i++)
    if (strcmp(study__cut_level(cut, i), level) == 0 && take(&out, &cut->labels[i], own.zh)) return out;
  const sx_text2 *said = study__variable_words(s, variable, level);
  if (said && take(&out, said, own.zh)) return out;
  const st_group *group = group_by(s, variable);
  const sx_text2 words = words_of(group ? sx_node_get(group->levels, level) : NULL);
  if (!name_it(&out, &words, level, own.zh)) of_model(&out, by, variable, level, own.zh);
  return out;
}

/* The head of a grid's scale names no variable: its levels are those of any of its items. */
static sx_status heads(const sx_banner_columns **out, sx_banner_book *book, speaker *by, const char *scale,
                       sx_error *err) {
  const sx_banner_columns *from = *out;
  sx_banner_columns *to = sx_arena_alloc(book->arena, 1, sizeof *to);
  sx_banner_head *head = sx_arena_alloc(book->arena, from->n_heads + 1, sizeof *head);
  if (!to || !head) return sx_error_memory(err);
  for (size_t k = 0; k < from->n_heads; k++) {
    head[k] = from->head[k];
    const char *variable = *head[k].variable ? head[k].variable : scale;
    if (sx_banner_is_level(from, k) && variable)
      head[k].text = of_level(by, variable, head[k].level, head[k].text);
    else if (*head[k].variable)
      head[k].text = of_variable(by, head[k].variable, head[k].text);
  }
  *to = *from;
  to->head = head;
  *out = to;
  return SX_OK;
}

static const char *first_item(const sx_banner_table *t) {
  for (size_t i = 0; i < t->n_rows; i++)
    if (t->row[i].kind == SX_BANNER_ROW_ITEM) return t->row[i].key;
  return NULL;
}

/* The title of a list of variables whose labels have no beginning in common; NULL: it is no list. */
static const sx_banner_text *of_list(const char *id) {
  static const struct {
    const char *word;
    sx_banner_text title;
  } lists[] = {{"mean(", {"均值", "Means"}},
               {"median(", {"中位数", "Medians"}},
               {"top2(", {"前两档占比", "Top two levels"}},
               {"bottom2(", {"后两档占比", "Bottom two levels"}},
               {"share(", {"占比", "Shares"}},
               {"grid(", {"各项按量表", "Items by their scale"}}};
  for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
    if (strncmp(id, lists[k].word, strlen(lists[k].word)) == 0) return &lists[k].title;
  return NULL;
}

static sx_status rows(sx_banner_table *t, sx_banner_book *book, speaker *by, sx_error *err) {
  sx_banner_row *row = sx_arena_alloc(book->arena, t->n_rows + 1, sizeof *row);
  if (!row) return sx_error_memory(err);
  for (size_t i = 0; i < t->n_rows; i++) {
    row[i] = t->row[i];
    if (row[i].kind == SX_BANNER_ROW_CATEGORY)
      row[i].label = of_level(by, t->id, row[i].key, row[i].label);
    else if (row[i].kind == SX_BANNER_ROW_MEMBER || row[i].kind == SX_BANNER_ROW_ITEM)
      row[i].label = of_variable(by, row[i].key, row[i].label);
  }
  t->row = row;
  const sx_banner_text own = {t->title, t->title}, *list = strcmp(t->title, t->id) == 0 ? of_list(t->id) : NULL;
  const sx_banner_text title = list ? *list : of_variable(by, t->id, own);
  t->title = title.zh;
  t->title_en = strcmp(title.en, title.zh) == 0 ? NULL : title.en;
  return SX_OK;
}

static sx_status speak(sx_banner_book *book, speaker *by, sx_error *err) {
  const sx_banner_columns *shared = book->columns;
  sx_banner_table *table = sx_arena_alloc(book->arena, book->n_tables + 1, sizeof *table);
  if (!table) return sx_error_memory(err);
  SX_TRY(heads(&book->columns, book, by, NULL, err));
  for (size_t k = 0; k < book->n_tables; k++) {
    table[k] = book->table[k];
    if (table[k].columns == shared)
      table[k].columns = book->columns;
    else
      SX_TRY(heads(&table[k].columns, book, by, first_item(&table[k]), err));
    SX_TRY(rows(&table[k], book, by, err));
  }
  book->table = table;
  return SX_OK;
}

sx_status study__banner_words(sx_banner_book *book, const sx_study *s, const struct sx_synth_model *model,
                              sx_error *err) {
  speaker by = {.s = s, .model = model, .arena = book->arena};
  SX_TRY(speak(book, &by, err));
  return by.failed ? sx_error_memory(err) : SX_OK;
}

/* ---- the codebook ------------------------------------------------------------------------------------------------------------------ */

/* A label that the study says in no language but the file's stays the file's. */
static sx_text2 or_file(sx_banner_text words, const char *own) {
  const bool same = strcmp(words.zh, own) == 0 && strcmp(words.en, own) == 0;
  return same ? (sx_text2){NULL, NULL} : (sx_text2){words.zh, words.en};
}

static sx_status of_column(sx_publish_words *out, speaker *by, const sx_column *c, sx_error *err) {
  char code[SX_DOUBLE_TEXT_MAX + 1];
  sx_text2 *values = sx_arena_zalloc(by->arena, c->n_labels + 1, sizeof *values);
  if (!values) return sx_error_memory(err);
  if (*c->label) out->label = or_file(of_variable(by, c->name, (sx_banner_text){c->label, c->label}), c->label);
  for (size_t i = 0; i < c->n_labels; i++) {
    const sx_label *l = &c->labels[i];
    if (l->tag || !l->label) continue;
    if (!l->text) code[sx_text_from_double(code, l->value)] = '\0';
    values[i] =
        or_file(of_level(by, c->name, l->text ? l->text : code, (sx_banner_text){l->label, l->label}), l->label);
  }
  out->values = values;
  return SX_OK;
}

sx_status study__codebook_words(const sx_publish_words **out, const sx_study *s, const sx_synth_model *model,
                                sx_arena *arena, sx_error *err) {
  speaker by = {.s = s, .model = model, .arena = arena};
  const sx_table *schema = s->schemas[s->unit];
  const size_t n = sx_table_columns(schema);
  sx_publish_words *words = sx_arena_zalloc(arena, n + 1, sizeof *words);
  if (!words) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) SX_TRY(of_column(&words[i], &by, sx_table_get(schema, i), err));
  if (by.failed) return sx_error_memory(err);
  *out = words;
  return SX_OK;
}
