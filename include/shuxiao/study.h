/* study.h: a study file from text to finished outputs: load (and check) -> plan -> run. docs/study-file.md is its reference. */
#ifndef SX_STUDY_H
#define SX_STUDY_H

#include "shuxiao/design.h"
#include "shuxiao/report.h"
#include "shuxiao/store.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sx_study sx_study;

/* Every problem found, not only the first. */
typedef struct sx_problem {
  char *where;
  char *message;
  bool warning;
} sx_problem;
typedef struct sx_problems {
  sx_ctx ctx;
  sx_problem *items;
  size_t n, cap;
} sx_problems;
#define SX_PROBLEMS_INIT                                                                                               \
  { SX_CTX_INIT, NULL, 0, 0 }
SX_API void sx_problems_clear(sx_problems *problems);

/* Reads, parses and checks the whole study against its data files' variables; problems (may be NULL; SX_PROBLEMS_INIT
 * before) receives all of them; the status is SX_E_PARSE when there is any that is not a warning, err being the first.
 * A study whose `requires` is absent loads without looking at its data: sx_study_skipped says why. */
SX_API sx_status sx_study_load(sx_study **out, const sx_ctx *ctx, const char *path, sx_problems *problems,
                               sx_error *err) SX_NODISCARD;
typedef struct sx_load_options {
  uint32_t version;
  const char *data_dir; /* stands in for the study's `root` and `requires`; NULL: as the study says */
  const char *style;    /* house style in place of the study's `style`; NULL: as it says */
  /* The results of the run before are asked: interviews that they say this program made of the same model, as content tells, need no model
   * solved again, and a data file of the same bytes that is read in the same way need not be read whole for the levels of its texts. Where they say nothing,
   * or are not there, every model is solved and every such file read. */
  bool again;
  const char *out_dir; /* then: where they are, as in sx_run_options */
} sx_load_options;
#define SX_LOAD_OPTIONS_INIT                                                                                           \
  { 1, NULL, NULL, false, NULL }
/* The same with options (NULL: SX_LOAD_OPTIONS_INIT). */
SX_API sx_status sx_study_load_with(sx_study **out, const sx_ctx *ctx, const char *path, const sx_load_options *options,
                                    sx_problems *problems, sx_error *err) SX_NODISCARD;
SX_API void sx_study_free(sx_study *study);

/* A study's plan as an Excel workbook (docs/plan-workbook.md): every function above takes one in the place of the YAML, told by its content, and
 * names sheet, row and column in its errors. */
SX_API bool sx_study_is_plan(const sx_ctx *ctx, const char *path); /* an .xlsx with a sheet `study` (研究) */
/* The study file that the workbook stands for. Expected: SX_E_PARSE, SX_E_DATA with the place of the first cell that is wrong. */
SX_API sx_status sx_study_plan_yaml(sx_buf *out, const sx_ctx *ctx, const char *path, sx_error *err) SX_NODISCARD;
/* A study file as a plan's workbook, its sheets and headings in that language. path NULL: the template, with instructions. Expected: SX_E_PARSE,
 * SX_E_LIMIT (a text longer than a cell holds). */
SX_API sx_status sx_study_plan_book(sx_buf *out, const sx_ctx *ctx, const char *path, sx_lang lang,
                                    sx_error *err) SX_NODISCARD;
/* "data not present: ..." where the study cannot run here, else NULL; borrowed. */
SX_API const char *sx_study_skipped(const sx_study *study);

typedef struct sx_run_options {
  uint32_t version;
  const char *out_dir; /* NULL: out/ beside the study */
  bool force;          /* recompute everything */
  const char *outputs; /* "html,xlsx", "all": in place of the study's `outputs`; NULL: as it says */
  bool
      audit; /* the numbers of what is made are traced to their results before it is published: a gate, `refused` below */
} sx_run_options;
#define SX_RUN_OPTIONS_INIT                                                                                            \
  { 1, NULL, false, NULL, false }

