/* publish_date.c: the date that files carry: the one that the report declares, never that of the clock, so that the same run gives the same bytes. */
#include "publish_date.h"

#include <string.h>

static long number_at(const char **text) {
  long value = 0;
  size_t digits = 0;
  while (**text && (**text < '0' || **text > '9')) ++*text;
  for (; **text >= '0' && **text <= '9' && digits < 6; ++*text, digits++) value = value * 10 + (**text - '0');
  return digits ? value : -1;
}

static int month_named(const char *text) {
  static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (int m = 0; m < 12; m++) {
    if (strstr(text, names[m])) return m + 1;
  }
  return 0;
}

sx_publish_date sx_publish__date(const char *date, const char *wave) {
  long year = -1, month = month_named(date), day = 1;
  for (const char *p = date; *p && year < 0;) {
    const long n = number_at(&p);
    if (n >= 1900 && n <= 2999) year = n;
    if (n < 0) break;
  }
  if (year > 0 && !month) {
    const char *p = date;
    while (number_at(&p) != year) {
    }
    const long m = number_at(&p), d = number_at(&p);
    if (m >= 1 && m <= 12) month = m;
    if (month && d >= 1 && d <= 28) day = d;
  }
  if (year < 0) {
    const long n = number_at(&wave);
    year = n >= 1900 && n <= 2999 ? n : 1980;
  }
  return (sx_publish_date){year, month ? month : 1, day};
}

sx_publish_date sx_publish__run_date(const pub_run *run) {
  const sx_node *root = run->document ? sx_doc_root(run->document) : NULL,
                *node = root ? sx_node_get(root, "date") : NULL;
  if (node && node->kind == SX_NODE_MAP) node = sx_node_get(node, sx_node_get(node, "en") ? "en" : "zh");
  return sx_publish__date(node && node->kind == SX_NODE_SCALAR && node->text ? node->text : "", run->wave);
}
