"""What a cached value takes of memory, part by part, with its arrays made read-only on the way."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Collection, Hashable, Iterable
from itertools import islice
from types import FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

PLAIN = frozenset((str, bytes, int, float, complex, bool, type(None)))
"""Types without further parts."""
SAMPLED = 1000
"""Of more parts of a list or dict, so many are measured and stand for all, unless there are arrays among them."""


def freeze_and_measure(value: object, key: Hashable = None) -> dict[Hashable, int]:
    """Make the arrays of a value read-only; returns its bytes by part, those of its key included.

    Arrays, tables and tensors are parts of their own, by their identity: a view counts as the whole array that it keeps
    in memory, and two values that share an array share a part. All else is one part. Values may be arrays, tables,
    torch modules and tensors, dataclasses and other plain objects, lists, tuples, sets and dicts of such.
    """
    walk = _Walk()
    walk.visit(value)
    walk.visit(key)
    return {("own", key): walk.num_bytes, **walk.parts}


class _Walk:
    """Goes through a value once, however often something occurs in it."""

    def __init__(self) -> None:
        self.num_bytes = 0
        self.parts: dict[Hashable, int] = {}
        self._seen: set[int] = set()

    def visit(self, value: Any) -> None:
        if id(value) in self._seen:
            return
        self._seen.add(id(value))
        if isinstance(value, np.ndarray):
            self._add_array(value)
        elif is_of(value, "pandas", "DataFrame", "Series", "Index"):
            usage = value.memory_usage(deep=True)
            self.parts[id(value)] = int(usage if isinstance(usage, int) else usage.sum())
        elif is_of(value, "torch", "Tensor"):
            self._add_tensor(value)
        elif is_of(value, "torch.nn", "Module"):
            for tensor in (*value.parameters(), *value.buffers()):
                self._add_tensor(tensor)
        else:
            self.num_bytes += sys.getsizeof(value, 0)
            self._visit_all(_parts_of(value))

    def _add_array(self, array: np.ndarray) -> None:
        array.flags.writeable = False
        root = array
        while isinstance(root.base, np.ndarray):
            root = root.base
        self.parts[id(root)] = root.nbytes
        if root.dtype.hasobject:
            self._visit_all(root.ravel().tolist())

    def _add_tensor(self, tensor: Any) -> None:
        if not tensor.is_meta:
            storage = tensor.untyped_storage()
            self.parts["tensor", str(tensor.device), storage.data_ptr()] = int(storage.nbytes())

    def _visit_all(self, values: Collection[Any]) -> None:
        if set(map(type, values)) <= PLAIN:
            self.num_bytes += sum(map(sys.getsizeof, values))
            return
        bytes_before, parts_before = self.num_bytes, len(self.parts)
        sample = list(islice(values, 0, None, max(1, len(values) // SAMPLED)))
        self._visit_each(sample)
        if len(self.parts) > parts_before:
            self._visit_each(values)
        elif sample:
            self.num_bytes += round((self.num_bytes - bytes_before) * (len(values) / len(sample) - 1))

    def _visit_each(self, values: Iterable[Any]) -> None:
        for value in values:
            self.visit(value)


def _parts_of(value: Any) -> Collection[Any]:
    if isinstance(value, (list, tuple, set, frozenset)):
        return value
    if isinstance(value, dict):
        return [*value, *value.values()]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, field.name) for field in dataclasses.fields(value)]
    if isinstance(value, (type, ModuleType, FunctionType, MethodType)):
        return ()  # nobody's own
    return list(getattr(value, "__dict__", {}).values())


def is_of(value: object, module_name: str, *class_names: str) -> bool:
    """Whether a value is of one of these classes of a module, which is not imported for that."""
    module = sys.modules.get(module_name)
    # A class may be missing while another thread imports the module; then no value is of it.
    return any(isinstance(value, getattr(module, name, ())) for name in class_names)
