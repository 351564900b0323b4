/* study_codebook.c: how often the values of every variable of the data occur, with and without weights, for the codebook. Counted once for the same data and weights:
 * the store keeps a line per variable as the payload of the step `codebook`, whose key is made of the keys of data and weighting. A study whose tables are
 * protected counts nothing: its margins would be published beside them. */
#include <math.h>
#include <string.h>

#include "study_data.h"
#include "study_outputs.h"

/* ---- counting ------------------------------------------------------------------------------------------------------ */

typedef struct counter {
  const sx_column *column, *named; /* of the data; of the codebook, whose labels they are */
  const double *weights;           /* [n], NULL: none */
  sx_publish_frequency out;
  size_t *cases;
  double *sums;
  size_t *order;   /* labels of numbers by value */
  size_t *by_code; /* labels of texts by code of the dictionary; SIZE_MAX none */
} counter;

/* Insertion: labels are few and mostly in order. */
static void sort_labels(size_t *order, const sx_column *c) {
  for (size_t i = 0; i < c->n_labels; i++) {
    size_t k = i;
    for (; k > 0 && c->labels[order[k - 1]].value > c->labels[i].value; k--) order[k] = order[k - 1];
    order[k] = i;
  }
}

static bool prepare(counter *t, sx_arena *arena) {
  const sx_column *c = t->column;
  const bool text = c->type == SX_TEXT || c->type == SX_CATEGORY;
  const size_t n = t->named->n_labels, n_codes = text && c->dict ? sx_dict_count(c->dict) : 0;
  t->cases = sx_arena_zalloc(arena, n + 1, sizeof *t->cases);
  t->sums = sx_arena_zalloc(arena, n + 1, sizeof *t->sums);
  t->order = sx_arena_zalloc(arena, n + 1, sizeof *t->order);
  t->by_code = sx_arena_zalloc(arena, n_codes + 1, sizeof *t->by_code);
  if (!t->cases || !t->sums || !t->order || !t->by_code) return false;
  if (!text) sort_labels(t->order, t->named);
  for (size_t i = 0; i < n_codes; i++) t->by_code[i] = SIZE_MAX;
  for (size_t i = 0; i < n && n_codes; i++) {
    const char *value = t->named->labels[i].text;
    const int32_t code = value ? sx_dict_find(c->dict, value, strlen(value)) : -1;
    if (code >= 0) t->by_code[code] = i;
  }
  return true;
}

/* The label of a row's value; SIZE_MAX: none. A user-missing value is readable. */
static size_t label_of(const counter *t, size_t row) {
  const sx_column *c = t->column;
  if (c->type == SX_TEXT || c->type == SX_CATEGORY) {
    const int32_t code = c->data.code[row];
    return code >= 0 ? t->by_code[code] : SIZE_MAX;
  }
  const double value = c->type == SX_NUMBER ? c->data.f64[row] : (double)c->data.i64[row];
  const sx_label *labels = t->named->labels;
  size_t low = 0, high = t->named->n_labels;
  while (low < high) {
    const size_t mid = low + (high - low) / 2;
    if (labels[t->order[mid]].value < value)
      low = mid + 1;
    else
      high = mid;
  }
  const bool met = low < t->named->n_labels && labels[t->order[low]].value == value && !labels[t->order[low]].tag;
  return met ? t->order[low] : SIZE_MAX;
}

static void count(counter *t) {
  const sx_column *c = t->column;
  const bool number = c->type == SX_NUMBER || c->type == SX_INTEGER;
  double sum = 0, weight = 0;
  for (size_t i = 0; i < c->n; i++) {
    const uint8_t missing = c->miss ? c->miss[i] : SX_MISS_NONE;
    const double w = t->weights ? t->weights[i] : 1;
    const bool readable = missing == SX_MISS_NONE || missing == SX_MISS_USER;
    const size_t label = readable ? label_of(t, i) : SIZE_MAX;
    if (label != SIZE_MAX) {
      t->cases[label]++;
      t->sums[label] += w;
    }
    if (missing != SX_MISS_NONE) {
      t->out.missing++;
      continue;
    }
    t->out.valid++;
    weight += w;
    if (number) sum += w * sx_column_number(c, i);
  }
  t->out.weight = t->weights ? weight : (double)NAN;
  t->out.mean = number && weight > 0 ? sum / weight : (double)NAN;
  t->out.cases = t->cases;
  t->out.weights = t->sums;
}

/* ---- a line of the payload: valid missing weight mean, then cases and weight of each label ------------------------- */

static void put_number(sx_buf *out, double value) {
  char text[SX_DOUBLE_TEXT_MAX];
  if (isfinite(value))
    sx_buf_add_n(out, text, sx_text_from_double(text, value));
  else
    sx_buf_add_char(out, '-');
}

static void put_line(sx_buf *out, const sx_publish_frequency *f, size_t n_labels) {
  sx_buf_printf(out, "%zu %zu ", f->valid, f->missing);
  put_number(out, f->weight);
  sx_buf_add_char(out, ' ');
  put_number(out, f->mean);
  for (size_t i = 0; i < n_labels; i++) {
    sx_buf_printf(out, " %zu ", f->cases[i]);
    put_number(out, f->weights[i]);
  }
  sx_buf_add_char(out, '\n');
}

