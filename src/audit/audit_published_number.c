/* audit_published_number.c: whether a sentence gives other numbers than the one that was published: its digits of any script, its numerals of other kinds (Ⅻ, ②, 十二)
 * and numbers in words, its quantities with sign, power of ten, unit and direction. As many of a kind as were published, and not the same, or others among the
 * same words: one was changed. */
#include <math.h>
#include <string.h>

#include "audit_published.h"

/* ---- numerals ---- */

/* A digit of any script, '\0': none. */
static char digit_of(uint32_t c) {
  c = sx_audit__text_alike(c);
  return sx_is_digit(c) ? (char)c : '\0';
}

/* A character that is a number by itself: Roman, circled, bracketed, raised, a fraction, a Chinese figure or power. */
static bool is_numeral(uint32_t c) {
  static const struct {
    uint32_t from, to;
  } known[] = {{0xB2, 0xB3},     {0xB9, 0xB9},     {0xBC, 0xBE},      {0x2070, 0x2079}, {0x2080, 0x2089},
               {0x2150, 0x2189}, {0x2460, 0x24FF}, {0x2776, 0x2793},  {0x3007, 0x3007}, {0x3021, 0x3029},
               {0x3220, 0x3229}, {0x3280, 0x3289}, {0x1F100, 0x1F10C}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (c >= known[i].from && c <= known[i].to) return true;
  return sx_audit__text_is_numeral(c);
}

static uint32_t code_at(size_t *step, const char *text, size_t n, size_t i) {
  uint32_t c = 0;
  *step = i < n ? sx_utf8_next(&c, text + i, n - i) : 0;
  if (!*step) *step = 1;
  return i < n ? c : 0;
}

/* The numbers in digits, each behind a blank and without its sign and unit; *n numbers. */
static const char *digits_of(size_t *n, sx_arena *arena, const char *text, size_t n_text) {
  char *out = sx_arena_alloc(arena, 2 * n_text + 1, 1);
  size_t used = 0, step, next;
  bool open = false;
  *n = 0;
  for (size_t i = 0; out && i < n_text; i += step) {
    const char digit = digit_of(code_at(&step, text, n_text, i));
    if (digit) {
      if (!open) out[used++] = ' ';
      *n += !open;
      out[used++] = digit;
      open = true;
    } else if (open && strchr(".,", text[i]) && digit_of(code_at(&next, text, n_text, i + 1))) {
      if (text[i] == '.') out[used++] = '.';
    } else {
      open = false;
    }
  }
  if (out) out[used] = '\0';
  return out;
}

/* A word that is a number or a month by itself, at i; its bytes, 0: none. */
static size_t word_at(const char *text, size_t n, size_t i) {
  static const char *const words[] = {"one",       "two",      "three",    "four",     "five",   "six",    "seven",
                                      "eight",     "nine",     "ten",      "eleven",   "twelve", "twenty", "thirty",
                                      "forty",     "fifty",    "sixty",    "seventy",  "eighty", "ninety", "hundred",
                                      "thousand",  "million",  "billion",  "trillion", "half",   "third",  "quarter",
                                      "January",   "February", "March",    "April",    "June",   "July",   "August",
                                      "September", "October",  "November", "December"};
  if (i && sx_is_latin((unsigned char)text[i - 1])) return 0;
  for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
    const size_t m = strlen(words[k]);
    const bool first = n - i >= m && (text[i] == words[k][0] || (text[i] | 0x20) == words[k][0]);
    if (!first || memcmp(text + i + 1, words[k] + 1, m - 1) != 0) continue;
    const char behind = i + m < n ? text[i + m] : ' ';
    if (!sx_is_latin((unsigned char)behind) ||
        (behind == 's' && (i + m + 1 == n || !sx_is_latin((unsigned char)text[i + m + 1]))))
      return m;
  }
  return 0;
}

/* Numerals of other kinds, and numbers in words, one behind the other; *n of them. */
static const char *numerals_of(size_t *n, sx_arena *arena, const char *text, size_t n_text) {
  char *out = sx_arena_alloc(arena, 2 * n_text + 1, 1);
  size_t used = 0, step;
  *n = 0;
  for (size_t i = 0; out && i < n_text; i += step) {
    const bool numeral = is_numeral(code_at(&step, text, n_text, i)) && step <= n_text - i;
    const size_t word = numeral ? 0 : word_at(text, n_text, i);
    if (word) step = word;
    if (!numeral && !word) continue;
    if (word) out[used++] = ' ';
    memcpy(out + used, text + i, step);
    used += step;
    ++*n;
  }
  if (out) out[used] = '\0';
  return out;
}

const char *sx_audit__published_numbers(sx_arena *arena, const char *text, size_t n_text) {
  size_t n, m;
  const char *digits = digits_of(&n, arena, text, n_text), *others = numerals_of(&m, arena, text, n_text);
  return digits && others ? sx_arena_printf(arena, "%s;%s", digits, others) : NULL;
}

bool sx_audit__published_digits(bool *same, sx_arena *arena, const sx_shown *a, const sx_shown *b) {
  size_t n, m;
  const char *x = digits_of(&n, arena, a->text, a->n), *y = digits_of(&m, arena, b->text, b->n);
  *same = x && y && strcmp(x, y) == 0;
  return x && y;
}

