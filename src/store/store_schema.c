/* store_schema.c: the tables of the store and the steps from one version of them to the next. docs/dev/store.md explains them. */
#include "store_schema.h"

#include <stddef.h>

/* Step i brings a file from user_version i to i + 1; the first one makes an empty file a store. Append, never edit: files
 * of every version are about. */
static const char *const migrations[] = {
    /* 0 -> 1 */
    "CREATE TABLE run(id INTEGER PRIMARY KEY, study TEXT NOT NULL, wave TEXT, title_zh TEXT, title_en TEXT,"
    "  version TEXT, options TEXT, started TEXT, finished TEXT, synthetic TEXT) STRICT;"
    "CREATE TABLE input(run INTEGER NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER) STRICT;"
    "CREATE INDEX input_run ON input(run);"
    "CREATE TABLE indicator(run INTEGER NOT NULL, id TEXT NOT NULL, label_zh TEXT, label_en TEXT, question_zh TEXT,"
    "  question_en TEXT, base_zh TEXT, base_en TEXT, unit TEXT, scale REAL, assumed INTEGER NOT NULL,"
    "  PRIMARY KEY(run, id)) STRICT, WITHOUT ROWID;"
    /* Domains are shared by all runs: `key` names the set of terms, `labels` tells apart the same set labelled anew. */
    "CREATE TABLE domain(id INTEGER PRIMARY KEY, key TEXT NOT NULL, labels TEXT NOT NULL, text TEXT NOT NULL,"
    "  UNIQUE(key, labels)) STRICT;"
    "CREATE TABLE term(domain INTEGER NOT NULL, position INTEGER NOT NULL, variable TEXT NOT NULL, level TEXT NOT NULL,"
    "  variable_zh TEXT, variable_en TEXT, level_zh TEXT, level_en TEXT, PRIMARY KEY(domain, position))"
    "  STRICT, WITHOUT ROWID;"
    "CREATE TABLE estimate(id INTEGER PRIMARY KEY, run INTEGER NOT NULL, step TEXT, wave TEXT, indicator TEXT NOT NULL,"
    "  statistic TEXT NOT NULL, domain INTEGER NOT NULL, estimate REAL, std_error REAL, conf_low REAL, conf_high REAL,"
    "  conf_level REAL, df REAL, n INTEGER, n_eff REAL, deff REAL, cv REAL, unit TEXT, quality TEXT, na_reason TEXT,"
    "  method TEXT) STRICT;"
    "CREATE INDEX estimate_name ON estimate(run, indicator, domain);"
    "CREATE TABLE blob(id INTEGER PRIMARY KEY, packing INTEGER NOT NULL, size INTEGER NOT NULL, data BLOB NOT NULL)"
    "  STRICT;"
    "CREATE TABLE carrier(estimate INTEGER PRIMARY KEY, source TEXT, blob INTEGER NOT NULL) STRICT;"
    "CREATE TABLE block(run INTEGER NOT NULL, position INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT, json TEXT NOT "
    "NULL) STRICT;"
    "CREATE INDEX block_run ON block(run, position);"
    "CREATE TABLE step(run INTEGER NOT NULL, step TEXT NOT NULL, key TEXT NOT NULL, blob INTEGER,"
    "  PRIMARY KEY(run, step)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX step_key ON step(step, key, run);"
    "CREATE VIEW result AS SELECT e.wave, e.indicator, e.statistic, d.text AS domain, e.estimate,"
    "  e.std_error AS \"std.error\", e.conf_low AS \"conf.low\", e.conf_high AS \"conf.high\","
    "  e.conf_level AS \"conf.level\", e.df, e.n, e.n_eff, e.deff, e.cv, e.unit, e.quality, e.na_reason, e.method, "
    "e.run"
    "  FROM estimate e JOIN domain d ON d.id = e.domain ORDER BY e.run, e.id;",
    /* 1 -> 2: runs made known */
    "CREATE TABLE publication(label TEXT PRIMARY KEY, run INTEGER NOT NULL, at TEXT NOT NULL) STRICT, WITHOUT ROWID;",
    /* 2 -> 3: which place a step has in its run's plan. Of older runs it is known that what is made of results comes after them. */
    "CREATE TABLE plan(run INTEGER NOT NULL, step TEXT NOT NULL, place INTEGER NOT NULL, PRIMARY KEY(run, step))"
    "  STRICT, WITHOUT ROWID;"
    "INSERT INTO plan SELECT DISTINCT run, step,"
    "  CASE WHEN step = 'significance' OR step GLOB 'change:*' OR step GLOB '*/change:*' THEN 2"
    "  WHEN step GLOB 'balance:*' OR step GLOB '*/balance:*' THEN 1 ELSE 0 END FROM estimate WHERE step IS NOT NULL;",
    /* 3 -> 4: which run has the rows of a run: itself, or an earlier one of the same steps. Only of runs whose every row is of a step in the plan. */
    "CREATE TABLE row_set(run INTEGER PRIMARY KEY, of INTEGER NOT NULL) STRICT;"
    "DROP VIEW result;"
    "CREATE VIEW result AS SELECT e.wave, e.indicator, e.statistic, d.text AS domain, e.estimate,"
    "  e.std_error AS \"std.error\", e.conf_low AS \"conf.low\", e.conf_high AS \"conf.high\","
    "  e.conf_level AS \"conf.level\", e.df, e.n, e.n_eff, e.deff, e.cv, e.unit, e.quality, e.na_reason, e.method, "
    "r.id AS run"
    "  FROM run r JOIN estimate e ON e.run = coalesce((SELECT of FROM row_set WHERE row_set.run = r.id), r.id)"
    "  JOIN domain d ON d.id = e.domain ORDER BY r.id, e.id;",
};

int sx_store__schema_version(void) {
  return (int)(sizeof migrations / sizeof *migrations);
}

const char *sx_store__migration(int from) {
  return from >= 0 && from < sx_store__schema_version() ? migrations[from] : NULL;
}
