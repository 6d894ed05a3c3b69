"""Where a network runs and in which numbers: CPU, CUDA or MPS; float32, bfloat16 or float16."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidviz.errors import BackboneError, UnknownNameError

if TYPE_CHECKING:
    import torch

PRECISIONS: tuple[str, ...] = ("auto", "float32", "bfloat16", "float16")


def choose_device(device: str | None = None) -> torch.device:
    """The device asked for, else CUDA, else MPS, else the CPU.

    Raises:
        UnknownNameError: it is not the name of a device.
        BackboneError: this machine has no such device.
    """
    import torch

    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if device is None or device == "auto":
        return torch.device(next(name for name, there in present.items() if there))
    if device.partition(":")[0] not in present:
        raise UnknownNameError("device", device, present)
    try:
        chosen = torch.device(device)
    except RuntimeError:
        raise UnknownNameError("device", device, present) from None
    if not present[chosen.type] or (chosen.type == "cuda" and (chosen.index or 0) >= torch.cuda.device_count()):
        raise BackboneError(f"This machine has no device {device!r} that torch can use; use device=cpu.")
    return chosen


def choose_precision(precision: str, device: torch.device) -> str:
    """The number type for a device: bfloat16 where the processor computes in it, float16 on older GPUs.

    Args:
        precision: "auto", or one of the others in `PRECISIONS`, which is kept.
        device: where the network will run.

    Returns:
        "float32", "bfloat16" or "float16": the name of a torch dtype.

    Raises:
        UnknownNameError: `precision` is none of `PRECISIONS`.
    """
    import torch

    if precision not in PRECISIONS:
        raise UnknownNameError("precision", precision, PRECISIONS)
    if precision != "auto":
        return precision
    if device.type == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float16"
    return "bfloat16" if device.type == "cpu" and cpu_computes_bfloat16() else "float32"


def cpu_computes_bfloat16() -> bool:
    """Whether bfloat16 is the faster choice on this processor: AVX-512 BF16 or AMX, through oneDNN.

    Elsewhere it is emulated, or (Arm) depends on how torch was built, so float32 is kept.
    """
    import torch

    capabilities = torch.cpu.get_capabilities()
    native = any(capabilities.get(name) for name in ("avx512_bf16", "amx_bf16"))
    onednn: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return native and onednn
