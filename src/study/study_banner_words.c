/* study_banner_words.c: the words of a banner table in both languages. A file has one label for a variable and for a level, and a study may say both in Chinese and in
 * English: heads, rows and titles get the study's words wherever the file's text is one of the two. */
#include <string.h>

#include "study_banner.h"
#include "study_data.h"
#include "study_names.h"
#include "study_variables.h"

/* Both words, where the text is one of them. */
static bool take(sx_banner_text *out, const sx_text2 *words, const char *text) {
  const char *zh = words->zh ? words->zh : words->en, *en = words->en ? words->en : words->zh;
  if (!zh || (strcmp(text, zh) != 0 && strcmp(text, en) != 0)) return false;
  *out = (sx_banner_text){zh, en};
  return true;
}

static sx_banner_text of_variable(const sx_study *s, const char *name, sx_banner_text own) {
  sx_banner_text out = own;
  const size_t d = study__find_derived(s, name);
  if (d != ST_NONE) {
    (void)take(&out, &s->derived[d].label, own.zh);
    return out;
  }
  for (size_t i = 0; i < s->n_tables; i++) {
    const st_variable *v = study__find_variable(&s->tables[i], name);
    if (v && take(&out, &v->label, own.zh)) return out;
  }
  return out;
}

static sx_banner_text of_level(const sx_study *s, const char *variable, const char *level, sx_banner_text own) {
  sx_banner_text out = own;
  const size_t d = study__find_derived(s, variable);
  const st_derived *cut = d != ST_NONE && s->derived[d].cut ? &s->derived[d] : NULL;
  for (size_t i = 0; cut && i <= cut->n_breaks; i++)
    if (strcmp(study__cut_level(cut, i), level) == 0 && take(&out, &cut->labels[i], own.zh)) return out;
  const sx_text2 *said = study__variable_words(s, variable, level);
  if (said) (void)take(&out, said, own.zh);
  return out;
}

/* The head of a grid's scale names no variable: its levels are those of any of its items. */
static sx_status heads(const sx_banner_columns **out, sx_banner_book *book, const sx_study *s, const char *scale,
                       sx_error *err) {
  const sx_banner_columns *from = *out;
  sx_banner_columns *to = sx_arena_alloc(book->arena, 1, sizeof *to);
  sx_banner_head *head = sx_arena_alloc(book->arena, from->n_heads + 1, sizeof *head);
  if (!to || !head) return sx_error_memory(err);
  for (size_t k = 0; k < from->n_heads; k++) {
    head[k] = from->head[k];
    const char *variable = *head[k].variable ? head[k].variable : scale;
    if (sx_banner_is_level(from, k) && variable)
      head[k].text = of_level(s, variable, head[k].level, head[k].text);
    else if (*head[k].variable)
      head[k].text = of_variable(s, head[k].variable, head[k].text);
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

static sx_status rows(sx_banner_table *t, sx_banner_book *book, const sx_study *s, sx_error *err) {
  sx_banner_row *row = sx_arena_alloc(book->arena, t->n_rows + 1, sizeof *row);
  if (!row) return sx_error_memory(err);
  for (size_t i = 0; i < t->n_rows; i++) {
    row[i] = t->row[i];
    if (row[i].kind == SX_BANNER_ROW_CATEGORY)
      row[i].label = of_level(s, t->id, row[i].key, row[i].label);
    else if (row[i].kind == SX_BANNER_ROW_MEMBER || row[i].kind == SX_BANNER_ROW_ITEM)
      row[i].label = of_variable(s, row[i].key, row[i].label);
  }
  t->row = row;
  const sx_banner_text title = of_variable(s, t->id, (sx_banner_text){t->title, t->title});
  t->title = title.zh;
  t->title_en = strcmp(title.en, title.zh) == 0 ? NULL : title.en;
  return SX_OK;
}

sx_status study__banner_words(sx_banner_book *book, const sx_study *s, sx_error *err) {
  const sx_banner_columns *shared = book->columns;
  sx_banner_table *table = sx_arena_alloc(book->arena, book->n_tables + 1, sizeof *table);
  if (!table) return sx_error_memory(err);
  SX_TRY(heads(&book->columns, book, s, NULL, err));
  for (size_t k = 0; k < book->n_tables; k++) {
    table[k] = book->table[k];
    if (table[k].columns == shared)
      table[k].columns = book->columns;
    else
      SX_TRY(heads(&table[k].columns, book, s, first_item(&table[k]), err));
    SX_TRY(rows(&table[k], book, s, err));
  }
  book->table = table;
  return SX_OK;
}
