/* banner_table.c: a question's results as the rows and cells of a table, with copies of its texts. */
#include <math.h>
#include <string.h>

#include "banner_priv.h"

typedef struct maker {
  const banner_plan *plan;
  const banner_question *q;
  banner_result *r;
  sx_arena *arena;
  sx_banner_row *row;
  size_t n_rows, cap_rows;
} maker;

static sx_status copy_text(sx_banner_text *out, sx_banner_text from, sx_arena *arena, sx_error *err) {
  out->en = sx_arena_strdup(arena, from.en);
  out->zh = from.zh == from.en ? out->en : sx_arena_strdup(arena, from.zh);
  return out->en && out->zh ? SX_OK : sx_error_memory(err);
}

static sx_status add_row(sx_banner_cell **cells, maker *m, sx_banner_row_kind kind, sx_banner_measure measure,
                         sx_banner_text label, const char *key, size_t n, sx_error *err) {
  if (!sx_arena_grow(m->arena, (void **)&m->row, &m->cap_rows, m->n_rows + 1, sizeof *m->row))
    return sx_error_memory(err);
  sx_banner_row *row = &m->row[m->n_rows];
  memset(row, 0, sizeof *row);
  row->kind = kind;
  row->measure = measure;
  SX_TRY(copy_text(&row->label, label, m->arena, err));
  row->key = sx_arena_strdup(m->arena, key);
  *cells = sx_arena_alloc(m->arena, n, sizeof **cells);
  if (!row->key || !*cells) return sx_error_memory(err);
  row->cell = *cells;
  row->letter = "";
  m->n_rows++;
  return SX_OK;
}

static sx_banner_cell cell_of(const banner_value *v) {
  const bool error = !isnan(v->value) && !isnan(v->variance);
  return (sx_banner_cell){v->value,
                          error ? sqrt(v->variance) : (double)NAN,
                          error ? v->df : (double)NAN,
                          v->n_eff,
                          "",
                          v->na,
                          0,
                          0,
                          0,
                          (double)NAN,
                          ""};
}

static sx_banner_cell number_cell(double value) {
  return (sx_banner_cell){value, (double)NAN, (double)NAN, (double)NAN, "", SX_NA_NONE, 0, 0, 0, (double)NAN, ""};
}

/* Nobody in the cell: the estimate of how many there are is 0, as its share is. */
static sx_banner_cell count_cell(const banner_value *v, const banner_value *share, double cases) {
  const banner_value none = {0, 0, share->df, v->n_eff, SX_NA_NONE};
  return cell_of(cases == 0 && v->na == SX_NA_EMPTY_DOMAIN ? &none : v);
}

/* ---- bases ---------------------------------------------------------------------------------------------------------------------- */

static bool is_small(const maker *m, size_t line, size_t domain) {
  return m->r->base_n[line * m->r->n_domains + domain] < (double)m->plan->request->sig.min_base;
}

/* columns: those of the book, or n of a grid, all of everyone. */
static sx_status add_bases(maker *m, size_t n, bool grid, sx_error *err) {
  const banner_result *r = m->r;
  for (int k = SX_BANNER_BASE_CASES; k <= SX_BANNER_BASE_EFFECTIVE; k++) {
    sx_banner_cell *cell = NULL;
    const sx_banner_measure measure = (sx_banner_measure)k;
    if (!sx_banner__has(m->plan->stats, k)) continue;
    SX_TRY(add_row(&cell, m, SX_BANNER_ROW_BASE, measure, sx_banner_measure_label(measure),
                   sx_banner_measure_name(measure), n, err));
    for (size_t c = 0; c < n; c++) {
      const size_t d = grid ? 0 : m->plan->domains.of_column[c], at = m->q->base_line * r->n_domains + d;
      const double w = r->base_w[at];
      cell[c] = number_cell(k == SX_BANNER_BASE_CASES      ? r->base_n[at]
                            : k == SX_BANNER_BASE_WEIGHTED ? w
                            : r->base_w2[at] > 0           ? w * w / r->base_w2[at]
                                                           : 0);
      if (is_small(m, m->q->base_line, d)) cell[c].flags |= SX_BANNER_SMALL_BASE;
    }
  }
  return SX_OK;
}

/* ---- the rows of an item -------------------------------------------------------------------------------------------------------- */

/* The cases behind a cell: of its column's base, of its row, or of the table's base. */
static double base_of(const maker *m, size_t item, size_t domain, sx_banner_measure measure) {
  const banner_result *r = m->r;
  const size_t D = r->n_domains;
  if (measure == SX_BANNER_ROW_PCT) return r->cases[item * D];
  return r->base_n[m->q->item[item].line * D + (measure == SX_BANNER_TOTAL_PCT ? 0 : domain)];
}

