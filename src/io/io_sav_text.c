/* io_sav_text.c: which encoding a .sav file is in, and its text to UTF-8. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "io_sav_priv.h"

/* The machine record's character code is a Windows code page, or one of a few small numbers. 0: none known. */
static const char *code_page(char out[32], const sx_io__savfile *f) {
  const sx_io__sav_ext *e = sx_io__sav_find_ext(f, 3);
  const int32_t code = e && e->data.n >= 32 ? sx_io__sav_i32(f, e->data.p + 28) : 2;
  if (code == 65001) return "UTF-8";
  if (code == 936 || code == 20936 || code == 54936) return "GB18030";
  if (code <= 4) return "WINDOWS-1252"; /* 2: 7-bit ASCII, 3: 8-bit, both meaning 'as on my machine' */
  if (code > 28590 && code < 28607)
    snprintf(out, 32, "ISO-8859-%d", code - 28590);
  else
    snprintf(out, 32, "CP%d", code);
  return out;
}

sx_status sx_io__sav_set_encoding(sx_io__savfile *f, const char *asked, sx_error *err) {
  char page[32], named[64];
  const char *name = asked;
  const sx_io__sav_ext *e = sx_io__sav_find_ext(f, 20);
  if (!name && e && e->data.n && e->data.n < sizeof named) {
    memcpy(named, e->data.p, e->data.n);
    size_t n = e->data.n;
    while (n && (named[n - 1] == ' ' || named[n - 1] == 0)) n--;
    named[n] = 0;
    if (n) name = named;
  }
  if (!name) name = code_page(page, f);
  f->encoding = sx_arena_strdup(f->arena, sx_io__encoding_name(name));
  if (!f->encoding) return sx_error_memory(err);
  f->utf8 = strcmp(f->encoding, "UTF-8") == 0 || strcmp(f->encoding, "UTF8") == 0 || strcmp(f->encoding, "utf-8") == 0;
  if (f->utf8) return SX_OK;
  f->cd = iconv_open("UTF-8", f->encoding);
  if (f->cd != (iconv_t)-1) return SX_OK; /* NOLINT: the type is a pointer here */
  return sx_io__sav_error(
      err, f, SX_E_SUPPORT, e ? e->offset : 0,
      "text is in the encoding '%s', which is not known here: name another with the option encoding", name);
}

/* n bytes at the end of a field that was cut inside a UTF-8 character. */
static bool cut_utf8(const unsigned char *p, size_t n) {
  if (n == 0 || n > 3 || p[0] < 0xC2 || p[0] > 0xF4) return false;
  const size_t want = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
  for (size_t i = 1; i < n; i++)
    if ((p[i] & 0xC0) != 0x80) return false;
  return n < want;
}

static sx_status undecodable(const sx_io__savfile *f, const unsigned char *p, sx_error *err) {
  return sx_error_set(err, SX_E_DATA, NULL, "byte 0x%02X is not text in %s: name the file's encoding", *p, f->encoding);
}

static sx_status convert(sx_io__savfile *f, const unsigned char *p, size_t n, sx_error *err) {
  sx_buf_reset(&f->text);
  iconv(f->cd, NULL, NULL, NULL, NULL);
  char *in = (char *)(uintptr_t)p; /* iconv does not write through it */
  size_t left = n;
  while (left) {
    char out[512];
    char *to = out;
    size_t room = sizeof out;
    const size_t got = iconv(f->cd, &in, &left, &to, &room);
    sx_buf_add_n(&f->text, out, sizeof out - room);
    if (got != (size_t)-1) continue;
    if (errno == E2BIG) continue;
    if (errno == EINVAL) break; /* the field was cut inside a character */
    return undecodable(f, (const unsigned char *)in, err);
  }
  return sx_buf_status(&f->text, err);
}

sx_status sx_io__sav_decode(const char **out, size_t *n_out, sx_io__savfile *f, const unsigned char *p, size_t n,
                            sx_error *err) {
  const unsigned char *nul = n ? memchr(p, 0, n) : NULL;
  if (nul) n = (size_t)(nul - p);
  while (n && p[n - 1] == ' ') n--;
  bool ascii = true;
  for (size_t i = 0; i < n && ascii; i++) ascii = p[i] < 0x80;
  if (!n) p = (const unsigned char *)"";
  if (ascii || f->utf8) {
    size_t bad = 0;
    if (!ascii && !sx_utf8_valid((const char *)p, n, &bad)) {
      if (!cut_utf8(p + bad, n - bad)) return undecodable(f, p + bad, err);
      n = bad;
    }
    *out = (const char *)p;
    *n_out = n;
    return SX_OK;
  }
  SX_TRY(convert(f, p, n, err));
  *out = f->text.n ? f->text.data : "";
  *n_out = f->text.n;
  return SX_OK;
}

sx_status sx_io__sav_string(const char **out, sx_io__savfile *f, const unsigned char *p, size_t n, size_t offset,
                            const char *what, sx_error *err) {
  const char *text = NULL;
  size_t n_text = 0;
  const sx_status st = sx_io__sav_decode(&text, &n_text, f, p, n, err);
  if (st == SX_E_DATA) {
    sx_error_add_where(err, "%s: byte %zu: %s", f->source->name, offset, what);
    return st;
  }
  SX_TRY(st);
  *out = sx_arena_strndup(f->arena, text, n_text);
  return *out ? SX_OK : sx_error_memory(err);
}
