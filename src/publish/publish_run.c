/* publish_run.c: the run that is published, read once from the store, and the names of its files. */
#include <string.h>

#include "publish_priv.h"

static sx_status keep_row(void *data, const sx_store_row *row, sx_error *err) {
  pub_run *run = data;
  if (!sx_arena_grow(run->arena, (void **)&run->rows, &run->cap_rows, run->n_rows + 1, sizeof *run->rows))
    return sx_error_memory(err);
  SX_TRY(sx_store_row_copy(&run->rows[run->n_rows], run->arena, row, err));
  run->n_rows++;
  return SX_OK;
}

static sx_status keep_document(void *data, int64_t order, const char *kind, const char *id, const char *json,
                               sx_error *err) {
  pub_run *run = data;
  (void)order;
  (void)id;
  if (strcmp(kind, "document") != 0 || run->document) return SX_OK;
  return sx_doc_parse_json(&run->document, &run->ctx, "document", json, strlen(json), err);
}

static const char *keep(pub_run *run, const char *text, bool *failed) {
  const char *copy = text ? sx_arena_strdup(run->arena, text) : "";
  *failed = *failed || !copy;
  return copy;
}

static sx_status keep_info(pub_run *run, sx_error *err) {
  sx_store_run info;
  bool found = false, failed = false;
  SX_TRY(sx_store_get_run(&found, &info, run->store, run->id, err));
  if (!found) return sx_error_set(err, SX_E_ARGUMENT, "", "the store has no run %lld", (long long)run->id);
  run->study = keep(run, info.study, &failed);
  run->wave = keep(run, info.wave, &failed);
  run->version = keep(run, info.version, &failed);
  run->title.zh = keep(run, info.title_zh, &failed);
  run->title.en = keep(run, info.title_en, &failed);
  return failed ? sx_error_memory(err) : SX_OK;
}

static sx_status read_run(pub_run *run, bool with_rows, sx_error *err) {
  SX_TRY(sx_arena_new(&run->arena, &run->ctx, err));
  SX_TRY(keep_info(run, err));
  SX_TRY(sx_store_each_block(run->store, run->id, keep_document, run, err));
  if (with_rows) SX_TRY(sx_store_each_row(run->store, run->id, NULL, keep_row, run, err));
  return SX_OK;
}

sx_status sx_publish__open(pub_run *run, sx_store *store, int64_t id, const sx_publish_options *options, bool with_rows,
                           sx_error *err) {
  if (!store) return sx_error_set(err, SX_E_ARGUMENT, "", "a store is needed");
  const sx_publish_options standard = SX_PUBLISH_OPTIONS_INIT;
  *run = (pub_run){.store = store, .id = id, .ctx = *sx_store_ctx(store), .options = options ? *options : standard};
  run->study = run->wave = run->version = run->title.zh = run->title.en = "";
  const sx_status status = read_run(run, with_rows, err);
  if (status != SX_OK) sx_publish__close(run);
  return status;
}

void sx_publish__close(pub_run *run) {
  for (int lang = 0; lang < 2; lang++) {
    sx_document_free(run->reports[lang]);
    run->reports[lang] = NULL;
  }
  sx_doc_free(run->document);
  sx_arena_free(run->arena);
  run->document = NULL;
  run->arena = NULL;
}

const char *sx_publish__text(sx_text2 text, sx_lang lang) {
  const char *own = lang == SX_LANG_ZH ? text.zh : text.en, *other = lang == SX_LANG_ZH ? text.en : text.zh;
  return own && *own ? own : other ? other : "";
}

sx_status sx_publish__report(const sx_document **out, pub_run *run, sx_lang lang, sx_error *err) {
  sx_document **reports = run->options.documents ? run->options.documents : run->reports;
  const sx_report_options how = {.version = 1, .lang = lang};
  if (!reports[lang]) SX_TRY(sx_report_document(&reports[lang], run->store, run->id, &how, err));
  *out = reports[lang];
  return SX_OK;
}

bool sx_publish__has_lang(const pub_run *run, sx_lang lang) {
  return lang == SX_LANG_ZH ? run->options.zh : run->options.en;
}

/* A study's name as the name of a file: what some system refuses there becomes '_'. */
static const char *file_stem(const pub_run *run) {
  char *stem = sx_arena_strdup(run->arena, run->study[0] ? run->study : "study");
  for (char *c = stem; c && *c; c++) {
    if ((unsigned char)*c < 0x20 || *c == 0x7f || strchr("/\\:*?\"<>|", *c)) *c = '_';
  }
  if (stem && stem[0] == '.') stem[0] = '_';
  return stem;
}

const char *sx_publish__name(const pub_run *run, const char *tail) {
  const char *stem = file_stem(run);
  return stem ? sx_arena_printf(run->arena, "%s%s", stem, tail) : NULL;
}

const char *sx_publish__name_in(const pub_run *run, const char *tail, sx_lang lang) {
  if (!run->options.zh || !run->options.en) return sx_publish__name(run, tail);
  const char *stem = file_stem(run), *dot = strrchr(tail, '.');
  const int before = dot ? (int)(dot - tail) : (int)strlen(tail);
  return stem ? sx_arena_printf(run->arena, "%s%.*s.%s%s", stem, before, tail, lang == SX_LANG_ZH ? "zh" : "en",
                                dot ? dot : "")
              : NULL;
}
