/* study_codebook.c: how often the values of every variable of the data occur, with and without weights, for the codebook. Counted once for the same data and weights:
 * the store keeps a line per variable as the payload of the step `codebook`, whose key is made of the keys of data and weighting. A study whose tables are
 * protected counts nothing: its margins would be published beside them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "study_banner.h"
#include "study_data.h"
#include "study_names.h"
#include "study_outputs.h"
#include "shuxiao/synth.h"
#include "shuxiao/table_order.h"

/* ---- counting ------------------------------------------------------------------------------------------------------ */

typedef struct counter {
  const sx_column *column, *named; /* of the data; of the codebook, whose labels they are */
  const double *weights;           /* [n], NULL: none */
  sx_publish_frequency out;
  size_t *cases;
  double *sums;
  size_t *order;   /* labels of numbers by value */
  size_t *by_step; /* [n_steps] labels of whole numbers by their distance from the least; NULL: they are sought */
  double least;
  size_t n_steps;
  size_t *by_code; /* labels of texts by code of the dictionary; SIZE_MAX none */
} counter;

enum { STEPS_MAX = 4096 };

/* Insertion: labels are few and mostly in order. */
static void sort_labels(size_t *order, const sx_column *c) {
  for (size_t i = 0; i < c->n_labels; i++) {
    size_t k = i;
    for (; k > 0 && c->labels[order[k - 1]].value > c->labels[i].value; k--) order[k] = order[k - 1];
    order[k] = i;
  }
}

/* Of equal values the first in order counts, as in label_of. */
static bool list_steps(counter *t, sx_arena *arena) {
  const sx_label *labels = t->named->labels;
  const size_t n = t->named->n_labels;
  for (size_t i = 0; i < n; i++)
    if (!isfinite(labels[i].value) || labels[i].value != floor(labels[i].value)) return true;
  if (n == 0 || labels[t->order[n - 1]].value - labels[t->order[0]].value >= STEPS_MAX) return true;
  t->least = labels[t->order[0]].value;
  t->n_steps = (size_t)(labels[t->order[n - 1]].value - t->least) + 1;
  t->by_step = sx_arena_alloc(arena, t->n_steps, sizeof *t->by_step);
  if (!t->by_step) return false;
  for (size_t k = 0; k < t->n_steps; k++) t->by_step[k] = SIZE_MAX;
  for (size_t i = n; i-- > 0;) {
    const sx_label *label = &labels[t->order[i]];
    t->by_step[(size_t)(label->value - t->least)] = label->tag ? SIZE_MAX : t->order[i];
  }
  return true;
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
  if (!text) {
    sort_labels(t->order, t->named);
    if (!list_steps(t, arena)) return false;
  }
  for (size_t i = 0; i < n_codes; i++) t->by_code[i] = SIZE_MAX;
  for (size_t i = 0; i < n && n_codes; i++) {
    const char *value = t->named->labels[i].text;
    const int32_t code = value ? sx_dict_find(c->dict, value, strlen(value)) : -1;
    if (code >= 0) t->by_code[code] = i;
  }
  return true;
}

static double number_at(const sx_column *c, size_t row) {
  return c->type == SX_NUMBER ? c->data.f64[row] : (double)c->data.i64[row];
}

/* The label of a row's value; SIZE_MAX: none. A user-missing value is readable. */
static size_t label_of(const counter *t, size_t row) {
  const sx_column *c = t->column;
  if (c->type == SX_TEXT || c->type == SX_CATEGORY) {
    const int32_t code = c->data.code[row];
    return code >= 0 ? t->by_code[code] : SIZE_MAX;
  }
  const double value = number_at(c, row);
  const sx_label *labels = t->named->labels;
  if (t->by_step) {
    const double step = value - t->least;
    const size_t label = step >= 0 && step < (double)t->n_steps ? t->by_step[(size_t)step] : SIZE_MAX;
    return label != SIZE_MAX && labels[label].value == value ? label : SIZE_MAX;
  }
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

/* ---- identifiers --------------------------------------------------------------------------------------------------- */

/* "id", "case_id", "HHID", "编号": what names of identifiers end in. */
static bool has_name(const char *name) {
  static const char *const ends[] = {"id", "ID", "Id", "serial", "SERIAL", "caseno", "uuid", "编号", "序号", "编码"};
  const size_t n = strlen(name);
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    const size_t k = strlen(ends[i]);
    if (n >= k && strcmp(name + n - k, ends[i]) == 0) return true;
  }
  return false;
}

static bool in_list(const st_list *list, const char *name) {
  for (size_t i = 0; i < list->n; i++)
    if (strcmp(list->items[i], name) == 0) return true;
  return false;
}

