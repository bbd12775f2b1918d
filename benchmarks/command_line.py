"""The command line of the benchmarks."""

import argparse
import os
import sys
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks import machine, table
from benchmarks.benchmark import REPOSITORY, Benchmark, BenchmarkError, Settings
from benchmarks.registry import BENCHMARKS
from benchmarks.result import Result, load
from benchmarks.row import Row

HERE = REPOSITORY / "benchmarks"
RESULTS = HERE / "results"
DOCUMENT = HERE / "README.md"


def measured(benchmark: Benchmark, settings: Settings) -> Result:
    """Run one benchmark, print its rows as they come, and return all of them.

    What goes wrong becomes a row, so that the benchmarks after it are run; the traceback of what is not a
    :class:`BenchmarkError` is printed.
    """
    date, load_before, began = machine.now(), machine.load(), time.monotonic()
    rows: list[Row] = []
    try:
        for row in benchmark.measure(settings):
            _say(f"  {row.what}: {row.error or row.figure}  {row.beside}")
            rows.append(row)
    except BenchmarkError as error:
        rows.append(Row(what=benchmark.title, error=str(error)))
    except Exception as error:  # noqa: BLE001 - hours of other benchmarks wait behind this one, and the table names it
        traceback.print_exc()
        rows.append(Row(what=benchmark.title, error=f"{type(error).__name__}: {error}"))
    return Result(
        name=benchmark.name,
        title=benchmark.title,
        is_quick=settings.is_quick,
        date=date,
        seconds=time.monotonic() - began,
        load=load_before,
        machine=machine.machine(),
        versions=machine.versions(),
        rows=tuple(rows),
    )


def stored(settings: Settings) -> Iterator[Result]:
    """Yield the last result of each benchmark at the size of this run, in the order of the table."""
    for name in BENCHMARKS:
        result = load(name, settings.results, is_quick=settings.is_quick)
        if result is not None:
            yield result


def write_table(settings: Settings, document: Path) -> Path:
    """Write the table of all stored results: into ``document``, or beside the raw results if they are quick ones."""
    text = table.markdown(list(stored(settings)))
    if not settings.is_quick:
        table.insert(document, text)
        return document
    settings.results.mkdir(parents=True, exist_ok=True)
    path = settings.results / "quick.md"
    path.write_text(text + "\n")
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks that are named, or all, and write the table.

    Returns:
        0, or 1 if a benchmark has a row without a figure because of an error.
    """
    parser = _parser()
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.names if name not in BENCHMARKS]:
        parser.error(f"{', '.join(unknown)} is no benchmark (there are {', '.join(BENCHMARKS)}). Type one of these.")
    settings = Settings(
        is_quick=given.quick,
        results=given.results.absolute(),
        environments=given.environments.absolute(),
        has_peers=not given.no_peers,
        qm7=None if given.qm7 is None else given.qm7.absolute(),
    )
    has_errors = False
    for benchmark in _chosen(given.names):
        _say(f"{benchmark.name}: {benchmark.title}")
        result = measured(benchmark, settings)
        result.save(settings.results)
        has_errors |= any(row.error for row in result.rows)
    _say(f"Table: {write_table(settings, given.document)}")
    return int(has_errors)


def _chosen(names: Iterable[str]) -> list[Benchmark]:
    wanted = set(names) or set(BENCHMARKS)
    return [benchmark for name, benchmark in BENCHMARKS.items() if name in wanted]


def _parser() -> argparse.ArgumentParser:
    listed = "\n".join(f"  {name:20} {b.minutes:5.0f} min  {b.title}" for name, b in BENCHMARKS.items())
    parser = argparse.ArgumentParser(
        prog="python benchmarks/run.py",
        description=f"Run benchmarks and write the table. With minutes at full size on 2 cores, there are:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="all by default")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything works")
    parser.add_argument("--no-peers", action="store_true", help="leave out what needs environments of its own")
    qm7 = os.environ.get("HPO_QM7_MAT")
    parser.add_argument("--qm7", type=Path, default=qm7, help="a qm7.mat (default: the variable HPO_QM7_MAT)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="raw results (default: benchmarks/results)")
    parser.add_argument("--document", type=Path, default=DOCUMENT, help="where the table goes (default: %(default)s)")
    environments = HERE / ".environments"
    parser.add_argument("--environments", type=Path, default=environments, help="the peers' (default: %(default)s)")
    return parser


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
