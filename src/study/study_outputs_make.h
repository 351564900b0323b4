/* study_outputs_make.h: the files of a run while they are made. Jobs are done side by side: first what units share (the report in each language, the rows, the facts of
 * the audit, how often values occur), then the units (a page, a format, a format in one language), each of which waits for what it needs of that and no longer. */
#ifndef STUDY_OUTPUTS_MAKE_H
#define STUDY_OUTPUTS_MAKE_H

#include <pthread.h>
#include <stdatomic.h>

#include "shuxiao/audit_text.h"
#include "study_outputs_keep.h"

enum { ST_BOTH = 2, ST_ALL_LANGUAGES = 3 }; /* after sx_lang: a unit's language */

/* What units share, in the order in which it is made: each rests on those before it alone. */
typedef enum st_shared {
  ST_SHARED_ZH, /* as sx_lang: the report in it */
  ST_SHARED_EN,
  ST_SHARED_PAIR,
  ST_SHARED_DATA,
  ST_SHARED_AUDIT,
  ST_SHARED_COUNTS,
  ST_SHARED_ARCHIVE, /* of the run before, for the next: nothing waits for it */
  ST_SHARED_KINDS
} st_shared;

/* A page, a format, or a format in one language. */
typedef struct st_unit {
  const sx_publish_format *format; /* NULL: the page in `lang` */
  int lang;                        /* ST_ALL_LANGUAGES: of a format whose languages are made together */
  char name[32];                   /* "docx.zh" */
  char key[SX_HASH_TEXT];          /* of what it is made from; "": made every time */
  unsigned needs;                  /* 1 << st_shared */
  bool kept;
  sx_publish_files files;
  pthread_t thread;
  bool running;                   /* by `thread`; under the lock */
  char verdict_key[SX_HASH_TEXT]; /* of a page that was traced: of what the verdict rests on */
  sx_buf verdict;                 /* sx_page_audit_put */
} st_unit;

enum { ST_UNITS_MAX = 3 * ST_OUTPUTS_MAX + 3 };

/* Something that is shared, or units one after the other. */
typedef struct st_job {
  int shared;      /* -1: units */
  size_t from, to; /* of the order */
} st_job;

typedef struct st_archive {
  const char *name;
  char *data; /* NULL: not read, not there, altered */
  size_t n;
} st_archive;

typedef struct st_said {
  size_t unit;
  sx_severity severity;
  const char *where, *message;
} st_said;

/* SHA-256 of what is shared; "" of what is not there. By language, [ST_BOTH]: side by side. */
typedef struct st_hashes {
  char data[SX_HASH_TEXT], whole[3][SX_HASH_TEXT];
  char template_file[SX_HASH_TEXT];
  char facts[SX_HASH_TEXT]; /* of the audit */
  char books[SX_HASH_TEXT]; /* of the tables that have a banner book: blocks with the key "book" */
} st_hashes;

typedef struct st_maker {
  st_run *r;
  st_outputs *o;
  sx_publish_options options; /* its documents, pair and source: see study__share_lend */
  sx_ctx
      ctx; /* of the units: words go to the lock below, the rest to the caller's context where it is the caller's thread */
  pthread_t caller;
  pthread_mutex_t lock;
  pthread_cond_t more; /* something that is shared is there, or a job failed */
  unsigned shared;     /* 1 << st_shared: there; under the lock */
  size_t failed;       /* the lowest job that did, SIZE_MAX; under the lock */
  sx_document *documents[2], *pair;
  sx_publish_source *source;
  st_hashes hashes;
  sx_page_audit *audit; /* of the pages, by their languages; NULL */
  st_frequencies counts;
  bool has_pair;
  st_unit units[ST_UNITS_MAX];
  size_t n_units;
  size_t order[ST_UNITS_MAX];
  st_job jobs[ST_SHARED_KINDS + ST_UNITS_MAX];
  size_t n_jobs;
  atomic_size_t n_done;
  atomic_bool anew;   /* some unit was made, and the archive will be */
  st_archive archive; /* of the run before */
  sx_arena *arena;    /* of the notes */
  st_said *notes;
  size_t n_notes, cap_notes;
  st_kept old;                 /* of the run before */
  char pictures[SX_HASH_TEXT]; /* of program and results: what a drawing's picture is made from, beside the drawing */
  bool lost;                   /* out of memory for a note */
  atomic_bool unaudited;       /* a page could not be traced: who asks traces them from the disk */
} st_maker;

/* study_outputs_share.c. Makes it, where the run needs it. */
sx_status study__share_make(st_maker *m, st_shared what, sx_error *err) SX_NODISCARD;
/* Waits until it is there (1 << st_shared), for job j; false: it will not be, for a job before j failed. */
bool study__share_wait(st_maker *m, unsigned needs, size_t j);
/* What a unit that has waited makes its files from; documents [2] is its own. */
sx_publish_options study__share_lend(const st_maker *m, const st_unit *u, sx_document *documents[2]);
/* What was said while the documents were built, in the order of the languages. */
void study__share_repeat(const st_maker *m);
void study__share_clear(st_maker *m);
/* The key of a unit that has waited. */
sx_status study__share_key(st_unit *u, const st_maker *m, sx_error *err) SX_NODISCARD;
/* The key of the verdict on a page that is made; "" where it cannot be kept. */
sx_status study__share_verdict_key(st_unit *u, const st_maker *m, sx_error *err) SX_NODISCARD;
bool study__wants_report(const st_outputs *o); /* some format does */

#endif
