# Rscript make.R   (run in this folder): simulates the files in ../data and writes R survey's numbers for them to ../expected.
suppressPackageStartupMessages({library(survey); library(jsonlite)})
set.seed(20260901)
finite <- function(x) { x <- unname(as.numeric(x)); x[!is.finite(x)] <- NA; x }
tried <- function(e) { x <- suppressWarnings(try(e, silent = TRUE)); if (inherits(x, "try-error")) NULL else x }

# --- samples -------------------------------------------------------------------------------------------------------------

people <- function(strata, psus, houses, persons, wave = 0) {
  x <- do.call(rbind, lapply(seq_along(psus), function(h) do.call(rbind, lapply(seq_len(psus[h]), function(p) {
    homes <- sample(houses, 1); pull <- rnorm(1, 0, 0.6)
    do.call(rbind, lapply(seq_len(homes), function(k) {
      m <- sample(persons, 1)
      data.frame(stratum = strata[h], psu = p, home = k, psus = psus[h] + 2 + h, homes = homes + 3 + p, pull = pull, person = seq_len(m))
    }))
  }))))
  n <- nrow(x)
  x$weight <- round(x$psus / psus[match(x$stratum, strata)] * runif(n, 4, 60), 3)
  x$sex <- sample(c("F", "M"), n, TRUE); x$age <- sample(15:69, n, TRUE)
  x$age_group <- as.character(cut(x$age, c(0, 34, 54, 99), c("young", "middle", "old")))
  x$group <- sample(c("many", "some", "rare"), n, TRUE, c(.75, .22, .03))
  points <- rnorm(n, 55 + 8 * x$pull + 6 * (x$sex == "F") - 0.1 * x$age + 4 * wave, 16)
  x$score <- pmin(100, pmax(0, round(points, 1))); x$literate <- as.integer(x$score >= 62); x$asked <- sample(20:30, n, TRUE)
  gone <- sample(n, ceiling(n * .07)); x$literate[gone] <- NA; x$score[gone] <- NA
  x$everybody <- 1; x$nobody <- 0
  x$pull <- NULL
  x
}
put_data <- function(x, name) {
  write.csv(x, file.path("../data", name), row.names = FALSE, quote = FALSE, na = "")
  read.csv(file.path("../data", name), colClasses = c(stratum = "character"))
}

# --- one estimate --------------------------------------------------------------------------------------------------------

korn_graubard <- function(p, se, df, n, a = .05) {
  if (is.na(p) || is.na(se) || is.na(df) || df < 1) return(c(NA, NA))
  if (p > 0 && p < 1 && se < 1e-12) return(c(p, p))
  size <- if (p %in% c(0, 1)) n else p * (1 - p) / se^2
  size <- min(n, size * (if (n > 1) (qt(a / 2, n - 1) / qt(a / 2, df))^2 else 1))
  c(if (p == 0) 0 else qbeta(a / 2, size * p, size * (1 - p) + 1), if (p == 1) 1 else qbeta(1 - a / 2, size * p + 1, size * (1 - p)))
}
in_domain <- function(d, where, used) {
  x <- d$variables; keep <- rep(TRUE, nrow(x))
  for (column in names(where)) keep <- keep & !is.na(x[[column]]) & as.character(x[[column]]) == where[[column]]
  for (column in used) keep <- keep & !is.na(x[[column]])
  keep
}
# A calibrated subset keeps all rows; a missing answer outside the domain must not reach R's arithmetic.
filled <- function(d, columns) { for (column in columns) d$variables[[column]][is.na(d$variables[[column]])] <- 0; d }
named <- function(where) if (length(where)) paste(names(where), unlist(where), sep = "=", collapse = ",") else "all"
wald <- function(value, se, df) if (is.na(value) || is.na(df) || df < 1) c(NA, NA) else finite(as.numeric(value) + c(-1, 1) * qt(.975, df) * as.numeric(se))

