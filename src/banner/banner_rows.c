/* banner_rows.c: the questions from their words, separated by commas or blanks:
 *
 *   q1            a variable: its levels, or the mean of an amount      q1{Often: [1, 2]}   with a net of its own
 *   q1-q40        q1 ... q40 by number; a-b: the variables from a to b in the order of the file
 *   q5_*          every variable that the pattern fits (* any characters, ? one)
 *   $goods        a multiple-response set
 *   grid(q7_*)    items by the levels of their scale
 *   mean(q7_*), median(...), top2(...), bottom2(...), share(...)    a row per variable */
#include <stdio.h>
#include <string.h>

#include "banner_priv.h"

typedef struct reader {
  const sx_table *table;
  sx_arena *arena;
  const char *text, *at;
  banner_stub *stub;
  size_t n, cap;
} reader;

/* A growing list of variables. */
typedef struct list {
  const sx_column **column;
  size_t n, cap;
} list;

static sx_status stray(const reader *r, const char *at, const char *what, sx_error *err) {
  char where[64];
  (void)snprintf(where, sizeof where, "rows: column %zu", sx_utf8_count(r->text, (size_t)(at - r->text)) + 1);
  return sx_error_set(err, SX_E_PARSE, where, "%s", what);
}

static void skip(reader *r) {
  r->at += strspn(r->at, " \t\n,");
}

/* ---- variables ------------------------------------------------------------------------------------------------------------------ */

static sx_status add_column(list *l, const reader *r, const sx_column *c, sx_error *err) {
  if (!sx_arena_grow(r->arena, (void **)&l->column, &l->cap, l->n + 1, sizeof *l->column)) return sx_error_memory(err);
  l->column[l->n++] = c;
  return SX_OK;
}

/* '*' any characters, '?' one byte; no memory of more than one star is needed. */
static bool fits(const char *pattern, const char *name) {
  const char *star = NULL, *back = NULL;
  while (*name) {
    if (*pattern == '*') {
      star = pattern++;
      back = name;
    } else if (*pattern == '?' || *pattern == *name) {
      pattern++;
      name++;
    } else if (star) {
      pattern = star + 1;
      name = ++back;
    } else {
      return false;
    }
  }
  while (*pattern == '*') pattern++;
  return *pattern == '\0';
}

static sx_status add_pattern(list *l, const reader *r, const char *pattern, sx_error *err) {
  const size_t before = l->n;
  for (size_t k = 0; k < sx_table_columns(r->table); k++)
    if (fits(pattern, sx_table_get(r->table, k)->name)) SX_TRY(add_column(l, r, sx_table_get(r->table, k), err));
  if (l->n == before) return sx_error_set(err, SX_E_ARGUMENT, "rows", "no variable fits '%s'", pattern);
  return SX_OK;
}

/* "q12" is "q" and 12; false where no digits end the name. */
static bool numbered(size_t *stem, int64_t *number, const char *name) {
  size_t n = strlen(name);
  while (n > 0 && name[n - 1] >= '0' && name[n - 1] <= '9') n--;
  *stem = n;
  return name[n] && sx_text_to_int64(number, name + n, strlen(name + n));
}

static size_t place_of(const sx_table *t, const sx_column *c) {
  size_t k = 0;
  while (sx_table_get(t, k) != c) k++;
  return k;
}

static sx_status add_range(list *l, const reader *r, const char *from, const char *to, sx_error *err) {
  const sx_column *a = NULL, *b = NULL;
  size_t stem = 0, other = 0;
  int64_t first = 0, last = 0, here = 0;
  SX_TRY(sx_table_need(&a, r->table, from, err));
  SX_TRY(sx_table_need(&b, r->table, to, err));
  const bool numbers =
      numbered(&stem, &first, from) && numbered(&other, &last, to) && stem == other && memcmp(from, to, stem) == 0;
  const size_t at = place_of(r->table, a), end = place_of(r->table, b);
  if (numbers ? first > last : at > end)
    return sx_error_set(err, SX_E_ARGUMENT, "rows", "'%s' comes after '%s': write the range from the first to the last",
                        from, to);
  for (size_t k = 0; k < sx_table_columns(r->table); k++) {
    const sx_column *c = sx_table_get(r->table, k);
    const bool in = numbers ? numbered(&other, &here, c->name) && other == stem && memcmp(c->name, from, stem) == 0 &&
                                  here >= first && here <= last
                            : k >= at && k <= end;
    if (in) SX_TRY(add_column(l, r, c, err));
  }
  return SX_OK;
}

