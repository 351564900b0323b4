/* report_macro_list.c: {{rank a b c n=2}} and {{parts a b}}: several results in one sentence, by their size or in the author's order. */
#include <math.h>
#include <string.h>

#include "report_macro_say.h"

typedef struct entry {
  const char *reference, *name; /* name: as Markdown; NULL until it is looked up */
  sx_bound bound;
  sx_reference parsed;
} entry;

typedef struct list {
  sx_page *page;
  const sx_macro *macro;
  const char *where;
  entry *entries;
  size_t n, cap;
  bool same_indicator; /* of all: then the groups tell them apart */
  sx_error *err;
} list;

/* ---- which results ----------------------------------------------------------------------------------------------- */

static sx_status add(list *l, const char *reference) {
  void *p = l->entries;
  const bool grown = sx_arena_grow(l->page->arena, &p, &l->cap, l->n + 1, sizeof *l->entries);
  l->entries = p;
  if (!grown || !reference) return sx_error_memory(l->err);
  entry *e = &l->entries[l->n];
  *e = (entry){.reference = reference};
  SX_TRY(sx_reference_parse(&e->parsed, reference, strlen(reference), l->err));
  SX_TRY(sx_report__bind(&e->bound, l->page, reference, strlen(reference), l->where, l->err));
  l->n++;
  return SX_OK;
}

typedef struct levels {
  list *l;
  const char *indicator, *statistic;
  const char **names; /* of the variable, each once */
  size_t n, cap;
} levels;

static sx_status take_level(void *data, const sx_store_row *row, sx_error *err) {
  levels *v = data;
  if (row->n_terms != 1 || strcmp(row->terms[0].variable, v->l->macro->by) != 0) return SX_OK;
  for (size_t i = 0; i < v->n; i++) {
    if (strcmp(v->names[i], row->terms[0].level) == 0) return SX_OK;
  }
  void *p = v->names;
  const bool grown = sx_arena_grow(v->l->page->arena, &p, &v->cap, v->n + 1, sizeof *v->names);
  v->names = p;
  const char *name = grown ? sx_arena_strdup(v->l->page->arena, row->terms[0].level) : NULL;
  if (!name) return sx_error_memory(err);
  v->names[v->n++] = name;
  return SX_OK;
}

/* Every level of a variable for which the run has the result. */
static sx_status add_levels(list *l) {
  sx_reference r;
  const char *reference = sx_report__macro_result(l->macro, 0);
  SX_TRY(sx_reference_parse(&r, reference, strlen(reference), l->err));
  levels v = {.l = l, .indicator = r.indicator};
  SX_TRY(sx_store_each_row(l->page->store, l->page->run, r.indicator, take_level, &v, l->err));
  if (!v.n)
    return sx_error_set(l->err, SX_E_DATA, l->where, "%s has no results by '%s': say 'by: [%s]' at the indicator",
                        r.indicator, l->macro->by, l->macro->by);
  sx_status status = SX_OK;
  sx_buf level;
  sx_buf_init(&level, &l->page->ctx);
  for (size_t i = 0; i < v.n && status == SX_OK; i++) {
    sx_buf_reset(&level);
    sx_reference_put_name(&level, v.names[i], strlen(v.names[i]));
    status = sx_buf_status(&level, l->err);
    const char *quote = level.n && level.data[0] == '`' ? "" : "`";
    if (status == SX_OK)
      status = add(l, sx_arena_printf(l->page->arena, "`%s`.`%s`:%s%s%s%s%s", r.indicator, l->macro->by, quote,
                                      level.data, quote, r.statistic[0] ? "." : "", r.statistic));
  }
  sx_buf_clear(&level);
  return status;
}

/* ---- their names ------------------------------------------------------------------------------------------------- */

/* A label goes into Markdown: signs of tables and links are letters there; its own stress stays. */
static const char *escaped(list *l, const char *label) {
  sx_buf text;
  sx_buf_init(&text, &l->page->ctx);
  sx_buf_add(&text, "");
  for (const char *p = label; *p; p++) {
    if (strchr("[]|<>\\_#&~", *p)) sx_buf_add_char(&text, '\\');
    sx_buf_add_char(&text, *p == '\n' ? ' ' : *p);
  }
  const char *copy = text.failed ? NULL : sx_arena_strdup(l->page->arena, text.data);
  sx_buf_clear(&text);
  return copy;
}

