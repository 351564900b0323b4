/* shuxiao.h: every public header. */
#ifndef SX_SHUXIAO_H
#define SX_SHUXIAO_H

#include "shuxiao/accounts.h"
#include "shuxiao/accounts_compare.h"
#include "shuxiao/accounts_domains.h"
#include "shuxiao/accounts_sensitivity.h"
#include "shuxiao/base.h"
#include "shuxiao/design.h"
#include "shuxiao/design_response.h"
#include "shuxiao/design_twophase.h"
#include "shuxiao/estimate.h"
#include "shuxiao/estimate_area.h"
#include "shuxiao/estimate_banded.h"
#include "shuxiao/estimate_change.h"
#include "shuxiao/estimate_easy.h"
#include "shuxiao/estimate_inequality.h"
#include "shuxiao/estimate_mean.h"
#include "shuxiao/estimate_response.h"
#include "shuxiao/estimate_set.h"
#include "shuxiao/estimate_statistic.h"
#include "shuxiao/io.h"
#include "shuxiao/num.h"
#include "shuxiao/report.h"
#include "shuxiao/store.h"
#include "shuxiao/study.h"
#include "shuxiao/synth.h"
#include "shuxiao/table.h"
#include "shuxiao/weighting.h"
#include "shuxiao/weighting_frame.h"
#include "shuxiao/weighting_response.h"

#endif
