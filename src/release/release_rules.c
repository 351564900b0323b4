/* release_rules.c: rules read: documents, files that include others, options, names, severities. */
#include "shuxiao/release_rules.h"

#include <sys/stat.h>
#include <string.h>

#include "release_rule_priv.h"

static const char *const severities[] = {"error", "warning", "info"};

static const double VALIDATE_EPS = 1e-8; /* validate's lin.eq.eps and lin.ineq.eps */

const char *sx_rule_severity_name(sx_rule_severity severity) {
  return (size_t)severity < 3 ? severities[severity] : "?";
}

/* What is being read. */
typedef struct reader {
  sx_rules *rules;
  const sx_doc *doc;
  sx_release__names known; /* what := has given a meaning */
  size_t written;          /* rules and assignments so far */
  sx_rule_faults *faults;
  sx_error *err;
} reader;

/* ---- rules that are wrong ------------------------------------------------------------------------------------------------------ */

void sx_rule_faults_clear(sx_rule_faults *faults) {
  if (!faults) return;
  sx_mem_free(&faults->ctx, faults->items);
  faults->items = NULL;
  faults->n = faults->cap = 0;
}

static sx_status add_fault(reader *r, const sx_error *what) {
  sx_rule_faults *f = r->faults;
  void *items = f->items;
  if (!sx_mem_grow(&f->ctx, &items, &f->cap, f->n + 1, sizeof *f->items)) return sx_error_memory(r->err);
  f->items = items;
  f->items[f->n++] = *what;
  return SX_OK;
}

/* SX_E_PARSE where some rule is wrong: the first of them. */
static sx_status judge(const sx_rule_faults *f, sx_error *err) {
  if (!f->n) return SX_OK;
  if (err) *err = f->items[0];
  return SX_E_PARSE;
}

/* ---- one rule --------------------------------------------------------------------------------------------------------------- */

static sx_status text_of(const char **out, const sx_doc *doc, const sx_node *map, const char *key, sx_error *err) {
  const sx_node *node = sx_node_get(map, key);
  *out = NULL;
  if (!node || node->kind == SX_NODE_NULL) return SX_OK;
  if (node->kind != SX_NODE_SCALAR) return sx_node_error(err, doc, node, "%s is a text", key);
  *out = node->text;
  return SX_OK;
}

/* One text for both languages, or {zh, en}. */
static sx_status texts_of(const char **zh, const char **en, const sx_doc *doc, const sx_node *map, const char *key,
                          sx_error *err) {
  const sx_node *node = sx_node_get(map, key);
  if (node && node->kind == SX_NODE_MAP) {
    static const char *const both[] = {"zh", "en"};
    SX_TRY(sx_node_keys(doc, node, both, 2, err));
    SX_TRY(text_of(zh, doc, node, "zh", err));
    return text_of(en, doc, node, "en", err);
  }
  SX_TRY(text_of(zh, doc, map, key, err));
  *en = *zh;
  return SX_OK;
}

static sx_status severity_of(sx_rule *rule, const sx_doc *doc, const sx_node *meta, sx_error *err) {
  const sx_node *node = sx_node_get(meta, "severity");
  if (!node) return SX_OK;
  for (int i = 0; i < 3 && node->kind == SX_NODE_SCALAR; i++) {
    if (strcmp(node->text, severities[i]) != 0) continue;
    rule->severity = (sx_rule_severity)i;
    return SX_OK;
  }
  const char *near = node->kind == SX_NODE_SCALAR ? sx_text_nearest(node->text, severities, 3) : NULL;
  return sx_node_error(err, doc, node, "a severity is error, warning or info%s%s", near ? ": did you mean " : "",
                       near ? near : "");
}

