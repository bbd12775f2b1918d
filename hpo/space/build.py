"""From the config of the ``space`` group to a :class:`~hpo.space.space.SearchSpace`."""

from collections.abc import Collection, Mapping, Sequence

from hpo.errors import Fault, InputError, raise_faults
from hpo.expression import ExpressionError
from hpo.inequality import parse_inequality
from hpo.space.config_form import read_parameter
from hpo.space.constraint import LinearConstraint, read_constraint
from hpo.space.feasibility import feasibility_faults
from hpo.space.numeric_range import Range
from hpo.space.parameter import Parameter
from hpo.space.parameters_file import in_file_words, read_parameters_file
from hpo.space.space import SearchSpace


def build_space(
    parameters: Mapping[str, Mapping[str, object]] | None = None,
    constraints: Sequence[str] | None = None,
    file: str | None = None,
) -> SearchSpace:
    """Return the space that the config describes.

    Args:
        parameters: What is searched, by name; the keys are ``type`` and what
            :data:`hpo.space.config_form.KEYS` lists for it.
        constraints: Linear inequalities such as ``a <= 0.5*b + 1``.
        file: Parameters in Ax's list form, JSON or YAML, instead of ``parameters``.

    Raises:
        InputError: With every independent fault.
    """
    fields = _given(parameters) if file is None else read_parameters_file(file)
    faults, read = _read_parameters(fields, file)
    # A constraint on a parameter that could not be read is no fault of its own.
    found, kept = _read_constraints(constraints, read, unread=set(fields) - set(read))
    raise_faults(faults + found)
    space = SearchSpace(tuple(read.values()), tuple(kept))
    raise_faults(feasibility_faults(_constrained(space), space.constraints))
    return space


def _given(parameters: Mapping[str, Mapping[str, object]] | None) -> Mapping[str, Mapping[str, object]]:
    if parameters is None or isinstance(parameters, Mapping):
        return parameters or {}
    what, takes = f"space.parameters={parameters} is no mapping", "it takes names with their bounds or values"
    remedy = "Write space.parameters: {x: {type: range, bounds: [0.0, 1.0]}}; Ax's list form goes into space.file"
    raise InputError(Fault(what, takes, remedy))


def _read_parameters(
    fields: Mapping[str, Mapping[str, object]], file: str | None
) -> tuple[list[Fault], dict[str, Parameter]]:
    faults: list[Fault] = []
    read: dict[str, Parameter] = {}
    for name, entry in fields.items():
        try:
            read[str(name)] = read_parameter(str(name), entry)
        except InputError as error:
            faults += [f if file is None else in_file_words(f, file, name) for f in error.faults]
    return faults, read


def _read_constraints(
    constraints: Sequence[str] | None, parameters: Mapping[str, Parameter], unread: Collection[str]
) -> tuple[list[Fault], list[LinearConstraint]]:
    if constraints is not None and (isinstance(constraints, str) or not isinstance(constraints, Sequence)):
        what, takes = f"space.constraints={constraints} is no list", "it takes a list of inequalities"
        return [Fault(what, takes, f"Set space.constraints=['{constraints}']")], []
    faults: list[Fault] = []
    kept: list[LinearConstraint] = []
    for position, text in enumerate(constraints or ()):
        if _mentions(text, unread):
            continue
        try:
            constraint = read_constraint(f"space.constraints[{position}]", text, parameters)
        except InputError as error:
            faults += error.faults
        else:
            kept += [] if constraint is None else [constraint]
    return faults, kept


def _mentions(text: str, names: Collection[str]) -> bool:
    try:
        return not set(names).isdisjoint(parse_inequality(str(text)).names)
    except ExpressionError:
        return False


def _constrained(space: SearchSpace) -> list[Range]:
    names = {name for constraint in space.constraints for name in constraint.coefficients}
    return [p for p in space.parameters if isinstance(p, Range) and p.name in names]
