"""Which tasks of a kept plan have been overtaken: their code is gone, is not counted any more, or runs already."""

from collections.abc import Iterable, Mapping, Sequence

from planner.model.facts import MODULE
from planner.model.history import FileShot, Span
from planner.model.lines import NO_LINES, Lines, line_range
from planner.model.option import Option, Outcome
from planner.model.receipt import Receipt, Task
from planner.model.resume import Overtaken, Resumed

RUNS = "all of it runs already"

Places = Mapping[str, Sequence[Span] | None]
"""Path -> its classes and functions today; None for a file that is gone or cannot be read."""


def resume(receipt: Receipt, places: Places, outcome: Outcome, option: Option | None, tasks: Sequence[Task]) -> Resumed:
    """The kept plan beside the new one, whose tasks are `tasks`."""
    overtaken = find_overtaken(receipt, places)
    gone = {(each.task.path, each.task.unit) for each in overtaken}
    left = [each for each in receipt.tasks if (each.task.path, each.task.unit) not in gone]
    done = tuple(each for each in left if each.state == "done")
    was_open = {_key(each.task, receipt): each.task for each in left if each.state == "open"}
    begun, wanted = {_key(each.task, receipt) for each in done}, {(each.path, each.unit) for each in tasks}
    return Resumed(
        receipt=receipt,
        outcome=outcome,
        option=option,
        done=done,
        overtaken=overtaken,
        stays=tuple(each for each in tasks if (each.path, each.unit) in was_open),
        more=tuple(each for each in tasks if (each.path, each.unit) in begun),
        new=tuple(each for each in tasks if (each.path, each.unit) not in was_open.keys() | begun),
        dropped=tuple(task for key, task in was_open.items() if key not in wanted),
    )


def _key(task: Task, receipt: Receipt) -> tuple[str, str]:
    """Where the task's code is today."""
    return path_today(task, receipt), task.unit


def path_today(task: Task, receipt: Receipt) -> str:
    """The path of its file, which may have been renamed since."""
    return next((new for new, old in receipt.change.renamed.items() if old == task.path), task.path)


def find_overtaken(receipt: Receipt, places: Places) -> tuple[Overtaken, ...]:
    """The tasks that nobody did and nobody has to do any more, each with its reason, in the plan's order.

    Where work is entered, a task that was not, and whose code all runs, has been overtaken by other tests.
    """
    shots = {file.path: file for file in receipt.change.new.files}
    is_entered = any(each.written for each in receipt.tasks)
    found = []
    for each in receipt.tasks:
        path = path_today(each.task, receipt)
        reason = "" if each.written else _reason(each.task.unit, places.get(path), shots.get(path))
        if reason and (each.state == "open" or (is_entered and reason == RUNS)):
            found.append(Overtaken(each.task, reason))
    return tuple(found)


def _reason(unit: str, spans: Sequence[Span] | None, shot: FileShot | None) -> str:
    """ "" for a task that is still to be done. A file that was never measured has all before it."""
    if spans is None:
        return "its file is gone"
    if unit != MODULE and not any(span.name == unit for span in spans):
        return "it is gone from its file"
    if shot is None or not shot.statements:  # reports of other tools may name no lines
        return ""
    lines = _lines_of(unit, spans, shot)
    if not (shot.statements & lines or _exits(shot, lines)):
        return "none of it is counted any more"
    if not (shot.missing & lines or _open_exits(shot, lines)):
        return RUNS
    return ""


def _lines_of(unit: str, spans: Iterable[Span], shot: FileShot) -> Lines:
    """A definition's body, whose first line runs on import; of the module level what lies in no definition."""
    named = NO_LINES
    for span in spans:
        if unit in (MODULE, span.name):
            named |= line_range(span.first, span.last)
    return shot.statements & ~named if unit == MODULE else named


def _exits(shot: FileShot, lines: Lines) -> int:
    return sum(exits for line, (exits, _) in shot.exits.items() if lines >> line & 1)


def _open_exits(shot: FileShot, lines: Lines) -> int:
    return sum(exits - taken for line, (exits, taken) in shot.exits.items() if lines >> line & 1)
