"""What is searched: parameters, constraints between them, and the space they make. Needs no Ax."""

from hpo.space.build import build_space
from hpo.space.choice import Choice, Fixed
from hpo.space.constraint import LinearConstraint
from hpo.space.numeric_range import Range
from hpo.space.parameter import Parameter
from hpo.space.space import SearchSpace

__all__ = ["Choice", "Fixed", "LinearConstraint", "Parameter", "Range", "SearchSpace", "build_space"]