typedef struct sx_run_step {
  const char *id, *title;
  bool reused;
  double seconds;
} sx_run_step;
typedef struct sx_run_result {
  sx_ctx ctx;
  int64_t run;
  char *store_path, *report_zh, *report_en; /* NULL where the study does not ask for that language */
  char *skipped;                            /* why the study could not run here ("data not present: ..."), else NULL */
  sx_run_step *steps;
  size_t n_steps;
  char *report_both;     /* the page in two languages side by side; NULL where the study does not ask for it */
  size_t n_failed_rules; /* validation rules of severity error that do not hold: a publication gate, `refused` below */
  size_t
      n_open_results; /* sensitive results that what is published would give away: a publication gate. Where there is one neither files nor a run
                            are written, `run` is -1, and of the rest n_failed_rules alone is set */
  size_t n_files,
      n_files_kept;    /* of the outputs: made from the same as in the run before and still so on the disk: kept */
  char *files_written; /* names of the others, blanks between; NULL or "" where all were kept */
  char *files;         /* names of all of them, a line feed before and behind each; NULL without */
  char *
      files_stale; /* names of the study's files in the folder that this run did not make: of an earlier one; blanks between; NULL or "" without */
  char *
      files_removed; /* names of files that the run before made, nobody altered and the study makes no longer: gone with this run; NULL or "" without */
  struct sx_audit_traces *
      traces; /* audit_text.h: what sx_audit_outputs says of the pages, or without pages of documents, workbooks and results, which lie in the
                                     folder with the bytes that were traced; NULL where that was not asked for or nothing of these was made: ask it */
  /* Where the files were put aside that must not be published, since a rule of severity error does not hold or, where `audit` was asked for, a number
   * differs from its result or is typed: files and store are as they were, `run` is -1, and besides these, n_failed_rules and traces nothing is set.
   * NULL where the run was published. refused_lost: why they could not be put there; NULL. */
  char *refused, *refused_lost;
} sx_run_result;
/* The plan as text, with what would be reused and why: --explain. Caller frees *text with sx_mem_free. */
SX_API sx_status sx_study_explain(char **text, const sx_study *study, const sx_run_options *options,
                                  sx_error *err) SX_NODISCARD;
SX_API sx_status sx_study_run(sx_run_result **out, const sx_study *study, const sx_run_options *options,
                              sx_error *err) SX_NODISCARD;
SX_API void sx_run_result_free(sx_run_result *result);
/* What a study's estimates are made from, for estimates that it does not name: the unit table with every variable of its file, its
 * joins and derived variables, and the design with the weighting done. Both are the caller's (sx_table_free, sx_design_free).
 * Expected: SX_E_DATA where the study's data are not present (sx_study_skipped) or would have to be generated by a run first, and
 * what reading, deriving and weighting fail with, with their places. */
SX_API sx_status sx_study_open_data(sx_table **table, sx_design **design, const sx_study *study,
                                    sx_error *err) SX_NODISCARD;
/* The design that a file's `design` and `weighting` describe, on a table of the caller's: the same words as in a study file. The
 * file's `derived` variables are added to the table; its other parts (it may be a whole study) are left alone. Problems as in
 * sx_study_load: SX_E_PARSE with line and column. */
SX_API sx_status sx_study_open_design(sx_design **design, sx_table *table, const char *path,
                                      sx_error *err) SX_NODISCARD;
/* A commented study for a data file, its guesses marked '# confirm'. */
SX_API sx_status sx_study_new(const sx_ctx *ctx, const char *dir, const char *data_file, sx_error *err) SX_NODISCARD;

/* Guesses of which variables are weight, stratum, cluster and replicate weights, best first, with the reason; used by describe and
 * by estimates without weights. Replicate weights (role "repweights") are a run of 8 columns or more side by side, of one stem
 * and consecutive numbers: `variable` is the first of them and `pattern` says all, "jk[01-44]". */
typedef struct sx_guess {
  const char *role;
  const char *variable;
  const char *reason;
  double score;
  char pattern[96]; /* empty but for a run */
} sx_guess;
SX_API size_t sx_study_guess_design(sx_guess *out, size_t max, const sx_table *table);
SX_API const char *sx_guess_text(const sx_guess *guess); /* the pattern, else the variable; borrowed from guess */
SX_API bool sx_guess_covers(const sx_guess *guess, const char *variable);

#ifdef __cplusplus
}
#endif
#endif
