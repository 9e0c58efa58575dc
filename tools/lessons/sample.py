"""A small good lesson, which the tests of the checks break in one way after the other.

Its stored outputs are written by hand; a test runs it and finds that they are true.
"""

import base64
import struct
import zlib

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ALT = "A single black pixel, drawn to have a picture"


def _chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


PNG = base64.b64encode(
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\x00\x00"))
    + _chunk(b"IEND", b"")
).decode()

SETUP = f'''from IPython.display import display
PNG, ALT = "{PNG}", "{ALT}"
def play(draw):
    print("still picture of", draw())
def check(given):
    print("Not tried yet: write it" if given is None else "Right: well done")'''

OPENING = """# Measure how often a guess is right

**What you will do:** count. **What you will learn:** what accuracy (정확도) is.

**What you need:** nothing but lesson 01."""

RECAP = """## Recap

| Term | Korean | Meaning |
|---|---|---|
| accuracy | 정확도 | the share of right guesses |
| metric | 지표 | what people read |

The scoreboard is unchanged.

""" + "\n".join(
    f"{n}. What is it? <details><summary>Answer</summary>It is so.</details>\n" for n in range(1, 6)
)

CLAIM = """## 1. Accuracy

**Before you run it:** is it over a half? The set has 12,396 images, see `(12396, 784)`.
As $x_{784} = 123.45$ and (Fisher, 1936) say, exercise 1.2 and [a link](page_444.html) matter."""

READING = (
    "It is 95.1 %, or 0.951, as the cell shows. <details>Before you run it again: 6131?</details>"
)


def exercise(number: str) -> list[NotebookNode]:
    """The four cells of an exercise, untouched.

    Args:
        number: as in its heading, for example ``"1.2"``.
    """
    return [
        new_markdown_cell(f"### Exercise {number}: return it\n\nWrite a function."),
        new_code_cell("answer = None", metadata={"tags": ["exercise"]}),
        new_code_cell(
            "check(answer)",
            metadata={"tags": ["check"]},
            outputs=[new_output("stream", text="Not tried yet: write it\n")],
        ),
        new_markdown_cell(
            "<details><summary>Solution</summary>\n\n```python\nanswer = 1\n```\n\n</details>"
        ),
    ]


def code(source: str, *outputs: NotebookNode, tags: tuple[str, ...] = (), **lesson: object):
    """A code cell."""
    metadata: dict = {"tags": list(tags)} if tags else {}
    if lesson:
        metadata["lesson"] = lesson
    return new_code_cell(source, outputs=list(outputs), metadata=metadata)


def printed(text: str, name: str = "stdout") -> NotebookNode:
    """Printed text as an output."""
    return new_output("stream", text=text, name=name)


def value(text: str, **kinds: str) -> NotebookNode:
    """The value of a cell's last line as an output.

    Args:
        text: its plain text.
        **kinds: the same in other kinds, for example ``html="<b>1</b>"``.
    """
    data = {"text/plain": text} | {f"text/{kind}": shown for kind, shown in kinds.items()}
    return new_output("execute_result", data=data)


def shown(data: dict, **metadata: object) -> NotebookNode:
    """A display as an output."""
    return new_output("display_data", data=data, metadata=metadata)


def notebook(*cells: NotebookNode, data: tuple[str, ...] = ()) -> NotebookNode:
    """A notebook of these cells, run from top to bottom."""
    made = new_notebook(
        cells=list(cells),
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "lesson": {"data": list(data)},
        },
    )
    made.nbformat_minor = 5
    count = 0
    for place, cell in enumerate(made.cells):
        cell.id = f"cell-{place}"
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count
    return nbformat.from_dict(made)


def lesson() -> NotebookNode:
    """A whole lesson that every check accepts."""
    picture = shown(
        {"image/png": PNG, "text/plain": f"Picture: {ALT}"}, **{"image/png": {"alt": ALT}}
    )
    return notebook(
        new_markdown_cell(OPENING),
        code(SETUP),
        new_markdown_cell(CLAIM),
        code("(12396, 784), 0.9511", value("((12396, 784), 0.9511)")),
        code("print(6131)", printed("6131\n")),
        new_markdown_cell(READING),
        new_markdown_cell("## 2. Play"),
        code("play(lambda: 3)", printed("still picture of 3\n")),
        code(
            'display({"image/png": PNG, "text/plain": "Picture: " + ALT},\n'
            '        metadata={"image/png": {"alt": ALT}}, raw=True)',
            picture,
        ),
        code("def double(x):\n    return 2 * x"),
        code(
            "import time; time.time()",
            value("1700000000.5"),
            tags=("nbval-ignore-output",),
            reason="a time differs in each run",
        ),
        *exercise("1.1"),
        *exercise("1.2"),
        *exercise("1.3"),
        new_markdown_cell(RECAP + "\n\n**Next:** lesson 02."),
    )
