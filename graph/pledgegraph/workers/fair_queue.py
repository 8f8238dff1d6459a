"""A fair queue for places: whoever has used least goes first, and may take another's place.

What a client has used lately (`Usage`) decides whose turn it is, not who came first. A query
that holds a place is set aside when one waits whose client has used less, and goes on when its
turn comes again. As many may be set aside as there are places; beyond that the one deepest in
debt is broken off, for the sake of clients with little use only. Where no use is counted by
client, those that wait go in the order in which they came.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Iterable
from enum import Enum
from typing import Final, Protocol

from pledgegraph.errors import GaveWay, Limit, QueryError, ServiceBusy, ServiceStopping
from pledgegraph.workers.usage import Usage

_RETRY_AFTER: Final = 5
_MARGIN: Final = 0.5
"""Seconds that another client must have used less for a query to be set aside for it."""
_LITTLE: Final = 5.0
"""Seconds; a client that has used less is one with little use."""
_PATIENCE: Final = 0.5
"""Seconds that a client with little use waits before a query is broken off for it."""
_SHORT: Final = 15.0
"""Seconds after which a query that was known to be short is one like others."""
_HEAD_START: Final = 2.0
"""Half-lives of use that a query known to be short has before others.

A client that always has one query running comes to 1.44 half-lives, so that whoever asks one such
question after the other keeps the head start; whoever asks many at once loses it.
"""
_EACH: Final = 0.1
"""Seconds between two looks at whose turn it is, while somebody waits."""


class Holder(Protocol):
    """What is done in a place: it can be set aside and broken off."""

    @property
    def is_stalled(self) -> bool:
        """True when it computes nothing, because its reader takes nothing."""
        ...

    def set_aside(self) -> None:
        """Stop for a while."""
        ...

    def go_on(self) -> None:
        """Continue."""
        ...

    def break_off(self, why: QueryError) -> None:
        """End, and tell whoever waits why."""
        ...


class _State(Enum):
    WAITING = 0
    RUNNING = 1
    ASIDE = 2
    DONE = 3


class Turn:
    """A place in the queue, then among the places; ends with `give_back`."""

    def __init__(self, queue: FairQueue, client: str, *, short: bool) -> None:
        self.client: Final = client
        self.state = _State.WAITING
        self.holder: Holder | None = None
        self.has_begun = False
        self.admitted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue = queue
        self._short = short
        self._spent = dict.fromkeys(_State, 0.0)
        self._since = queue.usage.now()

    def begin(self, holder: Holder | None = None) -> None:
        """The work begins, and counts as use; with a ``holder`` it can be set aside.

        What the service needs until then, such as to start a process, is no client's use.
        """
        self.holder = holder
        if not self.has_begun and self.state is _State.RUNNING:
            self.has_begun = True
            self._queue.usage.begin(self.client)

    def give_back(self) -> None:
        """Let the next one have the place; harmless when it has been given back."""
        self._queue.leave(self)

    def spent(self, state: _State) -> float:
        """Seconds in a state, so far."""
        going = self._queue.usage.now() - self._since if self.state is state else 0.0
        return self._spent[state] + going

    @property
    def is_short(self) -> bool:
        """True while it may be believed that it will be short."""
        return self._short and self.spent(_State.RUNNING) < _SHORT

    def become(self, state: _State) -> None:
        """Take note of the new state; for the queue."""
        now = self._queue.usage.now()
        self._spent[self.state] += now - self._since
        self._since = now
        self.state = state


class FairQueue:
    """``places`` places, for which up to ``queue`` may wait. It belongs to one event loop.

    ``aside_timeout`` is how many seconds a holder may be set aside in all; without it none
    is, and the order of those that wait is all that is decided.
    """

    def __init__(
        self, places: int, queue: int, usage: Usage, *, aside_timeout: float | None = None
    ) -> None:
        self.usage: Final = usage
        self._places = places
        self._queue = queue
        self._aside_timeout = aside_timeout
        self._turns: dict[Turn, None] = {}
        self._used: dict[str, float] = {}
        """What clients have used, at the moment at which all are compared."""
        self._closed = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> int:
        """How many wait for a place for the first time."""
        return len(self._in(_State.WAITING))

    @property
    def aside(self) -> int:
        """How many are set aside."""
        return len(self._in(_State.ASIDE))

    @property
    def full(self) -> bool:
        """True when whoever comes now has to wait, or to take somebody's place."""
        return len(self._in(_State.RUNNING)) >= self._places

    async def take(self, client: str = "", *, short: bool = False) -> Turn:
        """A place, as soon as it is this client's turn; ``short`` is known to need it shortly.

        Raises:
            ServiceBusy: too many are waiting already who have used no more.
            ServiceStopping: the places are closed, or were while this one waited.
        """
        if closed := self.closed():
            raise closed
        turn = Turn(self, client, short=short)
        self._turns[turn] = None
        self._look()
        if turn.state is _State.WAITING:
            self._bound_queue(turn)
        try:
            await turn.admitted
        except asyncio.CancelledError:
            turn.give_back()
            raise
        return turn

    def leave(self, turn: Turn) -> None:
        """See `Turn.give_back`."""
        if turn.state is _State.DONE:
            return
        self._move(turn, _State.DONE)
        self._look()

    def close(self) -> None:
        """Give out no further place; whoever waits is told so."""
        self._closed = True
        for turn in self._in(_State.WAITING):
            self._refuse(turn, ServiceStopping("The service is being stopped."))
        if self._timer is not None:
            self._timer.cancel()

    def closed(self) -> ServiceStopping | None:
        """What to tell a client once the places are closed; None before."""
        return ServiceStopping("The service is being stopped.") if self._closed else None

    def look(self) -> None:
        """Have everybody where they belong now: what happens by itself every so often."""
        self._look()

    def _in(self, *states: _State) -> list[Turn]:
        return [turn for turn in self._turns if turn.state in states]

    def _debt(self, turn: Turn) -> float:
        """What decides whose turn it is; the least goes first."""
        head_start = _HEAD_START * self.usage.half_life if turn.is_short else 0.0
        used = self._used.get(turn.client)
        if used is None:
            used = self._used[turn.client] = self.usage.of(turn.client)
        return used - head_start

    def _look(self) -> None:
        if self._closed:
            return
        self._used.clear()
        self._end_the_long_aside()
        while (turn := self._next()) is not None and (
            not self.full or (self._aside_timeout is not None and self._make_room(turn))
        ):
            self._move(turn, _State.RUNNING)
        if self._timer is None and self._in(_State.WAITING, _State.ASIDE):
            self._timer = asyncio.get_running_loop().call_later(_EACH, self._look_again)

    def _look_again(self) -> None:
        self._timer = None
        self._look()

    def _next(self) -> Turn | None:
        """Whose turn it is; of two with the same claim the one that came first."""
        ready = [
            turn
            for turn in self._in(_State.WAITING, _State.ASIDE)
            if turn.holder is None or not turn.holder.is_stalled
        ]
        if self._short_ones_have_theirs():
            ready = [turn for turn in ready if not turn.is_short] or ready
        return min(ready, key=self._debt, default=None)

    def _short_ones_have_theirs(self) -> bool:
        """True when half of the places are held by what goes before others."""
        holding = sum(turn.is_short for turn in self._in(_State.RUNNING))
        return holding >= max(1, self._places // 2)

    def _make_room(self, turn: Turn) -> bool:
        """Set a holder of a place aside, or break one off, if ``turn`` has the better claim."""
        if turn.is_short and self._short_ones_have_theirs():
            return False
        running = self._deepest(self._in(_State.RUNNING), turn)
        if running is None:
            return False
        has_little_use = self._debt(turn) < _LITTLE
        # The rest is kept for clients with little use.
        most = self._places if has_little_use else self._places - max(1, self._places // 2)
        aside = self._in(_State.ASIDE)
        if len(aside) - (turn in aside) < most:
            self._move(running, _State.ASIDE)
            return True
        has_waited = turn.state is _State.WAITING and turn.spent(_State.WAITING) >= _PATIENCE
        if not (has_little_use and has_waited):
            return False
        lost = self._deepest([*self._in(_State.RUNNING), *aside], turn, others=True)
        if lost is None:
            return False
        was_aside = lost.state is _State.ASIDE
        self._break_off(lost)
        if was_aside:
            self._move(running, _State.ASIDE)
        return True

    def _deepest(self, among: Iterable[Turn], than: Turn, *, others: bool = False) -> Turn | None:
        """The one deepest in debt of those that ``than`` may take a place from."""
        bound = self._debt(than) + _MARGIN
        found: tuple[float, Turn] | None = None
        for turn in among:
            if turn.holder is None or (others and turn.client == than.client):
                continue
            debt = math.inf if turn.holder.is_stalled else self._debt(turn)
            if debt > bound and (found is None or debt > found[0]):
                found = debt, turn
        return found[1] if found else None

    def _break_off(self, turn: Turn) -> None:
        used = self.usage.of(turn.client)
        # It would have gone on. Without this, to ask again at once would cost nothing.
        self.usage.charge(turn.client, self.usage.half_life)
        del self._used[turn.client]
        self._end(
            turn,
            f"Your queries have used {used:.1f} s of query time lately. Others who have used less "
            "were waiting, so this query was stopped.",
        )

    def _end_the_long_aside(self) -> None:
        if self._aside_timeout is None:
            return
        for turn in self._in(_State.ASIDE):
            if turn.spent(_State.ASIDE) > self._aside_timeout:
                self._end(
                    turn,
                    f"The query was set aside for more than {self._aside_timeout:g} s, because "
                    "others were waiting whose queries have used less.",
                    Limit("aside_timeout", self._aside_timeout, "s"),
                )

    def _end(self, turn: Turn, why: str, limit: Limit | None = None) -> None:
        holder = turn.holder
        self._move(turn, _State.DONE)
        if holder is None:
            raise AssertionError("only what can be set aside is broken off")
        holder.break_off(GaveWay(why, retry_after=math.ceil(self.usage.half_life), limit=limit))

    def _move(self, turn: Turn, state: _State) -> None:
        """Count the use of what becomes of a turn, and have its holder do so."""
        before = turn.state
        turn.become(state)
        if before is _State.RUNNING and turn.has_begun:
            self.usage.end(turn.client)
        if state is _State.RUNNING:
            if turn.has_begun:
                self.usage.begin(turn.client)
            if not turn.admitted.done():
                turn.admitted.set_result(None)
            elif turn.holder is not None:
                turn.holder.go_on()
        elif state is _State.ASIDE and turn.holder is not None:
            turn.holder.set_aside()
        elif state is _State.DONE:
            del self._turns[turn]

    def _bound_queue(self, newest: Turn) -> None:
        """Refuse one of those that wait where they are too many: who asks most for having most."""
        waiting = self._in(_State.WAITING)
        if len(waiting) <= self._queue:
            return
        number = Counter(turn.client for turn in waiting)

        def claim(turn: Turn) -> float:
            return self._debt(turn) + _MARGIN * number[turn.client]

        worst = max(reversed(waiting), key=claim)
        lost = worst if claim(worst) > claim(newest) + _MARGIN else newest
        running = len(self._in(_State.RUNNING))
        self._refuse(
            lost,
            ServiceBusy(
                f"{running} queries are running and {len(waiting) - 1} are waiting.",
                retry_after=_RETRY_AFTER,
                limit=Limit("query_queue", self._queue, "queries"),
            ),
        )

    def _refuse(self, turn: Turn, why: QueryError) -> None:
        self._move(turn, _State.DONE)
        if not turn.admitted.done():
            turn.admitted.set_exception(why)
            turn.admitted.exception()  # It is told, whether or not somebody waits.