static sx_status add_rule(reader *r, const sx_rule *rule) {
  sx_rules *rules = r->rules;
  void *items = rules->items;
  for (size_t i = 0; i < rules->n; i++)
    if (strcmp(rules->items[i].name, rule->name) == 0)
      return sx_node_error(r->err, r->doc, rule->node, "two rules are called %s", rule->name);
  if (!sx_arena_grow(rules->arena, &items, &rules->cap, rules->n + 1, sizeof *rules->items))
    return sx_error_memory(r->err);
  rules->items = items;
  rules->items[rules->n++] = *rule;
  return SX_OK;
}

static sx_status note_names(reader *r, const sx_rule_tree *t) {
  sx_rules *rules = r->rules;
  for (size_t i = 0; i < t->n; i++) SX_TRY(note_names(r, t->args[i]));
  for (size_t i = 0; i < t->n && t->keys; i++) { /* data.frame(year = ...) names a variable */
    const sx_rule_tree name = {.kind = NODE_NAME, .text = t->keys[i]};
    if (t->keys[i]) SX_TRY(note_names(r, &name));
  }
  if (t->kind != NODE_NAME) return SX_OK;
  if (strcmp(t->text, ".") == 0) rules->whole = true;
  for (size_t i = 0; i < rules->n_names; i++)
    if (strcmp(rules->names[i], t->text) == 0) return SX_OK;
  void *names = rules->names;
  if (!sx_arena_grow(rules->arena, &names, &rules->cap_names, rules->n_names + 1, sizeof *rules->names))
    return sx_error_memory(r->err);
  rules->names = names;
  rules->names[rules->n_names++] = t->text;
  return SX_OK;
}

/* NAME := expression: what later rules mean by NAME. */
static sx_status assign(reader *r, const sx_node *node, sx_rule_tree *tree) {
  void *names = r->known.names, *trees = r->known.trees;
  size_t cap = r->known.cap;
  if (tree->args[0]->kind != NODE_NAME) return sx_node_error(r->err, r->doc, node, "on the left of := stands a name");
  sx_release__substitute(&tree->args[1], &r->known);
  if (!sx_arena_grow(r->rules->arena, &names, &cap, r->known.n + 1, sizeof *r->known.names) ||
      !sx_arena_grow(r->rules->arena, &trees, &r->known.cap, r->known.n + 1, sizeof *r->known.trees))
    return sx_error_memory(r->err);
  r->known.names = names;
  r->known.trees = trees;
  r->known.names[r->known.n] = tree->args[0]->text;
  r->known.trees[r->known.n++] = tree->args[1];
  return SX_OK;
}

static sx_status read_tree(reader *r, sx_rule *rule) {
  sx_rules *rules = r->rules;
  const sx_node *node = sx_node_get(rule->node, "expr");
  sx_rule_tree *tree = NULL, **trees = NULL;
  const char **marks = NULL, *name = rule->name, *text = rule->text;
  sx_error own = SX_ERROR_INIT;
  size_t n = 0;
  sx_status status = sx_release__rule_parse(&tree, &rules->ctx, rules->arena, rule->text, &own);
  if (status == SX_OK && sx_release__is_op(tree, ":=")) return assign(r, node, tree);
  if (status == SX_OK) {
    sx_release__substitute(&tree, &r->known);
    status = sx_release__groups(&trees, &marks, &n, rules->arena, tree, &own);
  }
  if (status == SX_E_MEMORY) return sx_error_memory(r->err);
  if (status != SX_OK)
    return sx_node_error(r->err, r->doc, node, "rule %s%s%s: %s", rule->name, *own.where ? ", " : "", own.where,
                         own.message);
  for (size_t i = 0; i < n; i++) {
    rule->tree = trees[i];
    if (marks[i]) {
      rule->name = sx_arena_printf(rules->arena, "%s.%zu", name, i + 1);
      rule->text = sx_arena_printf(rules->arena, "%s [%s]", text, marks[i]);
      if (!rule->name || !rule->text) return sx_error_memory(r->err);
    }
    SX_TRY(note_names(r, rule->tree));
    SX_TRY(add_rule(r, rule));
  }
  return SX_OK;
}

