/* banner_question.c: a question as lines (codes of the cases) and items (what is estimated of them). */
#include <math.h>
#include <string.h>

#include "banner_priv.h"

sx_status sx_banner__add_note(banner_question *q, sx_arena *arena, const char *zh, const char *en, sx_error *err) {
  size_t cap = q->n_notes;
  if (!zh || !en || !sx_arena_grow(arena, (void **)&q->note, &cap, q->n_notes + 1, sizeof *q->note))
    return sx_error_memory(err);
  q->note[q->n_notes++] = (sx_banner_text){zh, en};
  return SX_OK;
}

typedef struct maker {
  const banner_plan *plan;
  const banner_stub *stub;
  sx_arena *arena;
  banner_question *q;
  size_t cap_lines, cap_items;
} maker;

/* ---- lines ---------------------------------------------------------------------------------------------------------------------- */

static sx_status add_line(size_t *out, maker *m, size_t n_codes, sx_error *err) {
  banner_question *q = m->q;
  const size_t rows = sx_table_rows(m->plan->table);
  if (!sx_arena_grow(m->arena, (void **)&q->line, &m->cap_lines, q->n_lines + 1, sizeof *q->line))
    return sx_error_memory(err);
  uint16_t *code = sx_arena_alloc(m->arena, rows, sizeof *code);
  if (!code) return sx_error_memory(err);
  q->line[q->n_lines] = (banner_line){n_codes, code, NULL, NULL, NULL, NULL};
  *out = q->n_lines++;
  return SX_OK;
}

static sx_status line_of_levels(size_t *out, maker *m, const banner_levels *levels, const sx_column *of,
                                sx_error *err) {
  const uint8_t *in = m->plan->in;
  const size_t rows = sx_table_rows(m->plan->table);
  SX_TRY(add_line(out, m, levels->n, err));
  m->q->line[*out].of = of;
  m->q->line[*out].text = levels->text;
  m->q->line[*out].label = levels->label;
  uint16_t *code = m->q->line[*out].code;
  for (size_t i = 0; i < rows; i++)
    code[i] = in[i] && levels->code[i] >= 0 ? (uint16_t)levels->code[i] : (uint16_t)BANNER_OUTSIDE;
  return SX_OK;
}

/* 1 where mask, 0 elsewhere in the base. */
static sx_status line_of_mask(size_t *out, maker *m, const uint8_t *mask, const uint8_t *base, sx_error *err) {
  const uint8_t *in = m->plan->in;
  const size_t rows = sx_table_rows(m->plan->table);
  SX_TRY(add_line(out, m, 2, err));
  uint16_t *code = m->q->line[*out].code;
  for (size_t i = 0; i < rows; i++) code[i] = in[i] && base[i] ? mask[i] != 0 : (uint16_t)BANNER_OUTSIDE;
  return SX_OK;
}

static sx_status line_of_numbers(size_t *out, maker *m, const sx_column *c, sx_error *err) {
  const uint8_t *in = m->plan->in;
  const size_t rows = sx_table_rows(m->plan->table);
  SX_TRY(add_line(out, m, 1, err));
  double *y = sx_arena_alloc(m->arena, rows, sizeof *y);
  uint16_t *code = m->q->line[*out].code;
  if (!y) return sx_error_memory(err);
  if (c->type != SX_NUMBER && c->type != SX_INTEGER)
    return sx_error_set(err, SX_E_ARGUMENT, c->name, "it is %s: a mean needs a number", sx_type_name(c->type));
  for (size_t i = 0; i < rows; i++) {
    const bool gone = !in[i] || sx_column_missing(c, i);
    y[i] = gone ? 0 : sx_column_number(c, i);
    code[i] = gone ? (uint16_t)BANNER_OUTSIDE : 0;
    if (!isfinite(y[i]))
      return sx_error_set(err, SX_E_DATA, c->name, "case %zu is not finite: make it missing, or correct it", i + 1);
  }
  m->q->line[*out].y = y;
  m->q->line[*out].of = c;
  return SX_OK;
}

/* ---- items ---------------------------------------------------------------------------------------------------------------------- */

static const sx_banner_text mean_text = {"均值", "Mean"}, median_text = {"中位数", "Median"},
                            top_text = {"前两档", "Top 2"}, bottom_text = {"后两档", "Bottom 2"};

