# Fifty random designs in R survey: data to ref_random_data.csv, answers to ref_random.csv.
#   Rscript tests/reference/ref_random.R tests/reference
# Strata, clusters, fpc, domains with missing values, raking by calibrate(calfun = "raking", epsilon = 1e-13), JK1 replicates.
suppressMessages(library(survey)); dir <- commandArgs(TRUE)[1]
set.seed(4711); all <- list(); ans <- list(); options(survey.lonely.psu = "fail")
add <- function(k, job, est, se) ans[[length(ans) + 1]] <<- data.frame(design = k, job = job, est = sprintf("%.17g", est), se = sprintf("%.17g", se))
for (k in 1:50) {
  H <- sample(1:4, 1); per <- sample(3:9, 1); n <- H * per * sample(1:4, 1)
  if (k %% 5 == 0) n <- H * per * 12 # raking needs cases in every cell
  unit <- (seq_len(n) - 1) %% (H * per)
  d <- data.frame(design = k, h = unit %% H, psu = unit, w = round(runif(n, .5, 4), 3), x = round(runif(n, 1, 5), 3),
                  g = sample(0:1, n, TRUE), a = sample(0:1, n, TRUE), b = sample(0:2, n, TRUE))
  d$N <- per * 2 + d$h; d$y <- round(d$h + 2 * d$x + rexp(n) + .3 * (d$psu %% 5), 3); d$y[sample(n, max(1, n %/% 12))] <- NA
  d$u <- as.numeric(runif(n) < .4); d$g[1] <- 0; d$g[2] <- 1; d$a[1:2] <- 0:1; d$b[1:3] <- 0:2
  all[[k]] <- d
  cl <- if (k %% 2) ~psu else ~1; fp <- if (k %% 3 == 0) ~N else NULL
  if (!k %% 2 && k %% 3 == 0) d$N <- ave(d$h, d$h, FUN = length) * 2 # rows are the PSUs then
  all[[k]]$N <- d$N
  s <- svydesign(id = cl, strata = ~h, weights = ~w, fpc = fp, data = d)
  rk <- k %% 5 == 0
  if (rk) {
    A <- c("(Intercept)" = 1000, "factor(a)1" = 400, "factor(b)1" = 300, "factor(b)2" = 350)
    s <- calibrate(s, ~factor(a) + factor(b), A, calfun = "raking", epsilon = 1e-13, maxit = 200)
  }
  e <- svytotal(~y, s, na.rm = TRUE); add(k, "total", coef(e), SE(e))
  e <- svymean(~y, s, na.rm = TRUE); add(k, "mean", coef(e), SE(e))
  e <- svyratio(~y, ~x, s, na.rm = TRUE); add(k, "ratio", coef(e), SE(e))
  for (g in 0:1) {
    z <- s[d$g == g, ]
    e <- svymean(~y, z, na.rm = TRUE); add(k, paste0("mean", g), coef(e), SE(e))
    e <- svymean(~u, z); add(k, paste0("prop", g), coef(e), SE(e))
  }
  if (!rk) {
    j <- as.svrepdesign(svydesign(id = ~psu, weights = ~w, data = d), type = "JK1")
    e <- svymean(~y, j, na.rm = TRUE); add(k, "jk1mean", coef(e), SE(e))
  }
}
head <- sprintf("# survey %s, %s, ref_random.R", packageVersion("survey"), R.version.string)
w <- function(x, file) { f <- file(file.path(dir, file), "w"); write.csv(x, f, row.names = FALSE, quote = FALSE, na = ""); close(f) }
w(do.call(rbind, all), "ref_random_data.csv"); w(do.call(rbind, ans), "ref_random.csv")
writeLines(head, file.path(dir, "ref_random.txt"))
