/* audit_text_scan.c: the numbers of one part, from left to right: characters made alike, words of letters, addresses, marks of notes, numerals; then lists
 * and directions. What is found is kept as marks of the text. */
#include <string.h>

#include "audit_text_priv.h"

/* ---- characters made alike --------------------------------------------------------------------------------------- */

uint32_t sx_audit__text_alike(uint32_t c) {
  static const uint32_t zeros[] = {
      0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66,  0xAE6,  0xB66,  0xBE6, 0xC66,
      0xCE6, 0xD66, 0xE50, 0xED0, 0xF20, 0x1040, 0x17E0, 0x1810, 0xFF10}; /* general category Nd */
  if (c < 0x660) return c == 0xA0 ? ' ' : c;
  for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++)
    if (c >= zeros[i] && c <= zeros[i] + 9) return c - zeros[i] + '0';
  if (c >= 0x1D7CE && c <= 0x1D7FF) return (c - 0x1D7CE) % 10 + '0'; /* of mathematics */
  if (c == 0x66A) return '%';
  if (c == 0x66B) return '.';
  if (c == 0x66C) return ',';
  if ((c >= 0xFF21 && c <= 0xFF3A) || (c >= 0xFF41 && c <= 0xFF5A)) return c - 0xFEE0;
  switch (c) {
  case 0xFF05:
    return '%';
  case 0xFF0E:
    return '.';
  case 0xFF04:
    return '$';
  case 0xFF0B:
    return '+';
  case 0xFF0D:
    return '-';
  case 0xFF0F:
    return '/';
  case 0xFFE5:
    return 0xA5;
  case 0xFF3B:
    return '[';
  case 0xFF3D:
    return ']';
  case 0xFF5E:
    return '~';
  case 0x301C:
    return '~';
  case 0x3000:
  case 0x2002:
  case 0x2003:
  case 0x2007:
  case 0x200A:
    return ' ';
  default:
    return c;
  }
}

static size_t encode(char out[4], uint32_t c) {
  if (c < 0x80) {
    out[0] = (char)c;
    return 1;
  }
  if (c < 0x800) {
    out[0] = (char)(0xC0 | c >> 6);
    out[1] = (char)(0x80 | (c & 0x3F));
    return 2;
  }
  if (c < 0x10000) {
    out[0] = (char)(0xE0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3F));
    out[2] = (char)(0x80 | (c & 0x3F));
    return 3;
  }
  out[0] = (char)(0xF0 | c >> 18);
  out[1] = (char)(0x80 | (c >> 12 & 0x3F));
  out[2] = (char)(0x80 | (c >> 6 & 0x3F));
  out[3] = (char)(0x80 | (c & 0x3F));
  return 4;
}

