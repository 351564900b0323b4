/* study_banner.h: what the files of a study's banner tables share. */
#ifndef SX_STUDY_BANNER_H
#define SX_STUDY_BANNER_H

#include "shuxiao/banner.h"
#include "study_load.h"
#include "study_plan.h"

/* study_banner_where.c: where a table stands, `in`: left out, report and book. */
enum { ST_IN_REPORT = 1, ST_IN_ANNEX = 2, ST_IN_BOOK = 4 };
unsigned study__banner_in(const st_block *block);
void study__check_banner_in(st_load *l, const st_block *block);
void study__banner_annex(sx_buf *zh, sx_buf *en, const sx_study *s); /* the annex `tables` */

/* study_banner.c */
sx_status study__banner_request(sx_banner_request *r, const sx_study *s, const sx_node *map, sx_arena *arena,
                                sx_error *err) SX_NODISCARD;
struct sx_synth_model;
typedef struct st_banner_job { /* a table that a run computes */
  const st_step *step;
  sx_banner_request request;
  sx_banner_wave before;
  sx_banner_book *book;
} st_banner_job;
/* The finished book into store and block: the caller's thread alone. */
sx_status study__banner_write(st_run *r, const st_banner_job *j, const struct sx_synth_model *model,
                              sx_error *err) SX_NODISCARD;

/* study_banner_book.c: the part `book` of the block, in this order: open, then table, row, cell as they come, close. */
void study__bb_open(sx_buf *out, const sx_banner_book *book);
void study__bb_table(sx_buf *out, const sx_banner_book *book, const sx_banner_table *table);
void study__bb_row(sx_buf *out, const sx_banner_table *table, const sx_banner_row *row);
void study__bb_cell(sx_buf *out, bool first, const sx_banner_cell *cell, const char *reference);
void study__bb_close(sx_buf *out);

/* study_banner_words.c: the model of the unit table, for its words alone; *out NULL: it has none. On any thread. */
sx_status study__unit_model(struct sx_synth_model **out, const sx_study *s, sx_arena *arena, const sx_ctx *ctx,
                            sx_error *err) SX_NODISCARD;
/* study_banner_words.c: heads, rows and titles of the book in both languages, as the study says them. */
sx_status study__banner_words(sx_banner_book *book, const sx_study *s, const struct sx_synth_model *model,
                              sx_error *err) SX_NODISCARD; /* model: of the unit table, NULL: none */

/* study_banner_who.c: who the cells are made of, as lines for disclosure control behind the block: study_disclosure_banner.c reads them. */
typedef struct st_banner_place {
  const char *indicator; /* "b1/q1" */
  const char *where;     /* the table's condition, "" none */
  const sx_banner_table *table;
  size_t n_top;
  bool shares; /* of the row, or of the table: everyone's number follows from them */
} st_banner_place;
void study__bw_who(sx_buf *out, const st_banner_place *place);
void study__bw_words(sx_buf *out, const sx_store_indicator *words);
sx_status study__bw_put_words(st_run *r, const char *payload, sx_error *err) SX_NODISCARD;

/* study_banner_release.c: what the step made; the block, then lines of study__bw_who. */
sx_status study__banner_payload(const char **out, st_run *r, size_t block, sx_error *err) SX_NODISCARD;

/* study_banner_wave.c: the wave before. */
bool study__bw_asked(const sx_study *s);                   /* some banner table has arrows against it */
bool study__bw_names(const sx_study *s, const char *name); /* such a table names the variable */
size_t study__bw_pair(const sx_study *s);                  /* of the series; ST_NONE: no wave before with data */
sx_status study__bw_plan(st_build *b, size_t step, sx_error *err) SX_NODISCARD; /* what arrows rest on */
sx_status study__bw_open(sx_banner_wave *out, st_run *r, sx_error *err) SX_NODISCARD;
/* The legend says that p of changes elsewhere in the study are adjusted otherwise, where arrows against the wave before are. */
sx_status study__bw_legend(sx_banner_book *book, const sx_study *s, const sx_banner_sig *sig, sx_arena *arena,
                           sx_error *err) SX_NODISCARD;
/* Why a variable, or a condition, is not the same in both waves; NULL: it is. */
const sx_text2 *study__bw_break(const sx_study *s, const char *name);
const sx_text2 *study__bw_break_where(const sx_study *s, const char *where);

#endif
