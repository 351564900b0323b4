/* study_banner_who.c: who the cells of a banner table are made of. A line per row and column, fields by TAB:
 *   kind  shown  indicator  statistic  where  question  row  base_n  base_w  cases  value  n_top  top...  variable  level ...
 * kind: B base, C level of a question, M member of a set, I item of a grid, N net or box, S mean of levels, A mean of an amount, D median;
 * L: the words of a question, which a run that copies the table puts into the store again.
 * shown: 1 a column of the table, 0 everyone, whose number follows from shares of the row or of the table. */
#include <math.h>
#include <string.h>

#include "study_banner.h"

static void number(sx_buf *out, double x) {
  char text[SX_DOUBLE_TEXT_MAX];
  sx_buf_add_char(out, '\t');
  if (isfinite(x)) sx_buf_add_n(out, text, sx_text_from_double(text, x));
}

/* Tabs and line ends of a level would end the field. */
static void field(sx_buf *out, const char *text) {
  sx_buf_add_char(out, '\t');
  for (const char *c = text ? text : ""; *c; c++) sx_buf_add_char(out, *c == '\t' || *c == '\n' ? ' ' : *c);
}

/* Some column is everyone. */
static bool has_total(const sx_banner_columns *columns) {
  for (size_t c = 0; c < columns->n_columns; c++)
    if (columns->column[c].total) return true;
  return false;
}

static char kind_of(const sx_banner_row *row) {
  switch (row->kind) {
  case SX_BANNER_ROW_CATEGORY:
    return 'C';
  case SX_BANNER_ROW_MEMBER:
    return 'M';
  case SX_BANNER_ROW_NET:
  case SX_BANNER_ROW_BOX:
    return 'N';
  case SX_BANNER_ROW_ITEM:
    return row->measure == SX_BANNER_MEAN     ? (row->who[0].top ? 'A' : 'S')
           : row->measure == SX_BANNER_MEDIAN ? 'D'
                                              : 'I';
  case SX_BANNER_ROW_STATISTIC:
    return row->measure == SX_BANNER_MEDIAN ? 'D' : row->who[0].top ? 'A' : 'S';
  case SX_BANNER_ROW_BASE:
    break;
  }
  return 'B';
}

static void heads(sx_buf *out, const sx_banner_columns *c, size_t h) {
  if (h == SIZE_MAX) return;
  heads(out, c, c->head[h].parent);
  if (!sx_banner_is_level(c, h)) return;
  field(out, *c->head[h].variable ? c->head[h].variable : "level");
  field(out, c->head[h].level);
}

static void line(sx_buf *out, const st_banner_place *place, const sx_banner_row *row, char kind, size_t column,
                 size_t n_top) {
  const sx_banner_columns *columns = place->table->columns;
  const bool everyone = column == columns->n_columns;
  const sx_banner_who *who = &row->who[column];
  const bool statistic = row->kind == SX_BANNER_ROW_STATISTIC || kind == 'B';
  sx_buf_add_char(out, kind);
  sx_buf_add(out, everyone ? "\t0" : "\t1");
  field(out, place->indicator);
  field(out, kind == 'B' ? "base" : row->kind == SX_BANNER_ROW_STATISTIC ? sx_banner_measure_name(row->measure) : "*");
  field(out, place->where);
  field(out, place->table->id);
  field(out, statistic ? "" : row->key);
  number(out, who->base_n);
  number(out, who->base_w);
  number(out, kind == 'B' ? who->base_n : who->cases);
  number(out, kind == 'B' ? 1 : who->value);
  sx_buf_printf(out, "\t%zu", who->top ? n_top : 0);
  for (size_t i = 0; who->top && i < n_top; i++) number(out, who->top[i]);
  if (!everyone) heads(out, columns, columns->column[column].head);
  sx_buf_add_char(out, '\n');
}

/* L  indicator  title zh  en  base zh  en */
void study__bw_words(sx_buf *out, const sx_store_indicator *words) {
  const char *const fields[] = {words->id, words->label.zh, words->label.en, words->base.zh, words->base.en};
  sx_buf_add_char(out, 'L');
  for (size_t k = 0; k < sizeof fields / sizeof *fields; k++) field(out, fields[k]);
  sx_buf_add_char(out, '\n');
}

static char *take_field(char **at) {
  char *from = *at, *tab = strchr(from, '\t');
  *at = tab ? tab + 1 : from + strlen(from);
  if (tab) *tab = '\0';
  return from;
}

sx_status study__bw_put_words(st_run *r, const char *payload, sx_error *err) {
  for (const char *line = strchr(payload, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
    if (line[1] != 'L') continue;
    char *copy = sx_arena_strndup(r->arena, line + 3, strcspn(line + 3, "\n")), *at = copy;
    if (!copy) return sx_error_memory(err);
    sx_store_indicator words = {.unit = "", .scale = 1.0};
    words.id = take_field(&at);
    words.label.zh = take_field(&at);
    words.label.en = take_field(&at);
    words.base.zh = take_field(&at);
    words.base.en = take_field(&at);
    if (!*words.label.en) words.label.en = NULL;
    SX_TRY(sx_store_put_indicator(r->store, &words, err));
  }
  return SX_OK;
}

void study__bw_who(sx_buf *out, const st_banner_place *place) {
  const sx_banner_table *t = place->table;
  const size_t n = t->columns->n_columns, last = place->shares && !has_total(t->columns) ? n : n - 1;
  bool base = false;
  for (size_t i = 0; i < t->n_rows && n > 0; i++) {
    const sx_banner_row *row = &t->row[i];
    if (!row->who || row->continued) continue;
    for (size_t c = 0; c <= last && !base; c++) line(out, place, row, 'B', c, 0);
    base = true;
    for (size_t c = 0; c <= last; c++) line(out, place, row, kind_of(row), c, place->n_top);
  }
}