static sx_status read_rule(reader *r, const sx_node *node) {
  static const char *const keys[] = {"expr",    "name",   "label",    "description", "meta",
                                     "created", "origin", "language", "severity"};
  const sx_doc *doc = r->doc;
  sx_error *err = r->err;
  if (node->kind != SX_NODE_MAP) return sx_node_error(err, doc, node, "a rule is {expr: CONDITION, name: NAME, ...}");
  SX_TRY(sx_node_keys(doc, node, keys, sizeof keys / sizeof *keys, err));
  sx_rule rule = {.doc = doc, .node = node, .severity = SX_RULE_ERROR};
  SX_TRY(text_of(&rule.name, doc, node, "name", err));
  SX_TRY(text_of(&rule.text, doc, node, "expr", err));
  SX_TRY(texts_of(&rule.label_zh, &rule.label_en, doc, node, "label", err));
  SX_TRY(texts_of(&rule.description_zh, &rule.description_en, doc, node, "description", err));
  SX_TRY(severity_of(&rule, doc, node, err));
  const sx_node *meta = sx_node_get(node, "meta");
  if (meta && meta->kind == SX_NODE_MAP) SX_TRY(severity_of(&rule, doc, meta, err));
  if (!rule.text || !*rule.text) return sx_node_error(err, doc, node, "the rule has no expr");
  r->written++;
  if (!rule.name || !*rule.name) {
    rule.name = sx_arena_printf(r->rules->arena, "V%zu", r->written);
    if (!rule.name) return sx_error_memory(err);
  }
  return read_tree(r, &rule);
}

/* ---- documents --------------------------------------------------------------------------------------------------------------- */

static sx_status read_eps(double *out, const reader *r, const sx_node *options, const char *key) {
  const sx_node *node = sx_node_get(options, key);
  if (!node) return SX_OK;
  if (!sx_node_number(out, node) || !(*out >= 0 && *out < 1e6))
    return sx_node_error(r->err, r->doc, node, "%s is a number, 0 or more: how far two sides may be apart", key);
  return SX_OK;
}

static sx_status read_options(reader *r, const sx_node *options) {
  const sx_node *na = sx_node_get(options, "na.value");
  bool value = false;
  SX_TRY(read_eps(&r->rules->eq_eps, r, options, "lin.eq.eps"));
  SX_TRY(read_eps(&r->rules->ineq_eps, r, options, "lin.ineq.eps"));
  if (!na || na->kind == SX_NODE_NULL || (na->kind == SX_NODE_SCALAR && strcmp(na->text, "NA") == 0)) return SX_OK;
  if (sx_node_bool(&value, na))
    r->rules->na_value = value;
  else if (na->kind == SX_NODE_SCALAR && (strcmp(na->text, "TRUE") == 0 || strcmp(na->text, "FALSE") == 0))
    r->rules->na_value = na->text[0] == 'T';
  else
    return sx_node_error(r->err, r->doc, na, "na.value is TRUE, FALSE or NA");
  return SX_OK;
}

/* The rules of a document; options count where it is the root. */
static sx_status read_doc(reader *r, const sx_node *node, bool root, bool included) {
  static const char *const keys[] = {"rules", "options", "include"};
  const sx_node *list = node;
  if (node && node->kind == SX_NODE_MAP) {
    SX_TRY(sx_node_keys(r->doc, node, keys, 3, r->err));
    list = sx_node_get(node, "rules");
    if (root) SX_TRY(read_options(r, sx_node_get(node, "options")));
    if (!list && included) return SX_OK; /* a file that only includes */
  }
  if (!list || list->kind != SX_NODE_LIST || list->n == 0)
    return sx_node_error(r->err, r->doc, node, "rules are a list: 'rules:' with '- expr: CONDITION' under it");
  sx_error *const err = r->err;
  for (size_t i = 0; i < list->n; i++) { /* one that is wrong does not hide the others */
    sx_error own = SX_ERROR_INIT;
    r->err = &own;
    const sx_status status = read_rule(r, list->items[i]);
    r->err = err;
    if (status == SX_E_MEMORY) return sx_error_memory(err);
    if (status != SX_OK) SX_TRY(add_fault(r, &own));
  }
  return SX_OK;
}