static sx_status add_measure(maker *m, size_t i, sx_banner_measure measure, bool continued, sx_error *err) {
  const banner_item *item = &m->q->item[i];
  banner_result *r = m->r;
  const size_t n = m->plan->columns->n_columns, D = r->n_domains;
  const banner_value *from = measure == SX_BANNER_ROW_PCT     ? r->row_pct
                             : measure == SX_BANNER_TOTAL_PCT ? r->total_pct
                             : measure == SX_BANNER_COUNT     ? r->count
                                                              : r->value;
  sx_banner_cell *cell = NULL;
  SX_TRY(add_row(&cell, m, item->kind, measure, item->label, item->key, n, err));
  sx_banner_row *row = &m->row[m->n_rows - 1];
  row->continued = continued;
  for (size_t c = 0; c < n; c++) {
    const size_t at = i * D + m->plan->domains.of_column[c];
    cell[c] = measure == SX_BANNER_CASES   ? number_cell(r->cases[at])
              : measure == SX_BANNER_COUNT ? count_cell(&from[at], &r->value[at], r->cases[at])
                                           : cell_of(&from[at]);
    if (is_small(m, item->line, m->plan->domains.of_column[c])) cell[c].flags |= SX_BANNER_SMALL_BASE;
    SX_TRY(sx_banner__judge(&cell[c], m->plan, measure, base_of(m, i, m->plan->domains.of_column[c], measure), m->arena,
                            err));
  }
  for (size_t c = 0; item->compared != BANNER_ITSELF && c < n; c++)
    cell[c].interpolated = r->inner[i * D + m->plan->domains.of_column[c]].value;
  SX_TRY(sx_banner__who(&row->who, m->plan, m->q, r, &i, n, m->arena, err));
  if (measure != item->measure) return SX_OK;
  row->tested = m->plan->request->sig.compare != 0;
  return sx_banner__letters(cell, m->plan, m->q, r, i, m->arena, err);
}

static sx_status add_item(maker *m, size_t i, sx_error *err) {
  const banner_item *item = &m->q->item[i];
  const uint32_t stats = m->plan->stats;
  bool any = false;
  if (item->measure != SX_BANNER_COL_PCT) return add_measure(m, i, item->measure, false, err);
  for (int k = SX_BANNER_COL_PCT; k <= SX_BANNER_CASES; k++) {
    if (!sx_banner__has(stats, k)) continue;
    SX_TRY(add_measure(m, i, (sx_banner_measure)k, any, err));
    any = true;
  }
  const bool always = item->kind == SX_BANNER_ROW_BOX || item->kind == SX_BANNER_ROW_ITEM;
  return any || !always ? SX_OK : add_measure(m, i, SX_BANNER_COL_PCT, false, err);
}

/* ---- grids ---------------------------------------------------------------------------------------------------------------------- */

static sx_status scale_columns(sx_banner_columns **out, maker *m, sx_error *err) {
  const size_t n = m->q->n_scale;
  sx_banner_columns *c = sx_arena_zalloc(m->arena, 1, sizeof *c);
  sx_banner_head *head = sx_arena_zalloc(m->arena, n, sizeof *head);
  sx_banner_column *column = sx_arena_zalloc(m->arena, n, sizeof *column);
  if (!c || !head || !column) return sx_error_memory(err);
  for (size_t k = 0; k < n; k++) {
    const sx_banner_text label = sx_banner__level_text(m->q->scale_label[k]);
    SX_TRY(copy_text(&head[k].text, label, m->arena, err));
    head[k].variable = "";
    head[k].level = sx_arena_strdup(m->arena, m->q->scale_text[k]);
    head[k].parent = SIZE_MAX;
    head[k].first = k;
    head[k].n = 1;
    column[k] = (sx_banner_column){k, k, "", head[k].level, false};
    if (!head[k].level) return sx_error_memory(err);
  }
  *c = (sx_banner_columns){n, n, n, 1, head, column};
  *out = c;
  return SX_OK;
}

static sx_status add_grid(maker *m, sx_error *err) {
  const size_t n = m->q->n_scale, D = m->r->n_domains, n_items = sx_banner__grid_items(m->q), first = m->n_rows;
  sx_banner_cell **cells = sx_arena_zalloc(m->arena, n_items, sizeof *cells);
  if (!cells) return sx_error_memory(err);
  for (size_t k = 0; k < n_items; k++) {
    const banner_item *item = &m->q->item[k * n];
    SX_TRY(add_row(&cells[k], m, SX_BANNER_ROW_ITEM, SX_BANNER_ROW_PCT, item->label, item->key, n, err));
    size_t *items = sx_arena_alloc(m->arena, n, sizeof *items);
    if (!items) return sx_error_memory(err);
    for (size_t s = 0; s < n; s++) {
      items[s] = k * n + s;
      cells[k][s] = cell_of(&m->r->value[items[s] * D]);
      if (is_small(m, item->line, 0)) cells[k][s].flags |= SX_BANNER_SMALL_BASE;
      SX_TRY(sx_banner__judge(&cells[k][s], m->plan, SX_BANNER_COL_PCT, m->r->base_n[item->line * D], m->arena, err));
    }
    SX_TRY(sx_banner__who(&m->row[m->n_rows - 1].who, m->plan, m->q, m->r, items, n, m->arena, err));
  }
  return sx_banner__grid_letters(m->row + first, cells, m->plan, m->q, m->r, m->arena, err);
}

