"""Which of the project's own programs a test or the product starts as a process: by module, script or command."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from configparser import ConfigParser
from configparser import Error as ConfigParserError
from dataclasses import dataclass

from planner.doctor.elsewhere import text_of_unit
from planner.doctor.exam import Exam
from planner.model.calls import WatchedCall
from planner.model.facts import MODULE
from planner.model.lines import NO_LINES
from planner.model.problem import BodyKey

STARTERS = (
    *("subprocess.run", "subprocess.Popen", "subprocess.call", "subprocess.check_call", "subprocess.check_output"),
    *("os.system", "os.popen", "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell"),
    *("os.spawn", "os.posix_spawn", "os.exec"),
)
"""Names, or how they begin, of what starts another program."""

LIKELY = 0.6
"""A call by name has at least this chance, also in a block such as `if __name__ == "__main__"` (graph/rules.py)."""

_PYTHON = re.compile(r"\bsys\.executable\b|[\"'](?:[\w./-]*/)?python[\d.]*(?:\.exe)?[\"' ]")
_MODULE = re.compile(r"[\"']-m[\"']\s*,\s*f?[\"']([\w.]+)[\"']|\s-m ([\w.]+)")
_SCRIPT = re.compile(r"[\"' /]([\w-]+\.py)\b")
_ASSIGNED = re.compile(r"\s*(\w+)\s*(?::[^=]+)?=")
_CODE = re.compile(r"[\"']-c[\"']")
_IMPORTED = re.compile(r"\b(?:from\s+([\w.]+)\s+import\s+(\w+)|import\s+([\w.]+))")
_OWN_COVERAGE = re.compile(r"[\"' ]coverage[\"' ]|COVERAGE_PROCESS_START")
_PYTESTER = frozenset({"runpytest_subprocess", "runpython", "runpython_c"})
_ALWAYS = frozenset({"pytest_addoption", "pytest_configure", "pytest_sessionstart", "pytest_sessionfinish"})
_ONLY_HELP = re.compile(r"[\"'](--help|--version|-h|-V)[\"']")


@dataclass(frozen=True, slots=True)
class Program:
    """A program of the project: the file that is run, the functions that it calls first, and how it is named.

    `entries` are entered for certain when the program is given a job.
    """

    path: str
    entries: tuple[BodyKey, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Start:
    """A place that starts a program. One that only asks for help or the version enters next to nothing."""

    call: WatchedCall
    program: Program
    is_help: bool = False


def starts_of(exam: Exam) -> tuple[Start, ...]:
    """All places in tests and product that start a program of the project and do not measure it by themselves."""
    commands = commands_of(exam)
    calls = [call for call in exam.calls if call.name.startswith(STARTERS)]
    return (*(start for call in calls for start in _starts(exam, call, commands)), *_of_pytester(exam))


def _of_pytester(exam: Exam) -> Iterator[Start]:
    """Tests of a pytest plugin that run pytest anew as a process."""
    plugins = [module for _, module in _plugins(exam) if module in {facts.module for facts in exam.facts.values()}]
    paths = [path for path, facts in exam.facts.items() if facts.module in plugins]
    for facts in exam.test_facts.values() if paths else ():
        for unit in facts.units:
            for call in unit.calls:
                if call.name.rpartition(".")[2] in _PYTESTER:
                    place = WatchedCall(facts.path, call.line, call.name, unit.name)
                    yield from (
                        Start(place, Program(path, _hooks(exam, path), "pytest with the plugin")) for path in paths
                    )


def _hooks(exam: Exam, path: str) -> tuple[BodyKey, ...]:
    """The hooks that pytest calls in every session, whatever its tests are."""
    return tuple((path, unit.name) for unit in exam.facts[path].units if unit.name in _ALWAYS)


def _starts(exam: Exam, call: WatchedCall, commands: Mapping[str, Program]) -> Iterator[Start]:
    """The programs that a call starts: by what it is given, else by the function around it and the names in both."""
    given = ", ".join([*call.arguments, *call.keywords.values()])
    around = given if call.strings else f"{given}\n{text_of_unit(exam, call.path, call.unit)}"
    for text in (given, around, f"{around}\n{_constants(exam.source(call.path), around)}"):
        if _OWN_COVERAGE.search(text):
            return
        programs = list(_of_python(exam, text) if _PYTHON.search(text) else _of_commands(call, commands))
        for program in dict.fromkeys(programs):
            yield Start(call, program, bool(_ONLY_HELP.search(given)))
        if programs:
            return


def _constants(source: str, text: str) -> str:
    """The assignments of the names that a text mentions: `CLI = [sys.executable, "-m", "shop"]`."""
    names = set(re.findall(r"[A-Za-z_]\w*", text))
    lines = ((line, _ASSIGNED.match(line)) for line in source.split("\n"))
    return "\n".join(line for line, assigned in lines if assigned and assigned[1] in names)


def _of_python(exam: Exam, text: str) -> Iterator[Program]:
    """What Python is told to run: `-m module`, a script of the project, or code that imports from it."""
    modules = {facts.module: path for path, facts in exam.facts.items()}
    for match in _MODULE.finditer(text):
        name = match[1] or match[2]
        for each in (f"{name}.__main__", name):
            if each in modules:
                yield program_of(exam, modules[each], f"python -m {name}")
                break
    for name in dict.fromkeys(_SCRIPT.findall(text)):
        fitting = [path for path in exam.facts if path.rpartition("/")[2] == name]
        if len(fitting) == 1:
            yield program_of(exam, fitting[0], f"python {fitting[0]}")
    if _CODE.search(text):
        for match in _IMPORTED.finditer(text):
            yield from _of_code(exam, modules, match[1] or match[3], match[2])


def _of_code(exam: Exam, modules: Mapping[str, str], module: str, name: str | None) -> Iterator[Program]:
    for each in (f"{module}.{name}", module):
        if each in modules:
            entries = _functions(exam, modules[each], [name] if name and each == module else [])
            yield Program(modules[each], entries, f"python -c (imports {module})")
            return


def _of_commands(call: WatchedCall, commands: Mapping[str, Program]) -> Iterator[Program]:
    """A console script, which is the first word of the command."""
    argument = call.arguments[0] if call.arguments else call.keywords.get("args", "")
    first = re.match(r"\s*[\[(]?\s*f?[\"']([\w./-]+)", argument)
    if first and (name := first[1].rpartition("/")[2]) in commands:
        yield commands[name]


def program_of(exam: Exam, path: str, name: str) -> Program:
    """The program that running a file is: the functions that its `__main__` block calls, or its top level does."""
    facts = exam.facts[path]
    block = facts.main_block if facts.main_block else ~NO_LINES
    called = [
        call.name
        for unit in facts.units
        if not unit.is_body
        for call in unit.calls
        if call.kind == "name" and block >> call.line & 1
    ]
    entries = _functions(exam, path, called)
    return Program(path, entries or _reached(exam, path), name)


def _reached(exam: Exam, path: str) -> tuple[BodyKey, ...]:
    """Functions that the top level calls by names that other files pass on."""
    return tuple(key for key, chance in exam.reach([(path, MODULE)]).items() if chance >= LIKELY)


def _functions(exam: Exam, path: str, names: Iterable[str]) -> tuple[BodyKey, ...]:
    by_name = exam.bodies_by_name
    module = exam.facts[path].module
    found = [by_name.get(name) or by_name.get(f"{module}.{name}") for name in names]
    return tuple(dict.fromkeys(key for key in found if key))


def commands_of(exam: Exam) -> Mapping[str, Program]:
    """The console scripts that the project installs, by their names."""
    modules = {facts.module: path for path, facts in exam.facts.items()}
    found = {}
    for name, target in _entry_points(exam):
        module, _, function = target.partition(":")
        if module.strip() in modules:
            path = modules[module.strip()]
            found[name] = Program(path, _functions(exam, path, [function.partition("[")[0].strip()]), name)
    return found


def _entry_points(exam: Exam) -> Iterator[tuple[str, str]]:
    if text := exam.text_of("pyproject.toml"):
        yield from _toml_pairs(text.text, ("project", "scripts"))
        yield from _toml_pairs(text.text, ("tool", "poetry", "scripts"))
    if text := exam.text_of("setup.cfg"):
        parser = ConfigParser(interpolation=None)
        try:
            parser.read_string(text.text)
        except ConfigParserError:
            return
        yield from _pairs(parser.get("options.entry_points", "console_scripts", fallback=""))
    if text := exam.text_of("setup.py"):
        yield from re.findall(r"[\"']([\w.-]+)\s*=\s*([\w.]+:[\w.]+)[\"']", text.text)


def _toml_pairs(text: str, keys: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    try:
        table: object = tomllib.loads(text)
    except (ValueError, RecursionError):
        return
    for key in keys:
        table = table.get(key, {}) if isinstance(table, dict) else {}
    if isinstance(table, dict):
        yield from ((str(name), target) for name, target in table.items() if isinstance(target, str))


def _plugins(exam: Exam) -> Iterator[tuple[str, str]]:
    """pytest's plugins that the project installs: name and module."""
    if text := exam.text_of("pyproject.toml"):
        yield from _toml_pairs(text.text, ("project", "entry-points", "pytest11"))
        yield from _toml_pairs(text.text, ("tool", "poetry", "plugins", "pytest11"))


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for line in text.split("\n"):
        name, is_pair, target = line.partition("=")
        if is_pair:
            yield name.strip(), target.strip()
