"""Things within a bound of bytes: any sequence of uses stays within it, and what was used last stays."""

from __future__ import annotations

from collections import OrderedDict

from hypothesis import given
from hypothesis import strategies as st

from vidviz.byte_lru import ByteLru

BOUND = 20
KEYS = st.integers(0, 5)
PARTS = st.dictionaries(st.sampled_from("pqrs"), st.integers(0, 9), max_size=3)
USES = st.lists(st.tuples(KEYS, st.none() | PARTS), max_size=40)


def count(parts: list[dict[str, int]]) -> int:
    """Each part once, with the size it had last."""
    merged: dict[str, int] = {}
    for of_one in parts:
        merged.update(of_one)
    return sum(merged.values())


@given(USES)
def test_any_sequence_of_uses_is_as_in_a_plain_model(uses):
    """The model drops from the end that was used longest ago until the rest fits, or one thing is left."""
    sizes = {"p": 4, "q": 7, "r": 1, "s": 9}
    lru: ByteLru[int, str] = ByteLru(lambda: BOUND)
    model: OrderedDict[int, tuple[str, dict[str, int]]] = OrderedDict()
    for number, (key, parts) in enumerate(uses):
        if parts is None:
            found = model.get(key)
            assert lru.get(key) == (found and found[0])
            if found:
                model.move_to_end(key)
            continue
        fixed = {part: sizes[part] for part in parts} | {f"own {key}": len(parts)}
        lru.put(key, f"thing {number}", fixed)
        model.pop(key, None)
        model[key] = f"thing {number}", fixed
        while count([held for _, held in model.values()]) > BOUND and len(model) > 1:
            model.popitem(last=False)
        assert list(lru.sizes()) == list(model)
        assert lru.num_bytes == count([held for _, held in model.values()])
        assert lru.num_bytes <= BOUND or len(model) == 1
    lru.clear()
    assert (lru.num_bytes, lru.sizes()) == (0, {})


def test_what_is_used_outlives_what_came_later():
    lru: ByteLru[str, str] = ByteLru(lambda: 10)
    lru.put("a", "first", {"a": 5})
    lru.put("b", "second", {"b": 5})
    assert lru.get("a") == "first"
    lru.put("c", "third", {"c": 5})
    assert (lru.get("a"), lru.get("b"), lru.get("c")) == ("first", None, "third")


def test_a_part_of_two_things_counts_once_and_until_the_last_has_gone():
    lru: ByteLru[str, str] = ByteLru(lambda: 100)
    lru.put("a", "", {"shared": 60, "a": 10})
    lru.put("b", "", {"shared": 60, "b": 10})
    assert lru.num_bytes == 80
    assert lru.sizes() == {"a": 70, "b": 70}
    lru.put("c", "", {"c": 25})
    assert list(lru.sizes()) == ["b", "c"]
    assert lru.num_bytes == 95
    lru.put("d", "", {"d": 50})
    assert list(lru.sizes()) == ["c", "d"]
    assert lru.num_bytes == 75


def test_a_part_that_has_grown_counts_as_it_is_now():
    lru: ByteLru[str, str] = ByteLru(lambda: 100)
    lru.put("a", "", {"shared": 10})
    lru.put("b", "", {"shared": 30})
    assert lru.num_bytes == 30
    lru.put("a", "", {})
    lru.put("b", "", {})
    assert lru.num_bytes == 0


def test_the_last_used_of_some_keys_stay():
    lru: ByteLru[int, str] = ByteLru(lambda: 100)
    for key in range(6):
        lru.put(key, str(key), {key: 1})
    lru.get(0)
    lru.keep_last(2, lambda key: key % 2 == 0)
    assert list(lru.sizes()) == [1, 3, 4, 5, 0]
