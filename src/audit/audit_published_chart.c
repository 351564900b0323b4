/* audit_published_chart.c: the charts of an office file that a program saved anew, against those that were published: names of series, categories, values, ends of intervals, labels,
 * titles, formats of labels and ends of axes; how they are written is the program's. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_published.h"

enum { PART_MAX = 64 * 1024 * 1024, KEY_MAX = 80, WORD_MAX = 24 };

/* One thing that a chart shows: "series 2, value 3". */
typedef struct fact {
  const char *key, *text;
  size_t at; /* in the order of the chart */
} fact;

typedef struct chart {
  sx_arena *arena;
  fact *items;
  size_t n, cap;
  sx_buf text;
  const char *what; /* value, category ...; NULL: outside of a series' parts */
  size_t series, point, label, axes[2];
  bool in_series, in_labels, in_label, in_title, rich, take;
  int axis; /* 0 of categories, 1 of values; -1: outside */
} chart;

static bool is(const char *a, const char *b) {
  return strcmp(a, b) == 0;
}

static sx_status add(chart *c, const char *key, const char *text, size_t n, sx_error *err) {
  if (!n) return SX_OK;
  if (!sx_arena_grow(c->arena, (void **)&c->items, &c->cap, c->n + 1, sizeof *c->items)) return sx_error_memory(err);
  fact *f = &c->items[c->n];
  *f = (fact){sx_arena_strdup(c->arena, key), sx_arena_strndup(c->arena, text, n), c->n};
  c->n++;
  return f->key && f->text ? SX_OK : sx_error_memory(err);
}

/* ---- reading ---- */

/* The part of a series that an element begins; NULL: none. */
static const char *piece_of(const char *name) {
  static const struct {
    const char *element, *what;
  } pieces[] = {{"tx", "name"},        {"cat", "category"},    {"xVal", "category"},
                {"val", "value"},      {"yVal", "value"},      {"bubbleSize", "size"},
                {"plus", "upper end"}, {"minus", "lower end"}, {"datalabelsRange", "text"}};
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
    if (is(name, pieces[i].element)) return pieces[i].what;
  return NULL;
}

static void axis_name(char key[KEY_MAX], const chart *c, const char *what) {
  (void)snprintf(key, KEY_MAX, "axis of %s %zu, %s", c->axis ? "values" : "categories", c->axes[c->axis], what);
}

static size_t number_of(const char *const *attributes, const char *name) {
  const char *text = sx_xml_attribute(attributes, name);
  int64_t n = 0;
  return text && sx_text_to_int64(&n, text, strlen(text)) && n >= 0 && n < 1048576 ? (size_t)n : 0;
}

/* What an attribute says: a format that is no cell's, an end of an axis. */
static sx_status start_attribute(chart *c, const char *name, const char *const *attributes, sx_error *err) {
  char key[KEY_MAX];
  const bool format = is(name, "numFmt"), end = c->axis >= 0 && (is(name, "max") || is(name, "min"));
  const char *value = sx_xml_attribute(attributes, format ? "formatCode" : "val"),
             *linked = sx_xml_attribute(attributes, "sourceLinked");
  if ((!format && !end) || !value || (format && (!linked || !is(linked, "0")))) return SX_OK;
  if (c->axis >= 0)
    axis_name(key, c, format ? "format" : name);
  else
    (void)snprintf(key, sizeof key, "series %zu, format of its labels", c->series);
  return add(c, key, value, strlen(value), err);
}

/* Of a title or a label; of a box beside the charts. */
static bool is_words(const char *name) {
  return is(name, "rich") || is(name, "txBody");
}

static sx_status on_start(void *data, const char *name, const char *const *attributes, sx_error *err) {
  chart *c = data;
  if (is(name, "ser")) {
    c->in_series = true;
    c->series++;
  }
  if (is(name, "dLbls")) c->in_labels = true;
  if (is(name, "dLbl")) c->in_label = true;
  if (c->in_label && is(name, "idx")) c->label = number_of(attributes, "val");
  if (is(name, "title")) c->in_title = true;
  if (is(name, "catAx") || is(name, "dateAx") || is(name, "valAx") || is(name, "serAx")) {
    c->axis = is(name, "valAx");
    c->axes[c->axis]++;
  }
  if (c->in_series && !c->in_labels && piece_of(name)) {
    c->what = piece_of(name);
    c->point = 0;
  }
  if (is(name, "pt")) c->point = number_of(attributes, "idx");
  if (is_words(name)) c->rich = true;
  c->take = (is(name, "v") && c->what) || (is(name, "t") && c->rich);
  if (is(name, "v") || is_words(name)) sx_buf_reset(&c->text);
  return start_attribute(c, name, attributes, err);
}

