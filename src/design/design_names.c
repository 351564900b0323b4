/* design_names.c: the words of a design as commands and study files write them, one list each, and patterns of column names. */
#include <string.h>

#include "shuxiao/design.h"

static const char *const lonely_names[] = {"fail", "remove", "certainty", "adjust", "average"};
static const char *const rep_names[] = {"none", "brr", "fay", "jk1", "jkn", "bootstrap", "sdr", "other"};

const char *const *sx_lonely_names(size_t *n) {
  *n = sizeof lonely_names / sizeof *lonely_names;
  return lonely_names;
}

const char *const *sx_rep_type_names(size_t *n) {
  *n = sizeof rep_names / sizeof *rep_names;
  return rep_names;
}

bool sx_name_range_parse(sx_name_range *out, const char *pattern) {
  const char *open = strchr(pattern, '['), *dash = open ? strchr(open, '-') : NULL;
  const char *close = dash ? strchr(dash, ']') : NULL;
  sx_name_range range = {.pattern = pattern};
  if (!close || !sx_text_to_int64(&range.first, open + 1, (size_t)(dash - open - 1)) ||
      !sx_text_to_int64(&range.last, dash + 1, (size_t)(close - dash - 1)) || range.first > range.last)
    return false;
  range.stem = (int)(open - pattern);
  range.digits = (int)(dash - open - 1);
  range.tail = close + 1;
  *out = range;
  return true;
}

char *sx_name_range_at(const sx_name_range *range, int64_t number, sx_arena *arena) {
  return sx_arena_printf(arena, "%.*s%0*lld%s", range->stem, range->pattern, range->digits, (long long)number,
                         range->tail);
}
