# Replicate weights in R survey, the jobs that bench_replicates.c has:
#   Rscript bench_replicates.R DATA.csv make             writes the data
#   Rscript bench_replicates.R DATA.csv boot OUT.tsv     200 bootstrap replicates made and used
#   Rscript bench_replicates.R DATA.csv rake OUT.tsv     500 replicates raked
# A line: job, seconds, the most memory over what was there before, in MB (gc).
suppressMessages(library(survey))
args <- commandArgs(TRUE)
vars <- c(paste0("u", 1:10), paste0("s", 1:5))
if (args[2] == "make") {
  set.seed(20260101); n <- 30000L
  d <- data.frame(prov = sample.int(31, n, TRUE, prob = seq(1, 4, length.out = 31)), sex = sample.int(2, n, TRUE),
                  age = sample.int(6, n, TRUE), edu = sample.int(5, n, TRUE), w = round(exp(rnorm(n, log(40000), .5)), 3))
  for (k in 1:10) d[[paste0("u", k)]] <- rbinom(n, 1, .1 + .05 * k)
  for (k in 1:5) d[[paste0("s", k)]] <- ifelse(d[[paste0("u", k)]] == 1, round(rlnorm(n, 6, 1), 2), 0)
  for (v in vars) d[[v]][runif(n) < .02] <- NA
  write.csv(d, args[1], row.names = FALSE, na = "")
  quit()
}
df <- read.csv(args[1])
for (v in c("prov", "sex", "age", "edu")) df[[v]] <- factor(df[[v]])
out <- file(args[3], "a")
tm <- function(job, e) {
  before <- sum(gc(reset = TRUE)[, 2])
  t <- system.time(r <- e)[["elapsed"]]
  cat(job, "\t", format(t, digits = 4), "\t", format(sum(gc()[, 6]) - before, digits = 3), "\n", sep = "", file = out)
  invisible(r)
}
des <- svydesign(ids = ~1, strata = ~prov, weights = ~w, data = df)
if (args[2] == "boot") {
  f <- as.formula(paste("~", paste(vars, collapse = "+")))
  tm("200 bootstrap replicates made and used: 15 means by 31 groups", {
    b <- as.svrepdesign(des, type = "bootstrap", replicates = 200)
    svyby(f, ~prov, b, svymean, na.rm = TRUE)
  })
  b <- tm("  made", as.svrepdesign(des, type = "bootstrap", replicates = 200))
  tm("  used", svyby(f, ~prov, b, svymean, na.rm = TRUE))
  # fifteen calls, each with its own base of valid answers, as here: one call drops a case that lacks any of the fifteen
  per <- tm("  used, a call per variable",
            lapply(vars, function(v) svyby(as.formula(paste("~", v)), ~prov, b, svymean, na.rm = TRUE)))
  write.table(do.call(rbind, lapply(seq_along(vars), function(k) data.frame(vars[k], per[[k]]$prov, format(per[[k]][[2]], digits = 17), format(SE(per[[k]]), digits = 17)))),
              paste0(args[3], ".numbers"), sep = "\t", quote = FALSE, row.names = FALSE, col.names = FALSE)
} else {
  mp <- as.data.frame(svytable(~prov, des)); ms <- as.data.frame(svytable(~sex + age, des)); me <- as.data.frame(svytable(~edu, des))
  ms$Freq <- ms$Freq * (.9 + .2 * (seq_len(nrow(ms)) * 7 %% 12) / 12); ms$Freq <- ms$Freq * sum(mp$Freq) / sum(ms$Freq)
  b <- as.svrepdesign(des, type = "bootstrap", replicates = 500)
  tm("500 replicates raked on 3 margins",
     rake(b, list(~prov, ~sex + age, ~edu), list(mp, ms, me), control = list(epsilon = 1e-9, maxit = 200)))
}
close(out)
