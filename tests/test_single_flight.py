"""Single flight: one computes and all get it, errors and cancellations go where they belong, nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from vidviz import single_flight
from vidviz.single_flight import SingleFlight, made_once

WAIT_SECONDS = 20
"""Long after anything here is over; reached only where somebody waits for ever."""
THREADS = 8


class Stopped(BaseException):
    """As what Streamlit ends the run of a page with."""


class CancelledError(Exception):
    """As what a job is cancelled with."""


def wait_until_waiting(count: int) -> None:
    """Until so many threads wait for a flight that has not ended."""
    for _ in range(WAIT_SECONDS * 100):
        if sum(not flight.ended.is_set() for flight in list(single_flight._waits_for.values())) == count:
            return
        threading.Event().wait(0.01)
    raise AssertionError(f"{len(single_flight._waits_for)} threads wait, not {count}")


class Gate:
    """A computation that begins, and goes on when it is let."""

    def __init__(self, *outcomes: Any) -> None:
        self.outcomes = list(outcomes)
        self.calls = 0
        self.begun, self.may_end = threading.Event(), threading.Event()

    def __call__(self) -> Any:
        self.calls += 1
        outcome = self.outcomes.pop(0)
        self.begun.set()
        assert self.may_end.wait(WAIT_SECONDS)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


@pytest.fixture
def pool():
    with ThreadPoolExecutor(2 * THREADS) as made:
        yield made


def ask_together(pool: ThreadPoolExecutor, ask: Callable[[], Any], gate: Gate) -> list[Future[Any]]:
    """One thread that computes and seven that wait for it, in this order; then the computation goes on."""
    asked = [pool.submit(ask)]
    assert gate.begun.wait(WAIT_SECONDS)
    asked += [pool.submit(ask) for _ in range(THREADS - 1)]
    wait_until_waiting(THREADS - 1)
    gate.may_end.set()
    return asked


def test_one_computes_and_all_get_the_same_object(pool):
    flights, gate = SingleFlight(), Gate(object())
    answers = [asked.result(WAIT_SECONDS) for asked in ask_together(pool, lambda: flights.run("a", gate), gate)]
    assert gate.calls == 1
    assert len({id(answer) for answer in answers}) == 1


def test_nothing_is_kept_when_it_has_ended():
    flights = SingleFlight()
    assert [flights.run("a", lambda number=number: number) for number in range(3)] == [0, 1, 2]


def test_all_that_waited_get_the_error_and_the_next_one_computes(pool):
    error = ValueError("no")
    flights, gate = SingleFlight(), Gate(error, 7)
    asked = ask_together(pool, lambda: flights.run("a", gate), gate)
    assert [one.exception(WAIT_SECONDS) for one in asked] == [error] * THREADS
    assert flights.run("a", gate) == 7
    assert gate.calls == 2


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), Stopped(), CancelledError()], ids=repr)
def test_a_cancelled_caller_cancels_nobody_else(pool, stop):
    """The first is stopped: one of the seven computes instead, and the others get its value."""
    flights, gates = SingleFlight(cancelled_by=(CancelledError,)), [Gate(stop), Gate("value")]
    in_order = iter(gates)
    first, *others = ask_together(pool, lambda: flights.run("a", lambda: next(in_order)()), gates[0])
    assert first.exception(WAIT_SECONDS) is stop
    assert gates[1].begun.wait(WAIT_SECONDS)
    wait_until_waiting(THREADS - 2)
    gates[1].may_end.set()
    assert [other.result(WAIT_SECONDS) for other in others] == ["value"] * (THREADS - 1)


def test_two_keys_do_not_wait_for_each_other(pool):
    flights, slow = SingleFlight(), Gate("slow")
    asked = pool.submit(flights.run, "a", slow)
    assert slow.begun.wait(WAIT_SECONDS)
    assert pool.submit(flights.run, "b", lambda: "quick").result(WAIT_SECONDS) == "quick"
    assert not asked.done()
    slow.may_end.set()
    assert asked.result(WAIT_SECONDS) == "slow"


def test_a_computation_may_ask_for_other_keys_and_for_its_own(pool):
    flights = SingleFlight()

    def count_down(number: int) -> int:
        return flights.run(number, lambda: number and 1 + count_down(number - 1))

    assert pool.submit(count_down, 5).result(WAIT_SECONDS) == 5
    assert pool.submit(flights.run, "a", lambda: flights.run("a", lambda: 3)).result(WAIT_SECONDS) == 3


def test_threads_that_would_wait_in_a_circle_do_not(pool):
    """Three threads that compute a, b and c and then ask for b, c and a, of two instances."""
    flights, together = [SingleFlight(), SingleFlight()], threading.Barrier(3)

    def ask(number: int) -> str:
        def compute() -> str:
            together.wait(WAIT_SECONDS)
            other = (number + 1) % 3
            return f"{number} of " + flights[other % 2].run(other, lambda: f"{other}")

        return flights[number % 2].run(number, compute)

    answers = [pool.submit(ask, number) for number in range(3)]
    for number, answer in enumerate(answers):
        assert answer.result(WAIT_SECONDS).startswith(f"{number} of {(number + 1) % 3}")
    assert not single_flight._waits_for
    assert not any(flight._flights for flight in flights)


def test_an_interrupt_reaches_who_waits(pool, monkeypatch):
    flights, gate, ends = SingleFlight(), Gate("late"), []
    asked = pool.submit(flights.run, "a", gate)
    assert gate.begun.wait(WAIT_SECONDS)
    real = threading.Event.wait

    def interrupted(self: threading.Event, timeout: float | None = None) -> bool:
        assert timeout is not None  # else no interrupt would reach it on every platform
        ends.append(self)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(threading.Event, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            flights.run("a", lambda: None)
    assert threading.Event.wait is real
    assert ends
    assert not single_flight._waits_for
    gate.may_end.set()
    assert asked.result(WAIT_SECONDS) == "late"


def test_a_held_key_is_computed_when_it_is_free(pool):
    flights, gate = SingleFlight(), Gate("first")
    first = pool.submit(flights.run, "a", gate)
    assert gate.begun.wait(WAIT_SECONDS)
    held, let_go, events = threading.Event(), threading.Event(), []

    def hold() -> None:
        with flights.hold("a"):
            events.append("held")
            assert flights.run("a", lambda: "its own holder may") == "its own holder may"
            held.set()
            assert let_go.wait(WAIT_SECONDS)
            events.append("free")

    holder = pool.submit(hold)
    wait_until_waiting(1)
    assert not held.is_set()
    gate.may_end.set()
    assert first.result(WAIT_SECONDS) == "first"
    assert held.wait(WAIT_SECONDS)
    after = pool.submit(flights.run, "a", lambda: events.append("computed"))
    wait_until_waiting(1)
    let_go.set()
    holder.result(WAIT_SECONDS)
    after.result(WAIT_SECONDS)
    assert events == ["held", "free", "computed"]


def test_what_is_made_once_is_one_for_all_threads(pool):
    gate = Gate(object())
    give = made_once(gate)
    answers = [asked.result(WAIT_SECONDS) for asked in ask_together(pool, give, gate)]
    assert {id(answer) for answer in [*answers, give()]} == {id(answers[0])}
    assert gate.calls == 1
