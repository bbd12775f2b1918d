"""How a study is opened."""

from hpo.restart.auto import Auto
from hpo.restart.base import Request, Restart
from hpo.restart.extend import Extend
from hpo.restart.new import New
from hpo.restart.resume import Resume
from hpo.restart.warm_start import WarmStart

__all__ = ["Auto", "Extend", "New", "Request", "Restart", "Resume", "WarmStart"]
