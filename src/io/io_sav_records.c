/* io_sav_records.c: finds the records of a .sav dictionary. Every read is bounds checked; nothing is interpreted yet, so that
 * the encoding, which a late record names, is known before the first text is decoded.
 *
 * header (176 bytes), then records led by an int32: 2 variable, 3 value labels (4 follows: whose), 6 documents,
 * 7 extension (subtype, size, count, size*count bytes), 999 end of the dictionary. */
#include <stdarg.h>
#include <stdio.h>

#include "io_sav_priv.h"

enum { HEADER_BYTES = 176, RECORD_LABEL_MAX = 1 << 20, DOCUMENT_LINE = 80 };

sx_status sx_io__sav_error(sx_error *err, const sx_io__savfile *f, sx_status status, size_t offset, const char *fmt,
                           ...) {
  char message[SX_ERROR_MESSAGE_MAX];
  char place[32];
  va_list args;
  va_start(args, fmt);
  vsnprintf(message, sizeof message, fmt, args);
  va_end(args);
  snprintf(place, sizeof place, "byte %zu", offset);
  sx_error_set(err, status, place, "%s", message);
  sx_error_add_where(err, "%s", f->source->name);
  return status;
}

typedef struct walker {
  sx_io__savfile *f;
  size_t at;
} walker;

static sx_status truncated(const walker *w, const char *what, sx_error *err) {
  return sx_io__sav_error(err, w->f, SX_E_PARSE, w->at, "the file ends inside %s: it is truncated (%zu bytes)", what,
                          w->f->source->n);
}

static sx_status take(const unsigned char **p, walker *w, size_t n, const char *what, sx_error *err) {
  if (n > w->f->source->n - w->at) return truncated(w, what, err);
  *p = w->f->source->data + w->at;
  w->at += n;
  return SX_OK;
}

static sx_status take_i32(int32_t *out, walker *w, const char *what, sx_error *err) {
  const unsigned char *p = NULL;
  SX_TRY(take(&p, w, 4, what, err));
  *out = sx_io__sav_i32(w->f, p);
  return SX_OK;
}

/* Arena arrays that double; the old block stays in the arena. */
static bool grow(sx_io__savfile *f, void **items, size_t *cap, size_t n, size_t size) {
  if (n < *cap) return true;
  const size_t more = *cap ? *cap * 2 : 64;
  void *p = sx_arena_alloc(f->arena, more, size);
  if (!p) return false;
  if (n) memcpy(p, *items, n * size);
  *items = p;
  *cap = more;
  return true;
}

static sx_status add_slot(sx_io__savfile *f, int32_t rec, sx_error *err) {
  void *items = f->slot_rec;
  if (!grow(f, &items, &f->cap_slots, f->n_slots, sizeof *f->slot_rec)) return sx_error_memory(err);
  f->slot_rec = items;
  f->slot_rec[f->n_slots++] = rec;
  return SX_OK;
}

static sx_status walk_header(walker *w, sx_error *err) {
  sx_io__savfile *f = w->f;
  const unsigned char *p = NULL;
  SX_TRY(take(&p, w, HEADER_BYTES, "the header", err));
  if (memcmp(p, "$FL2", 4) != 0 && memcmp(p, "$FL3", 4) != 0)
    return sx_io__sav_error(err, f, SX_E_PARSE, 0, "not an SPSS system file: it does not begin with $FL2 or $FL3");
  int32_t layout = sx_io__sav_i32(f, p + 64);
  if (layout != 2 && layout != 3) {
    f->swap = true;
    layout = sx_io__sav_i32(f, p + 64);
  }
  if (layout != 2 && layout != 3)
    return sx_io__sav_error(err, f, SX_E_PARSE, 64, "the header's layout code is neither 2 nor 3");
  f->compression = sx_io__sav_i32(f, p + 72);
  if (f->compression < 0 || f->compression > 2)
    return sx_io__sav_error(err, f, SX_E_SUPPORT, 72, "compression %d is not known: 0, 1 and 2 are", f->compression);
  f->weight = sx_io__sav_i32(f, p + 76);
  f->n_cases = sx_io__sav_i32(f, p + 80);
  if (f->n_cases < 0) f->n_cases = -1;
  f->bias = sx_io__sav_f64(f, p + 84);
  f->file_label = (sx_io__span){p + 109, 64};
  f->sysmis = -DBL_MAX;
  f->highest = DBL_MAX;
  f->lowest = -0x1.ffffffffffffep+1023; /* the second lowest double */
  return SX_OK;
}

static sx_status walk_variable_tail(walker *w, sx_io__sav_rec *rec, bool labelled, sx_error *err) {
  static const char what[] = "a variable record";
  if (labelled) {
    int32_t n = 0;
    const unsigned char *p = NULL;
    SX_TRY(take_i32(&n, w, what, err));
    if (n < 0 || n > RECORD_LABEL_MAX)
      return sx_io__sav_error(err, w->f, SX_E_PARSE, w->at - 4, "a variable label of %d bytes", n);
    SX_TRY(take(&p, w, ((size_t)n + 3) / 4 * 4, what, err));
    rec->label = (sx_io__span){p, (size_t)n};
  }
  const int32_t n = rec->n_missing;
  if (n > 3 || n < -3 || n == -1)
    return sx_io__sav_error(err, w->f, SX_E_PARSE, rec->offset, "a variable declares %d missing values", n);
  return take(&rec->missing, w, 8 * (size_t)(n < 0 ? -n : n), what, err);
}