/* Strata, clusters and keys of the study: their numbers are names. */
static bool is_declared(const sx_study *s, const char *name) {
  bool key = in_list(&s->design.clusters, name) || in_list(&s->design.all_strata, name) ||
             (s->design.strata && strcmp(s->design.strata, name) == 0);
  for (size_t i = 0; i < s->n_joins; i++) key = key || in_list(&s->joins[i].by, name);
  return key;
}

static int by_value(const void *a, const void *b) {
  const double *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

enum { FEW_CASES = 20, DENSE = 10 };

/* Whole numbers that no two cases share, and that either are called so or number the cases through: amounts of few cases may differ too, but lie far
 * apart. */
static sx_status is_unique(bool *yes, const sx_column *c, size_t valid, const sx_ctx *ctx, sx_error *err) {
  double low = (double)INFINITY, high = -(double)INFINITY;
  size_t n = 0;
  *yes = false;
  if (valid < FEW_CASES || (c->type != SX_NUMBER && c->type != SX_INTEGER)) return SX_OK;
  double *values = sx_mem_alloc(ctx, valid, sizeof *values);
  if (!values) return sx_error_memory(err);
  for (size_t i = 0; i < c->n && n < valid; i++) {
    if (c->miss && c->miss[i] != SX_MISS_NONE) continue;
    const double value = number_at(c, i);
    if (c->type == SX_NUMBER && value != floor(value)) break;
    if (value < low) low = value;
    if (value > high) high = value;
    values[n++] = value;
  }
  bool all = n == valid && high - low >= (double)(n - 1) && (has_name(c->name) || high - low < DENSE * (double)n);
  if (all) qsort(values, n, sizeof *values, by_value);
  for (size_t i = 1; all && i < n; i++) all = values[i] != values[i - 1];
  sx_mem_free(ctx, values);
  *yes = all;
  return SX_OK;
}

static sx_status find_identifier(counter *t, const sx_study *s, const sx_ctx *ctx, sx_error *err) {
  if (t->named->n_labels) return SX_OK;
  t->out.identifier = is_declared(s, t->named->name);
  if (!t->out.identifier) SX_TRY(is_unique(&t->out.identifier, t->column, t->out.valid, ctx, err));
  if (t->out.identifier) t->out.mean = (double)NAN;
  return SX_OK;
}

/* ---- texts without labels ------------------------------------------------------------------------------------------ */

enum { MOST_ANSWERS = 10, MOST_DISTINCT = 50, LEAST_CASES = 5 };

/* Where all answers are listed, and the study declares an order, they stand in it. */
static sx_status order_answers(const counter *t, sx_publish_answer *answers, sx_arena *arena, const sx_ctx *ctx,
                               sx_error *err) {
  const size_t n = t->out.n_answers;
  if (n < 2 || n < t->out.distinct || !t->named->n_order) return SX_OK;
  const char **text = sx_arena_alloc(arena, n, sizeof *text);
  size_t *order = sx_arena_alloc(arena, n, sizeof *order);
  sx_publish_answer *before = sx_arena_alloc(arena, n, sizeof *before);
  if (!text || !order || !before) return sx_error_memory(err);
  memcpy(before, answers, n * sizeof *before);
  for (size_t i = 0; i < n; i++) text[i] = answers[i].text;
  SX_TRY(sx_level_order(order, ctx, t->named, text, n, err));
  for (size_t i = 0; i < n; i++) answers[i] = before[order[i]];
  return SX_OK;
}

/* How many different texts, and the most frequent where there are few: not those of a handful of cases, who could be known by them. */
static sx_status count_texts(counter *t, sx_arena *arena, const sx_ctx *ctx, sx_error *err) {
  const sx_column *c = t->column;
  const size_t n = sx_dict_count(c->dict);
  size_t *cases = sx_arena_zalloc(arena, n + 1, sizeof *cases);
  double *weights = sx_arena_zalloc(arena, n + 1, sizeof *weights);
  sx_publish_answer *answers = sx_arena_zalloc(arena, MOST_ANSWERS, sizeof *answers);
  if (!cases || !weights || !answers) return sx_error_memory(err);
  for (size_t i = 0; i < c->n; i++) {
    if (sx_column_missing(c, i) || c->data.code[i] < 0) continue;
    cases[c->data.code[i]]++;
    weights[c->data.code[i]] += t->weights ? t->weights[i] : 1;
  }
  for (size_t k = 0; k < n; k++) t->out.distinct += cases[k] > 0;
  t->out.answers = answers;
  while (t->out.distinct <= MOST_DISTINCT && t->out.n_answers < MOST_ANSWERS) {
    size_t most = 0;
    for (size_t k = 1; k < n; k++)
      if (cases[k] > cases[most]) most = k;
    if (n == 0 || cases[most] < LEAST_CASES) break;
    answers[t->out.n_answers++] =
        (sx_publish_answer){sx_dict_get(c->dict, (int32_t)most, NULL), cases[most], weights[most]};
    cases[most] = 0;
  }
  return order_answers(t, answers, arena, ctx, err);
}

static void count(counter *t) {
  const sx_column *c = t->column;
  const uint8_t *miss = c->miss;
  const double *weights = t->weights;
  const bool number = c->type == SX_NUMBER || c->type == SX_INTEGER, named = t->named->n_labels > 0;
  const size_t n = c->n;
  size_t valid = 0;
  double sum = 0, weight = 0;
  for (size_t i = 0; i < n; i++) {
    const uint8_t missing = miss ? miss[i] : SX_MISS_NONE;
    const double w = weights ? weights[i] : 1;
    const bool readable = named && (missing == SX_MISS_NONE || missing == SX_MISS_USER);
    const size_t label = readable ? label_of(t, i) : SIZE_MAX;
    if (label != SIZE_MAX) {
      t->cases[label]++;
      t->sums[label] += w;
    }
    if (missing != SX_MISS_NONE) continue;
    valid++;
    weight += w;
    if (number) sum += w * number_at(c, i);
  }
  t->out.valid = valid;
  t->out.missing = n - valid;
  t->out.weight = weights ? weight : (double)NAN;
  t->out.mean = number && weight > 0 ? sum / weight : (double)NAN;
  t->out.cases = t->cases;
  t->out.weights = t->sums;
}

/* ---- a line of the payload: valid missing weight mean, cases and weight of each label, whether an identifier, different texts, and of the most frequent
 * ones their number and of each cases, weight and bytes (in hexadecimal digits behind an x) -------------------------------------------------------- */

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
  sx_buf_printf(out, " %d %zu %zu", f->identifier, f->distinct, f->n_answers);
  for (size_t i = 0; i < f->n_answers; i++) {
    sx_buf_printf(out, " %zu ", f->answers[i].cases);
    put_number(out, f->answers[i].weight);
    sx_buf_add(out, " x");
    for (const char *c = f->answers[i].text; *c; c++) sx_buf_printf(out, "%02x", (unsigned)(unsigned char)*c);
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

static unsigned hex_digit(char c) {
  return c >= 'a' ? (unsigned)(c - 'a') + 10 : (unsigned)(c - '0');
}

/* " x68656c" of the payload. */
static const char *take_text(const char **at, sx_arena *arena) {
  const size_t blank = strspn(*at, " "), n = strcspn(*at + blank, " \n"), bytes = n / 2;
  const char *digits = *at + blank + 1;
  char *text = sx_arena_zalloc(arena, bytes + 1, 1);
  for (size_t i = 0; text && i < bytes && n % 2; i++)
    text[i] = (char)(hex_digit(digits[2 * i]) << 4 | hex_digit(digits[2 * i + 1]));
  *at += blank + n;
  return text;
}

static sx_status read_answers(sx_publish_frequency *f, const char **text, sx_arena *arena, sx_error *err) {
  f->identifier = take_count(text) == 1;
  f->distinct = take_count(text);
  f->n_answers = take_count(text);
  if (f->n_answers > MOST_ANSWERS) f->n_answers = MOST_ANSWERS;
  sx_publish_answer *answers = sx_arena_zalloc(arena, MOST_ANSWERS, sizeof *answers);
  if (!answers) return sx_error_memory(err);
  f->answers = answers;
  for (size_t i = 0; i < f->n_answers; i++) {
    answers[i].cases = take_count(text);
    answers[i].weight = take_number(text);
    answers[i].text = take_text(text, arena);
    if (!answers[i].text) return sx_error_memory(err);
  }
  return SX_OK;
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
    SX_TRY(read_answers(f, &text, arena, err));
    text += *text == '\n';
  }
  return SX_OK;
}

/* ---- once for the same data and weights ---------------------------------------------------------------------------- */

static sx_status count_all(sx_buf *out, const st_frequencies *f, const st_run *r, const sx_table *data,
                           const sx_ctx *ctx, sx_error *err) {
  const sx_table *schema = r->s->schemas[r->s->unit];
  const double *weights = r->design && sx_design_rows(r->design) == sx_table_rows(data) && !study__unweighted(r->s)
                              ? sx_design_weights(r->design)
                              : NULL;
  for (size_t i = 0; i < sx_table_columns(schema); i++) {
    counter t = {.named = sx_table_get(schema, i), .weights = weights};
    SX_TRY(sx_table_need(&t.column, data, t.named->name, err));
    if (!prepare(&t, f->arena)) return sx_error_memory(err);
    count(&t);
    SX_TRY(find_identifier(&t, r->s, ctx, err));
    if (t.column->type == SX_TEXT && !t.named->n_labels && !t.out.identifier)
      SX_TRY(count_texts(&t, f->arena, ctx, err));
    put_line(out, &t.out, t.named->n_labels);
  }
  return sx_buf_status(out, err);
}

static sx_status make_key(char key[SX_HASH_TEXT], const st_run *r, sx_error *err) {
  sx_buf words;
  sx_buf_init(&words, &r->ctx);
  sx_buf_add(&words, "codebook 2");
  for (size_t i = 0; i < r->s->n_joins; i++)
    for (size_t k = 0; k < r->s->joins[i].by.n; k++) sx_buf_printf(&words, " %s", r->s->joins[i].by.items[k]);
  for (size_t i = 0; i < r->s->n_groups; i++)
    if (r->s->groups[i].by) study__spec_order(&words, r->s, r->s->groups[i].by);
  for (size_t i = 0; i < r->plan->n; i++) {
    const st_step *step = &r->plan->steps[i];
    if (step->kind <= ST_STEP_WEIGHTING && step->wave == 0) sx_buf_printf(&words, " %s", step->key);
  }
  const sx_status status = sx_buf_status(&words, err);
  if (status == SX_OK) sx_hash_bytes(key, words.data, words.n);
  sx_buf_clear(&words);
  return status;
}

static sx_status recall(st_frequencies *f, st_run *r, sx_error *err) {
  void *kept = NULL;
  size_t n = 0;
  SX_TRY(make_key(r->frequencies_key, r, err));
  SX_TRY(sx_store_step_payload(&kept, &n, r->store, "codebook", r->frequencies_key, err));
  f->text = kept ? sx_arena_strndup(f->arena, kept, n) : NULL;
  const bool failed = kept && !f->text;
  sx_mem_free(&r->ctx, kept);
  return failed ? sx_error_memory(err) : SX_OK;
}

sx_status study__frequencies_find(st_frequencies *f, st_run *r, sx_error *err) {
  if (!r->s->schemas || !r->s->schemas[r->s->unit]) return SX_OK;
  SX_TRY(sx_arena_new(&f->arena, &r->ctx, err));
  if (r->s->disclosure) return SX_OK;
  SX_TRY(recall(f, r, err));
  if (f->text) return SX_OK;
  sx_ctx_progress(&r->ctx, "counting the values of the variables", 0, 0);
  SX_TRY(study__materialise(r, err));
  return r->whole ? SX_OK : study__read_table(&f->read, r->s, r->s->unit, NULL, 0, 0, err);
}

/* Generated interviews are called as their model says. */
static sx_status name_all(st_frequencies *f, const st_run *r, const sx_ctx *ctx, sx_error *err) {
  sx_synth_model *model = NULL;
  SX_TRY(study__unit_model(&model, r->s, f->arena, ctx, err));
  const sx_status status = study__codebook_words(&f->words, r->s, model, f->arena, err);
  sx_synth_free(model);
  return status;
}

sx_status study__frequencies_count(st_frequencies *f, const st_run *r, const sx_ctx *ctx, sx_error *err) {
  if (!f->arena) return SX_OK;
  SX_TRY(name_all(f, r, ctx, err));
  if (r->s->disclosure) return SX_OK;
  const sx_table *schema = r->s->schemas[r->s->unit];
  sx_publish_frequency *all = sx_arena_zalloc(f->arena, sx_table_columns(schema) + 1, sizeof *all);
  if (!all) return sx_error_memory(err);
  if (!f->text) {
    sx_buf lines;
    sx_buf_init(&lines, ctx);
    sx_status status = count_all(&lines, f, r, f->read ? f->read : r->unit, ctx, err);
    if (status == SX_OK) f->text = sx_arena_strndup(f->arena, lines.data, lines.n);
    if (status == SX_OK && !f->text) status = sx_error_memory(err);
    sx_buf_clear(&lines);
    if (status != SX_OK) return status;
  }
  SX_TRY(read_lines(all, schema, f->text, f->arena, err));
  f->all = all;
  return SX_OK;
}

sx_status study__frequencies_keep(const st_frequencies *f, st_run *r, sx_error *err) {
  if (!f->text) return SX_OK;
  r->frequencies = sx_arena_strdup(r->arena, f->text);
  return r->frequencies ? SX_OK : sx_error_memory(err);
}

void study__frequencies_clear(st_frequencies *f) {
  sx_table_free(f->read);
  sx_arena_free(f->arena);
}
