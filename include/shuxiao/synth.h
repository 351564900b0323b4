/* synth.h: synthetic interviews from a declared model. */
#ifndef SX_SYNTH_H
#define SX_SYNTH_H

#include "shuxiao/io.h"
#include "shuxiao/num.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sx_synth_model sx_synth_model;
/* Reads and checks a model file (docs/model-file.md); errors carry file:line:column. */
SX_API sx_status sx_synth_load(sx_synth_model **out, const sx_ctx *ctx, const char *path, sx_error *err) SX_NODISCARD;
SX_API void sx_synth_free(sx_synth_model *model);
/* n interviews with the given seed, as a table: the same bits for a seed on every x86-64 machine and thread count. Metadata `synthetic` is set. */
SX_API sx_status sx_synth_generate(sx_table **out, const sx_synth_model *model, size_t n, uint64_t seed,
                                   sx_error *err) SX_NODISCARD;
/* The same straight to a file, in batches of bounded memory. Rows are those of sx_synth_generate. */
SX_API sx_status sx_synth_write(const sx_synth_model *model, size_t n, uint64_t seed, const char *path,
                                sx_error *err) SX_NODISCARD;
/* Items with a declared assumption, for the annex: name, statement. */
SX_API size_t sx_synth_assumptions(const sx_synth_model *model);
SX_API const char *sx_synth_assumption(const sx_synth_model *model, size_t i, const char **name);
/* The same in one language ("zh" or "en"; the other where that one is not given). */
SX_API const char *sx_synth_assumption_in(const sx_synth_model *model, size_t i, const char *language,
                                          const char **name);
/* The model's own answer, computed from its populations and probabilities without drawing anything: persons with the 0/1 variable
 * at 1, or yuan spent for an amount, in the whole population (attribute NULL) or where a cell attribute has a level.
 * Expected: SX_E_ARGUMENT (unknown names, a variable without a known probability). */
SX_API sx_status sx_synth_truth(double *out, const sx_synth_model *model, const char *variable, const char *attribute,
                                const char *level, sx_error *err) SX_NODISCARD;
/* Files that the model reads, for provenance. */
SX_API size_t sx_synth_inputs(const sx_synth_model *model);
SX_API const char *sx_synth_input(const sx_synth_model *model, size_t i);

#ifdef __cplusplus
}
#endif
#endif
