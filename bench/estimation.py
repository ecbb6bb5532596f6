"""Levels of many domains, with their intervals: our core against the library svy and R's package survey, on the same data.

300 strata of 10 PSUs with finite population corrections; the level of everybody, of 30 areas and of 80 demographic cells;
and a raking to three margins with the standard error after it. Each program has a process of its own and the columns in
memory; measured is from there to the results, the shortest of a few processes. R is left out where it is not installed.
"""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bench.servers import ROOT, peak_mb

SIZES, PROCESSES = (10_000, 100_000, 1_000_000), 3
STRATA, PSUS, AREAS, CELLS = 300, 10, 30, 80
MARGINS = {"sex": 2, "schooling": 5, "area": AREAS}
NAMES = {"ours": "our core", "svy": "svy", "R": "R survey"}


def measure() -> list[dict[str, object]]:
    """Seconds of each task, beside the others' seconds; and the peak of memory of a whole process of ours."""
    programs = ["ours", "svy", *(["R"] if _has_r() else [])]
    results: list[dict[str, object]] = []
    for people in SIZES:
        with TemporaryDirectory() as folder:
            _write(people, Path(folder))
            told = {program: _best(program, Path(folder)) for program in programs}
        for task, words in (("levels", f"{1 + AREAS + CELLS} levels"), ("raking", "raking with a standard error")):
            ours = told["ours"][task]
            row: dict[str, object] = {"name": f"{words} of {people} people", "value": round(ours, 4), "unit": "s"}
            line = f"{words} of {people} people: {ours:.3f} s"
            for other in programs[1:]:
                assert np.allclose(told[other][f"{task}_sum"], told["ours"][f"{task}_sum"], rtol=1e-6)
                row[f"{other}_s"] = round(told[other][task], 3)
                row[f"times_faster_than_{other}"] = round(told[other][task] / ours, 1)
                line += f", {NAMES[other]} {told[other][task]:.2f} s (ratio {told[other][task] / ours:.0f})"
            print(line)
            results.append(row)
        print(f"memory at {people} people: " + ", ".join(f"{NAMES[one]} {told[one]['peak_mb']:.0f} MB" for one in told))
        results[-2]["peak_mb"] = round(told["ours"]["peak_mb"])
    return results


def _best(program: str, folder: Path) -> dict[str, Any]:
    """The shortest times of several processes; one of R, which takes minutes."""
    told = [_run(program, folder) for _ in range(1 if program == "R" else PROCESSES)]
    return {**told[0], **{task: min(one[task] for one in told) for task in ("levels", "raking")}}


