"""A study whose trials are asked for and told by hand."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

from hpo.errors import Fault, InputError, StudyStoppedError
from hpo.library.view import StudyView
from hpo.study import Outcome, Status, Study, Trial
from hpo.task import Metrics
from hpo.worker import NUMBER_METRIC


class AskTellStudy(StudyView):
    """A study without a tuner: you ask for parameters, evaluate them wherever you like, and tell what came back.

    Everything is recorded as it is with the program: the journal before a suggestion leaves and before an outcome
    counts, ``trials.csv``, ``summary.json``, ``best.yaml``, the Ax client. This process holds the study until
    :meth:`close`, or the end of a ``with`` block.

        >>> import hpo
        >>> space = hpo.build_space({"dose": {"type": "range", "bounds": [0.0, 2.0]}})
        >>> study = hpo.create_study("titration", space, overrides=["optimizer=sobol", "num_trials=3"])
        >>> trial = study.ask()
        >>> trial.index, list(trial.parameters)
        (0, ['dose'])
        >>> study.tell(trial, 0.25).status
        <Status.COMPLETED: 'completed'>
        >>> study.fail(study.ask(), "the flask broke").status
        <Status.FAILED: 'failed'>
        >>> study.close()
        >>> study
        AskTellStudy('titration', closed: 2 of 3 trials, best 0.25 in trial 0)

    Args:
        study: The study, open for this process.
    """

    def __init__(self, study: Study) -> None:
        super().__init__(study, study.paths)
        self._study = study
        self._is_closed = False
        study.begin()

    def ask(self) -> Trial | None:
        """Return a new trial to evaluate, or None when all were asked for, or the space has no untried point left.

        Raises:
            InputError: If as many trials as ``concurrency`` allows are asked for and not told yet, or it is closed.
            StudyStoppedError: If too much failed, or the disk is full.
            StorageError: If the study's directory cannot be written.
        """
        self._require_open()
        if self._study.n_running >= self._study.plan.slots and not self._study.is_asked_out:
            raise InputError(self._too_many())
        if self._study.stop_reason is not None:
            raise StudyStoppedError(
                f"study={self.name} asks for no more: {self._study.stop_reason} (failures.max_share and the room on "
                f"the disk say when). Mend the cause, and go on with hpo.resume_study({self.name!r})."
            )
        while (trial := self._study.ask()) is not None and trial.outcome is not None:
            self._study.leave(trial.index)  # asked for in an earlier session, and told in this one already
        if trial is not None:
            self._study.start(trial.index)
        return trial

    def tell(self, trial: Trial | int, result: float | Metrics) -> Trial:
        """Take what was measured. A second outcome of the same trial changes nothing.

        Args:
            trial: The trial, or its index.
            result: The metrics by name; a single number stands for ``{"value": number}``.

        Returns:
            The trial with its outcome: ``completed``, or ``invalid`` if a metric that the objective needs is missing or
            not finite.

        Raises:
            InputError: If no such trial was asked for, or the study is closed.
            StorageError: If the journal cannot be written.
        """
        named: Mapping[str, float] = result if isinstance(result, Mapping) else {NUMBER_METRIC: result}
        return self._tell(trial, Outcome(Status.COMPLETED, {name: float(value) for name, value in named.items()}))

    def fail(self, trial: Trial | int, reason: str) -> Trial:
        """Take note that a trial ended without data; the study keeps away from its parameters.

        Args:
            trial: The trial, or its index.
            reason: Why, in one line.

        Raises:
            InputError: If no such trial was asked for, or the study is closed.
            StorageError: If the journal cannot be written.
        """
        return self._tell(trial, Outcome(Status.FAILED, reason=" ".join(reason.split()) or "no reason given"))

    def close(self) -> None:
        """Write what is known and let others have the study; trials not told yet are asked again by who resumes it.

        Closing twice is allowed.
        """
        if not self._is_closed:
            self._is_closed = True
            self._study.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        how = "closed" if self._is_closed else "open"
        return f"{type(self).__name__}({self.name!r}, {how}: {self._in_short()})"

    def _tell(self, trial: Trial | int, outcome: Outcome) -> Trial:
        self._require_open()
        index = trial if isinstance(trial, int) else trial.index
        if index not in self._study.ledger.trials:
            there = f"trials 0 to {len(self.trials) - 1} were" if self.trials else "none was"
            raise InputError(Fault(f"Trial {index} of study={self.name} was not asked for", there, "Tell one of ask()"))
        told = self._study.tell(index, outcome)
        self._study.pause()
        return told

    def _require_open(self) -> None:
        if self._is_closed:
            raise InputError(
                Fault(
                    f"study={self.name} is closed",
                    "after close() and after a with block it can only be read",
                    f"Go on with hpo.resume_study({self.name!r})",
                )
            )

    def _too_many(self) -> Fault:
        untold = [str(index) for index in self._study.ledger.unfinished]
        slots = self._study.plan.slots
        return Fault(
            f"study={self.name} waits for trial {', '.join(untold)}, asked for and not told",
            f"with concurrency={slots} so many may be",
            f"Tell or fail it, or open the study with concurrency={slots + 1}",
        )
