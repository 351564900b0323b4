# validate.R: what rules say of data, for tests/reference/test_validate.sh: Rscript validate.R FOLDER writes validate_data.csv, validate_rules.yaml
# and validate_expected.csv (name, items, passes, fails, nNA: the columns of summary() in the R package validate).
#
# The package is in neither Debian nor its mirrors. Every rule is evaluated by R itself on the data frame; the package's own functions are written
# below from its manual (validate 1.1: is_unique, is_complete, in_range, field_length, field_format, number_format, exists_any, do_by, contains_exactly,
# is_linear_sequence, %vin%, functional dependencies; voptions lin.eq.eps and lin.ineq.eps) over duplicated(), complete.cases(), split(), grepl().
options(warn = -1)
set.seed(20251123)
folder <- commandArgs(TRUE)[1]

is_unique <- function(...) { d <- data.frame(...); !(duplicated(d) | duplicated(d, fromLast = TRUE)) }
all_unique <- function(...) !any(duplicated(data.frame(...)))
n_unique <- function(...) nrow(unique(data.frame(...)))
is_complete <- function(...) complete.cases(data.frame(...))
all_complete <- function(...) all(complete.cases(data.frame(...)))
number_missing <- function(...) sum(is.na(data.frame(...)))
in_range <- function(x, min, max, strict = FALSE) if (strict) x > min & x < max else x >= min & x <= max
field_length <- function(x, n = NULL, min = NULL, max = NULL) {
  k <- nchar(as.character(x))
  if (is.null(n)) k >= min & k <= max else k == n
}
field_format <- function(x, pattern, type = "glob") grepl(if (type == "glob") glob2rx(pattern) else pattern, as.character(x))
number_format <- function(x, format = NULL, min_dig = 0, max_dig = Inf, dec = ".") {
  if (!is.null(format)) {
    rx <- gsub(".*", "\\d*", gsub("d", "\\d", glob2rx(format, trim.tail = FALSE), fixed = TRUE), fixed = TRUE)
    return(grepl(rx, as.character(x)))
  }
  digits <- sub(if (dec == ".") "^.*\\." else paste0("^.*\\", dec), "", x)
  grepl("^[0-9]*$", digits) & !is.na(x) & nchar(digits) >= min_dig & nchar(digits) <= max_dig
}
grouped <- function(by, rows, f) { # f of the rows of each group; a group that is missing has no verdict
  out <- rep(NA, rows)
  key <- if (is.null(by)) rep("all", rows) else if (is.list(by)) interaction(by, drop = TRUE) else by
  for (g in split(seq_len(rows), key)) out[g] <- f(g)
  out
}
do_by <- function(x, by, fun, ...) grouped(by, length(x), function(g) fun(x[g], ...))
sum_by <- function(x, by, na.rm = FALSE) do_by(x, by, sum, na.rm = na.rm)
mean_by <- function(x, by, na.rm = FALSE) do_by(x, by, mean, na.rm = na.rm)
min_by <- function(x, by, na.rm = FALSE) do_by(x, by, min, na.rm = na.rm)
max_by <- function(x, by, na.rm = FALSE) do_by(x, by, max, na.rm = na.rm)
exists_any <- function(rule, by = NULL, na.rm = FALSE) grouped(by, length(rule), function(g) sum(rule[g], na.rm = na.rm) >= 1)
exists_one <- function(rule, by = NULL, na.rm = FALSE) grouped(by, length(rule), function(g) sum(rule[g], na.rm = na.rm) == 1)
found <- function(keys) do.call(paste, unname(as.list(data)[names(keys)]))
contains_exactly <- function(keys, by = NULL, allow_duplicates = FALSE) {
  want <- do.call(paste, unname(as.list(keys)))
  have <- found(keys)
  grouped(by, length(have), function(g)
    all(want %in% have[g]) && all(have[g] %in% want) && (allow_duplicates || !any(duplicated(have[g]))))
}
contains_at_least <- function(keys, by = NULL) {
  want <- do.call(paste, unname(as.list(keys)))
  have <- found(keys)
  grouped(by, length(have), function(g) all(want %in% have[g]))
}
contains_at_most <- function(keys, by = NULL) {
  want <- do.call(paste, unname(as.list(keys)))
  have <- found(keys)
  grouped(by, length(have), function(g) have[g] %in% want)
}
glob <- function(x) structure(x, class = c("glob", class(x)))
does_not_contain <- function(keys) {
  have <- found(keys)
  want <- do.call(paste, unname(as.list(keys)))
  if (inherits(keys, "glob")) !Reduce(`|`, lapply(want, function(k) grepl(glob2rx(k), have))) else !(have %in% want)
}
is_linear_sequence <- function(x, by = NULL, begin = NULL, end = NULL, sort = TRUE) {
  one <- function(v) {
    if (length(v) <= 2 && all(is.na(v))) return(is.null(begin) && is.null(end))
    if (anyNA(v)) return(NA)
    if (sort) v <- base::sort(v)
    (is.null(begin) || abs(begin - min(v)) <= 1e-8) && (is.null(end) || abs(end - max(v)) <= 1e-8) &&
      (length(v) < 3 || all(abs(diff(v) - diff(v)[1]) <= 1e-8))
  }
  if (is.null(by)) one(x) else all(tapply(x, by, one))
}
`%vin%` <- function(x, table) { out <- x %in% table; if (anyNA(table)) out[!out] <- NA; out[is.na(x)] <- NA; out }
depends <- function(left, right) { # by the first row with the same left side
  l <- do.call(paste, c(left, sep = "|")); r <- do.call(paste, c(right, sep = "|"))
  r == r[match(l, l)]
}