/* A grid's rows have bases of their own: those that differ from the table's are said. */
static sx_status note_bases(banner_question *notes, const maker *m, sx_error *err) {
  const size_t D = m->r->n_domains, n = m->q->n_scale ? m->q->n_scale : 1;
  const banner_kind kind = m->q->stub->kind;
  if (kind != BANNER_GRID && kind != BANNER_ITEMS) return SX_OK;
  for (size_t i = 0; i < m->q->n_items; i += n) {
    const banner_item *item = &m->q->item[i];
    const double base = m->r->base_n[item->line * D];
    if (base == m->r->base_n[m->q->base_line * D]) continue;
    SX_TRY(sx_banner__add_note(notes, m->arena, sx_arena_printf(m->arena, "%s：未加权基数 %.0f", item->key, base),
                               sx_arena_printf(m->arena, "%s: unweighted base %.0f", item->key, base), err));
  }
  return SX_OK;
}

/* ---- the table ------------------------------------------------------------------------------------------------------------------ */

/* What letters compare where it is not the number that is shown. */
static sx_status note_medians(banner_question *notes, const maker *m, sx_error *err) {
  bool is[3] = {false};
  for (size_t i = 0; i < m->q->n_items; i++) is[m->q->item[i].compared] = true;
  if (is[BANNER_WITHIN_LEVEL])
    SX_TRY(sx_banner__add_note(notes, m->arena, "量表的中位数：字母与箭头比较的是在所在档内插值的中位数",
                               "Medians of scales: letters and arrows compare medians interpolated within their level",
                               err));
  if (is[BANNER_MID_DISTRIBUTION])
    SX_TRY(sx_banner__add_note(
        notes, m->arena, "数额的中位数：许多样本取值相同，字母与箭头比较的是在取值之间插值的中位数",
        "Medians of amounts: many cases share a value; letters and arrows compare medians interpolated "
        "between the values",
        err));
  return SX_OK;
}

static sx_status add_notes(sx_banner_table *out, maker *m, sx_error *err) {
  banner_question notes = {.note = NULL};
  for (size_t k = 0; k < m->q->n_notes; k++) {
    sx_banner_text copy;
    SX_TRY(copy_text(&copy, m->q->note[k], m->arena, err));
    SX_TRY(sx_banner__add_note(&notes, m->arena, copy.zh, copy.en, err));
  }
  if (m->plan->request->sig.compare) SX_TRY(note_medians(&notes, m, err));
  if (out->n_cases == 0)
    SX_TRY(sx_banner__add_note(&notes, m->arena, "没有样本回答该题", "No case has an answer", err));
  SX_TRY(note_bases(&notes, m, err));
  SX_TRY(sx_banner__apart_notes(&notes, m->r->apart, m->arena, err));
  out->note = notes.note;
  out->n_notes = notes.n_notes;
  return SX_OK;
}

sx_status sx_banner__table(sx_banner_table *out, const banner_plan *plan, const banner_question *q,
                           banner_result *result, sx_arena *arena, sx_error *err) {
  maker m = {plan, q, result, arena, NULL, 0, 0};
  const bool grid = q->stub->kind == BANNER_GRID;
  sx_banner_columns *own = NULL;
  memset(out, 0, sizeof *out);
  out->id = q->stub->id;
  out->title = sx_arena_strdup(arena, q->title);
  if (!out->title) return sx_error_memory(err);
  SX_TRY(copy_text(&out->question, q->question, arena, err));
  SX_TRY(copy_text(&out->base, q->base, arena, err));
  if (grid) SX_TRY(scale_columns(&own, &m, err));
  out->columns = grid ? own : plan->columns;
  SX_TRY(add_bases(&m, out->columns->n_columns, grid, err));
  if (grid)
    SX_TRY(add_grid(&m, err));
  else
    for (size_t i = 0; i < q->n_items; i++) SX_TRY(add_item(&m, i, err));
  out->row = m.row;
  out->n_rows = m.n_rows;
  out->n_cases = (size_t)result->base_n[q->base_line * result->n_domains];
  return add_notes(out, &m, err);
}
