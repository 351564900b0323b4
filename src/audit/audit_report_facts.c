/* audit_report_facts.c: what a run's blocks say about its pages: which words the study exempts, which texts name things, which results a drawing shows, and where
 * numbers were typed in the narrative. */
#include <math.h>
#include <string.h>

#include "audit_report_priv.h"

static sx_status keep(const char ***list, size_t *n, size_t *cap, sx_tracer *t, const char *text) {
  void *p = *list;
  const bool grown = sx_mem_grow(&t->ctx, &p, cap, *n + 1, sizeof **list);
  *list = p;
  const char *copy = grown ? sx_arena_strdup(t->out->arena, text) : NULL;
  if (!copy) return sx_error_memory(t->err);
  (*list)[(*n)++] = copy;
  return SX_OK;
}

/* ---- exempt words ------------------------------------------------------------------------------------------------ */

static sx_status take_exempt(sx_tracer *t, const sx_node *document) {
  const sx_node *list = sx_node_get(document, "exempt");
  for (size_t i = 0; list && list->kind == SX_NODE_LIST && i < list->n; i++) {
    const sx_node *item = list->items[i];
    if (item->kind == SX_NODE_SCALAR && item->text[0])
      SX_TRY(keep(&t->exempt, &t->n_exempt, &t->cap_exempt, t, item->text));
  }
  return SX_OK;
}

/* ---- labels ------------------------------------------------------------------------------------------------------ */

/* Tables name the same things time and again. */
static sx_status keep_once(sx_tracer *t, const char *label) {
  int32_t code = 0;
  if (!t->label_set) SX_TRY(sx_dict_new(&t->label_set, &t->ctx, t->err));
  SX_TRY(sx_dict_add(&code, t->label_set, label, strlen(label), t->err));
  return (size_t)code < t->n_labels ? SX_OK : keep(&t->labels, &t->n_labels, &t->cap_labels, t, label);
}

/* A label, and where it has characters that Word cannot hold, as it is printed there: with U+FFFD. */
static sx_status keep_label(sx_tracer *t, const char *text) {
  const size_t n = strlen(text);
  bool same = true;
  sx_buf printed;
  sx_buf_init(&printed, &t->ctx);
  for (size_t i = 0; i < n;) {
    uint32_t c = 0;
    const size_t bytes = sx_utf8_next(&c, text + i, n - i);
    const bool plain = bytes && c >= 0x20 && !(c >= 0x7F && c < 0xA0) && c != 0xFFFE && c != 0xFFFF;
    same = same && plain;
    sx_buf_add_code(&printed, plain ? c : c == '\n' || c == '\t' ? ' ' : 0xFFFD);
    i += bytes ? bytes : 1;
  }
  sx_status status = keep_once(t, text);
  if (status == SX_OK) status = sx_buf_status(&printed, t->err);
  if (status == SX_OK && !same) status = keep_once(t, printed.data);
  sx_buf_clear(&printed);
  return status;
}

/* Labels, in both languages, of everything below a node; of a table that quotes, its texts too. */
static sx_status take_labels(sx_tracer *t, const sx_node *node, bool naming, bool quoted) {
  if (node->kind == SX_NODE_SCALAR && naming) return keep_label(t, node->text);
  for (size_t i = 0; i < node->n && (node->kind == SX_NODE_MAP || node->kind == SX_NODE_LIST); i++) {
    bool names = naming;
    if (node->keys) {
      const char *key = node->keys[i]->text;
      const bool language = strcmp(key, "zh") == 0 || strcmp(key, "en") == 0;
      names = strcmp(key, "label") == 0 || strcmp(key, "group") == 0 || strcmp(key, "categories") == 0 ||
              strcmp(key, "series") == 0 || (naming && language) || (quoted && strcmp(key, "text") == 0);
    }
    SX_TRY(take_labels(t, node->items[i], names, quoted));
  }
  return SX_OK;
}

/* ---- drawings ---------------------------------------------------------------------------------------------------- */

