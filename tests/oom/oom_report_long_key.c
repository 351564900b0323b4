/* Each allocation of keys in pieces fails once. */
#include "oom.h"

#include <stdio.h>
#include <string.h>

#include "shuxiao/report_long_key.h"

static sx_status in_pieces(const sx_ctx *ctx, void *data, sx_error *err) {
  const char *key = data, *whole = NULL;
  char name[SX_LONG_KEY_NAME], part[SX_LONG_KEY_NAME + 8], piece[600];
  sx_long_keys *keys = NULL;
  CHECK(sx_long_key_name(name, key));
  SX_TRY(sx_long_keys_new(&keys, ctx, err));
  sx_status status = SX_OK;
  size_t n, at = 0;
  for (unsigned i = 1; status == SX_OK && (n = sx_long_key_piece(key, at)) > 0; i++, at += n) {
    snprintf(part, sizeof part, "%s.%u", name, i);
    snprintf(piece, sizeof piece, "%.*s", (int)n, key + at);
    status = sx_long_keys_put(keys, part, piece, err);
  }
  if (status == SX_OK) status = sx_long_keys_get(&whole, keys, name, err);
  if (status == SX_OK) CHECK_STR(whole, key);
  sx_long_keys_free(keys);
  return status;
}

static void test_pieces(void) {
  char key[1500] = "";
  char name[SX_LONG_KEY_NAME];
  for (int i = 0; i < 300; i++) memcpy(key + 4 * i, i % 3 ? "abcd" : "\xE4\xBA\xBA.", 5);
  (void)oom_run("long keys", in_pieces, key);
  CHECK(!sx_long_key_name(name, "users.total | e-8 .2;"));
}

SXT_MAIN(SXT_CASE(test_pieces))
