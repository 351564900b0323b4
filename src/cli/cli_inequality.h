/* cli_inequality.h: the two files of the commands inequality and poverty. */
#ifndef SX_CLI_INEQUALITY_H
#define SX_CLI_INEQUALITY_H

#include "cli_job.h"
#include "shuxiao/estimate_inequality.h"

/* cli_inequality_svg.c: the Lorenz curves of y, one per domain of the job (at most 8), with the line of equality; a single one with
 * its pointwise interval. Written to path as SVG. */
sx_status cli_lorenz_svg(cli_job *j, const sx_column *y, const char *name, const sx_inequality_options *options,
                         const char *path, sx_error *err);

#endif
