/* io_sav_sets.c: the text-like extension records that ReadStat 1.1.8 drops: multiple-response sets (subtypes 7 and 19)
 * and custom attributes (17 of the file, 18 of variables).
 *
 *   sets        NAME=C LABEL VAR VAR...\n          categories
 *               NAME=DVALUE LABEL VAR VAR...\n     dichotomies, counted VALUE
 *               NAME=E FLAG VALUE LABEL VAR...\n   dichotomies, extended (19)
 *   with VALUE and LABEL as "LENGTH TEXT", LENGTH in bytes of the file's encoding, VAR a short name in small letters.
 *   attributes  NAME('VALUE'\n'VALUE'\n)NAME(...); of variables: VAR:ATTRIBUTES/VAR:ATTRIBUTES
 *
 * Parsed as raw bytes, pieces decoded afterwards: in GB18030 the separators never occur inside a character. */
#include "io_sav_priv.h"

typedef struct scan {
  sx_io__savfile *f;
  const sx_io__sav_ext *ext;
  size_t at;
} scan;

static bool ended(const scan *s) {
  return s->at >= s->ext->data.n;
}
static unsigned char peek(const scan *s) {
  return ended(s) ? 0 : s->ext->data.p[s->at];
}
static bool accept(scan *s, unsigned char c) {
  if (ended(s) || peek(s) != c) return false;
  s->at++;
  return true;
}

/* Bytes up to one of the stops, which is not taken. */
static sx_io__span until(scan *s, const char *stops) {
  const size_t from = s->at;
  while (!ended(s) && !(peek(s) && strchr(stops, peek(s)))) s->at++;
  return (sx_io__span){s->ext->data.p + from, s->at - from};
}

/* "LENGTH TEXT" */
static bool counted(sx_io__span *out, scan *s) {
  size_t n = 0;
  const size_t from = s->at;
  while (peek(s) >= '0' && peek(s) <= '9' && n < s->ext->data.n) n = n * 10 + (size_t)(s->ext->data.p[s->at++] - '0');
  if (s->at == from || !accept(s, ' ') || n > s->ext->data.n - s->at) return false;
  *out = (sx_io__span){s->ext->data.p + s->at, n};
  s->at += n;
  return true;
}

static sx_status text_of(const char **out, scan *s, sx_io__span span, sx_error *err) {
  return sx_io__sav_string(out, s->f, span.p, span.n, s->ext->offset, "an extension record", err);
}

/* ---- multiple-response sets ---------------------------------------------------------------------------- */

typedef struct raw_set {
  sx_io__span name, label, value;
  unsigned char kind;
} raw_set;

static bool head(raw_set *r, scan *s) {
  r->name = until(s, "=\n");
  if (!r->name.n || !accept(s, '=')) return false;
  r->kind = peek(s);
  s->at++;
  switch (r->kind) {
  case 'C':
    break;
  case 'D':
    if (!counted(&r->value, s)) return false;
    break;
  case 'E':
    if (!accept(s, ' ')) return false;
    until(s, " \n"); /* where the set's label comes from: of no use here */
    if (!accept(s, ' ') || !counted(&r->value, s)) return false;
    break;
  default:
    return false;
  }
  return accept(s, ' ') && counted(&r->label, s);
}

static const sx_io__sav_var *var_of(const sx_io__savfile *f, sx_io__span name) {
  const int32_t rec = sx_io__sav_find_short(f, name.p, name.n);
  if (rec >= 0) return &f->vars[f->rec_var[rec]];
  for (size_t i = 0; i < f->n_vars; i++) /* some programs write long names */
    if (strlen(f->vars[i].name) == name.n && memcmp(f->vars[i].name, name.p, name.n) == 0) return &f->vars[i];
  return NULL;
}

/* The set's variables; *numeric: type of the first. False when one is unknown or text and numbers are mixed. */
static bool members(const char ***out, size_t *n, bool *numeric, scan *s, bool *memory) {
  size_t cap = 0;
  *n = 0;
  *out = NULL;
  for (bool first = true; accept(s, ' ');) {
    const sx_io__span name = until(s, " \n");
    if (!name.n) continue;
    const sx_io__sav_var *var = var_of(s->f, name);
    if (!var || (!first && (var->width == 0) != *numeric)) return false;
    *numeric = var->width == 0;
    first = false;
    if (!var->wanted) continue;
    if (*n == cap) {
      const char **more = sx_arena_alloc(s->f->arena, cap ? 2 * cap : 16, sizeof *more);
      *memory = !more;
      if (!more) return false;
      if (*n) memcpy(more, *out, *n * sizeof *more);
      *out = more;
      cap = cap ? 2 * cap : 16;
    }
    (*out)[(*n)++] = var->name;
  }
  return true;
}

