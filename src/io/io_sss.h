/* io_sss.h: Triple-S XML, the survey interchange standard: a definition (.sss or .xml) and a data file of fixed columns or of comma-separated
 * fields. Rules are cited by section of "Triple-S XML, Version 2.0" (ASC, revision 2.0.002, September 2011); 1.1, 1.2 and 3.0 read the same. */
#ifndef SX_IO_SSS_H
#define SX_IO_SSS_H

#include "io_csv_priv.h"

typedef enum sss_type {
  SSS_NONE,
  SSS_SINGLE,
  SSS_MULTIPLE,
  SSS_QUANTITY,
  SSS_CHARACTER,
  SSS_LOGICAL,
  SSS_DATE,
  SSS_TIME
} sss_type;

typedef struct sss_value {
  const char *code, *text;
  int64_t number; /* where the variable's codes are numbers */
} sss_value;

typedef struct sss_range {
  double low, high;
} sss_range;

typedef struct sss_variable {
  const char *ident, *name, *label, *filter;
  sss_type type;
  bool literal;            /* codes are texts */
  bool open;               /* a range of texts: any code may be meant */
  bool decimals;           /* a quantity whose range or values have a point */
  size_t start, finish;    /* columns, or start alone: the field; from 1; finish 0: not given */
  size_t subfields, width; /* of a spread, 0: a bitstring */
  sss_value *values;       /* single and multiple: codes of ranges too, without text */
  size_t n_values, cap_values;
  sss_range *ranges; /* single: codes without text; quantity: what it may be */
  size_t n_ranges, cap_ranges;
} sss_variable;

typedef struct sss_definition {
  sx_arena *arena;
  const char *name; /* of the file, for messages */
  const char *title, *href, *encoding;
  const char *weight, *serial;
  char language[16]; /* the first that the definition lists */
  bool csv;
  size_t skip;
  sss_variable *variables;
  size_t n, cap;
} sss_definition;

/* io_sss_parse.c. Everything of *out is in the arena. SX_E_PARSE, SX_E_DATA: file and variable in where; SX_E_SUPPORT: a hierarchy. */
sx_status sx_io__sss_parse(sss_definition *out, const sx_io__source *source, sx_arena *arena,
                           sx_error *err) SX_NODISCARD;
/* io_sss_data.c. The data as a table of texts, one column a piece of a variable, in their order. */
sx_status sx_io__sss_pieces(sx_table **out, const sss_definition *d, const sx_io__source *data,
                            const sx_read_options *options, sx_error *err) SX_NODISCARD;
size_t sx_io__sss_piece_count(const sss_definition *d, const sss_variable *v);
/* io_sss_build.c. The variables out of the pieces; data_name is for messages. */
sx_status sx_io__sss_build(sx_table **out, const sss_definition *d, const sx_table *pieces, const char *data_name,
                           const sx_read_options *options, sx_error *err) SX_NODISCARD;
/* io_sss.c. A definition and its data, both at hand. */
sx_status sx_io__sss_make(sx_table **out, const sx_io__source *definition, const sx_io__source *data,
                          const sx_read_options *options, sx_error *err) SX_NODISCARD;

#endif
