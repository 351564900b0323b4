/* report_long_key.h: keys of numbers (report_number_key.h) that cannot be the name of a document's property: Office keeps 255 characters of a name and of a
 * value, and a quotation mark or backslash in a name (of a level: say "yes") is written with a backslash before it in the code of a field, which LibreOffice reads and does not write again. Such a property is called "sx_" and sixteen digits of the SHA-256 of its key, and the key itself stands in the values of the
 * properties "sx_....1", "sx_....2" and so on, in pieces. */
#ifndef SX_REPORT_LONG_KEY_H
#define SX_REPORT_LONG_KEY_H

#include "shuxiao/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SX_LONG_KEY_NAME = 32 }; /* room for a name, its piece's number too */

/* The name that stands for a key; false: the key can be a name itself. */
SX_API bool sx_long_key_name(char out[SX_LONG_KEY_NAME], const char *key);
/* Bytes of the piece of a key that begins at `at`: 240 characters, the last fewer. */
SX_API size_t sx_long_key_piece(const char *key, size_t at);
/* Whether a property of this name belongs to a long key; *piece: it holds a part of the key itself. */
SX_API bool sx_long_key_is(bool *piece, const char *name);

typedef struct sx_long_keys sx_long_keys; /* of a document: pieces are put, keys are asked for */
SX_API sx_status sx_long_keys_new(sx_long_keys **out, const sx_ctx *ctx, sx_error *err) SX_NODISCARD;
SX_API void sx_long_keys_free(sx_long_keys *keys); /* NULL ok */
/* A piece; other names are passed over. */
SX_API sx_status sx_long_keys_put(sx_long_keys *keys, const char *name, const char *value, sx_error *err) SX_NODISCARD;
/* The key that a name stands for; *out NULL: a piece is missing or was changed, or it is no such name. It is lent as long as the keys live. */
SX_API sx_status sx_long_keys_get(const char **out, sx_long_keys *keys, const char *name, sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
