/* release_rule_keys.c: uniqueness, completeness, existence, functional dependencies and lists of keys, as validate judges them: a value that is missing
 * is equal to a missing one, and of a group that is missing nothing is known. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "release_rule_priv.h"

#define MISSING ((double)NAN)

/* The classes of rows by the variables of "...". */
static sx_status classes_of(sx_release__classes *out, const sx_release__call *c, const sx_rule_tree *const *trees,
                            size_t n) {
  sx_release__value *columns = NULL;
  size_t n_columns = 0;
  if (!n) return sx_release__call_error(c, "of which variables?");
  SX_TRY(sx_release__classes_new(out, c->ctx, sx_table_rows(c->table), c->err));
  sx_status status = sx_release__call_columns(&columns, &n_columns, c, trees, n);
  for (size_t i = 0; i < n_columns && status == SX_OK; i++)
    status = sx_release__classes_split(out, c->ctx, &columns[i], sx_table_rows(c->table), c->err);
  sx_mem_free(c->ctx, columns);
  if (status != SX_OK) sx_release__classes_clear(out, c->ctx);
  return status;
}

static sx_status run_unique(sx_release__call *c) {
  sx_release__classes k = {NULL, 0, NULL};
  const size_t rows = sx_table_rows(c->table);
  SX_TRY(classes_of(&k, c, c->rest, c->n_rest));
  uint32_t *size = sx_mem_zalloc(c->ctx, k.n + 1, sizeof *size);
  sx_status status = size ? SX_OK : sx_error_memory(c->err);
  for (size_t i = 0; i < rows && size; i++) size[k.of[i]]++;
  if (status == SX_OK && c->name[0] == 'i') {
    for (size_t i = 0; i < rows && status == SX_OK; i++) status = sx_release__call_result(c, i, size[k.of[i]] == 1);
  } else if (status == SX_OK) {
    const bool same = strcmp(c->name, "any_duplicated") == 0, count = strchr(c->name, 'n') == c->name;
    status = sx_release__call_result(c, 0, count ? (double)k.n : (k.n == rows) != same);
  }
  sx_mem_free(c->ctx, size);
  sx_release__classes_clear(&k, c->ctx);
  return status;
}

static sx_status run_complete(sx_release__call *c) {
  sx_release__classes k = {NULL, 0, NULL};
  bool all = true;
  SX_TRY(classes_of(&k, c, c->rest, c->n_rest));
  sx_status status = SX_OK;
  for (size_t i = 0; i < sx_table_rows(c->table) && status == SX_OK; i++) {
    all = all && !k.gone[i];
    if (c->name[0] == 'i') status = sx_release__call_result(c, i, !k.gone[i]);
  }
  if (c->name[0] != 'i' && status == SX_OK)
    status = sx_release__call_result(c, 0, strcmp(c->name, "any_missing") == 0 ? !all : all);
  sx_release__classes_clear(&k, c->ctx);
  return status;
}

static sx_status run_missing(sx_release__call *c) {
  sx_release__value *columns = NULL;
  size_t n = 0, gone = 0;
  const size_t rows = sx_table_rows(c->table);
  const sx_rule_tree dot = {.kind = NODE_NAME, .text = "."}, *all = &dot;
  SX_TRY(sx_release__call_columns(&columns, &n, c, c->n_rest ? c->rest : &all, c->n_rest ? c->n_rest : 1));
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < rows; k++) gone += sx_column_missing(columns[i].column, sx_release__row(&columns[i], k));
  sx_mem_free(c->ctx, columns);
  return sx_release__call_result(c, 0, c->name[0] == 'n' ? (double)gone : (double)gone / (double)(n * rows));
}

/* ---- exists_any, exists_one ------------------------------------------------------------------------------------------------------------ */

static sx_status run_exists(sx_release__call *c) {
  sx_release__classes by = {NULL, 0, NULL};
  sx_release__value v = {NULL, false};
  bool na_rm = false;
  const size_t rows = sx_table_rows(c->table);
  if (!c->slot[0]) return sx_release__call_error(c, "which condition?");
  SX_TRY(sx_release__call_truth(&na_rm, c, c->slot[2]));
  SX_TRY(sx_release__call_value(&v, c, c->slot[0]));
  if (v.column->type != SX_INTEGER) return sx_release__call_error(c, "its first argument is a condition");
  SX_TRY(sx_release__classes_by(&by, c, c->slot[1]));
  size_t *met = sx_mem_zalloc(c->ctx, by.n + 1, sizeof *met);
  bool *gone = sx_mem_zalloc(c->ctx, by.n + 1, sizeof *gone);
  sx_status status = met && gone ? SX_OK : sx_error_memory(c->err);
  for (size_t i = 0; i < rows && status == SX_OK; i++) {
    const double value = sx_column_number(v.column, sx_release__row(&v, i));
    if (isnan(value))
      gone[by.of[i]] = true;
    else
      met[by.of[i]] += value != 0;
  }
  for (size_t i = 0; i < rows && status == SX_OK; i++) {
    const size_t k = by.of[i];
    const bool holds = strcmp(c->name, "exists_one") == 0 ? met[k] == 1 : met[k] >= 1;
    status = sx_release__call_result(c, i, by.gone[i] || (gone[k] && !na_rm) ? MISSING : holds);
  }
  sx_mem_free(c->ctx, met);
  sx_mem_free(c->ctx, gone);
  sx_release__classes_clear(&by, c->ctx);
  return status;
}

