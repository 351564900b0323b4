# R survey's side of bench_survey.sh.
#   Rscript bench_survey.R make FOLDER ROWS     writes FOLDER/big.csv (ROWS cases, 31 strata, 2% of every answer missing), FOLDER/sorted.csv
#                                               (the same by stratum), FOLDER/raked.csv (30,000 cases), FOLDER/peer.csv (50 strata, 2,000 PSUs)
#   Rscript bench_survey.R serve FOLDER         reads names of jobs from standard input; answers "seconds cpu-seconds peak-kB value ..." for each
suppressMessages({library(survey); library(data.table)})
args <- commandArgs(TRUE)
folder <- args[2]
u <- paste0("u", 1:10); s <- paste0("s", 1:5); f <- as.formula(paste("~", paste(c(u, s), collapse = "+")))

gen <- function(n) {
  set.seed(1)
  d <- data.frame(prov = sample(1:31, n, TRUE), w = runif(n, 1e3, 9e4) * 30000 / n, sex = sample(1:2, n, TRUE), age = sample(12:85, n, TRUE), urban = sample(1:2, n, TRUE))
  d$band <- as.integer(cut(d$age, c(0, 19, 29, 39, 49, 59, 200)))
  for (k in 1:10) d[[paste0("u", k)]] <- rbinom(n, 1, 0.1 + 0.05 * k)
  for (k in 1:5) d[[paste0("s", k)]] <- ifelse(d[[paste0("u", k)]] == 1, round(rlnorm(n, 6, 1)), 0)
  d$y <- rlnorm(n, 6, 1)
  for (v in c(u, s, "y")) d[[v]][runif(n) < 0.02] <- NA
  d
}
gen_raked <- function(n = 30000L, H = 31L) {
  set.seed(20260101)
  prov <- sample.int(H, n, TRUE, prob = seq(1, 4, length.out = H)); sex <- sample(1:2, n, TRUE); age <- sample.int(6, n, TRUE); edu <- sample.int(5, n, TRUE)
  w <- exp(rnorm(n, log(40000), .5)); u <- rbinom(n, 1, plogis(-.5 + .3 * sex - .2 * age + .02 * prov)); u[runif(n) < 0.02] <- NA
  data.frame(prov, sex, age, edu, w, u)
}
if (args[1] == "make") {
  n <- as.integer(as.numeric(args[3]))
  d <- gen(n)
  fwrite(d, file.path(folder, "big.csv")); fwrite(d[order(d$prov), ], file.path(folder, "sorted.csv"))
  fwrite(gen_raked(), file.path(folder, "raked.csv"))
  p <- d[, c("w", u[1:8], "band")]; p$psu <- sort(sample.int(2000, n, TRUE)); p$stratum <- (p$psu - 1L) %% 50L + 1L
  fwrite(p, file.path(folder, "peer.csv"))
  quit()
}

# ---- jobs: each is one call of the package on a design in memory
st <- new.env()
factors <- function(d, names) { for (v in names) d[[v]] <- factor(d[[v]]); d }
pop <- list(data.frame(prov = factor(1:31), Freq = rep(45e6, 31)), data.frame(sex = factor(1:2), Freq = 31 * 45e6 * c(.51, .49)),
            data.frame(urban = factor(1:2), Freq = 31 * 45e6 * c(.67, .33)))
raked_margins <- function(d) {
  mp <- as.data.frame(svytable(~prov, d)); ms <- as.data.frame(svytable(~sex + age, d)); me <- as.data.frame(svytable(~edu, d))
  ms$Freq <- ms$Freq * (.9 + .2 * (seq_len(nrow(ms)) * 7 %% 12) / 12); ms$Freq <- ms$Freq * sum(mp$Freq) / sum(ms$Freq)
  list(mp, ms, me)
}
est <- function(x) c(coef(x), SE(x))
jobs <- list(
  read = function() { st$d <- factors(as.data.frame(fread(file.path(folder, "big.csv"))), c("prov", "sex", "urban", "band")); nrow(st$d) },
  design = function() { st$des <- svydesign(ids = ~1, strata = ~prov, weights = ~w, data = st$d); nrow(st$des) },
  means = function() svymean(f, st$des, na.rm = TRUE),
  totals = function() svytotal(f, st$des, na.rm = TRUE),
  by6 = function() svyby(f, ~band, st$des, svymean, na.rm = TRUE),
  by31 = function() svyby(f, ~prov, st$des, svymean, na.rm = TRUE),
  ratio = function() svyratio(~s1, ~u1, st$des, na.rm = TRUE),
  median = function() svyquantile(~y, st$des, 0.5, ci = TRUE, na.rm = TRUE),
  geometric = function() svycontrast(svymean(~ly, update(st$des, ly = log(y)), na.rm = TRUE), quote(exp(ly))),
  rake = function() { st$raked <- rake(st$des, list(~prov, ~sex, ~urban), pop); sum(weights(st$raked)) },
  raked_setup = function() {
    d <- factors(as.data.frame(fread(file.path(folder, "raked.csv"))), c("prov", "sex", "age", "edu"))
    des <- svydesign(ids = ~1, strata = ~prov, weights = ~w, data = d)
    st$small <- rake(des, list(~prov, ~sex + age, ~edu), raked_margins(des), control = list(epsilon = 1e-9, maxit = 200)); nrow(des)
  },
  raked372 = function() svyby(~u, ~prov + sex + age, st$small, svymean, na.rm = TRUE),
  # not timed: the same cases as here (a variable's missing answers drop out of that variable alone)
  check = function() unlist(lapply(c(u[1:2], s[1:2]), function(v) { e <- svymean(as.formula(paste0("~", v)), st$des, na.rm = TRUE); c(coef(e), SE(e)) }))
)
peak <- function() as.numeric(sub("[^0-9]*([0-9]+).*", "\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE)))
numbers <- function(r) {
  if (is.numeric(r) && is.null(dim(r)) && !inherits(r, "svystat")) return(as.numeric(r))
  if (inherits(r, "newsvyquantile")) return(c(coef(r), SE(r)))
  if (inherits(r, "svyby")) { e <- as.numeric(coef(r)); v <- as.numeric(unlist(SE(r))); return(c(e[1], v[1], e[length(e)], v[length(v)])) }
  e <- as.numeric(coef(r)); v <- as.numeric(SE(r)); c(e[1], v[1], e[length(e)], v[length(v)])
}
con <- file("stdin", "r")
while (length(job <- readLines(con, 1)) == 1) {
  invisible(gc(FALSE))
  t <- system.time(r <- jobs[[job]]())
  cat(sprintf("%.4f", t[["elapsed"]]), sprintf("%.4f", t[["user.self"]] + t[["sys.self"]]), sprintf("%.0f", peak()), sprintf("%.17g", numbers(r)), "\n")
  flush(stdout())
}
