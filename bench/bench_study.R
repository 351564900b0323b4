# The totals, means and proportions of the bundled study in R survey: Rscript bench_study.R STUDY-FOLDER ROWS.tsv
# ROWS.tsv lists what the study computed (indicator, statistic, domain, estimate, se, n). The definitions are read from study.yaml itself. Prints the
# seconds of each stage and the largest relative difference to ROWS.tsv.
suppressMessages(library(survey))
args <- commandArgs(TRUE)
dir <- args[1]
now <- function() proc.time()[["elapsed"]]
clock <- c()
stage <- function(name, since) clock[[name]] <<- now() - since

# --- what is to be computed
rows <- read.delim(args[2], quote = "", stringsAsFactors = FALSE)
rows <- rows[rows$statistic %in% c("total", "mean", "prop", "count") & !grepl("/", rows$indicator), ]
lines <- readLines(file.path(dir, "study.yaml"), encoding = "UTF-8")
part <- function(line, key) { # the value of `key: value` in a flow map on one line
  m <- regmatches(line, regexec(paste0("[{ ]", key, ': ("([^"\\\\]|\\\\.)*"|[^,}]*)'), line))[[1]]
  if (!length(m)) return(NA_character_)
  gsub('\\\\"', '"', sub('^"(.*)"$', "\\1", m[2]))
}
to_r <- function(text) {
  text <- gsub("([A-Za-z_0-9]+) in ([0-9]+)\\.\\.([0-9]+)", "(\\1 >= \\2 & \\1 <= \\3)", text)
  parse(text = text)[[1]]
}
define <- function(id) {
  line <- grep(paste0("^  ", id, ": \\{"), lines, value = TRUE)[1]
  of <- if (grepl("count: true", line)) "one" else { v <- c(part(line, "total"), part(line, "mean"), part(line, "prop")); v[!is.na(v)][1] }
  base <- part(line, "base")
  list(y = to_r(of), base = if (is.na(base)) TRUE else to_r(base))
}
domains <- list(total = TRUE, "z:1" = quote(birth_year >= 1995 & birth_year <= 2009), "old:1" = quote(age >= 60), "fifties:1" = quote(age >= 50 & age <= 59),
                "rural:1" = quote(residence == "rural"), "urban:1" = quote(residence == "urban"), "sex:male" = quote(sex == "male"), "sex:female" = quote(sex == "female"),
                "age:6-19" = quote(age < 20), "age:20-29" = quote(age >= 20 & age < 30), "age:30-39" = quote(age >= 30 & age < 40), "age:40-49" = quote(age >= 40 & age < 50),
                "age:50-59" = quote(age >= 50 & age < 60), "age:60+" = quote(age >= 60))
stopifnot(rows$domain %in% names(domains))
definitions <- lapply(setNames(nm = unique(rows$indicator)), define)

# --- read, design, raking
t <- now()
d <- as.data.frame(haven::zap_labels(haven::read_sav(file.path(dir, "interviews.sav"))))
stage("read", t)
t <- now()
d$one <- 1
cell <- function(x, by) factor(do.call(paste, c(lapply(by, function(b) x[[b]]), sep = "|")))
margins <- list(m1 = list("margins_province_residence.csv", c("province", "residence")), m2 = list("margins_sex_age.csv", c("sex", "age_class")),
                m3 = list("margins_residence_age.csv", c("residence", "age_class")))
totals <- c()
for (name in names(margins)) {
  m <- read.csv(file.path(dir, "data", margins[[name]][[1]]), stringsAsFactors = FALSE)
  d[[name]] <- cell(d, margins[[name]][[2]])
  m$cell <- as.character(cell(m, margins[[name]][[2]]))
  stopifnot(setequal(m$cell, levels(d[[name]])))
  persons <- m$persons[match(levels(d[[name]]), m$cell)]
  if (name == "m1") totals <- c("(Intercept)" = sum(persons))
  totals <- c(totals, setNames(persons[-1], paste0(name, levels(d[[name]])[-1])))
}
design <- svydesign(ids = ~1, strata = ~province, weights = ~base_weight, data = d)
stage("design", t)
t <- now()
design <- calibrate(design, ~ m1 + m2 + m3, population = totals, calfun = "raking", epsilon = 1e-11, maxit = 200)
stage("raking", t)

# --- estimates
t <- now()
got <- matrix(NA_real_, nrow(rows), 2)
for (i in seq_len(nrow(rows))) {
  def <- definitions[[rows$indicator[i]]]
  y <- as.numeric(eval(def$y, d))
  keep <- rep_len(eval(def$base, d) & eval(domains[[rows$domain[i]]], d), nrow(d)) & !is.na(y)
  keep[is.na(keep)] <- FALSE
  design$variables$y <- ifelse(keep, y, 0)
  s <- subset(design, keep)
  e <- if (rows$statistic[i] %in% c("total", "count")) svytotal(~y, s) else svymean(~y, s)
  got[i, ] <- c(coef(e), SE(e))
}
stage("estimates", t)
for (name in names(clock)) cat(sprintf("R %s: %.2f s\n", name, clock[[name]]))
cat(sprintf("R total: %.2f s for %d estimates with standard errors (survey %s, %s)\n", sum(unlist(clock)), nrow(rows), packageVersion("survey"), R.version.string))
fixed <- rows$se <= 1e-9 * abs(rows$estimate) # totals that raking fixes
cat(sprintf("largest relative difference: estimates %.2g, standard errors %.2g\n", max(abs(got[, 1] / rows$estimate - 1)),
            max(abs(got[!fixed, 2] / rows$se[!fixed] - 1))))
