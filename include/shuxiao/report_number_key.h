/* report_number_key.h: the key of a printed number: one line that says which result it is and how it is printed, for documents that leave the
 * house and come back edited. A .docx keeps every number as a field whose property has this name.
 *
 *   KEY = REFERENCE " | " SCALE " ." DECIMALS { " " FLAG } ";" UNIT
 *   users.total | e-8 .2;亿人                      957,600,000 prints as 9.58亿人
 *   user_rate.z.gap | e2 .1 abs;个百分点           the magnitude
 *   spend.total.interval | e-8 .2;(亿元)           two numbers; the unit stands elsewhere (the head of the column)
 *   #46.5 | e0 .1 outside;%                        no result of the run: the value itself, and why it stands there
 *
 * "=46.5" is read as "#46.5": documents made before have it. Programs that take a name behind "=" for a formula lose it on saving.
 * FLAG: "~1020" a house style (separators, minus, range, missing as sx_style counts them; 4 for a range: 至), "z2" two zeros after the digits, "+" always signed, "abs" never, "," separators from 1,000 on, "$" a prefix, or a reason why the number
 * is no result. A unit in brackets is not printed with the number. */
#ifndef SX_REPORT_NUMBER_KEY_H
#define SX_REPORT_NUMBER_KEY_H

#include "shuxiao/report_document.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SX_NUMBER_KEY_MAX = 2560 }; /* two levels of 1,000 bytes and what stands between */

/* A key taken apart. Its texts are its own. */
typedef struct sx_number_key {
  char reference[SX_NUMBER_KEY_MAX]; /* with the field; "=46.5" for no result, however the key was written */
  char prefix[8], unit[72], exempt[24];
  int scale, decimals, zeros, sign; /* as in sx_document_number */
  bool grouped, bare, interval;
  bool chinese; /* a range in words is 至 */
  sx_style style;
} sx_number_key;

/* The key of a number; nothing for one that is missing and has no reference. */
SX_API void sx_number_key_put(sx_buf *out, const sx_document_number *number);
/* Expected: SX_E_PARSE. *out is untouched on failure. */
SX_API sx_status sx_number_key_parse(sx_number_key *out, const char *text, size_t n, sx_error *err) SX_NODISCARD;
/* What the run says now. *found false: the run has no such result. Of an interval its ends, of other numbers high is NaN; a missing
 * estimate is NaN. */
SX_API sx_status sx_number_key_look_up(bool *found, double *value, double *high, const sx_number_key *key,
                                       sx_store *store, int64_t run, sx_error *err) SX_NODISCARD;
/* The number as the key prints it. */
SX_API void sx_number_key_print(sx_buf *out, const sx_number_key *key, double value, double high);

#ifdef __cplusplus
}
#endif
#endif
