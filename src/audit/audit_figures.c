/* audit_figures.c: the figures of an audit file, from CSV with a header or from a list in the YAML, and the words that qualify them. */
#include <stdio.h>
#include <string.h>

#include "audit_csv.h"
#include "audit_priv.h"

typedef enum field {
  F_ID,
  F_VALUE,
  F_UNIT,
  F_DECIMALS,
  F_QUALIFIER,
  F_PERIOD,
  F_BASE,
  F_INDICATOR,
  F_CATEGORY,
  F_POPULATION,
  F_COMPARISON,
  F_COMPARATOR,
  F_PLACE,
  F_KIND,
  F_ZEROS,
  F_SOURCE,
  N_FIELDS
} field;
static const char *const field_names[N_FIELDS] = {
    "id",       "value",      "unit",       "decimals",   "qualifier", "period", "base",  "indicator",
    "category", "population", "comparison", "comparator", "place",     "kind",   "zeros", "source"};

typedef struct texts {
  const char *of[N_FIELDS]; /* NULL: absent */
} texts;

static int field_of(const char *name) {
  for (int f = 0; f < N_FIELDS; f++) {
    if (strcmp(field_names[f], name) == 0) return f;
  }
  return -1;
}

static const char *or_empty(const char *text) {
  return text ? text : "";
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

const au_word *sx_audit__word_of(const sx_audit *audit, const char *text) {
  for (size_t i = 0; i < audit->n_words; i++) {
    if (strcmp(audit->words[i].text, text) == 0) return &audit->words[i];
  }
  return NULL;
}

/* [low, high] in factors of the printed value; an end of null is no end. */
static sx_status read_word(sx_audit *audit, au_word *out, const sx_doc *doc, const sx_node *node, sx_error *err) {
  int decimals;
  if (node->kind == SX_NODE_SCALAR) { /* 逾: 超 */
    const au_word *like = sx_audit__word_of(audit, node->text);
    if (!like) return sx_node_error(err, doc, node, "'%s' is not a qualifying word that is known", node->text);
    const char *name = out->text;
    *out = *like;
    out->text = name;
    return SX_OK;
  }
  if (node->kind == SX_NODE_MAP) {
    static const char *const keys[] = {"within"};
    SX_TRY(sx_node_keys(doc, node, keys, 1, err));
    const sx_node *within = sx_node_get(node, "within");
    if (!within || within->kind != SX_NODE_SCALAR || !sx_audit__num_read(&out->high, &decimals, within->text) ||
        out->high.m < 0)
      return sx_node_error(err, doc, node, "write {within: 1}: percentage points around the printed value");
    out->rule = SX_AUDIT_WITHIN;
    return SX_OK;
  }
  bool good = node->kind == SX_NODE_LIST && node->n == 2;
  for (size_t i = 0; good && i < 2; i++) {
    const sx_node *end = node->items[i];
    *(i ? &out->no_high : &out->no_low) = end->kind == SX_NODE_NULL;
    if (end->kind == SX_NODE_NULL) continue;
    good = end->kind == SX_NODE_SCALAR && sx_audit__num_read(i ? &out->high : &out->low, &decimals, end->text) &&
           decimals <= 6;
  }
  if (good && !out->no_low && !out->no_high) good = sx_audit__num_cmp(out->low, out->high) <= 0;
  if (!good)
    return sx_node_error(err, doc, node,
                         "a word is two factors of the printed value like [1, 1.25], {within: 1}, or another word");
  out->rule = SX_AUDIT_FACTORS;
  return SX_OK;
}

sx_status sx_audit__read_words(sx_audit *audit, const sx_doc *doc, const sx_node *map, sx_error *err) {
  size_t n;
  const sx_audit_word *defaults = sx_audit__words(&n);
  const size_t more = map && map->kind == SX_NODE_MAP ? map->n : 0;
  audit->words = sx_arena_zalloc(audit->arena, n + more, sizeof *audit->words);
  if (!audit->words) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) {
    if (!sx_audit__word_default(&audit->words[i], &defaults[i]))
      return sx_error_set(err, SX_E_INTERNAL, NULL, "the word '%s' has no exact factors", defaults[i].text);
  }
  audit->n_words = n;
  if (map && map->kind != SX_NODE_MAP) return sx_node_error(err, doc, map, "words: a map like {超: [1, 1.25]}");
  for (size_t i = 0; i < more; i++) {
    au_word word = {.text = sx_arena_strdup(audit->arena, map->keys[i]->text)};
    if (!word.text) return sx_error_memory(err);
    au_word *at = NULL;
    for (size_t k = 0; k < audit->n_words; k++) {
      if (strcmp(audit->words[k].text, word.text) == 0) at = &audit->words[k];
    }
    if (at) { /* what stays: which ends belong to the interval */
      word.low_open = at->low_open;
      word.high_open = at->high_open;
    }
    SX_TRY(read_word(audit, &word, doc, map->items[i], err));
    if (!at) at = &audit->words[audit->n_words++];
    *at = word;
  }
  return SX_OK;
}

