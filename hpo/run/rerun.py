"""Which trial is run again, and with which command."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hpo.app.command_line import merged_arguments
from hpo.errors import Fault, InputError, raise_faults
from hpo.outputs import OUTPUTS, free_name
from hpo.study.override import hydra_value
from hpo.study.stored import StoredStudy
from hpo.study.trial import Trial

_SET_HERE = {"num_trials": "it is the number of seeds", "repeat.seeds": "they come from --seeds"}


@dataclass(frozen=True)
class Rerun:
    """A trial that is run again.

    Attributes:
        source: The study that it belongs to.
        trial: The trial.
        seeds: One for each time.
        study: The name of the study that is made for it.
        arguments: Those of ``python -m hpo``.
    """

    source: str
    trial: Trial
    seeds: tuple[int, ...]
    study: str
    arguments: tuple[str, ...]

    @classmethod
    def of(cls, stored: StoredStudy, index: int | None, seeds: str | None, overrides: Sequence[str]) -> "Rerun":
        """Return what the command line asks for.

        Args:
            stored: The study.
            index: The trial; None for the best.
            seeds: Whole numbers with commas between; None for the seed that the trial had.
            overrides: What is to be otherwise than in the study.

        Raises:
            InputError: If there is no such trial, or the rest cannot be understood.
            DamagedStudyError: If the study's journal is damaged.
        """
        raise_faults(_override_faults(overrides))
        trial = _trial(stored, index)
        numbers = (stored.plan.trial_seed(trial.index),) if seeds is None else _numbers(seeds)
        role = "best" if index is None else f"trial-{index}"
        given = [text.partition("=")[2] for text in overrides if text.startswith("study=")]
        study = given[-1] if given else free_name(Path(OUTPUTS), f"{stored.plan.name}-{role}")
        parameters = ", ".join(f"{name}: {hydra_value(value)}" for name, value in trial.parameters.items())
        own = (
            f"study={study}",
            f"num_trials={len(numbers)}",
            f"repeat.parameters={{{parameters}}}",
            f"repeat.seeds=[{','.join(map(str, numbers))}]",
            "scheduler=none",  # it is to run to its end
        )
        kept = tuple(text for text in stored.plan.arguments if text.partition("=")[0] != "optimizer.baseline")
        arguments = merged_arguments(merged_arguments(kept, own), tuple(overrides))
        return cls(stored.plan.name, trial, numbers, study, arguments)

    @property
    def title(self) -> str:
        """What is done, in a line."""
        times = "" if len(self.seeds) == 1 else f", with {len(self.seeds)} seeds"
        return f"Trial {self.trial.index} of {self.source} again{times}:"


def _trial(stored: StoredStudy, index: int | None) -> Trial:
    results = stored.results()
    trial = results.best if index is None else results.ledger.trials.get(index)
    if trial is not None:
        return trial
    n = len(results.trials)
    has = f"it has trials 0 to {n - 1}" if n else "it has none yet"
    if index is None:
        raise InputError(Fault(f"{stored.plan.name} has no best trial", has, "Name one with --trial"))
    raise InputError(Fault(f"--trial {index} is no trial of {stored.plan.name}", has, "Name one of those"))


def _numbers(seeds: str) -> tuple[int, ...]:
    try:
        return tuple(int(text) for text in seeds.split(","))
    except ValueError:
        fault = Fault(f"--seeds {seeds} names no seeds", "it takes whole numbers with commas", "Type --seeds 1,2,3")
        raise InputError(fault) from None


def _override_faults(overrides: Sequence[str]) -> Iterator[Fault]:
    for text in overrides:
        key = text.lstrip("+~").partition("=")[0]
        if "=" not in text and not text.startswith("~"):
            yield Fault(
                f"{text} is no override", "after the study come key=value", f"Type {text}=VALUE, or leave it out"
            )
        elif key in _SET_HERE:
            yield Fault(f"{key} is set by this command", _SET_HERE[key], "Type --seeds 1,2,3")
