/* publish_csv.c: every row of a run as tidy CSV, and once more with a byte order mark for spreadsheets that take a file without one for the
 * local code page. */
#include "publish_priv.h"
#include "shuxiao/io.h"

sx_status sx_publish_csv(sx_publish_files *files, sx_store *store, int64_t run, const sx_publish_options *options,
                         sx_error *err) {
  pub_run r;
  sx_buf plain, marked;
  const size_t before = files->n;
  SX_TRY(sx_publish__open(&r, store, run, options, true, err));
  sx_buf_init(&plain, &r.ctx);
  sx_buf_init(&marked, &r.ctx);
  sx_status status = sx_store_rows_csv(&plain, r.rows, r.n_rows, err);
  const char *name = sx_publish__name(&r, ".csv"), *excel = sx_publish__name(&r, ".excel.csv");
  if (status == SX_OK && (!name || !excel)) status = sx_error_memory(err);
  if (status == SX_OK) {
    sx_buf_add(&marked, "\xEF\xBB\xBF");
    sx_csv_for_spreadsheet(&marked, plain.data, plain.n);
    status = sx_publish_take(files, name, &plain, err);
  }
  if (status == SX_OK) status = sx_publish_take(files, excel, &marked, err);
  if (status != SX_OK) sx_publish__cut(files, before);
  sx_buf_clear(&plain);
  sx_buf_clear(&marked);
  sx_publish__close(&r);
  return status;
}
