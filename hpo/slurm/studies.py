"""The studies of an array: their names, and which of them one check speaks for.

To compose a study's config takes most of a second, and many studies of an array differ in their seed alone.
"""

from collections.abc import Sequence
from pathlib import Path

from hpo.app.rehearsal import Combination, combinations, study_named
from hpo.errors import Fault, InputError
from hpo.outputs import OUTPUTS
from hpo.repeat import is_seed

_ANY = "seed=SEED"  # in place of a seed


def studies_of(overrides: Sequence[str], n_seeds: int | None) -> list[Combination]:
    """Return a command line for each study: of each combination of values, and with so many seeds.

    Raises:
        InputError: If an override cannot be read, or there are no such seeds.
    """
    if n_seeds is None:
        return combinations(overrides)
    seeds = [text for text in overrides if text.startswith("seed=")]
    first = seeds[-1].partition("=")[2] if seeds else "0"
    if n_seeds < 1 or not first.isdecimal():
        raise InputError(
            Fault(
                f"--array {n_seeds} with seed={first} counts no seeds",
                "it takes 1 or more, from one seed on",
                "Set --array 3 seed=0, or give several seeds and no --array",
            )
        )
    values = ",".join(str(int(first) + i) for i in range(n_seeds))
    return combinations([*(text for text in overrides if text not in seeds), f"seed={values}"])


def names_of(studies: Sequence[Combination], folders: Sequence[str]) -> list[str]:
    """Return the name of each study, as a multirun names them.

    Args:
        studies: The studies.
        folders: The arguments that say where configs lie.
    """
    known: dict[tuple[str, ...], str] = {}
    names = []
    for study in studies:
        swept = _but_for_seed(study)
        if swept not in known:
            known[swept] = study_named([*folders, *study.overrides], swept)
        seed = next(filter(_is_seed, study.swept), _ANY)
        names.append(known[swept].replace(_label(_ANY), _label(seed)))
    return names


def to_check(named: dict[str, Combination]) -> dict[str, Combination]:
    """Return the studies to check: of those that are new and differ in their seed alone, the first speaks for all."""
    checked: dict[str, Combination] = {}
    spoken_for = set()
    for name, study in named.items():
        is_new = "restart=auto" in study.overrides and not (Path(OUTPUTS) / name).exists()
        if not is_new or _but_for_seed(study) not in spoken_for:
            checked[name] = study
        if is_new:
            spoken_for.add(_but_for_seed(study))
    return checked


def _but_for_seed(study: Combination) -> tuple[str, ...]:
    return tuple(_ANY if _is_seed(text) else text for text in study.swept)


def _is_seed(override: str) -> bool:
    key, _, value = override.partition("=")
    return key == "seed" and value.isdecimal() and is_seed(int(value))


def _label(seed: str) -> str:
    return seed.replace("=", "-")
