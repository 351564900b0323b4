/* study_banner_book.c: the banner book behind a banner table of a study, as the part `book` of its block: what the formats of a publication lay out anew.
 * Numbers are not in it: a cell says which result it is, and readers take that from the store as they may see it. */
#include "study_banner.h"

static void text(sx_buf *out, const char *key, const char *value) {
  sx_buf_printf(out, "\"%s\":", key);
  sx_json_string(out, value ? value : "");
  sx_buf_add_char(out, ',');
}

static void both(sx_buf *out, const char *key, sx_banner_text value) {
  sx_buf_printf(out, "\"%s\":", key);
  study__text2_json(out, value.zh, value.en);
  sx_buf_add_char(out, ',');
}

void study__bb_open(sx_buf *out, const sx_banner_book *book) {
  const sx_banner_columns *c = book->table[0].columns;
  sx_buf_add_char(out, '{');
  text(out, "design", book->design);
  text(out, "filter", book->filter);
  both(out, "legend", book->legend);
  sx_buf_printf(out, "\"se\":%s,\"marks\":[\"%s\",\"%s\",\"%s\",\"%s\"],\"depth\":%zu,\"heads\":[",
                book->show_se ? "true" : "false", book->marks_rest[0], book->marks_rest[1], book->marks_wave[0],
                book->marks_wave[1], c->depth);
  for (size_t k = 0; k < c->n_heads; k++) {
    const sx_banner_head *h = &c->head[k];
    sx_buf_add(out, k ? ",{" : "{");
    both(out, "text", h->text);
    sx_buf_printf(out, "\"depth\":%zu,\"first\":%zu,\"n\":%zu}", h->depth, h->first, h->n);
  }
  sx_buf_add(out, "],\"columns\":[");
  for (size_t k = 0; k < c->n_columns; k++) {
    sx_buf_add(out, k ? ",{" : "{");
    text(out, "letter", c->column[k].letter);
    sx_buf_printf(out, "\"span\":%zu}", c->column[k].span);
  }
  sx_buf_add(out, "],\"tables\":[");
}

void study__bb_table(sx_buf *out, const sx_banner_book *book, const sx_banner_table *t) {
  sx_buf_add(out, t == book->table ? "{" : "]}]},{");
  text(out, "id", t->id);
  text(out, "title", t->title);
  if (t->title_en) text(out, "title_en", t->title_en);
  both(out, "question", t->question);
  both(out, "base", t->base);
  sx_buf_add(out, "\"notes\":[");
  for (size_t k = 0; k < t->n_notes; k++) {
    if (k) sx_buf_add_char(out, ',');
    study__text2_json(out, t->note[k].zh, t->note[k].en);
  }
  sx_buf_add(out, "],\"rows\":[");
}

void study__bb_row(sx_buf *out, const sx_banner_table *t, const sx_banner_row *row) {
  sx_buf_add(out, row == t->row ? "{" : "]},{");
  both(out, "label", row->label);
  text(out, "measure", sx_banner_measure_name(row->measure));
  if (row->letter && *row->letter) text(out, "letter", row->letter);
  sx_buf_printf(out, "\"kind\":%d,\"continued\":%s,\"tested\":%s,\"cells\":[", (int)row->kind,
                row->continued ? "true" : "false", row->tested ? "true" : "false");
}

void study__bb_cell(sx_buf *out, bool first, const sx_banner_cell *cell, const char *reference) {
  sx_buf_add(out, first ? "{\"ref\":" : ",{\"ref\":");
  sx_json_string(out, reference);
  if (cell->letters && *cell->letters) {
    sx_buf_add(out, ",\"letters\":");
    sx_json_string(out, cell->letters);
  }
  if (cell->versus_rest) sx_buf_printf(out, ",\"rest\":%d", cell->versus_rest);
  if (cell->versus_wave) sx_buf_printf(out, ",\"wave\":%d", cell->versus_wave);
  const unsigned flags = cell->flags & (SX_BANNER_NOT_TESTED | SX_BANNER_SMALL_BASE);
  if (flags) sx_buf_printf(out, ",\"flags\":%u", flags);
  sx_buf_add_char(out, '}');
}

void study__bb_close(sx_buf *out) {
  sx_buf_add(out, "]}]}]}");
}
