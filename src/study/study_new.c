/* study_new.c: writes a commented study for a data file, its guesses marked '# confirm'.
 *
 * What is proposed: the best guess of each design role; up to MAX_GROUPS groupings (few labelled levels); up to
 * MAX_INDICATORS indicators (yes/no answers as shares, amounts as means); one table, one figure, a page of text each language. */
#include "shuxiao/io.h"
#include "shuxiao/study.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_GROUPS = 3, MAX_INDICATORS = 10, MAX_LEVELS = 12 };

typedef struct proposal {
  const sx_table *table;
  const char *roles[3];   /* weights, strata, cluster: variables or NULL */
  sx_guess replicates[4]; /* runs of replicate weights */
  size_t n_replicates;
  const sx_column *groups[MAX_GROUPS];
  size_t n_groups;
  const sx_column *shares[MAX_INDICATORS], *means[MAX_INDICATORS];
  size_t n_shares, n_means;
} proposal;

static const char *const role_names[3] = {"weights", "strata", "cluster"};

static void guess_roles(proposal *p) {
  sx_guess guesses[16];
  const size_t n = sx_study_guess_design(guesses, 16, p->table);
  for (size_t i = 0; i < n; i++) {
    const bool run = strcmp(guesses[i].role, "repweights") == 0;
    if (run && p->n_replicates < sizeof p->replicates / sizeof *p->replicates)
      p->replicates[p->n_replicates++] = guesses[i];
    for (size_t r = 0; r < 3; r++) {
      if (!p->roles[r] && strcmp(guesses[i].role, role_names[r]) == 0) p->roles[r] = guesses[i].variable;
    }
  }
}

static bool has_role(const proposal *p, const sx_column *column) {
  for (size_t r = 0; r < 3; r++) {
    if (p->roles[r] && strcmp(p->roles[r], column->name) == 0) return true;
  }
  for (size_t r = 0; r < p->n_replicates; r++) {
    if (sx_guess_covers(&p->replicates[r], column->name)) return true;
  }
  return false;
}

typedef struct shape {
  bool zero_one, whole;
  double least, most;
  size_t valid;
} shape;

static shape shape_of(const sx_column *column) {
  shape s = {.zero_one = true, .whole = true, .least = (double)INFINITY, .most = -(double)INFINITY};
  for (size_t i = 0; i < column->n; i++) {
    const double value = sx_column_number(column, i);
    if (isnan(value)) continue;
    s.valid++;
    s.zero_one = s.zero_one && (value == 0.0 || value == 1.0);
    s.whole = s.whole && value == floor(value);
    s.least = fmin(s.least, value);
    s.most = fmax(s.most, value);
  }
  return s;
}

/* Values that run like row numbers are identifiers, not amounts. */
static bool looks_like_id(const sx_column *column, const shape *s) {
  return s->whole && s->most - s->least + 1.0 >= (double)column->n && s->valid == column->n;
}

static void propose_columns(proposal *p) {
  for (size_t c = 0; c < sx_table_columns(p->table); c++) {
    const sx_column *column = sx_table_get(p->table, c);
    if (has_role(p, column)) continue;
    if (column->type == SX_CATEGORY || column->type == SX_TEXT) {
      const size_t levels = sx_dict_count(column->dict);
      if (levels >= 2 && levels <= MAX_LEVELS && p->n_groups < MAX_GROUPS) p->groups[p->n_groups++] = column;
      continue;
    }
    if (column->type != SX_NUMBER && column->type != SX_INTEGER) continue;
    const shape s = shape_of(column);
    if (s.valid == 0 || s.least == s.most) continue;
    const bool few = s.whole && s.most - s.least < MAX_LEVELS;
    if (s.zero_one) {
      if (p->n_shares < MAX_INDICATORS) p->shares[p->n_shares++] = column;
    } else if (few && column->n_labels > 1) {
      if (p->n_groups < MAX_GROUPS) p->groups[p->n_groups++] = column;
    } else if (!looks_like_id(column, &s) && !few && p->n_means < MAX_INDICATORS) {
      p->means[p->n_means++] = column;
    }
  }
}

