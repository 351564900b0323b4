/* banner_wave.c: which row and column of the earlier wave is compared with which of the present one, and what is told of the others.
 *
 * Keys say what answers to what: codes, names of members, names of nets. A key with two labels is two things, and is not compared. A box, mean
 * or median is compared on the same scale alone. */
#include <stdio.h>
#include <string.h>

#include "banner_priv.h"

enum { TOGETHER = -1 }; /* beside the kinds of what is apart */

/* ---- what is told ----------------------------------------------------------------------------------------------------------------- */

static sx_status add(banner_apart *apart, int kind, const char *zh, const char *en, sx_arena *arena, sx_error *err) {
  if (!zh || !en) return sx_error_memory(err);
  for (size_t k = 0; k < apart->n[kind]; k++)
    if (strcmp(apart->name[kind][k].en, en) == 0) return SX_OK;
  if (!sx_arena_grow(arena, (void **)&apart->name[kind], &apart->cap[kind], apart->n[kind] + 1,
                     sizeof *apart->name[kind]))
    return sx_error_memory(err);
  apart->name[kind][apart->n[kind]++] = (sx_banner_text){zh, en};
  return SX_OK;
}

static sx_status note_of(banner_question *notes, const banner_apart *apart, int kind, sx_arena *arena, sx_error *err) {
  static const sx_banner_text words[BANNER_APART_KINDS] = {
      {"上期没有的列，不作比较：", "Columns that the earlier wave has not, not compared with it: "},
      {"上期没有的行，不作比较：", "Rows that the earlier wave has not, not compared with it: "},
      {"同一编码在本期与上期含义不同，不作比较：",
       "One code with two labels, here and in the earlier wave, not compared with it: "},
      {"量表的档次或其标签与上期不同，不作比较：",
       "A scale of other levels or labels in the earlier wave, not compared with it: "},
      {"上期样本不足，不作比较：", "Too few cases in the earlier wave, not compared with it: "}};
  enum { MOST = 12 };
  const size_t n = apart->n[kind], shown = n > MOST ? MOST : n;
  const char *zh = words[kind].zh, *en = words[kind].en;
  for (size_t k = 0; k < shown && zh && en; k++) {
    zh = sx_arena_printf(arena, "%s%s%s", zh, k ? "、" : "", apart->name[kind][k].zh);
    en = sx_arena_printf(arena, "%s%s%s", en, k ? ", " : "", apart->name[kind][k].en);
  }
  if (n > shown && zh && en) {
    zh = sx_arena_printf(arena, "%s 等 %zu 项", zh, n);
    en = sx_arena_printf(arena, "%s and %zu more", en, n - shown);
  }
  return sx_banner__add_note(notes, arena, zh, en, err);
}

sx_status sx_banner__apart_notes(banner_question *notes, const banner_apart *apart, sx_arena *arena, sx_error *err) {
  for (int kind = 0; apart && kind < BANNER_APART_KINDS; kind++)
    if (apart->n[kind]) SX_TRY(note_of(notes, apart, kind, arena, err));
  return SX_OK;
}

sx_status sx_banner__apart_base(banner_apart *apart, const banner_plan *now, size_t c, sx_arena *arena, sx_error *err) {
  const char *key = now->columns->column[c].key;
  return add(apart, BANNER_APART_BASE, key, key, arena, err);
}

sx_status sx_banner__apart_question(banner_apart *apart, const banner_question *now, sx_arena *arena, sx_error *err) {
  return add(apart, BANNER_APART_ROW, now->stub->id, now->stub->id, arena, err);
}

/* ---- labels ----------------------------------------------------------------------------------------------------------------------- */

/* A key that stands for a label of its own has none. */
static bool is_relabelled(const char *key, const char *label, const char *other) {
  return strcmp(label, key) != 0 && strcmp(other, key) != 0 && strcmp(label, other) != 0;
}

static bool is_settled(const banner_plan *earlier, const char *variable) {
  const sx_banner_wave *w = earlier->wave;
  for (size_t k = 0; k < w->n_same; k++)
    if (strcmp(w->same[k], variable) == 0) return true;
  return false;
}

/* ---- rows ------------------------------------------------------------------------------------------------------------------------- */

