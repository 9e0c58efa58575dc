"""Displays that change while a cell runs end as a page would show them."""

from nbformat import NotebookNode

from tools.lessons.live import Page


def message(kind, request="now", **content):
    return {"msg_type": kind, "parent_header": {"msg_id": request}, "content": content}


def display(text, display_id=None, kind="display_data", request="now"):
    transient = {"display_id": display_id} if display_id else {}
    data = {"text/plain": text}
    return message(kind, request, data=data, metadata={}, transient=transient)


def page_after(*messages):
    """What a page shows after these messages, kept in a list as nbval keeps it."""
    outputs = []
    page = Page(outputs)
    page.receive(message("execute_input", code="", execution_count=1))
    for each in messages:
        if not page.receive(each) and each["msg_type"] == "display_data":
            outputs.append(NotebookNode(data=each["content"]["data"], metadata={}))
    return [output.data["text/plain"] for output in outputs]


def update(text, display_id, request="now"):
    return display(text, display_id, "update_display_data", request)


def test_an_update_changes_its_display():
    assert page_after(display("0 %", "a"), display("b", "b"), update("100 %", "a")) == [
        "100 %",
        "b",
    ]


def test_a_second_display_of_one_id_changes_the_first():
    assert page_after(display("1", "a"), display("2", "a")) == ["2", "2"]


def test_an_update_of_nothing_changes_nothing():
    assert page_after(display("1"), update("2", "a")) == ["1"]


def test_clearing_at_once():
    assert page_after(display("1"), message("clear_output", wait=False)) == []


def test_clearing_waits_for_what_comes_next():
    clear = message("clear_output", wait=True)
    assert page_after(display("1"), clear) == ["1"]
    assert page_after(display("1"), clear, display("2"), display("3")) == ["2", "3"]


def test_a_cleared_display_is_forgotten():
    assert page_after(
        display("1", "a"), message("clear_output", wait=False), display("2"), update("3", "a")
    ) == ["2"]


def test_an_earlier_cell_s_messages_are_left_to_nbval():
    late = message("clear_output", "earlier", wait=False)
    assert page_after(display("1"), late, update("2", "a", request="earlier")) == ["1"]
