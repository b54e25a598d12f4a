# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages of tests/run, each a function that returns what it counted."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from . import junit, process, sanitizer
from .junit import Count

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
BUILD_ASAN = ROOT / "build-asan"
BUILD_FUZZ = ROOT / "build-fuzz"
FUZZ_SECONDS = 5
# Calls mostly wait, each lab for itself: a file at a time, so that a file's tests share its phones.
SIDE_BY_SIDE = ["-n", "5", "--dist", "loadfile"]
PYTEST = ["/usr/bin/python3", "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"]


@dataclass
class Stage:
    """A stage's name and log; `run` fills in the count."""

    name: str
    log: Path

    def fail(self, what: str) -> Count:
        return Count(failed=1, failures=[what])


def build(stage: Stage) -> Count:
    """Builds into build/ with warnings as errors. It tests nothing, so it counts only a failure."""
    return _build(stage, BUILD, ["--werror"])


def unit(stage: Stage) -> Count:
    """Every test that meson knows: unit tests, vectors, the fuzz targets' seeds."""
    return _meson_test(stage, BUILD)


def tools(stage: Stage) -> Count:
    """The tests of the measuring tools and of this runner."""
    return _pytest(stage, ["tests/demokit", "tests/runner", "tests/benchkit", "tests/reachkit"], BUILD, 300)


def emulator(stage: Stage) -> Count:
    return _pytest(stage, ["tests/emulator"], BUILD, 400, *SIDE_BY_SIDE)


def end_to_end(stage: Stage) -> Count:
    return _pytest(stage, ["tests/e2e"], BUILD, 900, *SIDE_BY_SIDE)


def end_to_end_quick(stage: Stage) -> Count:
    return _pytest(stage, ["tests/e2e"], BUILD, 600, "-m", "not slow", *SIDE_BY_SIDE)


def sanitized_unit(stage: Stage) -> Count:
    """The unit tests under AddressSanitizer and UndefinedBehaviorSanitizer."""
    options = ["-Db_sanitize=address,undefined", "-Db_lundef=false"]
    # clang: with gcc 12 both sanitizers at once ignore log_path, and a daemon's report is lost.
    # Its warnings are not errors: it takes an autoptr that only frees for an unused variable.
    count = _build(stage, BUILD_ASAN, options, CC="clang")
    return count if count.failed else _meson_test(stage, BUILD_ASAN, **_sanitizers(stage))


def sanitized_calls(stage: Stage) -> Count:
    """The end-to-end tests marked `sanitize`; any report of any process fails the stage."""
    environment = _sanitizers(stage)
    count = _pytest(stage, ["tests/e2e"], BUILD_ASAN, 600, "-m", "sanitize", *SIDE_BY_SIDE, **environment)
    for finding in sanitizer.findings(sorted(stage.log.parent.glob("sanitizer.*"))):
        count.failed += 1
        count.failures.append(finding)
    return count


def fuzz(stage: Stage) -> Count:
    """Each fuzz target for FUZZ_SECONDS, two at a time, from its seeds."""
    options = ["-Dfuzz=true", "-Db_sanitize=address,undefined", "-Db_lundef=false"]
    if not _setup(stage, BUILD_FUZZ, options, CC="clang"):
        return stage.fail("meson setup of the fuzz targets")
    targets = _fuzz_targets()
    if targets and process.run(["ninja", "-C", BUILD_FUZZ, *targets], stage.log, 600):
        return stage.fail("build of the fuzz targets")
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(lambda target: _fuzz_one(stage, target), targets))
    total = Count()
    for result in results:
        total += result
    return total


def _fuzz_targets() -> list[str]:
    listed = json.loads((BUILD_FUZZ / "meson-info/intro-targets.json").read_text())
    names = [Path(target["filename"][0]) for target in listed if target["name"].startswith("fuzz-")]
    return sorted(str(name.relative_to(BUILD_FUZZ)) for name in names)


