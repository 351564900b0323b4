/* audit_published_field.c: fields of a Word file that show what the run has, each as its own key prints it. A document that was filled anew keeps the decimals and scale words of
 * the run that it was made from, and that run chose them by its own errors: 71 where the published file has 71.0. Such texts are alike where they name the same results and
 * print them in the same way but for decimals and scale words. */
#include <math.h>
#include <string.h>

#include "audit_published.h"
#include "audit_units.h"
#include "shuxiao/report_number_key.h"

/* ---- what a field has to show ------------------------------------------------------------------------------------ */

/* Bytes of a blank, of the width of a figure or a point too, with which cells are filled up; 0: none. */
static size_t blank_at(const char *text, size_t n) {
  if (n && *text == ' ') return 1;
  if (n >= 2 && memcmp(text, "\xC2\xA0", 2) == 0) return 2;
  return n >= 3 && (memcmp(text, "\xE2\x80\x87", 3) == 0 || memcmp(text, "\xE2\x80\x88", 3) == 0) ? 3 : 0;
}

static bool alike_but_blanks(const char *a, size_t n_a, const char *b, size_t n_b) {
  size_t i = 0, j = 0;
  for (;;) {
    for (size_t k; (k = blank_at(a + i, n_a - i)) > 0;) i += k;
    for (size_t k; (k = blank_at(b + j, n_b - j)) > 0;) j += k;
    if (i == n_a || j == n_b) return i == n_a && j == n_b;
    if (a[i++] != b[j++]) return false;
  }
}

/* ---- how it is printed, but for decimals and scale words ---------------------------------------------------------- */

static void put_way(sx_buf *out, const sx_number_key *key) {
  const sx_style *s = &key->style;
  sx_audit_unit unit;
  sx_buf_printf(out, "\x01%s|%d%d%d%d|%d%d%d%d%d|%s|%s|", key->reference, key->sign, key->grouped, key->bare,
                key->interval, s->separators, s->minus, s->range, s->missing, key->chinese, key->prefix, key->exempt);
  if (sx_audit__unit(&unit, key->unit, strlen(key->unit)))
    sx_buf_printf(out, "%d %d %d %s", (int)unit.mul, unit.exp10 + key->scale, (int)unit.share,
                  unit.noun ? unit.noun : "");
  else
    sx_buf_printf(out, "%d %s", key->scale, key->unit);
  sx_buf_add_char(out, '\x01');
}

/* *shows: the field shows what the run has, and *out got the way in which. */
static sx_status put_field(bool *shows, sx_buf *out, const sx_published *p, const char *name, const char *text,
                           size_t n) {
  sx_number_key key;
  sx_store_row row;
  sx_buf printed;
  double value[2];
  size_t n_values = 0;
  *shows = false;
  if (sx_number_key_parse(&key, name, strlen(name), NULL) != SX_OK) return SX_OK;
  SX_TRY(sx_audit__wanted(value, &n_values, &row, shows, p->t, key.reference));
  if (!n_values) return SX_OK;
  sx_buf_init(&printed, &p->t->ctx);
  sx_number_key_print(&printed, &key, value[0], n_values == 2 ? value[1] : (double)NAN);
  const sx_status status = sx_buf_status(&printed, p->t->err);
  *shows = status == SX_OK && printed.n && alike_but_blanks(printed.data, printed.n, text, n);
  sx_buf_clear(&printed);
  if (*shows) put_way(out, &key);
  return status;
}

/* ---- a text ------------------------------------------------------------------------------------------------------ */

static void put_words(sx_buf *out, const char *text, size_t n) {
  for (size_t i = 0, k; i < n; i += k) {
    k = blank_at(text + i, n - i);
    if (k < 3) sx_buf_add_n(out, k ? " " : text + i, 1);
    if (!k) k = 1;
  }
}

/* A field's text, and the blanks behind it that are not its own. */
static sx_status put_run(size_t *n_shown, sx_buf *out, const sx_published *p, const sx_text_run *run, const char *text,
                         size_t n) {
  bool shows = false;
  size_t own = n;
  while (own && text[own - 1] == ' ') own--;
  if (run->key) SX_TRY(put_field(&shows, out, p, run->key, text, own));
  put_words(out, text + (shows ? own : 0), n - (shows ? own : 0));
  *n_shown += shows;
  return SX_OK;
}

sx_status sx_audit__published_like(const char **like, size_t *n, const sx_published *p, const sx_text_part *part) {
  sx_buf out;
  size_t shown = 0;
  bool fields = false;
  *like = NULL;
  *n = 0;
  for (size_t r = 0; r < part->n_runs; r++) fields = fields || part->runs[r].key;
  if (!fields) return SX_OK;
  sx_buf_init(&out, &p->t->ctx);
  sx_status status = SX_OK;
  for (size_t r = 0; r < part->n_runs && status == SX_OK; r++) {
    const sx_text_run *run = &part->runs[r];
    const size_t to = r + 1 < part->n_runs ? run[1].at : part->n;
    status = put_run(&shown, &out, p, run, part->text + run->at, to - run->at);
  }
  if (status == SX_OK) status = sx_buf_status(&out, p->t->err);
  if (status == SX_OK && shown) {
    *like = sx_arena_strndup(p->arena, out.data, out.n);
    *n = out.n;
    if (!*like) status = sx_error_memory(p->t->err);
  }
  sx_buf_clear(&out);
  return status;
}

sx_status sx_audit__published_fields(bool *alike, const sx_published *p, const sx_text_part *was,
                                     const sx_text_part *is) {
  const sx_text_part *const parts[] = {was, is};
  sx_buf ways[2];
  sx_status status = SX_OK;
  size_t shown[2] = {0, 0};
  *alike = true;
  for (size_t k = 0; k < 2; k++) sx_buf_init(&ways[k], &p->t->ctx);
  for (size_t k = 0; k < 2; k++) {
    for (size_t r = 0; r < parts[k]->n_runs && status == SX_OK && *alike; r++) {
      const sx_text_run *run = &parts[k]->runs[r];
      const size_t to = r + 1 < parts[k]->n_runs ? run[1].at : parts[k]->n;
      if (!run->reference) continue;
      *alike = run->key != NULL;
      if (*alike) status = put_field(alike, &ways[k], p, run->key, parts[k]->text + run->at, to - run->at);
      shown[k]++;
    }
    if (status == SX_OK) status = sx_buf_status(&ways[k], p->t->err);
  }
  *alike = status == SX_OK && *alike && shown[0] && ways[0].n == ways[1].n &&
           memcmp(ways[0].data, ways[1].data, ways[0].n) == 0;
  for (size_t k = 0; k < 2; k++) sx_buf_clear(&ways[k]);
  return status;
}
