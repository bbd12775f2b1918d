"""The kinds of parameters."""

from hpo.space.choice import Choice, Fixed
from hpo.space.numeric_range import Range

Parameter = Range | Choice | Fixed