/* The levels that make a net, a box or a share are those of the earlier one, as far as both waves have them. */
static int compare_levels(const banner_line *a, const double *in, const banner_line *b, const double *in_b) {
  for (size_t v = 0; v < a->n_codes; v++)
    for (size_t u = 0; u < b->n_codes; u++) {
      if (strcmp(a->text[v], b->text[u]) != 0) continue;
      if ((in[v] != 0) != (in_b[u] != 0)) return BANNER_APART_SCALE;
      if (in[v] != 0 && is_relabelled(a->text[v], a->label[v], b->label[u])) return BANNER_APART_CODE;
    }
  return TOGETHER;
}

static bool labels_within(size_t *n, const sx_column *a, const sx_column *b) {
  bool all = true;
  *n = 0;
  for (size_t k = 0; k < a->n_labels; k++) {
    const sx_label *l = &a->labels[k];
    if (l->text || sx_column_missing_label(a, l)) continue;
    all = all && sx_column_value_label(b, l->value);
    ++*n;
  }
  return all;
}

/* No code has two labels, and where both waves label the levels these are the same. */
static bool same_scale(const sx_column *a, const sx_column *b) {
  sx_code_clash clash;
  size_t n[2];
  if (sx_column_clash(&clash, a, b)) return false;
  if (a->type == SX_CATEGORY && b->type == SX_CATEGORY) return sx_dict_count(a->dict) == sx_dict_count(b->dict);
  const bool one = labels_within(&n[0], a, b), two = labels_within(&n[1], b, a);
  if (n[0] == 0 || n[1] == 0 || (one && two)) return true;
  return sx_banner__is_amount(a) && sx_banner__is_amount(b);
}

/* Members that are others than they were make other nets. */
static bool members_relabelled(const banner_question *now, const banner_question *then) {
  for (size_t i = 0; i < now->n_items; i++)
    for (size_t k = 0; k < then->n_items; k++) {
      const banner_item *a = &now->item[i], *b = &then->item[k];
      if (a->kind == SX_BANNER_ROW_MEMBER && b->kind == SX_BANNER_ROW_MEMBER && strcmp(a->key, b->key) == 0 &&
          is_relabelled(a->key, a->label.en, b->label.en))
        return true;
    }
  return false;
}

static int compare_items(const banner_plan *earlier, const banner_question *now, const banner_item *item,
                         const banner_question *then, const banner_item *other) {
  const banner_line *a = &now->line[item->line], *b = &then->line[other->line];
  if (!item->median != !other->median ||
      (item->compared == BANNER_WITHIN_LEVEL) != (other->compared == BANNER_WITHIN_LEVEL))
    return BANNER_APART_SCALE;
  if (is_settled(earlier, a->of ? a->of->name : item->key)) return TOGETHER;
  if (item->kind == SX_BANNER_ROW_CATEGORY || item->kind == SX_BANNER_ROW_MEMBER)
    return is_relabelled(item->key, item->label.en, other->label.en) ? BANNER_APART_CODE : TOGETHER;
  if (!a->of || !b->of) return members_relabelled(now, then) ? BANNER_APART_CODE : TOGETHER;
  if (item->measure == SX_BANNER_COL_PCT && a->text && b->text) {
    const int levels = compare_levels(a, item->coef, b, other->coef);
    if (levels != TOGETHER || item->kind == SX_BANNER_ROW_NET || now->stub->stat == BANNER_SHARE) return levels;
  }
  return same_scale(a->of, b->of) ? TOGETHER : BANNER_APART_SCALE;
}

/* "sex=1 (Man / Woman)", "c1", "q1: Top 2". */
static sx_status tell_item(banner_apart *apart, int kind, const banner_question *now, const banner_item *item,
                           const banner_item *other, sx_arena *arena, sx_error *err) {
  const sx_column *of = now->line[item->line].of;
  const char *name = item->key;
  if (item->kind == SX_BANNER_ROW_CATEGORY) name = sx_arena_printf(arena, "%s=%s", of->name, item->key);
  if (name && other && kind == BANNER_APART_CODE && item->kind != SX_BANNER_ROW_NET)
    name = sx_arena_printf(arena, "%s (%s / %s)", name, item->label.en, other->label.en);
  if (item->kind == SX_BANNER_ROW_CATEGORY || item->kind == SX_BANNER_ROW_MEMBER || item->kind == SX_BANNER_ROW_ITEM)
    return add(apart, kind, name, name, arena, err);
  return add(apart, kind, sx_arena_printf(arena, "%s：%s", now->stub->id, item->label.zh),
             sx_arena_printf(arena, "%s: %s", now->stub->id, item->label.en), arena, err);
}

