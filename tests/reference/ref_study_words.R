# The numbers of test_study_file_words.c: R survey on tests/cli/data/shops.csv, calibrated as the study file there says.
# Rscript tests/reference/ref_study_words.R > tests/reference/ref_study_words.csv
suppressMessages(library(survey))
options(digits = 17)
shops <- read.csv("tests/cli/data/shops.csv")
d <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = shops)
d <- calibrate(d, ~residence, c("(Intercept)" = 130, residenceurban = 70), calfun = "raking", epsilon = 1e-13)
out <- function(id, stat, domain, est, se, low = NA, high = NA) {
  cat(sprintf("%s,%s,%s,%.17g,%.17g,%.17g,%.17g\n", id, stat, domain, est, se, low, high))
}
cat("# R", as.character(getRversion()), "survey", as.character(packageVersion("survey")), "\n")
cat("indicator,statistic,domain,estimate,se,low,high\n")
q <- svyquantile(~spend, d, c(0.4, 0.5), qrule = "school", interval.type = "mean", na.rm = TRUE, ci = TRUE, se = TRUE,
                 df = degf(subset(d, !is.na(spend))))
for (i in 1:2) out("q", paste0("quantile_", c("0.4", "0.5")[i]), "total", q$spend[i, 1], q$spend[i, 4], q$spend[i, 2],
                   q$spend[i, 3])
v <- svyvar(~online, d)
out("v", "variance", "total", v[1], SE(v)[1])
m <- svymean(~spend, d, na.rm = TRUE, deff = TRUE)
ci <- confint(m, df = degf(subset(d, !is.na(spend))), level = 0.8)
out("m", "mean", "total", coef(m), SE(m), ci[1], ci[2])
out("m", "deff", "total", deff(m), NA)
for (x in c("logit", "beta", "asin", "xlogit")) {
  p <- svyciprop(~I(online == 1), d, method = x, level = 0.9)
  out(paste0("p_", x), "prop", "total", coef(p), SE(p), confint(p)[1], confint(p)[2])
}
b <- svyby(~online, ~residence, d, svymean)
out("p_beta", "prop", "res:urban", b["urban", "online"], b["urban", "se"])
s <- svychisq(~residence + online, d, statistic = "F")
out("t", "test_F", "total", s$statistic, NA)
out("t", "test_p", "total", s$p.value, NA)
t <- svytotal(~online, d)
out("tot", "total", "total", coef(t), SE(t))
