/* io_csv_index.c: where the rows are.
 *
 * One parallel pass over blocks of a megabyte counts, for each block, its quotes and its line feeds, once supposing that
 * the block begins outside quotes and once inside. In RFC 4180 text every quote is either an opening, a closing or half of
 * a doubled one, so a byte is inside a quoted field exactly when an odd number of quotes stands before it; the parities
 * summed over the blocks then say which of the two counts holds, and rows are known without having been parsed.
 *
 * Text with a stray quote (`5" pipe` without quotes around) breaks that rule. It is found out later: the parser of a
 * chunk must arrive exactly at the chunk's end after exactly its number of rows. Since chunk 0 begins at a true row, this
 * proves every chunk by induction. Where it fails, sx_io__csv_index_exact walks the whole text with the state machine.
 *
 * The same pass looks for NUL bytes and checks UTF-8 in blocks that have bytes above 127. */
#include "io_csv_priv.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

typedef struct block {
  size_t quotes;
  size_t feeds[2];      /* line feeds that end a row, if the block begins outside [0] or inside [1] quotes */
  const char *first[2]; /* behind the first of them, or NULL */
  const char *nul;
  bool bad_text;
} block;

typedef struct scan {
  const csv_file *file;
  block *blocks;
} scan;

/* Bit i: which of 64 bytes are quotes, line feeds, NUL; whether any is above 127. */
typedef struct masks {
  uint64_t quotes, feeds, nul, high;
} masks;

#ifdef __SSE2__
static uint64_t equal64(const __m128i v[4], char c) {
  const __m128i w = _mm_set1_epi8(c);
  uint64_t m = 0;
  for (unsigned i = 0; i < 4; i++) m |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v[i], w)) << (16 * i);
  return m;
}

static masks look(const char *p) {
  __m128i v[4];
  for (unsigned i = 0; i < 4; i++) v[i] = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
  const __m128i any = _mm_or_si128(_mm_or_si128(v[0], v[1]), _mm_or_si128(v[2], v[3]));
  return (masks){equal64(v, '"'), equal64(v, '\n'), equal64(v, '\0'), (uint64_t)(uint32_t)_mm_movemask_epi8(any)};
}
#else
static masks look(const char *p) {
  masks m = {0};
  for (unsigned i = 0; i < 64; i++) {
    const uint64_t bit = (uint64_t)1 << i;
    if (p[i] == '"') m.quotes |= bit;
    if (p[i] == '\n') m.feeds |= bit;
    if (p[i] == '\0') m.nul |= bit;
    if ((unsigned char)p[i] > 127) m.high |= bit;
  }
  return m;
}
#endif

/* Bit i of the result: parity of the bits 0..i of x. */
static uint64_t running_parity(uint64_t x) {
  for (unsigned s = 1; s < 64; s *= 2) x ^= x << s;
  return x;
}

/* Takes in the masks of 64 bytes at p; `inside` is all ones where the 64 begin inside quotes (supposing outside first). */
static void count(block *b, const masks *m, const char *p, uint64_t *inside) {
  const uint64_t in = m->quotes ? running_parity(m->quotes) ^ *inside : *inside;
  b->quotes += (size_t)__builtin_popcountll(m->quotes);
  const uint64_t feeds[2] = {m->feeds & ~in, m->feeds & in};
  for (int k = 0; k < 2; k++) {
    if (!feeds[k]) continue;
    if (!b->first[k]) b->first[k] = p + __builtin_ctzll(feeds[k]) + 1;
    b->feeds[k] += (size_t)__builtin_popcountll(feeds[k]);
  }
  if (m->nul && !b->nul) b->nul = p + __builtin_ctzll(m->nul);
  *inside = (uint64_t)0 - (in >> 63);
}

/* First byte at or after i that does not continue a code point, at most three further: blocks meet there. */
static size_t boundary(const char *text, size_t n, size_t i) {
  for (int k = 0; k < 3 && i < n && ((unsigned char)text[i] & 0xC0) == 0x80; k++) i++;
  return i;
}

static sx_status scan_block(void *data, size_t k, sx_error *err) {
  (void)err;
  const scan *s = data;
  const char *text = s->file->text;
  const size_t n = s->file->n, size = s->file->block, from = k * size;
  const size_t to = n - from > size ? from + size : n;
  block b = {0};
  uint64_t inside = 0, high = 0;
  size_t i = from;
  for (; to - i >= 64; i += 64) {
    const masks m = look(text + i);
    high |= m.high;
    count(&b, &m, text + i, &inside);
  }
  if (i < to) {
    char rest[64];
    memset(rest, ' ', sizeof rest);
    memcpy(rest, text + i, to - i);
    masks m = look(rest);
    high |= m.high;
    count(&b, &m, text + i, &inside);
  }
  /* the block before owns the continuation bytes that this one begins with, and checks them even if it is ASCII itself */
  const size_t first = k ? boundary(text, n, from) : 0, last = boundary(text, n, to);
  if (high || last > to) b.bad_text = last > first && !sx_utf8_valid(text + first, last - first, NULL);
  s->blocks[k] = b;
  return SX_OK;
}

static sx_status add_chunk(csv_file *file, const char *begin, const char *end, size_t n_rows, sx_error *err) {
  void *chunks = file->chunks;
  if (!sx_mem_grow(file->ctx, &chunks, &file->cap_chunks, file->n_chunks + 1, sizeof *file->chunks))
    return sx_error_memory(err);
  file->chunks = chunks;
  file->chunks[file->n_chunks++] = (csv_chunk){begin, end, n_rows};
  file->n_rows += n_rows;
  return SX_OK;
}

/* Gives the last chunk a copy that ends in a line feed and has room behind. Joins it to those before while it is so
 * short that reading CSV_PAD bytes behind that one would leave the text. */
