# The reference numbers of inequality and poverty on laeken's synthetic EU-SILC sample (eusilc, 14,827 persons of Austria).
#
#   Rscript tests/reference/inequality.R data FILE    writes the sample
#   Rscript tests/reference/inequality.R expect       prints tests/reference/inequality.csv
#
# The rows "convey" were computed with R convey 1.0.1 on survey 4.5 (CRAN); Debian has no convey, so they are constants here and the same
# formulas below must give them, which the script checks. Rows "laeken" are laeken's own functions (0.5.2, R 4.2.2), points only. Rows
# "formula" are linearised here, by scores written out from Osier (2009) and Deville (1999), with the error by survey's svytotal
# (4.1.1): measures and domains that convey was not run for.
suppressMessages({library(laeken); library(survey)})
data(eusilc)
arguments <- commandArgs(TRUE)
if (arguments[1] == "data") {
  columns <- eusilc[c("rb030", "db040", "rb050", "rb090", "eqIncome")]
  columns$eqIncome <- sprintf("%.17g", columns$eqIncome)
  columns$rb050 <- sprintf("%.17g", columns$rb050)
  write.csv(columns, arguments[2], row.names = FALSE, quote = FALSE)
  quit()
}

design <- svydesign(ids = ~rb030, strata = ~db040, weights = ~rb050, data = eusilc)
y <- eusilc$eqIncome; w <- eusilc$rb050
se <- function(score) as.numeric(SE(svytotal(score, design)))
show <- function(...) cat(paste(..., sep = ","), "\n", sep = "")
number <- function(x) ifelse(is.na(x), "", sprintf("%.15g", x))
row <- function(measure, domain, form, threshold, estimate, error, source)
  show(measure, domain, form, threshold, number(estimate), number(error), source)

quantile_of <- function(p, D = rep(TRUE, length(y))) {
  o <- order(y[D]); y[D][o][which(cumsum(w[D][o]) / sum(w[D]) >= p - 1e-13)[1]]
}
bandwidth <- function(D = rep(TRUE, length(y))) {
  N <- sum(w[D]); m <- sum((w * y)[D]) / N
  sqrt(sum((w * (y - m)^2)[D]) / N) * N^-0.2
}
density <- function(x, D, h) sum((w * dnorm((x - y) / h))[D]) / (sum(w[D]) * h)
quantile_score <- function(p, D = rep(TRUE, length(y))) {
  q <- quantile_of(p, D)
  -D * ((y <= q) - p) / (sum(w[D]) * density(q, D, bandwidth(D)))
}
# threshold: kind, of: the population of the threshold
threshold <- function(kind, of) switch(kind,
  relq = list(t = .6 * quantile_of(.5, of), z = .6 * quantile_score(.5, of)),
  relm = {N <- sum(w[of]); m <- sum((w * y)[of]) / N; list(t = .6 * m, z = .6 * of * (y - m) / N)},
  list(t = as.numeric(kind), z = 0 * y))
