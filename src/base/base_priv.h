/* base_priv.h: shared between the files of src/base. */
#ifndef SX_BASE_PRIV_H
#define SX_BASE_PRIV_H

#include "shuxiao/base.h"

/* SX_E_IO with "<what>: <text of the error number>" at path. */
sx_status sx_base__io_error(sx_error *err, const char *path, const char *what, int number);

#endif
