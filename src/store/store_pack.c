/* store_pack.c: carriers made smaller quickly. Scores are doubles: most of them zero in a small domain, or of few distinct
 * values; the bytes of equal significance resemble each other, so they are put side by side before deflate. A sample decides
 * whether it is worth the time at all. */
#include "store_priv.h"

#include <limits.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

enum {
  WORD = 8,
  SAMPLE_WORDS = 2048, /* spread over the data */
  MIN_PACKED = 256     /* smaller blobs are kept as they are */
};

static voidpf z_alloc(voidpf opaque, uInt n, uInt size) {
  const sx_ctx *const *ctx = opaque;
  return sx_mem_alloc(*ctx, n, size);
}

static void z_free(voidpf opaque, voidpf p) {
  const sx_ctx *const *ctx = opaque;
  sx_mem_free(*ctx, p);
}

static void shuffle(unsigned char *restrict out, const unsigned char *restrict in, size_t n) {
  const size_t words = n / WORD;
  for (size_t b = 0; b < WORD; b++) {
    for (size_t i = 0; i < words; i++) out[b * words + i] = in[i * WORD + b];
  }
  memcpy(out + words * WORD, in + words * WORD, n - words * WORD);
}

static void unshuffle(unsigned char *restrict out, const unsigned char *restrict in, size_t n) {
  const size_t words = n / WORD;
  for (size_t b = 0; b < WORD; b++) {
    for (size_t i = 0; i < words; i++) out[i * WORD + b] = in[b * words + i];
  }
  memcpy(out + words * WORD, in + words * WORD, n - words * WORD);
}

/* Deflate saves little unless words repeat: a zero word, or the word before. */
static bool worth_packing(const unsigned char *data, size_t n) {
  const size_t words = n / WORD;
  if (n < MIN_PACKED) return false;
  if (words < 2) return true;
  const size_t step = words / SAMPLE_WORDS + 1;
  size_t seen = 0, repeats = 0;
  for (size_t i = 1; i < words; i += step) {
    static const unsigned char zero[WORD];
    const unsigned char *w = data + i * WORD;
    seen++;
    repeats += memcmp(w, zero, WORD) == 0 || memcmp(w, w - WORD, WORD) == 0;
  }
  return repeats * 8 >= seen;
}

static sx_status deflate_all(unsigned char *out, size_t cap, size_t *n_out, const sx_ctx *ctx,
                             const unsigned char *data, size_t n, sx_error *err) {
  z_stream z = {0};
  z.zalloc = z_alloc;
  z.zfree = z_free;
  z.opaque = &ctx;
  if (deflateInit2(&z, 1, Z_DEFLATED, 15, 8, Z_RLE) != Z_OK) return sx_error_memory(err);
  z.next_in = data;
  z.avail_in = (uInt)n;
  z.next_out = out;
  z.avail_out = (uInt)cap;
  const int code = deflate(&z, Z_FINISH);
  *n_out = code == Z_STREAM_END ? cap - z.avail_out : 0; /* 0: it did not fit, so it did not shrink */
  deflateEnd(&z);
  return SX_OK;
}

sx_status sx_store__pack(void **out, size_t *n_out, sx_store_packing *packing, const sx_ctx *ctx, const void *data,
                         size_t n, sx_error *err) {
  *out = NULL;
  *n_out = n;
  *packing = SX_STORE_RAW;
  if (n > INT_MAX / 2) return sx_error_set(err, SX_E_LIMIT, NULL, "a carrier of %zu bytes is too large to store", n);
  if (!worth_packing(data, n)) return SX_OK;
  sx_status status = SX_E_MEMORY;
  unsigned char *shuffled = sx_mem_alloc(ctx, n, 1);
  unsigned char *packed = sx_mem_alloc(ctx, n, 1);
  size_t n_packed = 0;
  if (!shuffled || !packed) {
    (void)sx_error_memory(err);
    goto done;
  }
  shuffle(shuffled, data, n);
  SX_TRY_GOTO(status, deflate_all(packed, n - n / 16, &n_packed, ctx, shuffled, n, err), done);
  if (n_packed) {
    *out = packed;
    *n_out = n_packed;
    *packing = SX_STORE_DEFLATE;
    packed = NULL;
  }
done:
  sx_mem_free(ctx, shuffled);
  sx_mem_free(ctx, packed);
  return status;
}

static sx_status inflate_all(unsigned char *out, const sx_ctx *ctx, const void *data, size_t n_packed, size_t n,
                             sx_error *err) {
  z_stream z = {0};
  z.zalloc = z_alloc;
  z.zfree = z_free;
  z.opaque = &ctx;
  if (inflateInit(&z) != Z_OK) return sx_error_memory(err);
  z.next_in = data;
  z.avail_in = (uInt)n_packed;
  z.next_out = out;
  z.avail_out = (uInt)n;
  const int code = inflate(&z, Z_FINISH);
  const bool whole = code == Z_STREAM_END && z.avail_out == 0;
  inflateEnd(&z);
  if (code == Z_MEM_ERROR) return sx_error_memory(err);
  return whole ? SX_OK : sx_error_set(err, SX_E_DATA, NULL, "a stored carrier is damaged: run the study again");
}

sx_status sx_store__unpack(void **out, const sx_ctx *ctx, sx_store_packing packing, const void *data, size_t n_packed,
                           size_t n, sx_error *err) {
  if (n > INT_MAX || n_packed > INT_MAX || (packing == SX_STORE_RAW && n != n_packed) ||
      (packing != SX_STORE_RAW && packing != SX_STORE_DEFLATE)) {
    return sx_error_set(err, SX_E_DATA, NULL, "a stored carrier has an impossible size: run the study again");
  }
  sx_status status = SX_E_MEMORY;
  unsigned char *whole = sx_mem_alloc(ctx, n, 1);
  unsigned char *inflated = packing == SX_STORE_DEFLATE ? sx_mem_alloc(ctx, n, 1) : NULL;
  if (!whole || (packing == SX_STORE_DEFLATE && !inflated)) {
    (void)sx_error_memory(err);
    goto done;
  }
  if (packing == SX_STORE_RAW) {
    if (n) memcpy(whole, data, n);
  } else {
    SX_TRY_GOTO(status, inflate_all(inflated, ctx, data, n_packed, n, err), done);
    unshuffle(whole, inflated, n);
  }
  status = SX_OK;
  *out = whole;
  whole = NULL;
done:
  sx_mem_free(ctx, whole);
  sx_mem_free(ctx, inflated);
  return status;
}
