/* io_gzip.c: gzip (RFC 1952) through zlib, with the context's allocator: whole inputs inflated, outputs deflated. */
#include "io_store_priv.h"

#include <stdio.h>
#include <string.h>

bool sx_io__is_gzip(const void *data, size_t n) {
  const unsigned char *p = data;
  return n >= 3 && p[0] == 0x1F && p[1] == 0x8B && p[2] == 8;
}

static voidpf z_alloc(voidpf ctx, uInt n, uInt size) {
  return sx_mem_zalloc(ctx, n, size);
}

static void z_free(voidpf ctx, voidpf ptr) {
  sx_mem_free(ctx, ptr);
}

void sx_io__z_init(z_stream *z, const sx_ctx *ctx) {
  union { /* zlib hands it back unchanged */
    const sx_ctx *from;
    void *to;
  } opaque = {.from = ctx};
  memset(z, 0, sizeof *z);
  z->zalloc = z_alloc;
  z->zfree = z_free;
  z->opaque = opaque.to;
}

static uInt at_most(size_t n) {
  return n > (1u << 30) ? 1u << 30 : (uInt)n;
}

typedef struct inflating {
  const sx_ctx *ctx;
  const char *name;
  z_stream z;
  char *text;
  size_t n, cap;
} inflating;

static sx_status damaged(const inflating *f, size_t at, const char *what, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "%.400s: byte %zu", f->name, at);
  return sx_error_set(err, SX_E_DATA, where, "%s", what);
}

static sx_status grow(inflating *f, sx_error *err) {
  if (f->n < f->cap) return SX_OK;
  void *text = f->text;
  if (f->ctx->memory_limit && f->n >= f->ctx->memory_limit)
    return sx_error_set(err, SX_E_LIMIT, f->name, "inflates to more than the memory limit of %zu bytes",
                        f->ctx->memory_limit);
  size_t need = f->n + (1u << 16);
  if (f->ctx->memory_limit && need > f->ctx->memory_limit) need = f->ctx->memory_limit;
  if (!sx_mem_grow(f->ctx, &text, &f->cap, need, 1)) return sx_error_memory(err);
  f->text = text;
  return SX_OK;
}

/* One member, or the next of several; *left input bytes at *in are used up as they are taken. */
static sx_status inflate_member(inflating *f, const unsigned char **in, size_t *left, size_t total, sx_error *err) {
  for (int code = Z_OK; code != Z_STREAM_END;) {
    SX_TRY(grow(f, err));
    SX_TRY(sx_ctx_poll(f->ctx, err));
    union {
      const unsigned char *from;
      unsigned char *to;
    } next = {.from = *in};
    f->z.next_in = next.to;
    f->z.avail_in = at_most(*left);
    f->z.next_out = (unsigned char *)f->text + f->n;
    f->z.avail_out = at_most(f->cap - f->n);
    const size_t had_in = f->z.avail_in, had_out = f->z.avail_out;
    code = inflate(&f->z, Z_NO_FLUSH);
    const size_t used = had_in - f->z.avail_in, made = had_out - f->z.avail_out;
    *in += used;
    *left -= used;
    f->n += made;
    if (code == Z_MEM_ERROR) return sx_error_memory(err);
    if (code == Z_BUF_ERROR || (code == Z_OK && !*left && made < had_out))
      return damaged(f, total, "the compressed data end too early: the file is cut off", err);
    if (code != Z_OK && code != Z_STREAM_END) return damaged(f, total - *left, "the compressed data are damaged", err);
  }
  return SX_OK;
}

sx_status sx_io__gunzip(char **out, size_t *n_out, const sx_ctx *ctx, const char *name, const void *data, size_t n,
                        sx_error *err) {
  inflating f = {.ctx = ctx, .name = name};
  const unsigned char *in = data;
  size_t left = n;
  f.cap = n > SIZE_MAX / 8 ? n : n * 4 + 64;
  if (ctx->memory_limit && f.cap > ctx->memory_limit) f.cap = ctx->memory_limit;
  sx_io__z_init(&f.z, ctx);
  if (inflateInit2(&f.z, 15 + 16) != Z_OK) return sx_error_memory(err);
  f.text = sx_mem_alloc(ctx, f.cap, 1);
  sx_status st = f.text ? SX_OK : sx_error_memory(err);
  while (st == SX_OK && left) {
    st = inflate_member(&f, &in, &left, n, err);
    if (st != SX_OK || !left) break;
    if (!sx_io__is_gzip(in, left)) {
      st = damaged(&f, n - left, "bytes that are not gzip follow the compressed data", err);
      break;
    }
    if (inflateReset(&f.z) != Z_OK) st = sx_error_memory(err);
  }
  (void)inflateEnd(&f.z);
  if (st != SX_OK) {
    sx_mem_free(ctx, f.text);
    return st;
  }
  *out = f.text;
  *n_out = f.n;
  return SX_OK;
}
