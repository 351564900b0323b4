/* banner_quality.c: cells of low reliability, by the criteria of every other estimate (release_quality.h). */
#include <math.h>
#include <string.h>

#include "banner_priv.h"

static bool is_share(sx_banner_measure m) {
  return m == SX_BANNER_COL_PCT || m == SX_BANNER_ROW_PCT || m == SX_BANNER_TOTAL_PCT;
}

sx_status sx_banner__judge(sx_banner_cell *cell, const banner_plan *plan, sx_banner_measure measure, double n,
                           sx_arena *arena, sx_error *err) {
  const sx_quality_options *options = plan->request->quality;
  const bool estimate =
      is_share(measure) || measure == SX_BANNER_MEAN || measure == SX_BANNER_MEDIAN || measure == SX_BANNER_COUNT;
  if (!options || !estimate || !isfinite(cell->value)) return SX_OK;
  const sx_quality_input in = {.estimate = cell->value,
                               .se = cell->se,
                               .cv = cell->value != 0 ? cell->se / fabs(cell->value) : (double)NAN,
                               .df = cell->df,
                               .n = n,
                               .n_eff = cell->n_eff,
                               .proportion = is_share(measure)};
  sx_quality quality;
  sx_quality_judge(&quality, &in, options);
  if (!*quality.marks) return SX_OK;
  cell->quality = sx_arena_strdup(arena, quality.marks);
  return cell->quality ? SX_OK : sx_error_memory(err);
}

void sx_banner__criteria(sx_buf *out, const sx_quality_options *o) {
  const struct {
    const char *word;
    double at;
  } all[] = {{"n<", o->min_n}, {"n_eff<", o->min_n_eff}, {"cv>", o->max_cv}, {"df<", o->min_df}};
  bool any = false;
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    if (!(all[i].at > 0)) continue;
    sx_buf_printf(out, "%s%s%.6g", any ? ", " : "", all[i].word, all[i].at);
    any = true;
  }
  if (o->standard == SX_QUALITY_NCHS) sx_buf_printf(out, "%sNCHS 2017", any ? ", " : "");
}
