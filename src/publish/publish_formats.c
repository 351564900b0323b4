/* publish_formats.c: the formats of a publication by name. To add one: its entry in publish.h and publish_<format>.c, and a line here. */
#include <string.h>

#include "publish_priv.h"

static const sx_publish_format formats[] = {
    {"csv", {"结果数据（CSV）", "results as CSV"}, sx_publish_csv},
    {"docx", {"Word 文档", "Word document"}, sx_publish_docx},
    {"pdf", {"PDF", "PDF"}, sx_publish_pdf},
};

const sx_publish_format *sx_publish_formats(size_t *n) {
  *n = sizeof formats / sizeof *formats;
  return formats;
}

const sx_publish_format *sx_publish_find(const char *name) {
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
    if (strcmp(formats[i].name, name) == 0) return &formats[i];
  }
  return NULL;
}