static sx_status name_by_group(const char **label, list *l, const entry *e) {
  sx_store_term terms[SX_REFERENCE_TERMS];
  sx_store_row row;
  bool found = false;
  const sx_reference *r = &e->parsed;
  *label = sx_report__w(l->page, W_OTHERS);
  if (!r->n_terms) return SX_OK;
  sx_reference_terms(terms, r);
  SX_TRY(sx_reference_find(&found, &row, l->page->store, l->page->run, r, l->err));
  const sx_store_term *t = found && row.n_terms ? &row.terms[0] : &terms[0];
  *label = sx_report__in_language(l->page, &t->level_label, NULL);
  if (*label && **label) return SX_OK;
  const bool group = strcmp(t->level, "1") == 0; /* without words of its own: a group of the study */
  *label = group ? sx_report__in_language(l->page, &t->variable_label, t->variable) : t->level;
  return SX_OK;
}

static sx_status name_entry(list *l, entry *e) {
  const char *label = e->parsed.indicator;
  sx_store_indicator indicator;
  bool found = false;
  if (l->same_indicator) {
    SX_TRY(name_by_group(&label, l, e));
  } else {
    SX_TRY(sx_store_get_indicator(&found, &indicator, l->page->store, l->page->run, e->parsed.indicator, l->err));
    if (found) label = sx_report__in_language(l->page, &indicator.label, e->parsed.indicator);
  }
  e->name = escaped(l, label);
  return e->name ? SX_OK : sx_error_memory(l->err);
}

/* ---- their order ------------------------------------------------------------------------------------------------- */

/* Few: by insertion, so that equal values keep the author's order. Missing ones go last. */
static void sort(list *l) {
  for (size_t i = 1; i < l->n; i++) {
    const entry e = l->entries[i];
    size_t k = i;
    while (k > 0 && !isnan(e.bound.value) &&
           (isnan(l->entries[k - 1].bound.value) || l->entries[k - 1].bound.value < e.bound.value)) {
      l->entries[k] = l->entries[k - 1];
      k--;
    }
    l->entries[k] = e;
  }
}

/* ---- the sentence ------------------------------------------------------------------------------------------------ */

typedef struct sentence {
  list *l;
  sx_said_piece *pieces;
  size_t n;
  sx_buf words; /* that wait for the next number */
  const char *after;
} sentence;

static sx_status put_number(sentence *s, const sx_bound *bound, const sx_format *format) {
  const char *before = s->words.failed ? NULL : sx_arena_strdup(s->l->page->arena, s->words.n ? s->words.data : "");
  if (!before) return sx_error_memory(s->l->err);
  s->pieces[s->n++] = (sx_said_piece){.before = before, .bound = *bound, .format = *format};
  sx_buf_reset(&s->words);
  return SX_OK;
}

static void put_word(sentence *s, sx_word word) {
  sx_buf_add(&s->words, sx_report__w(s->l->page, word));
}

/* "前三", "the first three". */
static void put_top(sentence *s, size_t n) {
  static const char *const zh[] = {"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"};
  static const char *const en[] = {"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"};
  const char *text = sx_report__w(s->l->page, W_RANK_TOP), *sign = strstr(text, "%s");
  sx_buf_add_n(&s->words, text, (size_t)(sign - text));
  if (n <= 10)
    sx_buf_add(&s->words, s->l->page->lang == SX_LANG_ZH ? zh[n - 1] : en[n - 1]);
  else
    sx_buf_printf(&s->words, "%zu", n);
  sx_buf_add(&s->words, sign + 2);
}

static sx_status say_rank(sentence *s, size_t n) {
  list *l = s->l;
  for (size_t i = 0; i < n; i++) {
    SX_TRY(name_entry(l, &l->entries[i]));
    if (i) put_word(s, i + 1 == n && (n == 2 || l->page->lang == SX_LANG_EN) ? W_LIST_AND : W_LIST_COMMA);
    sx_buf_add(&s->words, l->entries[i].name);
  }
  if (n == 1)
    put_word(s, W_RANK_FIRST);
  else
    put_top(s, n);
  for (size_t i = 0; i < n; i++) {
    sx_format format;
    if (i) put_word(s, i + 1 == n ? W_LIST_AND : W_LIST_COMMA);
    SX_TRY(sx_report__say_format(&format, l->page, l->macro, l->entries[i].reference, l->where, l->err));
    SX_TRY(put_number(s, &l->entries[i].bound, &format));
  }
  return SX_OK;
}