static sx_status rules_new(sx_rules **out, const sx_ctx *ctx, sx_error *err) {
  const sx_ctx standard = SX_CTX_INIT;
  sx_rules *rules = sx_mem_zalloc(ctx, 1, sizeof *rules);
  if (!rules) return sx_error_memory(err);
  rules->ctx = ctx ? *ctx : standard;
  rules->eq_eps = rules->ineq_eps = VALIDATE_EPS;
  rules->na_value = -1;
  const sx_status status = sx_arena_new(&rules->arena, &rules->ctx, err);
  if (status == SX_OK)
    *out = rules;
  else
    sx_rules_free(rules);
  return status;
}

static const sx_node *include_of(const sx_node *root) {
  const sx_node *own = sx_node_get(root, "include");
  return own ? own : sx_node_get(sx_node_get(root, "options"), "include");
}

static sx_status finish(sx_rules **out, sx_rules *rules, sx_rule_faults *own, const reader *r, sx_status status) {
  if (status == SX_OK) status = judge(r->faults, r->err);
  sx_rule_faults_clear(own);
  if (status == SX_OK)
    *out = rules;
  else
    sx_rules_free(rules);
  return status;
}

/* The caller's list, or one of our own. */
static sx_rule_faults *faults_of(sx_rule_faults *faults, sx_rule_faults *own) {
  if (!faults) return own;
  if (!faults->items) faults->ctx = own->ctx;
  return faults;
}

sx_status sx_rules_read(sx_rules **out, const sx_ctx *ctx, const sx_doc *doc, const sx_node *node,
                        sx_rule_faults *faults, sx_error *err) {
  sx_rules *rules = NULL;
  const sx_node *include = include_of(node);
  if (include) return sx_node_error(err, doc, include, "include stands in a file of rules, not among rules of a study");
  SX_TRY(rules_new(&rules, ctx, err));
  sx_rule_faults own = {.ctx = rules->ctx};
  reader r = {.rules = rules, .doc = doc, .faults = faults_of(faults, &own), .err = err};
  return finish(out, rules, &own, &r, read_doc(&r, node, true, false));
}

/* ---- files --------------------------------------------------------------------------------------------------------------------- */

/* validate puts options and include into a document of their own ('---' before and behind): they and the rules are read as one, line by line. */
static sx_status read_blocks(sx_doc **out, const reader *r, const char *path) {
  const sx_ctx *ctx = &r->rules->ctx;
  char *data = NULL;
  size_t n = 0;
  SX_TRY(sx_file_read(&data, &n, ctx, path, r->err));
  for (char *line = data; line && *line;) {
    char *end = strchr(line, '\n');
    const size_t length = end ? (size_t)(end - line) : strlen(line);
    size_t blanks = 3;
    while (blanks < length && (line[blanks] == ' ' || line[blanks] == '\r' || line[blanks] == '\t')) blanks++;
    if (length >= 3 && strncmp(line, "---", 3) == 0 && blanks == length) memset(line, '#', 3);
    line = end ? end + 1 : NULL;
  }
  const sx_status status = sx_doc_parse_yaml(out, ctx, path, data ? data : "", n, r->err);
  sx_mem_free(ctx, data);
  return status;
}

static const char *beside(reader *r, const char *path, const char *name) {
  char *joined = sx_path_beside(&r->rules->ctx, path, name);
  const char *kept = joined ? sx_arena_strdup(r->rules->arena, joined) : NULL;
  sx_mem_free(&r->rules->ctx, joined);
  return kept;
}

/* Files on the way from the root to this one. */
typedef struct way {
  const char *path;
  const struct way *from;
  size_t depth;
} way;

