/* publish_banner.h: banner books as one workbook, of a table file (publish_banner.c) or of a study's run (publish_banner_run.c). */
#ifndef PUBLISH_BANNER_H
#define PUBLISH_BANNER_H

#include "publish_xlsx.h"

enum { PUB_BANNER_SUPPRESSED = 0x80 }; /* of sx_banner_cell.flags: kept back in the view for release */

typedef struct pub_banner {
  const sx_banner_book *book;
  const char *name, *title, *note;     /* of the study's table: its id, title, what else stands below it; "" none */
  const char *const *const *reference; /* [n_tables] of [rows * columns] results; NULL: of no run */
} pub_banner;

/* Its title in the language, "" where it has none. */
const char *sx_publish__banner_title(const sx_banner_table *t, sx_lang lang);
/* Contents, a sheet per table, of a run the checks. x: of a run, with its document; else NULL. */
sx_status sx_publish__banner_book(pub_book *book, const pub_banner *books, size_t n, sx_lang lang, xl *x,
                                  sx_arena *arena, sx_error *err) SX_NODISCARD;

#endif