static sx_status copy_tail(csv_file *file, sx_error *err) {
  csv_chunk *last = &file->chunks[file->n_chunks - 1];
  while (file->n_chunks > 1 && last->end - last->begin < CSV_PAD) {
    last[-1].end = last->end;
    last[-1].n_rows += last->n_rows;
    file->n_chunks--;
    last--;
  }
  const size_t n = (size_t)(last->end - last->begin);
  char *tail = sx_mem_alloc(file->ctx, n + 1 + CSV_PAD, 1);
  if (!tail) return sx_error_memory(err);
  memcpy(tail, last->begin, n);
  memset(tail + n, '\n', 1 + CSV_PAD);
  sx_mem_free(file->ctx, file->tail);
  file->tail = tail;
  file->tail_n = n;
  file->tail_origin = last->begin;
  const bool open = n && tail[n - 1] != '\n';
  *last = (csv_chunk){tail, tail + n + open, last->n_rows};
  return SX_OK;
}

/* True where the first row has several fields: then a row without any text is no row. */
static bool several_columns(const csv_file *file) {
  const char *p = file->text;
  csv_field field;
  csv_fault fault;
  return sx_io__csv_field(&field, &p, p + file->n, file->delimiter, &fault) == CSV_AFTER_FIELD;
}

/* Blank lines at the end are dropped. */
static void trim_blank_lines(csv_file *file) {
  while (file->n_chunks) {
    csv_chunk *last = &file->chunks[file->n_chunks - 1];
    const size_t n = (size_t)(last->end - last->begin);
    const char *e = last->end;
    size_t cut = 0;
    if (n >= 1 && e[-1] == '\n' && (n == 1 || e[-2] == '\n')) cut = 1;
    if (n >= 2 && e[-1] == '\n' && e[-2] == '\r' && (n == 2 || e[-3] == '\n')) cut = 2;
    if (!cut && n) return;
    last->end -= cut;
    if (cut) last->n_rows--, file->n_rows--;
    if (last->begin == last->end) file->n_chunks--;
  }
}

static sx_status finish_chunks(csv_file *file, sx_error *err) {
  if (several_columns(file)) trim_blank_lines(file);
  return file->n_chunks ? copy_tail(file, err) : SX_OK;
}

static void forget_chunks(csv_file *file) {
  file->n_chunks = 0;
  file->n_rows = 0;
}

/* Chunks from the counts: each begins behind the first row end of its block. */
static sx_status join_blocks(csv_file *file, const block *blocks, size_t n_blocks, sx_error *err) {
  const char *begin = file->text, *end = file->text + file->n;
  size_t rows = 0;
  unsigned inside = 0;
  for (size_t k = 0; k < n_blocks; k++) {
    const block *b = &blocks[k];
    if (k && b->first[inside] && b->first[inside] < end) {
      SX_TRY(add_chunk(file, begin, b->first[inside], rows + 1, err));
      begin = b->first[inside];
      rows = b->feeds[inside] - 1;
    } else {
      rows += b->feeds[inside];
    }
    inside = (inside + b->quotes) & 1;
  }
  if (end > begin) SX_TRY(add_chunk(file, begin, end, rows + (end[-1] != '\n'), err));
  return SX_OK;
}

static bool odd_quotes(const block *blocks, size_t n_blocks) {
  size_t n = 0;
  for (size_t k = 0; k < n_blocks; k++) n += blocks[k].quotes;
  return n & 1;
}

sx_status sx_io__csv_index(csv_file *file, bool *valid, sx_error *err) {
  const size_t n_blocks = file->n / file->block + (file->n % file->block != 0);
  sx_status st = SX_OK;
  scan s = {file, sx_mem_zalloc(file->ctx, n_blocks, sizeof *s.blocks)};
  if (!s.blocks) return sx_error_memory(err);
  forget_chunks(file);
  SX_TRY_GOTO(st, sx_parallel_for(file->ctx, n_blocks, scan_block, &s, err), done);
  *valid = true;
  for (size_t k = 0; k < n_blocks; k++) {
    if (s.blocks[k].bad_text) *valid = false;
  }
  for (size_t k = 0; k < n_blocks && *valid; k++) {
    if (!s.blocks[k].nul) continue;
    st = sx_io__csv_error(file, SX_E_PARSE, s.blocks[k].nul, true, err,
                          "NUL byte: this is not delimited text, or it is damaged");
    goto done;
  }
  if (!*valid) goto done;
  if (!file->delimiter) file->delimiter = sx_io__csv_find_delimiter(file->text, file->n, ',');
  if (odd_quotes(s.blocks, n_blocks)) {
    st = sx_io__csv_index_exact(file, err);
    goto done;
  }
  SX_TRY_GOTO(st, join_blocks(file, s.blocks, n_blocks, err), done);
  st = finish_chunks(file, err);
done:
  sx_mem_free(file->ctx, s.blocks);
  return st;
}

sx_status sx_io__csv_index_exact(csv_file *file, sx_error *err) {
  const char *p = file->text, *end = p + file->n, *begin = p;
  size_t rows = 0;
  forget_chunks(file);
  file->exact = true;
  while (p < end) {
    csv_field field;
    csv_fault fault;
    const csv_after after = sx_io__csv_field(&field, &p, end, file->delimiter, &fault);
    if (after == CSV_AFTER_FAULT) return sx_io__csv_fault_error(file, &fault, err);
    if (after == CSV_AFTER_FIELD && p < end) continue;
    rows++;
    if ((size_t)(p - begin) < file->block && p < end) continue;
    SX_TRY(add_chunk(file, begin, p, rows, err));
    begin = p;
    rows = 0;
    SX_TRY(sx_ctx_poll(file->ctx, err));
  }
  return finish_chunks(file, err);
}