poverty <- function(measure, D, kind, of = rep(TRUE, length(y))) {
  T <- threshold(kind, of); t <- T$t; N <- sum(w[D]); h <- bandwidth(if (is.na(suppressWarnings(as.numeric(kind)))) of else D)
  mean_gap <- function(g, s) {v <- sum((w * g)[D]) / N; list(v, D * (g - v) / N + s * T$z)}
  estimated <- any(T$z != 0)
  fgt0 <- mean_gap(as.numeric(y <= t), if (estimated) density(t, D, h) else 0)
  if (measure == "arpt") return(list(t, T$z))
  if (measure %in% c("arpr", "fgt0")) return(fgt0)
  if (measure == "fgt1") return(mean_gap(pmax(1 - y / t, 0), sum((w * y * (y <= t))[D]) / (t^2 * N)))
  if (measure == "fgt2") return(mean_gap(pmax(1 - y / t, 0)^2, 2 * sum((w * pmax(1 - y / t, 0) * y)[D]) / (t^2 * N)))
  if (measure == "watts") {
    g <- ifelse(y <= t & y > 0, log(t / pmax(y, 1e-300)), 0)
    return(mean_gap(g, sum((w * (y <= t))[D]) / (t * N)))
  }
  m <- quantile_of(.5, D & y <= t)
  z <- (fgt0[[2]] / 2 - D * ((y <= m) - fgt0[[1]] / 2) / N) / density(m, D, h)
  if (measure == "poormed") list(m, z) else list(1 - m / t, -z / t + m / t^2 * T$z)
}
spread <- function(measure, D, form = "plain") {
  N <- sum(w[D]); Y <- sum((w * y)[D]); m <- Y / N; r <- y / m
  mean_of <- function(x) sum((w * x)[D]) / N
  switch(measure,
    gini = {
      o <- order(y); wd <- (w * D)[o]; C <- cumsum(wd); A <- cumsum(wd * y[o])
      if (form == "convey") {
        S <- 2 * sum(C * y[o] * wd) - Y
        z <- numeric(length(y)); z[o] <- 2 * (Y - A + y[o] * wd + C * y[o]) - y[o]
        list(S / (N * Y) - 1, D * (z / (N * Y) - S / (N * Y) * (y / Y + 1 / N)))
      } else {
        S <- sum((2 * C - wd) * y[o] * wd)
        z <- numeric(length(y)); z[o] <- 2 * (y[o] * C + Y - A)
        list(S / (N * Y) - 1, D * (z / (N * Y) - S / (N * Y) * (1 / N + y / Y)))
      }},
    theil = {l <- ifelse(D & y > 0, r * log(pmax(r, 1e-300)), 0); T <- mean_of(l); list(T, D * (l - T - (T + 1) * (r - 1)) / N)},
    mld = {l <- ifelse(D, -log(pmax(r, 1e-300)), 0); L <- mean_of(l); list(L, D * (l - L + r - 1) / N)},
    "ge:2" = {M <- mean_of(r^2); list((M - 1) / 2, D * (r^2 - M - 2 * M * (r - 1)) / (2 * N))},
    "atkinson:0.5" = {U <- mean_of(sqrt(r)); list(1 - U^2, D * -U * (2 * (sqrt(r) - U) - U * (r - 1)) / N)},
    "atkinson" = {l <- ifelse(D, log(pmax(r, 1e-300)), 0); L <- mean_of(l); list(1 - exp(L), D * -exp(L) * (l - L - r + 1) / N)},
    qsr = {
      part <- function(p) {
        q <- quantile_of(p, D); h <- bandwidth(D); k <- D * w * dnorm((q - y) / h)
        level <- if (form == "convey") sum(k * y) / sum(k) else q
        list(sum((w * y * (y <= q))[D]), D * (y * (y <= q) - level * ((y <= q) - p)))
      }
      b <- part(.2); u <- part(.8); R <- (Y - u[[1]]) / b[[1]]
      list(R, (D * y - u[[2]] - R * b[[2]]) / b[[1]])},
    "p90/p10" = {a <- quantile_of(.1, D); b <- quantile_of(.9, D); list(b / a, (quantile_score(.9, D) - b / a * quantile_score(.1, D)) / a)},
    "top:0.1" = {q <- quantile_of(.9, D); L <- (sum((w * (y - q) * (y <= q))[D]) + .9 * N * q) / Y
      list(1 - L, -D * ((y - q) * (y <= q) + .9 * q - L * y) / Y)})
}