/* ---- functional dependencies ------------------------------------------------------------------------------------------------------------ */

static sx_status names_in(const sx_rule_tree **out, size_t *n, size_t cap, const sx_rule_tree *t) {
  if (t->kind == NODE_NAME) {
    if (*n == cap) return SX_E_LIMIT;
    out[(*n)++] = t;
  }
  for (size_t i = 0; i < t->n; i++) SX_TRY(names_in(out, n, cap, t->args[i]));
  return SX_OK;
}

/* A + B ~ C: false where an earlier row has the same on the left and other on the right. */
static sx_status run_depends(sx_release__call *c) {
  enum { MOST = 64 };
  const sx_rule_tree *names[2][MOST];
  size_t n[2] = {0, 0};
  sx_release__classes k[2] = {{NULL, 0, NULL}, {NULL, 0, NULL}};
  const size_t rows = sx_table_rows(c->table);
  sx_status status = SX_OK;
  for (size_t s = 0; s < 2 && status == SX_OK; s++) {
    if (names_in(names[s], &n[s], MOST, c->rest[s]) != SX_OK)
      status = sx_release__call_error(c, "more than %d variables", MOST);
    else
      status = classes_of(&k[s], c, names[s], n[s]);
  }
  uint32_t *first = status == SX_OK ? sx_mem_zalloc(c->ctx, k[0].n + 1, sizeof *first) : NULL;
  if (status == SX_OK && !first) status = sx_error_memory(c->err);
  for (size_t i = 0; i < rows && status == SX_OK; i++) {
    uint32_t *own = &first[k[0].of[i]];
    if (!*own) *own = k[1].of[i] + 1;
    status = sx_release__call_result(c, i, *own == k[1].of[i] + 1);
  }
  sx_mem_free(c->ctx, first);
  for (size_t s = 0; s < 2; s++) sx_release__classes_clear(&k[s], c->ctx);
  return status;
}

/* ---- lists of keys --------------------------------------------------------------------------------------------------------------------- */

enum { MAX_KEYS = 100000 };

typedef struct keys {
  const sx_rule_tree *frame; /* data.frame(a = c(...), ...) or expand.grid(...) */
  bool crossed, patterns;    /* patterns: glob(...) or rx(...) */
  bool regex;
  size_t n;
  sx_dict *texts;           /* distinct keys */
  sx_release__pattern **rx; /* [count of texts] where patterns */
} keys;

static size_t items_of(const sx_rule_tree *t) {
  return sx_release__is_call(t, "c") ? t->n : 1;
}

static sx_status key_text(sx_buf *out, const sx_release__call *c, const sx_rule_tree *t) {
  double number = 0;
  char own[SX_DOUBLE_TEXT_MAX];
  if (t->kind == NODE_TEXT) {
    sx_buf_add(out, t->text);
  } else if (sx_release__tree_number(&number, t)) {
    sx_text_from_double(own, number);
    sx_buf_add(out, own);
  } else {
    return sx_release__call_error(
        c, "keys are texts and numbers, as in data.frame(year = c(2018, 2019), part = c(\"a\", \"b\"))");
  }
  return SX_OK;
}

static sx_status add_keys(keys *k, const sx_release__call *c) {
  const sx_rule_tree *f = k->frame;
  sx_buf own;
  sx_status status = SX_OK;
  k->n = k->crossed ? 1 : 0;
  for (size_t j = 0; j < f->n && status == SX_OK; j++) {
    const size_t n = items_of(f->args[j]);
    if (!f->keys[j])
      status = sx_release__call_error(c, "the columns of the keys have names: data.frame(year = c(...), ...)");
    if (k->crossed) k->n = n <= MAX_KEYS && k->n <= MAX_KEYS ? k->n * n : MAX_KEYS + 1;
    if (!k->crossed && k->n && n != 1 && k->n != 1 && n != k->n)
      status = sx_release__call_error(c, "the columns of the keys are of different lengths");
    if (!k->crossed && n > k->n) k->n = n;
  }
  if (status == SX_OK && (k->n > MAX_KEYS || !k->n))
    status = sx_release__call_error(c, "no keys, or more than %d", MAX_KEYS);
  sx_buf_init(&own, c->ctx);
  for (size_t i = 0; i < k->n && status == SX_OK; i++) {
    size_t rest = i;
    int32_t code = 0;
    sx_buf_reset(&own);
    for (size_t j = 0; j < f->n && status == SX_OK; j++) {
      const size_t n = items_of(f->args[j]), at = k->crossed ? rest % n : i % n;
      rest /= k->crossed ? n : 1;
      if (j) sx_buf_add_char(&own, ' ');
      status = key_text(&own, c, sx_release__is_call(f->args[j], "c") ? f->args[j]->args[at] : f->args[j]);
    }
    if (status == SX_OK) status = sx_buf_status(&own, c->err);
    if (status == SX_OK) status = sx_dict_add(&code, k->texts, own.data ? own.data : "", own.n, c->err);
  }
  sx_buf_clear(&own);
  return status;
}

