"""Whether what is asked now is the study that lies there."""

from collections.abc import Iterator, Mapping
from typing import Any

from hpo.errors import Fault
from hpo.restart.base import Request
from hpo.space.difference import differences, extension_faults
from hpo.study import StoredStudy

_ABSENT = "nothing"


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
        yield from self._key_faults("task", then.get("task"), now.get("task"))
        # Studies of earlier versions have no such key.
        yield from self._key_faults("repeat", then.get("repeat", now.get("repeat")), now.get("repeat"))
        if self.stored.objective.digest != self._request.objective.digest:
            yield from self._key_faults("objective", self.stored.objective.to_json(), self._request.objective.to_json())
        if self.stored.plan.seed != self._request.plan.seed:
            yield self._fault("seed", self.stored.plan.seed, self._request.plan.seed)

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
            yield Fault(
                f"num_trials={now} is not the total of study={self._name}, {then}",
                "a resumed study keeps its total",
                f"Leave it out: python -m hpo restart=resume study={self._name}; or change it: "
                f"python -m hpo restart=extend study={self._name} num_trials={now}",
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
        if isinstance(then, Mapping) and isinstance(now, Mapping):
            for name in dict.fromkeys([*then, *now]):
                yield from self._key_faults(f"{key}.{name}", then.get(name, _ABSENT), now.get(name, _ABSENT))
        elif then != now:
            yield self._fault(key, then, now)

    def _fault(self, key: str, then: object, now: object) -> Fault:
        return Fault(
            f"{key}={now} is not what study={self._name} was made with, {then}",
            "its trials would not be comparable",
            f"Leave it out: {self._command()}; or make a new study: study={self._name}-2",
        )

    def _command(self) -> str:
        total = f" num_trials={self._request.plan.num_trials}" if self._mode == "extend" else ""
        return f"python -m hpo restart={self._mode} study={self._name}{total}"
