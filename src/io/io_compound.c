/* io_compound.c: streams of a compound file: the header names the sectors of the allocation table, the table chains the sectors of the
 * directory and of each stream; streams under a cut-off stand in small pieces inside the stream of the root ([MS-CFB] 2.2 to 2.6). */
#include <string.h>

#include "io_compound.h"

#define END_OF_CHAIN UINT32_C(0xFFFFFFFE)

enum { HEADER = 512, DIFAT_IN_HEADER = 109, ENTRY = 128 };

typedef struct disk {
  const sx_io__source *source;
  const unsigned char *data;
  size_t n, sector, n_sectors;
  sx_buf fat; /* of the whole file: four bytes a sector */
  sx_error *err;
} disk;

static sx_status broken(const disk *d) {
  return sx_error_set(d->err, SX_E_PARSE, d->source->name, "the workbook is damaged: save it again as .xlsx");
}

static const unsigned char *sector_at(const disk *d, uint32_t k) {
  return k < d->n_sectors ? d->data + HEADER + (size_t)k * d->sector : NULL;
}

static sx_status add_fat_sector(disk *d, uint32_t k) {
  const unsigned char *p = sector_at(d, k);
  if (!p) return broken(d);
  sx_buf_add_n(&d->fat, (const char *)p, d->sector);
  return SX_OK;
}

/* The allocation table: 109 of its sectors are named in the header, the rest in a chain of sectors of names. */
static sx_status read_fat(disk *d) {
  uint32_t left = sx_io__u32(d->data + 44), next = sx_io__u32(d->data + 68);
  if (left > d->n_sectors) return broken(d);
  for (uint32_t i = 0; i < DIFAT_IN_HEADER && left; i++, left--)
    SX_TRY(add_fat_sector(d, sx_io__u32(d->data + 76 + 4 * (size_t)i)));
  for (size_t steps = 0; left; steps++) {
    const unsigned char *p = sector_at(d, next);
    if (!p || steps > d->n_sectors) return broken(d);
    const size_t names = d->sector / 4 - 1;
    for (size_t i = 0; i < names && left; i++, left--) SX_TRY(add_fat_sector(d, sx_io__u32(p + 4 * i)));
    next = sx_io__u32(p + 4 * names);
  }
  return sx_buf_status(&d->fat, d->err);
}

/* A chain of sectors, to its end or to n bytes. */
static sx_status read_chain(sx_buf *out, disk *d, uint32_t first, size_t n) {
  size_t steps = 0;
  for (uint32_t k = first; k < END_OF_CHAIN && out->n < n; steps++) {
    const unsigned char *p = sector_at(d, k);
    if (!p || steps > d->n_sectors || (size_t)k * 4 + 4 > d->fat.n) return broken(d);
    sx_buf_add_n(out, (const char *)p, n - out->n < d->sector ? n - out->n : d->sector);
    k = sx_io__u32((const unsigned char *)d->fat.data + (size_t)k * 4);
  }
  return sx_buf_status(out, d->err);
}

/* Small streams stand in 64-byte pieces inside the stream of the root entry. */
static sx_status read_small(sx_buf *out, disk *d, uint32_t first, size_t n, const unsigned char *root) {
  sx_buf pieces, table;
  sx_buf_init(&pieces, d->source->ctx);
  sx_buf_init(&table, d->source->ctx);
  sx_status status = read_chain(&pieces, d, sx_io__u32(root + 116), sx_io__u32(root + 120));
  if (status == SX_OK) status = read_chain(&table, d, sx_io__u32(d->data + 60), SIZE_MAX);
  size_t steps = 0;
  for (uint32_t k = first; status == SX_OK && k < END_OF_CHAIN && out->n < n; steps++) {
    const size_t at = (size_t)k * 64;
    if (at + 64 > pieces.n || (size_t)k * 4 + 4 > table.n || steps > pieces.n / 64) {
      status = broken(d);
      break;
    }
    sx_buf_add_n(out, pieces.data + at, n - out->n < 64 ? n - out->n : 64);
    k = sx_io__u32((const unsigned char *)table.data + (size_t)k * 4);
  }
  sx_buf_clear(&pieces);
  sx_buf_clear(&table);
  return status == SX_OK ? sx_buf_status(out, d->err) : status;
}

static bool named(const unsigned char *entry, const char *name) {
  const size_t n = strlen(name);
  if (sx_io__u16(entry + 64) != 2 * (n + 1) || entry[66] != 2) return false;
  for (size_t i = 0; i < n; i++)
    if (entry[2 * i] != (unsigned char)name[i] || entry[2 * i + 1]) return false;
  return true;
}

static sx_status read_stream(sx_buf *out, bool *any, disk *d, const char *name) {
  sx_buf directory;
  sx_buf_init(&directory, d->source->ctx);
  sx_status status = read_chain(&directory, d, sx_io__u32(d->data + 48), SIZE_MAX);
  const unsigned char *entries = (const unsigned char *)directory.data, *found = NULL;
  for (size_t at = 0; status == SX_OK && at + ENTRY <= directory.n && !found; at += ENTRY) {
    if (named(entries + at, name)) found = entries + at;
  }
  *any = found != NULL;
  if (status == SX_OK && found) {
    const size_t n = sx_io__u32(found + 120);
    if (n > d->n)
      status = broken(d);
    else if (n < sx_io__u32(d->data + 56))
      status = read_small(out, d, sx_io__u32(found + 116), n, entries);
    else
      status = read_chain(out, d, sx_io__u32(found + 116), n);
    if (status == SX_OK && out->n != n) status = broken(d);
  }
  sx_buf_clear(&directory);
  return status;
}

bool sx_io__is_compound(const sx_io__source *source) {
  static const unsigned char magic[] = {0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1};
  return source->n >= HEADER && memcmp(source->data, magic, sizeof magic) == 0;
}

sx_status sx_io__compound_stream(char **out, size_t *n, const sx_io__source *source, const char *name, sx_error *err) {
  disk d = {.source = source, .data = source->data, .n = source->n, .err = err};
  sx_buf stream;
  bool any = false;
  sx_buf_init(&d.fat, source->ctx);
  sx_buf_init(&stream, source->ctx);
  sx_status status = SX_OK;
  const uint32_t shift = d.n >= HEADER ? sx_io__u16(d.data + 30) : 0;
  *out = NULL;
  *n = 0;
  if (shift != 9 && shift != 12) {
    status = broken(&d);
    goto done;
  }
  d.sector = (size_t)1 << shift;
  d.n_sectors = (d.n - HEADER) / d.sector;
  SX_TRY_GOTO(status, read_fat(&d), done);
  SX_TRY_GOTO(status, read_stream(&stream, &any, &d, name), done);
  if (any) {
    *n = stream.n;
    *out = sx_buf_take(&stream);
    if (!*out) status = sx_error_memory(err);
  }
done:
  sx_buf_clear(&d.fat);
  sx_buf_clear(&stream);
  return status;
}
