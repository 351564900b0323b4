/* publish_docx_styles.c: the style sheet of documents that come without a template (ECMA-376 part 1, 17.7). Lengths are twentieths of a point, sizes of type half
 * points. Body text is indented by two characters in Chinese; cells, captions, notes and list items are not, since they are not based on it. */
#include "publish_docx_priv.h"

#include <string.h>

/* What a style adds to the one that it is based on; [0] Chinese, [1] English. */
typedef struct definition {
  const char *kind, *based, *next; /* "paragraph", "character"; ids */
  const char *paragraph[2], *run;
} definition;

#define BLACKBODY "<w:rFonts w:ascii=\"Arial\" w:hAnsi=\"Arial\" w:eastAsia=\"黑体\" w:cs=\"Arial\"/>"
#define SAME(text)                                                                                                     \
  { text, text }
#define INK "1F3864"

static const definition definitions[DS_COUNT] = {
    [DS_NORMAL] = {"paragraph", NULL, NULL, SAME(""), ""},
    [DS_HEADING1] = {"paragraph", "Normal", "BodyText",
                     SAME("<w:keepNext/><w:keepLines/><w:pageBreakBefore/><w:spacing w:before=\"0\" w:after=\"320\" "
                          "w:line=\"240\" w:lineRule=\"auto\"/><w:jc w:val=\"left\"/><w:outlineLvl w:val=\"0\"/>"),
                     BLACKBODY "<w:b/><w:bCs/><w:color w:val=\"" INK "\"/><w:sz w:val=\"36\"/><w:szCs w:val=\"36\"/>"},
    [DS_HEADING2] = {"paragraph", "Normal", "BodyText",
                     SAME("<w:keepNext/><w:keepLines/><w:spacing w:before=\"360\" w:after=\"160\" w:line=\"240\" "
                          "w:lineRule=\"auto\"/><w:jc w:val=\"left\"/><w:outlineLvl w:val=\"1\"/>"),
                     BLACKBODY "<w:b/><w:bCs/><w:color w:val=\"" INK "\"/><w:sz w:val=\"28\"/><w:szCs w:val=\"28\"/>"},
    [DS_HEADING3] = {"paragraph", "Normal", "BodyText",
                     SAME("<w:keepNext/><w:keepLines/><w:spacing w:before=\"280\" w:after=\"120\" w:line=\"240\" "
                          "w:lineRule=\"auto\"/><w:jc w:val=\"left\"/><w:outlineLvl w:val=\"2\"/>"),
                     BLACKBODY "<w:b/><w:bCs/><w:sz w:val=\"24\"/><w:szCs w:val=\"24\"/>"},
    [DS_HEADING4] = {"paragraph", "Normal", "BodyText",
                     SAME("<w:keepNext/><w:keepLines/><w:spacing w:before=\"200\" w:after=\"80\" w:line=\"240\" "
                          "w:lineRule=\"auto\"/><w:jc w:val=\"left\"/><w:outlineLvl w:val=\"3\"/>"),
                     BLACKBODY "<w:b/><w:bCs/>"},
    [DS_BODY] = {"paragraph",
                 "Normal",
                 NULL,
                 {"<w:spacing w:after=\"80\" w:line=\"360\" w:lineRule=\"auto\"/><w:ind w:firstLine=\"440\" "
                  "w:firstLineChars=\"200\"/>",
                  "<w:spacing w:after=\"140\" w:line=\"312\" w:lineRule=\"auto\"/>"},
                 ""},
    [DS_TITLE] = {"paragraph", "Normal", "Subtitle",
                  SAME("<w:spacing w:before=\"2400\" w:after=\"240\" w:line=\"264\" w:lineRule=\"auto\"/><w:jc "
                       "w:val=\"left\"/>"),
                  BLACKBODY "<w:b/><w:bCs/><w:color w:val=\"" INK "\"/><w:sz w:val=\"56\"/><w:szCs w:val=\"56\"/>"},
    [DS_SUBTITLE] = {"paragraph", "Normal", "BodyText",
                     SAME("<w:spacing w:after=\"240\" w:line=\"288\" w:lineRule=\"auto\"/><w:jc w:val=\"left\"/>"),
                     BLACKBODY "<w:color w:val=\"595959\"/><w:sz w:val=\"28\"/><w:szCs w:val=\"28\"/>"},
    [DS_COVER] = {"paragraph", "Normal", NULL,
                  SAME("<w:spacing w:after=\"120\" w:line=\"312\" w:lineRule=\"auto\"/><w:jc w:val=\"left\"/>"), ""},
    [DS_CAPTION] = {"paragraph", "Normal", "BodyText",
                    SAME("<w:keepNext/><w:keepLines/><w:spacing w:before=\"240\" w:after=\"80\"/><w:jc "
                         "w:val=\"left\"/>"),
                    BLACKBODY "<w:b/><w:bCs/><w:sz w:val=\"20\"/><w:szCs w:val=\"20\"/>"},
    [DS_FIGURE] = {"paragraph", "Normal", "BodyText",
                   SAME("<w:keepNext/><w:spacing w:before=\"40\" w:after=\"40\"/><w:jc w:val=\"center\"/>"), ""},
    [DS_CELL] = {"paragraph", "Normal", NULL, SAME("<w:spacing w:before=\"20\" w:after=\"20\"/>"),
                 "<w:sz w:val=\"18\"/><w:szCs w:val=\"18\"/>"},
    [DS_HEAD] = {"paragraph", "SxCell", NULL, SAME("<w:keepNext/>"), BLACKBODY "<w:b/><w:bCs/>"},
    [DS_NOTE] = {"paragraph", "Normal", "BodyText", SAME("<w:spacing w:before=\"40\" w:after=\"40\"/>"),
                 "<w:color w:val=\"595959\"/><w:sz w:val=\"17\"/><w:szCs w:val=\"17\"/>"},
    [DS_LIST] = {"paragraph", "Normal", NULL,
                 SAME("<w:numPr><w:numId w:val=\"9001\"/></w:numPr><w:spacing w:after=\"60\" w:line=\"312\" "
                      "w:lineRule=\"auto\"/><w:ind w:left=\"420\" w:hanging=\"420\"/>"),
                 ""},
    [DS_QUOTE] = {"paragraph", "Normal", NULL,
                  SAME("<w:pBdr><w:left w:val=\"single\" w:sz=\"18\" w:space=\"8\" w:color=\"8EA9DB\"/></w:pBdr>"
                       "<w:spacing w:after=\"120\" w:line=\"312\" w:lineRule=\"auto\"/><w:ind w:left=\"420\" "
                       "w:right=\"420\"/>"),
                  "<w:color w:val=\"404040\"/>"},
    [DS_BOX] =
        {"paragraph", "Normal", NULL,
         SAME("<w:pBdr><w:top w:val=\"single\" w:sz=\"4\" w:space=\"6\" w:color=\"D9E2F3\"/><w:left w:val=\"single\" "
              "w:sz=\"24\" w:space=\"8\" w:color=\"1F3864\"/><w:bottom w:val=\"single\" w:sz=\"4\" w:space=\"6\" "
              "w:color=\"D9E2F3\"/><w:right w:val=\"single\" w:sz=\"4\" w:space=\"6\" w:color=\"D9E2F3\"/></w:pBdr>"
              "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"F2F5FA\"/><w:spacing w:before=\"40\" "
              "w:after=\"80\" w:line=\"300\" w:lineRule=\"auto\"/><w:ind w:left=\"200\" w:right=\"140\"/>"),
         "<w:sz w:val=\"20\"/><w:szCs w:val=\"20\"/>"},
    [DS_BOXTITLE] = {"paragraph", "SxBox", "SxBox", SAME("<w:keepNext/><w:spacing w:before=\"80\" w:after=\"80\"/>"),
                     BLACKBODY "<w:b/><w:bCs/><w:color w:val=\"" INK "\"/>"},
    [DS_BOXTEXT] = {"paragraph", "Normal", NULL,
                    SAME("<w:spacing w:before=\"40\" w:after=\"80\" w:line=\"300\" w:lineRule=\"auto\"/>"),
                    "<w:sz w:val=\"20\"/><w:szCs w:val=\"20\"/>"},
    [DS_BOXHEAD] = {"paragraph", "SxBoxText", "SxBoxText",
                    SAME("<w:keepNext/><w:spacing w:before=\"80\" w:after=\"80\"/><w:jc w:val=\"left\"/>"),
                    BLACKBODY "<w:b/><w:bCs/><w:color w:val=\"" INK "\"/>"},
    [DS_FOOTNOTE] = {"paragraph", "Normal", NULL, SAME("<w:snapToGrid w:val=\"0\"/><w:jc w:val=\"left\"/>"),
                     "<w:sz w:val=\"17\"/><w:szCs w:val=\"17\"/>"},
    [DS_FOOTREF] = {"character", NULL, NULL, SAME(""), "<w:vertAlign w:val=\"superscript\"/>"},
    [DS_TOCHEAD] = {"paragraph", "Normal", "BodyText",
                    SAME("<w:keepNext/><w:spacing w:before=\"240\" w:after=\"160\"/><w:jc w:val=\"left\"/>"),
                    BLACKBODY "<w:b/><w:bCs/><w:color w:val=\"" INK "\"/><w:sz w:val=\"30\"/><w:szCs w:val=\"30\"/>"},
    [DS_TOC1] = {"paragraph", "Normal", "Normal",
                 SAME("<w:tabs><w:tab w:val=\"right\" w:leader=\"dot\" w:pos=\"8958\"/></w:tabs><w:spacing "
                      "w:before=\"100\" w:after=\"20\"/><w:ind w:right=\"480\"/><w:jc w:val=\"left\"/>"),
                 "<w:b/><w:bCs/>"},
    [DS_TOC2] = {"paragraph", "Normal", "Normal",
                 SAME("<w:tabs><w:tab w:val=\"right\" w:leader=\"dot\" w:pos=\"8958\"/></w:tabs><w:spacing "
                      "w:after=\"20\"/><w:ind w:left=\"420\" w:right=\"480\"/><w:jc w:val=\"left\"/>"),
                 ""},
    [DS_TOC3] = {"paragraph", "Normal", "Normal",
                 SAME("<w:tabs><w:tab w:val=\"right\" w:leader=\"dot\" w:pos=\"8958\"/></w:tabs><w:spacing "
                      "w:after=\"20\"/><w:ind w:left=\"840\" w:right=\"480\"/><w:jc w:val=\"left\"/>"),
                 ""},
    [DS_TOF] = {"paragraph", "Normal", "Normal",
                SAME("<w:tabs><w:tab w:val=\"right\" w:leader=\"dot\" w:pos=\"8958\"/></w:tabs><w:spacing "
                     "w:after=\"20\"/><w:ind w:left=\"840\" w:right=\"480\" w:hanging=\"840\"/><w:jc w:val=\"left\"/>"),
                ""},
    [DS_HEADER] = {"paragraph", "Normal", NULL,
                   SAME("<w:pBdr><w:bottom w:val=\"single\" w:sz=\"4\" w:space=\"4\" w:color=\"BFBFBF\"/></w:pBdr>"
                        "<w:jc w:val=\"left\"/>"),
                   "<w:color w:val=\"595959\"/><w:sz w:val=\"17\"/><w:szCs w:val=\"17\"/>"},
    [DS_FOOTER] = {"paragraph", "Normal", NULL, SAME("<w:jc w:val=\"center\"/>"),
                   "<w:color w:val=\"595959\"/><w:sz w:val=\"17\"/><w:szCs w:val=\"17\"/>"},
    [DS_LINK] = {"character", NULL, NULL, SAME(""), "<w:color w:val=\"1F4E9E\"/><w:u w:val=\"single\"/>"},
    [DS_CODE] = {"character", NULL, NULL, SAME(""),
                 "<w:rFonts w:ascii=\"Consolas\" w:hAnsi=\"Consolas\" w:cs=\"Consolas\"/>"},
    [DS_TABLE] = {"table", NULL, NULL, SAME(""), ""}};

