"""The page of a multirun, in a real browser."""

import re
from pathlib import Path

import pytest

from hpo.multirun.jobs import JobRecord
from hpo.report.command_line import main
from tests.cli import hpo, succeed
from tests.report.browser import assert_all_drawn, drawn, needs_browser


@pytest.mark.slow
@needs_browser
def test_a_multirun_ends_with_its_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two figures a question with a band a group, and links that lead to the reports; one that failed is listed."""
    (tmp_path / "own/space").mkdir(parents=True)
    (tmp_path / "own/space/mine.yaml").write_text("defaults: [branin]\n")
    sweep = ("-m", "--config-dir", "own", "space=mine", "optimizer=sobol,random", "seed=1,2", "tuner=inline")
    printed = succeed(*sweep, "num_trials=4", cwd=tmp_path)
    (folder,) = (tmp_path / "outputs/multirun").iterdir()
    page = folder / "comparison.html"
    assert f"The same with figures: {page.relative_to(tmp_path)}" in printed.replace(f"{tmp_path}/", "")
    body, console = drawn(page, tmp_path / "profile")
    assert_all_drawn(body, console, n_figures=2)
    assert body.count('data-unformatted="optimizer=random"') == 2  # legends
    links = re.findall(r'<a href="(\.\./[^"]+)"', body)
    assert len(links) == 4
    assert all((folder / link).is_file() for link in links)
    assert f"python -m hpo -m --config-dir {tmp_path / 'own'} space=mine optimizer=sobol,random seed=1,2" in body

    JobRecord(4, "gone", str(tmp_path / "gone"), ("optimizer=bayes", "seed=1"), "it <b>broke</b>").write(folder)
    monkeypatch.chdir(tmp_path)
    assert main([str(folder), "--output", "again.html"]) == 0
    body, console = drawn(tmp_path / "again.html", tmp_path / "profile")
    assert_all_drawn(body, console, n_figures=2)
    assert "it &lt;b&gt;broke&lt;/b&gt;" in body
    assert "a multirun of 5 studies, 1 of them failed" in body


@pytest.mark.slow
def test_a_multirun_without_a_feasible_trial_says_so(tmp_path: Path) -> None:
    """Its trials completed; what is missing is one that keeps to the constraints."""
    (tmp_path / "two.py").write_text("def two(x):\n    return {'cost': x, 'size': 9.0}\n")
    (tmp_path / "space").mkdir()
    (tmp_path / "space/x.yaml").write_text("parameters: {x: {type: range, bounds: [0.0, 1.0]}}\n")
    task = ("--config-dir", ".", "task=function", "task.function=two.two", "space=x", "tuner=inline")
    asked = ("objective.metric=cost", "objective.constraints=['size <= 1']", "optimizer=sobol", "num_trials=2")
    hpo("-m", *task, *asked, "seed=1,2", cwd=tmp_path)
    (folder,) = (tmp_path / "outputs/multirun").iterdir()
    assert "No trial keeps to the outcome constraints yet." in (folder / "comparison.html").read_text()
