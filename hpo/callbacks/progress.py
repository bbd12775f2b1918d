"""How far a study is: a live table on a terminal, plain lines elsewhere."""

import logging
import math
import time

from rich.console import Console
from rich.live import Live
from rich.table import Table

from hpo import terminal
from hpo.printable import counted, printable
from hpo.quiet import is_verbose
from hpo.study import Study, Trial
from hpo.study.observers import Observer

log = logging.getLogger(__name__)

WIDE = 78  # columns that a row takes with a thousand trials


class Progress(Observer):
    """Shows done, running, failed, best, utilisation and the time left.

    Args:
        live: Whether to draw a table that is kept current; None to do so on a terminal. Without it, and always in
            ``hpo.log``, each trial that ends is a line.
        console: Where the table is drawn; None for the standard output.
    """

    def __init__(self, live: bool | None = None, console: Console | None = None) -> None:
        self._console = console or terminal.console()
        can_draw = self._console.is_terminal and not self._console.is_dumb_terminal and not is_verbose()
        self._is_live = can_draw if live is None else live
        self._live: Live | None = None
        self._n_before = 0
        self._n_done = 0
        self._n_failed = 0
        self._began = 0.0

    def on_study_start(self, study: Study) -> None:
        """Say what begins."""
        self._began = time.monotonic()
        plan = study.plan
        self._n_before = self._n_done = study.n_ended
        self._n_failed = sum(trial.status.is_failure for trial in study.trials)
        so_far = f" ({self._n_before} of them ended before)" if self._n_before else ""
        log.info(
            "Study %s: %s%s, %d at once, in %s",
            plan.name,
            counted(plan.num_trials, "trial"),
            so_far,
            plan.slots,
            study.paths.root,
        )
        if self._is_live:
            self._live = Live(get_renderable=lambda: self._table(study), console=self._console, refresh_per_second=2)
            self._live.start()

    def on_trial_end(self, study: Study, trial: Trial) -> None:
        """Count the trial and say how it ended."""
        self._n_done += 1
        self._n_failed += trial.status.is_failure
        level = logging.DEBUG if self._live else logging.INFO
        log.log(level, "%s", self._line(study, trial))

    def on_study_end(self, study: Study) -> None:
        """Draw the table a last time."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _line(self, study: Study, trial: Trial) -> str:
        outcome = trial.outcome
        if outcome is None:
            return f"trial {trial.index:04d} {trial.status}"
        reason = printable(outcome.reason or "None")
        end = f"{study.value(trial):.6g}" if trial.is_completed else f"{trial.status}: {reason}"
        best = study.best
        best_text = "" if best is None else f", best {study.value(best):.6g} (trial {best.index})"
        return (
            f"[{self._n_done}/{study.plan.num_trials}] trial {trial.index:04d} "
            f"{end} after {outcome.seconds:.1f} s{best_text}"
        )

    def _table(self, study: Study) -> Table:
        """Return the table: a row, or where that is too wide a column."""
        cells = self._cells(study)
        is_wide = self._console.width >= WIDE
        title = f"{study.plan.name}  ({study.objective.metric}, {study.objective.direction})"
        table = Table(title=title, show_header=is_wide)
        if is_wide:
            for heading in cells:
                table.add_column(heading, justify="right")
            table.add_row(*cells.values())
        else:
            for heading, text in cells.items():
                table.add_row(heading, text)
        return table

    def _cells(self, study: Study) -> dict[str, str]:
        utilisation = study.utilisation
        best = study.best
        return {
            "done": f"{self._n_done}/{study.plan.num_trials}",
            "running": str(study.n_running),
            "failed": str(self._n_failed),
            "best": "-" if best is None else f"{study.value(best):.6g} (trial {best.index})",
            "utilisation": "-" if utilisation is None else f"{utilisation:.0%}",
            "time left": _duration(self._left_s(study)),
        }

    def _left_s(self, study: Study) -> float:
        n_done_here = self._n_done - self._n_before
        if not n_done_here:
            return math.nan
        elapsed_s = time.monotonic() - self._began
        return elapsed_s / n_done_here * (study.plan.num_trials - self._n_done)


def _duration(seconds: float) -> str:
    if math.isnan(seconds):
        return "-"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"
