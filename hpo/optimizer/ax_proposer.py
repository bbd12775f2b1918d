"""Ax behind the study's ask and tell."""

import math
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ax.api.client import Client
from ax.exceptions.core import SearchSpaceExhausted

from hpo.objective import Objective
from hpo.optimizer import ax_client, ax_space
from hpo.optimizer.ax_record import AxRecord
from hpo.optimizer.sequence import N_AT_ONCE, Parameters, PointSequence, drawn
from hpo.optimizer.settings import Optimizer
from hpo.optimizer.snapshot import write_snapshot
from hpo.optimizer.strategies import MODEL
from hpo.quiet import quiet_loggers
from hpo.space import SearchSpace
from hpo.study.proposer import Past, Suggestion
from hpo.task import Metrics
from hpo.throttle import Throttle

SNAPSHOT_S = 60.0  # to the first snapshot and between two: Ax takes 3 ms a trial, and nothing here reads them
# The last two say so when the model proposes a point again and when constraints leave little, and then go on.
_CHATTY = ("ax.api.client", "ax.generation_strategy.generation_node", "ax.generators.random.base")


class AxProposer:
    """Proposes parameters with Ax and feeds it outcomes; a trial's index is Ax's.

    A trial that ended without data is ABANDONED in Ax, not FAILED: Ax suggests the parameters of a FAILED trial
    again, and with no new data it does so for ever, whereas it keeps away from those of an ABANDONED one.

    With a history the suggestions go on where they left off: the same sequence of Sobol or uniform points is drawn, and
    those that are there are passed over; what was made ahead and never asked for comes again. With the same outcomes
    in the same order the model proposes what it would have proposed. Only where constraints leave less than about a
    thousandth of the cube do other points come, new ones still, since Ax then walks about in the space. The initial
    points count those of the history that are data or may become it; the centre is tried in a new study only.

    Trials of the history outside the space are data for the model where Ax takes them: beyond changed bounds, against
    constraints, and at other values of a parameter that is fixed now. Not taken are values that are 0 or negative
    where the scale is logarithmic now, and choices that are gone unless they are ordered numbers; such a trial keeps
    its index, and is ABANDONED in Ax when it has ended. Suggestions lie in the space always.

    Args:
        optimizer: How points are generated.
        space: What is searched.
        objective: What is sought.
        seed: Seed of every suggestion; with the same outcomes in the same order they are the same.
        slots: Trials in flight at most.
        history: Earlier trials, by index, from 0 without gaps.
        n_threads: Threads for the model. With more of them than processors are free, they wait for each other and
            take many times longer.

    Attributes:
        is_exhausted: Whether the space has no point left.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        space: SearchSpace,
        objective: Objective,
        *,
        seed: int,
        slots: int,
        history: Sequence[Past] = (),
        n_threads: int = 1,
    ) -> None:
        quiet_loggers("ax", *_CHATTY)
        self.is_exhausted = False
        self._optimizer = optimizer
        self._space = space
        self._objective = objective
        self._seed = seed
        self._slots = slots
        self._n_threads = n_threads
        tried = [past.parameters for past in history]
        first = (space.cast(space.with_fixed(parameters)) for parameters in optimizer.first)
        self._first = deque(parameters for parameters in first if parameters not in tried)
        self._ready: deque[Parameters] = deque()  # points without an index, where outcomes do not change them
        self._n_asked = 0
        self._n_untried = space.n_points_left(tried)
        self._freed = ax_space.once_varied(space, tried)
        self._fixed = {parameter.name: space.fixed[parameter.name] for parameter in self._freed}
        self._experiment = ax_client.experiment_of(self._client())
        self._record = AxRecord(self._experiment)
        self._strategy = optimizer.generation_strategy(
            self._experiment, self._fixed, seed=seed, slots=slots, is_begun=bool(history)
        )
        self._sequence: PointSequence | None = None
        if not optimizer.learns and math.isinf(space.n_points):
            sequence = optimizer.exported_strategy(seed=seed, slots=slots)
            self._sequence = PointSequence(sequence, self._experiment, self._fixed, [*tried, *self._first], seed)
        self._snapshot_throttle = Throttle(interval_s=SNAPSHOT_S, starts_due=False)
        self._take_up(history)

    @property
    def may_look_ahead(self) -> bool:
        """Whether a suggestion that nobody waits for would be as good as one that somebody does.

        Not so where the initial points are all made and the model waits for their outcomes.
        """
        n_initial = self._optimizer.n_initial_points(self._slots)
        return n_initial is None or len(self._record.trials) < n_initial or self._strategy.current_node_name == MODEL

    def suggest(self, n_left: int, n_wanted: int = 1) -> Suggestion | None:
        """Return a new trial, or None when the space has no untried point left."""
        made = self.make(1, n_left)
        if not made:
            return None
        self.ask(made[0].index)
        return made[0]

    def make(self, n: int, n_left: int) -> list[Suggestion]:
        """Return ``n`` new trials that the study may or may not ask for later, in their order; fewer if points run out.

        Args:
            n: How many, at most ``n_left``.
            n_left: How many trials will still be made, these among them.
        """
        began = time.perf_counter()
        n = min(n, n_left)
        made = [self._add(self._first.popleft()) for _ in range(min(n, len(self._first)))]
        if len(made) < n:
            propose = self._modelled if self._optimizer.learns else self._drawn
            made.extend(propose(n - len(made), n_left))
        self.is_exhausted = n > 0 and not made
        generation_s = (time.perf_counter() - began) / max(1, len(made))
        return [Suggestion(index, self._record.trials[index], generation_s) for index in made]

    def ask(self, index: int) -> None:
        """Take note that the study has asked for trial ``index``, and so for all before it."""
        self._n_asked = index + 1

    def prepare(self, n_left: int) -> None:
        """Use a pause to make points ahead, if outcomes do not change them, or else to tell Ax what was told."""
        if self._optimizer.learns:
            self._record.pass_on()
        elif not self._ready and n_left > 0:
            self._generate(n_left)

    def wait(self, timeout_s: float) -> None:
        """Do nothing: suggestions are made when they are wanted."""

    def complete(self, index: int, data: Metrics) -> None:
        """Take the objective and the constraint metrics of a trial as data."""
        self.tell(index, data)

    def fail(self, index: int, reason: str) -> None:  # Ax keeps no reason of abandoned trials
        """Take note that a trial ended without data."""
        self.tell(index, None)

    def tell(self, index: int, data: Metrics | None) -> None:
        """Take note that a trial ended, with data or without."""
        self._record.tell(index, data)

    def save_soon(self, path: Path) -> None:
        """Write Ax's JSON to ``path`` if that was not done in the last minute; it raises what :meth:`save` does."""
        self._snapshot_throttle.run(lambda: self.save(path))

    def save(self, path: Path) -> None:
        """Write Ax's JSON to ``path``, atomically: the trials that the study asked for, and Ax's own strategy.

        Raises:
            OSError: If the folder cannot be written.
        """
        client = self._client()
        client.set_generation_strategy(self._optimizer.exported_strategy(seed=self._seed, slots=self._slots))
        asked = [self._record.varying(parameters) for parameters in self._record.trials[: self._n_asked]]
        write_snapshot(path, client, asked, self._record.outcomes)

    def close(self) -> None:
        """Do nothing: it holds nothing."""

    def _modelled(self, n: int, _: int) -> Iterator[int]:
        """Make up to ``n`` trials that rest on all outcomes so far, and yield their indices."""
        n = int(min(n, self._n_untried))  # past the last point Ax would look for half a minute
        is_sparse = False
        while n > 0:
            self._record.pass_on()
            # Initial points one by one: Ax counts them in the experiment only.
            n_at_once = n if self._strategy.current_node_name == MODEL and not is_sparse else 1
            try:
                points = self._draw(n_trials=n_at_once)
            except SearchSpaceExhausted:
                if n_at_once == 1:
                    return
                is_sparse = True  # fewer points are left, and Ax then gives none of them
                continue
            for point in points:
                yield self._add(self._space.with_fixed(point))
                n -= 1

    def _drawn(self, n: int, n_left: int) -> Iterator[int]:
        """Take up to ``n`` points of those made ahead as trials, and yield their indices."""
        for _ in range(n):
            if not self._ready:
                self._generate(n_left)
            if not self._ready:
                return
            yield self._add(self._ready.popleft())

    def _draw(self, *, n_points: int = 1, n_trials: int = 1) -> Sequence[Parameters]:
        sizes = {"n_points": n_points, "n_trials": n_trials, "n_threads": self._n_threads}
        return drawn(self._strategy, self._experiment, self._fixed, seed=self._seed, **sizes)

    def _add(self, parameters: Parameters) -> int:
        self._n_untried -= 1
        return self._record.add(parameters)

    def _generate(self, n_left: int) -> None:
        """Make points ahead; none if there are none left."""
        if self._sequence is not None:
            with suppress(SearchSpaceExhausted):
                self._ready.extend(map(self._space.with_fixed, self._sequence.more()))
        if not self._ready:
            self._sequence = None  # each try takes Ax seconds
            self._search(n_left)

    def _search(self, n_left: int) -> None:
        """Make points ahead where they are few, or constraints so tight that the sequence repeats itself.

        Ax then looks through all trials, and through its sequence for what is left, or walks about in the space.
        """
        self._record.pass_on()
        n_at_once = max(2 * self._slots, min(len(self._record.trials) // 4, N_AT_ONCE))
        n_wanted = int(min(n_left, n_at_once, self._n_untried))
        while n_wanted > 0 and not self._ready:
            with suppress(SearchSpaceExhausted):
                self._ready.extend(map(self._space.with_fixed, self._draw(n_points=n_wanted)))
            n_wanted = 1 if n_wanted > 1 else 0  # fewer points are left, and Ax then gives none of them

    def _take_up(self, history: Sequence[Past]) -> None:
        self._record.leave_out({past.index for past in history if not ax_space.is_data(self._space, past.parameters)})
        for past in history:
            self._record.add(past.parameters)
        self._n_asked = len(history)
        for past in history:
            if not past.is_unfinished:
                self.tell(past.index, past.data)
        self._record.pass_on()

    def _client(self) -> Client:
        return ax_client.configured(self._space, self._freed, self._objective, self._seed)