one <- function(d, statistic, variable, where = NULL, minus = NULL, denominator = NULL) {
  keep <- in_domain(d, where, c(variable, denominator)); f <- as.formula(paste0("~", variable))
  out <- list(id = paste(c(statistic, paste(c(variable, denominator), collapse = "/"), named(where), if (length(minus)) c("minus", named(minus))), collapse = " "),
              statistic = statistic, variable = variable, where = where)
  if (length(minus)) out$minus <- minus
  if (length(denominator)) out$denominator <- denominator
  if (statistic == "difference") {
    # The domains may share people, which svyby cannot have: four totals and the difference of their two ratios.
    other <- in_domain(d, minus, variable)
    x <- filled(subset(d, keep | other), variable)
    v <- x$variables[[variable]]; first <- in_domain(x, where, NULL); second <- in_domain(x, minus, NULL)
    x <- update(x, y1 = v * first, n1 = 1 * first, y2 = v * second, n2 = 1 * second)
    found <- tried(if (inherits(x, "svyrep.design"))
      withReplicates(x, function(w, data) sum(w * data$y1) / sum(w * data$n1) - sum(w * data$y2) / sum(w * data$n2))
      else svycontrast(svytotal(~y1 + n1 + y2 + n2, x), quote(y1 / n1 - y2 / n2)))
    if (is.null(found)) return(c(out, list(n = sum(keep | other), estimate = NA, se = NA, ci_wald = c(NA, NA))))
    df <- degf(x)
    return(c(out, list(n = sum(keep | other), estimate = finite(coef(found)), se = finite(SE(found)), df = finite(df), ci_wald = wald(coef(found), SE(found), df))))
  }
  out$n <- sum(keep)
  x <- if (out$n) filled(subset(d, keep), c(variable, denominator))
  ask <- function(...) tried(switch(statistic, proportion = , mean = svymean(f, x, ...), total = svytotal(f, x, ...), ratio = svyratio(f, as.formula(paste0("~", denominator)), x, ...)))
  found <- if (!is.null(x)) ask()
  if (is.null(found)) {
    out <- c(out, list(estimate = NA, se = NA, ci_wald = c(NA, NA)))
    return(if (statistic == "proportion") c(out, list(ci_logit = c(NA, NA), ci_beta = c(NA, NA), ci_kg = c(NA, NA))) else out)
  }
  p <- finite(coef(found)); se <- finite(SE(found)); df <- degf(x)
  if (statistic == "proportion") for (end in 0:1) if (!is.na(p) && abs(p - end) < 1e-12) p <- end
  edge <- statistic == "proportion" && p %in% c(0, 1)
  effect <- function(kind) { y <- if (!edge && statistic != "ratio") ask(deff = kind); if (is.null(y)) NA else finite(deff(y)) }
  out <- c(out, list(estimate = p, se = se, df = finite(df), deff = effect(TRUE), deff_wr = effect("replace"), ci_wald = wald(p, se, df)))
  if (statistic == "ratio") out$deff <- out$deff_wr <- NULL
  if (statistic != "proportion") return(out)
  ci <- function(method) { y <- if (!edge && df >= 1) tried(svyciprop(f, x, method = method)); if (is.null(y)) c(NA, NA) else finite(attr(y, "ci")) }
  out$ci_logit <- ci("xlogit"); out$ci_beta <- ci("beta"); out$ci_kg <- finite(korn_graubard(p, se, df, out$n))
  out
}
asked <- function(d) c(
  list(one(d, "proportion", "literate"), one(d, "proportion", "everybody"), one(d, "proportion", "nobody"), one(d, "mean", "score"), one(d, "total", "score"),
       one(d, "total", "literate", list(sex = "F")), one(d, "ratio", "score", denominator = "asked"), one(d, "ratio", "score", list(sex = "M"), denominator = "asked"),
       one(d, "proportion", "literate", list(group = "none")), one(d, "mean", "score", list(group = "rare")),
       one(d, "difference", "literate", list(sex = "F"), list(sex = "M")), one(d, "difference", "score", list(age_group = "young"), list(group = "many"))),
  lapply(c("F", "M"), function(v) one(d, "proportion", "literate", list(sex = v))),
  lapply(c("young", "middle", "old"), function(v) one(d, "proportion", "literate", list(age_group = v, sex = "F"))),
  lapply(c("many", "some", "rare"), function(v) one(d, "proportion", "literate", list(group = v))),
  lapply(unique(d$variables$stratum), function(v) one(d, "proportion", "literate", list(stratum = v))))

