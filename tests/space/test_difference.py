"""What differs between two spaces, and what a study can go on over."""

from collections.abc import Mapping, Sequence

import pytest

from hpo.space import SearchSpace, build_space
from hpo.space.difference import differences, extension_faults

Fields = Mapping[str, object]
FREE: Fields = {"type": "range", "bounds": [0.0, 1.0]}


def space(constraints: Sequence[str] = (), **parameters: Fields) -> SearchSpace:
    return build_space({"free": FREE, **parameters}, constraints)


def a_range(lower: float, upper: float, **more: object) -> Fields:
    return {"type": "range", "bounds": [lower, upper], **more}


def a_choice(*values: object, **more: object) -> Fields:
    return {"type": "choice", "values": list(values), **more}


def fixed(value: object) -> Fields:
    return {"type": "fixed", "value": value}


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        (a_range(-5.0, 10.0), a_range(0.0, 8.0), ["x: bounds [-5, 10] -> [0, 8]"]),
        (a_range(0.5, 1.0), a_range(0.5, 1.0, log=True), ["x: log false -> true"]),
        (a_range(0.0, 1.0), a_range(0.0, 1.0, step=0.25), ["x: step none -> 0.25"]),
        (a_range(0, 1), a_range(0.0, 1.0), ["x: value_type int -> float"]),
        (
            a_range(1.0, 2.0),
            a_range(1.0, 3.0, log=True),
            ["x: bounds [1, 2] -> [1, 3]", "x: log false -> true"],
        ),
        (a_range(0, 15), fixed(3), ["x: range [0, 15] -> fixed at 3"]),
        (fixed(0.1), a_range(0.01, 1.0, log=True), ["x: fixed at 0.1 -> range [0.01, 1] on a log scale"]),
        (a_range(0, 9, step=3), a_choice(1, 2), ["x: range [0, 9] in steps of 3 -> choice of 1, 2"]),
        (fixed("relu"), fixed("tanh"), ["x: fixed at relu -> fixed at tanh"]),
        (fixed(True), fixed(False), ["x: fixed at true -> fixed at false"]),
        (fixed(1), fixed(True), ["x: value_type int -> bool"]),
        (fixed(2), {**fixed("2"), "value_type": "str"}, ["x: fixed at 2 -> fixed at 2", "x: value_type int -> str"]),
        (a_choice("a", "b"), a_choice("b", "c"), ["x: added c; removed a"]),
        (a_choice("a", "b", "c"), a_choice("b", "a", "c"), ["x: values [a, b, c] -> [b, a, c]"]),
        (a_choice(1, 2), a_choice(1, 2, ordered=False), ["x: ordered true -> false"]),
    ],
)
def test_each_change_of_a_parameter_has_a_line(old: Fields, new: Fields, lines: list[str]) -> None:
    """Whatever changes about a parameter is told, with what it was and what it is, and nothing else is."""
    assert differences(space(x=old), space(x=new)) == lines


def test_parameters_that_come_and_go_are_told() -> None:
    """A parameter that only one space has is told with what it is."""
    lines = differences(space(old=a_range(0, 9)), space(new=fixed(2.5)))
    assert lines == ["old: removed, was range [0, 9]", "new: added, fixed at 2.5"]


def test_a_constraint_is_told_as_it_was_typed() -> None:
    """Constraints that come and go are told in the words of whoever typed them."""
    a, b = a_range(0.0, 1.0), a_range(0.0, 1.0)
    lines = differences(space(["a + b <= 1"], a=a, b=b), space(["a <= 0.5*b"], a=a, b=b))
    assert lines == ["constraint added: a <= 0.5*b", "constraint removed: a + b <= 1"]


def test_a_stored_constraint_is_told_for_people() -> None:
    """A space that was read from a study.yaml has lost the typed text; its constraint is legible all the same."""
    with_it = space(["2*b >= a + 0.5"], a=a_range(0.0, 1.0), b=a_range(0.0, 1.0))
    without = space(a=a_range(0.0, 1.0), b=a_range(0.0, 1.0))
    stored = build_space(**with_it.to_json())  # type: ignore[arg-type]  # plain JSON values
    assert differences(stored, without) == ["constraint removed: a - 2*b <= -0.5"]