static sx_status take_drawing(sx_tracer *t, const char *id, const sx_node *root) {
  const sx_node *rows = sx_node_get(root, "cells"), *centre = sx_node_get(root, "centre");
  sx_traced_drawing d = {.id = sx_arena_strdup(t->out->arena, id)};
  size_t n = 1, k = 0;
  for (size_t i = 0; rows && rows->kind == SX_NODE_LIST && i < rows->n; i++) n += rows->items[i]->n;
  const char **refs = sx_arena_zalloc(t->out->arena, n, sizeof *refs);
  if (!d.id || !refs) return sx_error_memory(t->err);
  for (size_t i = 0; rows && rows->kind == SX_NODE_LIST && i < rows->n; i++) {
    for (size_t c = 0; c < rows->items[i]->n; c++) {
      const sx_node *cell = rows->items[i]->items[c];
      if (cell->kind != SX_NODE_SCALAR || k >= n) continue;
      refs[k] = sx_arena_strdup(t->out->arena, cell->text);
      if (!refs[k++]) return sx_error_memory(t->err);
    }
  }
  if (centre && centre->kind == SX_NODE_SCALAR && k < n) {
    refs[k] = sx_arena_strdup(t->out->arena, centre->text);
    if (!refs[k++]) return sx_error_memory(t->err);
  }
  d.references = refs;
  d.n = k;
  void *p = t->drawings;
  const bool grown = sx_mem_grow(&t->ctx, &p, &t->cap_drawings, t->n_drawings + 1, sizeof *t->drawings);
  t->drawings = p;
  if (!grown) return sx_error_memory(t->err);
  t->drawings[t->n_drawings++] = d;
  return SX_OK;
}

/* ---- code ---------------------------------------------------------------------------------------------------------- */

/* What stands between backquotes in any text below a node. */
static sx_status take_codes(sx_tracer *t, const sx_node *node) {
  const char *open = node->kind == SX_NODE_SCALAR && node->text ? strchr(node->text, '`') : NULL;
  while (open) {
    size_t ticks = 1;
    while (open[ticks] == '`') ticks++;
    const char *from = open + ticks, *end = strchr(from, '`');
    if (!end) break;
    const char *copy = sx_arena_strndup(t->out->arena, from, (size_t)(end - from));
    if (!copy) return sx_error_memory(t->err);
    SX_TRY(keep(&t->codes, &t->n_codes, &t->cap_codes, t, copy));
    while (*end == '`') end++;
    open = strchr(end, '`');
  }
  for (size_t i = 0; i < node->n && (node->kind == SX_NODE_MAP || node->kind == SX_NODE_LIST); i++)
    SX_TRY(take_codes(t, node->items[i]));
  return SX_OK;
}

/* Blanks and line ends count alike. */
static inline bool alike(const char *a, const char *b, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const char x = a[i] == '\n' ? ' ' : a[i], y = b[i] == '\n' ? ' ' : b[i];
    if (!a[i] || x != y) return false;
  }
  return true;
}

bool sx_audit__is_code(const sx_tracer *t, const char *text, size_t n) {
  while (n && text[n - 1] == ' ') n--;
  const bool sought = n && text[0] != ' ' && text[0] != '\n'; /* its first character stands there as it is */
  for (size_t i = 0; i < t->n_codes; i++) {
    for (const char *at = t->codes[i]; *at; at++) {
      if (sought && (at = strchr(at, text[0])) == NULL) break;
      if (alike(at, text, n)) return true;
    }
  }
  return false;
}

/* ---- files, values, where it comes from ----------------------------------------------------------------------------- */

static sx_status keep_number(double **list, size_t *n, size_t *cap, sx_tracer *t, double value) {
  void *p = *list;
  const bool grown = sx_mem_grow(&t->ctx, &p, cap, *n + 1, sizeof **list);
  *list = p;
  if (!grown) return sx_error_memory(t->err);
  (*list)[(*n)++] = value;
  return SX_OK;
}

static sx_status keep_value(sx_tracer *t, double value) {
  return keep_number(&t->values, &t->n_values, &t->cap_values, t, value);
}

/* Every number that stands below a node itself. */
static sx_status take_values(sx_tracer *t, const sx_node *node) {
  double value = 0;
  if (sx_node_number(&value, node)) return keep_value(t, value);
  for (size_t i = 0; i < node->n && (node->kind == SX_NODE_MAP || node->kind == SX_NODE_LIST); i++)
    SX_TRY(take_values(t, node->items[i]));
  return SX_OK;
}

