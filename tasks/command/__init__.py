"""A command as a task: its placeholders are the parameters, what it prints as JSON the metrics."""

from tasks.command.task import Command

__all__ = ["Command"]
