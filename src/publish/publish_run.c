/* publish_run.c: the run that is published, read once from the store, and the names of its files. */
#include <string.h>

#include "publish_priv.h"

struct sx_publish_source {
  pub_run run;
};

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
  return with_rows ? sx_store_each_row(run->store, run->id, NULL, keep_row, run, err) : SX_OK;
}

/* What the source has, and an arena of its own. */
static sx_status share(pub_run *run, sx_publish_source *source, sx_error *err) {
  const pub_run *from = &source->run;
  run->source = source;
  run->study = from->study;
  run->wave = from->wave;
  run->version = from->version;
  run->title = from->title;
  run->document = from->document;
  run->rows = from->rows;
  run->n_rows = from->n_rows;
  return sx_arena_new(&run->arena, &run->ctx, err);
}

sx_status sx_publish__open(pub_run *run, sx_store *store, int64_t id, const sx_publish_options *options, bool with_rows,
                           sx_error *err) {
  if (!store) return sx_error_set(err, SX_E_ARGUMENT, "", "a store is needed");
  const sx_publish_options standard = SX_PUBLISH_OPTIONS_INIT;
  *run = (pub_run){.store = store, .id = id, .options = options ? *options : standard};
  run->ctx = run->options.ctx ? *run->options.ctx : *sx_store_ctx(store);
  if (run->options.source) return share(run, run->options.source, err);
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
  if (!run->source) sx_doc_free(run->document);
  sx_arena_free(run->arena);
  run->document = NULL;
  run->arena = NULL;
}

/* ---- a source for several formats -------------------------------------------------------------------------------- */

sx_status sx_publish_source_new(sx_publish_source **out, sx_store *store, int64_t run, sx_error *err) {
  if (!out || !store) return sx_error_set(err, SX_E_ARGUMENT, "", "out and a store are needed");
  sx_publish_source *source = sx_mem_zalloc(sx_store_ctx(store), 1, sizeof *source);
  if (!source) return sx_error_memory(err);
  sx_status status = sx_store_which_run(&run, store, err);
  if (status == SX_OK) status = sx_store_keep_rows(store, run, err);
  if (status == SX_OK) status = sx_publish__open(&source->run, store, run, NULL, true, err);
  if (status == SX_OK)
    *out = source;
  else
    sx_mem_free(sx_store_ctx(store), source);
  return status;
}

/* ---- what it is made from --------------------------------------------------------------------------------------------- */

static void put(sx_buf *out, const char *text) {
  sx_buf_add_char(out, text ? 'T' : '0');
  if (text) sx_buf_add_n(out, text, strlen(text) + 1);
}

static void put_row(sx_buf *out, const sx_store_row *row) {
  const char *const texts[] = {row->wave,    row->indicator, row->statistic, row->unit,
                               row->quality, row->na_reason, row->method};
  const double numbers[] = {row->estimate, row->se,    row->low,  row->high, row->ci_level,
                            row->df,       row->n_eff, row->deff, row->cv,   (double)row->n};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) put(out, texts[i]);
  sx_buf_add_n(out, (const char *)numbers, sizeof numbers);
  for (size_t i = 0; i < row->n_terms; i++) {
    const sx_store_term *t = &row->terms[i];
    const char *const words[] = {t->variable,          t->level,          t->variable_label.zh,
                                 t->variable_label.en, t->level_label.zh, t->level_label.en};
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) put(out, words[k]);
  }
  sx_buf_add_char(out, '\n');
}

static sx_status put_indicator(sx_buf *out, const pub_run *run, const char *id, sx_error *err) {
  sx_store_indicator info;
  bool found = false;
  SX_TRY(sx_publish__indicator(&found, &info, run, id, err));
  if (!found) return SX_OK;
  const char *const texts[] = {info.label.zh, info.label.en, info.question.zh, info.question.en,
                               info.base.zh,  info.base.en,  info.unit};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) put(out, texts[i]);
  sx_buf_add_n(out, (const char *)&info.scale, sizeof info.scale);
  sx_buf_add_char(out, info.assumed ? '1' : '0');
  return SX_OK;
}