static sx_status take_provenance(sx_tracer *t, const sx_node *node) {
  if (node->kind == SX_NODE_SCALAR) return keep(&t->provenance, &t->n_provenance, &t->cap_provenance, t, node->text);
  for (size_t i = 0; i < node->n && (node->kind == SX_NODE_MAP || node->kind == SX_NODE_LIST); i++) {
    if (node->keys) SX_TRY(take_provenance(t, node->keys[i]));
    SX_TRY(take_provenance(t, node->items[i]));
  }
  return SX_OK;
}

static sx_status take_defined(sx_tracer *t, const char *id, const sx_node *node) {
  double value = 0;
  if (node->kind == SX_NODE_SCALAR && sx_node_number(&value, node))
    SX_TRY(keep_number(&t->definitions, &t->n_definitions, &t->cap_definitions, t, value));
  if (node->kind == SX_NODE_SCALAR) {
    SX_TRY(keep(&t->defined, &t->n_defined, &t->cap_defined, t, id));
    return keep(&t->defined, &t->n_defined, &t->cap_defined, t, node->text);
  }
  for (size_t i = 0; i < node->n && (node->kind == SX_NODE_MAP || node->kind == SX_NODE_LIST); i++)
    SX_TRY(take_defined(t, id, node->items[i]));
  return SX_OK;
}

/* What names stand for: texts and numbers of the document's definitions, those of an item its own. */
static sx_status take_definitions(sx_tracer *t, const sx_node *root) {
  const sx_node *items = sx_node_get(root, "items");
  for (size_t i = 0; i < root->n && root->kind == SX_NODE_MAP; i++)
    if (root->items[i] != items) SX_TRY(take_defined(t, "", root->items[i]));
  for (size_t i = 0; items && items->kind == SX_NODE_MAP && i < items->n; i++)
    SX_TRY(take_defined(t, items->keys[i]->text, items->items[i]));
  return SX_OK;
}

bool sx_audit__is_defined(const sx_tracer *t, double value) {
  for (size_t i = 0; i < t->n_definitions; i++)
    if (fabs(t->definitions[i] - value) <= 1e-12 * fabs(value)) return true;
  return false;
}

/* The study file under its plan's hash, named so in either language. */
static sx_status take_plan(sx_tracer *t, const char *name) {
  static const char *const words[] = {SX_STORE_PLAN_ZH, SX_STORE_PLAN_EN};
  for (int lang = 0; lang < 2; lang++) {
    const char *shown = sx_arena_printf(t->out->arena, "%s%s", name, words[lang]);
    if (!shown) return sx_error_memory(t->err);
    SX_TRY(keep(&t->inputs, &t->n_inputs, &t->cap_inputs, t, shown));
  }
  return keep(&t->hashes, &t->n_hashes, &t->cap_hashes, t, t->plan);
}

static sx_status take_input(void *data, const sx_store_input *input, sx_error *err) {
  sx_tracer *t = data;
  (void)err;
  const char *name = strrchr(input->path, '/');
  if (t->plan[0] && t->n_inputs == 0) return take_plan(t, name ? name + 1 : input->path);
  SX_TRY(keep(&t->inputs, &t->n_inputs, &t->cap_inputs, t, name ? name + 1 : input->path));
  SX_TRY(keep(&t->hashes, &t->n_hashes, &t->cap_hashes, t, input->sha256));
  return keep_value(t, (double)input->bytes);
}

static sx_status take_quality(void *data, const sx_store_row *row, sx_error *err) {
  sx_tracer *t = data;
  (void)err;
  if (!row->quality || !*row->quality) return SX_OK;
  for (size_t i = 0; i < t->n_qualities; i++)
    if (strcmp(t->qualities[i], row->quality) == 0) return SX_OK;
  return keep(&t->qualities, &t->n_qualities, &t->cap_qualities, t, row->quality);
}

sx_status sx_audit__qualities(sx_tracer *t) {
  if (t->has_qualities) return SX_OK;
  t->has_qualities = true;
  return sx_store_each_row(t->store, t->run, NULL, take_quality, t, t->err);
}

