/* draw_province.c: the 31 provinces, autonomous regions and municipalities of mainland China: codes and letters of GB/T 2260-2007, and their
 * places on a grid of equal tiles, each beside most of its neighbours. A grid of tiles is no map: it has no borders and no areas. */
#include "shuxiao/draw_chart.h"

#include <string.h>

static const sx_province provinces[SX_PROVINCES] = {
    {11, "BJ", "京", "北京", "Beijing", 4, 2},
    {12, "TJ", "津", "天津", "Tianjin", 5, 2},
    {13, "HE", "冀", "河北", "Hebei", 4, 3},
    {14, "SX", "晋", "山西", "Shanxi", 3, 2},
    {15, "NM", "蒙", "内蒙古", "Inner Mongolia", 4, 1},
    {21, "LN", "辽", "辽宁", "Liaoning", 6, 2},
    {22, "JL", "吉", "吉林", "Jilin", 6, 1},
    {23, "HL", "黑", "黑龙江", "Heilongjiang", 6, 0},
    {31, "SH", "沪", "上海", "Shanghai", 6, 4},
    {32, "JS", "苏", "江苏", "Jiangsu", 5, 4},
    {33, "ZJ", "浙", "浙江", "Zhejiang", 5, 5},
    {34, "AH", "皖", "安徽", "Anhui", 4, 4},
    {35, "FJ", "闽", "福建", "Fujian", 4, 6},
    {36, "JX", "赣", "江西", "Jiangxi", 4, 5},
    {37, "SD", "鲁", "山东", "Shandong", 5, 3},
    {41, "HA", "豫", "河南", "Henan", 3, 3},
    {42, "HB", "鄂", "湖北", "Hubei", 3, 4},
    {43, "HN", "湘", "湖南", "Hunan", 3, 5},
    {44, "GD", "粤", "广东", "Guangdong", 3, 6},
    {45, "GX", "桂", "广西", "Guangxi", 2, 6},
    {46, "HI", "琼", "海南", "Hainan", 3, 7},
    {50, "CQ", "渝", "重庆", "Chongqing", 2, 4},
    {51, "SC", "川", "四川", "Sichuan", 1, 4},
    {52, "GZ", "贵", "贵州", "Guizhou", 2, 5},
    {53, "YN", "云", "云南", "Yunnan", 1, 5},
    {54, "XZ", "藏", "西藏", "Tibet", 0, 3},
    {61, "SN", "陕", "陕西", "Shaanxi", 2, 3},
    {62, "GS", "甘", "甘肃", "Gansu", 1, 2},
    {63, "QH", "青", "青海", "Qinghai", 1, 3},
    {64, "NX", "宁", "宁夏", "Ningxia", 2, 2},
    {65, "XJ", "新", "新疆", "Xinjiang", 0, 2},
};

const sx_province *sx_province_get(size_t i) {
  return i < SX_PROVINCES ? &provinces[i] : NULL;
}

static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same(const char *a, const char *b) {
  for (; *a && lower(*a) == lower(*b); a++, b++) {
  }
  return *a == *b;
}

/* What follows a short name in a full one. */
static bool is_ending(const char *rest) {
  static const char *const endings[] = {"",
                                        "省",
                                        "市",
                                        "自治区",
                                        "壮族自治区",
                                        "回族自治区",
                                        "维吾尔自治区",
                                        " Province",
                                        " Municipality",
                                        " Autonomous Region",
                                        " Zhuang Autonomous Region",
                                        " Hui Autonomous Region",
                                        " Uygur Autonomous Region"};
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
    if (same(rest, endings[i])) return true;
  }
  return false;
}

static bool begins(const char *text, const char *name) {
  for (; *name; text++, name++) {
    if (lower(*text) != lower(*name)) return false;
  }
  return is_ending(text);
}

const sx_province *sx_province_find(const char *text) {
  int64_t code = 0;
  if (!text) return NULL;
  if (sx_text_to_int64(&code, text, strlen(text)) && code >= 10000) code = code % 10000 ? 0 : code / 10000;
  for (size_t i = 0; i < SX_PROVINCES; i++) {
    const sx_province *p = &provinces[i];
    if (code == p->code || same(text, p->letters) || strcmp(text, p->character) == 0 || begins(text, p->name_zh) ||
        begins(text, p->name_en))
      return p;
  }
  if (begins(text, "Xizang")) return sx_province_find("54");
  return begins(text, "Nei Mongol") ? sx_province_find("15") : NULL;
}