sx_status sx_banner__earlier_item(size_t *out, banner_apart *apart, const banner_plan *earlier,
                                  const banner_question *now, size_t i, const banner_question *then, sx_arena *arena,
                                  sx_error *err) {
  const banner_item *item = &now->item[i];
  size_t k = 0;
  while (k < then->n_items && !(then->item[k].kind == item->kind && then->item[k].measure == item->measure &&
                                strcmp(then->item[k].key, item->key) == 0))
    k++;
  const banner_item *other = k < then->n_items ? &then->item[k] : NULL;
  const int kind = other ? compare_items(earlier, now, item, then, other) : BANNER_APART_ROW;
  *out = kind == TOGETHER ? k : then->n_items;
  return kind == TOGETHER ? SX_OK : tell_item(apart, kind, now, item, other, arena, err);
}

/* ---- columns ---------------------------------------------------------------------------------------------------------------------- */

/* The level above a column whose code has another label there; SIZE_MAX: none. Columns of one key have heads of one shape. */
static size_t relabelled_head(const char **was, const banner_plan *earlier, size_t e, const banner_plan *now,
                              size_t c) {
  const sx_banner_columns *a = now->columns, *b = earlier->columns;
  size_t g = b->column[e].head;
  for (size_t h = a->column[c].head; h != SIZE_MAX && g != SIZE_MAX; h = a->head[h].parent) {
    const sx_banner_head *one = &a->head[h], *two = &b->head[g];
    if (sx_banner_is_level(a, h) && !is_settled(earlier, one->variable) &&
        is_relabelled(one->level, one->text.en, two->text.en)) {
      *was = two->text.en;
      return h;
    }
    g = two->parent;
  }
  return SIZE_MAX;
}

sx_status sx_banner__earlier_column(size_t *out, banner_apart *apart, const banner_plan *earlier,
                                    const banner_plan *now, size_t c, sx_arena *arena, sx_error *err) {
  const sx_banner_columns *then = earlier->columns;
  const char *key = now->columns->column[c].key, *was = NULL;
  size_t e = 0;
  while (e < then->n_columns && strcmp(then->column[e].key, key) != 0) e++;
  *out = e;
  if (e == then->n_columns) return add(apart, BANNER_APART_COLUMN, key, key, arena, err);
  const size_t at = relabelled_head(&was, earlier, e, now, c);
  if (at == SIZE_MAX) return SX_OK;
  *out = then->n_columns;
  const sx_banner_head *head = &now->columns->head[at];
  const char *name = sx_arena_printf(arena, "%s=%s (%s / %s)", head->variable, head->level, head->text.en, was);
  return add(apart, BANNER_APART_CODE, name, name, arena, err);
}

/* ---- the condition ---------------------------------------------------------------------------------------------------------------- */

static sx_status same_codes(const banner_plan *now, const banner_plan *earlier, const char *name, sx_error *err) {
  const sx_column *a = sx_table_find(now->table, name), *b = sx_table_find(earlier->table, name);
  char code[SX_DOUBLE_TEXT_MAX];
  sx_code_clash clash;
  if (!a || !b || is_settled(earlier, name) || !sx_column_clash(&clash, a, b)) return SX_OK;
  code[sx_text_from_double(code, clash.value)] = '\0';
  return sx_error_set(err, SX_E_DATA, "where",
                      "'%s' calls %s '%s', the earlier wave calls it '%s': the condition does not mean the same cases; "
                      "give both files the same codes",
                      name, clash.text ? clash.text : code, clash.label[0], clash.label[1]);
}

sx_status sx_banner__same_where(const banner_plan *now, const banner_plan *earlier, sx_error *err) {
  sx_expr *expr = NULL;
  if (!now->request->where) return SX_OK;
  SX_TRY(sx_expr_parse(&expr, now->ctx, now->request->where, err));
  sx_status st = SX_OK;
  for (size_t k = 0; st == SX_OK && k < sx_expr_names(expr); k++)
    st = same_codes(now, earlier, sx_expr_name(expr, k), err);
  sx_expr_free(expr);
  return st;
}
