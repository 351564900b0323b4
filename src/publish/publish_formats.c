/* publish_formats.c: the formats of a publication by name. To add one: its entry in publish.h and publish_<format>.c, and a line here. */
#include <string.h>

#include "publish_priv.h"

static const sx_publish_format formats[] = {
    {"xlsx", {"出版用工作簿（Excel）", "publication workbook (Excel)"}, sx_publish_xlsx, SX_PUBLISH_BOOK, false},
    {"banner", {"横幅表工作簿（Excel）", "banner book (Excel)"}, sx_publish_banner_tables, SX_PUBLISH_BOOK, false},
    {"csv", {"结果数据（CSV）", "results as CSV"}, sx_publish_csv, SX_PUBLISH_DATA, false},
    {"docx", {"Word 文档", "Word document"}, sx_publish_docx, SX_PUBLISH_REPORT, false},
    {"pdf", {"PDF", "PDF"}, sx_publish_pdf, SX_PUBLISH_REPORT, true},
    {"sdmx", {"SDMX-CSV 2.1 和 1.0", "SDMX-CSV 2.1 and 1.0"}, sx_publish_sdmx, SX_PUBLISH_DATA, false},
    {"json-stat", {"JSON-stat 2.0", "JSON-stat 2.0"}, sx_publish_jsonstat, SX_PUBLISH_DATA, false},
    {"px", {"PC-Axis（PX）", "PC-Axis (PX)"}, sx_publish_px, SX_PUBLISH_DATA, false},
    {"ddi", {"变量与指标说明（DDI）", "codebook (DDI)"}, sx_publish_ddi, SX_PUBLISH_DATA, false},
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
