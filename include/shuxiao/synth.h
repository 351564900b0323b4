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
/* The model as it is in another wave, one that the file declares under `waves`; NULL: the model itself. */
SX_API sx_status sx_synth_load_wave(sx_synth_model **out, const sx_ctx *ctx, const char *path, const char *wave,
                                    sx_error *err) SX_NODISCARD;
/* The model as far as it can be read without solving for its probabilities: its inputs and assumptions. What sx_synth_load_wave finds wrong while it
 * solves is not found; nothing can be drawn from it (SX_E_ARGUMENT). For a file that is known to have been made from the same model. */
SX_API sx_status sx_synth_load_words(sx_synth_model **out, const sx_ctx *ctx, const char *path, const char *wave,
                                     sx_error *err) SX_NODISCARD;
SX_API void sx_synth_free(sx_synth_model *model);
/* The context that it polls and tells from now on; its memory stays that of the one it was loaded with, which must be the same. */
SX_API void sx_synth_set_ctx(sx_synth_model *model, const sx_ctx *ctx);

/* Persons of an earlier sample of n interviews with `seed`, from a model with the same population and sampling, interviewed again:
 * the first `share` of each stratum (rounded, and no more than it had). They keep their number, their place in the population and
 * their common factor; each variable keeps its draw with probability `stay`, or the variable's own `stay`, else it is drawn anew.
 * docs/methods/synthetic.md. */
typedef struct sx_synth_panel {
  uint64_t seed;
  size_t n;
  double share, stay; /* 0 to 1 */
} sx_synth_panel;
typedef struct sx_synth_sample {
  size_t n;
  uint64_t seed;
  sx_synth_panel panel; /* n 0: everybody is new */
} sx_synth_sample;
/* Interviews as a table: the same bits for a sample on every x86-64 machine and thread count. Metadata `synthetic` is set. With a
 * panel the numbers of new persons begin after those of the earlier sample. */
SX_API sx_status sx_synth_generate(sx_table **out, const sx_synth_model *model, const sx_synth_sample *sample,
                                   sx_error *err) SX_NODISCARD;
/* The same straight to a file, in batches of bounded memory. Rows are those of sx_synth_generate. */
SX_API sx_status sx_synth_write(const sx_synth_model *model, const sx_synth_sample *sample, const char *path,
                                sx_error *err) SX_NODISCARD;
/* Items with a declared assumption, for the annex: name, statement. */
SX_API size_t sx_synth_assumptions(const sx_synth_model *model);
SX_API const char *sx_synth_assumption(const sx_synth_model *model, size_t i, const char **name);
/* The same in one language ("zh" or "en"; the other where that one is not given). */
SX_API const char *sx_synth_assumption_in(const sx_synth_model *model, size_t i, const char *language,
                                          const char **name);
/* What the model calls a variable (level NULL), a level of one, or a set, in both languages; false: it does not say. Texts are the model's. */
SX_API bool sx_synth_words(const char **zh, const char **en, const sx_synth_model *model, const char *name,
                           const char *level);
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
