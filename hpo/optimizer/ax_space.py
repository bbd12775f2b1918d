"""The search space and the objective in Ax's terms."""

from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig

from hpo.objective import OBJECTIVE_METRIC, Objective
from hpo.space import Choice, Fixed, Parameter, Range, SearchSpace


def parameter_configs(space: SearchSpace) -> list[RangeParameterConfig | ChoiceParameterConfig]:
    """Return Ax's configs of the parameters that vary; a fixed one never reaches the model."""
    return [_config(parameter) for parameter in space.parameters if not isinstance(parameter, Fixed)]


def constraint_texts(space: SearchSpace) -> list[str]:
    """Return the linear constraints as Ax parses them."""
    return [constraint.canonical_text for constraint in space.constraints]


def objective_text(objective: Objective) -> str:
    """Return Ax's objective: the one value that the study computes, negated where it is minimised."""
    return f"-{OBJECTIVE_METRIC}" if objective.is_minimized else OBJECTIVE_METRIC


def outcome_constraint_texts(objective: Objective) -> list[str]:
    """Return the outcome constraints as Ax parses them."""
    return [f"{c.metric} {c.op} {c.bound}" for c in objective.constraints]


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
