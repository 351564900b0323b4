/* io_sav_out.h: what the files of the .sav/.zsav writer share: io_sav_write.c (cases, back end), io_sav_dictionary.c
 * (the dictionary's records), io_sav_names.c (short names). */
#ifndef SX_IO_SAV_OUT_H
#define SX_IO_SAV_OUT_H

#include "io_sav_priv.h"

enum { SX_IO__SAV_SEGMENT_STEP = 252, SX_IO__SAV_SEGMENT_BYTES = 255 };

typedef struct sx_io__sav_out_var {
  const char *name;
  sx_type type;
  size_t width; /* bytes; 0 numeric */
  size_t n_segments, first_slot, n_slots;
  size_t first_short; /* its segments' short names in sx_io__sav_out.shorts */
} sx_io__sav_out_var;

typedef char sx_io__sav_short[9];

typedef struct sx_io__sav_out {
  sx_io__sink *sink;
  const sx_ctx *ctx;
  sx_arena *arena;
  bool zlib;
  size_t n_rows; /* SIZE_MAX unknown */
  uint64_t row;
  sx_io__sav_out_var *vars;
  size_t n_vars, n_slots, n_shorts;
  sx_io__sav_short *shorts;
  unsigned char *wide; /* the longest string cell */
  /* commands and their literals until the group of eight is full */
  unsigned char command[8], literal[64];
  unsigned n_command, n_literal;
  unsigned char *out; /* [out_cap] bytes to write; zlib: the block being filled */
  size_t n_out, out_cap;
  unsigned char *packed; /* zlib: [packed_cap] */
  size_t packed_cap;
  sx_buf blocks; /* zlib: entries of the table of blocks */
  uint64_t zheader_at, plain_at;
} sx_io__sav_out;

/* Fills vars, shorts; checks names and widths. */
sx_status sx_io__sav_plan(sx_io__sav_out *o, const sx_table *schema, sx_error *err) SX_NODISCARD;
/* Names that SPSS accepts, no two alike but for case; unique short names. */
sx_status sx_io__sav_check_names(sx_io__sav_out *o, sx_error *err) SX_NODISCARD;
sx_status sx_io__sav_write_dictionary(sx_io__sav_out *o, const sx_table *schema, sx_error *err) SX_NODISCARD;
/* A number column's value as SPSS has it: dates in seconds. */
double sx_io__sav_out_number(sx_type type, double value);

#endif
