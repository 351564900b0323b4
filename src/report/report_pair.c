/* report_pair.c: the report in two languages side by side: the Chinese and the English tree of one run become one. Texts stand in pairs, block by block;
 * what is set once (headings, tables, figures, the cover) has its words in both languages and its numbers once. Units of tables are those of the Chinese
 * page in both languages, as Chinese yearbooks print them: 亿元, 100 million yuan. */
#include <stdio.h>
#include <string.h>

#include "report_tree.h"

typedef struct pairer {
  sx_document *zh, *en;     /* both are taken apart; zh becomes the report */
  sx_document_node **notes; /* [n_notes] Chinese footnotes by number - 1 */
  size_t n_notes;
  sx_error *err;
} pairer;

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

static sx_document_node *fresh(pairer *p, sx_document_kind kind, sx_lang lang) {
  sx_document_node *node = sx_arena_zalloc(p->zh->arena, 1, sizeof *node);
  if (!node) {
    (void)sx_error_memory(p->err);
    return NULL;
  }
  node->kind = kind;
  node->lang = lang;
  return node;
}

static void hang(sx_document_node *to, sx_document_node *node) {
  node->parent = to;
  node->next = NULL;
  if (to->last)
    to->last->next = node;
  else
    to->first = node;
  to->last = node;
}

/* The children of a node, which has none from then on. */
static sx_document_node *taken(sx_document_node *node) {
  sx_document_node *first = node->first;
  node->first = node->last = NULL;
  return first;
}

static sx_status hang_text(pairer *p, sx_document_node *to, const char *text, sx_lang lang) {
  sx_document_node *node = fresh(p, SX_DOC_TEXT, lang);
  if (!node) return SX_E_MEMORY;
  node->text = sx_arena_strdup(p->zh->arena, text);
  if (!node->text) return sx_error_memory(p->err);
  hang(to, node);
  return SX_OK;
}

static sx_status same_words(bool *same, pairer *p, const sx_document_node *a, const sx_document_node *b) {
  sx_buf x, y;
  sx_buf_init(&x, &p->zh->ctx);
  sx_buf_init(&y, &p->zh->ctx);
  sx_document_plain(&x, a);
  sx_document_plain(&y, b);
  const bool failed = x.failed || y.failed;
  *same = !failed && x.n == y.n && (x.n == 0 || memcmp(x.data, y.data, x.n) == 0);
  sx_buf_clear(&x);
  sx_buf_clear(&y);
  return failed ? sx_error_memory(p->err) : SX_OK;
}

/* ---- where they differ ------------------------------------------------------------------------------------------- */

/* "narrative/zh/01.md:12 a paragraph"; of a block without a place what it is alone. */
static void describe(char out[200], const sx_document_node *node, const sx_document_node *parent) {
  char kind[40];
  if (!node) {
    const char *place = parent->last ? parent->last->place : parent->place;
    (void)snprintf(out, 200, "%s%s the end of the text", place ? "behind " : "", place ? place : "");
    return;
  }
  (void)snprintf(kind, sizeof kind, "%s", sx_document_kind_name(node->kind));
  for (char *c = kind; *c; c++) *c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
  (void)snprintf(out, 200, "%s%sa %s", node->place ? node->place : "", node->place ? " " : "", kind);
}

static sx_status mismatch(pairer *p, const sx_document_node *zh, const sx_document_node *zh_parent,
                          const sx_document_node *en, const sx_document_node *en_parent, const char *what) {
  char a[200], b[200];
  describe(a, zh, zh_parent);
  describe(b, en, en_parent);
  return sx_error_set(p->err, SX_E_DATA,
                      zh && zh->place   ? zh->place
                      : en && en->place ? en->place
                                        : "report",
                      "the two languages do not stand side by side: in Chinese %s, in English %s%s", a, b, what);
}

/* ---- words in both languages ------------------------------------------------------------------------------------- */

static bool last_kind(const sx_document_node *node) {
  return node->kind == SX_DOC_TAG || node->kind == SX_DOC_UNIT;
}

/* What is read in a node but tags and units; "" for nothing. */
static sx_status main_words(sx_buf *out, pairer *p, const sx_document_node *node) {
  sx_buf_add(out, "");
  for (const sx_document_node *n = node->first; n; n = n->next) {
    if (!last_kind(n)) sx_document_plain(out, n);
  }
  return sx_buf_status(out, p->err);
}

