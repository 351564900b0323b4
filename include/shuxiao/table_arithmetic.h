/* table_arithmetic.h: how expressions compute what has no finite value. */
#ifndef SX_TABLE_ARITHMETIC_H
#define SX_TABLE_ARITHMETIC_H

#include "shuxiao/table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* From now on x/0, the logarithm of 0 and overflow are infinite, as in IEEE 754 and R, in the place of missing: they are compared, and go on in arithmetic;
 * what has no value even so (0/0, the logarithm of a negative number) is missing, and x^0 and 1^x are 1 for a missing x. Not for sx_expr_scalar. */
SX_API void sx_expr_keep_infinite(sx_expr *expr);

#ifdef __cplusplus
}
#endif
#endif
