/* cli_store.h: what the commands on stores of results share. */
#ifndef SX_CLI_STORE_H
#define SX_CLI_STORE_H

#include "cli.h"

/* PATH is a results.db, or a folder that holds one. Missing: SX_E_IO saying what to run. */
sx_status cli_store_open(sx_store **out, const cli_app *app, const char *path, sx_store_mode mode, sx_error *err);

#endif
