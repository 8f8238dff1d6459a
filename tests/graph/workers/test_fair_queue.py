"""Whose turn it is: who has used least, with a clock that a test turns by hand."""

from __future__ import annotations

import asyncio

import pytest

from pledgegraph.errors import GaveWay, QueryError, ServiceBusy, ServiceStopping
from pledgegraph.workers.fair_queue import FairQueue, Turn
from pledgegraph.workers.usage import Usage

pytestmark = pytest.mark.anyio


class Clock:
    """A clock that goes on by what it is told, and a little whenever somebody looks at it."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        self.seconds += 1e-6
        return self.seconds


class Work:
    """What somebody does in a place; notes what becomes of it."""

    def __init__(self, name: str, happened: list[str]) -> None:
        self.name = name
        self.is_stalled = False
        self.turn: Turn | None = None
        self.lost: QueryError | None = None
        self._happened = happened

    def set_aside(self) -> None:
        self._happened.append(f"{self.name} is set aside")

    def go_on(self) -> None:
        self._happened.append(f"{self.name} goes on")

    def break_off(self, why: QueryError) -> None:
        self.lost = why
        self._happened.append(f"{self.name} is broken off")


class Crowd:
    """Clients of a queue, and what happens to them in its order."""

    def __init__(
        self, places: int, queue: int = 64, *, half_life: float = 30, aside_timeout: float = 60
    ) -> None:
        self.clock = Clock()
        self.usage = Usage(half_life, self.clock)
        self.queue = FairQueue(places, queue, self.usage, aside_timeout=aside_timeout)
        self.happened: list[str] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def come(self, name: str, client: str, *, short: bool = False) -> Work:
        """Somebody wants a place; returns when that is known to the queue."""
        work = Work(name, self.happened)

        async def take() -> None:
            try:
                work.turn = await self.queue.take(client, short=short)
            except QueryError as error:
                work.lost = error
                self.happened.append(f"{name} is refused")
                return
            work.turn.begin(work)
            self.happened.append(f"{name} begins")

        self._tasks.append(asyncio.create_task(take()))
        await self.settle()
        return work

    async def pass_by(self, seconds: float) -> None:
        """Let time pass, and the queue look now and then."""
        for _ in range(round(seconds / 0.1)):
            self.clock.seconds += 0.1
            self.queue.look()
            await self.settle()

    async def end(self, work: Work) -> None:
        """The work is done."""
        assert work.turn is not None
        self.happened.append(f"{work.name} ends")
        work.turn.give_back()
        await self.settle()

    @staticmethod
    async def settle() -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    def news(self) -> list[str]:
        """What has happened since this was asked the last time."""
        told = self.happened[:]
        self.happened.clear()
        return told


async def test_a_second_client_does_not_wait_for_the_first() -> None:
    crowd = Crowd(1)
    await crowd.come("long", "a")
    await crowd.pass_by(10)
    other = await crowd.come("other", "b")
    assert crowd.news() == ["long begins", "long is set aside", "other begins"]
    await crowd.end(other)
    assert crowd.news() == ["other ends", "long goes on"]


async def test_nobody_is_set_aside_for_half_a_second() -> None:
    crowd = Crowd(1)
    first = await crowd.come("first", "a")
    await crowd.pass_by(0.3)
    await crowd.come("second", "b")
    assert crowd.news() == ["first begins"]
    await crowd.end(first)
    assert crowd.news() == ["first ends", "second begins"]


async def test_nobody_is_set_aside_for_others_of_its_own_client() -> None:
    crowd = Crowd(2)
    works = [await crowd.come(f"{number}", "a") for number in range(4)]
    await crowd.pass_by(20)
    assert crowd.news() == ["0 begins", "1 begins"]
    await crowd.end(works[1])
    await crowd.end(works[0])
    assert crowd.news() == ["1 ends", "2 begins", "0 ends", "3 begins"]


async def test_who_has_used_least_goes_first() -> None:
    crowd = Crowd(1)
    for client, seconds in (("a", 3), ("b", 1), ("c", 2)):
        work = await crowd.come(f"{client} before", client)
        await crowd.pass_by(seconds)
        await crowd.end(work)
    holder = await crowd.come("holder", "d")
    crowd.news()
    for client in "abc":
        await crowd.come(client, client)
    await crowd.end(holder)
    assert crowd.news() == ["holder ends", "b begins"]


async def test_use_is_forgotten() -> None:
    crowd = Crowd(1, half_life=10)
    work = await crowd.come("much", "a")
    await crowd.pass_by(20)
    await crowd.end(work)
    await crowd.pass_by(60)
    work = await crowd.come("little", "b")
    await crowd.pass_by(2)
    await crowd.end(work)
    holder = await crowd.come("holder", "c")
    await crowd.come("b", "b")
    await crowd.come("a", "a")
    crowd.news()
    await crowd.end(holder)
    assert crowd.news() == ["holder ends", "a begins"]


async def test_as_many_are_set_aside_as_there_are_places_and_then_the_deepest_in_debt_goes() -> (
    None
):
    crowd = Crowd(1)
    deepest = await crowd.come("deepest", "a")
    await crowd.pass_by(20)
    await crowd.come("deep", "b")
    await crowd.pass_by(10)
    assert crowd.news() == ["deepest begins", "deepest is set aside", "deep begins"]
    await crowd.come("new", "c")
    assert crowd.news() == []
    await crowd.pass_by(1)
    assert crowd.news() == ["deepest is broken off", "deep is set aside", "new begins"]
    assert isinstance(deepest.lost, GaveWay)
    assert deepest.lost.retry_after > 0
    assert "have used" in str(deepest.lost)


async def test_who_is_broken_off_does_not_come_back_as_one_with_little_use() -> None:
    crowd = Crowd(1)
    works = [await crowd.come(client, client) for client in "abc"]
    await crowd.pass_by(3)
    lost = [work for work in works if work.lost]
    assert len(lost) == 1
    client = lost[0].name
    assert crowd.usage.of(client) > 20
    again = await crowd.come("again", client)
    crowd.news()
    while again.turn is None:
        holder = next(each for each in works if each.turn and not each.lost)
        works.remove(holder)
        await crowd.end(holder)
    assert crowd.news()[-1] == "again begins"
    assert len(works) == 1


async def test_some_room_beside_is_kept_for_those_with_little_use() -> None:
    crowd = Crowd(2)
    for client, seconds in (("a", 20), ("b", 16), ("c", 12), ("d", 8)):
        work = await crowd.come(f"{client} before", client)
        await crowd.pass_by(seconds)
        await crowd.end(work)
    crowd.news()
    for client in "abcd":
        await crowd.come(client, client)
    await crowd.pass_by(1)
    assert crowd.queue.aside == 1
    crowd.news()
    await crowd.come("little", "e")
    assert crowd.news()[-1] == "little begins"
    assert crowd.queue.aside == 2


async def test_a_short_question_goes_before_others_of_all_clients() -> None:
    crowd = Crowd(2)
    for number in range(6):
        await crowd.come(f"{number}", "a")
    await crowd.pass_by(5)
    crowd.news()
    await crowd.come("question", "a", short=True)
    assert crowd.news() == ["0 is set aside", "question begins"]


async def test_a_short_question_that_is_long_is_one_like_others() -> None:
    crowd = Crowd(1)
    await crowd.come("pretended", "a", short=True)
    await crowd.pass_by(14)
    await crowd.come("other", "b")
    assert crowd.news() == ["pretended begins"]
    await crowd.pass_by(1.2)
    assert crowd.news() == ["pretended is set aside", "other begins"]


async def test_short_questions_leave_half_of_the_places() -> None:
    crowd = Crowd(2)
    first, second = [await crowd.come(f"first {each}", each) for each in "ab"]
    await crowd.come("other", "d")
    crowd.news()
    for number in range(4):
        await crowd.come(f"short {number}", f"c{number}", short=True)
    assert crowd.news() == ["first a is set aside", "short 0 begins"]
    await crowd.end(second)
    assert crowd.news() == ["first b ends", "other begins"]
    assert first.lost is None


async def test_a_slow_reader_loses_its_place_to_whoever_waits() -> None:
    crowd = Crowd(1)
    slow = await crowd.come("slow", "a")
    slow.is_stalled = True
    other = await crowd.come("other", "b")
    assert crowd.news() == ["slow begins", "slow is set aside", "other begins"]
    await crowd.end(other)
    assert crowd.news() == ["other ends"]
    slow.is_stalled = False
    crowd.queue.look()
    assert crowd.news() == ["slow goes on"]


async def test_nobody_is_set_aside_for_ever() -> None:
    crowd = Crowd(1, aside_timeout=10)
    first = await crowd.come("first", "a", short=False)
    await crowd.pass_by(30)
    await crowd.come("second", "b", short=True)
    crowd.news()
    crowd.usage.charge("a", 1000)
    await crowd.pass_by(11)
    assert crowd.news() == ["first is broken off"]
    assert isinstance(first.lost, GaveWay)
    assert first.lost.limit is not None
    assert (first.lost.limit.name, first.lost.limit.value) == ("aside_timeout", 10)


async def test_of_too_many_that_wait_those_of_the_client_with_most_are_refused() -> None:
    crowd = Crowd(1, queue=3)
    for number in range(4):
        await crowd.come(f"{number}", "a")
    assert crowd.news() == ["0 begins"]
    refused = await crowd.come("4", "a")
    assert crowd.news() == ["4 is refused"]
    assert isinstance(refused.lost, ServiceBusy)
    await crowd.come("other", "b")
    assert crowd.news() == ["3 is refused"]


async def test_without_interruption_only_the_order_is_decided() -> None:
    usage = Usage(30, Clock())
    queue = FairQueue(1, 10, usage)
    order: list[str] = []
    first = await queue.take("a")
    usage.charge("a", 20)

    async def take(client: str) -> None:
        turn = await queue.take(client)
        turn.begin()
        order.append(client)
        turn.give_back()

    waiting = [asyncio.create_task(take(client)) for client in ("a", "a", "b")]
    await Crowd.settle()
    assert order == []
    first.give_back()
    await asyncio.gather(*waiting)
    assert order == ["b", "a", "a"]


async def test_who_leaves_the_queue_is_not_waited_for() -> None:
    queue = FairQueue(1, 10, Usage(30))
    first = await queue.take("a")
    leaving = asyncio.create_task(queue.take("b"))
    waiting = asyncio.create_task(queue.take("c"))
    await Crowd.settle()
    leaving.cancel()
    await Crowd.settle()
    assert queue.waiting == 1
    first.give_back()
    (await waiting).give_back()
    assert not queue.full


async def test_a_closed_queue_gives_out_nothing() -> None:
    queue = FairQueue(1, 10, Usage(30))
    turn = await queue.take("a")
    waiting = asyncio.create_task(queue.take("b"))
    await Crowd.settle()
    queue.close()
    with pytest.raises(ServiceStopping):
        await waiting
    turn.give_back()
    with pytest.raises(ServiceStopping):
        await queue.take("c")


async def test_clients_are_forgotten_when_they_are_too_many() -> None:
    usage = Usage(30, Clock())
    usage.charge("first", 10)
    for number in range(20_000):
        usage.charge(f"{number}", 1)
    assert usage.of("first") == 0
    assert usage.of("19999") == pytest.approx(1, abs=0.01)
