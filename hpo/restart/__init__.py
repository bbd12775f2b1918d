"""How a study is opened."""

from hpo.restart.base import Request, Restart
from hpo.restart.new import New

__all__ = ["New", "Request", "Restart"]