/* ---- one figure --------------------------------------------------------------------------------------------------- */

static sx_status unknown(sx_error *err, const char *where, const char *id, const char *what, const char *text,
                         const char *near) {
  if (near)
    return sx_error_set(err, SX_E_DATA, where, "figure '%s': unknown %s '%s': did you mean '%s'?", id, what, text,
                        near);
  return sx_error_set(err, SX_E_DATA, where, "figure '%s': unknown %s '%s'", id, what, text);
}

static sx_status set_words(au_figure *out, const texts *t, const char *where, sx_error *err) {
  sx_audit_figure *pub = &out->pub;
  const char *kind = or_empty(t->of[F_KIND]), *zeros = or_empty(t->of[F_ZEROS]);
  int64_t decimals = -1;
  const char *d = or_empty(t->of[F_DECIMALS]);
  if (*d && (!sx_text_to_int64(&decimals, d, strlen(d)) || decimals < 0 || decimals > 12))
    return sx_error_set(err, SX_E_DATA, where, "figure '%s': decimals '%s' is not a whole number from 0 to 12", pub->id,
                        d);
  pub->decimals = (int)decimals;
  pub->count = strcmp(kind, "count") == 0;
  if (*kind && !pub->count) return unknown(err, where, pub->id, "kind", kind, "count");
  pub->zeros_printed = strcmp(zeros, "printed") == 0;
  if (*zeros && !pub->zeros_printed) return unknown(err, where, pub->id, "zeros", zeros, "printed");
  return SX_OK;
}

static sx_status add_figure(sx_audit *audit, const texts *t, const char *file, size_t line, bool added, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX];
  snprintf(where, sizeof where, "%s:%zu", file, line);
  void *grown = audit->figures;
  if (!sx_mem_grow(&audit->ctx, &grown, &audit->cap_figures, audit->n_figures + 1, sizeof *audit->figures))
    return sx_error_memory(err);
  audit->figures = grown;
  au_figure *out = &audit->figures[audit->n_figures];
  memset(out, 0, sizeof *out);
  out->pub = (sx_audit_figure){.id = or_empty(t->of[F_ID]),
                               .value = or_empty(t->of[F_VALUE]),
                               .unit = or_empty(t->of[F_UNIT]),
                               .qualifier = or_empty(t->of[F_QUALIFIER]),
                               .period = or_empty(t->of[F_PERIOD]),
                               .base = or_empty(t->of[F_BASE]),
                               .indicator = or_empty(t->of[F_INDICATOR]),
                               .category = or_empty(t->of[F_CATEGORY]),
                               .population = or_empty(t->of[F_POPULATION]),
                               .comparison = or_empty(t->of[F_COMPARISON]),
                               .comparator = or_empty(t->of[F_COMPARATOR]),
                               .place = or_empty(t->of[F_PLACE]),
                               .source = {or_empty(t->of[F_SOURCE]), or_empty(t->of[F_SOURCE])},
                               .file = file,
                               .line = line,
                               .added = added};
  if (!*out->pub.id) return sx_error_set(err, SX_E_DATA, where, "a figure has no id");
  if (sx_audit__period_bad(out->pub.period))
    return sx_error_set(
        err, SX_E_DATA, where,
        "figure '%s': there is no period '%s': periods are 2025, 2025H1 or H2, 2025Q1 to Q4, 2025-01 to "
        "2025-12, and spans like 2025Q1-Q3 or 2024-07~2025-06",
        out->pub.id, out->pub.period);
  SX_TRY(set_words(out, t, where, err));
  const au_figure *before = audit->n_figures ? out - 1 : NULL; /* units come in runs */
  if (before && strcmp(before->pub.unit, out->pub.unit) == 0) {
    out->unit = before->unit;
  } else if (!sx_audit__unit(&out->unit, out->pub.unit, strlen(out->pub.unit)))
    return unknown(err, where, out->pub.id, "unit", out->pub.unit, sx_audit__unit_nearest(out->pub.unit));
  out->word = sx_audit__word_of(audit, out->pub.qualifier);
  if (!out->word)
    return unknown(err, where, out->pub.id, "qualifier", out->pub.qualifier,
                   sx_audit__word_nearest(out->pub.qualifier));
  SX_TRY(sx_audit__figure_finish(out, where, err));
  audit->n_figures++;
  return SX_OK;
}

/* ---- a list in the YAML -------------------------------------------------------------------------------------------- */

static const char *kept(sx_audit *audit, const sx_node *node) {
  return node && node->kind == SX_NODE_SCALAR ? sx_arena_strdup(audit->arena, node->text) : "";
}

