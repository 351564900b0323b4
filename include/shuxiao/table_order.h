/* table_order.h: the order in which levels are shown. */
#ifndef SX_TABLE_ORDER_H
#define SX_TABLE_ORDER_H

#include "shuxiao/table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Declares the order of the levels, by their texts ("3" of a number); n 0 takes it off. The texts are copied. Expected: SX_E_MEMORY alone. */
SX_API sx_status sx_column_set_order(const sx_ctx *ctx, sx_column *column, const char *const *text, size_t n,
                                     sx_error *err) SX_NODISCARD;
/* Where the column's declared order names all of them, levels stand in it, whatever the type; where it leaves one out it does not count. Without one texts
 * have no order of their own. Where all have labels in the column, they stand in the order of these; where all hold a number behind the same words
 * ("6-9", "10-19", "65+"; "Wave 2", "Wave 10"; "第2类", "第10类"), by it; else they stay as they are, in the order in which the file first has them. Columns of
 * other types stay as they are. order [n]: indices into text, those of equal texts in their order. One rule for tables, figures and banner tables. Cost: n log n.
 * Expected: SX_E_MEMORY alone. */
SX_API sx_status sx_level_order(size_t *order, const sx_ctx *ctx, const sx_column *column, const char *const *text,
                                size_t n, sx_error *err) SX_NODISCARD;
/* The same for the categories of a set of answers, which come out of several columns, so that a category that only the second column has would stand behind
 * all of the first: those of columns of numbers stand by their value, those of a dictionary in its order. column: the set's first. */
SX_API sx_status sx_member_order(size_t *order, const sx_ctx *ctx, const sx_column *column, const char *const *text,
                                 size_t n, sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