put <- function(case, title, data, design, r_call, estimates, ...) {
  x <- list(case = case, title = title, data = data, design = design, r_call = r_call,
            made_with = list(R = as.character(getRversion()), survey = as.character(packageVersion("survey"))), level = 0.95, ..., estimates = estimates)
  text <- toJSON(x, auto_unbox = TRUE, digits = NA, na = "null", null = "null", pretty = 1)
  writeLines(gsub("\\[\\s+([^][{}]*?)\\s+\\]", "[\\1]", gsub(",\\n\\s+(?=[-0-9n\"](?![^\n]*:))", ", ", text, perl = TRUE), perl = TRUE), file.path("../expected", paste0(case, ".json")))
  cat(sprintf("%-28s %3d\n", case, length(estimates)))
}
with_rule <- function(rule, domains, e) {
  old <- options(survey.lonely.psu = rule, survey.adjust.domain.lonely = domains); on.exit(options(old)); force(e)
}
options(survey.lonely.psu = "fail", survey.adjust.domain.lonely = FALSE)

# --- two stages, corrections as counts and as fractions, no strata ---------------------------------------------------------------

x <- put_data(people(c("01", "02", "03", "04"), c(4, 3, 5, 2), 2:4, 2:4), "clusters.csv")
FILE <- "data/clusters.csv"
DESIGN <- list(ids = I("psu"), strata = I("stratum"), weights = "weight", fpc = NULL, nest = TRUE)
d <- svydesign(~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = x)
put("one_stage", "Clusters, with replacement", FILE, DESIGN, "d <- svydesign(~psu, strata=~stratum, weights=~weight, nest=TRUE)", asked(d))
d2 <- svydesign(~psu + home, strata = ~stratum, weights = ~weight, fpc = ~psus + homes, nest = TRUE, data = x)
put("two_stage", "Two stages with two corrections", FILE, modifyList(DESIGN, list(ids = c("psu", "home"), fpc = c("psus", "homes"))),
    "svydesign(~psu+home, strata=~stratum, weights=~weight, fpc=~psus+homes, nest=TRUE)", asked(d2))
x$sampled <- round(ave(x$psu, x$stratum, FUN = max) / x$psus, 6); x <- put_data(x, "clusters.csv")
put("fractions", "One stage, the correction as a sampling fraction", FILE, modifyList(DESIGN, list(fpc = I("sampled"))),
    "svydesign(~psu, strata=~stratum, weights=~weight, fpc=~sampled, nest=TRUE)",
    asked(svydesign(~psu, strata = ~stratum, weights = ~weight, fpc = ~sampled, nest = TRUE, data = x)))
put("rows", "Every row a PSU, no strata", FILE, list(ids = NULL, strata = NULL, weights = "weight", fpc = NULL), "svydesign(~1, weights=~weight)",
    asked(svydesign(~1, weights = ~weight, data = x)))
x$some <- ifelse(x$age_group == "old", 0, x$weight); x <- put_data(x, "clusters.csv")
put("no_weight", "Rows of weight 0", FILE, modifyList(DESIGN, list(weights = "some")), "svydesign(~psu, strata=~stratum, weights=~some, nest=TRUE)",
    asked(svydesign(~psu, strata = ~stratum, weights = ~some, nest = TRUE, data = x)))

# --- PPS with replacement, all PSUs of one stratum taken -------------------------------------------------------------------

size <- sample(200:2000, 40); drawn <- sample(40, 9, TRUE, size)
y <- people("00", rep(1, 1), 4:6, 1:2)[0, ]
for (k in seq_along(drawn)) { z <- people("00", 1, 4:6, 1:2); z$psu <- k; z$weight <- round(sum(size) / (9 * size[drawn[k]]) * size[drawn[k]] / nrow(z), 4); y <- rbind(y, z) }
y <- put_data(y, "pps.csv")
put("pps", "PSUs drawn with probability proportional to size, with replacement", "data/pps.csv", list(ids = I("psu"), strata = NULL, weights = "weight", fpc = NULL),
    "svydesign(~psu, weights=~weight)", asked(svydesign(~psu, weights = ~weight, data = y)))

