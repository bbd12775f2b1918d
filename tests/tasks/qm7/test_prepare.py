import json
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.io import savemat

from hpo.errors import InputError
from tasks.qm7.folder import DataFolder
from tasks.qm7.molecules import from_layout
from tasks.qm7.prepare import main
from tasks.qm7.source import PUBLISHED, Remote, digest, fetch

Layout = dict[str, NDArray[Any]]


@pytest.fixture
def address(mat_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the file on a server of this machine."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    handler = partial(SimpleHTTPRequestHandler, directory=str(mat_file.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/{mat_file.name}"
        server.shutdown()
        thread.join()


def stored(folder: Path, name: str) -> NDArray[Any]:
    array: NDArray[Any] = np.load(DataFolder(folder).array(name))
    return array


def test_a_file_becomes_the_arrays_hippynn_reads(mat_file: Path, layout: Layout, tmp_path: Path) -> None:
    """Energies become a column, charges integers, floats double so that hippynn can choose the precision."""
    assert main([str(mat_file), "--out", str(tmp_path / "out")]) == 0
    t, z, r = (stored(tmp_path / "out", name) for name in "TZR")
    assert t.shape == (60, 1)
    assert [str(array.dtype) for array in (t, z, r)] == ["float64", "int64", "float64"]
    np.testing.assert_array_equal(t[:, 0], layout["T"][0])


def test_relative_paths_start_in_the_working_directory(mat_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command works on paths as they are typed; the data goes to data/qm7 by default."""
    monkeypatch.chdir(mat_file.parent)
    assert main(["qm7.mat"]) == 0
    assert DataFolder(mat_file.parent / "data/qm7").is_complete


def test_the_manifest_says_what_the_arrays_are(mat_file: Path, tmp_path: Path) -> None:
    """Source, digest, number, units and that the molecules are no synthetic ones stand beside the arrays."""
    main([str(mat_file), "--out", str(tmp_path / "out")])
    known = json.loads((tmp_path / "out/qm7.json").read_text())
    assert (known["source"], known["sha256"], known["n_molecules"]) == ("qm7.mat", digest(mat_file), 60)
    assert (known["synthetic"], known["units"]["R"], known["units"]["T"]) == (False, "bohr", "kcal/mol")


def test_the_second_time_does_nothing(mat_file: Path, tmp_path: Path) -> None:
    """The same command again leaves every file as it is."""
    command = [str(mat_file), "--out", str(tmp_path / "out")]
    main(command)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    assert main(command) == 0
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()} == before


def test_other_data_in_the_folder_is_not_replaced(
    mat_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sample does not go over a file's molecules; the message says how to do either."""
    main([str(mat_file), "--out", str(tmp_path / "out")])
    assert main(["--sample", "50", "--out", str(tmp_path / "out")]) == 1
    assert "--force" in capsys.readouterr().err
    assert len(stored(tmp_path / "out", "T")) == 60


def test_force_replaces_other_data(mat_file: Path, tmp_path: Path) -> None:
    """With --force the folder holds what was asked for."""
    main([str(mat_file), "--out", str(tmp_path / "out")])
    assert main(["--sample", "50", "--out", str(tmp_path / "out"), "--force"]) == 0
    assert len(stored(tmp_path / "out", "T")) == 50


def test_arrays_without_manifest_are_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What this program did not finish, or did not make, is left alone."""
    np.save(tmp_path / "data-qm7R.npy", np.zeros(3))
    assert main(["--sample", "50", "--out", str(tmp_path)]) == 1
    assert "incomplete data or that of another program" in capsys.readouterr().err


def test_a_sample_is_labelled_synthetic(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Made-up energies are called so in the output and in the manifest, with their formula."""
    main(["--sample", "50", "--out", str(tmp_path / "out")])
    known = json.loads((tmp_path / "out/qm7.json").read_text())
    assert "SYNTHETIC" in capsys.readouterr().out
    assert known["synthetic"]
    assert "Morse" in known["recipe"]


def test_an_address_is_fetched(address: str, tmp_path: Path) -> None:
    """A file on a server is as good as one on the disk."""
    assert main([address, "--out", str(tmp_path / "out")]) == 0
    assert len(stored(tmp_path / "out", "T")) == 60


@pytest.mark.parametrize(
    ("n_bytes", "sha256", "message"),
    [
        (17, None, r"gave a file with \d+ bytes .*has 17\)"),
        (None, "00ff", r"gave a file with the sha256 .*00ff"),
    ],
)
def test_another_file_than_the_expected_one_is_refused(
    address: str, tmp_path: Path, n_bytes: int | None, sha256: str | None, message: str
) -> None:
    """Size and digest of a file that is known beforehand are checked."""
    with pytest.raises(InputError, match=message):
        fetch(Remote(address, n_bytes, sha256), tmp_path / "fetched")


def test_a_failed_fetch_says_what_to_do(address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An address that does not answer with a file leaves no data, and a message with two ways on."""
    assert main([f"{address}.absent", "--out", str(tmp_path / "out")]) == 1
    message = capsys.readouterr().err
    assert "404" in message
    assert "python -m tasks.qm7.prepare qm7.mat" in message
    assert not (tmp_path / "out").exists()


def test_the_published_file_is_pinned() -> None:
    """Without a file the published one is fetched, by its size and digest."""
    assert PUBLISHED.n_bytes == 17_884_280
    assert PUBLISHED.sha256 is not None
    assert PUBLISHED.sha256.startswith("fd6c26c1086887310518e6a6da778253bc5d3ceb8166007a679a740fff9ee6ea")


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message has the absolute path that was looked at."""
    assert main([str(tmp_path / "absent.mat"), "--out", str(tmp_path / "out")]) == 1
    assert f"no file {tmp_path / 'absent.mat'}" in capsys.readouterr().err


def test_a_file_that_is_no_mat_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Text under the name of a MATLAB file ends in a message, not in a traceback."""
    path = tmp_path / "qm7.mat"
    path.write_text("<html>not found</html>" * 20)
    assert main([str(path), "--out", str(tmp_path / "out")]) == 1
    assert "cannot be read as a MATLAB file" in capsys.readouterr().err


def test_a_file_without_energies_is_refused(tmp_path: Path, layout: Layout, capsys: pytest.CaptureFixture[str]) -> None:
    """The absent array is named."""
    savemat(tmp_path / "qm7.mat", {"R": layout["R"], "Z": layout["Z"]})
    assert main([str(tmp_path / "qm7.mat"), "--out", str(tmp_path / "out")]) == 1
    assert "there is no T" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_named(mat_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file in the place of the folder ends in a message."""
    assert main([str(mat_file), "--out", str(mat_file)]) == 1
    assert f"--out {mat_file} cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("shape", [(1, 60), (60, 1), (60,)])
def test_energies_may_lie_in_any_direction(layout: Layout, shape: tuple[int, ...]) -> None:
    """A row, a column and a plain list of energies are the same."""
    assert from_layout("it", {**layout, "T": layout["T"].reshape(shape)}).t.shape == (60, 1)


def test_wrong_shapes_are_reported_together(layout: Layout) -> None:
    """Positions and energies that do not fit the charges are two faults."""
    with pytest.raises(InputError) as caught:
        from_layout("it", {**layout, "R": layout["R"][:, :5], "T": layout["T"][:, :5]})
    assert [fault.what[:5] for fault in caught.value.faults] == ["it: R", "it: T"]


@pytest.mark.parametrize(
    ("key", "change", "message"),
    [
        ("R", lambda a: a * np.nan, "R holds values that are not finite"),
        ("T", lambda a: a * np.inf, "T holds values that are not finite"),
        ("Z", lambda a: a + 1, r"Z holds 2, 9, 17"),
        ("Z", lambda a: a * 0, "molecules without atoms"),
        ("R", lambda a: a * 0.529177, "too near for bohr"),
    ],
)
def test_impossible_values_are_refused(layout: Layout, key: str, change: Any, message: str) -> None:
    """Values that are no numbers, species QM7 lacks, and ångström in the place of bohr do not pass."""
    with pytest.raises(InputError, match=message):
        from_layout("it", {**layout, key: change(layout[key])})


@pytest.mark.parametrize(
    "arguments", [["--sample", "3"], ["qm7.mat", "--sample", "50"], ["--sample", "50", "--seed", "-1"]]
)
def test_impossible_requests_are_refused(arguments: list[str], tmp_path: Path) -> None:
    """Too small a sample, two sources, and a negative seed end with a message and no data."""
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_the_real_file_is_taken(real_file: Path, tmp_path: Path) -> None:
    """The molecules of QM7 pass every check of layout and units."""
    assert main([str(real_file), "--out", str(tmp_path / "out")]) == 0
    assert stored(tmp_path / "out", "R").shape[1:] == (23, 3)
