/* publish_shapes.h: a sparse cube as dense ones: a shape for each set of variables that rows are crossed by. */
#ifndef PUBLISH_SHAPES_H
#define PUBLISH_SHAPES_H

#include "publish_cube.h"

typedef struct pub_axis {
  const pub_dimension *dimension;
  size_t *codes; /* [n] of the dimension that occur, in its order */
  size_t n;
} pub_axis;
typedef struct pub_shape {
  const char *id; /* "total", "sex", "age_x_sex": of letters, digits and _ */
  pub_axis *axes; /* INDICATOR (with its statistic), the variables, TIME_PERIOD */
  size_t n_axes, size;
  const pub_obs **obs; /* [n_obs] */
  size_t n_obs, cap_obs;
  const pub_obs **at;    /* [size] by the axes, the last fastest; NULL: no row */
  const pub_obs **first; /* [axes[0].n] of each indicator with its statistic the first row */
  bool *mixed;           /* [axes[0].n] its rows are not all of one unit */
  const size_t *variables;
  size_t n_variables;
} pub_shape;
typedef struct pub_shapes {
  pub_shape *items;
  size_t n, cap;
} pub_shapes;
/* Shapes whose cells are beyond 2 million, or a hundred times their rows, are split by indicator. Arena of the run. */
sx_status sx_publish__shapes(pub_shapes *out, const pub_cube *cube, sx_error *err) SX_NODISCARD;
/* "Digital consumption: Sex, Age" */
void sx_publish__shape_label(sx_buf *out, const pub_cube *cube, const pub_shape *shape, sx_lang lang);

#endif
