#include "shuxiao/base.h"
#include "sxt.h"

static void test_names(void) {
  CHECK_STR(sx_status_name(SX_OK), "OK");
  CHECK_STR(sx_status_name(SX_E_DATA), "E_DATA");
  CHECK_STR(sx_status_name(SX_E_INTERNAL), "E_INTERNAL");
  CHECK_STR(sx_status_name((sx_status)99), "unknown");
  CHECK_STR(sx_status_name((sx_status)-1), "unknown");
  CHECK_STR(sx_status_text(SX_E_MEMORY), "out of memory");
  CHECK(sx_status_text((sx_status)99)[0]);
}

static void test_set(void) {
  sx_error e = SX_ERROR_INIT;
  CHECK_INT(sx_error_set(&e, SX_E_DATA, "a.csv:3", "%d columns, not %d", 4, 5), SX_E_DATA);
  CHECK_INT(e.status, SX_E_DATA);
  CHECK_STR(e.where, "a.csv:3");
  CHECK_STR(e.message, "4 columns, not 5");
  CHECK_INT(sx_error_set(NULL, SX_E_IO, NULL, "x"), SX_E_IO);
  CHECK_INT(sx_error_set(&e, SX_E_IO, NULL, "x"), SX_E_IO);
  CHECK_STR(e.where, "");
}

/* Arguments may come from the error that is being set. */
static void test_alias(void) {
  sx_error e = SX_ERROR_INIT;
  sx_error_set(&e, SX_E_DATA, "place", "inner");
  sx_error_set(&e, e.status, e.where, "outer: %s", e.message);
  CHECK_STR(e.message, "outer: inner");
  CHECK_STR(e.where, "place");
  sx_error_add_where(&e, "%s", "study.yaml");
  CHECK_STR(e.where, "study.yaml: place");
  e.where[0] = '\0';
  sx_error_add_where(&e, "%s:%d", "f", 3);
  CHECK_STR(e.where, "f:3");
  sx_error_add_where(&e, "%s", "");
  CHECK_STR(e.where, "f:3");
  sx_error_add_where(NULL, "f");
}

/* A message is one line, and a cut never splits a character. */
static void test_cut(void) {
  char text[2000];
  for (size_t i = 0; i + 3 < sizeof text; i += 3) memcpy(text + i, "数", 4);
  for (size_t shift = 0; shift < 3; shift++) {
    sx_error e = SX_ERROR_INIT;
    sx_error_set(&e, SX_E_DATA, text, "%s%s", &"ab"[2 - shift], text);
    const size_t n = strlen(e.message), n_where = strlen(e.where);
    CHECK(sx_utf8_valid(e.message, n, NULL));
    CHECK(sx_utf8_valid(e.where, n_where, NULL));
    CHECK(n >= SX_ERROR_MESSAGE_MAX - 3 && n < SX_ERROR_MESSAGE_MAX);
    CHECK(n_where >= SX_ERROR_WHERE_MAX - 3);
    sx_error_add_where(&e, "prefix");
    CHECK(strncmp(e.where, "prefix: 数", 11) == 0);
    CHECK(sx_utf8_valid(e.where, strlen(e.where), NULL));
  }
  sx_error e = SX_ERROR_INIT;
  sx_error_set(&e, SX_E_DATA, "a\tb", "one\ntwo");
  CHECK_STR(e.message, "one two");
  CHECK_STR(e.where, "a b");
}

static int notes;
static char last_note[2048];
static bool stop(void *data) {
  return *(bool *)data;
}
static void note(void *data, sx_severity severity, const char *where, const char *message) {
  (void)data;
  CHECK_INT(severity, SX_SEV_WARNING);
  CHECK_STR(where, "");
  snprintf(last_note, sizeof last_note, "%s", message);
  notes++;
}
static uint64_t seen_done;
static void progress(void *data, const char *stage, uint64_t done, uint64_t total) {
  (void)data;
  CHECK_STR(stage, "reading");
  CHECK_INT(total, 10);
  seen_done = done;
}

static void test_ctx(void) {
  bool stopped = false;
  sx_ctx ctx = SX_CTX_INIT;
  CHECK(sx_ctx_threads(NULL) >= 1);
  CHECK(sx_ctx_threads(&ctx) >= 1);
  ctx.n_threads = 3;
  CHECK_INT(sx_ctx_threads(&ctx), 3);
  CHECK_OK(sx_ctx_poll(NULL, err));
  CHECK_OK(sx_ctx_poll(&ctx, err));
  sx_ctx_note(&ctx, SX_SEV_NOTE, NULL, "nobody listens");
  sx_ctx_progress(&ctx, "x", 1, 2);
  ctx.data = &stopped;
  ctx.cancelled = stop;
  ctx.note = note;
  ctx.progress = progress;
  CHECK_OK(sx_ctx_poll(&ctx, err));
  stopped = true;
  CHECK_FAILS(sx_ctx_poll(&ctx, err), SX_E_CANCELLED, "", "interrupted");
  sx_ctx_progress(&ctx, "reading", 7, 10);
  CHECK_INT(seen_done, 7);
  sx_ctx_note(&ctx, SX_SEV_WARNING, NULL, "%d lines", 3);
  CHECK_STR(last_note, "3 lines");
  char text[3000];
  memset(text, 0, sizeof text);
  for (size_t i = 0; i + 3 < sizeof text; i += 3) memcpy(text + i, "数", 3);
  sx_ctx_note(&ctx, SX_SEV_WARNING, NULL, "%s", text);
  CHECK_INT(notes, 2);
  CHECK(sx_utf8_valid(last_note, strlen(last_note), NULL));
  CHECK(strlen(last_note) > 1000);
}

static void test_version(void) {
  CHECK(strchr(sx_version(), '.') != NULL);
}

SXT_MAIN(SXT_CASE(test_names), SXT_CASE(test_set), SXT_CASE(test_alias), SXT_CASE(test_cut), SXT_CASE(test_ctx),
         SXT_CASE(test_version))