/* ---- writing --------------------------------------------------------------------------------------------- */

static void add_label(sx_buf *out, const sx_column *column) {
  sx_json_string(out, *column->label ? column->label : column->name); /* a JSON string is a YAML one */
}

/* An id of letters, digits, '_' for a variable of any name. */
static void add_id(sx_buf *out, const char *prefix, const sx_column *column) {
  sx_buf_add(out, prefix);
  for (const char *c = column->name; *c; c++) {
    const bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '_';
    if (plain) {
      sx_buf_add_char(out, *c);
    } else {
      sx_buf_printf(out, "x%02x", (unsigned)(unsigned char)*c);
    }
  }
}

static void add_design(sx_buf *out, const proposal *p) {
  sx_buf_add(
      out, "\n# How the interviews were drawn. Guessed from names, labels and values: look at every line.\ndesign:\n");
  if (p->roles[0]) {
    sx_buf_add(out, "  weights: ");
    sx_json_string(out, p->roles[0]);
    sx_buf_add(out, "   # confirm\n");
  } else {
    /* A text that 'check' refuses with its place, and that says what belongs there. */
    sx_buf_add(out, "  weights: \"name the weight variable here, or write none\"   # confirm: no variable looks like a "
                    "weight; 'none' makes unweighted estimates\n");
  }
  if (p->roles[1]) {
    sx_buf_add(out, "  strata: ");
    sx_json_string(out, p->roles[1]);
    sx_buf_add(out, "   # confirm\n");
  }
  if (p->roles[2]) {
    sx_buf_add(out, "  clusters: [");
    sx_json_string(out, p->roles[2]);
    sx_buf_add(out, "]   # confirm\n");
  }
  for (size_t r = 0; r < p->n_replicates; r++) {
    sx_buf_add(out, "  # replicates: {weights: ");
    sx_json_string(out, p->replicates[r].pattern);
    sx_buf_add(out, ", type: ...}   # confirm, with its type: brr, fay (and rho), jk1, jkn (and rscales), bootstrap, "
                    "sdr\n");
  }
  sx_buf_add(out, "  lonely: fail          # a stratum of one cluster: fail, remove, certainty, adjust or average\n");
}

static void add_groups(sx_buf *out, const proposal *p) {
  if (p->n_groups == 0) return;
  sx_buf_add(
      out,
      "\n# Whom to compare: a variable gives one group per level; 'where: EXPRESSION' gives a single one.\ngroups:\n");
  for (size_t g = 0; g < p->n_groups; g++) {
    add_id(out, "  by_", p->groups[g]);
    sx_buf_add(out, ": {label: ");
    add_label(out, p->groups[g]);
    sx_buf_add(out, ", by: ");
    sx_json_string(out, p->groups[g]->name);
    sx_buf_add(out, "}   # confirm\n");
  }
}

static void add_by(sx_buf *out, const proposal *p) {
  if (p->n_groups == 0) return;
  sx_buf_add(out, ", by: [");
  for (size_t g = 0; g < p->n_groups; g++) add_id(out, g ? ", by_" : "by_", p->groups[g]);
  sx_buf_add(out, "]");
}

static void add_indicator(sx_buf *out, const proposal *p, const sx_column *column, const char *prefix,
                          const char *statistic, const char *format) {
  add_id(out, prefix, column);
  sx_buf_add(out, ": {label: ");
  add_label(out, column);
  sx_buf_printf(out, ", %s: \"`%s`\", format: \"%s\"", statistic, column->name, format);
  add_by(out, p);
  sx_buf_add(out, "}   # confirm\n");
}