static sx_status take_level(void *data, const sx_store_row *row, sx_error *err) {
  sx_tracer *t = data;
  (void)err;
  for (size_t i = 0; i < t->n_levels; i++)
    if (t->levels[i] == row->ci_level) return SX_OK;
  if (t->n_levels < sizeof t->levels / sizeof *t->levels) t->levels[t->n_levels++] = row->ci_level;
  return SX_OK;
}

sx_status sx_audit__is_level(bool *is, sx_tracer *t, const sx_text_mark *m) {
  *is = false;
  if (m->kind != SX_MARK_LEVEL) return SX_OK;
  if (!t->has_levels) SX_TRY(sx_store_each_row(t->store, t->run, NULL, take_level, t, t->err));
  t->has_levels = true;
  for (size_t i = 0; i < t->n_levels; i++) *is = *is || fabs(100 * t->levels[i] - m->value) < 1e-9;
  return SX_OK;
}

bool sx_audit__is_quality(const sx_tracer *t, const sx_text_part *part, const sx_text_mark *m) {
  for (size_t i = 0; i < t->n_qualities; i++) {
    const size_t n = strlen(t->qualities[i]);
    for (size_t at = m->at + m->n > n ? m->at + m->n - n : 0; at <= m->at && at + n <= part->n; at++) {
      const bool begins = at == 0 || part->text[at - 1] == ' ',
                 ends = at + n == part->n || strncmp(part->text + at + n, "; ", 2) == 0;
      if (begins && ends && memcmp(part->text + at, t->qualities[i], n) == 0) return true;
    }
  }
  return false;
}

static bool within(const char *const *list, size_t n_list, const char *text, size_t n) {
  for (size_t i = 0; i < n_list; i++) {
    for (const char *at = list[i]; n && (at = strchr(at, text[0])) != NULL; at++) {
      if (strncmp(at, text, n) == 0) return true;
    }
  }
  return false;
}

bool sx_audit__is_value(const sx_tracer *t, double value) {
  for (size_t i = 0; i < t->n_values; i++) {
    if (t->values[i] == value) return true;
  }
  return false;
}

bool sx_audit__is_file(const sx_tracer *t, const char *text, size_t n) {
  for (size_t i = 0; i < t->n_inputs; i++) {
    if (strlen(t->inputs[i]) == n && memcmp(t->inputs[i], text, n) == 0) return true;
  }
  return false;
}

bool sx_audit__is_hash(const sx_tracer *t, const char *text, size_t n) {
  return within(t->hashes, t->n_hashes, text, n);
}

bool sx_audit__is_provenance(const sx_tracer *t, const char *text, size_t n) {
  return within(t->provenance, t->n_provenance, text, n);
}

/* ---- numbers typed in the narrative ------------------------------------------------------------------------------ */

static sx_status take_mark(sx_tracer *t, const sx_audit_text *text, const sx_text_mark *m, int lang) {
  const sx_text_part *part = sx_audit_text_part(text, m->part);
  sx_typed typed = {.piece = sx_arena_strndup(t->out->arena, part->text + m->at, m->n)};
  sx_buf where;
  sx_buf_init(&where, &t->ctx);
  sx_audit_text_where(&where, text, m);
  typed.where = where.failed ? NULL : sx_arena_strdup(t->out->arena, where.data);
  sx_buf_clear(&where);
  void *p = t->typed[lang];
  const bool grown = sx_mem_grow(&t->ctx, &p, &t->cap_typed[lang], t->n_typed[lang] + 1, sizeof **t->typed);
  t->typed[lang] = p;
  if (!grown || !typed.piece || !typed.where) return sx_error_memory(t->err);
  t->typed[lang][t->n_typed[lang]++] = typed;
  return SX_OK;
}

