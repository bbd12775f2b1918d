"""The search space and the objective in Ax's terms."""

from collections.abc import Iterable, Mapping, Sequence

from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig

from hpo.objective import OBJECTIVE_METRIC, Objective
from hpo.space import Choice, Fixed, Parameter, Range, SearchSpace
from hpo.space.numeric_range import MIN_WIDTH
from hpo.space.values import NUMBER_TYPES
from hpo.task import ParameterValue


def parameter_configs(parameters: Iterable[Parameter]) -> list[RangeParameterConfig | ChoiceParameterConfig]:
    """Return Ax's configs of the parameters that vary; a fixed one never reaches the model."""
    return [_config(parameter) for parameter in parameters if not isinstance(parameter, Fixed)]


def once_varied(space: SearchSpace, tried: Sequence[Mapping[str, ParameterValue]]) -> list[Range | Choice]:
    """Return the parameters that ``space`` fixes and that had other values before, free over the values they had.

    Args:
        space: What is searched now.
        tried: The parameters of earlier trials.
    """
    freed: list[Range | Choice] = []
    for fixed in (parameter for parameter in space.parameters if isinstance(parameter, Fixed)):
        values = list(dict.fromkeys([fixed.value, *(point[fixed.name] for point in tried if fixed.name in point)]))
        if all(fixed.contains(value) for value in values):
            continue
        numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
        if len(numbers) == len(values):
            has_fractions = any(isinstance(number, float) for number in numbers)
            lower, upper = min(numbers), max(numbers)
            upper = max(upper, lower + 2 * MIN_WIDTH) if has_fractions else upper
            freed.append(Range(fixed.name, lower, upper, "float" if has_fractions else "int"))
        else:
            freed.append(Choice(fixed.name, tuple(values), fixed.value_type, ordered=False))
    return freed


def is_data(space: SearchSpace, parameters: Mapping[str, ParameterValue]) -> bool:
    """Tell whether Ax's model takes what comes of ``parameters`` as data, though they may lie outside ``space``.

    It stretches linear ranges and ordered numbers to what was tried, and minds neither constraints nor other values
    of a parameter that is fixed in ``space``; see ``Adapter._set_model_space`` of Ax 1.3.1.
    """
    return all(
        parameter.name in parameters and _is_modelled(parameter, parameters[parameter.name])
        for parameter in space.parameters
    )


def constraint_texts(space: SearchSpace) -> list[str]:
    """Return the linear constraints as Ax parses them."""
    return [constraint.canonical_text for constraint in space.constraints]


def objective_text(objective: Objective) -> str:
    """Return Ax's objective: the one value that the study computes, negated where it is minimised."""
    return f"-{OBJECTIVE_METRIC}" if objective.is_minimized else OBJECTIVE_METRIC


def outcome_constraint_texts(objective: Objective) -> list[str]:
    """Return the outcome constraints as Ax parses them."""
    return [f"{c.metric} {c.op} {c.bound}" for c in objective.constraints]


def _is_modelled(parameter: Parameter, value: ParameterValue) -> bool:
    if isinstance(parameter, Range) and parameter.log:
        return float(value) > 0
    if isinstance(parameter, Choice) and not (parameter.ordered and parameter.value_type in NUMBER_TYPES):
        return parameter.contains(value)
    return True


def _config(parameter: Parameter) -> RangeParameterConfig | ChoiceParameterConfig:
    if isinstance(parameter, Range) and parameter.grid is not None:
        # Ax's own step_size builds its grid with numpy.arange, which for (1, 1.3) and 0.1 goes on to 1.4.
        return ChoiceParameterConfig(
            name=parameter.name,
            values=list(parameter.grid),
            parameter_type=parameter.value_type,
            is_ordered=True,
        )
    if isinstance(parameter, Range):
        return RangeParameterConfig(
            name=parameter.name,
            bounds=(parameter.lower, parameter.upper),
            parameter_type=parameter.value_type,
            scaling="log" if parameter.log else None,
        )
    if isinstance(parameter, Choice):
        return ChoiceParameterConfig(
            name=parameter.name,
            values=list(parameter.values),
            parameter_type=parameter.value_type,
            is_ordered=parameter.ordered,
        )
    raise TypeError(f"{parameter!r} has no counterpart in Ax")