static double take_number(const char **at) {
  double value = (double)NAN;
  const size_t blank = strspn(*at, " "), n = strcspn(*at + blank, " \n");
  if (!sx_text_to_double(&value, *at + blank, n)) value = (double)NAN;
  *at += blank + n;
  return value;
}

static size_t take_count(const char **at) {
  const double value = take_number(at);
  return value >= 0 ? (size_t)value : 0;
}

static sx_status read_lines(sx_publish_frequency *out, const sx_table *schema, const char *text, sx_arena *arena,
                            sx_error *err) {
  for (size_t i = 0; i < sx_table_columns(schema); i++) {
    const size_t n = sx_table_get(schema, i)->n_labels;
    size_t *cases = sx_arena_zalloc(arena, n + 1, sizeof *cases);
    double *weights = sx_arena_zalloc(arena, n + 1, sizeof *weights);
    if (!cases || !weights) return sx_error_memory(err);
    sx_publish_frequency *f = &out[i];
    f->valid = take_count(&text);
    f->missing = take_count(&text);
    f->weight = take_number(&text);
    f->mean = take_number(&text);
    for (size_t k = 0; k < n; k++) {
      cases[k] = take_count(&text);
      weights[k] = take_number(&text);
    }
    f->cases = cases;
    f->weights = weights;
    text += *text == '\n';
  }
  return SX_OK;
}

/* ---- once for the same data and weights ---------------------------------------------------------------------------- */

static sx_status count_all(sx_buf *out, st_run *r, const sx_table *schema, const sx_table *data, sx_error *err) {
  const double *weights = r->design && sx_design_rows(r->design) == sx_table_rows(data) && !study__unweighted(r->s)
                              ? sx_design_weights(r->design)
                              : NULL;
  for (size_t i = 0; i < sx_table_columns(schema); i++) {
    counter t = {.named = sx_table_get(schema, i), .weights = weights};
    SX_TRY(sx_table_need(&t.column, data, t.named->name, err));
    if (!prepare(&t, r->arena)) return sx_error_memory(err);
    count(&t);
    put_line(out, &t.out, t.named->n_labels);
  }
  return sx_buf_status(out, err);
}

static sx_status compute(const char **text, st_run *r, const sx_table *schema, sx_error *err) {
  sx_table *read = NULL;
  sx_buf lines;
  sx_buf_init(&lines, &r->ctx);
  sx_ctx_progress(&r->ctx, "counting the values of the variables", 0, 0);
  sx_status status = study__materialise(r, err);
  if (status == SX_OK && !r->whole) status = study__read_table(&read, r->s, r->s->unit, NULL, 0, 0, err);
  if (status == SX_OK) status = count_all(&lines, r, schema, read ? read : r->unit, err);
  if (status == SX_OK) {
    *text = sx_arena_strndup(r->arena, lines.data, lines.n);
    if (!*text) status = sx_error_memory(err);
  }
  sx_table_free(read);
  sx_buf_clear(&lines);
  return status;
}

static sx_status make_key(char key[SX_HASH_TEXT], const st_run *r, sx_error *err) {
  sx_buf words;
  sx_buf_init(&words, &r->ctx);
  sx_buf_add(&words, "codebook 1");
  for (size_t i = 0; i < r->plan->n; i++) {
    const st_step *step = &r->plan->steps[i];
    if (step->kind <= ST_STEP_WEIGHTING && step->wave == 0) sx_buf_printf(&words, " %s", step->key);
  }
  const sx_status status = sx_buf_status(&words, err);
  if (status == SX_OK) sx_hash_bytes(key, words.data, words.n);
  sx_buf_clear(&words);
  return status;
}

sx_status study__frequencies(const sx_publish_frequency **out, st_run *r, sx_error *err) {
  const sx_table *schema = r->s->schemas ? r->s->schemas[r->s->unit] : NULL;
  void *kept = NULL;
  size_t n = 0;
  *out = NULL;
  if (!schema || r->s->disclosure) return SX_OK;
  SX_TRY(make_key(r->frequencies_key, r, err));
  SX_TRY(sx_store_step_payload(&kept, &n, r->store, "codebook", r->frequencies_key, err));
  r->frequencies = kept ? sx_arena_strndup(r->arena, kept, n) : NULL;
  const bool failed = kept && !r->frequencies;
  sx_mem_free(&r->ctx, kept);
  if (failed) return sx_error_memory(err);
  if (!r->frequencies) SX_TRY(compute(&r->frequencies, r, schema, err));
  sx_publish_frequency *all = sx_arena_zalloc(r->arena, sx_table_columns(schema) + 1, sizeof *all);
  if (!all) return sx_error_memory(err);
  SX_TRY(read_lines(all, schema, r->frequencies, r->arena, err));
  *out = all;
  return SX_OK;
}