static sx_status add_item(banner_item **out, maker *m, sx_banner_row_kind kind, sx_banner_text label, const char *key,
                          size_t line, sx_error *err) {
  banner_question *q = m->q;
  if (!sx_arena_grow(m->arena, (void **)&q->item, &m->cap_items, q->n_items + 1, sizeof *q->item))
    return sx_error_memory(err);
  *out = &q->item[q->n_items++];
  **out = (banner_item){kind, SX_BANNER_COL_PCT, label, key, line, NULL, NULL, false, {0, NULL}};
  const banner_line *l = &q->line[line];
  if (l->y) return SX_OK;
  (*out)->coef = sx_arena_zalloc(m->arena, l->n_codes, sizeof *(*out)->coef);
  return (*out)->coef ? SX_OK : sx_error_memory(err);
}

static sx_banner_text same(const char *text) {
  return (sx_banner_text){text, text};
}

static sx_status add_level(maker *m, const banner_levels *levels, size_t v, size_t line, sx_error *err) {
  banner_item *item = NULL;
  SX_TRY(
      add_item(&item, m, SX_BANNER_ROW_CATEGORY, sx_banner__level_text(levels->label[v]), levels->text[v], line, err));
  item->coef[v] = 1;
  return SX_OK;
}

/* The mean of the levels' values; a note where they are texts. */
static sx_status add_mean_of_levels(maker *m, const banner_levels *levels, size_t line, sx_banner_text label,
                                    const char *key, sx_banner_row_kind kind, sx_error *err) {
  banner_item *item = NULL;
  if (!levels->value)
    return sx_banner__add_note(m->q, m->arena, sx_arena_printf(m->arena, "%s：取值不是数字，没有均值", key),
                               sx_arena_printf(m->arena, "%s: its levels are no numbers, it has no mean", key), err);
  SX_TRY(add_item(&item, m, kind, label, key, line, err));
  item->measure = SX_BANNER_MEAN;
  memcpy(item->coef, levels->value, levels->n * sizeof *item->coef);
  return SX_OK;
}

static sx_status add_box(maker *m, const banner_levels *levels, const sx_column *c, size_t line, bool top,
                         sx_banner_text label, const char *key, sx_banner_row_kind kind, sx_error *err) {
  banner_item *item = NULL;
  uint8_t *in = sx_arena_zalloc(m->arena, levels->n, 1);
  if (!in) return sx_error_memory(err);
  if (!sx_banner__box(in, levels, c, top))
    return sx_banner__add_note(
        m->q, m->arena,
        sx_arena_printf(m->arena, "%s：不是三档以上的有序量表，没有%s", c->name, top ? "前两档" : "后两档"),
        sx_arena_printf(m->arena, "%s: no ordered scale of three levels or more, it has no %s two", c->name,
                        top ? "top" : "bottom"),
        err);
  SX_TRY(add_item(&item, m, kind, label, key, line, err));
  for (size_t v = 0; v < levels->n; v++) item->coef[v] = in[v];
  return SX_OK;
}

/* The cases that have 1, of those that have 0 or 1. */
static sx_status add_share(maker *m, const banner_levels *levels, const sx_column *c, size_t line, sx_banner_text label,
                           sx_error *err) {
  banner_item *item = NULL;
  bool yes_or_no = levels->value != NULL;
  for (size_t v = 0; v < levels->n && yes_or_no; v++) yes_or_no = levels->value[v] == 0 || levels->value[v] == 1;
  if (!yes_or_no)
    return sx_banner__add_note(
        m->q, m->arena, sx_arena_printf(m->arena, "%s：取值不只 0 和 1，没有占比", c->name),
        sx_arena_printf(m->arena, "%s: it has other values than 0 and 1, and so no share", c->name), err);
  SX_TRY(add_item(&item, m, SX_BANNER_ROW_ITEM, label, c->name, line, err));
  for (size_t v = 0; v < levels->n; v++) item->coef[v] = levels->value[v];
  return SX_OK;
}