static const struct {
  const char *id, *name, *others;
  bool needed;
} names[DS_COUNT] = {
#define SX_DOCX_STYLE_NAME(id, xml, name, needed, others) {xml, name, others, needed},
    SX_DOCX_STYLES(SX_DOCX_STYLE_NAME)
#undef SX_DOCX_STYLE_NAME
};

const char *sx_publish__docx_style_id(sx_docx_style style) {
  return names[style].id;
}

const char *sx_publish__docx_style_name(sx_docx_style style) {
  return names[style].name;
}

bool sx_publish__docx_style_needed(sx_docx_style style) {
  return names[style].needed;
}

/* Case and blanks aside: Word writes "heading 1", others "Heading 1", "Heading1". */
static bool alike(const char *a, size_t n, const char *b) {
  size_t i = 0;
  for (;; b++) {
    while (i < n && a[i] == ' ') i++;
    while (*b == ' ') b++;
    if (!*b || i == n) return !*b && i == n;
    const char x = a[i] >= 'A' && a[i] <= 'Z' ? (char)(a[i] + 32) : a[i];
    const char y = *b >= 'A' && *b <= 'Z' ? (char)(*b + 32) : *b;
    if (x != y) return false;
    i++;
  }
}

bool sx_publish__docx_style_is(sx_docx_style style, const char *name, bool also_others) {
  if (alike(names[style].name, strlen(names[style].name), name)) return true;
  for (const char *p = also_others ? names[style].others : ""; *p;) {
    const size_t n = strcspn(p, "|");
    if (alike(p, n, name)) return true;
    p += n + (p[n] == '|');
  }
  return false;
}