def _fuzz_one(stage: Stage, target: str) -> Count:
    name = Path(target).name
    found = BUILD_FUZZ / "found" / name
    found.mkdir(parents=True, exist_ok=True)
    log = stage.log.parent / f"{name}.log"
    log.unlink(missing_ok=True)
    command = [
        BUILD_FUZZ / target,
        f"-max_total_time={FUZZ_SECONDS}",
        "-timeout=5",
        "-print_final_stats=1",
        f"-artifact_prefix={BUILD_FUZZ}/{name}-",
        found,
        ROOT / "tests/fuzz/corpus" / name.removeprefix("fuzz-"),
    ]
    if process.run(command, log, FUZZ_SECONDS * 6) == 0:
        return Count(passed=1)
    with open(stage.log, "a") as output:
        output.write(process.tail(log) + "\n")
    return Count(failed=1, failures=[f"{name}: see {log}"])


def _setup(stage: Stage, folder: Path, options: list[str], **environment: str) -> bool:
    command = ["meson", "setup", folder, ROOT, *options]
    if (folder / "build.ninja").exists():
        command.append("--reconfigure")
    return process.run(command, stage.log, 120, **environment) == 0


def _build(stage: Stage, folder: Path, options: list[str], **environment: str) -> Count:
    if not _setup(stage, folder, options, **environment):
        return stage.fail(f"meson setup {folder.name}")
    if process.run(["ninja", "-C", folder], stage.log, 900):
        return stage.fail(f"ninja -C {folder.name}")
    return Count()


def _meson_test(stage: Stage, folder: Path, **environment: str) -> Count:
    logs = folder / "meson-logs"
    for name in ("testlog.junit.xml", "testlog.json"):
        (logs / name).unlink(missing_ok=True)
    command = ["meson", "test", "-C", folder, "--no-rebuild", "--print-errorlogs"]
    status = process.run(command, stage.log, 600, **environment)
    count = _read(stage, logs / "testlog.junit.xml", status)
    # A program that dies after its last good subtest has no failed case in the JUnit file.
    for name in _failed_programs(logs / "testlog.json"):
        if not any(f".{name} " in failure or f" {name}" in failure for failure in count.failures):
            count.failed += 1
            count.failures.append(f"{name}: the program failed")
    return _with_status(count, status)


def _failed_programs(log: Path) -> list[str]:
    if not log.exists():
        return []
    tests = (json.loads(line) for line in log.read_text().splitlines())
    good = {"OK", "SKIP", "EXPECTEDFAIL"}
    return [test["name"].split(" / ")[-1] for test in tests if test["result"] not in good]


def _pytest(stage: Stage, folders: list[str], build_folder: Path, limit_s: float,
            *options: str, **environment: str) -> Count:
    folders = [name for name in folders if any((ROOT / name).glob("**/test_*.py"))]
    if not folders:
        return Count()
    report = stage.log.with_suffix(".junit.xml")
    report.unlink(missing_ok=True)
    command = [*PYTEST, f"--junitxml={report}", *options, *(ROOT / name for name in folders)]
    environment = {
        "PYTHONPATH": str(ROOT / "tests"),
        "TACITEL_BUILD": str(build_folder),
        **environment,
    }
    status = process.run(command, stage.log, limit_s, **environment)
    # pytest's 5: no test was collected, which the caller sees from the count.
    return _with_status(_read(stage, report, status), 0 if status == 5 else status)


def _read(stage: Stage, report: Path, status: int) -> Count:
    try:
        return junit.read(report)
    except OSError:
        return stage.fail("stopped before its report was written") if status else Count()
    except ElementTree.ParseError as error:
        return stage.fail(f"its report {report} is no XML: {error}")


def _with_status(count: Count, status: int) -> Count:
    if status and not count.failed:
        count.failed += 1
        count.failures.append(f"exit status {status} though no test failed")
    return count


def _sanitizers(stage: Stage) -> dict[str, str]:
    for report in stage.log.parent.glob("sanitizer.*"):
        report.unlink()
    where = stage.log.parent / "sanitizer"
    suppressions = ROOT / "tests/lsan.supp"
    environment = {
        "ASAN_OPTIONS": f"log_path={where}:detect_leaks=1:strict_string_checks=1"
                        ":fast_unwind_on_malloc=0",  # GLib has no frame pointers: lsan.supp needs whole stacks
        "UBSAN_OPTIONS": f"log_path={where}:print_stacktrace=1:halt_on_error=1",
        # GLib's slices and GStreamer's registry hide what leaks behind their own caches.
        "G_SLICE": "always-malloc",
    }
    if suppressions.exists():
        environment["LSAN_OPTIONS"] = f"suppressions={suppressions}:print_suppressions=0"
    return environment
