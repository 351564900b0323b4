/* fuzz_publish_docx.c: outside .docx files: an edited document filled anew (first byte a: the archive, x: word/document.xml, p: docProps/custom.xml, k: the key of a number)
 * and templates (s: word/styles.xml). What comes out is an archive whose parts are as well-formed as they went in. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "publish/publish_docx_priv.h"
#include "shuxiao/io_archive.h"
#include "shuxiao/publish.h"
#include "shuxiao/report_number_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char field[] =
    "<w:document xmlns:w=\"w\"><w:body><w:p><w:fldSimple w:instr=\"DOCPROPERTY &quot;users.total | e-8 "
    ".2;亿人&quot;\"><w:r><w:t>9.58亿人</w:t></w:r></w:fldSimple></w:p></w:body></w:document>";
static sx_store *store;

static void must(bool holds) {
  if (!holds) __builtin_trap();
}

static void open_store(void) {
  char path[] = "/tmp/fuzz_publish_docx_XXXXXX";
  const int file = mkstemp(path);
  must(file >= 0);
  close(file);
  unlink(path);
  const sx_store_run info = {.study = "s", .wave = "2025-S1", .version = "0"};
  const sx_store_indicator users = {.id = "users", .label = {"用户", "users"}, .scale = 1};
  const sx_store_row row = {.wave = "2025-S1", .indicator = "users", .statistic = "total", .estimate = 987654321};
  int64_t run;
  must(sx_store_open(&store, NULL, path, SX_STORE_WRITE, NULL) == SX_OK);
  must(sx_store_begin(&run, store, &info, NULL, 0, NULL) == SX_OK);
  must(sx_store_put_indicator(store, &users, NULL) == SX_OK);
  must(sx_store_put_row(NULL, store, "s", &row, NULL) == SX_OK);
  must(sx_store_finish(store, NULL) == SX_OK);
  unlink(path);
}

static void check(const char *docx, size_t n) {
  sx_package p;
  sx_publish__package_init(&p, NULL);
  must(sx_publish__package_read(&p, docx, n, "out", NULL) == SX_OK);
  const sx_xml_handler nothing = {.data = NULL};
  const sx_package_part *part = sx_publish__package_get(&p, "word/document.xml");
  must(part && sx_xml_read(NULL, "out", part->data, part->n, &nothing, NULL) == SX_OK);
  sx_publish__package_clear(&p);
}

static void refill(const char *docx, size_t n) {
  sx_buf out;
  sx_refill *report = NULL;
  sx_error err = SX_ERROR_INIT;
  sx_buf_init(&out, NULL);
  const sx_status status = sx_publish_refill(&out, &report, docx, n, "in", store, -1, &err);
  must(status == err.status);
  if (status == SX_OK) {
    must(report->n_fields > 0);
    check(out.data, out.n);
  } else {
    must(err.message[0] != '\0' && out.n == 0);
  }
  sx_refill_free(report);
  sx_buf_clear(&out);
}

static void key(const char *text, size_t n) {
  sx_number_key k;
  sx_buf out;
  if (sx_number_key_parse(&k, text, n, NULL) != SX_OK) return;
  sx_buf_init(&out, NULL);
  sx_number_key_print(&out, &k, 1234.5678, 2);
  sx_buf_clear(&out);
}

static void styles(sx_package *p) {
  sx_docx_template t;
  if (sx_publish__docx_template(&t, p, "in", NULL) == SX_OK) sx_publish__docx_template_clear(&t, &p->ctx);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  if (n < 1) return 0;
  if (!store) open_store();
  const char *text = (const char *)data + 1;
  const char form = (char)data[0];
  sx_package p;
  char *docx = NULL;
  size_t size = 0;
  n--;
  if (form == 'a') refill(text, n);
  if (form == 'k') key(text, n);
  if (form != 'x' && form != 'p' && form != 's') return 0;
  sx_publish__package_init(&p, NULL);
  const bool own = form == 'x';
  must(sx_publish__package_put(&p, "word/document.xml", own ? text : field, own ? n : sizeof field - 1, NULL) == SX_OK);
  if (!own)
    must(sx_publish__package_put(&p, form == 'p' ? "docProps/custom.xml" : "word/styles.xml", text, n, NULL) == SX_OK);
  if (form == 's') {
    styles(&p);
  } else if (sx_publish__package_write(&docx, &size, &p, NULL) == SX_OK) {
    refill(docx, size);
  }
  sx_mem_free(NULL, docx);
  sx_publish__package_clear(&p);
  return 0;
}
