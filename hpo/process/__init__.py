"""Processes of this program's own: started, spoken to, and gone when the one that started them is."""

from hpo.process.beginning import begin
from hpo.process.child import ChildDiedError, ChildProcess
from hpo.process.lifeline import end_group, end_with_parent, end_with_pipe

__all__ = ["ChildDiedError", "ChildProcess", "begin", "end_group", "end_with_parent", "end_with_pipe"]