static sx_status end_value(chart *c, sx_error *err) {
  char key[KEY_MAX];
  SX_TRY(sx_buf_status(&c->text, err));
  if (is(c->what, "name"))
    (void)snprintf(key, sizeof key, "series %zu, name", c->series);
  else
    (void)snprintf(key, sizeof key, "series %zu, %.*s %zu", c->series, WORD_MAX, c->what, c->point + 1);
  return add(c, key, c->text.data, c->text.n, err);
}

static sx_status end_rich(chart *c, sx_error *err) {
  char key[KEY_MAX];
  c->rich = false;
  SX_TRY(sx_buf_status(&c->text, err));
  if (c->in_label)
    (void)snprintf(key, sizeof key, "series %zu, label %zu", c->series, c->label + 1);
  else if (c->axis >= 0)
    axis_name(key, c, "title");
  else
    (void)snprintf(key, sizeof key, c->axes[0] || c->series || c->in_title ? "title" : "text box");
  return add(c, key, c->text.data, c->text.n, err);
}

static sx_status on_end(void *data, const char *name, sx_error *err) {
  chart *c = data;
  c->take = false;
  if (is(name, "ser")) c->in_series = false;
  if (is(name, "dLbls")) c->in_labels = false;
  if (is(name, "dLbl")) c->in_label = false;
  if (is(name, "title")) c->in_title = false;
  if (is(name, "catAx") || is(name, "dateAx") || is(name, "valAx") || is(name, "serAx")) c->axis = -1;
  if (is(name, "v") && c->what) return end_value(c, err);
  if (is_words(name)) return end_rich(c, err);
  if (c->in_series && piece_of(name)) c->what = NULL;
  return SX_OK;
}

static sx_status on_text(void *data, const char *text, size_t n, sx_error *err) {
  chart *c = data;
  (void)err;
  if (c->take) sx_buf_add_n(&c->text, text, n);
  return SX_OK;
}

static int by_key(const void *x, const void *y) {
  const fact *a = x, *b = y;
  const int order = strcmp(a->key, b->key);
  return order ? order : (a->at > b->at) - (a->at < b->at);
}

static sx_status read_chart(chart *c, const sx_published *p, sx_archive *archive, const char *part) {
  const sx_xml_handler handler = {c, on_start, on_end, on_text};
  *c = (chart){.arena = p->arena, .axis = -1};
  if (!sx_archive_has(archive, part)) return SX_OK;
  sx_buf_init(&c->text, &p->t->ctx);
  const sx_status status = sx_archive_xml(archive, part, PART_MAX, &handler, p->t->err);
  sx_buf_clear(&c->text);
  if (c->n) qsort(c->items, c->n, sizeof *c->items, by_key);
  return status;
}

/* ---- which charts a part shows ---- */

typedef struct shown {
  const char *id, *part;
} shown;

typedef struct list {
  sx_arena *arena;
  shown *items;
  size_t n, cap;
} list;

static sx_status chart_start(void *data, const char *name, const char *const *attributes, sx_error *err) {
  list *l = data;
  const char *id = is(name, "chart") ? sx_xml_attribute(attributes, "id") : NULL;
  if (!id) return SX_OK;
  if (!sx_arena_grow(l->arena, (void **)&l->items, &l->cap, l->n + 1, sizeof *l->items)) return sx_error_memory(err);
  l->items[l->n] = (shown){.id = sx_arena_strdup(l->arena, id)};
  return l->items[l->n++].id ? SX_OK : sx_error_memory(err);
}

static sx_status name_part(void *data, const char *id, const char *type, const char *target, sx_error *err) {
  const list *l = data;
  (void)type;
  for (size_t i = 0; id && i < l->n; i++) {
    if (!is(l->items[i].id, id)) continue;
    l->items[i].part = sx_arena_strdup(l->arena, target);
    if (!l->items[i].part) return sx_error_memory(err);
  }
  return SX_OK;
}

/* The charts of a part in its order. */
static sx_status charts_of(list *l, const sx_published *p, sx_archive *archive, const char *part) {
  const sx_xml_handler handler = {l, chart_start, NULL, NULL};
  *l = (list){.arena = p->arena};
  if (!sx_archive_has(archive, part)) return SX_OK;
  SX_TRY(sx_archive_xml(archive, part, PART_MAX, &handler, p->t->err));
  SX_TRY(sx_audit__relations(&p->t->ctx, archive, part, false, name_part, l, p->t->err));
  size_t n = 0;
  for (size_t i = 0; i < l->n; i++)
    if (l->items[i].part) l->items[n++] = l->items[i];
  l->n = n;
  return SX_OK;
}