/* The three-line table: heavy rules above and below, a thin one under the head. */
static void table_style(sx_buf *out, const char *id) {
  sx_buf_printf(out, "<w:style w:type=\"table\" w:customStyle=\"1\" w:styleId=\"%s\"><w:name w:val=\"%s\"/>", id,
                names[DS_TABLE].name);
  sx_buf_add(out,
             "<w:uiPriority w:val=\"99\"/><w:qFormat/><w:tblPr><w:tblBorders>"
             "<w:top w:val=\"single\" w:sz=\"12\" w:space=\"0\" w:color=\"auto\"/>"
             "<w:bottom w:val=\"single\" w:sz=\"12\" w:space=\"0\" w:color=\"auto\"/></w:tblBorders>"
             "<w:tblCellMar><w:top w:w=\"20\" w:type=\"dxa\"/><w:left w:w=\"70\" w:type=\"dxa\"/><w:bottom w:w=\"20\" "
             "w:type=\"dxa\"/><w:right w:w=\"70\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr></w:style>\n");
}

void sx_publish__docx_style(sx_buf *out, sx_docx_style style, const char *id, sx_lang lang) {
  const definition *d = &definitions[style];
  const char *paragraph = d->paragraph[lang == SX_LANG_EN];
  if (style == DS_TABLE) {
    table_style(out, id);
    return;
  }
  const bool own = strncmp(names[style].id, "Sx", 2) == 0 && style != DS_LIST && style != DS_QUOTE;
  sx_buf_printf(out, "<w:style w:type=\"%s\"%s%s w:styleId=\"%s\"><w:name w:val=\"%s\"/>", d->kind,
                style == DS_NORMAL ? " w:default=\"1\"" : "", own ? " w:customStyle=\"1\"" : "", id, names[style].name);
  if (d->based) sx_buf_printf(out, "<w:basedOn w:val=\"%s\"/>", d->based);
  if (d->next) sx_buf_printf(out, "<w:next w:val=\"%s\"/>", d->next);
  sx_buf_add(out, "<w:qFormat/>");
  if (*paragraph) sx_buf_printf(out, "<w:pPr>%s</w:pPr>", paragraph);
  if (*d->run) sx_buf_printf(out, "<w:rPr>%s</w:rPr>", d->run);
  sx_buf_add(out, "</w:style>\n");
}

