from collections.abc import Callable
from pathlib import Path

import pytest
from hydra import compose, initialize_config_module
from omegaconf import OmegaConf

from hpo.app.assembly import Assembled, assemble
from hpo.app.invocation import Invocation

Assemble = Callable[..., Assembled]


@pytest.fixture
def assembled(tmp_path: Path) -> Assemble:
    """Compose a config from overrides and assemble it, as the entrypoint does."""

    def run(*overrides: str, study: str = "demo") -> Assembled:
        with initialize_config_module("conf", version_base="1.3"):
            config = compose("config", overrides=list(overrides))
        invocation = Invocation(
            study=study,
            overrides=overrides,
            said=overrides,
            swept=(),
            config_dirs=(),
            import_paths=(),
            outputs=tmp_path / "outputs",
            is_multirun=False,
            job_number=0,
            sweep_directory=tmp_path,
            hydra_config=OmegaConf.create({}),
        )
        return assemble(config, invocation)

    return run