static sx_status key_patterns(keys *k, const sx_release__call *c) {
  const size_t n = sx_dict_count(k->texts);
  sx_buf own;
  sx_status status = SX_OK;
  k->rx = sx_mem_zalloc(c->ctx, n + 1, sizeof(sx_release__pattern *));
  if (!k->rx) return sx_error_memory(c->err);
  sx_buf_init(&own, c->ctx);
  for (size_t i = 0; i < n && status == SX_OK; i++) {
    const char *text = sx_dict_get(k->texts, (int32_t)i, NULL);
    sx_buf_reset(&own);
    if (!k->regex) sx_release__glob(&own, text);
    status = sx_buf_status(&own, c->err);
    if (status == SX_OK)
      status = sx_release__pattern_new(&k->rx[i], c->ctx, k->regex ? text : own.data, PATTERN_EXTENDED, false, c->err);
  }
  sx_buf_clear(&own);
  return status;
}

static sx_status read_keys(keys *k, const sx_release__call *c) {
  const sx_rule_tree *t = c->slot[0];
  k->patterns = t && (sx_release__is_call(t, "glob") || sx_release__is_call(t, "rx"));
  k->regex = t && sx_release__is_call(t, "rx");
  if (k->patterns) t = t->n ? t->args[0] : NULL;
  if (!t || (!sx_release__is_call(t, "data.frame") && !sx_release__is_call(t, "expand.grid")) || !t->n)
    return sx_release__call_error(c, "the keys stand in the rule: data.frame(year = c(...), ...) or expand.grid(...)");
  k->crossed = sx_release__is_call(t, "expand.grid");
  k->frame = t;
  if (k->patterns && strstr(c->name, "exactly"))
    return sx_release__call_error(c, "patterns are for contains_at_most and does_not_contain");
  if (k->regex && t->n > 1) return sx_release__call_error(c, "rx() is for keys of one column: use glob()");
  SX_TRY(sx_dict_new(&k->texts, c->ctx, c->err));
  SX_TRY(add_keys(k, c));
  return k->patterns ? key_patterns(k, c) : SX_OK;
}

/* Which key a row has: found[row] its number + 1, or 0; patterns: 1 where any matches. */
static sx_status match_rows(uint32_t *found, const keys *k, const sx_release__call *c) {
  const sx_rule_tree *f = k->frame;
  sx_release__value *v = sx_mem_zalloc(c->ctx, f->n, sizeof *v);
  sx_status status = v ? SX_OK : sx_error_memory(c->err);
  sx_buf own;
  sx_buf_init(&own, c->ctx);
  for (size_t j = 0; j < f->n && status == SX_OK; j++) {
    const sx_rule_tree name = {.kind = NODE_NAME, .text = f->keys[j]};
    status = sx_release__call_value(&v[j], c, &name);
  }
  for (size_t i = 0; i < sx_table_rows(c->table) && status == SX_OK; i++) {
    char number[SX_RULE_NUMBER_TEXT];
    sx_buf_reset(&own);
    for (size_t j = 0; j < f->n; j++) {
      const char *text = sx_release__cell_text(number, v[j].column, i);
      if (j) sx_buf_add_char(&own, ' ');
      sx_buf_add(&own, text ? text : "NA");
    }
    status = sx_buf_status(&own, c->err);
    if (status != SX_OK) break;
    const char *text = own.data ? own.data : "";
    bool met = false;
    for (size_t m = 0; k->patterns && m < sx_dict_count(k->texts) && !met && status == SX_OK; m++)
      status = sx_release__pattern_match(&met, k->rx[m], text, c->err);
    found[i] = k->patterns ? met : (uint32_t)(sx_dict_find(k->texts, text, own.n) + 1);
  }
  sx_buf_clear(&own);
  sx_mem_free(c->ctx, v);
  return status;
}