void sx_publish__docx_styles(sx_buf *out, sx_lang lang) {
  sx_buf_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:styles "
                  "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\n<w:docDefaults>"
                  "<w:rPrDefault><w:rPr><w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" "
                  "w:eastAsia=\"宋体\" w:cs=\"Times New Roman\"/><w:kern w:val=\"2\"/><w:sz w:val=\"22\"/><w:szCs "
                  "w:val=\"22\"/>");
  sx_buf_printf(out, "<w:lang w:val=\"%s\" w:eastAsia=\"zh-CN\" w:bidi=\"ar-SA\"/>", "en-US");
  sx_buf_add(out,
             "</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:widowControl/></w:pPr></w:pPrDefault></w:docDefaults>\n");
  for (int s = 0; s < DS_COUNT; s++) sx_publish__docx_style(out, (sx_docx_style)s, names[s].id, lang);
  sx_buf_add(out, "</w:styles>\n");
}

void sx_publish__docx_fonts(sx_buf *out) {
  static const struct {
    const char *name, *other, *family, *pitch;
    bool chinese;
  } fonts[] = {{"Times New Roman", NULL, "roman", "variable", false}, {"Arial", NULL, "swiss", "variable", false},
               {"Consolas", NULL, "modern", "fixed", false},          {"宋体", "SimSun", "auto", "variable", true},
               {"黑体", "SimHei", "modern", "variable", true},        {"Symbol", NULL, "roman", "variable", false}};
  sx_buf_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:fonts "
                  "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">");
  for (size_t i = 0; i < sizeof fonts / sizeof *fonts; i++) {
    sx_buf_printf(out, "<w:font w:name=\"%s\">", fonts[i].name);
    if (fonts[i].other) sx_buf_printf(out, "<w:altName w:val=\"%s\"/>", fonts[i].other);
    sx_buf_printf(out, "<w:charset w:val=\"%s\"/><w:family w:val=\"%s\"/><w:pitch w:val=\"%s\"/></w:font>",
                  fonts[i].chinese ? "86" : "00", fonts[i].family, fonts[i].pitch);
  }
  sx_buf_add(out, "</w:fonts>\n");
}