static sx_status add_set(scan *s, const raw_set *r, const char **names, size_t n, bool numeric, sx_error *err) {
  sx_mrset set = {.dichotomous = r->kind != 'C', .n_variables = n};
  const char *name = NULL, *label = NULL, *value = NULL;
  SX_TRY(text_of(&name, s, r->name, err));
  if (sx_table_find_mrset(s->f->schema, name)) return SX_OK; /* subtype 19 may repeat what 7 says */
  SX_TRY(text_of(&label, s, r->label, err));
  if (set.dichotomous) SX_TRY(text_of(&value, s, r->value, err));
  if (value && numeric && !sx_text_to_double(&set.counted, value, strlen(value))) {
    sx_ctx_note(s->f->source->ctx, SX_SEV_WARNING, s->f->source->name,
                "the multiple-response set %s counts '%s', which is not a number: left out", name, value);
    return SX_OK;
  }
  set.name = (char *)(uintptr_t)name; /* sx_table_add_mrset copies */
  set.label = (char *)(uintptr_t)label;
  set.counted_text = numeric ? NULL : (char *)(uintptr_t)value;
  set.variables = (char **)(uintptr_t)names;
  return sx_table_add_mrset(s->f->schema, &set, err);
}

static sx_status read_set_record(sx_io__savfile *f, const sx_io__sav_ext *ext, sx_error *err) {
  scan s = {f, ext, 0};
  for (;;) {
    while (peek(&s) == '\n' || peek(&s) == ' ' || (!ended(&s) && !peek(&s))) s.at++;
    if (ended(&s)) return SX_OK;
    raw_set r = {{NULL, 0}, {NULL, 0}, {NULL, 0}, 0};
    const char **names = NULL;
    size_t n = 0;
    bool numeric = true, memory = false;
    if (!head(&r, &s) || !members(&names, &n, &numeric, &s, &memory)) {
      if (memory) return sx_error_memory(err);
      sx_ctx_note(f->source->ctx, SX_SEV_WARNING, f->source->name,
                  "a multiple-response set at byte %zu cannot be read and is left out", ext->offset + 16 + s.at);
      until(&s, "\n");
      continue;
    }
    if (n) SX_TRY(add_set(&s, &r, names, n, numeric, err));
  }
}

sx_status sx_io__sav_read_sets(sx_io__savfile *f, sx_error *err) {
  for (size_t i = 0; i < f->n_exts; i++)
    if (f->exts[i].subtype == 7 || f->exts[i].subtype == 19) SX_TRY(read_set_record(f, &f->exts[i], err));
  return SX_OK;
}

/* ---- custom attributes --------------------------------------------------------------------------------- */

/* ('VALUE'\n...) after a name; values into the arena. False where it is not of that form. */
static sx_status values_of(const char ***out, size_t *n, bool *ok, scan *s, sx_error *err) {
  size_t cap = 0;
  *n = 0;
  *ok = accept(s, '(');
  while (*ok && !accept(s, ')')) {
    *ok = accept(s, '\'');
    if (!*ok) break;
    sx_io__span value = until(s, "\n");
    *ok = value.n && value.p[value.n - 1] == '\'' && accept(s, '\n');
    if (!*ok) break;
    value.n--;
    if (*n == cap) {
      const char **more = sx_arena_alloc(s->f->arena, cap ? 2 * cap : 4, sizeof *more);
      if (!more) return sx_error_memory(err);
      if (*n) memcpy(more, *out, *n * sizeof *more);
      *out = more;
      cap = cap ? 2 * cap : 4;
    }
    SX_TRY(text_of(&(*out)[*n], s, value, err));
    (*n)++;
  }
  return SX_OK;
}

static sx_status read_attribute_record(sx_io__savfile *f, const sx_io__sav_ext *ext, sx_io__sav_attribute each,
                                       void *data, sx_error *err) {
  scan s = {f, ext, 0};
  const char *variable = NULL;
  bool ok = true;
  while (ok && !ended(&s)) {
    if (ext->subtype == 18 && (!variable || accept(&s, '/'))) {
      const sx_io__span name = until(&s, ":");
      ok = accept(&s, ':');
      if (!ok) break;
      SX_TRY(text_of(&variable, &s, name, err));
      continue;
    }
    const sx_io__span name = until(&s, "(");
    const char *attribute = NULL;
    const char **values = NULL;
    size_t n = 0;
    SX_TRY(text_of(&attribute, &s, name, err));
    SX_TRY(values_of(&values, &n, &ok, &s, err));
    if (ok && n) SX_TRY(each(data, variable, attribute, values, n, err));
  }
  if (!ok)
    sx_ctx_note(f->source->ctx, SX_SEV_WARNING, f->source->name,
                "custom attributes at byte %zu cannot be read and are left out from there", ext->offset + 16 + s.at);
  return SX_OK;
}

sx_status sx_io__sav_read_attributes(sx_io__savfile *f, sx_io__sav_attribute each, void *data, sx_error *err) {
  for (size_t i = 0; i < f->n_exts; i++)
    if (f->exts[i].subtype == 17 || f->exts[i].subtype == 18)
      SX_TRY(read_attribute_record(f, &f->exts[i], each, data, err));
  return SX_OK;
}