static sx_status make_glyphs(sx_scan *s) {
  const sx_text_part *p = s->part;
  const size_t n = sx_utf8_count(p->text, p->n);
  sx_glyph *g = sx_arena_alloc(s->scratch, n + 1, sizeof *g);
  char *norm = sx_arena_alloc(s->scratch, p->n + 1, 1);
  if (!g || !norm) return sx_error_memory(s->err);
  size_t at = 0, nat = 0, han = 0, latin = 0;
  for (size_t i = 0; i < n; i++) {
    uint32_t c = 0;
    const size_t k = sx_utf8_next(&c, p->text + at, p->n - at);
    c = sx_audit__text_alike(c);
    g[i] = (sx_glyph){c, (uint32_t)at, (uint32_t)nat};
    at += k;
    nat += encode(norm + nat, c);
    han += sx_is_han(c);
    latin += sx_is_latin(c);
  }
  g[n] = (sx_glyph){0, (uint32_t)p->n, (uint32_t)nat};
  norm[nat] = '\0';
  s->g = g;
  s->n = n;
  s->norm = norm;
  s->n_norm = nat;
  s->chinese = han * 3 > latin;
  return SX_OK;
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

static uint32_t lower(uint32_t c) {
  return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* The text made alike is UTF-8, in which a word is found by its bytes; letters of ASCII count without regard to case. */
static bool same_byte(unsigned char a, unsigned char b) {
  return a == b || (a < 0x80 && b < 0x80 && lower(a) == lower(b));
}

size_t sx_audit__text_word(const sx_scan *s, size_t i, const char *word) {
  if (i >= s->n) return 0;
  const char *text = s->norm + s->g[i].nat;
  if (!same_byte((unsigned char)*text, (unsigned char)*word)) return 0; /* most words of a list */
  size_t glyphs = 0;
  unsigned char last = 0;
  for (; *word; word++, text++) {
    last = (unsigned char)*word;
    if (!same_byte((unsigned char)*text, last)) return 0;
    glyphs += (last & 0xC0) != 0x80;
  }
  return sx_is_latin(last) && sx_is_latin(sx_glyph_at(s, i + glyphs)) ? 0 : glyphs;
}

size_t sx_audit__text_word_before(const sx_scan *s, size_t i, const char *word) {
  const size_t end = s->g[i].nat;
  if (!end) return 0;
  const size_t n = strlen(word);
  if (!n || n > end || !same_byte((unsigned char)s->norm[end - 1], (unsigned char)word[n - 1])) return 0;
  const char *text = s->norm + end - n;
  size_t glyphs = 0;
  for (size_t k = 0; k < n; k++) {
    const unsigned char c = (unsigned char)word[k];
    if (!same_byte((unsigned char)text[k], c)) return 0;
    glyphs += (c & 0xC0) != 0x80;
  }
  if (sx_is_latin((unsigned char)word[0]) && i > glyphs && sx_is_latin(s->g[i - glyphs - 1].c)) return 0;
  return glyphs;
}

size_t sx_audit__text_any(const sx_scan *s, size_t i, const char *const *words, size_t n) {
  size_t best = 0;
  if (i >= s->n) return 0; /* behind the number of a cell there is nothing */
  const unsigned char first = (unsigned char)s->norm[s->g[i].nat];
  for (size_t w = 0; w < n; w++) {
    if (!same_byte(first, (unsigned char)words[w][0])) continue;
    const size_t k = sx_audit__text_word(s, i, words[w]);
    if (k > best) best = k;
  }
  return best;
}

size_t sx_audit__text_any_before(const sx_scan *s, size_t i, const char *const *words, size_t n) {
  size_t best = 0;
  if (i == 0) return 0;
  for (size_t w = 0; w < n; w++) {
    const size_t k = sx_audit__text_word_before(s, i, words[w]);
    if (k > best) best = k;
  }
  return best;
}

/* ---- what is found ----------------------------------------------------------------------------------------------- */

sx_status sx_audit__text_add(sx_scan *s, const sx_found *found) {
  void *p = s->found;
  if (!sx_arena_grow(s->scratch, &p, &s->cap_found, s->n_found + 1, sizeof *s->found)) return sx_error_memory(s->err);
  s->found = p;
  s->found[s->n_found++] = *found;
  return found->word ? SX_OK : sx_error_memory(s->err);
}

static sx_found plain(size_t from, size_t to, sx_mark_kind kind) {
  return (sx_found){.from = from, .to = to, .number_to = to, .kind = kind, .scale = 1, .word = "", .qualifier = ""};
}

static bool any_digit(const sx_scan *s, size_t from, size_t to) {
  for (size_t i = from; i < to; i++) {
    if (sx_is_digit(s->g[i].c)) return true;
  }
  return false;
}

/* http://..., www..., name@host: up to a blank, a letter of Chinese or a closing mark. */
static size_t address(const sx_scan *s, size_t i) {
  static const char *const starts[] = {"http://", "https://", "ftp://", "www.", "doi:"};
  if (!SX_ANY(s, i, starts)) return 0;
  size_t k = i;
  while (k < s->n && s->g[k].c > ' ' && s->g[k].c < 0x7F && s->g[k].c != '>' && s->g[k].c != '"' && s->g[k].c != '<')
    k++;
  return k - i;
}

static bool superscript(uint32_t c) {
  return c == 0xB2 || c == 0xB3 || c == 0xB9 || c == 0x2070 || (c >= 0x2074 && c <= 0x2079) ||
         (c >= 0x2460 && c <= 0x2473);
}

/* "[12]", "[3-5]", "［１］" */
static size_t bracketed_note(const sx_scan *s, size_t i) {
  size_t k = i + 1, digits = 0;
  if (sx_glyph_at(s, i) != '[') return 0;
  while (sx_is_digit(sx_glyph_at(s, k)) ||
         (digits && strchr(",-", (int)(sx_glyph_at(s, k) < 0x80 ? sx_glyph_at(s, k) : 'x')) && sx_glyph_at(s, k))) {
    digits += sx_is_digit(s->g[k].c);
    k++;
  }
  return digits && digits < 8 && sx_glyph_at(s, k) == ']' ? k + 1 - i : 0;
}

static bool letter_or_digit(uint32_t c) {
  return sx_is_latin(c) || sx_is_digit(c) || c == '_';
}

/* quantile_0.99 is one name. */
static bool point_of_name(const sx_scan *s, size_t from, size_t k) {
  if (sx_glyph_at(s, k) != '.' || !sx_is_digit(sx_glyph_at(s, k + 1))) return false;
  while (k > from && sx_is_digit(sx_glyph_at(s, k - 1))) k--;
  return k > from + 1 && sx_glyph_at(s, k - 1) == '_';
}

/* A word that begins with a letter; digits in it make it a name (C2B, H1, X1), unless it is a currency code before a number. */
static sx_status latin_word(sx_scan *s, size_t *i) {
  static const char *const codes[] = {"US", "USD", "RMB", "CNY", "HK", "EUR", "GBP", "JPY", "HKD", "Rs"};
  sx_found f;
  if (sx_audit__text_in_words(&f, s, *i)) {
    *i = f.to;
    return sx_audit__text_add(s, &f);
  }
  size_t k = sx_audit__text_spelled(s, *i), letters = *i;
  if (k) {
    *i += k;
    return SX_OK;
  }
  k = *i;
  while (sx_is_latin(sx_glyph_at(s, letters))) letters++;
  while (letter_or_digit(sx_glyph_at(s, k)) || (sx_glyph_at(s, k) == '-' && sx_is_latin(sx_glyph_at(s, k + 1))) ||
         point_of_name(s, *i, k))
    k++;
  const bool code = sx_is_digit(sx_glyph_at(s, letters)) && SX_ANY_BEFORE(s, letters, codes);
  const size_t from = *i;
  *i = code ? letters : k > from ? k : from + 1;
  if (code || !any_digit(s, from, k)) return SX_OK;
  const bool half = letters - from == 1 && k - from == 2 && strchr("HhQq", (int)s->g[from].c);
  f = plain(from, k, half ? SX_MARK_DATE : SX_MARK_NAME);
  return sx_audit__text_add(s, &f);
}

/* Letters stuck behind digits that are no unit: 5G, 3C, 2025H1. */
static bool stuck_letters(sx_found *f, const sx_scan *s) {
  static const char *const spelled[] = {"st", "nd", "rd", "th", "m", "b", "t", "x", "s", "w"};
  if (!sx_is_latin(sx_glyph_at(s, f->number_to))) return false;
  sx_found probe = *f;
  sx_audit__text_unit(&probe, s);
  if (probe.has_unit && probe.to > probe.number_to && !letter_or_digit(sx_glyph_at(s, probe.to))) {
    const uint32_t c = s->g[f->number_to].c;
    if (probe.to - probe.number_to > 1 || c == '%') return false; /* 1.2bn, 10km; one letter alone is a name: 5K */
    if (probe.from < f->from) return false;                       /* $5m */
  }
  if (SX_ANY(s, f->number_to, spelled)) return false;
  size_t k = f->number_to;
  while (letter_or_digit(sx_glyph_at(s, k))) k++;
  const uint32_t c = lower(s->g[f->number_to].c);
  const bool part_of_year = f->value >= 1900 && f->value <= 2100 && (c == 'h' || c == 'q') && k - f->number_to == 2;
  f->kind = part_of_year ? SX_MARK_DATE : SX_MARK_NAME;
  f->to = k;
  return true;
}

/* A sign is one where nothing that could be a range stands before it. */
static void sign(sx_found *f, const sx_scan *s) {
  if (!f->from) return;
  const uint32_t c = s->g[f->from - 1].c, before = f->from > 1 ? s->g[f->from - 2].c : ' ';
  if (c != '-' && c != '+' && c != 0x2212) return;
  const bool open =
      before == ' ' || before == '(' || before == 0xFF08 || before == 0xFF1A || before == ':' || before == '|';
  if (!open && !(c == 0x2212 && !sx_is_digit(before) && before != '%') && !(c != '-' && sx_is_han(before))) return;
  if (c == '-' && before == ' ' && f->from > 2 && (sx_is_digit(s->g[f->from - 3].c) || s->g[f->from - 3].c == '%'))
    return;
  f->sign = c == '+' ? 1 : -1;
  f->from--;
}

/* 1/3 as a fraction; a/b otherwise is a name (24/7). */
static bool slashed(sx_found *f, const sx_scan *s) {
  sx_found below;
  if (sx_glyph_at(s, f->number_to) != '/' || f->decimals) return false;
  const size_t n = sx_audit__text_arabic(&below, s, f->number_to + 1);
  if (!n || below.decimals) return false;
  f->to = f->number_to = f->number_to + 1 + n;
  f->kind = SX_MARK_NAME;
  if (f->value >= 1 && f->value < below.value && below.value <= 10) {
    f->value /= below.value;
    f->decimals = -1;
    f->kind = SX_MARK_QUANTITY;
  }
  return true;
}

static sx_status number(sx_scan *s, size_t *i) {
  sx_found f = plain(*i, *i, SX_MARK_QUANTITY);
  const size_t n = sx_audit__text_arabic(&f, s, *i);
  if (!n) {
    *i += 1;
    return SX_OK;
  }
  f.from = *i;
  f.to = f.number_to = *i + n;
  const size_t end = f.number_to;
  if (!stuck_letters(&f, s) && !sx_audit__text_no_quantity(&f, s) && !slashed(&f, s)) {
    sx_audit__text_unit(&f, s);
    sx_audit__text_qualifier(&f, s);
    sign(&f, s);
  }
  *i = f.to > end ? f.to : end;
  return sx_audit__text_add(s, &f);
}

static sx_status walk(sx_scan *s) {
  for (size_t i = 0; i < s->n;) {
    const uint32_t c = s->g[i].c;
    size_t k;
    sx_found f;
    if ((k = sx_is_latin(c) ? address(s, i) : 0) > 0) {
      f = plain(i, i + k, SX_MARK_ADDRESS);
      if (any_digit(s, i, i + k)) SX_TRY(sx_audit__text_add(s, &f));
      i += k;
    } else if (superscript(c)) {
      for (k = i; superscript(sx_glyph_at(s, k));) k++;
      f = plain(i, k, SX_MARK_NOTE);
      SX_TRY(sx_audit__text_add(s, &f));
      i = k;
    } else if ((k = bracketed_note(s, i)) > 0) {
      f = plain(i, i + k, SX_MARK_NOTE);
      SX_TRY(sx_audit__text_add(s, &f));
      i += k;
    } else if (sx_is_digit(c)) {
      SX_TRY(number(s, &i));
    } else if (sx_is_latin(c)) {
      SX_TRY(latin_word(s, &i));
    } else if (sx_audit__text_is_numeral(c) || c == 0x534A || c == 0x7FFB) {
      if (sx_audit__text_ordinal(&f, s, i) || sx_audit__text_in_words(&f, s, i)) {
        SX_TRY(sx_audit__text_add(s, &f));
        i = f.to;
        continue;
      }
      k = sx_audit__text_numerals(s, i);
      i += k ? k : 1;
    } else {
      i++;
    }
  }
  return SX_OK;
}

/* ---- marks ------------------------------------------------------------------------------------------------------- */

static sx_status keep(sx_scan *s, size_t part, const sx_found *f) {
  sx_audit_text *t = s->text;
  void *marks = t->marks, *units = t->units, *rules = t->rules;
  const bool grown = sx_mem_grow(&t->ctx, &marks, &t->cap_marks, t->n_marks + 1, sizeof *t->marks);
  t->marks = marks;
  if (!grown) return sx_error_memory(s->err);
  const bool too = sx_mem_grow(&t->ctx, &units, &t->cap_units, t->n_marks + 1, sizeof *t->units);
  t->units = units;
  if (!too) return sx_error_memory(s->err);
  const bool third = sx_mem_grow(&t->ctx, &rules, &t->cap_rules, t->n_marks + 1, sizeof *t->rules);
  t->rules = rules;
  if (!third) return sx_error_memory(s->err);
  const size_t at = s->g[f->from].at;
  const sx_text_run *run = sx_audit__text_run_at(s->part, at);
  while (s->run_glyph < f->from && s->g[s->run_glyph].at < run->at) s->run_glyph++; /* marks come in order */
  const size_t column = run->column ? run->column + (f->from - s->run_glyph) : 0;
  t->rules[t->n_marks] = f->rule;
  t->units[t->n_marks] = f->unit;
  if (!f->has_unit) t->units[t->n_marks] = (sx_audit_unit){.mul = 1, .any = true};
  t->marks[t->n_marks++] = (sx_text_mark){.part = part,
                                          .at = at,
                                          .n = s->g[f->to].at - at,
                                          .line = run->line,
                                          .column = column,
                                          .length = f->to - f->from,
                                          .kind = f->kind,
                                          .value = f->value,
                                          .scale = f->scale,
                                          .decimals = f->decimals,
                                          .zeros = f->zeros,
                                          .sign = f->sign,
                                          .direction = f->direction,
                                          .move = f->move,
                                          .range = f->range,
                                          .unit = f->word,
                                          .qualifier = f->qualifier};
  return SX_OK;
}

sx_status sx_audit__text_scan(sx_audit_text *text, size_t part, sx_error *err) {
  sx_text_part *p = &text->parts[part];
  sx_scan s = {.text = text, .scratch = text->scratch, .part = p, .kind = p->kind, .form = text->form, .err = err};
  const sx_arena_mark before = sx_arena_get_mark(s.scratch);
  sx_status status;
  SX_TRY_GOTO(status, make_glyphs(&s), done);
  p->language = s.chinese ? "zh" : "en";
  SX_TRY_GOTO(status, walk(&s), done);
  sx_audit__text_chain(&s);
  sx_audit__text_directions(&s);
  p->first_mark = text->n_marks;
  for (size_t i = 0; i < s.n_found; i++) SX_TRY_GOTO(status, keep(&s, part, &s.found[i]), done);
  p->n_marks = s.n_found;
  status = SX_OK;
done:
  sx_arena_release(s.scratch, before);
  return status;
}
