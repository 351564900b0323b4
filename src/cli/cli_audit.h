/* cli_audit.h: `shuxiao audit`, which looks at three things: published figures (cli_audit.c), our own report and someone's text
 * (cli_audit_text.c). */
#ifndef SX_CLI_AUDIT_H
#define SX_CLI_AUDIT_H

#include "cli.h"
#include "shuxiao/audit.h"

/* Everything that is not an audit file: a study file, a run's folder or results.db, a text with --against. */
int cli_audit_text(cli_app *app, const cli_args *args);
struct sx_audit_traces;
/* The pages of a finished run, or where it made none its documents, workbooks and CSV beside the store, traced to their results: what differs or is unbound is said on stderr with its place, a line of counts on stdout.
 * store_path: its results.db; pages: NULL where there is none; files: names of all its files, a line feed before and behind each; known: what was found of
 * them already; NULL: nothing. CLI_OK, CLI_GATE, or the code of an error. */
int cli_audit_run(cli_app *app, const char *store_path, const char *const *pages, size_t n_pages, const char *files,
                  const struct sx_audit_traces *known);

#endif