sx_status sx_publish_source_hash(char out[SX_HASH_TEXT], sx_publish_source *source, sx_error *err) {
  const pub_run *run = &source->run;
  sx_status status = SX_OK;
  sx_buf all;
  sx_buf_init(&all, &run->ctx);
  const char *const head[] = {
      run->study,    run->wave,
      run->version,  run->title.zh,
      run->title.en, "units by sx_store_measure"}; /* files that were written by another rule are not kept */
  for (size_t i = 0; i < sizeof head / sizeof *head; i++) put(&all, head[i]);
  const sx_node *root = run->document ? sx_doc_root(run->document) : NULL;
  for (size_t i = 0; root && root->kind == SX_NODE_MAP && i < root->n; i++) {
    if (strcmp(root->keys[i]->text, "provenance") == 0) continue; /* of the documents */
    put(&all, root->keys[i]->text);
    sx_node_to_json(&all, root->items[i]);
  }
  for (size_t i = 0; i < run->n_rows && status == SX_OK; i++) {
    const bool same = i && strcmp(run->rows[i].indicator, run->rows[i - 1].indicator) == 0;
    if (!same) status = put_indicator(&all, run, run->rows[i].indicator, err);
    put_row(&all, &run->rows[i]);
  }
  if (status == SX_OK) status = sx_buf_status(&all, err);
  if (status == SX_OK) sx_hash_bytes(out, all.data, all.n);
  sx_buf_clear(&all);
  return status;
}

void sx_publish_source_free(sx_publish_source *source) {
  if (!source) return;
  const sx_ctx ctx = source->run.ctx;
  sx_publish__close(&source->run);
  sx_mem_free(&ctx, source);
}

static sx_text2 keep2(const pub_run *run, sx_text2 text, bool *failed) {
  const char *const zh = text.zh ? sx_arena_strdup(run->arena, text.zh) : NULL;
  const char *const en = text.en ? sx_arena_strdup(run->arena, text.en) : NULL;
  *failed = *failed || (text.zh && !zh) || (text.en && !en);
  return (sx_text2){zh, en};
}

sx_status sx_publish__indicator(bool *found, sx_store_indicator *out, const pub_run *run, const char *id,
                                sx_error *err) {
  sx_store_indicator info;
  bool failed = false;
  const sx_status status = sx_store_get_indicator(found, &info, run->store, run->id, id, err);
  if (status == SX_OK && *found) {
    *out = info;
    out->id = id;
    out->label = keep2(run, info.label, &failed);
    out->question = keep2(run, info.question, &failed);
    out->base = keep2(run, info.base, &failed);
    out->unit = info.unit ? sx_arena_strdup(run->arena, info.unit) : NULL;
    failed = failed || (info.unit && !out->unit);
  }
  return failed ? sx_error_memory(err) : status;
}

bool sx_publish__blank(const char *text) {
  return !text || !text[strspn(text, " \t\r\n")];
}

const char *sx_publish__text(sx_text2 text, sx_lang lang) {
  const char *own = lang == SX_LANG_ZH ? text.zh : text.en, *other = lang == SX_LANG_ZH ? text.en : text.zh;
  return !sx_publish__blank(own) ? own : !sx_publish__blank(other) ? other : "";
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

bool sx_publish__makes(const pub_run *run, sx_lang lang) {
  return sx_publish__has_lang(run, lang) && (!run->options.only || (run->options.only >> (int)lang & 1) != 0);
}

/* A study's name as the name of a file: what some system refuses there becomes '_'. */
static char *file_stem(const char *study, sx_arena *arena) {
  char *stem = sx_arena_strdup(arena, study && study[0] ? study : "study");
  for (char *c = stem; c && *c; c++) {
    if ((unsigned char)*c < 0x20 || *c == 0x7f || strchr("/\\:*?\"<>|", *c)) *c = '_';
  }
  if (stem && stem[0] == '.') stem[0] = '_';
  return stem;
}

sx_status sx_publish_sweep(const char *folder, const char *study, sx_arena *arena, sx_error *err) {
  const char *const begin[] = {"report.", "SHA256SUMS", file_stem(study, arena)};
  if (!begin[2]) return sx_error_memory(err);
  for (size_t i = 0; i < 3; i++) sx_folder_sweep(folder, begin[i]);
  return SX_OK;
}

const char *sx_publish__name(const pub_run *run, const char *tail) {
  const char *stem = file_stem(run->study, run->arena);
  return stem ? sx_arena_printf(run->arena, "%s%s", stem, tail) : NULL;
}

const char *sx_publish__name_in(const pub_run *run, const char *tail, sx_lang lang) {
  if (!run->options.zh || !run->options.en) return sx_publish__name(run, tail);
  const char *stem = file_stem(run->study, run->arena), *dot = strrchr(tail, '.');
  const int before = dot ? (int)(dot - tail) : (int)strlen(tail);
  return stem ? sx_arena_printf(run->arena, "%s%.*s.%s%s", stem, before, tail, lang == SX_LANG_ZH ? "zh" : "en",
                                dot ? dot : "")
              : NULL;
}
