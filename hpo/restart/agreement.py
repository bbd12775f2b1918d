"""Whether what is asked now is the study that lies there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hpo.errors import Fault
from hpo.restart.base import Request
from hpo.space.difference import differences, extension_faults
from hpo.study import StoredStudy

_ABSENT = "nothing"
_CLASS = "task._target_"
_Difference = tuple[str, object, object]  # a key, its value then and now


class Agreement:
    """A study as it was asked for, held against what is asked now.

    Attributes:
        stored: The study.

    Args:
        stored: The study.
        request: What is asked.
        mode: How the study is to be opened: resume or extend.
    """

    def __init__(self, stored: StoredStudy, request: Request, mode: str) -> None:
        self.stored = stored
        self._mode = mode
        self._request = request
        self._name = request.plan.name

    def common_faults(self) -> Iterator[Fault]:
        """Yield what may never change: the task, the objective, the seed, what is repeated."""
        now: Mapping[str, Any] = self._request.record["config"]
        then = self.stored.config
        plan = self._request.plan
        yield from task_faults(self.stored, now, plan.arguments, study=plan.name, command=self._command())
        # Studies of earlier versions have no such key.
        yield from self._key_faults("repeat", then.get("repeat", now.get("repeat")), now.get("repeat"))
        if self.stored.objective.digest != self._request.objective.digest:
            yield from self._key_faults("objective", self.stored.objective.to_json(), self._request.objective.to_json())
        yield from self._key_faults("seed", self.stored.plan.seed, self._request.plan.seed)

    def resume_faults(self) -> Iterator[Fault]:
        """Yield what a resumed study may not change, and an extended one may: the space and the total."""
        changes = self._space_changes()
        if changes:
            yield Fault(
                f"space is not that of study={self._name}: {'; '.join(changes)}",
                "a resumed study keeps its space",
                f"Leave it out: python -m hpo restart=resume study={self._name}; or change it with restart=extend",
            )
        then, now = self.stored.plan.num_trials, self._request.plan.num_trials
        if then != now:
            n_asked = self.stored.results().ledger.n_asked
            change = f"or change it: python -m hpo restart=extend study={self._name} num_trials={now}"
            if now < n_asked:  # which an extended study refuses too
                change = f"or make a new study, for this one has {n_asked} trials: study={self._name}-2"
            yield Fault(
                f"num_trials={now} is not the total of study={self._name}, {then}",
                "a resumed study keeps its total",
                f"Leave it out: python -m hpo restart=resume study={self._name}; {change}",
            )

    def extension_faults(self, n_asked: int) -> Iterator[Fault]:
        """Yield what an extended study may not change.

        Args:
            n_asked: How many trials the study has.
        """
        yield from extension_faults(self.stored.space, self._request.space)
        total = self._request.plan.num_trials
        if total < n_asked:
            yield Fault(
                f"num_trials={total} is less than the {n_asked} trials that study={self._name} has",
                "it is a total, not an increment",
                f"Set num_trials to {n_asked} or more",
            )

    def changes(self) -> list[str]:
        """Return how total and space differ, a line each."""
        then, now = self.stored.plan.num_trials, self._request.plan.num_trials
        return [*([] if then == now else [f"num_trials: {then} -> {now}"]), *self._space_changes()]

    def _space_changes(self) -> list[str]:
        return differences(self.stored.space, self._request.space)

    def _key_faults(self, key: str, then: object, now: object) -> Iterator[Fault]:
        yield from (_fault(self._name, each, self._command()) for each in _different(key, then, now))

    def _command(self) -> str:
        total = f" num_trials={self._request.plan.num_trials}" if self._mode == "extend" else ""
        return f"python -m hpo restart={self._mode} study={self._name}{total}"


def task_faults(
    stored: StoredStudy, now: Mapping[str, Any], arguments: Sequence[str], *, study: str, command: str
) -> list[Fault]:
    """Return a fault if the task is another one, or one for each of its settings that is.

    Args:
        stored: The study.
        now: The config that is asked for.
        arguments: The command line that asks for it.
        study: What the study is called.
        command: What goes on with it as it is.
    """
    different = list(_different("task", stored.config.get("task"), now.get("task")))
    then, typed = _choice(stored.plan.arguments), _choice(arguments)
    if different and then is not None and typed is not None and then != typed:
        different = [("task", then, typed)]
    classes = [each for each in different if each[0] == _CLASS]  # its settings are others too
    return [_fault(study, each, command) for each in classes or different]


def _choice(arguments: Sequence[str]) -> str | None:
    return next((text.removeprefix("task=") for text in reversed(arguments) if text.startswith("task=")), None)


def _different(key: str, then: object, now: object) -> Iterator[_Difference]:
    """Yield the keys at and below ``key`` that differ, with their values then and now."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        for name in dict.fromkeys([*then, *now]):
            yield from _different(f"{key}.{name}", then.get(name, _ABSENT), now.get(name, _ABSENT))
    elif then != now:
        yield key, then, now


def _fault(study: str, different: _Difference, command: str) -> Fault:
    key, then, now = different
    return Fault(
        f"{key}={now} is not what study={study} was made with, {then}",
        "its trials would not be comparable",
        f"Leave it out: {command}; or make a new study: study={study}-2",
    )
