/* study_hashed.h: the data files of a study hashed once: what was hashed while it was loaded is known to the plan as long as the file is the same one, by its place on the
 * disk, its size and the time at which it was written. */
#ifndef STUDY_HASHED_H
#define STUDY_HASHED_H

#include "study_parts.h"

bool study__hash_begin(sx_study *s); /* false: out of memory */
/* The files that the newest run in the store read, as they are now, are hashed on a thread of their own from here on, where there is one to spare: most studies read
 * the same again. What goes wrong is told by who asks for a file. study__hash_end waits for it; before the study is freed, and by the thread that loads it. */
void study__hash_ahead(sx_study *s, sx_store *kept);
void study__hash_end(const sx_study *s);
/* Of a file that is looked at while the study is loaded: by the thread that loads it. */
sx_status study__hash_file(char out[SX_HASH_TEXT], const sx_study *s, const char *path, sx_error *err) SX_NODISCARD;
/* The same later, on any thread; *bytes: its size. */
sx_status study__hash_again(char out[SX_HASH_TEXT], int64_t *bytes, const sx_study *s, const char *path,
                            sx_error *err) SX_NODISCARD;

#endif
