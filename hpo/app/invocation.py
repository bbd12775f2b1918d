"""How the program was called, as far as Hydra knows it."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from hpo.app.command_line import naming
from hpo.outputs import OUTPUTS


@dataclass(frozen=True)
class Invocation:
    """One job of one call.

    Attributes:
        study: The study's name: the one given, or the task's and the space's, with what a multirun sweeps.
        overrides: The command line of this job.
        said: Those of :attr:`overrides` that were typed; the others are those with which the study was made.
        swept: Those of :attr:`overrides` that vary between the jobs of a multirun.
        config_dirs: The folder given with --config-dir, if one was.
        import_paths: Folders from which a task's module may be imported: the working directory and --config-dir.
        outputs: The folder of all studies, absolute.
        is_multirun: Whether this is one of several jobs.
        job_number: Its number among them.
        sweep_directory: Where the multirun keeps its own files; absolute.
        hydra_config: Hydra's own part of the config, for the record.
        known_keys: Top-level keys that nothing reads, and that are let pass.
        is_verbose: Whether other libraries are to be heard: ``hydra.verbose``, or ``-v``.
    """

    study: str
    overrides: tuple[str, ...]
    said: tuple[str, ...]
    swept: tuple[str, ...]
    config_dirs: tuple[str, ...]
    import_paths: tuple[str, ...]
    outputs: Path
    is_multirun: bool
    job_number: int
    sweep_directory: Path
    hydra_config: DictConfig
    known_keys: tuple[str, ...] = ()
    is_verbose: bool = False

    @classmethod
    def of_hydra(cls, config: DictConfig, typed: Sequence[str], swept: Sequence[str] = ()) -> "Invocation":
        """Return what Hydra knows of the job that is running.

        Args:
            config: What it composed.
            typed: The arguments of this process.
            swept: The overrides that vary between studies that are made together; of a multirun Hydra knows them.
        """
        hydra = HydraConfig.get()
        is_multirun = hydra.mode == RunMode.MULTIRUN
        overrides = tuple(hydra.overrides.task)
        sweep_directory = Path(hydra.sweep.dir).absolute() if is_multirun else Path()
        if is_multirun:
            swept_keys = _swept_keys(sweep_directory)
            swept = [text for text in overrides if text.partition("=")[0] in swept_keys]
        return cls(
            study=study_name(config.study, hydra.runtime.choices["task"], hydra.runtime.choices["space"], swept),
            overrides=overrides,
            said=overrides if is_multirun else tuple(text for text in overrides if text in typed),
            swept=tuple(swept),
            config_dirs=_folders(provider="command-line"),
            import_paths=(*_folders(), str(Path.cwd())),
            outputs=Path(OUTPUTS).absolute(),
            is_multirun=is_multirun,
            job_number=int(hydra.job.num) if is_multirun else 0,
            sweep_directory=sweep_directory,
            hydra_config=OmegaConf.create({"hydra": OmegaConf.to_container(hydra)}),
            is_verbose=bool(hydra.verbose),
        )

    def import_from_its_folders(self) -> None:
        """Let a task's module be imported from :attr:`import_paths`."""
        for folder in reversed(self.import_paths):
            if folder not in sys.path:
                sys.path.insert(0, folder)

    @property
    def question(self) -> tuple[str, ...]:
        """The command line without the study's name and how it is opened."""
        return (*naming(self.config_dirs), *(text for text in self.overrides if not _is_passing(text)))


def _is_passing(override: str) -> bool:
    key = override.partition("=")[0]
    return key in {"study", "restart"} or key.startswith("restart.")


def _folders(provider: str | None = None) -> tuple[str, ...]:
    """Return the folders in which Hydra looks for configs: all, or those that ``provider`` named."""
    sources = [source for source in HydraConfig.get().runtime.config_sources if source.schema == "file"]
    return tuple(str(Path(source.path).absolute()) for source in sources if provider in {None, source.provider})


def _swept_keys(sweep_directory: Path) -> frozenset[str]:
    """Return the keys to which the command line gave several values; the sweeper keeps that line."""
    record = sweep_directory / "multirun.yaml"
    if not record.exists():
        return frozenset()
    texts = list(OmegaConf.load(record).hydra.overrides.task)
    parsed = OverridesParser.create().parse_overrides(texts)
    return frozenset(override.get_key_element() for override in parsed if override.is_sweep_override())


def study_name(given: str | None, task: str, space: str | None, swept: Sequence[str]) -> str:
    """Return the study's name: unique among the jobs of a multirun, and readable.

    Args:
        given: What ``study`` was set to, or None.
        task: The choice of the group ``task``.
        space: The choice of the group ``space``.
        swept: The overrides that vary between the jobs.
    """
    names = [task] if space in {None, task} else [task, str(space)]
    base, said = ("-".join(names), {"task", "space"}) if given is None else (str(given), {"study"})
    return "_".join([base, *(_label(text) for text in swept if text.partition("=")[0] not in said)])


def _label(override: str) -> str:
    """Return ``optimizer.lr=1e-3`` as ``lr-1e-3``, in characters that suit a file name."""
    key, _, value = override.lstrip("+~").partition("=")
    text = f"{key.rpartition('.')[2]}-{value}"
    return "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in text)