all <- rep(TRUE, length(y)); some <- y > 0; women <- eusilc$rb090 == "female"; tyrol <- eusilc$db040 == "Tyrol"
cat("# made by tests/reference/inequality.R: R 4.2.2, laeken 0.5.2, survey 4.1.1; convey 1.0.1 where it says so\n")
show("measure", "domain", "form", "threshold", "estimate", "se", "source")
convey <- function(measure, domain, threshold, estimate, error) {
  D <- if (domain == "positive") some else all
  mine <- if (threshold == "") spread(measure, D, "convey") else poverty(measure, D, threshold)
  stopifnot(abs(mine[[1]] / estimate - 1) < 1e-12, abs(se(mine[[2]]) / error - 1) < 1e-12)
  row(measure, domain, "convey", threshold, estimate, error, "convey")
}
convey("gini", "all", "", 0.264965166028742, 0.00194698202054234)
convey("qsr", "all", "", 3.97000432603667, 0.042550410487519)
convey("theil", "positive", "", 0.120526920613085, 0.00208780770100372)
convey("atkinson:0.5", "positive", "", 0.0598825241137104, 0.000953335855700358)
convey("arpt", "all", "relq", 10859.236, 50.6362219129731)
convey("arpr", "all", "relq", 0.144442181675336, 0.00275676948428196)
convey("rmpg", "all", "relq", 0.189285968184134, 0.00576397441216142)
convey("poormed", "all", "relq", 8803.735, 72.8798339312143)
convey("fgt0", "all", "10000", 0.114440129198526, 0.00267678716346154)
convey("fgt1", "all", "10000", 0.0320854179632806, 0.00105019040873712)
convey("fgt1", "all", "relq", 0.0398093707318493, 0.0010829963119185)
convey("watts", "positive", "10000", 0.0517439995031589, 0.00229263575265275)
row("zenga", "positive", "convey", "", 0.59093073008607, 0.0028219282636009, "convey")

points <- function(measure, domain, estimate) row(measure, domain, "plain", if (measure %in% c("arpr", "rmpg", "arpt")) "relq" else "", estimate, NA, "laeken")
points("gini", "all", gini(y, weights = w)$value / 100)
points("qsr", "all", qsr(y, weights = w)$value)
points("arpt", "all", arpt(y, weights = w))
points("arpr", "all", arpr(y, weights = w)$value / 100)
points("rmpg", "all", rmpg(y, weights = w)$value / 100)
by_sex <- arpr("eqIncome", weights = "rb050", breakdown = "rb090", data = eusilc)$valueByStratum
points("arpr", "women", by_sex$value[by_sex$stratum == "female"] / 100)
by_region <- gini("eqIncome", weights = "rb050", breakdown = "db040", data = eusilc)$valueByStratum
points("gini", "tyrol", by_region$value[by_region$stratum == "Tyrol"] / 100)
by_region <- rmpg("eqIncome", weights = "rb050", breakdown = "db040", data = eusilc)$valueByStratum
points("rmpg", "tyrol", by_region$value[by_region$stratum == "Tyrol"] / 100)

domains <- list(all = all, positive = some, women = women, tyrol = tyrol)
for (domain in c("all", "women", "tyrol")) for (measure in c("gini", "ge:2", "qsr", "p90/p10", "top:0.1", "theil")) {
  v <- spread(measure, domains[[domain]]); row(measure, domain, if (measure == "p90/p10") "convey" else "plain", "", v[[1]], se(v[[2]]), "formula")
}
for (measure in c("mld", "atkinson")) {v <- spread(measure, some); row(measure, "positive", "plain", "", v[[1]], se(v[[2]]), "formula")}
for (domain in c("women", "tyrol")) for (kind in c("relq", "relm", "10000")) for (measure in c("arpr", "fgt1", "fgt2", "poormed", "rmpg")) {
  v <- poverty(measure, domains[[domain]], kind); row(measure, domain, "convey", kind, v[[1]], se(v[[2]]), "formula")
}
for (kind in c("relq", "relm")) for (measure in c("arpt", "arpr", "fgt1", "rmpg")) {
  v <- poverty(measure, tyrol, kind, tyrol); row(measure, "tyrol", "convey", paste0(kind, "/domain"), v[[1]], se(v[[2]]), "formula")
}
