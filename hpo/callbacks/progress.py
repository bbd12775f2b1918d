"""How far a study is: a live table on a terminal, plain lines elsewhere."""

import logging
import math
import time

from rich.console import Console
from rich.live import Live
from rich.table import Table

from hpo.study import Study, Trial
from hpo.study.observers import Observer

log = logging.getLogger(__name__)


class Progress(Observer):
    """Shows done, running, failed, best, utilisation and the time left.

    Args:
        live: Whether to draw a table that is kept current; None to do so on a terminal. Without it, and always in
            ``hpo.log``, each trial that ends is a line.
        console: Where the table is drawn; None for the standard output.
    """

    def __init__(self, live: bool | None = None, console: Console | None = None) -> None:
        self._console = console or Console()
        self._is_live = self._console.is_terminal if live is None else live
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
            "Study %s: %d trials%s, %d at once, in %s",
            plan.name,
            plan.num_trials,
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
        end = f"{study.value(trial):.6g}" if trial.is_completed else f"{trial.status}: {outcome.reason}"
        best = study.best
        best_text = "" if best is None else f", best {study.value(best):.6g} (trial {best.index})"
        return (
            f"[{self._n_done}/{study.plan.num_trials}] trial {trial.index:04d} "
            f"{end} after {outcome.seconds:.1f} s{best_text}"
        )

    def _table(self, study: Study) -> Table:
        table = Table(title=f"{study.plan.name}  ({study.objective.metric}, {study.objective.direction})")
        for heading in ("done", "running", "failed", "best", "utilisation", "time left"):
            table.add_column(heading, justify="right")
        utilisation = study.utilisation
        best = study.best
        table.add_row(
            f"{self._n_done}/{study.plan.num_trials}",
            str(study.n_running),
            str(self._n_failed),
            "-" if best is None else f"{study.value(best):.6g} (trial {best.index})",
            "-" if utilisation is None else f"{utilisation:.0%}",
            _duration(self._left_s(study)),
        )
        return table

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
