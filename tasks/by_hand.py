"""The task of a study whose trials are evaluated elsewhere, by whoever asks for them."""

from collections.abc import Mapping
from dataclasses import dataclass

from hpo.errors import Fault, InputError
from hpo.task import Metrics, ParameterValue, Signature, Task, TrialContext


@dataclass(frozen=True)
class ByHand(Task):
    """Takes any parameters, and nobody but the caller of ``ask`` and ``tell`` knows what they do."""

    @property
    def name(self) -> str:
        """The name of the choice."""
        return "by_hand"

    @property
    def signature(self) -> Signature:
        """Any parameters."""
        return Signature(required=frozenset(), takes_any=True)

    def check(self) -> None:
        """Refuse to be run.

        Raises:
            InputError: Always.
        """
        raise InputError(
            Fault(
                "task=by_hand has nothing to run",
                "its trials are evaluated by hand, in Python",
                "Go on there: hpo.resume_study('NAME'); or make a study of a function: task=function",
            )
        )

    def run(self, parameters: Mapping[str, ParameterValue], context: TrialContext) -> float | Metrics:
        """Refuse to be run.

        Raises:
            InputError: Always.
        """
        self.check()
        raise AssertionError("the check has let it pass")