static sx_status walk_variable(walker *w, sx_error *err) {
  sx_io__savfile *f = w->f;
  const size_t offset = w->at - 4;
  const unsigned char *p = NULL;
  SX_TRY(take(&p, w, 28, "a variable record", err));
  const int32_t width = sx_io__sav_i32(f, p);
  sx_io__sav_rec rec = {.offset = offset, .width = width, .print = sx_io__sav_u32(f, p + 12), .name = p + 20};
  rec.n_missing = sx_io__sav_i32(f, p + 8);
  const int32_t labelled = sx_io__sav_i32(f, p + 4);
  sx_io__sav_rec *last = f->n_recs ? &f->recs[f->n_recs - 1] : NULL;
  const size_t open = last ? last->slot + last->n_slots - f->n_slots : 0; /* continuations still to come */
  if ((width == -1) != (open > 0) || width < -1 || width > 255)
    return sx_io__sav_error(err, f, SX_E_PARSE, offset, "a variable record of type %d stands where %s must", width,
                            open ? "the continuation of a string" : "a variable");
  SX_TRY(walk_variable_tail(w, &rec, labelled != 0, err));
  if (width == -1) return add_slot(f, -1, err);
  rec.slot = f->n_slots;
  rec.n_slots = width ? ((size_t)width + 7) / 8 : 1;
  void *items = f->recs;
  if (!grow(f, &items, &f->cap_recs, f->n_recs, sizeof *f->recs)) return sx_error_memory(err);
  f->recs = items;
  SX_TRY(add_slot(f, (int32_t)f->n_recs, err));
  f->recs[f->n_recs++] = rec;
  return SX_OK;
}

static sx_status walk_labels(walker *w, sx_error *err) {
  sx_io__savfile *f = w->f;
  static const char what[] = "a record of value labels";
  sx_io__sav_set set = {.offset = w->at - 4};
  int32_t n = 0, type = 0;
  const unsigned char *p = NULL;
  SX_TRY(take_i32(&n, w, what, err));
  if (n < 0) return sx_io__sav_error(err, f, SX_E_PARSE, set.offset, "a record of %d value labels", n);
  set.n_labels = (uint32_t)n;
  set.labels = f->source->data + w->at;
  for (int32_t i = 0; i < n; i++) {
    SX_TRY(take(&p, w, 9, what, err));
    SX_TRY(take(&p, w, ((size_t)p[8] + 8) / 8 * 8 - 1, what, err));
  }
  SX_TRY(take_i32(&type, w, what, err));
  if (type != 4)
    return sx_io__sav_error(err, f, SX_E_PARSE, w->at - 4,
                            "value labels are followed by a record of type %d, not by their variables (4)", type);
  SX_TRY(take_i32(&n, w, what, err));
  if (n < 0) return sx_io__sav_error(err, f, SX_E_PARSE, w->at - 4, "value labels of %d variables", n);
  set.n_vars = (uint32_t)n;
  SX_TRY(take(&set.vars, w, 4 * (size_t)n, what, err));
  void *items = f->sets;
  if (!grow(f, &items, &f->cap_sets, f->n_sets, sizeof *f->sets)) return sx_error_memory(err);
  f->sets = items;
  f->sets[f->n_sets++] = set;
  return SX_OK;
}

static sx_status walk_documents(walker *w, sx_error *err) {
  int32_t n = 0;
  const unsigned char *p = NULL;
  SX_TRY(take_i32(&n, w, "the documents", err));
  if (n < 0) return sx_io__sav_error(err, w->f, SX_E_PARSE, w->at - 4, "documents of %d lines", n);
  SX_TRY(take(&p, w, DOCUMENT_LINE * (size_t)n, "the documents", err));
  w->f->documents = (sx_io__span){p, DOCUMENT_LINE * (size_t)n};
  return SX_OK;
}

static sx_status walk_extension(walker *w, sx_error *err) {
  sx_io__savfile *f = w->f;
  const unsigned char *p = NULL;
  sx_io__sav_ext ext = {.offset = w->at - 4};
  SX_TRY(take(&p, w, 12, "an extension record", err));
  ext.subtype = sx_io__sav_i32(f, p);
  ext.size = sx_io__sav_u32(f, p + 4);
  ext.count = sx_io__sav_u32(f, p + 8);
  size_t n = 0;
  if (!sx_size_mul(&n, ext.size, ext.count)) return truncated(w, "an extension record", err);
  SX_TRY(take(&p, w, n, "an extension record", err));
  ext.data = (sx_io__span){p, n};
  void *items = f->exts;
  if (!grow(f, &items, &f->cap_exts, f->n_exts, sizeof *f->exts)) return sx_error_memory(err);
  f->exts = items;
  f->exts[f->n_exts++] = ext;
  return SX_OK;
}

