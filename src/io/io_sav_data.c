/* io_sav_data.c: the cases of a .sav file as rows of 8-byte slots.
 *
 * Plain: slots one after the other. Compressed by bytes: groups of 8 command bytes, each followed by the 8-byte literals its
 * commands ask for: 0 nothing, 1..251 the number command - bias, 252 end, 253 a literal, 254 eight blanks, 255 system
 * missing. zlib: the byte-compressed stream in blocks, which a table at the end of the file lists. */
#include <stdio.h>
#include <zlib.h>

#include "io_sav_priv.h"

enum { ZHEADER = 24, ZTRAILER = 24, ZBLOCK = 24, ZLIB_RATIO = 1040 };

struct sx_io__sav_data {
  const sx_io__savfile *f;
  const unsigned char *p, *end; /* what is left of the stream (of the inflated block) */
  unsigned char command[8];
  unsigned n_command; /* commands of the group already used; 8: none left */
  bool over;
  uint64_t row;               /* rows delivered */
  uint64_t literal[256];      /* what each command stands for, in the file's byte order */
  unsigned char *block;       /* zlib: inflated bytes [block_cap + 8] */
  const unsigned char *table; /* zlib: next entry of the table of blocks */
  size_t blocks_left, block_cap;
  uint64_t inflated; /* zlib: bytes of all blocks */
};

static sx_status case_error(sx_error *err, const sx_io__sav_data *d, const char *message) {
  char place[48];
  snprintf(place, sizeof place, "case %llu", (unsigned long long)d->row + 1);
  sx_error_set(err, SX_E_PARSE, place, "%s", message);
  sx_error_add_where(err, "%s", d->f->source->name);
  return SX_E_PARSE;
}

static sx_status truncated(sx_error *err, const sx_io__sav_data *d) {
  char message[160];
  if (d->f->n_cases >= 0)
    snprintf(message, sizeof message, "the data end inside this case of %lld: the file is truncated",
             (long long)d->f->n_cases);
  else
    snprintf(message, sizeof message, "the data end inside this case: the file is truncated");
  return case_error(err, d, message);
}

/* ---- zlib ---------------------------------------------------------------------------------------------- */

static sx_status open_blocks(sx_io__sav_data *d, sx_error *err) {
  const sx_io__savfile *f = d->f;
  const sx_io__source *s = f->source;
  const unsigned char *p = s->data + f->data_at;
  if (s->n - f->data_at < ZHEADER)
    return sx_io__sav_error(err, f, SX_E_PARSE, f->data_at,
                            "the file ends before its data: it is truncated (%zu bytes)", s->n);
  const uint64_t at = sx_io__sav_u64(f, p + 8), n = sx_io__sav_u64(f, p + 16);
  if (at < f->data_at + ZHEADER || at > s->n || n > s->n - at || n < ZTRAILER)
    return sx_io__sav_error(err, f, SX_E_PARSE, f->data_at,
                            "the table of compressed blocks lies outside the file: it is truncated (%zu bytes)", s->n);
  const unsigned char *t = s->data + at;
  const uint32_t cap = sx_io__sav_u32(f, t + 16), n_blocks = sx_io__sav_u32(f, t + 20);
  if (n_blocks > (n - ZTRAILER) / ZBLOCK || cap == 0 || cap > 1u << 28)
    return sx_io__sav_error(err, f, SX_E_PARSE, (size_t)at, "the table of compressed blocks is damaged");
  d->table = t + ZTRAILER;
  d->blocks_left = n_blocks;
  for (size_t i = 0; i < n_blocks; i++) {
    const unsigned char *b = d->table + ZBLOCK * i;
    const uint64_t from = sx_io__sav_u64(f, b + 8);
    const uint32_t plain = sx_io__sav_u32(f, b + 16), packed = sx_io__sav_u32(f, b + 20);
    if (plain > cap || from > at || packed > at - from || plain > (uint64_t)packed * ZLIB_RATIO)
      return sx_io__sav_error(err, f, SX_E_PARSE, (size_t)at, "compressed block %zu of %u does not fit the file", i + 1,
                              n_blocks);
    d->inflated += plain;
    if (plain > d->block_cap) d->block_cap = plain;
  }
  d->block = sx_mem_alloc(s->ctx, d->block_cap + 8, 1);
  if (!d->block) return sx_error_memory(err);
  d->p = d->end = d->block;
  return SX_OK;
}

