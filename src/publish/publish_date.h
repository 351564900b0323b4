/* publish_date.h: the date that files carry. */
#ifndef PUBLISH_DATE_H
#define PUBLISH_DATE_H

#include "publish_priv.h"

typedef struct sx_publish_date {
  long year, month, day;
} sx_publish_date;
/* Of "2025年8月", "15 August 2025", "2025-08-15", else the beginning of the wave's year; without any the first day of 1980. */
sx_publish_date sx_publish__date(const char *date, const char *wave);
/* That of the run's document and wave. */
sx_publish_date sx_publish__run_date(const pub_run *run);

#endif
