/* publish_sdmx_structure.c: the structure message beside the SDMX-CSV: dataflow, code lists with names in the study's languages, concepts, data structure
 * definition (SDMX 2.1, section 3A: SDMX-ML, part I message, part III structure: the order of the elements is that of its schemas). The codes of
 * status, frequency and confidentiality are those of the cross-domain code lists. */
#include <stdio.h>
#include <string.h>

#include "publish_date.h"
#include "publish_docx_priv.h"
#include "publish_sdmx.h"

typedef struct named {
  const char *id;
  sx_text2 name;
} named;
typedef struct structure {
  sx_buf *out;
  const pub_cube *cube;
  const sx_sdmx_flow *flow;
} structure;

/* The attributes of an observation, in the order of their columns. */
typedef struct attribute {
  const char *id, *list; /* list: its code list; NULL: a value */
  const char *type;      /* of the value */
  bool mandatory;
  sx_text2 name;
} attribute;
static const attribute attributes[] = {
    {"OBS_STATUS", "CL_OBS_STATUS", NULL, true, {"观测状态", "Observation status"}},
    {"CONF_STATUS", "CL_CONF_STATUS", NULL, false, {"保密状态", "Confidentiality"}},
    {"UNIT_MEASURE", "CL_UNIT_MEASURE", NULL, false, {"计量单位", "Unit of measure"}},
    {"UNIT_MULT", "CL_UNIT_MULT", NULL, false, {"单位的倍数", "Unit multiplier"}},
    {"DECIMALS", NULL, "Integer", false, {"小数位数", "Decimals"}},
    {"STD_ERROR", NULL, "Double", false, {"标准误", "Standard error"}},
    {"CONF_LOW", NULL, "Double", false, {"置信区间下限", "Lower limit of the confidence interval"}},
    {"CONF_HIGH", NULL, "Double", false, {"置信区间上限", "Upper limit of the confidence interval"}}};
enum { N_ATTRIBUTES = sizeof attributes / sizeof *attributes };

static const named frequencies[] = {{"A", {"年", "Annual"}},
                                    {"S", {"半年", "Half-yearly"}},
                                    {"Q", {"季", "Quarterly"}},
                                    {"M", {"月", "Monthly"}},
                                    {"_Z", {"不适用", "Not applicable"}}};
static const named statuses[] = {{"A", {"正常值", "Normal value"}},       {"B", {"时间序列中断", "Time series break"}},
                                 {"E", {"估计值", "Estimated value"}},    {"O", {"缺失值", "Missing value"}},
                                 {"Q", {"隐去的值", "Suppressed value"}}, {"U", {"可靠性较低", "Low reliability"}}};
static const named confidences[] = {{"F", {"可公布", "Free (free for publication)"}},
                                    {"N", {"不公布", "Not for publication, restricted for internal use only"}}};
static const named multipliers[] = {{"0", {"一", "Units"}}};
/* The commoner kinds of statistic; the others are called by their ids. */
static const named statistics[] = {{"prop", {"占比", "Proportion"}},
                                   {"total", {"总量", "Total"}},
                                   {"count", {"推及人数", "Estimated count"}},
                                   {"mean", {"均值", "Mean"}},
                                   {"ratio", {"比率", "Ratio"}},
                                   {"median", {"中位数", "Median"}},
                                   {"quantile", {"分位数", "Quantile"}},
                                   {"gap", {"差距", "Gap"}},
                                   {"difference", {"差", "Difference"}},
                                   {"change", {"变化", "Change"}},
                                   {"change_relative", {"增长率", "Relative change"}},
                                   {"change_ratio", {"与上期之比", "Ratio to the previous wave"}},
                                   {"p_change", {"变化的校正P值", "Adjusted p-value of the change"}},
                                   {"p_raw_change", {"变化的P值", "p-value of the change"}},
                                   {"share", {"份额", "Share"}},
                                   {"level", {"规模", "Level"}},
                                   {"level_before", {"平衡前规模", "Level before balancing"}},
                                   {"level_after", {"平衡后规模", "Level after balancing"}},
                                   {"level_constant", {"不变价规模", "Level at constant prices"}},
                                   {"price_effect", {"价格影响", "Effect of prices"}},
                                   {"share_of_parent", {"占上级比重", "Share of the parent"}},
                                   {"share_of_total", {"占总量比重", "Share of the total"}},
                                   {"share_of_benchmark", {"占基准比重", "Share of the benchmark"}},
                                   {"published", {"公布值", "Published figure"}},
                                   {"estimate", {"估计值", "Estimate"}},
                                   {"elasticity", {"弹性", "Elasticity"}}};