# --- lonely PSUs -----------------------------------------------------------------------------------------------------------

x1 <- people(c("01", "02", "03", "04"), c(3, 1, 4, 1), 3:5, 1:2); x1$psus[x1$stratum == "04"] <- 1  # 04 is taken whole
x1$part <- ifelse(x1$home == 1 & x1$psu %% 2 == 1, "b", "a")  # a second-stage stratum of one home
x1 <- put_data(x1, "lonely.csv")
for (rule in c("fail", "remove", "certainty", "adjust", "average")) for (domains in c(FALSE, TRUE)) for (stages in 1:4) {
  d <- tried(switch(stages, svydesign(~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = x1),
                    svydesign(~psu, strata = ~stratum, weights = ~weight, fpc = ~psus, nest = TRUE, data = x1),
                    svydesign(~psu + home, strata = ~stratum, weights = ~weight, fpc = ~psus + homes, nest = TRUE, data = x1),
                    svydesign(~psu + home, strata = ~stratum + part, weights = ~weight, fpc = ~psus + homes, nest = TRUE, data = x1)))
  design <- switch(stages, DESIGN, modifyList(DESIGN, list(fpc = I("psus"))), modifyList(DESIGN, list(ids = c("psu", "home"), fpc = c("psus", "homes"))),
                   modifyList(DESIGN, list(ids = c("psu", "home"), fpc = c("psus", "homes"), strata = c("stratum", "part"))))
  if (domains && rule %in% c("fail", "remove", "certainty")) next  # the option says nothing about these
  with_rule(rule, domains, put(paste("lonely", rule, if (domains) "domains", c("one", "fpc", "two", "two_strata")[stages], sep = "_")  |> gsub(pattern = "__", replacement = "_"),
    paste("Lonely PSUs:", rule), "data/lonely.csv", c(design, list(lonely_psu = rule, adjust_domain_lonely = domains)),
    paste0("options(survey.lonely.psu='", rule, "', survey.adjust.domain.lonely=", domains, ")"), asked(d)))
}

# --- calibration -----------------------------------------------------------------------------------------------------------

d <- svydesign(~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = x)
N <- round(sum(x$weight)); sexes <- c(F = round(N * .53)); sexes["M"] <- N - sexes["F"]
ages <- c(middle = round(N * .41), old = round(N * .27)); ages["young"] <- N - sum(ages)
rows <- function(column, counts) { r <- data.frame(names(counts), as.numeric(counts)); names(r) <- c(column, "Freq"); r }
tight <- list(maxit = 500, epsilon = 1e-9, verbose = FALSE)
margins <- list(sex = as.list(sexes), age_group = as.list(ages))
for (kind in c("one", "two")) {
  base <- if (kind == "one") d else d2
  design <- if (kind == "one") DESIGN else modifyList(DESIGN, list(ids = c("psu", "home"), fpc = c("psus", "homes")))
  put(paste0("raked_", kind, "_stage"), "Raked to two margins", FILE, design, "rake(d, list(~sex, ~age_group), ..., control=list(maxit=500, epsilon=1e-9))",
      asked(rake(base, list(~sex, ~age_group), list(rows("sex", sexes), rows("age_group", ages)), control = tight)), margins = margins)
  totals <- c("(Intercept)" = N, sexM = unname(sexes["M"]), age = round(N * 41.3))
  put(paste0("greg_", kind, "_stage"), "Linear calibration (GREG) to the number of people, men and the sum of ages", FILE, design,
      "calibrate(d, ~sex+age, population=c(`(Intercept)`=, sexM=, age=))", asked(calibrate(base, ~sex + age, totals)), totals = as.list(totals))
  cells <- expand.grid(sex = c("F", "M"), age_group = c("middle", "old", "young"), stringsAsFactors = FALSE); cells$Freq <- round(sexes[cells$sex] * ages[cells$age_group] / N)
  put(paste0("poststratified_", kind, "_stage"), "Post-stratified to sex by age group", FILE, design, "postStratify(d, ~sex+age_group, cells)",
      asked(postStratify(base, ~sex + age_group, cells)), cells = cells)
}

# --- two waves with the same PSUs ------------------------------------------------------------------------------------------

