import json
import math
from pathlib import Path

from hpo.study import Outcome, Status


def test_numbers_that_json_lacks_survive_it() -> None:
    """NaN and infinity are written as texts, so that every JSON reader takes the file, and read back as numbers."""
    text = json.dumps(Outcome(Status.INVALID, {"a": math.nan, "b": -math.inf}).to_json(), allow_nan=False)
    back = Outcome.from_json(json.loads(text)).metrics
    assert math.isnan(back["a"])
    assert back["b"] == -math.inf


def test_an_outcome_survives_json(tmp_path: Path) -> None:
    """What is written to result.json is read back equal."""
    outcome = Outcome(Status.TIMEOUT, {"loss": 1.5}, "too slow", 12.5, 3.0)
    assert Outcome.from_json(json.loads(json.dumps(outcome.to_json()))) == outcome