static const named units[] = {{"PT", {"百分比", "Per cent"}},
                              {"PP", {"百分点", "Percentage points"}},
                              {"PS", {"人", "Persons"}},
                              {"PURE_NUMB", {"纯数", "Pure number"}},
                              {"CNY", {"元", "Yuan renminbi"}}};
#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ---- parts --------------------------------------------------------------------------------------------------------- */

/* <com:Name> in each language of the study; one stands in for the other, the id for none. */
static void names(const structure *s, const char *indent, sx_text2 name, const char *id) {
  static const char *const tags[] = {[SX_LANG_ZH] = "zh", [SX_LANG_EN] = "en"};
  const sx_lang order[] = {SX_LANG_ZH, SX_LANG_EN};
  for (size_t i = 0; i < 2; i++) {
    if (!sx_publish__has_lang(s->cube->run, order[i])) continue;
    sx_buf_printf(s->out, "%s<com:Name xml:lang=\"%s\">", indent, tags[order[i]]);
    const char *text = sx_publish__text(name, order[i]);
    sx_publish__xml_text(s->out, *text ? text : id);
    sx_buf_add(s->out, "</com:Name>\n");
  }
}

/* Attributes of a maintainable artefact; what is published is final (SDMX 2.1, Base: MaintainableType). */
static void maintained(const structure *s, const char *element, const char *id, sx_text2 name) {
  sx_buf_printf(s->out, "      <str:%s id=\"%s\" agencyID=\"%s\" version=\"%s\" isFinal=\"true\">\n", element, id,
                s->flow->agency, s->flow->version);
  names(s, "        ", name, id);
}

static void reference(const structure *s, const char *indent, const char *id, const char *package, const char *class) {
  sx_buf_printf(s->out, "%s<Ref id=\"%s\" version=\"%s\" agencyID=\"%s\" package=\"%s\" class=\"%s\"/>\n", indent, id,
                s->flow->version, s->flow->agency, package, class);
}

static void put_code(const structure *s, const char *id, sx_text2 name) {
  sx_buf_printf(s->out, "        <str:Code id=\"%s\">\n", id);
  names(s, "          ", name, id);
  sx_buf_add(s->out, "        </str:Code>\n");
}

static void header(const structure *s) {
  const sx_publish_date day = sx_publish__run_date(s->cube->run);
  sx_buf_add(s->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<mes:Structure xmlns:mes=\"http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message\" "
                     "xmlns:str=\"http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure\" "
                     "xmlns:com=\"http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common\">\n  <mes:Header>\n");
  sx_buf_printf(s->out, "    <mes:ID>%s</mes:ID>\n    <mes:Test>false</mes:Test>\n", s->flow->structure);
  sx_buf_printf(s->out, "    <mes:Prepared>%04ld-%02ld-%02ldT00:00:00</mes:Prepared>\n    <mes:Sender id=\"", day.year,
                day.month, day.day);
  for (const char *c = s->flow->agency; *c; c++) sx_buf_add_char(s->out, *c == '.' ? '_' : *c); /* no dots in an id */
  sx_buf_add(s->out, "\"/>\n  </mes:Header>\n  <mes:Structures>\n");
}

static void dataflow(const structure *s) {
  sx_buf_add(s->out, "    <str:Dataflows>\n");
  maintained(s, "Dataflow", s->flow->id, s->cube->run->title);
  sx_buf_add(s->out, "        <str:Structure>\n");
  reference(s, "          ", s->flow->structure, "datastructure", "DataStructure");
  sx_buf_add(s->out, "        </str:Structure>\n      </str:Dataflow>\n    </str:Dataflows>\n");
}

/* ---- code lists ---------------------------------------------------------------------------------------------------- */

static void open_list(const structure *s, const char *id, sx_text2 name) {
  char whole[256];
  (void)snprintf(whole, sizeof whole, "CL_%s", id);
  maintained(s, "Codelist", whole, name);
}

static void close_list(const structure *s) {
  sx_buf_add(s->out, "      </str:Codelist>\n");
}

static void fixed_list(const structure *s, const char *id, sx_text2 name, const named *codes, size_t n) {
  open_list(s, id, name);
  for (size_t i = 0; i < n; i++) put_code(s, codes[i].id, codes[i].name);
  close_list(s);
}

static sx_text2 known_name(const named *list, size_t n, const char *id, sx_text2 otherwise) {
  for (size_t i = 0; i < n; i++) {
    if (strcmp(list[i].id, id) == 0) return list[i].name;
  }
  return otherwise;
}