const char *sx_audit__published_mask(sx_arena *arena, const char *text, size_t n_text) {
  char *out = sx_arena_alloc(arena, n_text + 1, 1);
  size_t used = 0, step;
  bool open = false;
  for (size_t i = 0; out && i < n_text; i += step) {
    const uint32_t c = code_at(&step, text, n_text, i);
    const size_t word = word_at(text, n_text, i);
    const bool number = word || digit_of(c) || is_numeral(c) || (open && (c == '.' || c == ','));
    if (number && (word || !open)) out[used++] = '#';
    open = number && !word;
    if (word) step = word;
    if (number || c == ' ' || c == 0xA0) continue;
    const size_t k = step < n_text - i ? step : n_text - i;
    memcpy(out + used, text + i, k);
    used += k;
  }
  if (out) out[used] = '\0';
  return out;
}

/* ---- quantities ---- */

static bool other_way(const sx_text_mark *a, const sx_text_mark *b) {
  return a->sign * b->sign < 0 || a->direction * b->direction < 0;
}

/* "3.2万" and "3.2亿", "5%" and "5个百分点", "rose by 5" and "fell by 5". */
static bool other_quantity(const sx_text_mark *a, const sx_text_mark *b) {
  const double x = a->value * a->scale, y = b->value * b->scale;
  return fabs(x - y) > 1e-9 * fabs(x) || other_way(a, b) || (a->unit[0] && b->unit[0] && strcmp(a->unit, b->unit) != 0);
}

/* Of a number that both have in a field of the same result: what may stand otherwise in the field, and what stands around it may not. */
static bool other_around(const sx_text_part *was, const sx_text_mark *a, const sx_text_part *is,
                         const sx_text_mark *b) {
  const bool own =
      sx_audit__text_run_at(was, a->at + a->n - 1)->reference && sx_audit__text_run_at(is, b->at + b->n - 1)->reference;
  return other_way(a, b) ||
         (!own && (fabs(a->scale - b->scale) > 1e-9 * fabs(a->scale) || strcmp(a->unit, b->unit) != 0));
}

/* fields: those of both show the same results. */
static bool quantities_changed(const sx_audit_text *want, const sx_text_part *was, const sx_audit_text *have,
                               const sx_text_part *is, bool fields) {
  bool changed = false;
  if (was->n_marks != is->n_marks) return false;
  for (size_t i = 0; i < is->n_marks && !changed; i++) {
    const sx_text_mark *a = sx_audit_text_mark(want, was->first_mark + i),
                       *b = sx_audit_text_mark(have, is->first_mark + i);
    const bool bound =
        fields && sx_audit__text_run_at(was, a->at)->reference && sx_audit__text_run_at(is, b->at)->reference;
    changed = bound ? other_around(was, a, is, b) : other_quantity(a, b);
  }
  return changed;
}

/* ---- bound numbers ---- */

bool sx_audit__published_amounts(const sx_audit_text *want, const sx_text_part *was, const sx_audit_text *have,
                                 const sx_text_part *is) {
  size_t i = 0, j = 0, n = 0;
  for (;; i++, j++, n++) {
    while (i < was->n_runs && !was->runs[i].reference) i++;
    while (j < is->n_runs && !is->runs[j].reference) j++;
    if (i == was->n_runs || j == is->n_runs) break;
    if (strcmp(was->runs[i].reference, is->runs[j].reference) != 0) return false;
  }
  return n && i == was->n_runs && j == is->n_runs && was->n_marks == is->n_marks && is->n_marks &&
         !quantities_changed(want, was, have, is, false);
}

/* What is read of a sentence: all of it, or what is not bound to a result, which may stand in another scale word after a refill. */
static sx_shown read_of(sx_arena *arena, const sx_text_part *part, bool unbound) {
  sx_shown out = {.text = part->text, .n = part->n};
  char *text = unbound ? sx_arena_alloc(arena, part->n + 1, 1) : NULL;
  if (!unbound) return out;
  out = (sx_shown){.text = text};
  for (size_t r = 0; text && r < part->n_runs; r++) {
    const sx_text_run *run = &part->runs[r];
    const size_t to = r + 1 < part->n_runs ? run[1].at : part->n;
    if (run->reference) continue;
    memcpy(text + out.n, part->text + run->at, to - run->at);
    out.n += to - run->at;
  }
  if (text) text[out.n] = '\0';
  return out;
}

sx_status sx_audit__published_number(bool *changed, const sx_published *p, const sx_audit_text *want,
                                     const sx_text_part *was, const sx_audit_text *have, const sx_text_part *is) {
  size_t n_want, n_have, m_want, m_have;
  sx_arena *arena = p->arena;
  bool fields = false;
  SX_TRY(sx_audit__published_fields(&fields, p, was, is));
  const bool bound = fields || sx_audit__published_amounts(want, was, have, is);
  const sx_shown then = read_of(arena, was, bound), now = read_of(arena, is, bound);
  if (!then.text || !now.text) return sx_error_memory(p->t->err);
  const char *a = digits_of(&n_want, arena, then.text, then.n), *b = digits_of(&n_have, arena, now.text, now.n),
             *c = numerals_of(&m_want, arena, then.text, then.n), *d = numerals_of(&m_have, arena, now.text, now.n);
  const char *x = sx_audit__published_mask(arena, then.text, then.n),
             *y = sx_audit__published_mask(arena, now.text, now.n);
  if (!a || !b || !c || !d || !x || !y) return sx_error_memory(p->t->err);
  const bool digits = strcmp(a, b) != 0, numerals = strcmp(c, d) != 0;
  *changed = (n_want == n_have && digits) || (m_want == m_have && numerals) ||
             quantities_changed(want, was, have, is, fields) ||
             (strcmp(x, y) == 0 && (digits || numerals)); /* the same words around them */
  return SX_OK;
}
