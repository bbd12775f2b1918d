"""The directory of a trial, before anything runs in it."""

import yaml

from hpo.atomic import write_reproducible
from hpo.errors import StorageError
from hpo.study.paths import PARAMETERS_FILE, StudyPaths
from hpo.study.trial import Trial


def make_directory(paths: StudyPaths, trial: Trial) -> None:
    """Make the trial's directory with its parameters, if it is not there.

    Raises:
        StorageError: If it cannot be written.
    """
    directory = paths.trial(trial.index)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        write_reproducible(directory / PARAMETERS_FILE, yaml.safe_dump(dict(trial.parameters), sort_keys=False))
    except OSError as error:
        raise StorageError.at(directory, error) from error
