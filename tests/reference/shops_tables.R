# Expectations of tests/cli/test_tables.sh. Prints the program and its versions first.
suppressMessages(library(survey))
cat("#", R.version.string, "survey", as.character(packageVersion("survey")), "\n")
d <- read.csv("tests/cli/data/shops.csv")
s <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = d, nest = TRUE)
p <- function(name, x) cat(name, sprintf("%.12g", x), "\n")
g <- subset(s, !is.na(spend))
p("median.share", svyquantile(~spend, g, .5, df = degf(g))$spend)
p("hf7.xlogit", svyquantile(~spend, g, .5, qrule = "hf7", interval.type = "xlogit", df = degf(g))$spend)
for (m in c("asin", "beta", "xlogit")) { q <- svyciprop(~I(online == 1), s, method = m); p(m, c(q, attr(q, "ci"))) }
for (st in c("F", "Wald")) { t <- svychisq(~residence + online, s, statistic = st); p(st, c(t$statistic, t$parameter, t$p.value)) }
p("rows", unlist(svyby(~I(online == 1), ~residence, s, svymean)[, c(3, 5)]))
e <- svygofchisq(~residence, p = c(.45, .55), s); p("gof", c(e$statistic, e$parameter, e$p.value))
