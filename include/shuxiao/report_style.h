/* report_style.h: house styles: how numbers are printed where the language alone leaves a choice. A style is a word, or a word and what
 * differs from it: "uk", "cn minus=hyphen", "separators=space". Data files (CSV, SDMX, ...) never follow one. The table is in
 * docs/house-styles.md. */
#ifndef SX_REPORT_STYLE_H
#define SX_REPORT_STYLE_H

#include "shuxiao/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of thousands. LANGUAGE: commas, in English and in tables from 1,000 on, in Chinese text from 10,000 on (GB/T 15835). SPACE: thin no-break
 * blanks from 10 000 on (ISO 80000-1, 7.3.1). */
typedef enum sx_style_separators {
  SX_STYLE_SEPARATORS_LANGUAGE,
  SX_STYLE_SEPARATORS_NONE,
  SX_STYLE_SEPARATORS_COMMA,
  SX_STYLE_SEPARATORS_SPACE
} sx_style_separators;
typedef enum sx_style_minus { SX_STYLE_MINUS_SIGN, SX_STYLE_MINUS_HYPHEN } sx_style_minus;
/* Between the ends of an interval in a table. */
typedef enum sx_style_range {
  SX_STYLE_RANGE_DASH,    /* 5.90 – 6.14 */
  SX_STYLE_RANGE_EM_DASH, /* 5.90—6.14 (GB/T 15834) */
  SX_STYLE_RANGE_TO,      /* 5.90 to 6.14, 5.90至6.14 */
  SX_STYLE_RANGE_TILDE    /* 5.90～6.14 */
} sx_style_range;
typedef enum sx_style_missing {
  SX_STYLE_MISSING_DASH,     /* —, and × behind one that is held back */
  SX_STYLE_MISSING_ELLIPSIS, /* …, the same */
  SX_STYLE_MISSING_SHORTHAND /* [x] not available, [c] held back, [z] does not apply */
} sx_style_missing;

typedef struct sx_style {
  unsigned char separators, minus, range, missing; /* the enums above */
  bool per_cent;                                   /* "12.3 per cent" in English sentences; tables keep the sign */
  bool points;  /* 百分点, pp in sentences, in place of 个百分点, percentage points */
  bool between; /* a dash between the ends of an interval in sentences: 9.53—9.63亿人, 953–963 million */
} sx_style;

/* Reads a style; "" is the language's own. Expected: SX_E_PARSE with the nearest word. */
SX_API sx_status sx_style_parse(sx_style *out, const char *text, size_t n, sx_error *err) SX_NODISCARD;
/* A value as sx_report_format prints it in running text, in a style (NULL: the language's own). */
SX_API sx_status sx_report_format_style(sx_buf *out, double value, const char *format, int lang, const sx_style *style,
                                        sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
