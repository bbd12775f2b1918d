"""The process that proposes while trials run: ``python -m hpo.optimizer.server SOCKET LIFELINE``.

:class:`hpo.optimizer.remote_proposer.RemoteProposer` starts it.
"""

import signal
import sys
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING

from hpo.optimizer.look_ahead import N_BLIND, LookAhead
from hpo.optimizer.messages import Asked, Failed, FromServer, Made, Save, Saved, Told, ToServer, Wanted
from hpo.optimizer.setup import Setup
from hpo.process import begin
from hpo.quiet import quiet_libraries

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

N_TOGETHER = 4  # suggestions for waiting slots from one fit: more, and the first of them waits for the last


class Server:
    """Makes suggestions when they are wanted, and ahead as far as that pays.

    Args:
        connection: To the program that drives the study.
        setup: What to propose.
    """

    def __init__(self, connection: "Connection[FromServer, ToServer]", setup: Setup) -> None:
        self._connection = connection
        self._learns = setup.optimizer.learns
        self._proposer = setup.proposer()
        self._look_ahead = LookAhead(setup.slots, setup.optimizer.n_ahead)
        self._n_left = setup.n_left  # to be made
        self._n_ahead = 0  # made, and not asked for
        self._n_wanted = 0
        self._n_told = 0
        self._save: Save | None = None

    def serve(self) -> None:
        """Do what is asked.

        Raises:
            EOFError, ConnectionError: When nobody is there to ask.
        """
        while True:
            self._listen()
            n = self._n_to_make()
            if self._save is not None and (self._save.is_awaited or not n):
                self._write(self._save)
            elif n:
                self._make(n)
            elif not self._proposer.is_exhausted:
                self._proposer.prepare(self._n_left)

    def _listen(self) -> None:
        """Take all messages that are there; wait for one if there is nothing else to do."""
        if not self._n_to_make() and self._save is None:
            self._take(self._connection.recv())
        while self._connection.poll(0):
            self._take(self._connection.recv())

    def _take(self, message: ToServer) -> None:
        if isinstance(message, Wanted):
            self._n_wanted = max(0, self._n_wanted + message.n)
        elif isinstance(message, Asked):
            self._n_ahead -= 1
            self._proposer.ask(message.index)
            self._look_ahead.asked(message.index, message.at)
        elif isinstance(message, Told):
            self._n_told += 1
            self._look_ahead.told(message.index, message.at)
            self._proposer.tell(message.index, message.data)
        elif isinstance(message, Save):
            self._save = message

    def _n_to_make(self) -> int:
        if self._n_left <= 0 or self._proposer.is_exhausted:
            return 0
        if self._n_wanted:
            return min(self._n_wanted, N_TOGETHER)
        if not self._learns:
            return N_BLIND if self._n_ahead < N_BLIND else 0
        return int(self._proposer.may_look_ahead and self._n_ahead < self._look_ahead.n_ready)

    def _make(self, n: int) -> None:
        made = self._proposer.make(n, self._n_left)
        self._n_left -= len(made)
        self._n_ahead += len(made)
        self._n_wanted = max(0, self._n_wanted - len(made))
        for suggestion in made:
            self._look_ahead.made(suggestion.generation_s)
        self._connection.send(Made(tuple(made), self._n_told))

    def _write(self, save: Save) -> None:
        self._save = None
        fault = None
        try:
            (self._proposer.save if save.is_awaited else self._proposer.save_soon)(save.path)
        except Exception as error:  # noqa: BLE001 - the journal is the record; whoever asked is told
            fault = f"{type(error).__name__}: {error}"
        if fault is not None or save.is_awaited:
            self._connection.send(Saved(fault, save.is_awaited))


def main(socket: int, lifeline: int) -> None:
    """Serve the program at the other end of the socket until it is gone."""
    connection = begin(socket, lifeline)
    for number in (signal.SIGINT, signal.SIGTERM):  # meant for the program, which ends this process
        signal.signal(number, signal.SIG_IGN)
    quiet_libraries()
    try:
        with suppress(EOFError, ConnectionError):
            Server(connection, connection.recv()).serve()
    except Exception as error:  # noqa: BLE001 - whatever it is, the program has to know
        connection.send(Failed(f"{type(error).__name__}: {error}", traceback.format_exc()))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
