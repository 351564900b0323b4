/* Every allocation fails once in what a plan's workbook is read, made and turned into: those of libxlsxwriter, libzip and expat cannot be
 * reached. */
#include "oom_study.h"
#include "unit/study/plan_book_help.h"

static const char sheets[] =
    "=study\nkey|value\nstudy|s\ntitle.en|T\ndata.p.file|p.csv\nweight|w\nlanguages|en\nkey[1].ref|r.total\nkey[1]."
    "label|R\n"
    "=variables\nvariable|label.en|missing|formula|type\ng|G|9||text\nx||[98, 99]\nbig|||x > 1\n"
    "=values\nvariable|code|label.en|label.zh\ng|a|A|甲\n|b|B|乙\n"
    "=groups\nid|by\ng|g\n=margins\nvariable|category|total\ng|a|10\n|b|20\n"
    "=indicators\nid|kind|variable|domains|decimals\nr|prop|x > 2|g|1\ns|shares|g\nq|quantile|{of: x, probs: [0.5]}\n"
    "=tables\nid|title|indicators|domains\nt|T|r, s|total, g\n";

static void make(void) {
  sx_buf book;
  sx_buf_init(&book, NULL);
  make_folder("plan");
  CHECK_OK(plan_book(&book, sheets, err));
  CHECK_OK(sx_file_write(NULL, in_folder("plan.xlsx"), book.data, book.n, err));
  sx_buf_clear(&book);
  put("p.csv", "w,g,x\n10,a,1\n11,a,2\n12,b,3\n9,b,99\n");
  sx_buf_init(&book, NULL);
  CHECK_OK(sx_study_plan_yaml(&book, NULL, in_folder("plan.xlsx"), err));
  put("study.yaml", book.data ? book.data : "");
  sx_buf_clear(&book);
}

static sx_status load_plan(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_study *study = NULL;
  sx_table *table = NULL;
  sx_design *design = NULL;
  sx_status status = sx_study_load(&study, ctx, in_folder("plan.xlsx"), NULL, err);
  if (status == SX_OK) status = sx_study_open_data(&table, &design, study, err);
  sx_design_free(design);
  sx_table_free(table);
  sx_study_free(study);
  return status;
}

static sx_status to_yaml(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_buf out;
  sx_buf_init(&out, ctx);
  const sx_status status = sx_study_plan_yaml(&out, ctx, in_folder("plan.xlsx"), err);
  sx_buf_clear(&out);
  return status;
}

/* data: the study file, or NULL for the template. */
static sx_status to_book(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_buf out;
  sx_buf_init(&out, ctx);
  const sx_status status = sx_study_plan_book(&out, ctx, data ? in_folder(data) : NULL, SX_LANG_ZH, err);
  sx_buf_clear(&out);
  return status;
}

static void plans(void) {
  static char study[] = "study.yaml";
  make();
  CHECK(oom_run("load", load_plan, NULL) > 100);
  CHECK(oom_run("yaml", to_yaml, NULL) > 30);
  CHECK(oom_run("book", to_book, study) > 30);
  CHECK(oom_run("template", to_book, NULL) > 30);
  drop_folder();
}

SXT_MAIN(SXT_CASE(plans))
