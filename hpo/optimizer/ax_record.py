"""What is to be known of trials, and what Ax's experiment knows of it already."""

from collections import deque
from collections.abc import Collection

from ax.core.experiment import Experiment

from hpo.optimizer import ax_trials
from hpo.optimizer.sequence import Parameters
from hpo.task import Metrics, ParameterValue


class AxRecord:
    """Trials and outcomes, passed on to an experiment many at a time.

    Args:
        experiment: Whose trials these are.

    Attributes:
        experiment: The same.
        trials: The parameters of each trial, by index.
        outcomes: The data of those that ended, by index; None of those without.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.trials: list[Parameters] = []
        self.outcomes: dict[int, Metrics | None] = {}
        self._left_out: Collection[int] = ()
        self._n_added = 0
        self._untold: deque[int] = deque()

    def leave_out(self, indices: Collection[int]) -> None:
        """Take no data of these trials from now on: they lie where the model cannot use them."""
        self._left_out = indices

    def add(self, parameters: Parameters) -> int:
        """Add a trial and return its index."""
        self.trials.append(parameters)
        return len(self.trials) - 1

    def tell(self, index: int, data: Metrics | None) -> None:
        """Take note that a trial ended, with data or without."""
        self.outcomes[index] = None if index in self._left_out else data
        self._untold.append(index)

    def pass_on(self) -> None:
        """Tell Ax what is new; it takes milliseconds a trial, too long between two trials."""
        for index in range(self._n_added, len(self.trials)):
            ax_trials.add_running(self.experiment, index, self.varying(self.trials[index]))
        self._n_added = len(self.trials)
        if self._untold:
            ax_trials.tell(self.experiment, {index: self.outcomes[index] for index in self._untold})
            self._untold.clear()

    def varying(self, parameters: Parameters) -> dict[str, ParameterValue]:
        """Return the parameters that Ax knows, in the types that it has for them."""
        known = self.experiment.search_space.parameters
        return {name: known[name].cast(value) for name, value in parameters.items() if name in known}
