/* study_outputs.h: the files that a run hands on: which, made whole in memory, written all at once. */
#ifndef STUDY_OUTPUTS_H
#define STUDY_OUTPUTS_H

#include "shuxiao/publish.h"
#include "study_run.h"

enum { ST_OUTPUTS_MAX = 16 };
struct st_kept;              /* study_outputs_keep.h */
#define ST_REFUSED "refused" /* folder of the outputs: what a run made that must not be published */
typedef struct st_outputs {
  const char *dir, *db,
      *page
          [3]; /* page, by language, [2]: side by side: NULL where the study does not write that language, or no HTML */
  const sx_publish_format *formats[ST_OUTPUTS_MAX];
  size_t n_formats;
  bool html, zip;
  bool force;        /* nothing is kept */
  bool chosen;       /* by who runs it, not by the study */
  const char *words; /* "html xlsx zip", in one order */
  /* of the files that were made: how many, and how many of them lay in the folder as they are; the names of the others; the record for the next run */
  size_t n_files, n_kept;
  const char *written, *record;
  const char
      *names; /* of all files that are this run's, a line feed before and behind each; NULL where none were asked for */
  const char **
      gone; /* files of the run before that the study makes no longer, unaltered: they go with this run; and in one line */
  size_t n_gone;
  const char *removed;
  const char *
      left; /* of formats that were made before and not this time: lines "HASH ~NAME", by which an audit holds them too */
  bool audit;                     /* the pages are traced as they are made */
  struct sx_audit_traces *traces; /* of the pages as they were made; NULL: they were not traced, or not all */
  const char *traced[3];          /* their hashes */
  /* where the files of a run were put aside that must not be published, and why that could not be done; NULL */
  const char *refused, *refused_lost;
} st_outputs;

/* Where they go and which they are: options->outputs, else the study's `outputs`, else html. Makes the folder. */
sx_status study__outputs_find(st_outputs *o, const sx_study *s, const sx_run_options *options, sx_arena *arena,
                              sx_error *err) SX_NODISCARD;
/* Every file of the run, in memory; of a run that is being written too. */
sx_status study__outputs_make(sx_publish_files *files, st_run *r, st_outputs *o, sx_error *err) SX_NODISCARD;
/* study_outputs_refuse.c: whether they may be published: no rule of severity error fails, and no number of the pages, or without pages of the documents,
 * workbooks and results, differs or is typed (o->audit: what was not traced yet is). */
sx_status study__outputs_judge(bool *good, st_run *r, const sx_publish_files *files, st_outputs *o,
                               sx_error *err) SX_NODISCARD;
/* Puts them aside, in the place of those of an earlier run; what was found names them there. */
sx_status study__outputs_refuse(const st_run *r, const sx_publish_files *files, st_outputs *o,
                                sx_error *err) SX_NODISCARD;
/* Takes away what an earlier run put aside. */
sx_status study__outputs_clear_refused(const st_run *r, const st_outputs *o, sx_error *err) SX_NODISCARD;
/* study_codebook.c: how often values occur, by the columns of the unit table's schema, and what they are called. No counts where nothing is counted
 * (tables that are protected), nothing where there are no data. Found and kept by the run's own thread; counted by any, from the run's data, which nobody changes meanwhile. */
typedef struct st_frequencies {
  sx_arena *arena;
  sx_table *read;   /* what is counted, where the run has not read all variables */
  const char *text; /* payload of the step `codebook` */
  const sx_publish_frequency *all;
  const sx_publish_words *words;
} st_frequencies;
sx_status study__frequencies_find(st_frequencies *f, st_run *r, sx_error *err) SX_NODISCARD;
sx_status study__frequencies_count(st_frequencies *f, const st_run *r, const sx_ctx *ctx, sx_error *err) SX_NODISCARD;
sx_status study__frequencies_keep(const st_frequencies *f, st_run *r, sx_error *err) SX_NODISCARD;
void study__frequencies_clear(st_frequencies *f);
/* study_banner_words.c: what the variables of the unit table and their values are called, as the study says it in both languages, by the columns of the schema.
 * model: of the unit table, NULL: none. */
struct sx_synth_model;
sx_status study__codebook_words(const sx_publish_words **out, const sx_study *s, const struct sx_synth_model *model,
                                sx_arena *arena, sx_error *err) SX_NODISCARD;
/* study_outputs_stale.c: which files go with this run, and what the record says on of formats that were not asked for. */
sx_status study__outputs_leave(st_outputs *o, const st_run *r, const struct st_kept *old, const sx_publish_files *files,
                               sx_buf *record, sx_error *err) SX_NODISCARD;
/* The same file: names of the study's files in the folder that are not this run's, in order, blanks between; "" where there are none. */
sx_status study__outputs_stale(const char **out, const st_run *r, const st_outputs *o, sx_error *err) SX_NODISCARD;
/* What the step `report` keeps of them: the formats, then a line "hash  name" per file, then those of o->left. */
sx_status study__outputs_payload(sx_buf *out, const sx_publish_files *files, const st_outputs *o,
                                 sx_error *err) SX_NODISCARD;
/* The run before was asked for these formats. */
sx_status study__outputs_asked(bool *asked, st_run *r, const st_step *step, const st_outputs *o,
                               sx_error *err) SX_NODISCARD;
/* The folder holds what the step's payload says, and these formats. */
sx_status study__outputs_there(bool *there, st_run *r, const st_step *step, st_outputs *o, sx_error *err) SX_NODISCARD;

#endif
