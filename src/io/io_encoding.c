/* io_encoding.c: text from other encodings to UTF-8, through iconv of the C library. GB18030 is a superset of GBK (code
 * page 936) and of GB2312, so all of them are read as GB18030. */
#include "io_priv.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

const char *sx_io__encoding_name(const char *encoding) {
  static const char *const gb[] = {"GBK",    "GB2312", "GB-2312",  "CP936",       "936",    "MS936",
                                   "EUC-CN", "EUCCN",  "GB_18030", "WINDOWS-936", "GB18030"};
  for (size_t i = 0; i < sizeof gb / sizeof *gb; i++) {
    if (strcasecmp(encoding, gb[i]) == 0) return "GB18030";
  }
  if (strcasecmp(encoding, "UTF8") == 0 || strcasecmp(encoding, "65001") == 0) return "UTF-8";
  return encoding;
}

/* Converts as much as fits; grows *out as needed. */
static sx_status convert(iconv_t cd, char **out, size_t *n_out, size_t *bad, const sx_ctx *ctx, const char *data,
                         size_t n, sx_error *err) {
  size_t cap = n + n / 2 + 16, used = 0;
  char *text = sx_mem_alloc(ctx, cap, 1);
  if (!text) return sx_error_memory(err);
  union { /* iconv takes a char ** that it does not write through */
    const char *from;
    char *to;
  } in = {.from = data};
  size_t left = n;
  sx_status st = SX_OK;
  for (bool flushed = false; !flushed;) {
    char *o = text + used;
    size_t room = cap - used - 1;
    flushed = !left;
    const size_t result = iconv(cd, left ? &in.to : NULL, left ? &left : NULL, &o, &room);
    used = (size_t)(o - text);
    if (result != (size_t)-1) continue;
    if (errno != E2BIG) {
      *bad = n - left;
      st = sx_error_set(err, SX_E_DATA, NULL, "byte 0x%02X does not decode", (unsigned)(unsigned char)data[*bad]);
      break;
    }
    flushed = false;
    void *grown = text;
    if (!sx_mem_grow(ctx, &grown, &cap, cap + 1, 1)) {
      st = sx_error_memory(err);
      break;
    }
    text = grown;
  }
  if (st != SX_OK) {
    sx_mem_free(ctx, text);
    return st;
  }
  text[used] = '\0';
  *out = text;
  *n_out = used;
  return SX_OK;
}

sx_status sx_io__decode(char **out, size_t *n_out, size_t *bad, const sx_ctx *ctx, const char *encoding,
                        const void *data, size_t n, sx_error *err) {
  size_t unused;
  iconv_t cd = iconv_open("UTF-8", sx_io__encoding_name(encoding));
  if (cd == (iconv_t)-1) {
    if (errno == ENOMEM) return sx_error_memory(err);
    return sx_error_set(err, SX_E_SUPPORT, NULL, "encoding '%.100s' is not known here", encoding);
  }
  const sx_status st = convert(cd, out, n_out, bad ? bad : &unused, ctx, data, n, err);
  (void)iconv_close(cd);
  return st;
}