/* Codes without a label are called by their level. */
static void dimension_list(const structure *s, const pub_dimension *d, bool area) {
  if (area) { /* also where no row is crossed by it: the column is always there */
    open_list(s, "REF_AREA", (sx_text2){"地区", "Reference area"});
    if (!d) put_code(s, "_T", (sx_text2){"合计", "Total"});
  } else {
    open_list(s, d->id, d->label.zh || d->label.en ? d->label : (sx_text2){d->id, d->id});
  }
  for (size_t i = 0; d && i < d->n; i++) {
    const pub_code *c = &d->codes[i];
    sx_text2 name = c->label.zh || c->label.en ? c->label : (sx_text2){c->level, c->level};
    if (d == &s->cube->statistic) name = known_name(statistics, COUNT(statistics), c->code, name);
    put_code(s, c->code, name);
  }
  close_list(s);
}

static sx_status unit_list(const structure *s, sx_error *err) {
  sx_dict *seen = NULL;
  SX_TRY(sx_dict_new(&seen, &s->cube->run->ctx, err));
  sx_status status = SX_OK;
  open_list(s, "UNIT_MEASURE", (sx_text2){"计量单位", "Unit of measure"});
  for (size_t i = 0; i < s->cube->n_obs && status == SX_OK; i++) {
    const pub_unit *unit = &s->cube->obs[i].unit;
    const size_t before = sx_dict_count(seen);
    int32_t place = 0;
    status = sx_dict_add(&place, seen, unit->code, strlen(unit->code), err);
    if (status == SX_OK && (size_t)place == before)
      put_code(s, unit->code, known_name(units, COUNT(units), unit->code, unit->label));
  }
  close_list(s);
  sx_dict_free(seen);
  return status;
}

static const pub_dimension *area_of(const pub_cube *cube) {
  for (size_t i = 0; i < cube->n_dimensions; i++) {
    if (strcmp(cube->dimensions[i].id, "REF_AREA") == 0) return &cube->dimensions[i];
  }
  return NULL;
}

static bool has_waves(const pub_cube *cube) {
  return strcmp(cube->time.id, SX_PUBLISH__WAVE) == 0;
}

static sx_status codelists(const structure *s, sx_error *err) {
  const pub_cube *cube = s->cube;
  sx_buf_add(s->out, "    <str:Codelists>\n");
  fixed_list(s, "FREQ", (sx_text2){"频率", "Frequency"}, frequencies, COUNT(frequencies));
  dimension_list(s, area_of(cube), true);
  dimension_list(s, &cube->indicator, false);
  dimension_list(s, &cube->statistic, false);
  for (size_t i = 0; i < cube->n_dimensions; i++) {
    if (&cube->dimensions[i] != area_of(cube)) dimension_list(s, &cube->dimensions[i], false);
  }
  if (has_waves(cube)) dimension_list(s, &cube->time, false);
  fixed_list(s, "OBS_STATUS", (sx_text2){"观测状态", "Observation status"}, statuses, COUNT(statuses));
  fixed_list(s, "CONF_STATUS", (sx_text2){"保密状态", "Confidentiality"}, confidences, COUNT(confidences));
  SX_TRY(unit_list(s, err));
  fixed_list(s, "UNIT_MULT", (sx_text2){"单位的倍数", "Unit multiplier"}, multipliers, COUNT(multipliers));
  sx_buf_add(s->out, "    </str:Codelists>\n");
  return SX_OK;
}

/* ---- concepts and the data structure definition -------------------------------------------------------------------- */

static void concept(const structure *s, const char *id, sx_text2 name) {
  sx_buf_printf(s->out, "        <str:Concept id=\"%s\">\n", id);
  names(s, "          ", name, id);
  sx_buf_add(s->out, "        </str:Concept>\n");
}

static void concepts(const structure *s) {
  const pub_cube *cube = s->cube;
  sx_buf_add(s->out, "    <str:Concepts>\n");
  maintained(s, "ConceptScheme", "CS_CONCEPTS", (sx_text2){"概念", "Concepts"});
  concept(s, "FREQ", (sx_text2){"频率", "Frequency"});
  concept(s, "REF_AREA", (sx_text2){"地区", "Reference area"});
  concept(s, cube->indicator.id, cube->indicator.label);
  concept(s, cube->statistic.id, cube->statistic.label);
  for (size_t i = 0; i < cube->n_dimensions; i++) {
    if (&cube->dimensions[i] != area_of(cube)) concept(s, cube->dimensions[i].id, cube->dimensions[i].label);
  }
  concept(s, cube->time.id, cube->time.label);
  concept(s, "OBS_VALUE", (sx_text2){"观测值", "Observation value"});
  for (size_t i = 0; i < N_ATTRIBUTES; i++) concept(s, attributes[i].id, attributes[i].name);
  sx_buf_add(s->out, "      </str:ConceptScheme>\n    </str:Concepts>\n");
}

