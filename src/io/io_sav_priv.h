/* io_sav_priv.h: what the files of the .sav/.zsav reader share. The layout of the format is described publicly in the
 * developers' guide of GNU PSPP, "System File Format"; nothing here is taken from its code. The reader goes in four steps:
 *   io_sav_records.c  finds every record of the dictionary, bounds checked, without interpreting text
 *   io_sav_text.c     the file's encoding, and text to UTF-8
 *   io_sav_schema.c   records to a table of no rows: names, labels, missing values, measures, sets, notes
 *   io_sav_data.c     cases out of plain, byte-compressed and zlib-compressed data
 *   io_sav_read.c     cases into columns; the back end */
#ifndef SX_IO_SAV_PRIV_H
#define SX_IO_SAV_PRIV_H

#include <float.h>
#include <iconv.h>
#include <string.h>

#include "io_priv.h"

typedef struct sx_io__span {
  const unsigned char *p;
  size_t n;
} sx_io__span;

/* A type 2 record that is not a continuation: a variable, or a later segment of a very long string. */
typedef struct sx_io__sav_rec {
  size_t offset; /* in the file, for messages */
  int32_t width; /* 0 numeric, else 1..255 bytes */
  uint32_t print;
  int32_t n_missing; /* 0..3 values, -2 a range, -3 a range and a value */
  const unsigned char *name, *missing;
  sx_io__span label;
  size_t slot, n_slots; /* 8-byte units of a case */
  bool segment;         /* later segment: not a variable of its own */
} sx_io__sav_rec;

/* Type 3 with its type 4. */
typedef struct sx_io__sav_set {
  size_t offset;
  uint32_t n_labels, n_vars;
  const unsigned char *labels, *vars;
} sx_io__sav_set;

typedef struct sx_io__sav_ext {
  size_t offset;
  int32_t subtype;
  uint32_t size, count;
  sx_io__span data;
} sx_io__sav_ext;

/* A variable after merging segments, and its column in the table (NULL column name: not wanted). */
typedef struct sx_io__sav_var {
  size_t rec, n_segments;
  size_t width; /* bytes; 0 numeric */
  const char *name;
  sx_type type;
  bool wanted;
  size_t column; /* in the schema */
} sx_io__sav_var;

typedef struct sx_io__savfile {
  const sx_io__source *source;
  sx_arena *arena; /* everything below */
  bool swap;       /* the file's byte order is not the machine's */
  int compression; /* 0 none, 1 bytes, 2 zlib */
  double bias, sysmis, highest, lowest;
  int64_t n_cases; /* -1 unknown */
  int32_t weight;  /* 1-based slot; 0 none */
  sx_io__span file_label, documents;
  size_t data_at;
  sx_io__sav_rec *recs;
  size_t n_recs, cap_recs;
  int32_t *slot_rec; /* [n_slots] record that starts at the slot, -1 inside one */
  size_t n_slots, cap_slots;
  sx_io__sav_set *sets;
  size_t n_sets, cap_sets;
  sx_io__sav_ext *exts;
  size_t n_exts, cap_exts;
  int32_t *short_index; /* hash of short names to records: [short_cap] */
  size_t short_cap;
  sx_io__sav_var *vars;
  size_t n_vars;
  size_t *rec_var;      /* [n_recs] */
  const char *encoding; /* as iconv is given */
  bool utf8;
  iconv_t cd; /* (iconv_t)-1 when not open */
  sx_buf text;
  sx_table *schema;
} sx_io__savfile;

static inline uint32_t sx_io__sav_u32(const sx_io__savfile *f, const unsigned char *p) {
  uint32_t v;
  memcpy(&v, p, 4);
  return f->swap ? __builtin_bswap32(v) : v;
}
static inline int32_t sx_io__sav_i32(const sx_io__savfile *f, const unsigned char *p) {
  const uint32_t u = sx_io__sav_u32(f, p);
  int32_t v;
  memcpy(&v, &u, 4);
  return v;
}
static inline uint64_t sx_io__sav_u64(const sx_io__savfile *f, const unsigned char *p) {
  uint64_t v;
  memcpy(&v, p, 8);
  return f->swap ? __builtin_bswap64(v) : v;
}
static inline double sx_io__sav_f64(const sx_io__savfile *f, const unsigned char *p) {
  const uint64_t u = sx_io__sav_u64(f, p);
  double v;
  memcpy(&v, &u, 8);
  return v;
}

/* err->where = "NAME: byte OFFSET". */
sx_status sx_io__sav_error(sx_error *err, const sx_io__savfile *f, sx_status status, size_t offset, const char *fmt,
                           ...) SX_PRINTF(5, 6);