/* A name, a pattern or a range; a name that has a hyphen is a name. */
static sx_status add_names(list *l, const reader *r, const char *word, sx_error *err) {
  const sx_column *c = sx_table_find(r->table, word);
  if (c) return add_column(l, r, c, err);
  if (strpbrk(word, "*?")) return add_pattern(l, r, word, err);
  for (const char *dash = strchr(word, '-'); dash; dash = strchr(dash + 1, '-')) {
    char *from = sx_arena_strndup(r->arena, word, (size_t)(dash - word));
    if (!from) return sx_error_memory(err);
    const bool last = strchr(dash + 1, '-') == NULL;
    if (dash > word && dash[1] && (last || sx_table_find(r->table, from))) return add_range(l, r, from, dash + 1, err);
  }
  return sx_table_need(&c, r->table, word, err);
}

/* ---- questions ------------------------------------------------------------------------------------------------------------------ */

static sx_status add_stub(banner_stub **out, reader *r, banner_kind kind, const char *id, sx_error *err) {
  if (!sx_arena_grow(r->arena, (void **)&r->stub, &r->cap, r->n + 1, sizeof *r->stub)) return sx_error_memory(err);
  *out = &r->stub[r->n++];
  memset(*out, 0, sizeof **out);
  (*out)->kind = kind;
  (*out)->name = sx_arena_strdup(r->arena, id);
  if (!(*out)->name) return sx_error_memory(err);
  size_t again = 0; /* asked for a second time, perhaps with other nets */
  for (size_t k = 0; k + 1 < r->n; k++) again += strcmp(r->stub[k].name, id) == 0;
  (*out)->id = again ? sx_arena_printf(r->arena, "%s#%zu", id, again + 1) : (*out)->name;
  return (*out)->id ? SX_OK : sx_error_memory(err);
}

/* An amount has means, a question has levels: labelled (whole or not), nominal or of few whole values. */
bool sx_banner__is_amount(const sx_column *c) {
  enum { FEW = 20 };
  if (c->type != SX_NUMBER && c->type != SX_INTEGER) return false;
  double found[FEW];
  size_t n = 0, unlabelled = 0;
  for (size_t i = 0; i < c->n; i++) {
    if (sx_column_missing(c, i)) continue;
    const double x = sx_column_number(c, i);
    size_t k = 0;
    while (k < n && found[k] != x) k++;
    if (k < n) continue;
    if (n == FEW) return unlabelled > 0; /* more than a few: an amount unless every value has a label */
    const bool labelled = sx_column_value_label(c, x) != NULL;
    if (x != floor(x) && !labelled) return true;
    unlabelled += !labelled;
    found[n++] = x;
  }
  return c->measure == SX_MEASURE_SCALE && unlabelled == n && n > 2;
}

static sx_status plain_stubs(reader *r, const list *l, const sx_banner_net *net, size_t n_nets, sx_error *err) {
  for (size_t k = 0; k < l->n; k++) {
    banner_stub *s = NULL;
    const sx_column *c = l->column[k];
    SX_TRY(add_stub(&s, r, !n_nets && sx_banner__is_amount(c) ? BANNER_AMOUNT : BANNER_CATEGORIES, c->name, err));
    s->column = &l->column[k];
    s->n = 1;
    s->net = net;
    s->n_nets = n_nets;
  }
  return SX_OK;
}

static sx_status items_stub(reader *r, const char *word, const char *inside, const list *l, sx_error *err) {
  static const char *const words[] = {"grid", "mean", "median", "top2", "bottom2", "share"};
  static const int stats[] = {-1, SX_BANNER_MEAN, SX_BANNER_MEDIAN, BANNER_TOP2, BANNER_BOTTOM2, BANNER_SHARE};
  enum { N_WORDS = sizeof words / sizeof *words, LONG = 40 };
  size_t k = 0;
  while (k < N_WORDS && strcmp(word, words[k]) != 0) k++;
  if (k == N_WORDS) {
    const char *near = sx_text_nearest(word, words, N_WORDS);
    return sx_error_set(err, SX_E_ARGUMENT, "rows", "'%s(' is none of grid, mean, median, top2, bottom2, share%s%s%s",
                        word, near ? ": did you mean " : "", near ? near : "", near ? "?" : "");
  }
  banner_stub *s = NULL;
  const bool ends = stats[k] == BANNER_SHARE && strlen(inside) > LONG; /* a long list is named by its ends */
  const char *id = ends ? sx_arena_printf(r->arena, "%s(%s-%s)", word, l->column[0]->name, l->column[l->n - 1]->name)
                        : sx_arena_printf(r->arena, "%s(%s)", word, inside);
  if (!id) return sx_error_memory(err);
  SX_TRY(add_stub(&s, r, k ? BANNER_ITEMS : BANNER_GRID, id, err));
  s->stat = stats[k];
  s->column = l->column;
  s->n = l->n;
  return SX_OK;
}

