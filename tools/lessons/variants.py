"""Other processors, imitated on this one: ``python -m tools.lessons.variants [name [-- command]]``.

A processor shows in the last digits of a sum, because kernels add up in another order. Libraries
can be told to use the kernels of another one: torch's own by ``ATEN_CPU_CAPABILITY``, oneDNN's
(convolutions) by ``ONEDNN_MAX_CPU_ISA``, MKL's (matrix products) by ``MKL_CBWR``. The last two
ignore what this processor lacks; torch does not, and would be killed, so such variants are left out
(``here``). ``OMP_NUM_THREADS`` says in how many parts a sum is made. Without arguments the command
shows what each variant really is on this machine.
"""

import os
import subprocess
import sys
from functools import cache
from typing import NamedTuple


class Variant(NamedTuple):
    """A way to run a lesson that changes how numbers are rounded, or which are drawn.

    Attributes:
        variables: of the environment.
        seed: what is added to every seed that is set.
    """

    variables: dict[str, str] = {}
    seed: int = 0

    def environment(self) -> dict[str, str]:
        """The environment of this process with the variant's variables."""
        own = {name: value for name, value in os.environ.items() if name not in STEERED}
        return own | self.variables

    def kernels(self) -> str:
        """Those that it asks torch for; every processor has the default ones."""
        return self.variables.get("ATEN_CPU_CAPABILITY", "default").upper()


def _kernels(torch: str, onednn: str, mkl: str | None = None, **more: str) -> Variant:
    variables = {"ATEN_CPU_CAPABILITY": torch, "ONEDNN_MAX_CPU_ISA": onednn} | more
    return Variant(variables | ({"MKL_CBWR": mkl} if mkl else {}))


# Threads that wait without spinning: on a busy machine spinning ones make it many times slower.
_TWO = {"OMP_NUM_THREADS": "2", "LESSONS_TEST_THREADS": "2", "OMP_WAIT_POLICY": "PASSIVE"}

VARIANTS = {
    "own": Variant(),
    "plain": _kernels("default", "SSE41", "COMPATIBLE"),
    "avx2": _kernels("avx2", "AVX2", "AVX2"),
    "avx512": _kernels("avx512", "AVX512_CORE", "AVX512"),
    "bf16": _kernels("avx512", "AVX512_CORE_BF16", "COMPATIBLE"),
    "two-threads": Variant(_TWO),
}
IMITATED = ("plain", "avx2", "avx512")  # by commits in turn; all lessons were measured under them
SEEDS = {f"seed-{number}": Variant(seed=1000 * number) for number in (1, 2, 3)}
STEERED = {name for variant in VARIANTS.values() for name in variant.variables}

_LOOK = """
import torch
conv = torch.nn.Conv2d(8, 8, 3)
conv(torch.rand(1, 8, 9, 9))
from helpers.device.precision import fast_precision
precision = fast_precision(torch.device("cpu"))
print(torch.backends.cpu.get_cpu_capability(), torch.get_num_threads(), precision)
"""


_KERNELS = ("DEFAULT", "AVX2", "AVX512")  # of torch; a processor with one has those before it


@cache
def here() -> tuple[str, ...]:
    """The variants that this processor can compute."""
    ask = "import torch; print(torch.backends.cpu.get_cpu_capability())"
    said = subprocess.run(
        [sys.executable, "-c", ask],
        env=VARIANTS["own"].environment(), capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    known = _KERNELS[: _KERNELS.index(said) + 1] if said in _KERNELS else _KERNELS[:1]
    return tuple(name for name, variant in VARIANTS.items() if variant.kernels() in known)


def chosen(digest: str) -> str:
    """The variant for a commit: of ``IMITATED``, those that this processor has beside its own.

    Which third of the lessons a commit tries (``turns``) is decided by the digest's rest on
    division by three, so the quotient chooses: every variant meets every lesson.

    Args:
        digest: hexadecimal, for example of ``git rev-parse HEAD``.

    Example:
        >>> chosen("03") in here()
        True
    """
    possible = [name for name in IMITATED if name in here()]
    if possible[-1] == "avx2":  # these are its own kernels
        possible.pop()
    return possible[int(digest, 16) // 3 % len(possible)]


def describe(name: str) -> str:
    """What a variant really is on this machine, found by looking: a row of a table."""
    environment = VARIANTS[name].environment() | {"ONEDNN_VERBOSE": "1"}
    said = subprocess.run(
        [sys.executable, "-c", _LOOK], env=environment, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    isa = next((line.split("isa:")[1] for line in said if "isa:" in line), "not used")
    kernels = (line.split(",") for line in said if ",exec,cpu,convolution," in line)
    kernel = next((parts[parts.index("convolution") + 1] for parts in kernels), "none")
    return " | ".join(["", name, *said[-1].split(" "), isa, kernel, ""]).strip()


def main(arguments: list[str] | None = None) -> int:
    """Show all variants, or run a command in one; return the command's status."""
    name, *command = (sys.argv[1:] if arguments is None else arguments) or [""]
    command = command[1:] if command[:1] == ["--"] else command
    if name and name not in VARIANTS:
        try:
            name = chosen(name)
        except ValueError:
            print(f"expected one of {', '.join(VARIANTS)} or a digest, got {name!r}")
            return 2
    if name and name not in here():
        print(f"this processor cannot compute as {name} would; expected one of {', '.join(here())}")
        return 2
    if not command:
        print("| variant | torch's kernels | threads | precision | oneDNN | a convolution |")
        print("|---|---|---|---|---|---|")
        for each in [name] if name else here():
            print(describe(each), flush=True)
        return 0
    variables = VARIANTS[name].variables
    print(f"variant {name}: {' '.join(f'{k}={v}' for k, v in variables.items())}", flush=True)
    return subprocess.run(command, env=VARIANTS[name].environment()).returncode


if __name__ == "__main__":
    sys.exit(main())
