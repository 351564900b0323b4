/* base_nearest.c: the closest of a list of names, for "did you mean".
 * Distance: optimal string alignment (insert, delete, replace, swap of neighbours, each 1) over code points;
 * F. J. Damerau, A technique for computer detection and correction of spelling errors, CACM 7(3), 1964. */
#include "shuxiao/base.h"

#include <string.h>

enum { NAME_MAX_POINTS = 64 };

/* Code points of text; false when it is too long to be a slip of the pen or not UTF-8. */
static bool decode(uint32_t *codes, size_t *n, const char *text) {
  const size_t bytes = strlen(text);
  size_t count = 0;
  for (size_t i = 0; i < bytes; count++) {
    if (count == NAME_MAX_POINTS) return false;
    const size_t step = sx_utf8_next(&codes[count], text + i, bytes - i);
    if (!step) return false;
    i += step;
  }
  *n = count;
  return true;
}

static size_t min3(size_t a, size_t b, size_t c) {
  const size_t m = a < b ? a : b;
  return m < c ? m : c;
}

static size_t distance(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b) {
  size_t rows[3][NAME_MAX_POINTS + 1];
  size_t *before = rows[0], *above = rows[1], *now = rows[2];
  memset(rows, 0, sizeof rows);
  for (size_t j = 0; j <= n_b; j++) above[j] = j;
  for (size_t i = 1; i <= n_a; i++) {
    now[0] = i;
    for (size_t j = 1; j <= n_b; j++) {
      const size_t replace = above[j - 1] + (a[i - 1] != b[j - 1]);
      now[j] = min3(above[j] + 1, now[j - 1] + 1, replace);
      const bool swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swap && before[j - 2] + 1 < now[j]) now[j] = before[j - 2] + 1;
    }
    size_t *oldest = before;
    before = above;
    above = now;
    now = oldest;
  }
  return above[n_b];
}

const char *sx_text_nearest(const char *text, const char *const *names, size_t n) {
  uint32_t wanted[NAME_MAX_POINTS], name[NAME_MAX_POINTS];
  size_t n_wanted, n_name;
  if (!decode(wanted, &n_wanted, text)) return NULL;
  size_t best_distance = n_wanted / 3 > 1 ? n_wanted / 3 : 1;
  const char *best = NULL;
  for (size_t i = 0; i < n; i++) {
    if (!decode(name, &n_name, names[i])) continue;
    const size_t d = distance(wanted, n_wanted, name, n_name);
    if (best ? d < best_distance : d <= best_distance) {
      best = names[i];
      best_distance = d;
    }
  }
  return best;
}