# ---- data
n <- 240
gap <- function(x, p = 0.08) { x[runif(length(x)) < p] <- NA; x }
data <- data.frame(
  id = c(1:(n - 4), 7, 7, 90, NA), # a few twice
  hh = sample(1:60, n, TRUE),
  k = gap(sample(0:6, n, TRUE)),
  x = gap(round(rnorm(n, 10, 4) * 4) / 4),
  y = gap(round(rnorm(n, 8, 4) * 4) / 4),
  z = 0,
  year = sample(2018:2021, n, TRUE),
  sex = gap(sample(c("f", "m"), n, TRUE)),
  role = gap(sample(c("head", "child", "other"), n, TRUE, c(0.4, 0.4, 0.2)), 0.05),
  code = gap(sample(c("AB-12", "ab-7", "XY-345", "A.9", "\u4e2d\u6587-1", "q\\d"), n, TRUE)),
  amount = gap(sample(c("12.5", "3", "0.25", "7,50", "1.2E3", "x1"), n, TRUE)),
  day = gap(as.character(as.Date("2025-01-01") + sample(0:90, n, TRUE))),
  period = sample(c("2020Q1", "2020Q2", "2021-Q3", "2019Q4"), n, TRUE),
  city = sample(c("A", "B", "C"), n, TRUE),
  seq = seq(3, by = 2, length.out = n)
)
data$z <- data$x + data$y + sample(c(0, 1e-9, 1e-6, 0.25), n, TRUE)
data$zip <- ifelse(runif(n) < 0.03, "0", paste0(data$city, 1))
write.csv(data, file.path(folder, "validate_data.csv"), row.names = FALSE, na = "", quote = which(names(data) == "amount"), fileEncoding = "UTF-8")
day <- as.Date(data$day)

# ---- rules: fixed ones of every function, and random ones; `r` is what R evaluates where it is written otherwise
rules <- list()
add <- function(text, r = text) rules[[length(rules) + 1]] <<- c(text, r)
for (v in list("id", "hh", "k", "hh, k", "sex, year", "hh, role, year", "code", "x", "id, hh"))
  for (f in c("is_unique(%s)", "all_unique(%s)", "is_complete(%s)", "all_complete(%s)", "n_unique(%s) > 20", "number_missing(%s) < 20"))
    add(sprintf(f, v))