static sx_status add_median(maker *m, const sx_column *c, size_t line, sx_banner_text label, const char *key,
                            sx_banner_row_kind kind, sx_error *err) {
  banner_item *item = NULL;
  if (c->type != SX_NUMBER && c->type != SX_INTEGER)
    return sx_banner__add_note(m->q, m->arena, sx_arena_printf(m->arena, "%s：不是数字，没有中位数", c->name),
                               sx_arena_printf(m->arena, "%s: it is no number, it has no median", c->name), err);
  SX_TRY(add_item(&item, m, kind, label, key, line, err));
  item->measure = SX_BANNER_MEDIAN;
  item->median = c;
  item->compared = BANNER_WITHIN_LEVEL;
  if (!sx_banner__is_amount(c)) return sx_banner__scale(&item->scale, c, m->arena, err);
  bool heaped = false;
  SX_TRY(sx_banner__is_heaped(&heaped, m->plan, c, err));
  item->compared = heaped ? BANNER_MID_DISTRIBUTION : BANNER_ITSELF;
  return SX_OK;
}

/* ---- nets ----------------------------------------------------------------------------------------------------------------------- */

/* The one called `word` by its text, as a number, or by its label; n where there is none. */
static size_t find_level(const char *const *text, const char *const *label, size_t n, const char *word) {
  double asked = 0, is = 0;
  for (size_t v = 0; v < n; v++)
    if (strcmp(text[v], word) == 0) return v;
  if (sx_text_to_double(&asked, word, strlen(word)))
    for (size_t v = 0; v < n; v++)
      if (sx_text_to_double(&is, text[v], strlen(text[v])) && is == asked) return v;
  for (size_t v = 0; v < n; v++)
    if (strcmp(label[v], word) == 0) return v;
  return n;
}

static bool all_found(const sx_banner_net *net, const char *const *text, const char *const *label, size_t n) {
  for (size_t k = 0; k < net->n_levels; k++)
    if (find_level(text, label, n, net->level[k]) == n) return false;
  return true;
}

/* A labelled value that no case has is a level all the same. */
static bool is_labelled(const banner_stub *stub, const char *word) {
  double asked = 0;
  const bool number = sx_text_to_double(&asked, word, strlen(word));
  for (size_t k = 0; stub->kind == BANNER_CATEGORIES && k < stub->column[0]->n_labels; k++) {
    const sx_label *l = &stub->column[0]->labels[k];
    if (!l->tag && ((number && !l->text && l->value == asked) || strcmp(l->label, word) == 0)) return true;
  }
  return false;
}

