/* publish_sdmx.h: which dataflow a run is, and the message that says what its codes mean. */
#ifndef PUBLISH_SDMX_H
#define PUBLISH_SDMX_H

#include "publish_cube.h"

/* AGENCY:ID(VERSION); the data structure definition is DSD_ and the part of ID after DF_. Arena of the run. */
typedef struct sx_sdmx_flow {
  const char *agency, *id, *version, *structure;
} sx_sdmx_flow;
/* SDMX-ML 2.1: the dataflow, its code lists, concepts and data structure definition. */
sx_status sx_publish__sdmx_structure(sx_buf *out, const pub_cube *cube, const sx_sdmx_flow *flow,
                                     sx_error *err) SX_NODISCARD;

#endif
