# Multi-stage and unequal-probability designs in R survey: the data and what it gives.
#   Rscript tests/reference/ref_stages.R tests/reference
# writes ref_stages_data.csv, ref_stages_joint.csv and ref_stages.csv. Program: R survey 4.1-1 on R 4.2.2.
suppressMessages(library(survey))
out <- commandArgs(TRUE)[1]
set.seed(20250611)
rows <- list(); ssu <- 0
for (h in 1:3) for (i in 1:(3 + h)) {
  m <- sample(2:5, 1)
  for (j in 1:m) {
    ssu <- ssu + 1; k <- sample(2:4, 1)
    rows[[length(rows) + 1]] <- data.frame(h = h, p = 10 * h + i, q = ssu, e = seq_len(k), N1 = 8 + 3 * h,
      N2 = m + (i %% 4), N3 = k + (j %% 3), y = round(rnorm(k, 10 + 2 * i + j), 3), x = round(runif(k, 1, 5), 3),
      g = sample(c("a", "b", "c"), k, TRUE), s = sample(c("u", "v"), k, TRUE))
  }
}
d <- do.call(rbind, rows)
d <- d[sample(nrow(d)), ]
d$y[sample(nrow(d), 6)] <- NA
d$id <- seq_len(nrow(d))
size <- tapply(seq_len(nrow(d)), d$p, length)
d$pi1 <- as.numeric(0.15 + 0.6 * size[as.character(d$p)] / max(size))
u <- d[!duplicated(d$p), ]                       # one row per PSU, for one-stage PPS
nu <- nrow(u)
joint <- outer(u$pi1, u$pi1) * (1 - (1 - outer(u$pi1, u$pi1, "+") / 2) / (nu - 1))
diag(joint) <- u$pi1
d$first <- as.integer(!duplicated(d$p))
res <- data.frame(case = character(), quantity = character(), value = numeric())
add <- function(case, q, v) res <<- rbind(res, data.frame(case = case, quantity = q, value = as.numeric(v)))
all4 <- function(case, des) {
  t <- svytotal(~x, des); add(case, "total x", coef(t)); add(case, "se total x", SE(t))
  m <- svymean(~y, des, na.rm = TRUE); add(case, "mean y", coef(m)); add(case, "se mean y", SE(m))
  b <- svyby(~x, ~g, des, svytotal)
  for (k in 1:3) add(case, paste("se total x", b$g[k]), SE(b)[k])
  add(case, "degf", degf(des))
}
three <- svydesign(id = ~p + q + id, strata = ~h, fpc = ~N1 + N2 + N3, data = d)
all4("three", three)
two <- svydesign(id = ~p + q, strata = ~h, fpc = ~N1 + N2, data = d)
all4("two", two)
cal <- postStratify(three, ~s, data.frame(s = c("u", "v"), Freq = c(400, 600)))
all4("post", cal)
options(survey.lonely.psu = "remove")
d1 <- d[!(d$p %in% c(11, 12) & duplicated(d$p)), ]
all4("lonely", svydesign(id = ~p + q, strata = ~h, fpc = ~N1 + N2, data = d1))
u <- d[d$first == 1, ]
for (m in c("brewer", "overton")) all4(m, svydesign(id = ~1, fpc = ~pi1, pps = m, data = u))
all4("hr", svydesign(id = ~1, fpc = ~pi1, pps = HR(), data = u))
all4("ht", svydesign(id = ~1, fpc = ~pi1, pps = ppsmat(joint, tolerance = 0), data = u))
all4("yg", svydesign(id = ~1, fpc = ~pi1, pps = ppsmat(joint, tolerance = 0), variance = "YG", data = u))
d$f2 <- as.numeric(tapply(d$q, d$p, function(x) length(unique(x)))[as.character(d$p)]) / d$N2
# sorted: survey 4.1-1 sums clusters in sorted order but takes their probabilities in the order of the rows, so that
# on unsorted rows each PSU gets another's
all4("brewer2", svydesign(id = ~p + q, fpc = ~pi1 + f2, pps = "brewer", data = d[order(d$p, d$q), ]))
number <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
d$pi1 <- number(d$pi1); d$f2 <- number(d$f2); d$y <- number(d$y); d$x <- number(d$x)
write.csv(d, file.path(out, "ref_stages_data.csv"), row.names = FALSE, quote = FALSE)
write.table(matrix(number(joint), nu), file.path(out, "ref_stages_joint.csv"), sep = ",", row.names = FALSE, col.names = FALSE, quote = FALSE)
res$value <- number(res$value)
write.csv(res, file.path(out, "ref_stages.csv"), row.names = FALSE, quote = FALSE)