static sx_status same_main(bool *same, pairer *p, const sx_document_node *a, const sx_document_node *b) {
  sx_buf x, y;
  sx_buf_init(&x, &p->zh->ctx);
  sx_buf_init(&y, &p->zh->ctx);
  sx_status status = main_words(&x, p, a);
  if (status == SX_OK) status = main_words(&y, p, b);
  *same = status == SX_OK && strcmp(x.data, y.data) == 0;
  sx_buf_clear(&x);
  sx_buf_clear(&y);
  return status;
}

/* The inlines of both in `zh`: Chinese, a blank or a line break, English; tags at the end. Equal words stand once. */
static sx_status merge(pairer *p, sx_document_node *zh, sx_document_node *en, bool line) {
  bool same = false;
  SX_TRY(same_words(&same, p, zh, en));
  if (same) return SX_OK;
  SX_TRY(same_main(&same, p, zh, en)); /* their tags may differ */
  sx_document_node *parts[2] = {taken(zh), taken(en)};
  for (int tail = 0; tail < 2; tail++) {
    for (int side = 0; side < 2; side++) {
      bool any = zh->first != NULL;
      for (sx_document_node *n = parts[side], *next; n; n = next) {
        next = n->next;
        if (last_kind(n) != (tail == 1) || (same && tail == 0 && side == 1)) continue;
        if (side == 1 && any && tail == 0) {
          sx_document_node *gap = line ? fresh(p, SX_DOC_LINE_BREAK, SX_LANG_ZH) : NULL;
          if (line && !gap) return SX_E_MEMORY;
          if (gap) hang(zh, gap);
          if (!gap) SX_TRY(hang_text(p, zh, " ", SX_LANG_ZH));
          any = false;
        }
        sx_document_node *copy = fresh(p, n->kind, n->lang); /* the list that is walked keeps its links */
        if (!copy) return SX_E_MEMORY;
        *copy = *n;
        for (sx_document_node *child = copy->first; child; child = child->next) child->parent = copy;
        hang(zh, copy);
      }
    }
  }
  return SX_OK;
}

static sx_status both_words(const char **out, pairer *p, const char *zh, const char *en) {
  if (!zh || !*zh || !en || !*en || strcmp(zh, en) == 0) {
    *out = zh && *zh ? zh : en;
    return SX_OK;
  }
  *out = sx_arena_printf(p->zh->arena, "%s %s", zh, en);
  return *out ? SX_OK : sx_error_memory(p->err);
}

/* "亿元" as "100 million yuan". */
static const char *english_unit(pairer *p, const char *unit) {
  static const char *const scales[][2] = {{"万亿", "trillion"},  {"百万", "million"}, {"亿", "100 million"},
                                          {"万", "10 thousand"}, {"千", "thousand"},  {"", ""}};
  for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
    const size_t n = strlen(scales[i][0]);
    if (strncmp(unit, scales[i][0], n) != 0) continue;
    const char *noun = sx_report__noun(unit + n);
    if (!noun && unit[n]) return NULL;
    return sx_arena_printf(p->zh->arena, "%s%s%s", scales[i][1], *scales[i][1] && noun ? " " : "", noun ? noun : "");
  }
  return NULL;
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

static const sx_document_node *number_in(const sx_document_node *cell) {
  for (const sx_document_node *n = cell; n; n = sx_document_next(cell, n)) {
    if (n->kind == SX_DOC_NUMBER) return n;
  }
  return NULL;
}

/* What a unit says without the brackets that stand around it after a digit; whether it has some. */
static sx_status bare_unit(sx_buf *out, bool *brackets, pairer *p, const sx_document_node *unit) {
  static const char *const pairs[][2] = {{"(", ")"}, {"（", "）"}};
  sx_buf_add(out, "");
  sx_document_plain(out, unit);
  SX_TRY(sx_buf_status(out, p->err));
  *brackets = false;
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    const size_t open = strlen(pairs[i][0]), shut = strlen(pairs[i][1]);
    if (out->n <= open + shut || memcmp(out->data, pairs[i][0], open) != 0 ||
        memcmp(out->data + out->n - shut, pairs[i][1], shut) != 0)
      continue;
    out->n -= open + shut;
    memmove(out->data, out->data + open, out->n);
    out->data[out->n] = '\0';
    *brackets = true;
    break;
  }
  return SX_OK;
}

