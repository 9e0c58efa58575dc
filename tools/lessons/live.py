"""Displays that change while a cell runs, as a page shows them.

A progress bar redraws itself with ``update_display_data`` or ``clear_output``. nbval collects the
outputs of a cell in a list and drops these two messages; a stored notebook holds what the page
showed at the end. ``Page`` makes the same changes to the list. The rules are those of the
messaging protocol, https://jupyter-client.readthedocs.io/en/stable/messaging.html.
"""

from nbformat import NotebookNode


class Page:
    """The outputs of one running cell.

    Args:
        outputs: the list that nbval adds the cell's outputs to; it is changed in place.
    """

    def __init__(self, outputs: list[NotebookNode]) -> None:
        self.outputs = outputs
        self._request: str | None = None
        self._displays: dict[str, list[int]] = {}
        self._clear_before_next = False

    def receive(self, message: dict) -> bool:
        """Take a message of the kernel; True when it is done with and nbval need not see it."""
        kind, content = message["msg_type"], message["content"]
        request = message["parent_header"].get("msg_id")
        if kind == "execute_input":
            self._request = request
        if request != self._request:  # of a thread that an earlier cell has left running
            return False
        if kind == "clear_output":
            if content.get("wait"):
                self._clear_before_next = True
            else:
                self._clear()
            return True
        display_id = (content.get("transient") or {}).get("display_id") or ""
        if kind in ("update_display_data", "display_data", "execute_result"):
            for place in self._displays.get(display_id, []):
                self.outputs[place].update(data=content["data"], metadata=content["metadata"])
        if kind == "update_display_data":
            return True
        if kind in ("display_data", "execute_result", "stream", "error"):
            if self._clear_before_next:
                self._clear()
            if display_id:
                self._displays.setdefault(display_id, []).append(len(self.outputs))
        return False

    def _clear(self) -> None:
        self.outputs.clear()
        self._displays.clear()
        self._clear_before_next = False