const sx_io__sav_ext *sx_io__sav_find_ext(const sx_io__savfile *f, int32_t subtype) {
  for (size_t i = 0; i < f->n_exts; i++)
    if (f->exts[i].subtype == subtype) return &f->exts[i];
  return NULL;
}

/* What the machine records say: special numbers, a count of cases beyond 2^31. */
static void read_machine(sx_io__savfile *f) {
  const sx_io__sav_ext *e = sx_io__sav_find_ext(f, 4);
  if (e && e->data.n >= 24) {
    f->sysmis = sx_io__sav_f64(f, e->data.p);
    f->highest = sx_io__sav_f64(f, e->data.p + 8);
    f->lowest = sx_io__sav_f64(f, e->data.p + 16);
  }
  e = sx_io__sav_find_ext(f, 16);
  if (e && e->data.n >= 16) {
    const uint64_t n = sx_io__sav_u64(f, e->data.p + 8);
    if (n > INT32_MAX && n <= INT64_MAX) f->n_cases = (int64_t)n;
  }
}

static sx_status walk_records(walker *w, sx_error *err) {
  sx_io__savfile *f = w->f;
  for (;;) {
    int32_t type = 0;
    SX_TRY(take_i32(&type, w, "the dictionary", err));
    switch (type) {
    case 2:
      SX_TRY(walk_variable(w, err));
      break;
    case 3:
      SX_TRY(walk_labels(w, err));
      break;
    case 6:
      SX_TRY(walk_documents(w, err));
      break;
    case 7:
      SX_TRY(walk_extension(w, err));
      break;
    case 999: {
      const unsigned char *p = NULL;
      SX_TRY(take(&p, w, 4, "the dictionary", err));
      f->data_at = w->at;
      return SX_OK;
    }
    default:
      return sx_io__sav_error(err, f, SX_E_PARSE, w->at - 4, "a record of unknown type %d: the file is damaged", type);
    }
  }
}

sx_status sx_io__sav_walk(sx_io__savfile *f, sx_error *err) {
  walker w = {f, 0};
  SX_TRY(walk_header(&w, err));
  SX_TRY(walk_records(&w, err));
  if (!f->n_recs) return sx_io__sav_error(err, f, SX_E_DATA, f->data_at, "the file has no variables");
  const sx_io__sav_rec *last = &f->recs[f->n_recs - 1];
  if (last->slot + last->n_slots != f->n_slots)
    return sx_io__sav_error(err, f, SX_E_PARSE, last->offset,
                            "the last string variable lacks its continuation records");
  read_machine(f);
  return sx_io__sav_index_short(f, err);
}

/* ---- short names --------------------------------------------------------------------------------------- */

static size_t trimmed(const unsigned char *name, size_t n) {
  while (n && (name[n - 1] == ' ' || name[n - 1] == 0)) n--;
  return n;
}
static unsigned char upper(unsigned char c) {
  return c >= 'a' && c <= 'z' ? (unsigned char)(c - 32) : c;
}

static size_t hash_name(const unsigned char *name, size_t n) {
  uint64_t h = 1469598103934665603u; /* FNV-1a */
  for (size_t i = 0; i < n; i++) h = (h ^ upper(name[i])) * 1099511628211u;
  return (size_t)(h ^ (h >> 29));
}

static bool same_name(const unsigned char *a, size_t n_a, const unsigned char *b, size_t n_b) {
  if (n_a != n_b) return false;
  for (size_t i = 0; i < n_a; i++)
    if (upper(a[i]) != upper(b[i])) return false;
  return true;
}

sx_status sx_io__sav_index_short(sx_io__savfile *f, sx_error *err) {
  f->short_cap = 16;
  while (f->short_cap < f->n_recs * 2) f->short_cap *= 2;
  f->short_index = sx_arena_alloc(f->arena, f->short_cap, sizeof *f->short_index);
  if (!f->short_index) return sx_error_memory(err);
  for (size_t i = 0; i < f->short_cap; i++) f->short_index[i] = -1;
  for (size_t i = 0; i < f->n_recs; i++) {
    const size_t n = trimmed(f->recs[i].name, 8);
    if (sx_io__sav_find_short(f, f->recs[i].name, n) >= 0) continue; /* the first of equal names counts */
    size_t at = hash_name(f->recs[i].name, n) & (f->short_cap - 1);
    while (f->short_index[at] >= 0) at = (at + 1) & (f->short_cap - 1);
    f->short_index[at] = (int32_t)i;
  }
  return SX_OK;
}

int32_t sx_io__sav_find_short(const sx_io__savfile *f, const unsigned char *name, size_t n) {
  n = trimmed(name, n);
  size_t at = hash_name(name, n) & (f->short_cap - 1);
  for (; f->short_index[at] >= 0; at = (at + 1) & (f->short_cap - 1)) {
    const sx_io__sav_rec *rec = &f->recs[f->short_index[at]];
    if (same_name(rec->name, trimmed(rec->name, 8), name, n)) return f->short_index[at];
  }
  return -1;
}
