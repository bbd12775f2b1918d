"""Points that do not depend on outcomes, at a cost that does not grow with their number."""

from collections.abc import Iterable, Mapping, Sequence

from ax.core.experiment import Experiment
from ax.core.observation import ObservationFeatures
from ax.generation_strategy.generation_strategy import GenerationStrategy
from ax.utils.common.random import with_rng_seed

from hpo.task import ParameterValue
from hpo.threads import limited_threads

Parameters = Mapping[str, ParameterValue]
N_AT_ONCE = 32  # Ax compares the points of one call with each other; as cheap a point as 16 to 64, in a shorter pause
N_CONSTRAINED = 8  # Ax draws 10 000 times a call: 32 points want a larger share of the cube within the constraints


class PointSequence:
    """The sequence of a strategy from its beginning, without the points that are there already.

    Ax itself looks through all trials at each call and gives up after 10 000 points that are there. Here it draws for
    an experiment without trials, and a set tells what is new. The sequence is the same for the same seed and space,
    so that it goes on where an earlier one was left when the points of that one are passed over.

    Args:
        strategy: What draws; it is used for nothing else.
        experiment: Its search space is that of the points. Its trials do not matter.
        fixed: Parameters of the experiment that stay at one value.
        tried: The points that are there already, with the parameters in :attr:`fixed`.
        seed: Seed of what a strategy draws beside its own sequence.
    """

    def __init__(
        self,
        strategy: GenerationStrategy,
        experiment: Experiment,
        fixed: Parameters,
        tried: Iterable[Parameters],
        seed: int,
    ) -> None:
        self._strategy = strategy
        self._experiment = Experiment(name=experiment.name, search_space=experiment.search_space)
        self._n_at_once = N_CONSTRAINED if experiment.search_space.parameter_constraints else N_AT_ONCE
        self._fixed = fixed
        self._seed = seed
        self._names = tuple(experiment.search_space.parameters)
        self._tried = {self._key(parameters) for parameters in tried}

    def more(self) -> list[Parameters]:
        """Return the next new points; none if the sequence repeats itself, as it does in a thin sliver of the cube.

        Raises:
            ax.exceptions.core.SearchSpaceExhausted: If the space has not so many points.
        """
        for _ in range(len(self._tried) // self._n_at_once + 2):
            points = drawn(self._strategy, self._experiment, self._fixed, n_points=self._n_at_once, seed=self._seed)
            if new := [point for point in points if self._key(point) not in self._tried]:
                self._tried.update(map(self._key, new))
                return new
        return []

    def _key(self, parameters: Parameters) -> tuple[ParameterValue | None, ...]:
        return tuple(parameters.get(name) for name in self._names)


def drawn(
    strategy: GenerationStrategy,
    experiment: Experiment,
    fixed: Parameters,
    *,
    seed: int,
    n_points: int = 1,
    n_trials: int = 1,
    n_threads: int = 1,
) -> Sequence[Parameters]:
    """Return points that no trial of ``experiment`` has.

    Args:
        strategy: What draws them.
        experiment: Whose space, trials and data it looks at; it is not changed.
        fixed: Parameters of the experiment that stay at one value.
        seed: Seed of all that is random.
        n_points: How many points Ax makes at once for each trial.
        n_trials: For how many trials; a model is fitted once for all, and takes those before as pending.
        n_threads: Threads for the model.

    Raises:
        ax.exceptions.core.SearchSpaceExhausted: If so many are not left.
    """
    with with_rng_seed(seed), limited_threads(n_threads):
        runs = strategy.gen(
            experiment=experiment,
            n=n_points,
            fixed_features=ObservationFeatures(parameters=dict(fixed)) if fixed else None,
            num_trials=n_trials,
        )
    # What goes through Ax's unit cube and back may differ from a fixed value in the last digit.
    return [{**arm.parameters, **fixed} for (run,) in runs for arm in run.arms]