def test_a_constraint_with_another_fixed_number_is_told_with_its_numbers() -> None:
    """The same text over another fixed value is another constraint, and the two lines differ."""
    old = space(["a <= b"], a=a_range(0.0, 9.0), b=fixed(2.0))
    new = space(["a <= b"], a=a_range(0.0, 9.0), b=fixed(3.0))
    lines = ["b: fixed at 2 -> fixed at 3", "constraint added: a <= 3", "constraint removed: a <= 2"]
    assert differences(old, new) == lines


def test_the_same_space_in_other_words_does_not_differ() -> None:
    """Order, the spelling of a constraint and the round trip through study.yaml are no differences."""
    a, b = a_range(0.0, 1.0), a_range(0.0, 2.0)
    one = space(["a <= 0.5*b"], a=a, b=b, c=a_choice("u", "v"), d=fixed(1))
    other = space(["0.5*b >= a"], d=fixed(1), c=a_choice("u", "v"), b=b, a=a)
    assert one.digest == other.digest
    assert differences(one, other) == []
    assert differences(build_space(**one.to_json()), one) == []  # type: ignore[arg-type]  # plain JSON values


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (a_range(0.5, 1.0), a_range(0.1, 9.0, log=True)),
        (a_range(0, 8), a_range(0, 8, step=2)),
        (a_range(0.0, 1.0), fixed(0.5)),
        (fixed("a"), a_choice("a", "b")),
        (a_choice("a", "b"), a_choice("b", "c", "d")),
        (a_choice(1, 2), a_range(1, 4)),
        (a_range(0.0, 15.0), fixed(3)),
        (a_range(1, 8), a_range(0.5, 8.0)),
    ],
)
def test_a_study_goes_on_over_changed_values(old: Fields, new: Fields) -> None:
    """Bounds, scales, steps, choices, and whether it varies at all may change."""
    assert extension_faults(space(x=old), space(x=new)) == []


def test_a_study_goes_on_over_changed_constraints() -> None:
    """Constraints may come and go."""
    a, b = a_range(0.0, 1.0), a_range(0.0, 1.0)
    assert extension_faults(space(["a + b <= 1"], a=a, b=b), space(["a <= 0.5*b"], a=a, b=b)) == []


@pytest.mark.parametrize(
    ("old", "new", "types", "remedy"),
    [
        (a_range(0.0, 15.0), a_range(0, 15), ("float", "int"), "Set space.parameters.x.value_type=float"),
        (a_choice("a", "b"), a_choice(True, False), ("str", "bool"), "Leave space.parameters.x as it was"),
    ],
)
def test_another_type_is_refused(old: Fields, new: Fields, types: tuple[str, str], remedy: str) -> None:
    """The trials' values would not be values of the parameter; the type is typed where that is all it takes."""
    (fault,) = extension_faults(space(x=old), space(x=new))
    assert fault.what == f"space.parameters.x.value_type={types[1]} is another type"
    assert fault.allowed == f"in the study's trials it is {types[0]}"
    assert fault.remedy == f"{remedy}, or make a new study: restart=warm_start"


def test_the_remedy_for_another_type_works() -> None:
    """What the fault says to type makes the fault go away."""
    as_told = {**fixed(3), "value_type": "float"}
    assert extension_faults(space(x=a_range(0.0, 15.0)), space(x=as_told)) == []


def test_a_study_keeps_its_parameters() -> None:
    """Every parameter that is gone or new is told, fixed ones too."""
    faults = extension_faults(space(gone=a_range(0, 9), depth=fixed(2)), space(new=fixed(2)))
    assert [fault.what for fault in faults] == [
        "space.parameters.gone is missing, and the study's trials have it",
        "space.parameters.depth is missing, and the study's trials have it",
        "space.parameters.new is new, and the study's trials have none",
    ]
    assert [fault.remedy for fault in faults] == [
        "Add it back, or make a new study: restart=warm_start",
        "Add it back, or make a new study: restart=warm_start",
        "Remove it, or make a new study: restart=warm_start",
    ]