/* Walks the dictionary of f->source into f. f->arena must exist. */
sx_status sx_io__sav_walk(sx_io__savfile *f, sx_error *err) SX_NODISCARD;
const sx_io__sav_ext *sx_io__sav_find_ext(const sx_io__savfile *f, int32_t subtype); /* first; NULL */
/* Record of a short name (ASCII case ignored, trailing blanks dropped), or -1. */
int32_t sx_io__sav_find_short(const sx_io__savfile *f, const unsigned char *name, size_t n);
sx_status sx_io__sav_index_short(sx_io__savfile *f, sx_error *err) SX_NODISCARD;

/* Decides f->encoding (asked by the caller, else the file's own records) and opens the converter. */
sx_status sx_io__sav_set_encoding(sx_io__savfile *f, const char *asked, sx_error *err) SX_NODISCARD;
/* n bytes to UTF-8; trailing blanks and NULs dropped, cut at an embedded NUL, an incomplete last character dropped. *out is valid until
 * the next call and may point into p; not NUL-terminated. SX_E_DATA without a place where bytes do not decode. */
sx_status sx_io__sav_decode(const char **out, size_t *n_out, sx_io__savfile *f, const unsigned char *p, size_t n,
                            sx_error *err) SX_NODISCARD;
/* The same into the arena, NUL-terminated; an error gets the place and `what` ("the label of a variable"). */
sx_status sx_io__sav_string(const char **out, sx_io__savfile *f, const unsigned char *p, size_t n, size_t offset,
                            const char *what, sx_error *err) SX_NODISCARD;

/* The schema's columns with n rows, labels, sets and metadata, without the declared missing ranges: those mark rows and
 * come last (sx_io__sav_copy_ranges). */
sx_status sx_io__sav_like(sx_table **out, const sx_table *schema, size_t n, sx_error *err) SX_NODISCARD;
sx_status sx_io__sav_copy_ranges(sx_table *table, const sx_table *schema, sx_error *err) SX_NODISCARD;
/* Fills f->vars and f->schema. */
sx_status sx_io__sav_build(sx_io__savfile *f, const sx_read_options *options, sx_error *err) SX_NODISCARD;
/* Multiple-response sets (subtypes 7, 19) into the schema; sets whose variables are not all wanted keep those that are. */
sx_status sx_io__sav_read_sets(sx_io__savfile *f, sx_error *err) SX_NODISCARD;
/* Custom attributes: calls each(data, variable or NULL for the file, attribute, values, n_values). */
typedef sx_status (*sx_io__sav_attribute)(void *data, const char *variable, const char *name, const char *const *values,
                                          size_t n_values, sx_error *err);
sx_status sx_io__sav_read_attributes(sx_io__savfile *f, sx_io__sav_attribute each, void *data,
                                     sx_error *err) SX_NODISCARD;

/* Cases: rows of n_slots * 8 bytes, numbers in the file's byte order. */
typedef struct sx_io__sav_data sx_io__sav_data;
sx_status sx_io__sav_data_open(sx_io__sav_data **out, const sx_io__savfile *f, sx_error *err) SX_NODISCARD;
/* Up to max rows into dst; *got < max only at the end of the data. SX_E_PARSE names the case where they stop. */
sx_status sx_io__sav_data_next(size_t *got, sx_io__sav_data *d, unsigned char *dst, size_t max,
                               sx_error *err) SX_NODISCARD;
uint64_t sx_io__sav_data_at_most(const sx_io__sav_data *d); /* cases that so many bytes can hold at most */
void sx_io__sav_data_close(sx_io__sav_data *d);

/* Display formats by code: name, or NULL; whether the value is a date, which becomes SX_DATE. 0 for an unknown name. */
const char *sx_io__sav_format_name(unsigned code);
bool sx_io__sav_format_date(unsigned code);
unsigned sx_io__sav_format_code(const char *name, size_t n);

/* The writer (io_sav_write.c), shared by both back ends. */
sx_status sx_io__sav_create(void **state, sx_io__sink *sink, const sx_table *schema, size_t n_rows, sx_error *err);
sx_status sx_io__zsav_create(void **state, sx_io__sink *sink, const sx_table *schema, size_t n_rows, sx_error *err);
sx_status sx_io__sav_add(void *state, const sx_table *rows, sx_error *err);
sx_status sx_io__sav_finish(void *state, sx_error *err);
void sx_io__sav_discard(void *state);

/* Seconds of an SPSS date to days since 1970-01-01 and back: SPSS counts from 1582-10-14. */
enum { SX_IO__SAV_EPOCH_DAYS = 141428 };
enum { SX_IO__SAV_BLOCK = 0x3ff000 }; /* zlib blocks of a .zsav, uncompressed bytes */
/* Our own custom attributes, for what the format has no record for. */
#define SX_IO__SAV_ATTR_TYPE   "shuxiao.type"
#define SX_IO__SAV_ATTR_LEVELS "shuxiao.levels"
#define SX_IO__SAV_ATTR_LABEL  "shuxiao.label"

#endif
