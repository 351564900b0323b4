/* table_order.h: the order in which the levels of a text are shown. */
#ifndef SX_TABLE_ORDER_H
#define SX_TABLE_ORDER_H

#include "shuxiao/table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Texts have no order of their own. Where all have labels in the column, they stand in the order of these; where all hold a number behind the same words
 * ("6-9", "10-19", "65+"; "Wave 2", "Wave 10"; "第2类", "第10类"), by it; else they stay as they are, in the order in which the file first has them. Columns of
 * other types stay as they are. order [n]: indices into text, those of equal texts in their order. One rule for tables, figures and banner tables. Cost: n log n.
 * Expected: SX_E_MEMORY alone. */
SX_API sx_status sx_text_order(size_t *order, const sx_ctx *ctx, const sx_column *column, const char *const *text,
                               size_t n, sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
