"""Parameters in a file, in Ax's list form."""

import json
from pathlib import Path

import pytest

from hpo.errors import InputError
from hpo.space import Choice, Fixed, Range, build_space

POST = [
    {"name": "dist_soft_min", "type": "range", "value_type": "float", "bounds": [0.5, 1.5]},
    {"name": "dist_soft_max", "type": "range", "value_type": "float", "bounds": [3.0, 20.0]},
    {
        "name": "dist_hard_max",
        "type": "range",
        "value_type": "float",
        "log_scale": True,
        "bounds": [5.0, 40.0],
    },
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, *entries: object) -> str:
    """Write ``entries`` to a file and return its relative name."""
    (folder / "parameters.json").write_text(json.dumps(entries))
    return "parameters.json"


def test_the_list_of_the_post_is_a_space(folder: Path) -> None:
    """The post's parameters.json works as it stands, from the working directory."""
    space = build_space(file=written(folder, *POST))
    assert space.parameters == (
        Range("dist_soft_min", 0.5, 1.5, "float"),
        Range("dist_soft_max", 3.0, 20.0, "float"),
        Range("dist_hard_max", 5.0, 40.0, "float", log=True),
    )


def test_every_kind_of_parameter_can_be_listed(folder: Path) -> None:
    """Choices, fixed values and steps have their own words in the list form."""
    file = written(
        folder,
        {"name": "a", "type": "choice", "values": ["x", "y"], "is_ordered": True, "is_fidelity": False},
        {"name": "b", "type": "fixed", "value": 3},
        {"name": "c", "type": "range", "bounds": [0, 10], "step_size": 5},
    )
    assert build_space(file=file).parameters == (
        Choice("a", ("x", "y"), "str", ordered=True),
        Fixed("b", 3),
        Range("c", 0, 10, "int", step=5),
    )


def test_yaml_means_the_same(folder: Path) -> None:
    """A YAML file of the same content makes the same space."""
    (folder / "p.yaml").write_text("- {name: a, type: range, bounds: [0.5, 1.5]}\n")
    assert build_space(file="p.yaml").parameters == (Range("a", 0.5, 1.5, "float"),)


def test_the_file_replaces_the_parameters_and_the_constraints_stay(folder: Path) -> None:
    """Parameters come from the file alone, constraints from the config."""
    other = {"other": {"type": "range", "bounds": [0, 1]}}
    space = build_space(other, ["dist_soft_min <= dist_soft_max"], file=written(folder, *POST))
    assert ("other" in space.names, len(space.constraints)) == (False, 1)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (
            [{"name": "a", "type": "range", "bounds": [1.0, 0.1]}],
            r"json: a\.bounds=\[1\.0, 0\.1\] is the wrong way",
        ),
        (
            [{"name": "a", "type": "range", "bounds": [0, 1], "log_scale": True}],
            r"Raise .* a\.log_scale=false \(in par",
        ),
        ([{"name": "a", "type": "range", "bounds": [0, 1], "log_scale": 1}], r"a\.log_scale=1 is neither"),
        ([{"name": "a", "type": "range", "bounds": [0, 1], "log": True}], r"a\.log is unknown .* log_scale"),
        ([{"name": "a", "type": "range", "bounds": [0, 1], "digits": 3}], r"a\.digits=3 has no effect"),
        (
            [{"name": "a", "type": "range", "bounds": [0, 1], "is_fidelity": True}],
            r"a\.is_fidelity=True has no effect",
        ),
        ([{"name": "a", "type": "choice", "values": [1, 2], "dependents": {"1": []}}], r"a\.dependents"),
        (
            [{"name": "a", "type": "choice", "values": [1, 2], "log_scale": True}],
            r"Remove a\.log_scale \(in par",
        ),
        (
            [{"name": "a", "type": "range", "bounds": [0, 1], "target_value": 1}],
            r"a\.target_value=1 has no effect",
        ),
        ([{"name": "a", "type": "fixed", "value": 1}] * 2, "a is there twice"),
        ([{"type": "fixed", "value": 1}], "entry 0 has no name"),
        (["a"], "entry 0 has no name"),
        ([], "nothing to tune"),
    ],
)
def test_a_bad_entry_is_refused_in_the_words_of_the_file(folder: Path, entries: list[object], message: str) -> None:
    """Faults name the file, the parameter and the key as the file spells it."""
    with pytest.raises(InputError, match=message):
        build_space(file=written(folder, *entries))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("p.json", "[{", r"space\.file=p\.json does not parse"),
        ("p.yaml", "[{", r"space\.file=p\.yaml does not parse"),
        ("p.json", '{"a": 1}', "holds no list but dict"),
        ("p.yaml", "", "holds no list but NoneType"),
        ("p.txt", "[]", "neither JSON nor YAML"),
    ],
)
def test_a_file_that_is_no_list_is_refused(folder: Path, name: str, text: str, message: str) -> None:
    """What cannot be read as a list of parameters is refused with the file's name."""
    (folder / name).write_text(text)
    with pytest.raises(InputError, match=message):
        build_space(file=name)


def test_a_missing_file_is_told_with_where_it_was_looked_for(folder: Path) -> None:
    """The message has the directory from which a relative path starts."""
    with pytest.raises(InputError, match=f"space.file=no.json cannot be read.*starts at {folder}"):
        build_space(file="no.json")