/* The English unit of a head is the Chinese scale in English: the numbers below it are set once. */
static sx_status translate_unit(pairer *p, sx_document_node *zh, sx_document_node *en) {
  sx_document_node *a = NULL, *b = NULL;
  for (sx_document_node *n = zh->first; n && !a; n = n->next) {
    if (n->kind == SX_DOC_UNIT) a = n;
  }
  for (sx_document_node *n = en->first; n; n = n->next) {
    if (n->kind == SX_DOC_UNIT) b = n;
  }
  if (!a || !b) return SX_OK;
  sx_buf x, y;
  bool brackets[2] = {false, false}, same = false;
  sx_buf_init(&x, &p->zh->ctx);
  sx_buf_init(&y, &p->zh->ctx);
  sx_status status = bare_unit(&x, &brackets[0], p, a);
  if (status == SX_OK) status = bare_unit(&y, &brackets[1], p, b);
  const char *english = NULL, *both = NULL;
  if (status == SX_OK) {
    same = x.n == y.n && memcmp(x.data, y.data, x.n) == 0;
    english = !same && x.n ? english_unit(p, x.data) : NULL;
    both = sx_arena_printf(p->zh->arena, brackets[1] ? "(%s)" : "%s", same ? x.data : english ? english : "");
    if (!both) status = sx_error_memory(p->err);
  }
  sx_buf_clear(&x);
  sx_buf_clear(&y);
  SX_TRY(status);
  if (same) { /* %: once */
    sx_document_node *n = taken(en), *next;
    for (; n; n = next) {
      next = n->next;
      if (n != b) hang(en, n);
    }
    if (!brackets[1] || brackets[0]) return SX_OK;
    (void)taken(a); /* it now stands behind the English digit */
    return hang_text(p, a, both, SX_LANG_EN);
  }
  if (!english) return SX_OK;
  (void)taken(b);
  b->exempt = "unit";
  return hang_text(p, b, both, SX_LANG_EN);
}

/* A number that says its unit itself stands once, as in Chinese, and the unit behind it in English. */
static sx_status put_english_unit(pairer *p, sx_document_node *cell, const sx_document_number *zh,
                                  const sx_document_number *en) {
  const char *unit = zh->unit ? zh->unit : "", *other = en->unit ? en->unit + strspn(en->unit, " ") : "";
  if (!*unit || strcmp(unit, other) == 0) return SX_OK; /* %: once */
  const char *english = english_unit(p, unit);
  const char *text = sx_arena_printf(p->zh->arena, " (%s)", english ? english : other);
  sx_document_node *run = fresh(p, SX_DOC_RUN, SX_LANG_EN), *at = cell->first;
  if (!text || !run) return sx_error_memory(p->err);
  if (!english && !*other) return SX_OK;
  while (at->next && at->kind != SX_DOC_NUMBER) at = at->next;
  while (at->next && at->next->kind == SX_DOC_MARK) at = at->next;
  run->exempt = "unit";
  run->parent = cell;
  run->next = at->next;
  at->next = run;
  if (cell->last == at) cell->last = run;
  return hang_text(p, run, text, SX_LANG_EN);
}

static sx_status merge_cell(pairer *p, sx_document_node *zh, sx_document_node *en) {
  const sx_document_node *a = number_in(zh), *b = number_in(en);
  if (a && b && zh->as.cell->own_unit) return put_english_unit(p, zh, a->as.number, b->as.number);
  if (a && b && zh->as.cell->scope == SX_DOC_SCOPE_NONE && a->as.number->bare) return SX_OK;
  SX_TRY(translate_unit(p, zh, en));
  return merge(p, zh, en, true);
}

static sx_status merge_row(pairer *p, sx_document_node *zh, sx_document_node *en) {
  sx_document_node *b = en->first;
  for (sx_document_node *a = zh->first; a; a = a->next, b = b->next) {
    if (!b) return mismatch(p, zh->parent, zh->parent->parent, en->parent, en->parent->parent, " with fewer cells");
    SX_TRY(merge_cell(p, a, b));
  }
  return b ? mismatch(p, zh->parent, zh->parent->parent, en->parent, en->parent->parent, " with more cells") : SX_OK;
}

static sx_status merge_caption(pairer *p, sx_document_node *zh, sx_document_node *en) {
  SX_TRY(both_words(&zh->as.caption.word, p, zh->as.caption.word, en->as.caption.word));
  return merge(p, zh, en, false);
}

static bool is_foot(const sx_document_node *node) {
  return node->kind == SX_DOC_NOTE || node->kind == SX_DOC_SOURCE;
}

