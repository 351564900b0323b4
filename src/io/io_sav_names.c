/* io_sav_names.c: names that SPSS accepts, and the unique short names (8 bytes) that the records refer to. */
#include <stdio.h>

#include "io_sav_out.h"

enum { NAME_MAX_BYTES = 64 };

static char upper(char c) {
  return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

/* Names seen, ASCII case ignored: open addressing, at most half full. */
typedef struct name_set {
  const char **slots;
  size_t cap;
} name_set;

static bool alike(const char *a, const char *b) {
  while (*a && upper(*a) == upper(*b)) a++, b++;
  return upper(*a) == upper(*b);
}

/* False when it was there. */
static bool add_name(name_set *set, const char *name) {
  uint64_t h = 1469598103934665603u;
  for (const char *p = name; *p; p++) h = (h ^ (unsigned char)upper(*p)) * 1099511628211u;
  size_t at = (size_t)(h ^ (h >> 29)) & (set->cap - 1);
  for (; set->slots[at]; at = (at + 1) & (set->cap - 1))
    if (alike(set->slots[at], name)) return false;
  set->slots[at] = name;
  return true;
}

static bool new_set(name_set *set, sx_arena *arena, size_t n) {
  set->cap = 16;
  while (set->cap < 2 * n + 2) set->cap *= 2;
  set->slots = sx_arena_zalloc(arena, set->cap, sizeof *set->slots);
  return set->slots != NULL;
}

static bool letter(unsigned char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 0x80;
}

static sx_status bad_name(const sx_io__sav_out *o, const char *name, const char *why, sx_error *err) {
  sx_error_set(err, SX_E_ARGUMENT, NULL, "SPSS does not accept the name '%s': %s; rename the variable", name, why);
  sx_error_add_where(err, "%s", sx_io__sink_name(o->sink));
  return SX_E_ARGUMENT;
}

static sx_status check_name(const sx_io__sav_out *o, const char *name, sx_error *err) {
  static const char *const reserved[] = {"ALL", "AND", "BY",  "EQ", "GE", "GT",  "LE",
                                         "LT",  "NE",  "NOT", "OR", "TO", "WITH"};
  if (strlen(name) > NAME_MAX_BYTES) return bad_name(o, name, "it is longer than 64 bytes", err);
  if (!letter((unsigned char)*name) && *name != '@') return bad_name(o, name, "it must begin with a letter or @", err);
  for (const unsigned char *p = (const unsigned char *)name; *p; p++)
    if (!letter(*p) && !(*p >= '0' && *p <= '9') && !strchr("@#$_.", *p))
      return bad_name(o, name, "only letters, digits and @ # $ _ . may stand in it", err);
  for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
    if (alike(name, reserved[i])) return bad_name(o, name, "it is a word of its language", err);
  return SX_OK;
}

/* The name itself in capitals where it is short and plain, as SPSS does; else V and a number. */
static void make_short(sx_io__sav_short out, name_set *used, const char *name, size_t *counter) {
  bool plain = name && strlen(name) <= 8;
  for (const char *p = name; plain && *p; p++) plain = (unsigned char)*p < 0x80;
  if (plain) {
    size_t i = 0;
    for (; name[i]; i++) out[i] = upper(name[i]);
    out[i] = 0;
    if (add_name(used, out)) return;
  }
  do snprintf(out, sizeof(sx_io__sav_short), "V%zu", ++*counter % 10000000);
  while (!add_name(used, out));
}

sx_status sx_io__sav_check_names(sx_io__sav_out *o, sx_error *err) {
  name_set full, used;
  size_t counter = 0;
  if (!new_set(&full, o->arena, o->n_vars) || !new_set(&used, o->arena, o->n_shorts)) return sx_error_memory(err);
  if (o->n_shorts > 5000000) return sx_error_set(err, SX_E_LIMIT, sx_io__sink_name(o->sink), "too many variables");
  for (size_t i = 0; i < o->n_vars; i++) {
    sx_io__sav_out_var *v = &o->vars[i];
    SX_TRY(check_name(o, v->name, err));
    if (!add_name(&full, v->name)) return bad_name(o, v->name, "another differs from it by case alone", err);
    make_short(o->shorts[v->first_short], &used, v->name, &counter);
  }
  for (size_t i = 0; i < o->n_vars; i++)
    for (size_t k = 1; k < o->vars[i].n_segments; k++)
      make_short(o->shorts[o->vars[i].first_short + k], &used, NULL, &counter);
  return SX_OK;
}