def _run(program: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.estimation", program, str(folder)]
    if program == "R":
        (folder / "bench.R").write_text(R_SCRIPT)
        command = ["Rscript", str(folder / "bench.R"), str(folder)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def _has_r() -> bool:
    script = shutil.which("Rscript")
    return script is not None and not subprocess.run([script, "-e", "library(survey)"], capture_output=True).returncode


def _write(people: int, folder: Path) -> None:
    """One file of numbers a column, the same for every program."""
    rng = np.random.default_rng(20260901)
    stratum = rng.integers(0, STRATA, people)
    psu = stratum * PSUS + rng.integers(0, PSUS, people)
    columns = {
        "stratum": stratum,
        "psu": psu,
        "psus": rng.integers(40, 80, STRATA)[stratum],
        "w": rng.uniform(20, 300, people),
        "y": rng.random(people) < 0.15 + 0.2 * rng.random(STRATA * PSUS)[psu],
        "area": stratum % AREAS,
        "cell": rng.integers(0, CELLS, people),
        "sex": rng.integers(0, MARGINS["sex"], people),
        "schooling": rng.choice(MARGINS["schooling"], people, p=[0.1, 0.3, 0.3, 0.2, 0.1]),
    }
    for name, column in columns.items():
        column.astype(np.float64).tofile(folder / name)
    for name, count in MARGINS.items():
        size = np.bincount(columns[name], columns["w"], count) * (1 + 0.2 * np.sin(np.arange(count)))
        (size * columns["w"].sum() / size.sum()).tofile(folder / f"margin.{name}")


def _read(folder: Path) -> dict[str, Any]:
    whole = {"stratum", "psu", "area", "cell", "sex", "schooling"}
    columns = {path.name: np.fromfile(path) for path in folder.iterdir() if path.suffix != ".R"}
    return {name: column.astype(np.int64) if name in whole else column for name, column in columns.items()}


def ours(x: dict[str, Any]) -> dict[str, Any]:
    """The tasks by our core."""
    from literacy_app.estimation.rules import Design, proportion, rake
    from literacy_app.estimation.rules.many import proportions

    began = time.perf_counter()
    design = Design(x["w"], (x["stratum"],), (x["psu"],), (x["psus"],))
    asked = (np.zeros_like(x["area"]), 1), (x["area"], AREAS), (x["cell"], CELLS)
    made = [one for domains, count in asked for one in proportions(design, x["y"], domains, count)]
    assert all(one.interval for one in made)
    levels = time.perf_counter() - began
    began = time.perf_counter()
    raked = proportion(rake(design, [(x[name], x[f"margin.{name}"]) for name in MARGINS]), x["y"])
    raking = time.perf_counter() - began
    sums = [sum(one.estimate or 0 for one in made), sum(one.se or 0 for one in made)]
    return {"levels": levels, "levels_sum": sums, "raking": raking, "raking_sum": [raked.estimate, raked.se]}


def svy(x: dict[str, Any]) -> dict[str, Any]:
    """The tasks by the library svy."""
    import polars as pl
    import svy

    columns = [*MARGINS, "stratum", "psu", "psus", "w", "cell"]
    frame = pl.DataFrame({name: x[name] for name in columns} | {"y": x["y"].astype(np.int64)})
    margins = {name: dict(enumerate(x[f"margin.{name}"].tolist())) for name in MARGINS}
    began = time.perf_counter()
    sample = svy.Sample(frame, svy.Design(stratum="stratum", psu="psu", wgt="w", pop_size="psus"))
    asked = [sample.estimation.prop("y", by=by) for by in (None, "area", "cell")]
    made = [row for one in asked for row in one.estimates if row.y_level == 1]
    levels = time.perf_counter() - began
    began = time.perf_counter()
    raked = sample.weighting.rake(controls=margins, tol=1e-10, max_iter=1000).estimation.prop("y").estimates[1]
    raking = time.perf_counter() - began
    sums = [sum(one.est for one in made), sum(one.se for one in made)]
    return {"levels": levels, "levels_sum": sums, "raking": raking, "raking_sum": [raked.est, raked.se]}


R_SCRIPT = """
suppressPackageStartupMessages({library(survey); library(jsonlite)})
folder <- commandArgs(TRUE)[1]
column <- function(name) readBin(file.path(folder, name), "double", file.size(file.path(folder, name)) / 8)
names <- c("stratum", "psu", "psus", "w", "y", "area", "cell", "sex", "schooling")
x <- as.data.frame(setNames(lapply(names, column), names))
margin <- function(name) { f <- column(paste0("margin.", name)); setNames(data.frame(seq_along(f) - 1, f), c(name, "Freq")) }
began <- proc.time()[[3]]
d <- svydesign(~psu, strata = ~stratum, weights = ~w, fpc = ~psus, data = x)
all <- svyciprop(~y, d, method = "xlogit")
made <- lapply(list(~area, ~cell), function(by) svyby(~y, by, d, svyciprop, method = "xlogit", vartype = c("se", "ci")))
levels <- proc.time()[[3]] - began
p <- c(coef(all), unlist(lapply(made, coef))); se <- c(SE(all), unlist(lapply(made, function(one) one[[grep("^se", names(one))[1]]])))
began <- proc.time()[[3]]
r <- rake(d, list(~sex, ~schooling, ~area), lapply(c("sex", "schooling", "area"), margin), control = list(maxit = 1000, epsilon = 1e-7))
m <- svymean(~y, r)
raking <- proc.time()[[3]] - began
peak <- sub("[^0-9]*([0-9]+).*", "\\\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))
cat(toJSON(list(levels = levels, levels_sum = c(sum(p), sum(se)), raking = raking, raking_sum = c(coef(m), SE(m)), peak_mb = as.numeric(peak) / 1024),
           auto_unbox = TRUE, digits = NA), "\\n")
"""


if __name__ == "__main__":
    if sys.argv[1:]:
        program, columns = {"ours": ours, "svy": svy}[sys.argv[1]], _read(Path(sys.argv[2]))
        told = program(columns)
        told["peak_mb"] = peak_mb()
        print(json.dumps(told))
    else:
        measure()