static sx_status read_item(sx_audit *audit, const sx_doc *doc, const sx_node *item, bool added, sx_error *err) {
  texts t = {{NULL}};
  const char *source[2] = {"", ""};
  if (item->kind != SX_NODE_MAP)
    return sx_node_error(err, doc, item, "a figure is a map like {id: F1, value: 46.5, unit: '%%'}");
  SX_TRY(sx_node_keys(doc, item, field_names, N_FIELDS, err));
  for (size_t i = 0; i < item->n; i++) {
    const sx_node *value = item->items[i];
    const int f = field_of(item->keys[i]->text);
    if (f == F_SOURCE && value->kind == SX_NODE_MAP) {
      source[0] = kept(audit, sx_node_get(value, "zh"));
      source[1] = kept(audit, sx_node_get(value, "en"));
      if (!source[0] || !source[1]) return sx_error_memory(err);
      continue;
    }
    if (value->kind != SX_NODE_SCALAR && value->kind != SX_NODE_NULL)
      return sx_node_error(err, doc, value, "%s: a text or a number", item->keys[i]->text);
    if (value->kind == SX_NODE_NULL || f < 0) continue;
    t.of[f] = kept(audit, value);
    if (!t.of[f]) return sx_error_memory(err);
  }
  if (added && !t.of[F_SOURCE] && !*source[0] && !*source[1])
    return sx_node_error(err, doc, item, "a figure from outside needs its source: {zh: ..., en: ...}");
  SX_TRY(add_figure(audit, &t, audit->name, item->line, added, err));
  au_figure *figure = &audit->figures[audit->n_figures - 1];
  for (size_t k = 0; k < 2; k++) {
    if (*source[k])
      figure->pub.source[k] = source[k];
    else if (*source[1 - k])
      figure->pub.source[k] = source[1 - k];
  }
  return SX_OK;
}

sx_status sx_audit__read_list(sx_audit *audit, const sx_doc *doc, const sx_node *list, bool added, sx_error *err) {
  if (list->kind != SX_NODE_LIST) return sx_node_error(err, doc, list, "a list of figures is needed here");
  for (size_t i = 0; i < list->n; i++) SX_TRY(read_item(audit, doc, list->items[i], added, err));
  return SX_OK;
}

/* ---- CSV ---------------------------------------------------------------------------------------------------------- */

static sx_status read_header(int columns[AU_CSV_COLUMNS], size_t *n, au_csv *in, const char *name, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX];
  bool last = false, seen[N_FIELDS] = {false};
  snprintf(where, sizeof where, "%s:1", name);
  for (*n = 0; !last; (*n)++) {
    if (*n == AU_CSV_COLUMNS) return sx_error_set(err, SX_E_LIMIT, where, "more than %d columns", AU_CSV_COLUMNS);
    const char *text = sx_audit__csv_field(in, &last);
    const int f = field_of(text);
    columns[*n] = f;
    if (f >= 0 && seen[f]) return sx_error_set(err, SX_E_DATA, where, "the column '%s' stands twice", text);
    if (f >= 0) seen[f] = true;
  }
  if (!seen[F_ID] || !seen[F_VALUE] || !seen[F_UNIT])
    return sx_error_set(err, SX_E_DATA, where, "the header needs the columns id, value and unit");
  return SX_OK;
}

static sx_status read_row(sx_audit *audit, const int *columns, size_t n, au_csv *in, const char *name, sx_error *err) {
  texts t = {{NULL}};
  const size_t line = in->line;
  bool last = false, blank = true;
  size_t k = 0;
  for (; !last; k++) {
    const char *text = sx_audit__csv_field(in, &last);
    if (*text) blank = false;
    if (k < n && columns[k] >= 0) t.of[columns[k]] = text;
  }
  if (in->bad || (k != n && !(k == 1 && blank))) {
    char where[SX_ERROR_WHERE_MAX];
    snprintf(where, sizeof where, "%s:%zu", name, line);
    if (in->bad) return sx_error_set(err, SX_E_PARSE, where, "a quoted field is not closed properly");
    return sx_error_set(err, SX_E_DATA, where, "%zu fields, the header has %zu", k, n);
  }
  return blank ? SX_OK : add_figure(audit, &t, name, line, false, err);
}

sx_status sx_audit__read_figures(sx_audit *audit, const char *name, const char *text, size_t n, sx_error *err) {
  int columns[AU_CSV_COLUMNS];
  size_t n_columns = 0, bad = n;
  name = sx_arena_strdup(audit->arena, name);
  char *copy = sx_arena_strndup(audit->arena, text, n);
  if (!copy || !name) return sx_error_memory(err);
  const char *zero = memchr(text, 0, n);
  if (!sx_utf8_valid(text, n, &bad) || zero) {
    char where[SX_ERROR_WHERE_MAX];
    size_t line = 1;
    if (zero && (size_t)(zero - text) < bad) bad = (size_t)(zero - text);
    for (size_t i = 0; i < bad && i < n; i++) line += text[i] == '\n';
    snprintf(where, sizeof where, "%s:%zu", name, line);
    return sx_error_set(err, SX_E_PARSE, where, "the file is not UTF-8 text: save it as UTF-8");
  }
  au_csv in = sx_audit__csv(copy, n);
  SX_TRY(read_header(columns, &n_columns, &in, name, err));
  while (in.at < in.end) SX_TRY(read_row(audit, columns, n_columns, &in, name, err));
  return SX_OK;
}