/* Per group of `by`: whether every key was met, nothing else was, and none twice. */
static sx_status judge_groups(sx_release__call *c, const uint32_t *found, size_t n_keys, bool duplicates) {
  const size_t rows = sx_table_rows(c->table);
  const bool exactly = strstr(c->name, "exactly") != NULL;
  sx_release__classes by = {NULL, 0, NULL};
  SX_TRY(sx_release__classes_by(&by, c, c->slot[1]));
  size_t size = 0;
  if (!sx_size_mul(&size, by.n + 1, n_keys + 1) || size > (size_t)1 << 30) {
    sx_release__classes_clear(&by, c->ctx);
    return sx_release__call_error(c, "too many groups times keys");
  }
  uint8_t *met = sx_mem_zalloc(c->ctx, size, 1);
  bool *bad = sx_mem_zalloc(c->ctx, by.n + 1, sizeof *bad);
  size_t *n_met = sx_mem_zalloc(c->ctx, by.n + 1, sizeof *n_met);
  sx_status status = met && bad && n_met ? SX_OK : sx_error_memory(c->err);
  for (size_t i = 0; i < rows && status == SX_OK; i++) {
    uint8_t *own = &met[by.of[i] * (n_keys + 1) + found[i]];
    if (exactly && (!found[i] || (*own && !duplicates))) bad[by.of[i]] = true;
    n_met[by.of[i]] += found[i] && !*own;
    *own = 1;
  }
  for (size_t i = 0; i < rows && status == SX_OK; i++)
    status = sx_release__call_result(c, i, by.gone[i] ? MISSING : !bad[by.of[i]] && n_met[by.of[i]] == n_keys);
  sx_mem_free(c->ctx, met);
  sx_mem_free(c->ctx, bad);
  sx_mem_free(c->ctx, n_met);
  sx_release__classes_clear(&by, c->ctx);
  return status;
}

static sx_status judge_rows(sx_release__call *c, const uint32_t *found, bool forbidden) {
  sx_release__classes by = {NULL, 0, NULL};
  SX_TRY(sx_release__classes_by(&by, c, forbidden ? NULL : c->slot[1]));
  sx_status status = SX_OK;
  for (size_t i = 0; i < sx_table_rows(c->table) && status == SX_OK; i++)
    status = sx_release__call_result(c, i, by.gone[i] ? MISSING : (found[i] != 0) != forbidden);
  sx_release__classes_clear(&by, c->ctx);
  return status;
}

static sx_status run_contains(sx_release__call *c) {
  keys k = {.n = 0};
  bool duplicates = false;
  const size_t rows = sx_table_rows(c->table);
  uint32_t *found = sx_mem_zalloc(c->ctx, rows + 1, sizeof *found);
  sx_status status = found ? sx_release__call_truth(&duplicates, c, c->slot[2]) : sx_error_memory(c->err);
  if (status == SX_OK) status = read_keys(&k, c);
  if (status == SX_OK) status = match_rows(found, &k, c);
  if (status == SX_OK)
    status = strstr(c->name, "exactly") || strstr(c->name, "least")
                 ? judge_groups(c, found, sx_dict_count(k.texts), duplicates)
                 : judge_rows(c, found, c->name[0] == 'd');
  for (size_t i = 0; k.rx && i < sx_dict_count(k.texts); i++) sx_release__pattern_free(k.rx[i]);
  sx_mem_free(c->ctx, k.rx);
  sx_dict_free(k.texts);
  sx_mem_free(c->ctx, found);
  return status;
}

const sx_release__function sx_release__keys[] = {
    {"is_unique", "...", SX_INTEGER, false, run_unique},
    {"all_unique", "...", SX_INTEGER, true, run_unique},
    {"any_duplicated", "...", SX_INTEGER, true, run_unique},
    {"n_unique", "...", SX_INTEGER, true, run_unique},
    {"number_unique", "...", SX_INTEGER, true, run_unique},
    {"is_complete", "...", SX_INTEGER, false, run_complete},
    {"all_complete", "...", SX_INTEGER, true, run_complete},
    {"any_missing", "...", SX_INTEGER, true, run_complete},
    {"number_missing", "...", SX_INTEGER, true, run_missing},
    {"fraction_missing", "...", SX_NUMBER, true, run_missing},
    {"exists_any", "rule,by,na.rm", SX_INTEGER, false, run_exists},
    {"exists_one", "rule,by,na.rm", SX_INTEGER, false, run_exists},
    {"~", "...", SX_INTEGER, false, run_depends},
    {"contains_exactly", "keys,by,allow_duplicates", SX_INTEGER, false, run_contains},
    {"contains_at_least", "keys,by", SX_INTEGER, false, run_contains},
    {"contains_at_most", "keys,by", SX_INTEGER, false, run_contains},
    {"does_not_contain", "keys", SX_INTEGER, false, run_contains},
    {NULL, NULL, SX_NUMBER, false, NULL}};