static void add_indicators(sx_buf *out, const proposal *p) {
  sx_buf_add(out, "\n# What to estimate: total, mean, prop (a share), ratio: [a, b], count, or a formula over other "
                  "indicators.\nindicators:\n");
  sx_buf_add(out, "  population: {label: {zh: 总体规模, en: Population}, count: true, format: \"plain 0\"");
  add_by(out, p);
  sx_buf_add(out, "}\n");
  for (size_t i = 0; i < p->n_shares; i++) add_indicator(out, p, p->shares[i], "  share_", "prop", "% 1");
  for (size_t i = 0; i < p->n_means; i++) add_indicator(out, p, p->means[i], "  mean_", "mean", "plain 2");
}

static void add_names(sx_buf *out, const proposal *p, bool shares, bool means) {
  bool first = true;
  for (size_t i = 0; shares && i < p->n_shares; i++, first = false)
    add_id(out, first ? "share_" : ", share_", p->shares[i]);
  for (size_t i = 0; means && i < p->n_means; i++, first = false) add_id(out, first ? "mean_" : ", mean_", p->means[i]);
}

static void add_outputs(sx_buf *out, const proposal *p) {
  sx_buf_add(out, "\ntables:\n  - id: all\n    title: {zh: 主要估计, en: Main estimates}\n    indicators: [population");
  if (p->n_shares + p->n_means > 0) sx_buf_add(out, ", ");
  add_names(out, p, true, true);
  sx_buf_add(out, "]\n    domains: [total]\n    show: [estimate, se, n]\n");
  if (p->n_shares > 0) {
    sx_buf_add(out,
               "\nfigures:\n  - id: shares\n    type: bars\n    title: {zh: 各项占比, en: Shares}\n    indicators: [");
    add_names(out, p, true, false);
    sx_buf_add(out, "]\n    domains: [total]\n    interval: true\n");
  }
  sx_buf_add(out, "\nnarrative: {zh: [narrative/zh.md], en: [narrative/en.md]}\nannex: [design, provenance]\n");
}

/* dir/name, which must not be there: nothing of the user's is overwritten. */
static sx_status write_new(const sx_ctx *ctx, const char *dir, const char *name, const sx_buf *text, sx_error *err) {
  sx_buf path;
  sx_buf_init(&path, ctx);
  sx_buf_printf(&path, "%s/%s", dir, name);
  sx_status status = sx_buf_status(&path, err);
  if (status == SX_OK && sx_file_exists(path.data)) {
    status = sx_error_set(err, SX_E_IO, path.data, "it is there already: choose another folder or remove it");
  }
  if (status == SX_OK) status = sx_file_write(ctx, path.data, text->data, text->n, err);
  sx_buf_clear(&path);
  return status;
}

static sx_status write_study(const sx_ctx *ctx, const char *dir, const char *data, const proposal *p, sx_error *err) {
  sx_buf out;
  sx_buf_init(&out, ctx);
  const char *slash = strrchr(dir, '/');
  sx_buf_add(
      &out,
      "# A study: what to estimate from which data, and what the report shows. Reference: docs/study-file.md.\n"
      "# Lines marked '# confirm' are guesses. Then: shuxiao check study.yaml, shuxiao run study.yaml\n\nstudy: ");
  sx_json_string(&out, slash && slash[1] ? slash + 1 : dir);
  sx_buf_add(&out,
             "\ntitle: {zh: 我的研究, en: My study}   # confirm\nlanguages: [zh, en]\n\ndata:\n  main:\n    file: ");
  sx_json_string(&out, data);
  sx_buf_add(&out, "\n");
  add_design(&out, p);
  add_groups(&out, p);
  add_indicators(&out, p);
  add_outputs(&out, p);
  sx_status status = sx_buf_status(&out, err);
  if (status == SX_OK) status = write_new(ctx, dir, "study.yaml", &out, err);
  sx_buf_clear(&out);
  return status;
}