/* A note stands before the source. */
static void hang_foot(sx_document_node *to, sx_document_node *node) {
  sx_document_node *source = to->last;
  if (node->kind != SX_DOC_NOTE || !source || source->kind != SX_DOC_SOURCE) {
    hang(to, node);
    return;
  }
  sx_document_node *before = to->first;
  while (before != source && before->next != source) before = before->next;
  if (before == source)
    to->first = node;
  else
    before->next = node;
  node->parent = to;
  node->next = source;
}

/* Notes and sources of the English table, from `b` on, enter those of the Chinese one; a note may stand in one language alone. */
static sx_status merge_foot(pairer *p, sx_document_node *zh, sx_document_node *b) {
  for (sx_document_node *next; b; b = next) {
    sx_document_node *a = zh->first;
    next = b->next;
    while (a && a->kind != b->kind) a = a->next;
    if (a)
      SX_TRY(merge(p, a, b, true));
    else
      hang_foot(zh, b);
  }
  return SX_OK;
}

static sx_status merge_table(pairer *p, sx_document_node *zh, sx_document_node *en) {
  sx_document_table *table = sx_arena_zalloc(p->zh->arena, 1, sizeof *table);
  if (!table) return sx_error_memory(p->err);
  *table = *zh->as.table;
  SX_TRY(both_words(&table->title, p, table->title, en->as.table->title));
  zh->as.table = table;
  sx_document_node *b = en->first;
  for (sx_document_node *a = zh->first; a && !is_foot(a); a = a->next, b = b->next) {
    if (!b || a->kind != b->kind) return mismatch(p, zh, zh->parent, en, en->parent, " with other rows");
    if (a->kind == SX_DOC_ROW)
      SX_TRY(merge_row(p, a, b));
    else if (a->kind == SX_DOC_CAPTION)
      SX_TRY(merge_caption(p, a, b));
    else
      SX_TRY(merge(p, a, b, true));
  }
  if (b && !is_foot(b)) return mismatch(p, zh, zh->parent, en, en->parent, " with other rows");
  return merge_foot(p, zh, b);
}

/* ---- figures ----------------------------------------------------------------------------------------------------- */

static sx_status merge_labels(const char *const **out, pairer *p, const char *const *zh, const char *const *en,
                              size_t n) {
  if (!zh || !en) return SX_OK;
  const char **list = sx_arena_zalloc(p->zh->arena, n + 1, sizeof *list);
  if (!list) return sx_error_memory(p->err);
  for (size_t i = 0; i < n; i++) {
    SX_TRY(both_words(&list[i], p, zh[i], en[i]));
    if (!list[i]) list[i] = "";
  }
  *out = list;
  return SX_OK;
}

static sx_status merge_chart(pairer *p, sx_document_figure *figure, const sx_document_figure *en) {
  sx_chart *chart = sx_arena_zalloc(p->zh->arena, 1, sizeof *chart);
  if (!chart) return sx_error_memory(p->err);
  *chart = *figure->chart;
  const sx_chart *other = en->chart;
  if (chart->n_categories == other->n_categories && chart->n_series == other->n_series) {
    /* a tile has room for one name, a province's own */
    if (chart->type != SX_CHART_TILES)
      SX_TRY(merge_labels(&chart->categories, p, chart->categories, other->categories, chart->n_categories));
    SX_TRY(merge_labels(&chart->series, p, chart->series, other->series, chart->n_series));
    SX_TRY(merge_labels(&chart->groups, p, chart->groups, other->groups, chart->n_categories));
  }
  figure->chart = chart;
  return both_words(&figure->title, p, figure->title, en->title);
}

static sx_status merge_unit_line(pairer *p, sx_document_node *zh, const sx_document_figure *figure) {
  const char *english = figure->unit ? english_unit(p, figure->unit) : NULL;
  if (!english) return SX_OK;
  sx_document_node *run = fresh(p, SX_DOC_RUN, SX_LANG_EN);
  if (!run) return SX_E_MEMORY;
  run->exempt = "unit";
  hang(zh, run);
  const char *text = sx_arena_printf(p->zh->arena, " %s%s", sx_report__word(SX_LANG_EN, W_UNIT), english);
  return text ? hang_text(p, run, text, SX_LANG_EN) : sx_error_memory(p->err);
}

