"""What Codecov's own file asks of a project's coverage."""

from collections.abc import Iterator

import yaml

from planner.model.gates import SteeringText

MOST_YAML = 64 * 1024
"""Longer Codecov files are not read: PyYAML takes seconds for them, and real ones have a few hundred characters."""

_OFF = frozenset({"off", "false", "no", "n"})


def find_targets(text: SteeringText) -> Iterator[tuple[str, int]]:
    """The targets of statuses that judge all files and can fail, as written, each with its line."""
    for status in _statuses(text):
        target = _child(status, "target")
        if isinstance(target, yaml.ScalarNode):
            yield target.value, target.start_mark.line + 1


def _statuses(text: SteeringText) -> Iterator[yaml.MappingNode]:
    """Codecov's project statuses that judge all files and can fail."""
    for _, status in _pairs(_project(text)):
        is_partial = any(_child(status, key) for key in ("flags", "paths"))
        if isinstance(status, yaml.MappingNode) and not is_partial and _scalar(status, "informational") != "true":
            yield status


def compares_commits(text: SteeringText) -> bool:
    """Whether Codecov compares the total with that of the commit before: it does unless told a number or to be off."""
    project = _project(text)
    if project is None:
        return True
    if isinstance(project, yaml.ScalarNode):
        return project.value.lower() not in _OFF
    switched_on = [status for _, status in _pairs(project) if isinstance(status, yaml.ScalarNode)]
    if any(status.value.lower() not in _OFF for status in switched_on):
        return True
    return any(_scalar(status, "target") in (None, "auto") for status in _statuses(text))


def _project(text: SteeringText) -> yaml.Node | None:
    """`coverage: status: project:`. Only the parse tree is made: no object is built and no alias expanded."""
    if len(text.text) > MOST_YAML:
        return None
    try:
        node: yaml.Node | None = yaml.compose(text.text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return None
    for key in ("coverage", "status", "project"):
        node = _child(node, key)
    return node


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    return next((value for name, value in _pairs(node) if name == key), None)


def _pairs(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((key.value, value) for key, value in node.value if isinstance(key, yaml.ScalarNode))


def _scalar(node: yaml.Node | None, key: str) -> str | None:
    found = _child(node, key)
    return found.value.lower() if isinstance(found, yaml.ScalarNode) else None