void sx_publish__docx_settings(sx_buf *out, sx_lang lang) {
  sx_buf_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:settings "
                  "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:zoom w:percent=\"100\"/>"
                  "<w:defaultTabStop w:val=\"420\"/><w:characterSpacingControl w:val=\"compressPunctuation\"/>"
                  "<w:footnotePr><w:footnote w:id=\"-1\"/><w:footnote w:id=\"0\"/></w:footnotePr>"
                  "<w:compat><w:useFELayout/><w:compatSetting w:name=\"compatibilityMode\" "
                  "w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>");
  sx_buf_printf(out, "<w:themeFontLang w:val=\"%s\" w:eastAsia=\"zh-CN\"/>", lang == SX_LANG_ZH ? "en-US" : "en-GB");
  sx_buf_add(out, "</w:settings>\n");
}

static void levels(sx_buf *out, int id, bool bullets) {
  static const char *const signs[] = {"•", "–", "•", "–"};
  sx_buf_printf(out, "<w:abstractNum w:abstractNumId=\"%d\"><w:multiLevelType w:val=\"multilevel\"/>", id);
  for (int level = 0; level < 4; level++) {
    sx_buf_printf(out, "<w:lvl w:ilvl=\"%d\"><w:start w:val=\"1\"/><w:numFmt w:val=\"%s\"/><w:lvlText w:val=\"", level,
                  bullets ? "bullet" : "decimal");
    if (bullets)
      sx_buf_add(out, signs[level]);
    else
      sx_buf_printf(out, "%%%d.", level + 1);
    sx_buf_printf(out, "\"/><w:lvlJc w:val=\"left\"/><w:pPr><w:ind w:left=\"%d\" w:hanging=\"420\"/></w:pPr>",
                  420 * (level + 1));
    if (bullets) sx_buf_add(out, "<w:rPr><w:rFonts w:ascii=\"Arial\" w:hAnsi=\"Arial\" w:cs=\"Arial\"/></w:rPr>");
    sx_buf_add(out, "</w:lvl>");
  }
  sx_buf_add(out, "</w:abstractNum>");
}

void sx_publish__docx_numbering(sx_buf *out) {
  levels(out, 9001, true);
  levels(out, 9002, false);
}
