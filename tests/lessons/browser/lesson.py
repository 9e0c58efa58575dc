"""One notebook in one tab: run it, move its slider, draw on it, answer its exercise."""

import itertools
import re
import time
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from playwright.sync_api import BrowserContext, Locator, Page
from playwright.sync_api import TimeoutError as PageTimeoutError

from tools.lessons import hygiene
from tools.lessons.notebook import code_cells, output_texts, where

START = 60  # seconds until the page and a kernel are ready
RUN = 900  # seconds that all cells together may take
REPLY = 60  # seconds until a picture has changed or a check has answered

_PANEL = "window.jupyterapp.shell.currentWidget"
_READY = """() => {
    const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
    const kernel = context?.session?.kernel;
    return context?.isReady && kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
}"""
# The answer is not awaited there: a kernel that hangs would hang the test with it.
_RUN_ALL = """() => {
    window.allCellsRan = false;
    const done = () => { window.allCellsRan = true; };
    window.jupyterapp.commands.execute('notebook:run-all-cells').then(done, done);
}"""


class LessonTab:
    """A notebook that is open in JupyterLab.

    Args:
        browser: a window of the browser; the tab is a new one in it, and they share a cache.
        address: the page's address with a gap for the notebook's name (see ``server``).
        name: the notebook's file name.
    """

    def __init__(self, browser: BrowserContext, address: str, name: str) -> None:
        self.page: Page = browser.new_page()
        self._page_errors: list[str] = []
        self.page.on("pageerror", lambda error: self._page_errors.append(str(error)))
        self.page.goto(address.format(name))
        self.page.wait_for_function(_READY, timeout=1000 * START)

    def run_all(self, seconds: float = RUN) -> None:
        """Run all cells, as the menu's *Run All Cells* does.

        Raises:
            TimeoutError: when they are not done in time.
        """
        self.page.evaluate(_RUN_ALL)
        try:
            self.page.wait_for_function("() => window.allCellsRan", timeout=1000 * seconds)
        except PageTimeoutError as error:
            raise TimeoutError(f"not all cells were done after {seconds:g} s") from error

    def notebook(self) -> NotebookNode:
        """The notebook with its outputs, as it would be saved."""
        saved = self.page.evaluate(f"() => JSON.stringify({_PANEL}.content.model.toJSON())")
        return nbformat.reads(saved, as_version=4)

    def problems(self) -> list[str]:
        """What a learner should not see: a cell that failed, a page error, a cell never reached."""
        notebook = self.notebook()
        missed = [cell for cell in code_cells(notebook) if cell.execution_count is None]
        end = [f"{where(notebook, c)}: was not run, {len(missed)} in all" for c in missed[:1]]
        page = [f"the page reports {error}" for error in self._page_errors]
        return [*hygiene.errors(notebook), *hygiene.stderr(notebook), *page, *end]

    def slider_cells(self) -> list[int]:
        """The positions of the cells that show something to play with.

        A progress bar is a widget, too; so the cell must also say ``play``.
        """
        view = "application/vnd.jupyter.widget-view+json"
        return [
            place
            for place, cell in enumerate(self.notebook().cells)
            if "play(" in cell.source
            and any(view in output.get("data", {}) for output in cell.outputs)
        ]

    def move_slider(self, place: int, seconds: float = REPLY) -> None:
        """Move the last slider of a cell to its end, and wait until the picture looks different.

        Raises:
            TimeoutError: when it stays as it was.
        """
        cell = self._show(place)
        picture = cell.locator("img.widget-image")
        picture.scroll_into_view_if_needed()
        picture.evaluate("image => image.decode()")  # wait until it is drawn
        before = picture.screenshot()
        handle = cell.locator(".noUi-handle").last
        at_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
        key, deadline = "Home" if at_end else "End", time.monotonic() + seconds
        for tries in itertools.count():
            if tries % 25 == 0:  # a page that has just moved may have missed the key
                handle.focus()
                self.page.keyboard.press(key)
            if picture.screenshot() != before:
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"{seconds:g} s after the slider the picture has not changed")
            self.page.wait_for_timeout(200)

    def answer(self, stub: int, code: str, check: int, verdict: str, seconds: float = REPLY) -> str:
        """Write an answer into an exercise's stub, run it, run the check, read what it says.

        Args:
            stub: position of the stub among the cells.
            code: what is typed in its place.
            check: position of the check.
            verdict: the word by which the expected reply is known.
            seconds: how long to wait for it.

        Returns:
            The reply, as the page shows it.

        Raises:
            TimeoutError: when no such reply comes.
        """
        self._edit(stub)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(code)
        self.page.keyboard.press("Shift+Enter")
        return self.run(check, verdict, seconds)

    def run(self, place: int, word: str, seconds: float = REPLY) -> str:
        """Run one cell and read what it says.

        Args:
            place: its position.
            word: by which the expected reply is known.
            seconds: how long to wait for it.

        Returns:
            The reply, as the page shows it.

        Raises:
            TimeoutError: when no such reply comes.
        """
        self._edit(place)
        self.page.keyboard.press("Shift+Enter")
        reply = self._cell(place).locator(".jp-OutputArea-output", has_text=word)
        try:
            reply.wait_for(timeout=1000 * seconds)
            done = self._cell(place).locator(".jp-InputPrompt", has_text=re.compile(r"\[\d+\]"))
            done.wait_for(timeout=1000 * seconds)  # the reply comes before the cell's number
        except PageTimeoutError as error:
            outputs = self.notebook().cells[place].outputs
            shown = [text for output in outputs for text in output_texts(output)]
            raise TimeoutError(f"expected a reply with {word!r}, got {shown}") from error
        return reply.inner_text().strip()

    def draw(self, place: int, points: Sequence[tuple[float, float]]) -> None:
        """Draw a stroke on a cell's board with the mouse, and wait until the page says "kept".

        Args:
            place: position of the cell.
            points: (x, y) in pixels of the board, from its upper left corner.
        """
        cell = self._show(place)
        board = cell.locator("canvas")
        board.scroll_into_view_if_needed()
        box = board.bounding_box()
        assert box is not None, "the board is not visible"
        frame = board.evaluate("board => board.clientLeft")
        places = [(box["x"] + frame + x, box["y"] + frame + y) for x, y in points]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        for x, y in places[1:]:
            self.page.mouse.move(x, y, steps=10)
        self.page.mouse.up()
        cell.get_by_text("kept").wait_for(timeout=1000 * REPLY)

    def clear_board(self, place: int) -> None:
        """Click a board's button "Clear", and wait until the page asks for another drawing."""
        cell = self._show(place)
        cell.get_by_role("button", name="Clear").click()
        cell.get_by_text("Draw a digit").wait_for(timeout=1000 * REPLY)

    def photograph(self, path: Path, place: int | None = None) -> None:
        """Keep what the page shows as a picture; only one cell's output if its place is given."""
        shown = self.page if place is None else self._show(place).locator(".jp-OutputArea").first
        shown.screenshot(path=path)

    def close(self) -> None:
        """Stop the kernel and close the tab."""
        self.page.evaluate(f"() => {_PANEL}?.sessionContext.shutdown()")
        self.page.close()

    def _cell(self, place: int) -> Locator:
        return self.page.locator(f'.jp-Cell[data-windowed-list-index="{place}"]')

    def _show(self, place: int) -> Locator:
        """Scroll to a cell: JupyterLab draws only those near the window."""
        self.page.evaluate(f"() => {_PANEL}.content.scrollToItem({place}, 'start')")
        cell = self._cell(place)
        cell.wait_for()
        return cell

    def _edit(self, place: int) -> None:
        self._show(place).locator(".cm-content").click()