static sx_status write_narrative(const sx_ctx *ctx, const char *dir, const char *name, bool chinese, const proposal *p,
                                 sx_error *err) {
  sx_buf out;
  sx_buf_init(&out, ctx);
  sx_buf_add(&out, chinese ? "# 主要结果\n\n总体规模为 {{ population.total | plain 0 }}。\n"
                           : "# Main results\n\nThe population is {{ population.total | plain 0 }}.\n");
  if (p->n_shares > 0) {
    sx_buf_add(&out, "\n**");
    sx_buf_add(&out, *p->shares[0]->label ? p->shares[0]->label : p->shares[0]->name);
    sx_buf_add(&out, chinese ? "**：{{ share_" : "**: {{ share_");
    add_id(&out, "", p->shares[0]);
    sx_buf_add(&out, ".total | % 1 }}");
    sx_buf_add(&out, chinese ? "。\n" : ".\n");
  }
  sx_status status = sx_buf_status(&out, err);
  if (status == SX_OK) status = write_new(ctx, dir, name, &out, err);
  sx_buf_clear(&out);
  return status;
}

static sx_status make_folder(const char *path, sx_error *err) {
  if (mkdir(path, 0777) == 0 || errno == EEXIST) return SX_OK;
  return sx_error_set(err, SX_E_IO, path, "the folder cannot be made: %s", strerror(errno));
}

static sx_status make_folders(const sx_ctx *ctx, const char *dir, sx_error *err) {
  sx_buf path;
  sx_buf_init(&path, ctx);
  sx_buf_printf(&path, "%s/narrative", dir);
  sx_status status = sx_buf_status(&path, err);
  if (status == SX_OK) status = make_folder(dir, err);
  if (status == SX_OK) status = make_folder(path.data, err);
  sx_buf_clear(&path);
  return status;
}

/* Without a file of the user's: twelve answers to look at. */
static const char example_csv[] =
    "id,stratum,weight,rural,uses_online,spend\n"
    "1,A,120,0,1,350\n2,A,110,1,0,0\n3,A,95,0,1,820\n4,A,130,0,1,40\n5,A,105,1,1,260\n6,A,100,0,0,0\n"
    "7,B,210,1,1,90\n8,B,190,1,0,0\n9,B,205,0,1,1500\n10,B,220,0,1,610\n11,B,180,1,1,75\n12,B,215,1,0,0\n";

static sx_status write_all(const sx_ctx *ctx, const char *dir, const char *data, const sx_table *table, sx_error *err) {
  proposal p = {.table = table};
  guess_roles(&p);
  propose_columns(&p);
  SX_TRY(write_study(ctx, dir, data, &p, err));
  SX_TRY(write_narrative(ctx, dir, "narrative/zh.md", true, &p, err));
  return write_narrative(ctx, dir, "narrative/en.md", false, &p, err);
}

sx_status sx_study_new(const sx_ctx *ctx, const char *dir, const char *data_file, sx_error *err) {
  if (!dir || !*dir) return sx_error_set(err, SX_E_ARGUMENT, "", "name the folder of the new study");
  char *whole = data_file ? realpath(data_file, NULL) : NULL; /* libc's memory: freed below */
  if (data_file && !whole) return sx_error_set(err, SX_E_IO, data_file, "the file cannot be read: %s", strerror(errno));
  sx_table *table = NULL;
  sx_status status =
      whole ? sx_io_read(&table, ctx, whole, NULL, err)
            : sx_io_read_memory(&table, ctx, "example.csv", example_csv, sizeof example_csv - 1, NULL, err);
  if (status == SX_OK) status = make_folders(ctx, dir, err);
  if (status == SX_OK) status = write_all(ctx, dir, whole ? whole : "example.csv", table, err);
  if (status == SX_OK && !whole) {
    sx_buf example;
    sx_buf_init(&example, ctx);
    sx_buf_add(&example, example_csv);
    status = sx_buf_status(&example, err);
    if (status == SX_OK) status = write_new(ctx, dir, "example.csv", &example, err);
    sx_buf_clear(&example);
  }
  sx_table_free(table);
  free(whole);
  return status;
}
