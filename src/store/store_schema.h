/* store_schema.h: version of the store's tables and the SQL that brings an older file up to it. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

/* PRAGMA application_id of a store: "sxst". Another SQLite file is refused, never written into. */
enum { SX_STORE_APPLICATION_ID = 0x73787374 };

int sx_store__schema_version(void);        /* what this program writes */
const char *sx_store__migration(int from); /* SQL from version `from` to the next; NULL when there is none */

#endif
