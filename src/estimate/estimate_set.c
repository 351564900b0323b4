/* estimate_set.c: multiple response. With z_km = 1 where case k chose member m,
 *
 *   of cases    p_m = sum_base w z_m / sum_base w
 *   of answers  a_m = sum_base w z_m / sum_base w (z_1 + ... + z_M)
 *
 * a mean and a ratio over the same base; their carriers hold every covariance between members. Rao & Scott (1981), JASA 76:221-230,
 * for why the members may not be tested as one table; docs/methods/multiple-response.md. */
#include "shuxiao/estimate_set.h"

#include <string.h>

#include "estimate_several.h"
#include "shuxiao/table_order.h"

typedef struct choices {
  const sx_set_request *request;
  const sx_ctx *ctx;
  size_t n_rows, n_columns, n_members;
  const sx_column **column; /* [n_columns] */
  int32_t *counted;         /* dichotomies of texts: [n_columns] code of the counted text, -1: does not occur */
  int16_t *member;          /* categories: [n_columns][n_rows] member or -1 */
  char **text, **label;     /* categories: [n_members] */
  uint8_t *base;            /* [n_rows] */
  int64_t *count;           /* [n_rows] members chosen, 0 outside the base */
} choices;

enum { MAX_MEMBERS = 1000 };

static bool is_coded(const sx_column *c) {
  return c->type == SX_CATEGORY || c->type == SX_TEXT;
}

/* ---- who chose what ------------------------------------------------------------------------------------------------ */

static sx_status find_columns(choices *c, const sx_table *table, sx_error *err) {
  const sx_mrset *set = c->request->set;
  if (!set || set->n_variables == 0)
    return sx_error_set(err, SX_E_ARGUMENT, set ? set->name : NULL, "the set has no variables");
  c->n_columns = set->n_variables;
  c->column = sx_mem_alloc(c->ctx, c->n_columns, sizeof *c->column);
  c->counted = sx_mem_alloc(c->ctx, c->n_columns, sizeof *c->counted);
  if (!c->column || !c->counted) return sx_error_memory(err);
  for (size_t k = 0; k < c->n_columns; k++) {
    const sx_status st = sx_table_need(&c->column[k], table, set->variables[k], err);
    if (st != SX_OK) {
      sx_error_add_where(err, "%s", set->name);
      return st;
    }
    const sx_column *column = c->column[k];
    if (column->n != c->n_rows)
      return sx_error_set(err, SX_E_ARGUMENT, column->name, "the variable has %zu cases, the design %zu", column->n,
                          c->n_rows);
    if (set->dichotomous && is_coded(column) != (set->counted_text != NULL))
      return sx_error_set(err, SX_E_ARGUMENT, column->name, "it is %s, and the set '%s' counts %s",
                          sx_type_name(column->type), set->name, set->counted_text ? "a text" : "a number");
    if (set->dichotomous && set->counted_text)
      c->counted[k] = sx_dict_find(column->dict, set->counted_text, strlen(set->counted_text));
  }
  return SX_OK;
}

/* The member of a category's text, added where it is new. */
static sx_status member_of(int16_t *out, choices *c, const char *text, const char *label, sx_error *err) {
  for (size_t m = 0; m < c->n_members; m++) {
    if (strcmp(c->text[m], text) != 0) continue;
    *out = (int16_t)m;
    return SX_OK;
  }
  if (c->n_members == MAX_MEMBERS)
    return sx_error_set(err, SX_E_ARGUMENT, c->request->set->name, "more than %d categories: group them first",
                        (int)MAX_MEMBERS);
  char *own = sx_mem_strdup(c->ctx, text), *words = sx_mem_strdup(c->ctx, label);
  if (!own || !words) {
    sx_mem_free(c->ctx, own);
    sx_mem_free(c->ctx, words);
    return sx_error_memory(err);
  }
  c->text[c->n_members] = own;
  c->label[c->n_members] = words;
  *out = (int16_t)c->n_members++;
  return SX_OK;
}

