# Half-samples that R uses for case G08: nhanes of the survey package, strata with exactly two PSUs.
# Rscript tests/reference/ref_g08_brr.R > tests/reference/ref_g08_brr.csv
suppressMessages(library(survey)); data(nhanes)
cnt <- tapply(nhanes$SDMVPSU, nhanes$SDMVSTRA, function(x) length(unique(x)))
two <- nhanes[nhanes$SDMVSTRA %in% names(cnt)[cnt == 2], ]
d <- svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = two)
r <- as.svrepdesign(d, type = "BRR")
f <- weights(r, "replication")
if (is.null(dim(f)) || nrow(f) != nrow(two)) f <- as.matrix(r$repweights)
k <- !duplicated(two[, c("SDMVSTRA", "SDMVPSU")])
out <- data.frame(stratum = two$SDMVSTRA[k], psu = two$SDMVPSU[k], f[k, ])
names(out)[-(1:2)] <- paste0("f", seq_len(ncol(f)))
write.csv(out[order(out$stratum, out$psu), ], row.names = FALSE, quote = FALSE)
m <- svymean(~HI_CHOL, r, na.rm = TRUE)
cat(sprintf("SE %.17g, survey %s, %s\n", SE(m), packageVersion("survey"), R.version.string), file = stderr())
