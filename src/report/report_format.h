/* report_format.h: number formats "亿人 2", "% 1", "billion yuan 2" taken apart, and what they print in a language. */
#ifndef REPORT_FORMAT_H
#define REPORT_FORMAT_H

#include "shuxiao/report.h"
#include "shuxiao/report_style.h"

typedef enum sx_format_kind { SX_FORMAT_AMOUNT, SX_FORMAT_PERCENT, SX_FORMAT_POINTS } sx_format_kind;

/* What the text says, in no language yet. */
typedef struct sx_format {
  sx_format_kind kind;
  int exponent;   /* of the scale word: 8 for 亿, 9 for billion, 0 for none */
  bool chinese;   /* the scale word was Chinese */
  bool automatic; /* scale and decimals follow from the numbers; unscaled: decimals alone */
  bool unscaled;
  int decimals; /* -1: as many as the value asks for */
  bool bare;    /* unit:none */
  int sign;     /* 1 always signed, 0 only minus, -1 never */
  char noun_zh[48], noun_en[48];
} sx_format;

/* How one number, or a column of numbers, is printed: value * 10^shift with `decimals`, then `zeros` zeros. */
typedef struct sx_spec {
  int shift, decimals, zeros, sign;
  bool group_from_four; /* separators from 1,000 on (English) or from 10,000 on (Chinese, GB/T 15835) */
  char prefix[8];       /* "$" */
  char unit[64];        /* "亿元", " billion yuan", "%", "" */
  char hidden[72];      /* prefix and unit where unit:none leaves them out */
  sx_style style;
} sx_spec;

/* SX_E_PARSE with the nearest unit. */
sx_status sx_report__format_parse(sx_format *out, const char *text, size_t n, sx_error *err) SX_NODISCARD;
/* In a sentence. magnitude: the absolute value that chooses between million and billion. */
void sx_report__format_spec(sx_spec *out, const sx_format *format, double magnitude, sx_lang lang);

/* Absolute values of the numbers that a table or a figure prints in one unit. */
typedef struct sx_extent {
  double most, least; /* least: of those that are not 0; 0: there are none */
} sx_extent;
void sx_report__extent_add(sx_extent *extent, double value);       /* nothing for what is missing */
void sx_report__extent_add_error(sx_extent *extent, double error); /* counts for the decimals, not for the scale */
/* One spec for all of them. Every digit is printed: the scale word is one that needs no zeros for what is rounded away (800 thousand, where a
 * sentence says 800,000), and where the language has none the digits go down to its unit. */
void sx_report__format_spec_of(sx_spec *out, const sx_format *format, const sx_extent *extent, sx_lang lang);
/* Decimals until the first digit of a value that is not 0 shows, `more` at the most. */
enum { SX_SHOWS_ALWAYS = 12 };
void sx_report__spec_shows(sx_spec *spec, double value, int more);
/* The number, without prefix and unit when bare. Missing prints as a dash. U+2212 is the minus. */
void sx_report__format_value(sx_buf *out, double value, const sx_spec *spec, bool bare);
/* The English of a noun that counts: "元" is "yuan"; NULL: none of ours. */
const char *sx_report__noun(const char *zh);

/* ---- house styles (report_style.c) ---- */
const char *sx_report__minus(const sx_style *style);
const char *sx_report__missing(const sx_style *style);
const char *sx_report__held_back(const sx_style *style);           /* not published, in a drawing, with its mark */
const char *sx_report__range(const sx_style *style, bool chinese); /* between the ends of an interval in a table */
/* The unit's words in running text; the style is the spec's. */
void sx_report__style_words(sx_spec *spec, const sx_format *format, sx_lang lang);
/* value * 10^k as the decimal that the value prints as, so that 0.285 is 28.5 per cent and not 28.499999999999996. */
double sx_report__shift10(double value, int k);

#endif
