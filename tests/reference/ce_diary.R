# US Consumer Expenditure Diary 2021: annual spending per consumer unit of every category of the published tree, with
# replicate errors, by R survey, independently of the library. Writes ce_diary_expected.csv beside this file:
#   Rscript tests/reference/ce_diary.R [folder of the data]
# Estimate: sum(13 * w * cost) / (sum(w) / 4) over the four quarters' files, the same with each of the 44 replicate weights;
# the variance is the mean of the 44 squared deviations from the full-sample value (BRR, combined weights, mse = TRUE). A
# missing replicate weight is 0. Categories: sections EXPEND and FOOD of the tree; a group is the sum of its leaves.
suppressPackageStartupMessages(library(survey))
args <- commandArgs(trailingOnly = TRUE)
data <- if (length(args)) args[1] else "../shared/data/ce-diary-2021"
out <- "tests/reference/ce_diary_expected.csv"

read <- function(kind, text) do.call(rbind, lapply(1:4, function(q)
  read.csv(file.path(data, sprintf("%s21%d.csv", kind, q)), colClasses = text, na.strings = "NA")))
diaries <- read("fmld", c(NEWID = "character"))
purchases <- read("expd", c(NEWID = "character", UCC = "character"))

lines <- readLines(file.path(data, "CE-HG-Diary-2021.txt"))
field <- function(a, b) trimws(substr(lines, a, b))
tree <- data.frame(type = field(1, 1), level = field(4, 4), title = field(7, 69), code = field(70, 77),
                   kind = field(80, 80), section = field(86, 95))
more <- which(tree$type == "2")
for (i in more) tree$title[i - 1] <- paste(tree$title[i - 1], tree$title[i]) # one continuation line at most
tree <- tree[tree$type == "1" & tree$section %in% c("EXPEND", "FOOD") & tree$kind %in% c("G", "D"), ]
tree$level <- as.integer(tree$level)
stopifnot(sum(tree$kind == "D") == 310, !anyDuplicated(tree$code))

# leaves of every node: what follows it at a deeper level
leaves <- lapply(seq_len(nrow(tree)), function(i) {
  end <- i
  while (end < nrow(tree) && tree$level[end + 1] > tree$level[i]) end <- end + 1
  part <- tree[i:end, ]
  part$code[part$kind == "D"]
})
stopifnot(all(lengths(leaves) > 0))

w <- diaries$FINLWT21
rep <- as.matrix(diaries[sprintf("WTREP%02d", 1:44)])
rep[is.na(rep)] <- 0
cost <- xtabs(COST ~ factor(NEWID, levels = diaries$NEWID) + factor(UCC, levels = unique(tree$code[tree$kind == "D"])),
              data = purchases)
cost <- matrix(cost, nrow = nrow(diaries), dimnames = list(NULL, colnames(cost)))
all <- rbind(data.frame(code = "TOTAL", level = 1L, title = "Total of the sections EXPEND and FOOD"),
             tree[c("code", "level", "title")])
leaves <- c(list(tree$code[tree$kind == "D"]), leaves)
# the digital categories that the diary's tree has
digital <- c("270000", "320232", "690111", "690118", "690119", "690120", "310231", "310232", "310315", "270310")
stopifnot(digital %in% tree$code)
all <- rbind(all, data.frame(code = "DIGITAL", level = 1L, title = "Digital categories"))
leaves <- c(leaves, list(digital))
rows <- lapply(seq_along(leaves), function(i) {
  d <- data.frame(y = 52 * rowSums(cost[, leaves[[i]], drop = FALSE]), one = 1)
  s <- svrepdesign(data = d, weights = w, repweights = rep, type = "BRR", combined.weights = TRUE, mse = TRUE)
  r <- svyratio(~y, ~one, s)
  data.frame(code = all$code[i], level = all$level[i], leaves = length(leaves[[i]]), annual = coef(r), se = SE(r)[1])
})
d <- data.frame(quarter = rep(0.25, length(w)))
s <- svrepdesign(data = d, weights = w, repweights = rep, type = "BRR", combined.weights = TRUE, mse = TRUE)
u <- svytotal(~quarter, s)
rows <- do.call(rbind, c(list(data.frame(code = "UNITS", level = 0L, leaves = 0L, annual = coef(u)[[1]], se = SE(u)[[1]])), rows))
con <- file(out, "w")
writeLines(sprintf("# made by tests/reference/ce_diary.R with %s, survey %s; not by shuxiao", R.version.string,
                   packageVersion("survey")), con)
rows$annual <- sprintf("%.17g", rows$annual)
rows$se <- sprintf("%.17g", rows$se)
write.csv(rows, con, row.names = FALSE, quote = FALSE)
close(con)
