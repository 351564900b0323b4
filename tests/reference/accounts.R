# Contributions, decompositions and shift-share of accounts with their design-based errors: R survey 4.1-1 (svycontrast on totals of
# one design), formulas written out here. Rscript tests/reference/accounts.R > tests/reference/accounts.csv
suppressMessages(library(survey)); data(api)
cat("id,estimate,se\n")
p <- function(id, x) cat(sprintf("%s,%.17g,%.17g\n", id, coef(x), SE(x)))
strat <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc)
clus2 <- svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = apiclus2)

add <- function(d) { # a, b: schools without and with a growth target met school-wide; in each by type: cases, score of 650 or more, their pupils
  for (g in c("a", "b")) for (k in c("E", "H", "M")) {
    in_gk <- as.numeric(d$variables$sch.wide == (if (g == "a") "No" else "Yes") & d$variables$stype == k)
    won <- as.numeric(d$variables$api00 >= 650)
    d$variables[[paste0("n", g, k)]] <- in_gk
    d$variables[[paste0("p", g, k)]] <- in_gk * won
    d$variables[[paste0("s", g, k)]] <- in_gk * won * ifelse(won == 1, d$variables$api.stu, 0)
    d$variables[[paste0("y", g, k)]] <- in_gk * d$variables$api00
    d$variables[[paste0("x", g, k)]] <- in_gk * d$variables$api99
  }
  d
}
run <- function(tag, d) {
  d <- add(d)
  names <- as.vector(outer(as.vector(outer(c("n", "p", "s", "y", "x"), c("a", "b"), paste0)), c("E", "H", "M"), paste0))
  t <- svytotal(as.formula(paste("~", paste(names, collapse = "+"))), d, return.replicates = inherits(d, "svyrep.design"))
  # a cell of one case is empty under one replicate: what rests on it has no error there, and is left out
  f <- function(id, text) {
    x <- tryCatch(svycontrast(t, parse(text = text)[[1]]), error = function(e) NULL)
    if (!is.null(x)) p(paste0(tag, ".", id), x)
  }
  types <- c("E", "H", "M")
  all <- function(v, g) paste0("(", paste0(v, g, types, collapse = "+"), ")")
  # the mean of api00 by composition of types: before = a, after = b
  c0 <- paste0("(na", types, "/", all("n", "a"), ")"); c1 <- paste0("(nb", types, "/", all("n", "b"), ")")
  m0 <- paste0("(ya", types, "/na", types, ")"); m1 <- paste0("(yb", types, "/nb", types, ")")
  s <- function(...) paste(paste0("(", ..., ")"), collapse = "+")
  f("mean.total", paste0(all("y", "b"), "/", all("n", "b"), "-", all("y", "a"), "/", all("n", "a")))
  f("kitagawa.composition", s("(", c1, "-", c0, ")*(", m0, "+", m1, ")/2"))
  f("kitagawa.rate", s("(", m1, "-", m0, ")*(", c0, "+", c1, ")/2"))
  f("kitagawa.rate.H", paste0("(", m1[2], "-", m0[2], ")*(", c0[2], "+", c1[2], ")/2"))
  f("threefold.composition", s("(", c1, "-", c0, ")*", m0))
  f("threefold.rate", s(c0, "*(", m1, "-", m0, ")"))
  f("threefold.interaction", s("(", c1, "-", c0, ")*(", m1, "-", m0, ")"))
  f("twofold.composition", s("(", c1, "-", c0, ")*(0.25*", m1, "+0.75*", m0, ")"))
  f("twofold.rate", s(c1, "*0.75*(", m1, "-", m0, ")+", c0, "*0.25*(", m1, "-", m0, ")"))
  # account: cases x share with 650 or more x pupils per such school, by type; before = a, after = b
  N <- function(g) paste0("n", g, types); P <- function(g) paste0("(p", g, types, "/n", g, types, ")")
  S <- function(g) paste0("(s", g, types, "/p", g, types, ")")
  three <- function(x, X, y, Y, z, Z)
    paste0("(", X, "-", x, ")*((", y, "*", z, "+", Y, "*", Z, ")/3+(", y, "*", Z, "+", Y, "*", z, ")/6)")
  effect <- list(population = three(N("a"), N("b"), P("a"), P("b"), S("a"), S("b")),
                 penetration = three(P("a"), P("b"), N("a"), N("b"), S("a"), S("b")),
                 spend = three(S("a"), S("b"), N("a"), N("b"), P("a"), P("b")))
  T0 <- all("s", "a"); T1 <- all("s", "b")
  for (e in names(effect)) {
    sum <- paste(effect[[e]], collapse = "+")
    f(paste0("effect.", e), sum)
    f(paste0("effect.", e, ".M"), effect[[e]][3])
    f(paste0("effect.", e, ".contribution"), paste0("(", sum, ")/", T0))
    f(paste0("effect.", e, ".share"), paste0("(", sum, ")/(", T1, "-", T0, ")"))
  }
  f("before.population", s("(", N("b"), "-", N("a"), ")*", P("a"), "*", S("a")))
  f("before.interaction", paste0(T1, "-", T0, "-(", s("(", N("b"), "-", N("a"), ")*", P("a"), "*", S("a")), ")-(",
    s("(", P("b"), "-", P("a"), ")*", N("a"), "*", S("a")), ")-(", s("(", S("b"), "-", S("a"), ")*", N("a"), "*", P("a")), ")"))
  f("difference", paste0(T1, "-", T0)); f("growth", paste0(T1, "/", T0, "-1"))
  f("difference.H", "sbH-saH"); f("growth.H", "sbH/saH-1")
  f("contribution.H", paste0("(sbH-saH)/", T0)); f("share_of_change.H", paste0("(sbH-saH)/(", T1, "-", T0, ")"))
  f("structure.H", paste0("sbH/", T1, "-saH/", T0))
  # shift-share: items are types, region b (target met), whole a + b, from api99 to api00
  e0 <- paste0("xb", types); e1 <- paste0("yb", types)
  E0 <- paste0("(xa", types, "+xb", types, ")"); E1 <- paste0("(ya", types, "+yb", types, ")")
  W0 <- paste0("(", paste(E0, collapse = "+"), ")"); W1 <- paste0("(", paste(E1, collapse = "+"), ")")
  R0 <- paste0("(", paste(e0, collapse = "+"), ")")
  f("shift.total", paste0("(", paste(e1, collapse = "+"), ")-", R0))
  f("shift.national", paste0(R0, "*(", W1, "/", W0, "-1)"))
  f("shift.mix", s(e0, "*(", E1, "/", E0, "-", W1, "/", W0, ")"))
  f("shift.competitive", s(e0, "*(", e1, "/", e0, "-", E1, "/", E0, ")"))
  h <- paste0("(", R0, "*", E0, "/", W0, ")")
  f("esteban.competitive", s(h, "*(", e1, "/", e0, "-", E1, "/", E0, ")"))
  f("esteban.allocation", s("(", e0, "-", h, ")*(", e1, "/", e0, "-", E1, "/", E0, ")"))
  f("esteban.allocation.H", paste0("(", e0[2], "-", h[2], ")*(", e1[2], "/", e0[2], "-", E1[2], "/", E0[2], ")"))
}
run("strat", strat)
run("stages", clus2)
run("jkn", as.svrepdesign(strat, type = "JKn"))