static sx_status take_narrative(sx_tracer *t, const sx_node *root) {
  static const char *const languages[] = {"zh", "en"};
  const sx_node *md = sx_node_get(root, "md"), *file = sx_node_get(root, "file");
  for (int lang = 0; lang < 2; lang++) {
    const sx_node *own = sx_node_get(md, languages[lang]);
    const sx_node *name = file && file->kind == SX_NODE_MAP ? sx_node_get(file, languages[lang]) : file;
    if (!own || own->kind != SX_NODE_SCALAR) continue;
    SX_TRY(keep(&t->quotes, &t->n_quotes, &t->cap_quotes, t, own->text));
    sx_audit_text *text = NULL;
    sx_status status = sx_audit_text_parse(&text, &t->ctx, SX_TEXT_MARKDOWN, own->text, strlen(own->text),
                                           name && name->text ? name->text : "narrative", t->err);
    for (size_t i = 0; status == SX_OK && i < sx_audit_text_n_marks(text); i++) {
      const sx_text_mark *m = sx_audit_text_mark(text, i);
      if (m->kind == SX_MARK_QUANTITY) status = take_mark(t, text, m, lang);
    }
    sx_audit_text_free(text);
    SX_TRY(status);
  }
  return SX_OK;
}

/* ---- blocks ------------------------------------------------------------------------------------------------------ */

static sx_status take_block(void *data, const char *kind, const char *id, sx_doc *tree, sx_error *err) {
  sx_tracer *t = data;
  const sx_node *root = sx_doc_root(tree);
  (void)err;
  const bool figure = strcmp(kind, "figure") == 0, table = strcmp(kind, "table") == 0;
  sx_status status = take_codes(t, root);
  if (status == SX_OK && (figure || table)) status = take_values(t, root);
  if (status == SX_OK && strcmp(kind, "document") == 0) {
    status = take_exempt(t, root);
    const sx_node *design = sx_node_get(root, "design"), *provenance = sx_node_get(root, "provenance");
    const sx_node *definitions = sx_node_get(root, "definitions");
    if (status == SX_OK && definitions) status = take_definitions(t, definitions);
    if (status == SX_OK && provenance) status = take_provenance(t, provenance);
    if (status == SX_OK && design) status = take_labels(t, design, true, false);
  }
  bool quoted = false;
  if (!sx_node_bool(&quoted, sx_node_get(root, "quoted"))) quoted = false;
  if (status == SX_OK && (figure || table)) status = take_labels(t, root, false, quoted);
  const sx_node *note = sx_node_get(root, "note_counts") ? sx_node_get(root, "note") : NULL;
  if (status == SX_OK && note) status = take_labels(t, note, true, false);
  if (status == SX_OK && figure) status = take_drawing(t, id ? id : "", root);
  if (status == SX_OK && (strcmp(kind, "text") == 0 || strcmp(kind, "annex") == 0)) status = take_narrative(t, root);
  return status;
}

sx_status sx_audit__facts(sx_tracer *t) {
  SX_TRY(sx_store_plan_hash(t->plan, t->store, t->run, t->err));
  SX_TRY(sx_store_each_input(t->store, t->run, take_input, t, t->err));
  return sx_store_each_tree(t->store, t->run, take_block, t, t->err);
}

void sx_audit__facts_clear(sx_tracer *t) {
  sx_audit__memo_clear(t);
  sx_mem_free(&t->ctx, t->exempt);
  sx_mem_free(&t->ctx, t->labels);
  sx_dict_free(t->label_set);
  sx_mem_free(&t->ctx, t->codes);
  sx_mem_free(&t->ctx, t->drawings);
  sx_mem_free(&t->ctx, t->inputs);
  sx_mem_free(&t->ctx, t->hashes);
  sx_mem_free(&t->ctx, t->provenance);
  sx_mem_free(&t->ctx, t->quotes);
  sx_mem_free(&t->ctx, t->defined);
  sx_mem_free(&t->ctx, t->definitions);
  sx_mem_free(&t->ctx, t->qualities);
  sx_mem_free(&t->ctx, t->values);
  sx_mem_free(&t->ctx, t->typed[0]);
  sx_mem_free(&t->ctx, t->typed[1]);
}

bool sx_audit__is_typed(const sx_tracer *t, const char *piece, size_t n) {
  for (int lang = 0; lang < 2; lang++) {
    for (size_t i = 0; (lang == (int)t->lang || t->both) && i < t->n_typed[lang]; i++) {
      const char *typed = t->typed[lang][i].piece;
      if (strlen(typed) == n && memcmp(typed, piece, n) == 0) return true;
    }
  }
  return false;
}