static void identity(const structure *s, const char *id) {
  sx_buf_printf(s->out,
                "            <str:ConceptIdentity>\n              <Ref id=\"%s\" maintainableParentID=\"CS_CONCEPTS\" "
                "maintainableParentVersion=\"%s\" agencyID=\"%s\" package=\"conceptscheme\" class=\"Concept\"/>\n"
                "            </str:ConceptIdentity>\n",
                id, s->flow->version, s->flow->agency);
}

/* A code list or the type of the values. */
static void representation(const structure *s, const char *list, const char *type) {
  sx_buf_add(s->out, "            <str:LocalRepresentation>\n");
  if (list) {
    sx_buf_add(s->out, "              <str:Enumeration>\n");
    reference(s, "                ", list, "codelist", "Codelist");
    sx_buf_add(s->out, "              </str:Enumeration>\n");
  } else {
    sx_buf_printf(s->out, "              <str:TextFormat textType=\"%s\"/>\n", type);
  }
  sx_buf_add(s->out, "            </str:LocalRepresentation>\n");
}

static void dimension(const structure *s, const char *id, size_t *position) {
  char list[256];
  (void)snprintf(list, sizeof list, "CL_%s", id);
  sx_buf_printf(s->out, "          <str:Dimension id=\"%s\" position=\"%zu\">\n", id, ++*position);
  identity(s, id);
  representation(s, list, NULL);
  sx_buf_add(s->out, "          </str:Dimension>\n");
}

static void dimensions(const structure *s) {
  const pub_cube *cube = s->cube;
  size_t position = 0;
  sx_buf_add(s->out, "        <str:DimensionList id=\"DimensionDescriptor\">\n");
  dimension(s, "FREQ", &position);
  dimension(s, "REF_AREA", &position);
  dimension(s, cube->indicator.id, &position);
  dimension(s, cube->statistic.id, &position);
  for (size_t i = 0; i < cube->n_dimensions; i++) {
    if (&cube->dimensions[i] != area_of(cube)) dimension(s, cube->dimensions[i].id, &position);
  }
  if (has_waves(cube)) { /* what is no ObservationalTimePeriod is no TimeDimension */
    dimension(s, cube->time.id, &position);
  } else {
    sx_buf_printf(s->out, "          <str:TimeDimension id=\"TIME_PERIOD\" position=\"%zu\">\n", ++position);
    identity(s, "TIME_PERIOD");
    representation(s, NULL, "ObservationalTimePeriod");
    sx_buf_add(s->out, "          </str:TimeDimension>\n");
  }
  sx_buf_add(s->out, "        </str:DimensionList>\n");
}

static void attribute_list(const structure *s) {
  sx_buf_add(s->out, "        <str:AttributeList id=\"AttributeDescriptor\">\n");
  for (size_t i = 0; i < N_ATTRIBUTES; i++) {
    const attribute *a = &attributes[i];
    sx_buf_printf(s->out, "          <str:Attribute id=\"%s\" assignmentStatus=\"%s\">\n", a->id,
                  a->mandatory ? "Mandatory" : "Conditional");
    identity(s, a->id);
    representation(s, a->list, a->type);
    sx_buf_add(s->out, "            <str:AttributeRelationship>\n              <str:PrimaryMeasure>\n"
                       "                <Ref id=\"OBS_VALUE\"/>\n              </str:PrimaryMeasure>\n"
                       "            </str:AttributeRelationship>\n          </str:Attribute>\n");
  }
  sx_buf_add(s->out, "        </str:AttributeList>\n");
}

static void data_structure(const structure *s) {
  sx_buf_add(s->out, "    <str:DataStructures>\n");
  maintained(s, "DataStructure", s->flow->structure, s->cube->run->title);
  sx_buf_add(s->out, "        <str:DataStructureComponents>\n");
  dimensions(s);
  attribute_list(s);
  sx_buf_add(s->out,
             "        <str:MeasureList id=\"MeasureDescriptor\">\n          <str:PrimaryMeasure id=\"OBS_VALUE\">\n");
  identity(s, "OBS_VALUE");
  representation(s, NULL, "Double");
  sx_buf_add(s->out,
             "          </str:PrimaryMeasure>\n        </str:MeasureList>\n        </str:DataStructureComponents>\n"
             "      </str:DataStructure>\n    </str:DataStructures>\n");
}

sx_status sx_publish__sdmx_structure(sx_buf *out, const pub_cube *cube, const sx_sdmx_flow *flow, sx_error *err) {
  const structure s = {out, cube, flow};
  header(&s);
  dataflow(&s);
  SX_TRY(codelists(&s, err));
  concepts(&s);
  data_structure(&s);
  sx_buf_add(out, "  </mes:Structures>\n</mes:Structure>\n");
  return SX_OK;
}
