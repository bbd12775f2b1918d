"""From the config of the space group to a space."""

import pytest
import yaml

from hpo.errors import InputError
from hpo.space import Choice, Fixed, Parameter, Range, build_space
from tests.cli import REPOSITORY

CONF = REPOSITORY / "conf" / "space"


def built(**fields: object) -> Parameter:
    """Return the parameter x made of ``fields``, in a space with one more."""
    return build_space({"x": fields, "other": {"type": "range", "bounds": [0.0, 1.0]}}).parameter("x")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"type": "range", "bounds": [0, 5]}, Range("x", 0, 5, "int")),
        ({"type": "range", "bounds": [0, 5.0]}, Range("x", 0.0, 5.0, "float")),
        ({"type": "range", "bounds": [0, 5], "value_type": "float"}, Range("x", 0.0, 5.0, "float")),
        ({"type": "range", "bounds": [1.0, 5.0], "value_type": "int"}, Range("x", 1, 5, "int")),
        ({"type": "range", "bounds": [0, 1], "step": 0.5}, Range("x", 0.0, 1.0, "float", step=0.5)),
        ({"type": "range", "bounds": [1, 9], "log": True, "step": None}, Range("x", 1, 9, "int", log=True)),
        ({"type": "choice", "values": [1, 2.5]}, Choice("x", (1.0, 2.5), "float", ordered=True)),
        ({"type": "choice", "values": [True, False]}, Choice("x", (True, False), "bool", ordered=True)),
        ({"type": "choice", "values": ["a", "b", "c"]}, Choice("x", ("a", "b", "c"), "str", ordered=False)),
        (
            {"type": "choice", "values": ["a", "b"], "ordered": False},
            Choice("x", ("a", "b"), "str", ordered=False),
        ),
        (
            {"type": "choice", "values": ["1", "2"], "value_type": "str"},
            Choice("x", ("1", "2"), "str", ordered=True),
        ),
        ({"type": "choice", "values": [3]}, Fixed("x", 3)),
        ({"type": "fixed", "value": 2, "value_type": "float"}, Fixed("x", 2.0)),
        ({"type": "fixed", "value": "adam"}, Fixed("x", "adam")),
    ],
)
def test_types_are_inferred_unless_given(fields: dict[str, object], expected: Parameter) -> None:
    """Whole numbers make ints, any fraction makes floats, and value_type decides where it is given."""
    parameter = built(**fields)
    # Equality alone would take 1 for 1.0.
    assert (parameter, parameter.to_json()) == (expected, expected.to_json())


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, r"space\.parameters\.x\.type is missing \(it takes range, choice, fixed\)"),
        ({"values": [1, 2]}, r"type is missing .* Set space\.parameters\.x\.type=choice"),
        ({"type": "rnage", "bounds": [0, 1]}, r"type=rnage is unknown .*type=range"),
        ({"type": "range"}, "bounds is missing"),
        ({"type": "range", "bounds": 1}, "are not two numbers"),
        ({"type": "range", "bounds": [0, 1, 2]}, "are not two numbers"),
        ({"type": "range", "bounds": [0, "a"]}, "has 'a', no number"),
        ({"type": "range", "bounds": [0, True]}, "has True, no number"),
        ({"type": "range", "bounds": [0, 10**400]}, "too large"),
        ({"type": "range", "bounds": ["1e-5", 1]}, r"has '1e-5', a text .* Write 1\.0e-05"),
        ({"type": "range", "bounds": [0, 1], "log": "no"}, "neither true nor false"),
        ({"type": "range", "bounds": [0, 1], "step": "a"}, "step=a has 'a', no number"),
        ({"type": "range", "bounds": [0, 1], "value_type": "str"}, "value_type=str is unknown .*float, int"),
        ({"type": "range", "bounds": [0, 1], "value_type": "integer"}, "Set .*value_type=int"),
        (
            {"type": "range", "bounds": [0, 1], "boundz": [0, 1]},
            r"x\.boundz is unknown .*Did you mean bounds",
        ),
        ({"type": "range", "bounds": [0, 1], "zzz": 1}, r"Remove it: ~space\.parameters\.x\.zzz"),
        (
            {"type": "fixed", "value": 1, "bounds": [0, 1]},
            r"no effect on a fixed .*~space\.parameters\.x\.bounds",
        ),
        ({"type": "choice", "values": 3}, "is no list"),
        ({"type": "choice", "values": "abc"}, "is no list"),
        ({"type": "choice", "values": []}, "is empty"),
        ({"type": "choice", "values": [1, "a"]}, "mixes types"),
        ({"type": "choice", "values": [1, True]}, "mixes types"),
        ({"type": "choice", "values": [1, 2.5], "value_type": "int"}, "has 2.5"),
        ({"type": "choice", "values": ["1e-3", "1e-2"]}, r"Write 0\.001 .* or add value_type: str"),
        ({"type": "choice", "values": [1, 2], "ordered": 1}, "neither true nor false"),
        ({"type": "fixed"}, "value is missing"),
        ({"type": "fixed", "value": [1]}, "cannot be given to a task"),
        ({"type": "fixed", "value": "1e-3"}, "a text"),
        ({"type": "fixed", "value": 2.5, "value_type": "int"}, "does not go with 2.5"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(fields: dict[str, object], message: str) -> None:
    """A missing, unknown or unreadable key is refused with its path and what to type."""
    with pytest.raises(InputError, match=message):
        built(**fields)


def test_a_parameter_is_a_mapping() -> None:
    """A bare value is refused with how to fix a parameter."""
    with pytest.raises(InputError, match=r"Write space\.parameters\.x: \{type: fixed, value: 3\}"):
        build_space({"x": 3})  # type: ignore[dict-item]


@pytest.mark.parametrize("parameters", [["x"], 3, "x"])
def test_parameters_are_a_mapping(parameters: dict[str, dict[str, object]]) -> None:
    """Ax's list form is pointed to the key that takes it."""
    with pytest.raises(InputError, match=r"is no mapping .* space\.file"):
        build_space(parameters)


@pytest.mark.parametrize("constraints", ["x <= 1", 3])
def test_constraints_are_a_list(constraints: list[str]) -> None:
    """A single constraint outside a list is refused, not read letter by letter."""
    with pytest.raises(InputError, match="is no list"):
        build_space({"x": {"type": "range", "bounds": [0, 1]}}, constraints)


def test_all_faults_are_reported_together() -> None:
    """Independent faults of parameters and constraints come in one error, in the order of the config."""
    parameters: dict[str, dict[str, object]] = {
        "a": {"type": "range", "bounds": [1.0, 0.1], "stpe": 1, "log": "x"},
        "b": {"type": "choice", "values": [1, 1]},
        "status": {"type": "fixed", "value": 1},
        "c": {"type": "range", "bounds": [0, 1]},
    }
    with pytest.raises(InputError) as caught:
        build_space(parameters, ["c < 1", "a <= c", "c <= d"])
    keys = [fault.what.split("=")[0].split(" ")[0] for fault in caught.value.faults]
    a = "space.parameters.a"
    assert keys == [
        f"{a}.stpe",
        f"{a}.log",
        f"{a}.bounds",
        "space.parameters.b.values",
        "space.parameters.status",
        "space.constraints[0]",
        "space.constraints[2]",
    ]


def test_nothing_to_tune_is_refused() -> None:
    """A space without parameters is refused with one to choose."""
    with pytest.raises(InputError, match="choose space=branin"):
        build_space()


@pytest.mark.parametrize(
    ("name", "bounds"),
    [
        ("branin", [[-5.0, 10.0], [0.0, 15.0]]),
        ("hartmann6", [[0.0, 1.0]] * 6),
    ],
)
def test_spaces_of_the_test_functions_are_their_domains(name: str, bounds: list[list[float]]) -> None:
    """The shipped spaces of Branin and Hartmann6 are the domains on which these are defined."""
    space = build_space(**yaml.safe_load((CONF / f"{name}.yaml").read_text()))
    shipped = {p.name: [p.lower, p.upper] for p in space.parameters if isinstance(p, Range)}
    assert shipped == {f"x{i + 1}": pair for i, pair in enumerate(bounds)}