/* "（占64.3%）": the statistic of the same result. */
static sx_status put_share(sentence *s, const entry *e) {
  list *l = s->l;
  sx_bound bound;
  sx_format format;
  const char *name = sx_arena_printf(l->page->arena, "%s.%s", e->reference, l->macro->share);
  if (!name) return sx_error_memory(l->err);
  SX_TRY(sx_report__bind(&bound, l->page, name, strlen(name), l->where, l->err));
  SX_TRY(sx_report__format_parse(&format, "% 1", 3, l->err));
  put_word(s, W_PARTS_SHARE);
  SX_TRY(put_number(s, &bound, &format));
  put_word(s, W_CLOSE);
  return SX_OK;
}

static sx_status say_parts(sentence *s) {
  list *l = s->l;
  put_word(s, W_PARTS);
  for (size_t i = 0; i < l->n; i++) {
    sx_format format;
    SX_TRY(name_entry(l, &l->entries[i]));
    if (i) put_word(s, i + 1 == l->n && l->page->lang == SX_LANG_EN ? W_LIST_AND : W_PARTS_COMMA);
    sx_buf_add(&s->words, l->entries[i].name);
    const char *name = l->entries[i].name;
    const size_t n_name = strlen(name);
    put_word(s, n_name == 0 || (name[n_name - 1] >= '0' && name[n_name - 1] <= '9') ? W_PARTS_IS_OF_DIGIT : W_PARTS_IS);
    SX_TRY(sx_report__say_format(&format, l->page, l->macro, l->entries[i].reference, l->where, l->err));
    SX_TRY(put_number(s, &l->entries[i].bound, &format));
    if (l->macro->share[0]) SX_TRY(put_share(s, &l->entries[i]));
  }
  return SX_OK;
}

/* One that is missing or held back may be the greatest: then no order is told. */
static sx_status say_no_rank(sx_said_list *out, list *l, const entry *unknown) {
  *out = (sx_said_list){NULL, 0, sx_report__w(l->page, W_NO_RANK)};
  return sx_report__warn(l->page, l->where, l->err,
                         "{{rank}} tells no order: %s is missing or not published, and may be the greatest; name "
                         "those that are known with {{parts}}",
                         unknown->reference);
}

static sx_status gather(list *l) {
  if (l->macro->by[0]) return add_levels(l);
  for (size_t i = 0; i < l->macro->n_results; i++) {
    const char *reference = sx_arena_strdup(l->page->arena, sx_report__macro_result(l->macro, i));
    SX_TRY(add(l, reference));
  }
  return SX_OK;
}

sx_status sx_report__say_list(sx_said_list *out, sx_page *page, const sx_macro *macro, const char *where,
                              sx_error *err) {
  list l = {.page = page, .macro = macro, .where = where, .same_indicator = true, .err = err};
  SX_TRY(gather(&l));
  for (size_t i = 1; i < l.n; i++)
    l.same_indicator = l.same_indicator && strcmp(l.entries[i].parsed.indicator, l.entries[0].parsed.indicator) == 0;
  if (l.n == 1 && !macro->by[0]) l.same_indicator = false;
  size_t top = macro->top ? macro->top : 3;
  if (macro->kind == SX_MACRO_RANK) {
    sort(&l);
    size_t known = 0;
    while (known < l.n && !isnan(l.entries[known].bound.value)) known++;
    if (known && known < l.n) return say_no_rank(out, &l, &l.entries[known]);
    if (known < top && macro->top)
      SX_TRY(sx_report__warn(page, where, err, "{{rank}} asks for %zu and has %zu results", top, known));
    top = known < top ? known : top;
    if (!top) return sx_error_set(err, SX_E_DATA, where, "{{rank}} has no result that is known: none can be ranked");
    l.n = top;
  }
  sentence s = {.l = &l, .after = ""};
  sx_buf_init(&s.words, &page->ctx);
  s.pieces = sx_arena_zalloc(page->arena, 2 * l.n + 1, sizeof *s.pieces);
  sx_status status = s.pieces ? SX_OK : sx_error_memory(err);
  for (size_t i = 0; i < l.n && status == SX_OK; i++) {
    if (isnan(l.entries[i].bound.value))
      status = sx_report__warn(page, where, err,
                               "{{parts}} names %s, which is missing or not published: its sign is printed",
                               l.entries[i].reference);
  }
  if (status == SX_OK) status = macro->kind == SX_MACRO_RANK ? say_rank(&s, l.n) : say_parts(&s);
  if (status == SX_OK) status = sx_buf_status(&s.words, err);
  if (status == SX_OK && s.words.n) s.after = sx_arena_strdup(page->arena, s.words.data);
  sx_buf_clear(&s.words);
  if (status == SX_OK && !s.after) status = sx_error_memory(err);
  if (status == SX_OK) *out = (sx_said_list){s.pieces, s.n, s.after};
  return status;
}