static sx_status category_column(choices *c, size_t k, int32_t *level, sx_error *err) {
  char **text = NULL, **label = NULL;
  size_t n = 0;
  SX_TRY(sx_estimate__levels(level, &n, &text, &label, c->ctx, c->column[k], err));
  sx_status st = SX_OK;
  int16_t *to = sx_mem_alloc(c->ctx, n, sizeof *to);
  if (!to) st = sx_error_memory(err);
  for (size_t v = 0; st == SX_OK && v < n; v++) st = member_of(&to[v], c, text[v], label[v], err);
  for (size_t i = 0; st == SX_OK && i < c->n_rows; i++)
    c->member[k * c->n_rows + i] = level[i] < 0 ? (int16_t)-1 : to[level[i]];
  sx_mem_free(c->ctx, to);
  sx_estimate__free_texts(c->ctx, text, n);
  sx_estimate__free_texts(c->ctx, label, n);
  return st;
}

/* Members as they are shown; what the first column does not have stands behind what it has until here. */
static sx_status order_members(choices *c, sx_error *err) {
  const size_t n = c->n_members;
  size_t *order = sx_mem_alloc(c->ctx, n, sizeof *order);
  int16_t *place = sx_mem_alloc(c->ctx, n, sizeof *place);
  char **was = sx_mem_alloc(c->ctx, 2 * n, sizeof *was);
  sx_status st = order && place && was ? SX_OK : sx_error_memory(err);
  if (st == SX_OK) st = sx_member_order(order, c->ctx, c->column[0], (const char *const *)c->text, n, err);
  if (st == SX_OK) {
    memcpy(was, c->text, n * sizeof *was);
    memcpy(was + n, c->label, n * sizeof *was);
    for (size_t m = 0; m < n; m++) {
      c->text[m] = was[order[m]];
      c->label[m] = was[n + order[m]];
      place[order[m]] = (int16_t)m;
    }
    for (size_t i = 0; i < c->n_columns * c->n_rows; i++)
      if (c->member[i] >= 0) c->member[i] = place[c->member[i]];
  }
  sx_mem_free(c->ctx, order);
  sx_mem_free(c->ctx, place);
  sx_mem_free(c->ctx, was);
  return st;
}

static sx_status find_members(choices *c, sx_error *err) {
  if (c->request->set->dichotomous) {
    c->n_members = c->n_columns;
    return SX_OK;
  }
  size_t size = 0;
  c->member = sx_size_mul(&size, c->n_columns, c->n_rows) ? sx_mem_alloc(c->ctx, size, sizeof *c->member) : NULL;
  c->text = sx_mem_zalloc(c->ctx, MAX_MEMBERS, sizeof *c->text);
  c->label = sx_mem_zalloc(c->ctx, MAX_MEMBERS, sizeof *c->label);
  int32_t *level = sx_mem_alloc(c->ctx, c->n_rows, sizeof *level);
  sx_status st = c->member && c->text && c->label && level ? SX_OK : sx_error_memory(err);
  for (size_t k = 0; st == SX_OK && k < c->n_columns; k++) st = category_column(c, k, level, err);
  sx_mem_free(c->ctx, level);
  if (st == SX_OK && c->n_members == 0)
    st = sx_error_set(err, SX_E_DATA, c->request->set->name, "no case has an answer");
  return st == SX_OK ? order_members(c, err) : st;
}

static bool chosen(const choices *c, size_t member, size_t row) {
  const sx_mrset *set = c->request->set;
  if (!set->dichotomous) {
    for (size_t k = 0; k < c->n_columns; k++)
      if (c->member[k * c->n_rows + row] == (int16_t)member) return true;
    return false;
  }
  const sx_column *column = c->column[member];
  if (sx_column_missing(column, row)) return false;
  if (set->counted_text) return c->counted[member] >= 0 && column->data.code[row] == c->counted[member];
  return sx_column_number(column, row) == set->counted;
}

static bool any_valid(const choices *c, size_t row) {
  for (size_t k = 0; k < c->n_columns; k++)
    if (!sx_column_missing(c->column[k], row)) return true;
  return false;
}