# Oaxaca-Blinder by regression on type, base R: the twofold decomposition by predictions of two lm() with survey weights (weight of the
# reference 1: coefficients of b), and threefold; point estimates.
w <- apistrat$pw; a <- apistrat$sch.wide == "No"; b <- !a
fa <- lm(api00 ~ stype, apistrat, weights = w, subset = a); fb <- lm(api00 ~ stype, apistrat, weights = w, subset = b)
X <- model.matrix(~stype, apistrat)
xa <- colSums(X[a, ] * w[a]) / sum(w[a]); xb <- colSums(X[b, ] * w[b]) / sum(w[b])
cat(sprintf("lm.explained,%.17g,NA\n", sum((xb - xa) * coef(fb))))
cat(sprintf("lm.unexplained,%.17g,NA\n", sum(xa * (coef(fb) - coef(fa)))))
cat(sprintf("lm.endowments,%.17g,NA\n", sum((xb - xa) * coef(fa))))
cat(sprintf("lm.interaction,%.17g,NA\n", sum((xb - xa) * (coef(fb) - coef(fa)))))

# Dynamic shift-share over three times and Esteban-Marquillas, two regions of numbers, base R with matrices.
r <- rbind(c(120, 80, 40), c(132, 70, 60), c(150, 66, 90)); n <- rbind(c(1000, 900, 500), c(1050, 880, 610), c(1200, 860, 800))
parts <- function(r0, r1, n0, n1, em) {
  g <- sum(n1) / sum(n0) - 1; G <- n1 / n0 - 1; k <- r1 / r0 - 1; h <- if (em) sum(r0) * n0 / sum(n0) else r0
  c(national = sum(r0) * g, mix = sum(r0 * (G - g)), competitive = sum(h * (k - G)), allocation = sum((r0 - h) * (k - G)))
}
for (em in c(FALSE, TRUE)) {
  v <- parts(r[1, ], r[2, ], n[1, ], n[2, ], em) + parts(r[2, ], r[3, ], n[2, ], n[3, ], em)
  for (i in names(v)) cat(sprintf("dynamic.%s.%s,%.17g,NA\n", if (em) "esteban" else "classical", i, v[i]))
}
