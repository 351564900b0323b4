/* io_csv_blanks.c: levels that look alike: texts of a column that differ in the blanks at their ends alone. A text is kept as the file has it, so they
 * are levels of their own, which print as one and the same: told, with one of the pairs. */
#include "io_csv_priv.h"

#include <stdio.h>

enum { MOST_LEVELS = 1000 }; /* of more: names, numbers of cases, answers in words */

static const char *const BLANKS[] = {" ", "\t", "\n", "\r", "\xC2\xA0", "\xE3\x80\x80"}; /* no-break, ideographic */

/* Bytes of a blank at the end of text, or its beginning; 0 where there is none. */
static size_t blank_at(const char *text, size_t n, bool end) {
  for (size_t k = 0; k < sizeof BLANKS / sizeof *BLANKS; k++) {
    const size_t m = strlen(BLANKS[k]);
    if (m <= n && memcmp(end ? text + n - m : text, BLANKS[k], m) == 0) return m;
  }
  return 0;
}

static const char *bare(size_t *n, const char *text) {
  for (size_t k; (k = blank_at(text, *n, false)) > 0; text += k) *n -= k;
  for (size_t k; (k = blank_at(text, *n, true)) > 0;) *n -= k;
  return text;
}

static void tell(const sx_ctx *ctx, const char *name, const sx_column *c, const char *a, const char *b, size_t pairs) {
  char more[64] = "";
  if (pairs > 1) (void)snprintf(more, sizeof more, " (as do %zu more)", pairs - 1);
  sx_ctx_note(
      ctx, SX_SEV_WARNING, name,
      "column '%s': \"%.80s\" and \"%.80s\" differ in blanks at their ends alone and are levels of their own%s: "
      "take the blanks out of the file where one is meant",
      c->name, a, b, more);
}

/* The levels that have blanks at their ends, each against those that are the same without. */
static sx_status look(const sx_ctx *ctx, const char *name, const sx_column *c, sx_dict *seen, int32_t *first,
                      sx_error *err) {
  const size_t levels = sx_dict_count(c->dict);
  const char *a = NULL, *b = NULL;
  size_t pairs = 0;
  for (size_t i = 0; i < levels; i++) {
    int32_t code = 0;
    size_t n = 0;
    const char *text = sx_dict_get(c->dict, (int32_t)i, &n);
    const char *own = bare(&n, text);
    const size_t before = sx_dict_count(seen);
    SX_TRY(sx_dict_add(&code, seen, own, n, err));
    if ((size_t)code == before) {
      first[code] = (int32_t)i;
      continue;
    }
    if (!pairs++) {
      a = sx_dict_get(c->dict, first[code], NULL);
      b = text;
    }
  }
  if (pairs) tell(ctx, name, c, a, b, pairs);
  return SX_OK;
}

sx_status sx_io__csv_tell_blanks(const sx_ctx *ctx, const char *name, const sx_column *c, sx_error *err) {
  sx_dict *seen = NULL;
  int32_t first[MOST_LEVELS];
  const size_t levels = c && c->type == SX_TEXT ? sx_dict_count(c->dict) : 0;
  bool any = false;
  for (size_t i = 0; i < levels && levels <= MOST_LEVELS && !any; i++) {
    size_t n = 0;
    const char *text = sx_dict_get(c->dict, (int32_t)i, &n);
    any = blank_at(text, n, false) || blank_at(text, n, true);
  }
  if (!any) return SX_OK;
  SX_TRY(sx_dict_new(&seen, ctx, err));
  const sx_status status = look(ctx, name, c, seen, first, err);
  sx_dict_free(seen);
  return status;
}
