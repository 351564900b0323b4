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
sx_status sx_report__holds(bool *out, sx_page *page, const sx_macro *macro, const char *where,
                           sx_error *err) SX_NODISCARD;
sx_status sx_report__say_change(sx_said *out, sx_page *page, const sx_macro *macro, const char *where,
                                sx_error *err) SX_NODISCARD;
sx_status sx_report__say_ci(sx_said *out, sx_page *page, const sx_macro *macro, const char *where,
                            sx_error *err) SX_NODISCARD;
/* UPDOWN, SIGNIFICANCE */
sx_status sx_report__say_word(sx_said *out, sx_page *page, const sx_macro *macro, const char *where,
                              sx_error *err) SX_NODISCARD;

#endif