add("all_complete(seq, year)"); add("is_unique(k, by = hh)")
for (v in c("k", "x", "y", "hh")) {
  for (s in c("TRUE", "FALSE")) add(sprintf("in_range(%s, min = 2, max = 10, strict = %s)", v, s))
  add(sprintf("in_range(%s, 0, y)", v))
  for (f in c("mean", "sum", "sd", "min", "max", "median", "var")) for (rm in c("", ", na.rm = TRUE"))
    add(sprintf("%s(%s%s) >= %s", f, v, rm, sample(c(2, 5, 9, 40), 1)))
  add(sprintf("quantile(%s, probs = 0.3, na.rm = TRUE) < 5", v))
  for (f in c("sum_by", "mean_by", "min_by", "max_by")) for (rm in c("", ", na.rm = TRUE"))
    add(sprintf("%s(%s, by = %s%s) > %s", f, v, sample(c("hh", "year", "role", "list(year, sex)"), 1), rm, sample(3:9, 1)))
  for (f in c("sum", "mean", "sd", "median", "max")) add(sprintf("do_by(%s, by = role, fun = %s, na.rm = TRUE) < 9", v, f))
  add(sprintf("abs(%s - mean(%s, na.rm = TRUE)) <= 2 * sd(%s, na.rm = TRUE)", v, v, v))
  add(sprintf("%s == max(%s, na.rm = TRUE) | %s < median(%s, na.rm = TRUE)", v, v, v, v))
  add(sprintf("all(%s > 0)", v)); add(sprintf("any(%s > 6)", v)); add(sprintf("all(%s >= -100, na.rm = TRUE)", v))
  add(sprintf("sum(is.na(%s)) / nrow(.) < 0.09", v), sprintf("sum(is.na(%s)) / nrow(data) < 0.09", v))
  add(sprintf("nchar(%s) == 1", v)); add(sprintf("field_length(%s, min = 1, max = 2)", v))
}
add('in_range(day, min = "2025-01-15", max = "2025-03-01")', 'in_range(day, as.Date("2025-01-15"), as.Date("2025-03-01"))')
add('in_range(day, min = as.Date("2025-01-15"), max = as.Date("2025-03-01"), strict = TRUE)')
add('max(day, na.rm = TRUE) < "2025-04-10"', 'max(day, na.rm = TRUE) < as.Date("2025-04-10")')
add('min(day, na.rm = TRUE) == "2025-01-01"', 'min(day, na.rm = TRUE) == as.Date("2025-01-01")')
add("day <= min(day, na.rm = TRUE) + 30")
add('in_range(period, min = "2020Q1", max = "2021Q2")', 'in_range(4 * as.numeric(substr(period, 1, 4)) + as.numeric(substr(period, nchar(period), nchar(period))), 8081, 8086)')
add("nrow(.) == 240", "nrow(data) == 240"); add("nrow(.) > 300", "nrow(data) > 300"); add("ncol(.) >= 10", "ncol(data) >= 10")
add("length(k) == 240"); add("is.numeric(k)"); add("is.character(k)"); add("is.character(code)")
for (v in c("code", "amount", "sex")) {
  for (p in c("^[A-Z]+-[0-9]{2,3}$", "\\\\d", "[[:digit:]].", "^.{2}-", "(a|A)", "a|q", "[\\\\.]", "-|\\\\."))
    add(sprintf('grepl("%s", %s)', p, v))
  for (p in c("^(?=.*\\\\d)", "^\\\\p{Han}+", "(?i)ab", "\\\\bx1$")) add(sprintf('grepl("%s", %s, perl = TRUE)', p, v))
  for (p in c(".", "\\\\d", "AB")) add(sprintf('grepl("%s", %s, fixed = TRUE)', p, v))
  add(sprintf('grepl("AB", %s, ignore.case = TRUE)', v))
  for (p in c("A*", "*-?", "?.*", "*")) add(sprintf('field_format(%s, "%s")', v, p))
  add(sprintf('field_format(%s, "^[a-z]", type = "regex")', v))
  add(sprintf("field_length(%s, n = 4)", v)); add(sprintf("field_length(%s, min = 2, max = 4)", v)); add(sprintf("nchar(%s) > 3", v))
  add(sprintf('startsWith(%s, "A")', v)); add(sprintf('endsWith(%s, "5")', v))
}
for (a in c('"d.dd"', '"dd.d"', '"d"', '"d.*"', '"*"', "min_dig = 1", "max_dig = 1", "min_dig = 1, max_dig = 2", 'min_dig = 2, dec = ","'))
  for (v in c("amount", "x")) add(sprintf("number_format(%s, %s)", v, a))
