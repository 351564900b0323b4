/* same_table.h: two tables are the same in everything: values, missing classes, labels, ranges, sets, metadata. */
#ifndef SAME_TABLE_H
#define SAME_TABLE_H

#include "shuxiao/table.h"
#include "sxt.h"

static inline void same_labels(const sx_column *a, const sx_column *b) {
  CHECK_INT(a->n_labels, b->n_labels);
  for (size_t i = 0; i < a->n_labels && i < b->n_labels; i++) {
    const sx_label *x = &a->labels[i], *y = &b->labels[i];
    if (x->tag != y->tag || (!x->tag && !x->text && x->value != y->value)) SXT_FAIL("%s: label %zu", a->name, i);
    if ((x->text != NULL) != (y->text != NULL)) SXT_FAIL("%s: label %zu text", a->name, i);
    if (x->text && y->text) CHECK_STR(x->text, y->text);
    CHECK_STR(x->label, y->label);
  }
  CHECK_INT(a->n_ranges, b->n_ranges);
  for (size_t i = 0; i < a->n_ranges && i < b->n_ranges; i++) {
    const sx_missing_range *x = &a->ranges[i], *y = &b->ranges[i];
    if ((x->text != NULL) != (y->text != NULL)) SXT_FAIL("%s: range %zu", a->name, i);
    if (x->text && y->text)
      CHECK_STR(x->text, y->text);
    else if (x->lo != y->lo || x->hi != y->hi)
      SXT_FAIL("%s: range %zu is %g..%g, not %g..%g", a->name, i, x->lo, x->hi, y->lo, y->hi);
  }
}

static inline void same_cells(const sx_column *a, const sx_column *b) {
  for (size_t r = 0; r < a->n; r++) {
    const int ma = a->miss ? a->miss[r] : 0, mb = b->miss ? b->miss[r] : 0;
    if (ma != mb) SXT_FAIL("%s: case %zu is missing of class %d, not %d", a->name, r + 1, ma, mb);
    if (ma != mb || (ma && ma != SX_MISS_USER)) continue;
    if (a->dict) {
      const char *x = a->data.code[r] < 0 ? "(none)" : sx_dict_get(a->dict, a->data.code[r], NULL);
      const char *y = b->data.code[r] < 0 ? "(none)" : sx_dict_get(b->dict, b->data.code[r], NULL);
      if (strcmp(x, y) != 0) SXT_FAIL("%s: case %zu is '%s', not '%s'", a->name, r + 1, x, y);
    } else if (memcmp(&a->data.i64[r], &b->data.i64[r], 8) != 0) {
      SXT_FAIL("%s: case %zu has other bits", a->name, r + 1);
    }
  }
}

static inline void same_column(const sx_column *a, const sx_column *b) {
  CHECK_STR(a->name, b->name);
  CHECK_STR(a->label, b->label);
  CHECK_STR(a->format, b->format);
  if (a->type != b->type) {
    SXT_FAIL("%s: type %s, not %s", a->name, sx_type_name(a->type), sx_type_name(b->type));
    return;
  }
  CHECK_INT(a->measure, b->measure);
  CHECK_INT(a->n, b->n);
  same_labels(a, b);
  if (a->n == b->n) same_cells(a, b);
  if (a->type != SX_CATEGORY) return;
  CHECK_INT(sx_dict_count(a->dict), sx_dict_count(b->dict));
  for (size_t i = 0; i < sx_dict_count(a->dict) && i < sx_dict_count(b->dict); i++)
    CHECK_STR(sx_dict_get(a->dict, (int32_t)i, NULL), sx_dict_get(b->dict, (int32_t)i, NULL));
}

static inline void same_set(const sx_mrset *a, const sx_mrset *b) {
  CHECK_STR(a->name, b->name);
  CHECK_STR(a->label, b->label);
  CHECK_INT(a->dichotomous, b->dichotomous);
  CHECK_INT(a->n_variables, b->n_variables);
  if (a->dichotomous && !a->counted_text) CHECK_NEAR(a->counted, b->counted, 0);
  CHECK_INT(a->counted_text != NULL, b->counted_text != NULL);
  if (a->counted_text && b->counted_text) CHECK_STR(a->counted_text, b->counted_text);
  for (size_t i = 0; i < a->n_variables && i < b->n_variables; i++) CHECK_STR(a->variables[i], b->variables[i]);
}

static inline void same_table(const sx_table *a, const sx_table *b) {
  CHECK_INT(sx_table_rows(a), sx_table_rows(b));
  CHECK_INT(sx_table_columns(a), sx_table_columns(b));
  if (sx_table_columns(a) != sx_table_columns(b)) return;
  for (size_t i = 0; i < sx_table_columns(a); i++) same_column(sx_table_get(a, i), sx_table_get(b, i));
  CHECK_INT(sx_table_mrsets(a), sx_table_mrsets(b));
  for (size_t i = 0; i < sx_table_mrsets(a) && i < sx_table_mrsets(b); i++)
    same_set(sx_table_mrset(a, i), sx_table_mrset(b, i));
  CHECK_INT(sx_table_metas(a), sx_table_metas(b));
  for (size_t i = 0; i < sx_table_metas(a); i++) {
    const char *key = NULL;
    const char *value = sx_table_meta_at(a, i, &key);
    CHECK_STR(sx_table_meta(b, key), value);
  }
}

#endif
