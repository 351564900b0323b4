/* cli_codes.c: two files of one survey side by side: codes that one of them numbers otherwise go by their labels, and what cannot be told apart so is
 * refused or told. */
#include <string.h>

#include "cli_job.h"

sx_status cli_take_codes(const cli_app *app, sx_table *earlier, const char *earlier_name, const sx_table *later,
                         const char *later_name, sx_error *err) {
  for (size_t k = 0; k < sx_table_columns(earlier); k++) {
    const char *name = sx_table_get(earlier, k)->name;
    const sx_column *like = sx_table_find(later, name);
    bool taken = false;
    if (!like) continue;
    SX_TRY(sx_table_take_codes(&taken, earlier, name, like, err));
    if (!taken) continue;
    if (app->chinese)
      cli_note(app, "%s：'%s' 的编码与 %s 不同而标签相同，按标签对应", earlier_name, name, later_name);
    else
      cli_note(app, "%s: '%s' is coded otherwise than in %s, with the same labels: taken by its labels", earlier_name,
               name, later_name);
  }
  return SX_OK;
}

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         (unsigned char)c >= 0x80;
}

bool cli_names(const char *text, const char *name) {
  const size_t n = strlen(name);
  for (const char *at = text ? strstr(text, name) : NULL; at; at = strstr(at + 1, name))
    if ((at == text || !is_word(at[-1])) && !is_word(at[n])) return true;
  return false;
}

sx_status cli_refuse_clash(const sx_column *a, const char *a_file, const sx_column *b, const char *b_file,
                           sx_error *err) {
  char code[SX_DOUBLE_TEXT_MAX];
  sx_code_clash clash;
  if (!sx_column_clash(&clash, a, b)) return SX_OK;
  code[sx_text_from_double(code, clash.value)] = '\0';
  return sx_error_set(err, SX_E_DATA, "",
                      "'%.60s' calls %.20s '%.60s' in %.60s, '%.60s' in %.60s, and the labels are not the same "
                      "either: give both files the same codes and labels",
                      a->name, clash.text ? clash.text : code, clash.label[0], a_file, clash.label[1], b_file);
}
