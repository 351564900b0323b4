# The survey jobs of bench_survey.c in R survey, on the same file. Rscript bench_survey.R DATA.csv OUT.tsv [--make]
# With --make the data are written first: 30,000 cases, 31 strata, three margins of 31, 12 and 5 cells.
args <- commandArgs(TRUE)
suppressMessages(library(survey))
if ("--make" %in% args) {
  set.seed(20260101); n <- 30000L; H <- 31L
  prov <- sample.int(H, n, TRUE, prob = seq(1, 4, length.out = H)); sex <- sample(1:2, n, TRUE); age <- sample.int(6, n, TRUE)
  edu <- sample.int(5, n, TRUE); w <- exp(rnorm(n, log(40000), .5))
  u <- rbinom(n, 1, plogis(-.5 + .3 * sex - .2 * age + .02 * prov)); y <- ifelse(u == 1, rlnorm(n, 6, 1.2), 0)
  write.csv(data.frame(prov, sex, age, edu, w, u, y, sat = sample.int(5, n, TRUE)), args[1], row.names = FALSE)
  quit()
}
df <- read.csv(args[1]); for (v in c("prov", "sex", "age", "edu", "sat")) df[[v]] <- factor(df[[v]])
out <- file(args[2], "w")
tm <- function(job, e) { gc(FALSE); t <- system.time(r <- e)[["elapsed"]]; cat(job, "\t", format(t, digits = 4), "\n", sep = "", file = out); invisible(r) }
d <- tm("design", svydesign(id = ~1, strata = ~prov, weights = ~w, data = df))
tm("mean u", svymean(~u, d)); tm("total u y", svytotal(~u + y, d)); tm("prop sat", svymean(~sat, d)); tm("ratio y u", svyratio(~y, ~u, d))
tm("mean u by prov", svyby(~u, ~prov, d, svymean)); tm("mean u by prov sex age", svyby(~u, ~prov + sex + age, d, svymean))
mp <- as.data.frame(svytable(~prov, d)); ms <- as.data.frame(svytable(~sex + age, d)); me <- as.data.frame(svytable(~edu, d))
ms$Freq <- ms$Freq * (.9 + .2 * (seq_len(nrow(ms)) * 7 %% 12) / 12); ms$Freq <- ms$Freq * sum(mp$Freq) / sum(ms$Freq)
dr <- tm("rake", rake(d, list(~prov, ~sex + age, ~edu), list(mp, ms, me), control = list(epsilon = 1e-9, maxit = 200)))
tm("raked: mean u", svymean(~u, dr)); tm("raked: mean u by prov", svyby(~u, ~prov, dr, svymean))
tm("raked: mean u by prov sex age", svyby(~u, ~prov + sex + age, dr, svymean))
cat("# survey", as.character(packageVersion("survey")), R.version.string, "\n", file = out)
close(out)
