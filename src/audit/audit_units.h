/* audit_units.h: the one table of units and of qualifying words, for figures in files and for numbers in prose.
 *
 * A unit is a scale (mul * 10^exp10), a dimension, and whether it is a per cent, a percentage point or neither. A qualifying word
 * ("超", "about") is a rule that turns the printed value v with last digit u into an interval. */
#ifndef SX_AUDIT_UNITS_H
#define SX_AUDIT_UNITS_H

#include "shuxiao/base.h"

/* Base dimensions. Counted things are lenient among themselves (个, 家, 款 are all SX_AUDIT_THING). */
typedef enum sx_audit_dim {
  SX_AUDIT_PERSON,
  SX_AUDIT_HOUSEHOLD,
  SX_AUDIT_VISIT,
  SX_AUDIT_THING,
  SX_AUDIT_TIMES,
  SX_AUDIT_ORDER,
  SX_AUDIT_YUAN,
  SX_AUDIT_DOLLAR,
  SX_AUDIT_EURO,
  SX_AUDIT_POUND,
  SX_AUDIT_YEN,
  SX_AUDIT_HKD,
  SX_AUDIT_SECOND,
  SX_AUDIT_MONTH,
  SX_AUDIT_AGE,
  SX_AUDIT_METRE,
  SX_AUDIT_AREA,
  SX_AUDIT_GRAM,
  SX_AUDIT_BYTE,
  SX_AUDIT_BITRATE,
  SX_AUDIT_ENERGY,
  SX_AUDIT_DIMS
} sx_audit_dim;

typedef enum sx_audit_share {
  SX_AUDIT_LEVEL,   /* a level, or a plain ratio when it has no dimension ("倍") */
  SX_AUDIT_PERCENT, /* exp10 -2 */
  SX_AUDIT_POINTS   /* percentage points, exp10 -2; never the same as per cent */
} sx_audit_share;

typedef struct sx_audit_unit {
  int32_t mul; /* value in base units = printed value * mul * 10^exp10 */
  int32_t exp10;
  sx_audit_share share;
  bool any;         /* a bare number or a bare scale word ("亿"): goes with every dimension */
  int32_t scale10;  /* the part of exp10 that a scale word gives: 8 of 亿元, 0 of 小时 */
  const char *noun; /* as the table has it ("元", "users"); NULL where there is none */
  int8_t dims[SX_AUDIT_DIMS];
} sx_audit_unit;

/* The whole of text[n] as a unit ("亿元", "万人次", "元/GB", "billion yuan", "US$ bn", "%", "百分点", "" ): false when it is none. */
bool sx_audit__unit(sx_audit_unit *out, const char *text, size_t n) SX_NODISCARD;
/* The longest unit that text[n] begins with (for prose, right after a number; leading blanks are the caller's): its bytes, 0 when
 * there is none. An English word must end at a word's end. Never the empty unit. */
size_t sx_audit__unit_prefix(sx_audit_unit *out, const char *text, size_t n);
/* A currency sign or code that stands before its number ("US$", "¥", "RMB"): its bytes at the END of text[n], 0 when none. */
size_t sx_audit__unit_before(sx_audit_unit *out, const char *text, size_t n);
/* The unit nearest to text, for "did you mean"; NULL. */
const char *sx_audit__unit_nearest(const char *text);
bool sx_audit__unit_same_dim(const sx_audit_unit *a, const sx_audit_unit *b); /* `any` goes with all */
/* A bare scale word in front of a currency ("US$" + "bn"): scale of one, dimension of the other. */
void sx_audit__unit_join(sx_audit_unit *out, const sx_audit_unit *currency, const sx_audit_unit *scale);

/* ---- qualifying words -------------------------------------------------------------------------------------------- */

typedef enum sx_audit_rule {
  SX_AUDIT_ROUND,   /* [v - u/2, v + u/2): printed and rounded, the word adds nothing ("仅", "only", "") */
  SX_AUDIT_FACTORS, /* [low * v, high * v), ends as said; a factor of NaN: no end on that side */
  SX_AUDIT_BURST,   /* 突破: with decimals [v - u/2, v + 2u), without [v, 1.25v) */
  SX_AUDIT_WITHIN,  /* [v - high, v + high] in percentage points; the value may be left out (0) */
  SX_AUDIT_ABOVE,   /* (v, no end): "高于"; the value may be left out (0) */
  SX_AUDIT_BELOW,   /* (no end, v) */
  SX_AUDIT_FALL     /* 下降: minus [v - u/2, v + u/2) */
} sx_audit_rule;

typedef struct sx_audit_word {
  const char *text;
  bool before, after; /* where it stands in prose: 超9亿, 9亿以上 */
  sx_audit_rule rule;
  double low, high; /* FACTORS; WITHIN: high in percentage points */
  bool low_open, high_open;
} sx_audit_word;

/* All of them, both languages. "exact" and "" are ROUND. */
const sx_audit_word *sx_audit__words(size_t *n);
const sx_audit_word *sx_audit__word(const char *text, size_t n); /* NULL when unknown */
const char *sx_audit__word_nearest(const char *text);

#endif
