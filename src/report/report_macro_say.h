/* report_macro_say.h: what an author's words come to in a run. */
#ifndef REPORT_MACRO_SAY_H
#define REPORT_MACRO_SAY_H

#include "report_macro.h"
#include "report_page.h"

/* before, the level of the interval where asked, numbers with W_TO between them, after. */
typedef struct sx_said {
  const char *before, *after;
  size_t n; /* of numbers */
  bool level;
  sx_bound bound[2];
  sx_format format[2];
  double magnitude; /* chooses the scale word of both; 0: each its own */
} sx_said;

/* where: the place for errors and warnings. */
sx_status sx_report__holds(sx_holds *out, sx_page *page, const sx_macro *macro, const char *where,
                           sx_error *err) SX_NODISCARD;
sx_status sx_report__say_change(sx_said *out, sx_page *page, const sx_macro *macro, const char *where,
                                sx_error *err) SX_NODISCARD;
sx_status sx_report__say_ci(sx_said *out, sx_page *page, const sx_macro *macro, const char *where,
                            sx_error *err) SX_NODISCARD;
sx_status sx_report__say_value(sx_said *out, sx_page *page, const sx_macro *macro, const char *where,
                               sx_error *err) SX_NODISCARD;
/* "pp 1" where the author said nothing and the result is a difference of shares, "% 1" for a share. */
sx_status sx_report__say_format(sx_format *out, sx_page *page, const sx_macro *macro, const char *reference,
                                const char *where, sx_error *err) SX_NODISCARD;
/* RANK, PARTS: words with a number behind each, then `after`. */
typedef struct sx_said_piece {
  const char *before;
  sx_bound bound;
  sx_format format;
} sx_said_piece;
typedef struct sx_said_list {
  const sx_said_piece *pieces; /* the page's arena */
  size_t n;
  const char *after;
} sx_said_list;
sx_status sx_report__say_list(sx_said_list *out, sx_page *page, const sx_macro *macro, const char *where,
                              sx_error *err) SX_NODISCARD;
/* UPDOWN, SIGNIFICANCE */
sx_status sx_report__say_word(sx_said *out, sx_page *page, const sx_macro *macro, const char *where,
                              sx_error *err) SX_NODISCARD;

#endif
