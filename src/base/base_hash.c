/* base_hash.c: SHA-256 (FIPS 180-4) by nettle, used here and nowhere else. */
#include "base_priv.h"

#include <errno.h>
#include <nettle/base16.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void hash_text(char out[SX_HASH_TEXT], struct sha256_ctx *state) {
  uint8_t digest[SHA256_DIGEST_SIZE];
  sha256_digest(state, sizeof digest, digest);
  base16_encode_update(out, sizeof digest, digest);
  out[SX_HASH_TEXT - 1] = '\0';
}

void sx_hash_bytes(char out[SX_HASH_TEXT], const void *data, size_t n) {
  struct sha256_ctx state;
  sha256_init(&state);
  sha256_update(&state, n, data);
  hash_text(out, &state);
}

sx_status sx_hash_file(char out[SX_HASH_TEXT], const sx_ctx *ctx, const char *path, sx_error *err) {
  enum { CHUNK = 1 << 16 };
  sx_status st = SX_OK;
  struct sha256_ctx state;
  FILE *file = NULL;
  int fd = -1;
  char *chunk = sx_mem_alloc(ctx, CHUNK, 1);
  if (!chunk) return sx_error_memory(err);
  SX_TRY_GOTO(st, sx_base__open(&fd, path, err), done);
  file = fdopen(fd, "rb");
  if (!file) {
    st = sx_base__io_error(err, path, "cannot be opened", errno);
    close(fd);
    goto done;
  }
  sha256_init(&state);
  for (;;) {
    SX_TRY_GOTO(st, sx_ctx_poll(ctx, err), done);
    errno = 0;
    const size_t got = fread(chunk, 1, CHUNK, file);
    sha256_update(&state, got, (const uint8_t *)chunk);
    if (got < CHUNK) break;
  }
  if (ferror(file)) {
    st = sx_base__io_error(err, path, "cannot be read", errno);
    goto done;
  }
  hash_text(out, &state);
done:
  if (file) fclose(file);
  sx_mem_free(ctx, chunk);
  return st;
}
