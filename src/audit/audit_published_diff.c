/* audit_published_diff.c: where two lists of what files show differ: walked side by side; where they part, the nearest place at which both go on alike. */
#include <string.h>

#include "audit_published.h"

enum {
  AHEAD = 3 /* items that must be alike to go on */,
  REACH = 600 /* items that may differ at once, both lists together */
};

sx_status sx_audit__shown_add(sx_shown_list *list, sx_arena *arena, const char *text, size_t n, size_t at, bool other,
                              sx_error *err) {
  if (!sx_arena_grow(arena, (void **)&list->items, &list->cap, list->n + 1, sizeof *list->items))
    return sx_error_memory(err);
  list->items[list->n++] = (sx_shown){.text = text, .n = n, .at = at, .other = other};
  return SX_OK;
}

static bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

bool sx_audit__shown_same(const char *a, size_t n_a, const char *b, size_t n_b) {
  size_t i = 0, j = 0;
  if (n_a == n_b && memcmp(a, b, n_a) == 0) return true;
  while (i < n_a && is_blank(a[i])) i++;
  while (j < n_b && is_blank(b[j])) j++;
  while (i < n_a || j < n_b) {
    const bool blank = i < n_a && is_blank(a[i]), gap = j < n_b && is_blank(b[j]);
    while (i < n_a && is_blank(a[i])) i++;
    while (j < n_b && is_blank(b[j])) j++;
    if (blank != gap && i < n_a && j < n_b) return false;
    if (i == n_a || j == n_b) break;
    if (a[i++] != b[j++]) return false;
  }
  return i == n_a && j == n_b;
}

bool sx_audit__shown_alike(const sx_shown *a, const sx_shown *b) {
  return sx_audit__shown_same(a->like ? a->like : a->text, a->like ? a->n_like : a->n, b->like ? b->like : b->text,
                              b->like ? b->n_like : b->n);
}

static bool same(const sx_shown *a, const sx_shown *b) {
  return a->other == b->other && sx_audit__shown_alike(a, b);
}

/* From here on both are alike, as far as is looked. */
static bool goes_on(const sx_shown_list *want, size_t i, const sx_shown_list *have, size_t j) {
  for (size_t k = 0; k < AHEAD; k++) {
    if (i + k >= want->n || j + k >= have->n) return i + k >= want->n && j + k >= have->n;
    if (!same(&want->items[i + k], &have->items[j + k])) return false;
  }
  return true;
}

/* How many items of either stand in the other's place; all that is left where they do not meet again within reach. */
static void stretch(size_t *a, size_t *b, const sx_shown_list *want, size_t i, const sx_shown_list *have, size_t j) {
  const size_t left = want->n - i, right = have->n - j;
  for (size_t d = 1; d <= REACH; d++) {
    for (size_t k = 0; k <= d; k++) {
      /* as many of both first, then ever more of one */
      const size_t off = (k + 1) / 2;
      const size_t half = d / 2;
      const size_t x = k % 2 ? half + off : half - off;
      if (x > d || x > left || d - x > right || !goes_on(want, i + x, have, j + d - x)) continue;
      *a = x;
      *b = d - x;
      return;
    }
  }
  *a = left;
  *b = right;
}

/* Of a list of nothing there is no place to begin from. */
static const sx_shown *from(const sx_shown_list *list, size_t at) {
  return list->n ? list->items + at : NULL;
}

sx_status sx_audit__shown_compare(const sx_shown_list *want, const sx_shown_list *have, sx_shown_fn fn, void *data) {
  size_t i = 0, j = 0, a, b;
  while (i < want->n || j < have->n) {
    if (i < want->n && j < have->n && same(&want->items[i], &have->items[j])) {
      i++;
      j++;
      continue;
    }
    stretch(&a, &b, want, i, have, j);
    SX_TRY(fn(data, from(want, i), a, from(have, j), b));
    i += a;
    j += b;
  }
  return SX_OK;
}
