/* table_codes.c: one variable in two files: codes that mean one thing here and another there, and codes that were only numbered otherwise. */
#include "table_priv.h"

static bool counts(const sx_column *c, const sx_label *l) {
  return !l->tag && !sx_column_missing_label(c, l);
}

/* The label that the code of l has in c, NULL none. */
static const char *label_of(const sx_column *c, const sx_label *l) {
  for (size_t i = 0; i < c->n_labels; i++) {
    const sx_label *own = &c->labels[i];
    if (!counts(c, own) || !own->text != !l->text) continue;
    if (l->text ? strcmp(own->text, l->text) == 0 : own->value == l->value) return own->label;
  }
  return NULL;
}

bool sx_column_clash(sx_code_clash *out, const sx_column *a, const sx_column *b) {
  for (size_t i = 0; i < a->n_labels; i++) {
    const sx_label *l = &a->labels[i];
    const char *other = counts(a, l) ? label_of(b, l) : NULL;
    if (!other || strcmp(other, l->label) == 0) continue;
    *out = (sx_code_clash){l->text, l->value, {l->label, other}};
    return true;
  }
  return false;
}

static size_t n_labelled(const sx_column *c) {
  size_t n = 0;
  for (size_t i = 0; i < c->n_labels; i++) n += counts(c, &c->labels[i]);
  return n;
}

/* The one value that c calls so; NaN where none is, or several are. */
static double value_called(const sx_column *c, const char *label) {
  double value = (double)NAN;
  for (size_t i = 0; i < c->n_labels; i++) {
    if (!counts(c, &c->labels[i]) || strcmp(c->labels[i].label, label) != 0) continue;
    if (!isnan(value)) return (double)NAN;
    value = c->labels[i].value;
  }
  return value;
}

static bool is_number(const sx_column *c) {
  return c->type == SX_NUMBER || c->type == SX_INTEGER;
}

static bool is_member(const sx_table *t, const char *name) {
  for (size_t k = 0; k < t->n_sets; k++)
    for (size_t i = 0; i < t->sets[k].n_variables; i++)
      if (strcmp(t->sets[k].variables[i], name) == 0) return true;
  return false;
}

/* Both have the same labels, each once, for values that c can hold, and every value has one. */
static bool same_labels(const sx_column *c, const sx_column *like) {
  if (n_labelled(c) != n_labelled(like)) return false;
  for (size_t i = 0; i < c->n_labels; i++) {
    const sx_label *l = &c->labels[i];
    if (!counts(c, l)) continue;
    const double value = value_called(like, l->label);
    if (isnan(value) || isnan(value_called(c, l->label))) return false;
    if (sx_column_find_range(c, value, NULL) < c->n_ranges || (c->type == SX_INTEGER && value != floor(value)))
      return false;
  }
  for (size_t i = 0; i < c->n; i++)
    if (!sx_column_missing(c, i) && !sx_column_value_label(c, sx_column_number(c, i))) return false;
  return true;
}

sx_status sx_table_take_codes(bool *taken, sx_table *table, const char *name, const sx_column *like, sx_error *err) {
  size_t at = 0;
  sx_code_clash clash;
  *taken = false;
  while (at < table->n && strcmp(table->columns[at]->name, name) != 0) at++;
  if (at == table->n) return sx_error_set(err, SX_E_ARGUMENT, name, "the table has no such variable");
  sx_column *c = table->columns[at];
  if (!is_number(c) || !is_number(like) || !sx_column_clash(&clash, c, like) || is_member(table, name) ||
      !same_labels(c, like))
    return SX_OK;
  for (size_t i = 0; i < c->n; i++) {
    if (sx_column_missing(c, i)) continue;
    const double value = value_called(like, sx_column_value_label(c, sx_column_number(c, i)));
    if (c->type == SX_NUMBER)
      c->data.f64[i] = value;
    else
      c->data.i64[i] = (int64_t)value;
  }
  for (size_t i = 0; i < c->n_labels; i++)
    if (counts(c, &c->labels[i])) c->labels[i].value = value_called(like, c->labels[i].label);
  *taken = true;
  return SX_OK;
}