/* ---- one against the other ---- */

/* "\+0.0" and "+0.0": a sign may be marked as one. */
static bool same_format(const char *a, const char *b) {
  static const char marks[] = "\\\"";
  for (;;) {
    a += strspn(a, marks);
    b += strspn(b, marks);
    if (*a != *b || !*a) return *a == *b;
    a++;
    b++;
  }
}

/* Programs keep 15 digits of a number. */
static bool same_text(const char *key, const char *a, const char *b) {
  double x, y;
  if (strstr(key, "format")) return same_format(a, b);
  if (sx_text_to_double(&x, a, strlen(a)) && sx_text_to_double(&y, b, strlen(b)))
    return fabs(x - y) <= 1e-9 * fabs(x) + 1e-15;
  return sx_audit__shown_same(a, strlen(a), b, strlen(b));
}

static sx_status tell(sx_published *p, const char *owner, const char *key, const char *want, const char *have) {
  const sx_difference d = {.verdict = SX_TRACE_DIFFERS,
                           .place = sx_arena_printf(p->arena, "%s, %s", owner, key),
                           .want = want,
                           .n_want = want ? strlen(want) : 0,
                           .have = have,
                           .n_have = have ? strlen(have) : 0,
                           .reason = "the chart shows another than was published"};
  return d.place ? sx_audit__published_tell(p, &d) : sx_error_memory(p->t->err);
}

/* What programs write or leave out as they like, where the other side says nothing. */
static bool is_manner(const char *key) {
  return strncmp(key, "axis", 4) == 0 || strstr(key, "format of") || strstr(key, ", text ");
}

static sx_status one_chart(sx_published *p, const char *owner, const chart *want, const chart *have) {
  for (size_t i = 0, j = 0; i < want->n || j < have->n;) {
    const fact *a = i < want->n ? &want->items[i] : NULL, *b = j < have->n ? &have->items[j] : NULL;
    const int order = !a ? 1 : !b ? -1 : strcmp(a->key, b->key);
    const bool alone = order != 0 && is_manner(order < 0 ? a->key : b->key);
    i += order <= 0;
    j += order >= 0;
    if (alone || (order == 0 && same_text(a->key, a->text, b->text))) continue;
    SX_TRY(tell(p, owner, order <= 0 ? a->key : b->key, order <= 0 ? a->text : NULL, order >= 0 ? b->text : NULL));
  }
  return SX_OK;
}

/* Which of the published charts it is, where some were taken out: the one with the fewest differences. */
static sx_status likeliest(size_t *out, const sx_published *p, sx_archive *want, const list *charts,
                           const chart *have) {
  size_t fewest = SIZE_MAX;
  for (size_t i = 0; i < charts->n; i++) {
    sx_published counts = *p;
    chart published;
    counts.counting = true;
    counts.n = 0;
    SX_TRY(read_chart(&published, p, want, charts->items[i].part));
    SX_TRY(one_chart(&counts, "", &published, have));
    if (counts.n < fewest) *out = i;
    if (counts.n < fewest) fewest = counts.n;
  }
  return SX_OK;
}

sx_status sx_audit__published_charts(sx_published *p, const char *owner, sx_archive *want, const char *part_want,
                                     sx_archive *have, const char *part_have) {
  list a, b;
  chart boxes, own;
  SX_TRY(read_chart(&boxes, p, want, part_want));
  SX_TRY(read_chart(&own, p, have, part_have));
  if (*owner) SX_TRY(one_chart(p, owner, &boxes, &own));
  SX_TRY(charts_of(&a, p, want, part_want));
  SX_TRY(charts_of(&b, p, have, part_have));
  for (size_t i = 0; i < b.n && a.n; i++) {
    chart was, now;
    size_t k = i;
    const char *name = sx_arena_printf(p->arena, "%s%schart %zu", owner, *owner ? ", " : "", i + 1);
    if (!name) return sx_error_memory(p->t->err);
    SX_TRY(read_chart(&now, p, have, b.items[i].part));
    if (a.n != b.n) SX_TRY(likeliest(&k, p, want, &a, &now));
    SX_TRY(read_chart(&was, p, want, a.items[k].part));
    SX_TRY(one_chart(p, name, &was, &now));
  }
  return SX_OK;
}
