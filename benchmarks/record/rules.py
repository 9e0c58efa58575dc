"""How well does a processor learn CIFAR10 in some seconds? The open CPU record, in one file.

    python record.py IMAGES [--seconds 60] [--seeds 3] [--threads 2]

IMAGES is one of

- ``cifar-10-binary.tar.gz`` from https://www.cs.toronto.edu/~kriz/cifar.html: the original pixels;
- ``cifar10.tgz`` as fast.ai hands it out: files compressed with loss, on which every network is
  about three points worse. To decode them takes Pillow, which torchvision brings along.

The rules:

1. Inside the clock: everything from images in memory, a byte a number, to an answer for each test
   image. So choosing the width, the whitening layer, the training, and every look at test images.
2. Outside: importing torch, reading and decoding the file.
3. To learn from there are the 50,000 training images and nothing else: no other images, no weights
   from before. The 10,000 test images are answered once, at the end, and choose nothing.
4. At least three seeds. All of them are shown; the record is their median.
5. A time is kept when it is exceeded by 5 % at most.
6. Machines differ, so the rate at which this one multiplies matrices of 1024 x 1024 is shown
   beside the result, and how long a step took: on a machine with other work that is longer.
"""

import argparse
import io
import platform
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import torch

from helpers.data.images import Split
from helpers.device.precision import fast_precision
from helpers.device.speed import clock_of, product_rate
from helpers.training.fast import FastFit, fit_fast

LATE = 1.05


def read_images(path: Path) -> tuple[Split, Split, str]:
    """Training images, test images, and which sort of pixels they have.

    Raises:
        ValueError: when the file is neither of the two.
    """
    if not path.is_file():
        raise ValueError(f"no file {path}; the first lines of this program say where to get one")
    with tarfile.open(path) as archive:
        members = sorted((m for m in archive if m.isfile()), key=lambda member: member.name)
        parts: dict[str, list[tuple[torch.Tensor, torch.Tensor]]] = {"train": [], "test": []}
        folders = sorted({m.name.split("/")[-2] for m in members if _is_picture(m.name)})
        for member in members:
            data = archive.extractfile(member)
            assert data is not None  # it is a file
            if member.name.endswith(".bin"):
                part = "train" if "data_batch" in member.name else "test"
                rows = torch.frombuffer(bytearray(data.read()), dtype=torch.uint8).view(-1, 3073)
                parts[part].append((rows[:, 1:].reshape(-1, 3, 32, 32), rows[:, 0].long()))
            elif _is_picture(member.name):
                part, folder, _ = member.name.split("/")[-3:]
                label = torch.tensor([folders.index(folder)])
                parts["train" if part == "train" else "test"].append((_decoded(data.read()), label))
    if not parts["train"] or not parts["test"]:
        raise ValueError(f"{path} holds neither .bin files nor pictures in train and test")
    train, test = (Split(*map(torch.cat, zip(*some))) for some in parts.values())
    return train, test, "JPEG or PNG files" if folders else "original"


def _is_picture(name: str) -> bool:
    return name.count("/") >= 2 and name.endswith((".png", ".jpg", ".jpeg"))


def _decoded(data: bytes) -> torch.Tensor:
    from PIL import Image

    image = Image.open(io.BytesIO(data)).convert("RGB")
    rows = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
    return rows.view(1, image.height, image.width, 3).permute(0, 3, 1, 2)


def result_table(fits: Sequence[FastFit], seconds: float, n: int) -> str:
    """All runs as a markdown table, and the record that they make.

    Args:
        fits: one for each seed.
        seconds: that there were.
        n: how many training images.
    """
    rows = ["| seed | accuracy | seconds | widths | epochs | ms for 1,000 images |"]
    rows += ["|---|---|---|---|---|---|"]
    for seed, fit in enumerate(fits):
        per = 1e6 * fit.seconds / (fit.epochs * n) if fit.epochs else float("nan")
        widths = "-".join(map(str, fit.widths))
        rows.append(
            f"| {seed} | {fit.accuracy:.4f} | {fit.seconds:.1f} | {widths} | {fit.epochs:.1f} "
            f"| {per:.0f} |"
        )
    late = sum(fit.seconds > LATE * seconds for fit in fits)
    if late:
        verdict = f"No record: {late} of {len(fits)} runs took more than {LATE * seconds:.1f} s."
    elif len(fits) < 3:
        verdict = "No record: it takes at least three seeds."
    else:
        middle = median(fit.accuracy for fit in fits)
        verdict = f"Record: {middle:.4f} in {seconds:g} s, the median of {len(fits)} seeds."
    return "\n".join([*rows, "", verdict])


def main() -> int:
    parser = argparse.ArgumentParser(description="The open CPU record for CIFAR10.")
    parser.add_argument("images", type=Path, help="cifar-10-binary.tar.gz or cifar10.tgz")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    cpu, fits = torch.device("cpu"), []
    try:
        train, test, pixels = read_images(options.images)
    except (ValueError, tarfile.TarError) as error:
        print(error, file=sys.stderr)
        return 2
    for seed in range(options.seeds):
        torch.manual_seed(seed)
        fits.append(fit_fast(train, test, options.seconds, cpu))
        print(f"seed {seed}: {fits[-1].accuracy:.4f} in {fits[-1].seconds:.1f} s", flush=True)
    precision = fast_precision(cpu, watchful=True)
    rate = product_rate(cpu, precision, clock_of(cpu)) / 1e9
    n, words = len(train.labels), str(precision).removeprefix("torch.")
    print(f"\n{result_table(fits, options.seconds, n)}")
    print(f"{n:,} training and {len(test.labels):,} test images, {pixels}, decoding not counted.")
    print(
        f"{options.threads} threads on {platform.machine()}, {words} products at {rate:.0f} "
        f"GFLOP/s; torch {torch.__version__}, Python {platform.python_version()}."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
