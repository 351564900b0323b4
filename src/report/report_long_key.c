/* report_long_key.c: keys of numbers in pieces, as the properties of a document can hold them. */
#include "shuxiao/report_long_key.h"

#include <stdio.h>
#include <string.h>

#include "shuxiao/table.h"

enum { NAME_CHARS = 250, PIECE_CHARS = 240, DIGITS = 16 };
static const char begins[] = "sx_";

struct sx_long_keys {
  sx_ctx ctx;
  sx_arena *arena;
  sx_dict *names; /* of pieces */
  const char **values;
  size_t cap_values;
};

bool sx_long_key_name(char out[SX_LONG_KEY_NAME], const char *key) {
  char hash[SX_HASH_TEXT];
  const size_t n = strlen(key);
  if (sx_utf8_count(key, n) <= NAME_CHARS && !strpbrk(key, "\"\\")) return false;
  sx_hash_bytes(hash, key, n);
  (void)snprintf(out, SX_LONG_KEY_NAME, "%s%.*s", begins, (int)DIGITS, hash);
  return true;
}

size_t sx_long_key_piece(const char *key, size_t at) {
  size_t n = 0;
  for (size_t chars = 0; key[at + n]; n++) {
    const bool first = ((unsigned char)key[at + n] & 0xC0) != 0x80;
    if (first && chars++ == PIECE_CHARS) break;
  }
  return n;
}

bool sx_long_key_is(bool *piece, const char *name) {
  const size_t head = sizeof begins - 1;
  if (strncmp(name, begins, head) != 0 || strspn(name + head, "0123456789abcdef") != DIGITS) return false;
  const char *rest = name + head + DIGITS;
  *piece = *rest == '.' && rest[1] && strlen(rest) < 5 && strspn(rest + 1, "0123456789") == strlen(rest + 1);
  return *piece || !*rest;
}

sx_status sx_long_keys_new(sx_long_keys **out, const sx_ctx *ctx, sx_error *err) {
  sx_long_keys *keys = sx_mem_zalloc(ctx, 1, sizeof *keys);
  if (!keys) return sx_error_memory(err);
  if (ctx) keys->ctx = *ctx;
  sx_status status = sx_arena_new(&keys->arena, ctx, err);
  if (status == SX_OK) status = sx_dict_new(&keys->names, ctx, err);
  if (status == SX_OK)
    *out = keys;
  else
    sx_long_keys_free(keys);
  return status;
}

void sx_long_keys_free(sx_long_keys *keys) {
  if (!keys) return;
  const sx_ctx ctx = keys->ctx;
  sx_dict_free(keys->names);
  sx_arena_free(keys->arena);
  sx_mem_free(&ctx, keys);
}

sx_status sx_long_keys_put(sx_long_keys *keys, const char *name, const char *value, sx_error *err) {
  bool piece = false;
  int32_t code = 0;
  if (!sx_long_key_is(&piece, name) || !piece) return SX_OK;
  const size_t known = sx_dict_count(keys->names);
  char *copy = sx_arena_strdup(keys->arena, value);
  if (!copy || !sx_arena_grow(keys->arena, (void **)&keys->values, &keys->cap_values, known + 1, sizeof *keys->values))
    return sx_error_memory(err);
  SX_TRY(sx_dict_add(&code, keys->names, name, strlen(name), err));
  keys->values[code] = copy;
  return SX_OK;
}

sx_status sx_long_keys_get(const char **out, sx_long_keys *keys, const char *name, sx_error *err) {
  bool piece = false;
  char part[SX_LONG_KEY_NAME], again[SX_LONG_KEY_NAME];
  sx_buf key;
  *out = NULL;
  if (!sx_long_key_is(&piece, name) || piece) return SX_OK;
  sx_buf_init(&key, &keys->ctx);
  sx_buf_add(&key, "");
  for (unsigned i = 1; i < 1000; i++) {
    const int n = snprintf(part, sizeof part, "%s.%u", name, i);
    const int32_t code = sx_dict_find(keys->names, part, (size_t)n);
    if (code < 0) break;
    sx_buf_add(&key, keys->values[code]);
  }
  sx_status status = sx_buf_status(&key, err);
  if (status == SX_OK && sx_long_key_name(again, key.data) && strcmp(again, name) == 0) {
    *out = sx_arena_strdup(keys->arena, key.data);
    if (!*out) status = sx_error_memory(err);
  }
  sx_buf_clear(&key);
  return status;
}