/* Names up to `end`, which is not passed. */
static sx_status read_names(list *l, reader *r, char end, sx_error *err) {
  for (;;) {
    skip(r);
    if (*r->at == end || !*r->at) break;
    const size_t n = strcspn(r->at, " \t\n,(){}");
    if (n == 0) return stray(r, r->at, "a variable is wanted", err);
    char *word = sx_arena_strndup(r->arena, r->at, n);
    if (!word) return sx_error_memory(err);
    SX_TRY(add_names(l, r, word, err));
    r->at += n;
  }
  return SX_OK;
}

static sx_status read_call(reader *r, const char *word, sx_error *err) {
  list l = {NULL, 0, 0};
  const char *open = ++r->at;
  SX_TRY(read_names(&l, r, ')', err));
  if (*r->at != ')') return stray(r, r->at, "')' is wanted", err);
  if (l.n == 0) return stray(r, r->at, "a variable is wanted", err);
  char *inside = sx_arena_strndup(r->arena, open, (size_t)(r->at - open));
  if (!inside) return sx_error_memory(err);
  r->at++;
  return items_stub(r, word, inside, &l, err);
}

static sx_status read_nets(sx_banner_net **net, size_t *n, reader *r, sx_error *err) {
  const char *open = r->at, *close = strchr(open, '}');
  if (!close) return stray(r, open, "the '{' has no '}'", err);
  char *text = sx_arena_strndup(r->arena, open, (size_t)(close + 1 - open));
  if (!text) return sx_error_memory(err);
  r->at = close + 1;
  return sx_banner_nets_parse(net, n, r->arena, text, err);
}

static sx_status read_word(reader *r, sx_error *err) {
  const char *from = r->at;
  const bool quoted = *from == '`';
  const char *end = quoted ? strchr(++from, '`') : from + strcspn(from, " \t\n,(){}");
  if (!end) return stray(r, from, "the name has no closing '`'", err);
  if (end == from) return stray(r, from, "a variable is wanted", err);
  char *word = sx_arena_strndup(r->arena, from, (size_t)(end - from));
  if (!word) return sx_error_memory(err);
  r->at = quoted ? end + 1 : end;
  if (!quoted && *r->at == '(') return read_call(r, word, err);
  sx_banner_net *net = NULL;
  size_t n_nets = 0;
  if (*r->at == '{') SX_TRY(read_nets(&net, &n_nets, r, err));
  const bool plain = sx_table_find(r->table, word) != NULL;
  const sx_mrset *set = plain ? NULL : sx_banner__find_set(r->table, word);
  if (set) {
    banner_stub *s = NULL;
    SX_TRY(add_stub(&s, r, BANNER_SET, set->name, err));
    s->set = set;
    s->net = net;
    s->n_nets = n_nets;
    return SX_OK;
  }
  list l = {NULL, 0, 0};
  if (quoted || plain) {
    const sx_column *c = NULL;
    SX_TRY(sx_table_need(&c, r->table, word, err));
    SX_TRY(add_column(&l, r, c, err));
  } else {
    SX_TRY(add_names(&l, r, word, err));
  }
  return plain_stubs(r, &l, net, n_nets, err);
}

sx_status sx_banner__rows(banner_stub **out, size_t *n, const sx_table *table, const char *text, sx_arena *arena,
                          sx_error *err) {
  reader r = {table, arena, text ? text : "", text ? text : "", NULL, 0, 0};
  for (;;) {
    skip(&r);
    if (!*r.at) break;
    const sx_status st = read_word(&r, err);
    if (st != SX_OK && err && strncmp(err->where, "rows", 4) != 0) sx_error_add_where(err, "rows");
    SX_TRY(st);
  }
  if (r.n == 0)
    return sx_error_set(err, SX_E_ARGUMENT, "rows", "no question is named: give variables, q1-q40, q5_* or $set");
  *out = r.stub;
  *n = r.n;
  return SX_OK;
}
