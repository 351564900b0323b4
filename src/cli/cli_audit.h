/* cli_audit.h: `shuxiao audit`, which looks at three things: published figures (cli_audit.c), our own report and someone's text
 * (cli_audit_text.c). */
#ifndef SX_CLI_AUDIT_H
#define SX_CLI_AUDIT_H

#include "cli.h"
#include "shuxiao/audit.h"

/* Everything that is not an audit file: a study file, a run's folder or results.db, a text with --against. */
int cli_audit_text(cli_app *app, const cli_args *args);

#endif