w1 <- people(c("01", "02", "03"), c(4, 4, 4), 2:3, 2:3); w2 <- people(c("01", "02", "03"), c(4, 4, 4), 2:3, 2:3, wave = 1)
w1$wave <- "2024"; w2$wave <- "2026"; w2$psu <- w2$psu + ifelse(w2$stratum == "03", 2, 0)  # in 03 half of the PSUs are new
shift <- tapply(w1$score, paste(w1$stratum, w1$psu), mean, na.rm = TRUE)[paste(w2$stratum, w2$psu)]; shift[is.na(shift)] <- 55
w2$score <- pmin(100, pmax(0, round(w2$score + (shift - 55) / 2, 1))); w2$literate <- as.integer(w2$score >= 62)
w <- put_data(rbind(w1, w2), "waves.csv")
d <- svydesign(~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = w)
put("waves", "Two waves stacked, most PSUs in both", "data/waves.csv", DESIGN, "svycontrast(svytotal(~y1+n1+y2+n2, d), quote(y1/n1 - y2/n2))",
    c(asked(d), lapply(c("literate", "score"), function(v) one(d, "difference", v, list(wave = "2026"), list(wave = "2024"))),
      lapply(c("F", "M"), function(s) one(d, "difference", "literate", list(wave = "2026", sex = s), list(wave = "2024", sex = s))),
      lapply(c("2024", "2026"), function(v) one(d, "proportion", "literate", list(wave = v)))))

# --- replicate weights -----------------------------------------------------------------------------------------------------

pairs <- people(c("01", "02", "03", "04", "05"), rep(2, 5), 2:4, 2:3)
replicated <- function(name, data, r, kind, mse, calibration = NULL, ...) {
  v <- as.matrix(weights(r, type = "analysis")); colnames(v) <- paste0("r", seq_len(ncol(v)))
  file <- paste0("data/", sub("_mse|_raked", "", name), ".csv")
  write.csv(cbind(data, signif(v, 15)), file.path("..", file), row.names = FALSE, quote = FALSE, na = "")
  v <- as.matrix(read.csv(file.path("..", file), colClasses = c(stratum = "character"))[, colnames(v)])
  r <- svrepdesign(data = data, weights = data$weight, repweights = v, type = "other", scale = r$scale, rscales = r$rscales, combined.weights = TRUE, mse = mse)
  if (!is.null(calibration)) r <- calibration(r)
  rscales <- if (length(unique(r$rscales)) == 1) r$rscales[1] else r$rscales
  put(name, paste("Replicate weights,", kind), file, list(weights = "weight", replicate_weights = kind, prefix = "r", scale = r$scale, rscales = rscales, mse = mse),
      paste0("as.svrepdesign(d, type='", kind, "')"), asked(r), ...)
}
dp <- svydesign(~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = pairs)
d <- svydesign(~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = x)
df <- svydesign(~psu, strata = ~stratum, weights = ~weight, fpc = ~psus, nest = TRUE, data = x)
for (mse in c(FALSE, TRUE)) {
  end <- if (mse) "_mse" else ""
  replicated(paste0("jkn", end), x, as.svrepdesign(d, type = "JKn", mse = mse), "JKn", mse)
  replicated(paste0("brr", end), pairs, as.svrepdesign(dp, type = "BRR", mse = mse), "BRR", mse)
}
replicated("fay", pairs, as.svrepdesign(dp, type = "Fay", fay.rho = .3), "Fay", FALSE)
replicated("jkn_fpc", x, as.svrepdesign(df, type = "JKn"), "JKn", FALSE)
replicated("bootstrap", x, as.svrepdesign(d, type = "subbootstrap", replicates = 40), "bootstrap", FALSE)
replicated("jkn_raked", x, as.svrepdesign(d, type = "JKn"), "JKn", FALSE, margins = margins,
           calibration = function(r) rake(r, list(~sex, ~age_group), list(rows("sex", sexes), rows("age_group", ages)), control = tight))
put("jkn_made", "Replicate weights made here, JKn", FILE, modifyList(DESIGN, list(replicate_weights = "JKn")), "as.svrepdesign(d, type='JKn')", asked(as.svrepdesign(d, type = "JKn")))