static sx_status merge_figure(pairer *p, sx_document_node *zh, sx_document_node *en) {
  sx_document_figure *figure = sx_arena_zalloc(p->zh->arena, 1, sizeof *figure);
  if (!figure) return sx_error_memory(p->err);
  *figure = *zh->as.figure;
  SX_TRY(merge_chart(p, figure, en->as.figure));
  zh->as.figure = figure;
  for (sx_document_node *a = zh->first; a; a = a->next) {
    sx_document_node *b = NULL;
    for (sx_document_node *n = en->first; n && !b; n = n->next) b = n->kind == a->kind ? n : NULL;
    if (a->kind == SX_DOC_DRAWING) a->as.figure = figure;
    if (!b) continue;
    if (a->kind == SX_DOC_CAPTION)
      SX_TRY(merge_caption(p, a, b));
    else if (a->kind == SX_DOC_TABLE)
      SX_TRY(merge_table(p, a, b));
    else if (a->kind == SX_DOC_UNIT_LINE)
      SX_TRY(merge_unit_line(p, a, figure));
    else if (a->kind != SX_DOC_DRAWING)
      SX_TRY(merge(p, a, b, true));
  }
  return SX_OK;
}

/* ---- blocks ------------------------------------------------------------------------------------------------------ */

static size_t count(const sx_document_node *node) {
  size_t n = 0;
  for (const sx_document_node *child = node->first; child; child = child->next) n++;
  return n;
}

/* Two blocks beside each other. */
static sx_status hang_pair(pairer *p, sx_document_node *to, sx_document_node *zh, sx_document_node *en) {
  sx_document_node *pair = fresh(p, SX_DOC_PAIR, SX_LANG_ZH);
  if (!pair) return SX_E_MEMORY;
  hang(to, pair);
  sx_document_node *const blocks[] = {zh, en};
  for (int lang = 0; lang < 2; lang++) {
    sx_document_node *side = fresh(p, SX_DOC_SIDE, (sx_lang)lang);
    if (!side) return SX_E_MEMORY;
    hang(pair, side);
    hang(side, blocks[lang]);
  }
  return SX_OK;
}

/* Notes go in pairs by their order. */
static sx_status merge_notes(pairer *p, sx_document_node *zh, sx_document_node *en) {
  if (count(zh) != count(en)) return mismatch(p, zh, zh->parent, en, en->parent, " of another number");
  sx_document_node *b = en->first;
  for (sx_document_node *a = zh->first; a; a = a->next, b = b->next) {
    for (sx_document_node *n = taken(b), *next; n; n = next) {
      next = n->next;
      hang(a, n);
    }
    if (b->as.footnote.number && b->as.footnote.number <= p->n_notes) p->notes[b->as.footnote.number - 1] = a;
  }
  return SX_OK;
}

static sx_status pair_blocks(pairer *p, sx_document_node *zh, sx_document_node *en);

static sx_status pair_one(pairer *p, sx_document_node *to, sx_document_node *a, sx_document_node *b) {
  switch ((int)a->kind) {
  case SX_DOC_PARAGRAPH:
    return hang_pair(p, to, a, b);
  case SX_DOC_LIST:
    if (count(a) != count(b) || a->as.list.ordered != b->as.list.ordered)
      return mismatch(p, a, to, b, b->parent, " of another length or kind");
    return hang_pair(p, to, a, b);
  case SX_DOC_HEADING:
    if (a->as.heading.level != b->as.heading.level) return mismatch(p, a, to, b, b->parent, " of another level");
    hang(to, a);
    return merge(p, a, b, false);
  case SX_DOC_CAPTION:
    hang(to, a);
    return merge_caption(p, a, b);
  case SX_DOC_TABLE:
    hang(to, a);
    return merge_table(p, a, b);
  case SX_DOC_FIGURE:
    if (strcmp(a->as.figure->id, b->as.figure->id) != 0) return mismatch(p, a, to, b, b->parent, ", another one");
    hang(to, a);
    return merge_figure(p, a, b);
  case SX_DOC_FOOTNOTES:
    hang(to, a);
    return merge_notes(p, a, b);
  case SX_DOC_RULE:
    hang(to, a);
    return SX_OK;
  case SX_DOC_CODE_BLOCK: {
    bool same = false;
    hang(to, a);
    SX_TRY(same_words(&same, p, a, b));
    if (!same) hang(to, b);
    return SX_OK;
  }
  case SX_DOC_COVER:
  case SX_DOC_KEY_FIGURES:
  case SX_DOC_KEY_FIGURE:
  case SX_DOC_QUOTE:
  case SX_DOC_BOX:
  case SX_DOC_ANNEXES:
  case SX_DOC_PROVENANCE:
    hang(to, a);
    return pair_blocks(p, a, b);
  default: /* lines of the cover */
    hang(to, a);
    SX_TRY(both_words(&a->text, p, a->text, b->text));
    return sx_document_is_block(a->kind) && a->first && !sx_document_is_block(a->first->kind) ? merge(p, a, b, true)
                                                                                              : SX_OK;
  }
}