/* Moves what is left to the front and inflates the next block behind it. False at the end or on damage. */
static bool next_block(sx_io__sav_data *d) {
  const sx_io__savfile *f = d->f;
  const size_t left = (size_t)(d->end - d->p);
  if (!d->blocks_left || left > 8) return false;
  memmove(d->block, d->p, left);
  const unsigned char *b = d->table;
  uLongf n = sx_io__sav_u32(f, b + 16);
  const uint32_t plain = (uint32_t)n;
  const int rc = uncompress(d->block + left, &n, f->source->data + sx_io__sav_u64(f, b + 8), sx_io__sav_u32(f, b + 20));
  if (rc != Z_OK || n != plain) return false;
  d->table += ZBLOCK;
  d->blocks_left--;
  d->p = d->block;
  d->end = d->block + left + n;
  return true;
}

/* 8 bytes of the compressed stream, or NULL. */
static inline const unsigned char *eight(sx_io__sav_data *d) {
  while ((size_t)(d->end - d->p) < 8)
    if (!d->block || !next_block(d)) return NULL;
  const unsigned char *p = d->p;
  d->p += 8;
  return p;
}

/* ---- rows ---------------------------------------------------------------------------------------------- */

static uint64_t file_bits(const sx_io__savfile *f, double v) {
  uint64_t u;
  memcpy(&u, &v, 8);
  return f->swap ? __builtin_bswap64(u) : u;
}

sx_status sx_io__sav_data_open(sx_io__sav_data **out, const sx_io__savfile *f, sx_error *err) {
  sx_io__sav_data *d = sx_mem_zalloc(f->source->ctx, 1, sizeof *d);
  if (!d) return sx_error_memory(err);
  d->f = f;
  d->n_command = 8;
  d->p = f->source->data + f->data_at;
  d->end = f->source->data + f->source->n;
  for (int i = 1; i < 252; i++) d->literal[i] = file_bits(f, i - f->bias);
  memset(&d->literal[254], ' ', 8);
  d->literal[255] = file_bits(f, f->sysmis);
  if (f->compression == 2) {
    const sx_status st = open_blocks(d, err);
    if (st != SX_OK) {
      sx_io__sav_data_close(d);
      return st;
    }
  }
  *out = d;
  return SX_OK;
}

void sx_io__sav_data_close(sx_io__sav_data *d) {
  if (!d) return;
  sx_mem_free(d->f->source->ctx, d->block);
  sx_mem_free(d->f->source->ctx, d);
}

uint64_t sx_io__sav_data_at_most(const sx_io__sav_data *d) {
  const uint64_t left = d->block ? d->inflated : (uint64_t)(d->end - d->p);
  const uint64_t slots = d->f->n_slots;
  return d->f->compression == 0 ? left / 8 / slots : left / slots + 1;
}

/* One row; 1 done, 0 the data ended before it, -1 inside it. */
static int unpack_row(sx_io__sav_data *d, unsigned char *dst) {
  const size_t n = d->f->n_slots;
  for (size_t i = 0; i < n;) {
    if (d->n_command == 8) {
      const unsigned char *p = eight(d);
      if (!p) return i ? -1 : 0;
      memcpy(d->command, p, 8);
      d->n_command = 0;
    }
    const unsigned c = d->command[d->n_command++];
    if (c == 0) continue;
    if (c == 252) {
      d->over = true;
      return i ? -1 : 0;
    }
    const void *from = &d->literal[c];
    if (c == 253 && !(from = eight(d))) return -1;
    memcpy(dst + 8 * i++, from, 8);
  }
  return 1;
}

static int plain_row(sx_io__sav_data *d, unsigned char *dst) {
  const size_t n = d->f->n_slots * 8, left = (size_t)(d->end - d->p);
  if (left < n) return left ? -1 : 0;
  memcpy(dst, d->p, n);
  d->p += n;
  return 1;
}

sx_status sx_io__sav_data_next(size_t *got, sx_io__sav_data *d, unsigned char *dst, size_t max, sx_error *err) {
  size_t i = 0;
  for (; i < max && !d->over; i++) {
    const int rc =
        d->f->compression ? unpack_row(d, dst + i * d->f->n_slots * 8) : plain_row(d, dst + i * d->f->n_slots * 8);
    if (rc < 0) return truncated(err, d);
    if (rc == 0) {
      if (d->blocks_left) return case_error(err, d, "a compressed block of the data is damaged");
      d->over = true;
      break;
    }
    d->row++;
  }
  if (i < max && d->f->n_cases >= 0 && d->row < (uint64_t)d->f->n_cases) return truncated(err, d);
  *got = i;
  return SX_OK;
}