for (c in c('role == "head"', "k > 4", "is.na(role)", 'sex == "f" & year >= 2019'))
  for (b in c("", ", hh", ", by = year", ", by = list(hh, sex)", ", hh, na.rm = TRUE"))
    for (f in c("exists_any", "exists_one")) add(sprintf("%s(%s%s)", f, c, b))
keys <- 'expand.grid(year = c(2018, 2019, 2020, 2021), city = c("A", "B", "C"))'
for (f in c("contains_exactly", "contains_at_least", "contains_at_most"))
  for (b in c("", ", by = sex", ", by = hh")) { add(sprintf("%s(%s%s)", f, keys, b)); add(sprintf('%s(data.frame(city = c("A", "B"))%s)', f, b)) }
add(sprintf("contains_exactly(%s, allow_duplicates = TRUE)", keys)); add(sprintf("contains_exactly(%s, by = sex, allow_duplicates = TRUE)", keys))
add('does_not_contain(data.frame(sex = c("f", "m"), city = c("A", "C")))'); add('does_not_contain(glob(data.frame(code = c("A*", "*7"))))')
add('does_not_contain(glob(data.frame(sex = "f*", city = "B")))')
for (a in c("seq", "k", "seq, begin = 3", "seq, end = 480", "seq, sort = FALSE", "year, by = hh", "seq, by = city", "id")) add(sprintf("is_linear_sequence(%s)", a))
add("zip ~ city", "depends(list(zip), list(city))"); add("city ~ zip", "depends(list(city), list(zip))")
add("hh + year ~ sex", "depends(list(hh, year), list(sex))"); add("code %->% role", "depends(list(code), list(role))")
add("x + y == z", "abs(x + y - z) <= 1e-8"); add("z - x >= y", "z - x - y >= -1e-8"); add("x + y <= z", "x + y - z <= 1e-8"); add("z <= x + y", "z - (x + y) <= 1e-8")
add("2 * x == z + x - y", "abs(2 * x - (z + x - y)) <= 1e-8"); add("x + y < z"); add("x * y == z * y")
for (t in c("c(1, 3, 5)", "1:4", "c(2, NA)", "c(0, 2:3)")) { add(sprintf("k %%in%% %s", t), sprintf("k %%vin%% %s", t)); add(sprintf("k %%vin%% %s", t)) }
add('role %in% c("head", "child", "nobody")', 'role %vin% c("head", "child", "nobody")'); add('!(sex %vin% c("f", NA))')
add("if (k > 3) x > 8 else y > 8", "(!(k > 3) | x > 8) & (k > 3 | y > 8)"); add("if (mean(x, na.rm = TRUE) > 5) x > 5", "!(mean(x, na.rm = TRUE) > 5) | x > 5")
add("k %% 2 == 0"); add("k %/% 2 >= 1"); add("xor(k > 2, x > 8)"); add("pmax(x, y) > 9"); add("ifelse(k > 3, x, y) > 7"); add("-k + 3 > -2^2"); add("1 + 1 == 2")
term <- function() sample(c("k", "x", "y", "hh", "2", "7.5", "mean(x, na.rm = TRUE)", "max(k, na.rm = TRUE)", "sum(y)", "(x - k)", "y * 2"), 1)
compare <- function() paste(term(), sample(c("<", ">", "!=", "<", ">"), 1), term())
leaf <- function() sample(c(compare(), compare(), compare(), "is.na(k)", 'sex == "f"', 'role != "head"', "is_complete(k, x)", "is_unique(hh, year)", 'grepl("A", code)', "in_range(y, 4, 9)",
                            'exists_one(role == "head", hh)', "mean_by(x, by = city, na.rm = TRUE) > k", "all_complete(x)", "nchar(amount) > 2"), 1)
tree <- function(depth) switch(if (depth == 0) 1 else sample(1:5, 1), leaf(), sprintf("(%s & %s)", tree(depth - 1), tree(depth - 1)), sprintf("(%s | %s)", tree(depth - 1), tree(depth - 1)),
                               sprintf("!(%s)", tree(depth - 1)), sprintf("(%s) == (%s)", tree(depth - 1), tree(depth - 1)))
