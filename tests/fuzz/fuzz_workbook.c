/* fuzz_workbook.c: Excel's workbooks. The first byte says what the rest is: s a sheet, t shared texts, y styles (XML inside an archive
 * made here), k the bytes of an .xls, else those of an .xlsx. What comes back must hang together. */
#include "shuxiao/io.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool holds) {
  if (!holds) __builtin_trap();
}

static bool add(zip_t *zip, const char *name, const void *text, size_t n) {
  zip_source_t *part = zip_source_buffer(zip, text, n, 0);
  return part && zip_file_add(zip, name, part, 0) >= 0;
}

/* An archive in which one part is the input and the others are sound. */
static size_t archive(uint8_t *out, size_t cap, char which, const uint8_t *xml, size_t n) {
  static const char book[] = "<workbook><sheets><sheet name=\"S\" id=\"a\"/></sheets></workbook>";
  static const char relations[] = "<Relationships><Relationship Id=\"a\" Target=\"s.xml\"/></Relationships>";
  static const char shared[] = "<sst><si><t>one</t></si><si><t>two</t></si></sst>";
  static const char styles[] = "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>";
  static const char sheet[] = "<worksheet><row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c></row>"
                              "<row><c><v>1</v></c><c s=\"1\"><v>45000</v></c></row></worksheet>";
  zip_error_t error;
  size_t size = 0;
  zip_error_init(&error);
  zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
  zip_t *zip = source ? zip_open_from_source(source, ZIP_TRUNCATE, &error) : NULL;
  if (!zip) return 0;
  zip_source_keep(source);
  const bool made =
      add(zip, "xl/workbook.xml", book, sizeof book - 1) &&
      add(zip, "xl/_rels/workbook.xml.rels", relations, sizeof relations - 1) &&
      (which == 't' ? add(zip, "xl/sharedStrings.xml", xml, n)
                    : add(zip, "xl/sharedStrings.xml", shared, sizeof shared - 1)) &&
      (which == 'y' ? add(zip, "xl/styles.xml", xml, n) : add(zip, "xl/styles.xml", styles, sizeof styles - 1)) &&
      (which == 's' ? add(zip, "xl/s.xml", xml, n) : add(zip, "xl/s.xml", sheet, sizeof sheet - 1));
  if (made && zip_close(zip) == 0 && zip_source_open(source) == 0) {
    const zip_int64_t got = zip_source_read(source, out, cap);
    size = got > 0 ? (size_t)got : 0;
    zip_source_close(source);
  }
  zip_source_free(source);
  zip_error_fini(&error);
  return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  static uint8_t packed[128 * 1024];
  if (n < 2 || n > 60000) return 0;
  sx_ctx ctx = SX_CTX_INIT;
  ctx.memory_limit = (size_t)256 << 20;
  ctx.n_threads = 1;
  sx_read_options o = SX_READ_OPTIONS_INIT;
  const bool part = data[0] == 's' || data[0] == 't' || data[0] == 'y';
  const void *file = data + 1;
  size_t size = n - 1;
  if (part) {
    size = archive(packed, sizeof packed, (char)data[0], data + 1, n - 1);
    file = packed;
  }
  o.format = data[0] == 'k' ? "xls" : "xlsx";
  sx_table *t = NULL;
  sx_error err = SX_ERROR_INIT;
  const sx_status status = sx_io_read_memory(&t, &ctx, "f", file, size, &o, &err);
  must((status == SX_OK) == (t != NULL));
  if (t) {
    must(sx_table_columns(t) > 0);
    for (size_t i = 0; i < sx_table_columns(t); i++) {
      const sx_column *c = sx_table_get(t, i);
      must(c->n == sx_table_rows(t) && sx_utf8_valid(c->name, strlen(c->name), NULL));
    }
  } else {
    must(err.status == status && err.message[0]);
  }
  sx_table_free(t);
  return 0;
}
