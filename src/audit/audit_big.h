/* audit_big.h: decimals of fixed, generous width: sign * integer * 10^e, exact or marked bad, never rounded. Enough for products of a dozen
 * printed numbers; what does not fit is bad and stays bad through every operation. */
#ifndef SX_AUDIT_BIG_H
#define SX_AUDIT_BIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { AU_LIMBS = 48 }; /* of 32 bits */

typedef struct au_big {
  int sign;   /* -1 0 1 */
  bool bad;   /* did not fit */
  uint32_t n; /* limbs in use, least significant first */
  int32_t e;  /* times 10^e */
  uint32_t d[AU_LIMBS];
} au_big;

/* m * 10^e: what a printed number or one end of its interval is. */
typedef struct au_num {
  int64_t m;
  int32_t e;
} au_num;

void sx_audit__big_set(au_big *out, au_num a);
void sx_audit__big_copy(au_big *out, const au_big *a);                 /* only the limbs in use */
void sx_audit__big_mul(au_big *out, const au_big *a, const au_big *b); /* out is neither */
void sx_audit__big_add(au_big *out, const au_big *a);                  /* out += a */
long double sx_audit__ten(int32_t e);                                  /* 10^e, e >= 0: exact up to 27 */
long double sx_audit__big_value(const au_big *a);
/* Exact on numbers of that form; false where they do not fit. */
bool sx_audit__num_mul(au_num *out, au_num a, au_num b);
bool sx_audit__num_add(au_num *out, au_num a, au_num b);
int sx_audit__num_cmp(au_num a, au_num b);
long double sx_audit__num_value(au_num a);
/* "-12.50" with optional sign: *decimals as written; false for anything else or more than 18 digits. */
bool sx_audit__num_read(au_num *out, int *decimals, const char *text);

#endif