/* The 2 of "2 rounds" is not the one of 12, 25 or 2.22. */
static bool is_whole(const char *label, const char *at, size_t n) {
  const char before = at > label ? at[-1] : ' ', next = at[n];
  const bool digit = sx_is_digit((unsigned char)at[0]), last = sx_is_digit((unsigned char)at[n - 1]);
  if (digit && (sx_is_digit((unsigned char)before) || (before == '.' && at - label > 1))) {
    if (before != '.' || sx_is_digit((unsigned char)at[-2])) return false;
  }
  return !last ||
         !(sx_is_digit((unsigned char)next) || ((next == '.' || next == ',') && sx_is_digit((unsigned char)at[n + 1])));
}

bool sx_audit__stands_over(const sx_text_part *part, const char *label, size_t from, size_t to) {
  const size_t k = strlen(label);
  if (k < to - from) return false;
  for (size_t at = to > k ? to - k : 0; at <= from && at + k <= part->n; at++) {
    const bool inside = at && sx_is_digit((unsigned char)label[0]) && sx_is_digit((unsigned char)part->text[at - 1]);
    if (!inside && memcmp(part->text + at, label, k) == 0 && !sx_is_digit((unsigned char)part->text[at + k]))
      return true;
  }
  return false;
}

/* A head joins the name of a level with a unit: "55+ %". The name stands there whole, over the digits. */
static bool heads(const sx_text_part *part, const char *label, const sx_text_mark *m) {
  size_t from = m->at, to = m->at + m->n;
  if (part->kind != SX_PART_HEAD) return false;
  while (from < to && !sx_is_digit((unsigned char)part->text[from])) from++;
  while (to > from && !sx_is_digit((unsigned char)part->text[to - 1])) to--;
  return from < to && sx_audit__stands_over(part, label, from, to);
}

bool sx_audit__is_label(const sx_tracer *t, const sx_text_part *part, const sx_text_mark *m) {
  const char *piece = part->text + m->at;
  const size_t n = m->n;
  const bool broken = part->kind == SX_PART_FIGURE && (m->at == 0 || m->at + n == part->n);
  for (size_t i = 0; i < t->n_labels && n; i++) {
    if (heads(part, t->labels[i], m)) return true;
    for (const char *at = t->labels[i]; (at = strchr(at, piece[0])) != NULL; at++) {
      if (strncmp(at, piece, n) == 0 && (broken || is_whole(t->labels[i], at, n))) return true;
    }
  }
  return false;
}

/* Blanks and marks of Markdown do not count. */
static bool counts(char c) {
  switch ((unsigned char)c) {
  case ' ':
  case '\n':
  case '\t':
  case '`':
  case '*':
  case '_':
  case '\\':
  case 0xC2: /* a blank that does not break is C2 A0 */
  case 0xA0:
    return false;
  default:
    return true;
  }
}

/* The next character that counts: n, or the 0 that ends the text. */
static size_t counting(const char *text, size_t at, size_t n) {
  while (at < n && !counts(text[at])) at++;
  return at;
}

static bool begins_alike(const char *label, const char *text, size_t n) {
  size_t last = 0;
  for (size_t i = counting(label, 0, SIZE_MAX), j = counting(text, 0, n); j < n;
       i = counting(label, i + 1, SIZE_MAX), j = counting(text, j + 1, n)) {
    if (!label[i] || label[i] != text[j]) return false;
    last = i;
  }
  return !sx_is_digit((unsigned char)label[last]) || !sx_is_digit((unsigned char)label[last + 1]);
}

/* A text may not begin or end inside a number. */
static bool quotes(const char *label, const char *text, size_t n) {
  const size_t first = counting(text, 0, n);
  if (first == n) return false;
  for (const char *at = label; (at = strchr(at, text[first])) != NULL; at++) {
    const bool inside = sx_is_digit((unsigned char)text[first]) && at > label && sx_is_digit((unsigned char)at[-1]);
    if (!inside && begins_alike(at, text + first, n - first)) return true;
  }
  return false;
}

bool sx_audit__is_quoted(const sx_tracer *t, const char *text, size_t n) {
  for (size_t i = 0; i < t->n_labels; i++)
    if (quotes(t->labels[i], text, n)) return true;
  for (size_t i = 0; i < t->n_quotes; i++)
    if (quotes(t->quotes[i], text, n)) return true;
  return false;
}
