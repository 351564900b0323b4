# synth_truth.R: are interviews from the program draws from the declared model? Base R only (run with R 4.2.2).
#   Rscript synth_truth.R STUDY_DATA_DIR interviews.csv...
# The truth is computed here from population.csv and rates.csv alone: sum of persons x probabilities over the cells. The
# weights are raked here, by this script's own iteration, to the three margin files. Standard errors: Taylor linearisation of the weighted
# mean, strata = province, with replacement (no credit for raking, so the scores are a little small).
# Prints one line per file "seed-file n mean sd beyond1.96 beyond4.5" and the totals of the amounts; fails outside the bounds below.
args <- commandArgs(TRUE)
dir <- args[1]
files <- args[-1]
rates <- read.csv(file.path(dir, "rates.csv"), check.names = FALSE)
pop <- read.csv(file.path(dir, "population.csv"))
pop$age_class <- cut(2024 - pop$birth_year, c(6, 15, 20, 30, 40, 50, 60, 70, 200), right = FALSE,
                     labels = c("6-14", "15-19", "20-29", "30-39", "40-49", "50-59", "60-69", "70+"))
key <- function(d) paste(d$age_class, d$residence, d$sex)
persons <- tapply(pop$persons, key(pop), sum)[key(rates)]

base <- setNames(rep("netizen", ncol(rates) - 3), names(rates)[-(1:3)])
shoppers <- c("smart_any", "smart_wearable", "smart_3c", "smart_home", "emotional_any", "emo_blindbox", "emo_food", "emo_drama_tips",
              "emo_toy", grep("^att_|^chan_|^buy_(health|green)", names(base), value = TRUE), "second_hand", "pet_goods")
base[shoppers] <- "online_shopping"
base["live_buyer"] <- "live_viewer"
base["live_impulse"] <- "live_buyer"
base[grep("^ai_", names(base))] <- "genai"
base[c("av_pay", "av_pay_le800")] <- "av_user"
base[c("game_pay", "game_pay_gt100")] <- "online_game"
base[c("edu_pay", "edu_pay_le1000")] <- "online_education"
base[c("med_pay", "med_spend_gt300", "med_spend_1001_3000")] <- "online_medical"
base[c("tradein_appliance", "tradein_3c", "tradein_online", "tradein_offline")] <- "tradein_part"
joint <- function(v) if (v == "netizen") rates$netizen else joint(base[v]) * rates[[v]]

rake <- function(d) {
  w <- d$base_weight
  read <- function(name) read.csv(file.path(dir, paste0("margins_", name, ".csv")))
  m <- list(read("province_residence"), read("sex_age"), read("residence_age"))
  cols <- list(c("province", "residence"), c("sex", "age_class"), c("residence", "age_class"))
  group <- lapply(1:3, function(j) match(do.call(paste, d[cols[[j]]]), do.call(paste, m[[j]][cols[[j]]])))
  for (i in 1:500) {
    worst <- 0
    for (j in 1:3) {
      sums <- tapply(w, factor(group[[j]], seq_len(nrow(m[[j]]))), sum)
      ratio <- m[[j]]$persons / sums
      worst <- max(worst, abs(ratio - 1))
      w <- w * ratio[group[[j]]]
    }
    if (worst < 1e-12) return(w)
  }
  stop("raking did not converge")
}

groups <- list(all = function(d) rep(TRUE, nrow(d)), z = function(d) d$age_class %in% c("15-19", "20-29"),
               old = function(d) d$age_class %in% c("60-69", "70+"), rural = function(d) d$residence == "rural")
totals <- c(goods = 6.213e12, takeaway = 1.0877e12, travel = .62e12, transport = .38e12, home = .105e12, game = 198.8e9, av = 107.5e9)
bad <- 0
square <- count <- 0
for (f in files) {
  d <- read.csv(f)
  w <- rake(d)
  z <- c()
  for (v in setdiff(names(base), "med_pay_le300")) for (g in names(groups)) {
    cells <- groups[[g]](rates)
    b <- if (v == "netizen") rep(1, nrow(rates)) else joint(base[v])
    truth <- sum((persons * joint(v))[cells]) / sum((persons * b)[cells])
    use <- groups[[g]](d) & !is.na(d[[v]])
    x <- ifelse(use, d[[v]], 0)
    est <- sum(w * x) / sum(w[use])
    score <- ifelse(use, w * (x - est) / sum(w[use]), 0)
    se <- sqrt(sum(tapply(score, d$province, function(s) length(s) * var(s))))
    z[paste(v, g)] <- (est - truth) / se
  }
  # an amount: population x penetration x mean of the payers who answer
  ratio <- sapply(names(totals), function(k) {
    a <- d[[paste0("amt_", k)]]
    pay <- d[[paste0(k, "_pay")]] %in% 1
    answered <- pay & !is.na(a) & a > 0
    sum(w[pay]) * sum(w[answered] * a[answered]) / sum(w[answered]) / totals[[k]]
  })
  cat(sprintf("%s n %d mean %.3f sd %.3f beyond1.96 %.3f beyond4.5 %d\n", basename(f), length(z), mean(z), sd(z), mean(abs(z) > 1.96),
              sum(abs(z) > 4.5)))
  cat("  totals over truth:", paste(names(totals), sprintf("%.3f", ratio)), "\n")
  if (any(abs(z) > 4.5) || any(abs(ratio - 1) > c(.06, .08, .10, .10, .15, .35, .12))) bad <- bad + 1
  square <- square + sum(z^2)
  count <- count + length(z)
}
cat(sprintf("mean square score %.3f over %d\n", square / count, count))
if (bad > 0 || square / count < 0.7 || square / count > 1.3) quit(status = 1)
