/* cli_banded.h: the picture of a fit to banded amounts. */
#ifndef SX_CLI_BANDED_H
#define SX_CLI_BANDED_H

#include "cli.h"
#include "shuxiao/estimate_banded.h"

/* Writes an SVG of domain 0: the bands as a histogram over the logarithm of the amount, the fitted density on it. */
sx_status cli_banded_svg(const cli_app *app, const sx_banded_result *result, const char *title, const char *path,
                         sx_error *err);

#endif