/* Whether two annexes have the same blocks in the same order. */
static bool alike(const sx_document_node *zh, const sx_document_node *en) {
  const sx_document_node *a = zh->first, *b = en->first;
  for (; a && b && a->kind == b->kind; a = a->next, b = b->next) {
    if (a->kind == SX_DOC_LIST && count(a) != count(b)) return false;
    if (a->kind == SX_DOC_HEADING && a->as.heading.level != b->as.heading.level) return false;
    if (a->kind == SX_DOC_TABLE &&
        (a->as.table->n_rows != b->as.table->n_rows || a->as.table->n_columns != b->as.table->n_columns))
      return false;
  }
  return !a && !b;
}

/* What the run writes is not the author's to set right: where its languages differ they stand one after the other. */
static sx_status pair_annex(pairer *p, sx_document_node *to, sx_document_node *zh, sx_document_node *en) {
  hang(to, zh);
  if (alike(zh, en)) return pair_blocks(p, zh, en);
  for (sx_document_node *n = taken(en), *next; n; n = next) {
    next = n->next;
    hang(zh, n);
  }
  return SX_OK;
}

static sx_status pair_blocks(pairer *p, sx_document_node *zh, sx_document_node *en) {
  sx_document_node *a = zh->first, *b = en->first;
  const sx_document_node was = *zh;
  zh->first = zh->last = NULL;
  while (a || b) {
    if (!a || !b || a->kind != b->kind) return mismatch(p, a, &was, b, en, "");
    sx_document_node *const next_a = a->next, *const next_b = b->next;
    SX_TRY(a->kind == SX_DOC_ANNEX ? pair_annex(p, zh, a, b) : pair_one(p, zh, a, b));
    a = next_a;
    b = next_b;
  }
  return SX_OK;
}

/* ---- the document ------------------------------------------------------------------------------------------------ */

/* References of both languages lead to one note; each has a number of its own. */
static void settle_notes(pairer *p) {
  sx_document_node *root = p->zh->tree;
  size_t ordinal = 0;
  for (sx_document_node *n = root; n;) {
    if (n->kind == SX_DOC_FOOTNOTE_REF) {
      const size_t number = n->as.footnote_ref.number;
      n->as.footnote_ref.ordinal = ++ordinal;
      if (number && number <= p->n_notes && p->notes[number - 1]) n->as.footnote_ref.note = p->notes[number - 1];
    }
    if (n->first) {
      n = n->first;
      continue;
    }
    while (n != root && !n->next) n = n->parent;
    n = n == root ? NULL : n->next;
  }
}

static sx_status pair_documents(pairer *p) {
  for (const sx_document_node *n = p->en->root; n; n = sx_document_next(p->en->root, n)) {
    if (n->kind == SX_DOC_FOOTNOTE && n->as.footnote.number > p->n_notes) p->n_notes = n->as.footnote.number;
  }
  p->notes = sx_arena_zalloc(p->zh->arena, p->n_notes + 1, sizeof *p->notes);
  if (!p->notes) return sx_error_memory(p->err);
  SX_TRY(pair_blocks(p, p->zh->tree, p->en->tree));
  settle_notes(p);
  SX_TRY(both_words(&p->zh->title, p, p->zh->title, p->en->title));
  p->zh->second = p->en;
  return SX_OK;
}

sx_status sx_report_document_pair(sx_document **out, sx_store *store, int64_t run, sx_error *err) {
  const sx_report_options zh = {1, SX_LANG_ZH, NULL}, en = {1, SX_LANG_EN, NULL};
  pairer p = {.err = err};
  sx_status status = sx_report_document(&p.zh, store, run, &zh, err);
  if (status == SX_OK) status = sx_report_document(&p.en, store, run, &en, err);
  if (status == SX_OK) status = pair_documents(&p);
  if (status == SX_OK) {
    *out = p.zh;
    return SX_OK;
  }
  sx_document_free(p.zh);
  sx_document_free(p.en);
  return status;
}