enum { MAX_INCLUDES = 30 }; /* one within the other */

static sx_status read_file(reader *r, const way *here);

/* One file, however its path is written: "a.yaml", "././a.yaml", a link. */
static bool same_file(const char *a, const char *b) {
  struct stat one, other;
  if (strcmp(a, b) == 0) return true;
  return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

static sx_status read_includes(reader *r, const way *here, const sx_doc *doc, const sx_node *node) {
  const sx_node *const *list = node->kind == SX_NODE_LIST ? (const sx_node *const *)node->items : &node;
  const size_t n = node->kind == SX_NODE_LIST ? node->n : 1;
  for (size_t i = 0; i < n; i++) {
    if (list[i]->kind != SX_NODE_SCALAR) return sx_node_error(r->err, doc, list[i], "include holds names of files");
    const way next = {beside(r, here->path, list[i]->text), here, here->depth + 1};
    if (!next.path) return sx_error_memory(r->err);
    if (next.depth > MAX_INCLUDES)
      return sx_node_error(r->err, doc, list[i], "files include one another more than %d deep", MAX_INCLUDES);
    for (const way *w = here; w; w = w->from)
      if (same_file(w->path, next.path))
        return sx_node_error(r->err, doc, list[i], "%s includes itself%s", next.path,
                             w == here ? "" : ", by way of this file");
    struct stat info;
    if (stat(next.path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))
      return sx_node_error(r->err, doc, list[i], "%s is a device or a pipe: include names files", next.path);
    bool before = false; /* by way of another file: its rules are there */
    for (size_t k = 0; k < r->rules->n_docs && !before; k++) before = same_file(r->rules->files[k], next.path);
    if (!before) SX_TRY(read_file(r, &next));
  }
  return SX_OK;
}

static sx_status read_file(reader *r, const way *here) {
  sx_rules *rules = r->rules;
  sx_doc *doc = NULL;
  void *docs = rules->docs, *files = rules->files;
  size_t cap = rules->cap_docs;
  SX_TRY(read_blocks(&doc, r, here->path));
  if (!sx_arena_grow(rules->arena, &docs, &cap, rules->n_docs + 1, sizeof *rules->docs) ||
      !sx_arena_grow(rules->arena, &files, &rules->cap_docs, rules->n_docs + 1, sizeof *rules->files)) {
    sx_doc_free(doc);
    return sx_error_memory(r->err);
  }
  rules->docs = docs;
  rules->files = files;
  rules->docs[rules->n_docs] = doc;
  rules->files[rules->n_docs++] = here->path;
  const sx_node *root = sx_doc_root(doc), *include = include_of(root);
  if (include) SX_TRY(read_includes(r, here, doc, include));
  r->doc = doc;
  return read_doc(r, root, !here->from, include != NULL);
}

sx_status sx_rules_read_file(sx_rules **out, const sx_ctx *ctx, const char *path, sx_rule_faults *faults,
                             sx_error *err) {
  sx_rules *rules = NULL;
  SX_TRY(rules_new(&rules, ctx, err));
  sx_rule_faults own = {.ctx = rules->ctx};
  reader r = {.rules = rules, .faults = faults_of(faults, &own), .err = err};
  const way root = {sx_arena_strdup(rules->arena, path), NULL, 0};
  sx_status status = root.path ? read_file(&r, &root) : sx_error_memory(err);
  if (status == SX_OK && !rules->n && !r.faults->n)
    status = sx_error_set(err, SX_E_PARSE, path, "it has no rules: 'rules:' with '- expr: CONDITION' under it");
  return finish(out, rules, &own, &r, status);
}

void sx_rules_free(sx_rules *rules) {
  if (!rules) return;
  const sx_ctx ctx = rules->ctx;
  for (size_t i = 0; i < rules->n_docs; i++) sx_doc_free(rules->docs[i]);
  sx_arena_free(rules->arena);
  sx_mem_free(&ctx, rules);
}