/* Which levels a net has: SX_OK and *all false where one is none of the question's. */
static sx_status net_levels(bool *all, uint8_t **in, const maker *m, const sx_banner_net *net, const char *const *text,
                            const char *const *label, size_t n, bool own, sx_error *err) {
  *all = true;
  *in = sx_arena_zalloc(m->arena, n, 1);
  if (!*in) return sx_error_memory(err);
  for (size_t k = 0; k < net->n_levels; k++) {
    const size_t v = find_level(text, label, n, net->level[k]);
    if (v < n) (*in)[v] = 1;
    if (v < n || is_labelled(m->stub, net->level[k])) continue;
    *all = false;
    if (!own) return SX_OK;
    const char *near = sx_text_nearest(net->level[k], label, n);
    return sx_error_set(err, SX_E_ARGUMENT, m->stub->id, "the net '%s' names the level '%s', which it has not%s%s%s",
                        net->name, net->level[k], near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
  }
  return SX_OK;
}

static sx_status nets_of_levels(maker *m, const banner_levels *levels, size_t line, sx_error *err) {
  const sx_banner_request *r = m->plan->request;
  for (size_t k = 0; k < m->stub->n_nets + r->n_nets; k++) {
    const bool own = k < m->stub->n_nets;
    const sx_banner_net *net = own ? &m->stub->net[k] : &r->nets[k - m->stub->n_nets];
    bool all = false;
    uint8_t *in = NULL;
    banner_item *item = NULL;
    SX_TRY(net_levels(&all, &in, m, net, levels->text, levels->label, levels->n, own, err));
    if (!all) continue;
    SX_TRY(add_item(&item, m, SX_BANNER_ROW_NET, same(net->name), net->name, line, err));
    for (size_t v = 0; v < levels->n; v++) item->coef[v] = in[v];
  }
  return SX_OK;
}

/* The numbers at the ends of the members' names, by which q4_1, q4_2 are called too; the names where one has none. */
static sx_status member_codes(const char *const **out, const maker *m, const banner_members *members, sx_error *err) {
  const char **code = sx_arena_alloc(m->arena, members->n, sizeof *code);
  if (!code) return sx_error_memory(err);
  *out = members->text;
  for (size_t k = 0; k < members->n; k++) {
    const char *name = members->text[k], *at = name + strlen(name);
    while (at > name && at[-1] >= '0' && at[-1] <= '9') at--;
    if (!*at || at == name) return SX_OK;
    code[k] = at;
    for (size_t j = 0; j < k; j++)
      if (strcmp(code[j], at) == 0) return SX_OK;
  }
  *out = code;
  return SX_OK;
}

static sx_status nets_of_members(maker *m, const banner_members *members, sx_error *err) {
  const sx_banner_request *r = m->plan->request;
  const char *const *code = NULL;
  SX_TRY(member_codes(&code, m, members, err));
  const size_t rows = sx_table_rows(m->plan->table);
  for (size_t k = 0; k < m->stub->n_nets + r->n_nets; k++) {
    const bool own = k < m->stub->n_nets;
    const sx_banner_net *net = own ? &m->stub->net[k] : &r->nets[k - m->stub->n_nets];
    bool all = false;
    uint8_t *in = NULL;
    banner_item *item = NULL;
    size_t line = 0;
    const bool named = all_found(net, members->text, members->label, members->n);
    SX_TRY(net_levels(&all, &in, m, net, named ? members->text : code, members->label, members->n, own, err));
    if (!all) continue;
    uint8_t *mask = sx_arena_zalloc(m->arena, rows, 1);
    if (!mask) return sx_error_memory(err);
    for (size_t v = 0; v < members->n; v++)
      for (size_t i = 0; in[v] && i < rows; i++) mask[i] |= members->mask[v][i];
    SX_TRY(line_of_mask(&line, m, mask, members->base, err));
    SX_TRY(add_item(&item, m, SX_BANNER_ROW_NET, same(net->name), net->name, line, err));
    item->coef[1] = 1;
  }
  return SX_OK;
}

/* ---- kinds ---------------------------------------------------------------------------------------------------------------------- */

static sx_status make_categories(maker *m, sx_error *err) {
  const sx_column *c = m->stub->column[0];
  const uint32_t stats = m->plan->stats;
  banner_levels levels;
  size_t line = 0;
  SX_TRY(sx_banner__levels(&levels, m->plan->table, c, m->arena, err));
  SX_TRY(line_of_levels(&line, m, &levels, c, err));
  for (size_t v = 0; v < levels.n; v++) SX_TRY(add_level(m, &levels, v, line, err));
  SX_TRY(nets_of_levels(m, &levels, line, err));
  if (sx_banner__has(stats, BANNER_TOP2))
    SX_TRY(add_box(m, &levels, c, line, true, top_text, "top2", SX_BANNER_ROW_BOX, err));
  if (sx_banner__has(stats, BANNER_BOTTOM2))
    SX_TRY(add_box(m, &levels, c, line, false, bottom_text, "bottom2", SX_BANNER_ROW_BOX, err));
  if (sx_banner__has(stats, SX_BANNER_MEAN))
    SX_TRY(add_mean_of_levels(m, &levels, line, mean_text, c->name, SX_BANNER_ROW_STATISTIC, err));
  if (sx_banner__has(stats, SX_BANNER_MEDIAN))
    SX_TRY(add_median(m, c, line, median_text, "median", SX_BANNER_ROW_STATISTIC, err));
  return SX_OK;
}

static sx_status make_amount(maker *m, sx_error *err) {
  const sx_column *c = m->stub->column[0];
  size_t line = 0;
  banner_item *item = NULL;
  SX_TRY(line_of_numbers(&line, m, c, err));
  const bool median = sx_banner__has(m->plan->stats, SX_BANNER_MEDIAN);
  if (!median || sx_banner__has(m->plan->stats, SX_BANNER_MEAN)) {
    SX_TRY(add_item(&item, m, SX_BANNER_ROW_STATISTIC, mean_text, "mean", line, err));
    item->measure = SX_BANNER_MEAN;
  }
  return median ? add_median(m, c, line, median_text, "median", SX_BANNER_ROW_STATISTIC, err) : SX_OK;
}

static sx_status make_set(maker *m, sx_error *err) {
  banner_members members;
  size_t line = 0;
  banner_item *item = NULL;
  SX_TRY(sx_banner__members(&members, m->plan->table, m->stub->set, m->arena, err));
  for (size_t k = 0; k < members.n; k++) {
    SX_TRY(line_of_mask(&line, m, members.mask[k], members.base, err));
    SX_TRY(add_item(&item, m, SX_BANNER_ROW_MEMBER, same(members.label[k]), members.text[k], line, err));
    item->coef[1] = 1;
  }
  if (members.n == 0) SX_TRY(line_of_mask(&line, m, members.base, members.base, err));
  return nets_of_members(m, &members, err);
}

static sx_status make_items(maker *m, sx_error *err) {
  const size_t rows = sx_table_rows(m->plan->table);
  uint8_t *any = sx_arena_zalloc(m->arena, rows, 1);
  if (!any) return sx_error_memory(err);
  for (size_t k = 0; k < m->stub->n; k++) {
    const sx_column *c = m->stub->column[k];
    const sx_banner_text label = same(sx_banner__label_of(c));
    const bool numbers = m->stub->stat == SX_BANNER_MEAN || m->stub->stat == SX_BANNER_MEDIAN;
    banner_levels levels;
    banner_item *item = NULL;
    size_t line = 0;
    if (numbers) {
      SX_TRY(line_of_numbers(&line, m, c, err));
    } else {
      SX_TRY(sx_banner__levels(&levels, m->plan->table, c, m->arena, err));
      SX_TRY(line_of_levels(&line, m, &levels, c, err));
    }
    for (size_t i = 0; i < rows; i++) any[i] |= m->q->line[line].code[i] != BANNER_OUTSIDE;
    if (m->stub->stat == SX_BANNER_MEAN) {
      SX_TRY(add_item(&item, m, SX_BANNER_ROW_ITEM, label, c->name, line, err));
      item->measure = SX_BANNER_MEAN;
    } else if (m->stub->stat == SX_BANNER_MEDIAN) {
      SX_TRY(add_median(m, c, line, label, c->name, SX_BANNER_ROW_ITEM, err));
    } else if (m->stub->stat == BANNER_SHARE) {
      SX_TRY(add_share(m, &levels, c, line, label, err));
    } else {
      SX_TRY(add_box(m, &levels, c, line, m->stub->stat == BANNER_TOP2, label, c->name, SX_BANNER_ROW_ITEM, err));
    }
  }
  return line_of_mask(&m->q->base_line, m, any, any, err);
}

/* One scale for all items: the levels of them all, by value where they are numbers, else as they come. */
static sx_status join_scale(maker *m, const banner_levels *levels, sx_error *err) {
  banner_question *q = m->q;
  const size_t n = m->stub->n;
  size_t total = 0;
  bool numbers = true;
  for (size_t k = 0; k < n; k++) {
    total += levels[k].n;
    numbers = numbers && levels[k].value;
  }
  q->scale_text = sx_arena_alloc(m->arena, total, sizeof *q->scale_text);
  q->scale_label = sx_arena_alloc(m->arena, total, sizeof *q->scale_label);
  double *value = sx_arena_alloc(m->arena, total, sizeof *value);
  if (!q->scale_text || !q->scale_label || !value) return sx_error_memory(err);
  for (size_t k = 0; k < n; k++)
    for (size_t v = 0; v < levels[k].n; v++) {
      if (find_level(q->scale_text, q->scale_label, q->n_scale, levels[k].text[v]) < q->n_scale) continue;
      if (q->n_scale == SX_BANNER_MAX_COLUMNS)
        return sx_error_set(err, SX_E_LIMIT, m->stub->id, "the scale has more than %d levels",
                            (int)SX_BANNER_MAX_COLUMNS);
      size_t at = q->n_scale++;
      for (; numbers && at > 0 && value[at - 1] > levels[k].value[v]; at--) {
        q->scale_text[at] = q->scale_text[at - 1];
        q->scale_label[at] = q->scale_label[at - 1];
        value[at] = value[at - 1];
      }
      q->scale_text[at] = levels[k].text[v];
      q->scale_label[at] = levels[k].label[v];
      value[at] = numbers ? levels[k].value[v] : 0;
    }
  return SX_OK;
}

/* Items of the question are the cells: n_scale for each item of the grid. */
static sx_status make_grid(maker *m, sx_error *err) {
  banner_question *q = m->q;
  const size_t n = m->stub->n, rows = sx_table_rows(m->plan->table);
  banner_levels *levels = sx_arena_alloc(m->arena, n, sizeof *levels);
  uint8_t *any = sx_arena_zalloc(m->arena, rows, 1);
  if (!levels || !any) return sx_error_memory(err);
  for (size_t k = 0; k < n; k++)
    SX_TRY(sx_banner__levels(&levels[k], m->plan->table, m->stub->column[k], m->arena, err));
  SX_TRY(join_scale(m, levels, err));
  for (size_t k = 0; k < n; k++) {
    const sx_column *c = m->stub->column[k];
    size_t line = 0;
    SX_TRY(line_of_levels(&line, m, &levels[k], c, err));
    for (size_t i = 0; i < rows; i++) any[i] |= q->line[line].code[i] != BANNER_OUTSIDE;
    for (size_t s = 0; s < q->n_scale; s++) {
      banner_item *item = NULL;
      SX_TRY(add_item(&item, m, SX_BANNER_ROW_ITEM, same(sx_banner__label_of(c)), c->name, line, err));
      const size_t v = find_level(levels[k].text, levels[k].label, levels[k].n, q->scale_text[s]);
      if (v < levels[k].n) item->coef[v] = 1;
    }
  }
  return line_of_mask(&q->base_line, m, any, any, err);
}

/* ---- texts ---------------------------------------------------------------------------------------------------------------------- */

/* What the labels of a list of variables begin with, up to a mark that ends a phrase: "Use of: shops" and "Use of: markets" share "Use of". */
static const char *shared_label(maker *m) {
  const char *first = sx_banner__label_of(m->stub->column[0]);
  size_t n = strlen(first);
  for (size_t k = 1; k < m->stub->n; k++) {
    const char *other = sx_banner__label_of(m->stub->column[k]);
    size_t same_bytes = 0;
    while (same_bytes < n && other[same_bytes] == first[same_bytes]) same_bytes++;
    n = same_bytes;
  }
  size_t end = 0;
  for (size_t i = 0; i < n; i++)
    if (first[i] == ':' || first[i] == '-' || first[i] == '|' || (i >= 2 && memcmp(first + i - 2, "：", 3) == 0))
      end = first[i] == ':' || first[i] == '-' || first[i] == '|' ? i : i - 2;
  while (end > 0 && first[end - 1] == ' ') end--;
  return m->stub->n > 1 && end > 0 ? sx_arena_strndup(m->arena, first, end) : m->stub->id;
}

static sx_status texts(maker *m, sx_error *err) {
  banner_question *q = m->q;
  const banner_stub *s = m->stub;
  const char *where = m->plan->request->where;
  const bool many = s->kind == BANNER_GRID || s->kind == BANNER_ITEMS;
  const char *who_zh = s->kind == BANNER_SET ? "至少选择一项的样本" : many ? "至少回答一项的样本" : "回答该题的样本";
  const char *who_en = s->kind == BANNER_SET ? "those who chose at least one"
                       : many                ? "those who answered at least one item"
                                             : "those who answered";
  q->title = s->kind == BANNER_SET ? (s->set->label && *s->set->label ? s->set->label : s->set->name)
             : many                ? shared_label(m)
                                   : sx_banner__label_of(s->column[0]);
  q->question = same("");
  if (many) q->question = same(s->name);
  q->base.zh =
      sx_arena_printf(m->arena, "基数：%s%s%s%s", who_zh, where ? "（" : "", where ? where : "", where ? "）" : "");
  q->base.en = sx_arena_printf(m->arena, "Base: %s%s%s", who_en, where ? ", if " : "", where ? where : "");
  return q->title && q->base.zh && q->base.en ? SX_OK : sx_error_memory(err);
}

sx_status sx_banner__question(banner_question *out, const banner_plan *plan, const banner_stub *stub, sx_arena *arena,
                              sx_error *err) {
  maker m = {plan, stub, arena, out, 0, 0};
  memset(out, 0, sizeof *out);
  out->stub = stub;
  SX_TRY(texts(&m, err));
  switch (stub->kind) {
  case BANNER_CATEGORIES:
    return make_categories(&m, err);
  case BANNER_AMOUNT:
    return make_amount(&m, err);
  case BANNER_SET:
    return make_set(&m, err);
  case BANNER_GRID:
    return make_grid(&m, err);
  case BANNER_ITEMS:
    return make_items(&m, err);
  }
  return sx_error_set(err, SX_E_INTERNAL, NULL, "unknown kind of question");
}