/* A set of categories holds a category once, in however many of its columns. */
static int64_t count_chosen(const choices *c, size_t row) {
  int64_t n = 0;
  if (c->request->set->dichotomous) {
    for (size_t m = 0; m < c->n_members; m++) n += chosen(c, m, row);
    return n;
  }
  for (size_t k = 0; k < c->n_columns; k++) {
    const int16_t m = c->member[k * c->n_rows + row];
    bool seen = m < 0;
    for (size_t j = 0; !seen && j < k; j++) seen = c->member[j * c->n_rows + row] == m;
    n += !seen;
  }
  return n;
}

static sx_status find_base(choices *c, sx_error *err) {
  const sx_set_request *r = c->request;
  c->base = sx_mem_alloc(c->ctx, c->n_rows, 1);
  c->count = sx_mem_alloc(c->ctx, c->n_rows, sizeof *c->count);
  if (!c->base || !c->count) return sx_error_memory(err);
  for (size_t i = 0; i < c->n_rows; i++) {
    bool in = !r->where || r->where[i] == 1;
    const int64_t n = in ? count_chosen(c, i) : 0;
    if (r->base == SX_SET_BASE_CHOSEN) in = in && n > 0;
    if (r->base == SX_SET_BASE_VALID) in = in && any_valid(c, i);
    if (r->base == SX_SET_BASE_ALL) in = in && (!r->asked || r->asked[i] == 1);
    c->base[i] = in;
    c->count[i] = in ? n : 0;
  }
  return SX_OK;
}

/* ---- the estimates --------------------------------------------------------------------------------------------------- */

static void fill(int64_t *y, uint8_t *miss, const void *data, size_t member) {
  const choices *c = data;
  (void)miss;
  for (size_t i = 0; i < c->n_rows; i++) y[i] = c->base[i] && chosen(c, member, i);
}

static const char *text_of(const void *data, size_t member) {
  const choices *c = data;
  return c->text ? c->text[member] : c->column[member]->name;
}

static const char *label_of(const void *data, size_t member) {
  const choices *c = data;
  if (c->label) return c->label[member];
  return c->column[member]->label && *c->column[member]->label ? c->column[member]->label : c->column[member]->name;
}

static sx_status run_set(sx_est_set **out, choices *c, const sx_design *design, const sx_table *table,
                         const sx_est_options *options, sx_error *err) {
  SX_TRY(find_columns(c, table, err));
  SX_TRY(find_members(c, err));
  SX_TRY(find_base(c, err));
  const bool answers = c->request->of == SX_SET_OF_ANSWERS;
  sx_column count = {.name = c->request->set->name, .type = SX_INTEGER, .n = c->n_rows};
  count.data.i64 = c->count;
  const est_several several = {
      .design = design,
      .name = c->request->set->name,
      .n_members = c->n_members,
      .stat = answers ? SX_STAT_RATIO : SX_STAT_PROP,
      .is_prop = true,
      .fill = fill,
      .data = c,
      .x = answers ? &count : NULL,
      .where = c->base,
      .by = c->request->by,
      .options = options,
      .text = text_of,
      .label = label_of,
  };
  return sx_estimate__several(out, &several, err);
}

sx_status sx_estimate_set(sx_est_set **out, const sx_design *design, const sx_table *table,
                          const sx_set_request *request, const sx_est_options *options, sx_error *err) {
  const sx_est_options plain = SX_EST_OPTIONS_INIT;
  choices c;
  memset(&c, 0, sizeof c);
  c.request = request;
  c.ctx = sx_design_ctx(design);
  c.n_rows = sx_design_rows(design);
  if ((unsigned)request->of > SX_SET_OF_ANSWERS || (unsigned)request->base > SX_SET_BASE_ALL)
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "unknown kind of share or base");
  if (request->asked && request->base != SX_SET_BASE_ALL)
    return sx_error_set(err, SX_E_ARGUMENT, "asked", "a declared base belongs to SX_SET_BASE_ALL");
  const sx_status st = run_set(out, &c, design, table, options ? options : &plain, err);
  sx_mem_free(c.ctx, (void *)c.column);
  sx_mem_free(c.ctx, c.counted);
  sx_mem_free(c.ctx, c.member);
  sx_estimate__free_texts(c.ctx, c.text, c.n_members);
  sx_estimate__free_texts(c.ctx, c.label, c.n_members);
  sx_mem_free(c.ctx, c.base);
  sx_mem_free(c.ctx, c.count);
  return st;
}
