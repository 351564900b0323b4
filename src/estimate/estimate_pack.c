/* estimate_pack.c: a carrier as bytes for the store, and back onto its design. Little-endian, as everything the store keeps.
 *
 *   "SXE1" | value variance df (f64) | na (u64) | n_parts (u64) | parts
 *   design part: 1 (u64) | fingerprint | length | bitmap bytes | variance df | z [length] | bitmap
 *   figure:      0 (u64) | coef value se df
 *   figure of a calibration's totals: 2 (u64) | coef value se df | id (u64) */
#include <string.h>

#include "estimate_priv.h"

static void put_u64(sx_buf *b, uint64_t x) {
  sx_buf_add_n(b, (const char *)&x, sizeof x);
}
static void put_f64(sx_buf *b, double x) {
  sx_buf_add_n(b, (const char *)&x, sizeof x);
}

static sx_status put_design(sx_buf *b, const est_part *part, const sx_ctx *ctx, sx_error *err) {
  const size_t length = sx_design_carrier_length(part->design);
  const uint8_t *bits = sx_estimate__bits(part);
  const size_t bytes = bits ? sx_design_bitmap_bytes(part->design) : 0;
  double *z = sx_mem_zalloc(ctx, length, sizeof *z);
  if (!z) return sx_error_memory(err);
  const sx_status st = sx_estimate__add_carrier(z, part, 1, err);
  if (st == SX_OK) {
    put_u64(b, 1);
    put_u64(b, sx_design_fingerprint(part->design));
    put_u64(b, length);
    put_u64(b, bytes);
    put_f64(b, part->variance);
    put_f64(b, part->df);
    sx_buf_add_n(b, (const char *)z, length * sizeof *z);
    if (bytes) sx_buf_add_n(b, (const char *)bits, bytes);
  }
  sx_mem_free(ctx, z);
  return st;
}

sx_status sx_est_pack(void **data, size_t *n, const sx_ctx *ctx, const sx_est *e, sx_error *err) {
  const sx_ctx plain = SX_CTX_INIT;
  if (!ctx) ctx = &plain;
  if (e->n_links)
    return sx_error_set(err, SX_E_SUPPORT, "carrier", "an estimate of two waves that share units cannot be stored yet");
  sx_status st = SX_OK;
  sx_buf b;
  sx_buf_init(&b, ctx);
  sx_buf_add_n(&b, "SXE1", 4);
  put_f64(&b, e->value);
  put_f64(&b, e->variance);
  put_f64(&b, e->df);
  put_u64(&b, (uint64_t)e->na);
  put_u64(&b, e->n_parts);
  for (size_t p = 0; p < e->n_parts; p++) {
    const est_part *part = &e->parts[p];
    if (part->design) {
      SX_TRY_GOTO(st, put_design(&b, part, ctx, err), done);
      continue;
    }
    put_u64(&b, part->figure->id ? 2 : 0);
    put_f64(&b, part->coef);
    put_f64(&b, part->figure->value);
    put_f64(&b, part->figure->se);
    put_f64(&b, part->figure->df);
    if (part->figure->id) put_u64(&b, part->figure->id);
  }
  SX_TRY_GOTO(st, sx_buf_status(&b, err), done);
  *n = b.n;
  *data = sx_buf_take(&b);
done:
  sx_buf_clear(&b);
  return st;
}

typedef struct reader {
  const unsigned char *at;
  size_t left;
  bool bad;
} reader;

static void take(void *out, reader *r, size_t n) {
  if (n > r->left) {
    r->bad = true;
    memset(out, 0, n);
    return;
  }
  memcpy(out, r->at, n);
  r->at += n;
  r->left -= n;
}
static uint64_t take_u64(reader *r) {
  uint64_t x;
  take(&x, r, sizeof x);
  return x;
}
static double take_f64(reader *r) {
  double x;
  take(&x, r, sizeof x);
  return x;
}

static sx_status damaged(sx_error *err) {
  return sx_error_set(err, SX_E_DATA, "carrier", "the stored bytes are damaged: run again");
}

static sx_status take_design(est_part *part, reader *r, const sx_design *design, const sx_ctx *ctx, sx_error *err) {
  const uint64_t fingerprint = take_u64(r), length = take_u64(r), bytes = take_u64(r);
  part->variance = take_f64(r);
  part->df = take_f64(r);
  if (r->bad) return damaged(err);
  if (!design || fingerprint != sx_design_fingerprint(design) || length != sx_design_carrier_length(design))
    return sx_error_set(err, SX_E_DATA, "carrier", "the stored estimate belongs to another design: run again");
  if (bytes != (sx_design_replicates(design) ? 0 : sx_design_bitmap_bytes(design)) ||
      length * sizeof(double) + bytes > r->left)
    return damaged(err);
  part->design = sx_design_ref(design);
  part->z = sx_mem_alloc(ctx, length, sizeof *part->z);
  part->bits = bytes ? sx_mem_alloc(ctx, bytes, 1) : NULL;
  if (!part->z || (bytes && !part->bits)) return sx_error_memory(err);
  take(part->z, r, length * sizeof *part->z);
  if (bytes) take(part->bits, r, bytes);
  return SX_OK;
}

static sx_status take_figure(est_part *part, reader *r, bool with_id, const sx_ctx *ctx, sx_error *err) {
  est_figure *f = sx_mem_zalloc(ctx, 1, sizeof *f);
  if (!f) return sx_error_memory(err);
  atomic_init(&f->refs, 1);
  f->ctx = *ctx;
  f->unpacked = true;
  part->figure = f;
  part->coef = take_f64(r);
  f->value = take_f64(r);
  f->se = take_f64(r);
  f->df = take_f64(r);
  if (with_id) f->id = take_u64(r);
  part->variance = part->coef * part->coef * f->se * f->se;
  part->df = f->df;
  return r->bad ? damaged(err) : SX_OK;
}

sx_status sx_est_unpack(sx_est **out, const sx_ctx *ctx, const void *data, size_t n, const sx_design *design,
                        sx_error *err) {
  const sx_ctx plain = SX_CTX_INIT;
  if (!ctx) ctx = &plain;
  reader r = {data, n, false};
  char magic[4];
  take(magic, &r, sizeof magic);
  const double value = take_f64(&r), variance = take_f64(&r), df = take_f64(&r);
  const uint64_t na = take_u64(&r), parts = take_u64(&r);
  if (r.bad || memcmp(magic, "SXE1", 4) != 0 || parts > r.left / 40 || na > SX_NA_LAST) return damaged(err);
  sx_est *e = NULL;
  SX_TRY(sx_estimate__est_new(&e, ctx, value, parts, err));
  sx_status st = SX_OK;
  for (size_t p = 0; p < parts; p++) {
    const uint64_t kind = take_u64(&r);
    SX_TRY_GOTO(st,
                kind == 1 ? take_design(&e->parts[p], &r, design, ctx, err)
                          : take_figure(&e->parts[p], &r, kind == 2, ctx, err),
                done);
  }
  if (r.left != 0 || r.bad) {
    st = damaged(err);
    goto done;
  }
  e->variance = variance;
  e->df = df;
  for (size_t p = 0; p < parts && !(df >= 1); p++) e->withheld = e->withheld || e->parts[p].df >= 1;
  e->na = (sx_na)na;
  *out = e;
  e = NULL;
done:
  sx_est_free(e);
  return st;
}