for (i in 1:120) add(tree(3))
for (i in 1:40) { a <- tree(1); b <- tree(2); add(sprintf("if (%s) %s", a, b), sprintf("!(%s) | (%s)", a, b)) }

# what is infinite, and what is no number: x / 0, log(0), 0 / 0
for (r in c("x / k > 3", "x / k == Inf", "1 / k < 5", "(x - 8) / k > -2", "-1 / k < 0", "1 / k == -1 / k", "1 / k - 1 / k == 0", "abs(-1 / k) > 1", "1 / (1 / k) == k", "k / k == 1", "is.na(k / k)", "0 / k == 0",
            "is.na(0 / 0)", "1 / 0 > 3", "log(k) < 1", "log(k) == -Inf", "is.na(log(k))", "log(-1 - k) > 0", "is.na(log(-1 - k))", "sqrt(1 / k) > 1", "exp(1000 * k) > 5", "exp(1000 * k) == Inf", "2 ^ (k * 300) > 1e300", "0 ^ -1 == Inf",
            "k ^ 0 == 1", "1 ^ k == 1", "floor(1 / k) > 3", "round(1 / k) == Inf", "5 %/% k == Inf", "is.na(5 %% k)", "x %% Inf == x", "k %% (1 / 0) < 4", "pmax(1 / k, 2) > 2", "pmin(-1 / k, 2) < -5", "ifelse(1 / k > 9, 0, k) > 2",
            "is.infinite(1 / k)", "is.finite(1 / k)", "!is.finite(k)", "is.infinite(k / k)", "x == Inf", "x < Inf", "-Inf < x", "Inf > k", "NaN == k", "is.na(NaN)", "is.na(1 / k)", "xor(1 / k > 100, k == 0)",
            "mean(1 / k, na.rm = TRUE) > 100", "sum(1 / k, na.rm = TRUE) == Inf", "sum(1 / k) == Inf", "max(1 / k, na.rm = TRUE) == Inf", "min(log(k), na.rm = TRUE) == -Inf", "sd(1 / k, na.rm = TRUE) > 1", "median(1 / k, na.rm = TRUE) > 0.2",
            "quantile(1 / k, probs = 0.95, na.rm = TRUE) == Inf", "mean(x / k - x / k, na.rm = TRUE) == 0", "mean_by(1 / k, by = city, na.rm = TRUE) > 1", "max_by(log(k), by = hh) >= 0", "do_by(1 / k, by = role, fun = sd, na.rm = TRUE) > 1",
            "in_range(1 / k, min = 0.2, max = Inf)", "in_range(log(k), min = -Inf, max = 1)", "in_range(1 / k, 0, 1, strict = TRUE)", "all(1 / k > 0, na.rm = TRUE)", "any(is.infinite(1 / k))"))
  add(r)
add("if (1 / k > 100) k == 0", "!(1 / k > 100) | k == 0")
add("(1 / k) %in% c(1, Inf)", "(1 / k) %vin% c(1, Inf)"); add("log(k) %vin% c(-Inf, 0)")
# the empty text, which no case has: an empty field is missing
for (v in c("code", "sex")) for (r in c('is.na(%s) | %s != ""', '%s == "" | nchar(%s) > 1')) add(sprintf(r, v, v))
add('"" != sex & sex != "f"')
add('code %in% ""', 'code %vin% ""'); add('sex %in% c("", "f")', 'sex %vin% c("", "f")')

# ---- what R says
frame <- data
frame$day <- day
quoted <- function(s) paste0("'", gsub("'", "''", s), "'")
yaml <- "rules:"
expected <- "name,items,passes,fails,nNA"
for (i in seq_along(rules)) {
  text <- rules[[i]][1]
  value <- eval(parse(text = rules[[i]][2])[[1]], frame, globalenv())
  value <- as.logical(value)
  yaml <- c(yaml, sprintf("- {expr: %s, name: r%d, meta: {severity: info}}", quoted(text), i))
  expected <- c(expected, sprintf("r%d,%d,%d,%d,%d", i, length(value), sum(value, na.rm = TRUE), sum(!value, na.rm = TRUE), sum(is.na(value))))
}
writeLines(yaml, file.path(folder, "validate_rules.yaml"), useBytes = TRUE)
writeLines(expected, file.path(folder, "validate_expected.csv"))
