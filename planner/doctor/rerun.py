"""The command that makes a project's coverage data anew, in the project's own words."""

from planner.doctor.exam import Exam


def measuring_command(exam: Exam) -> str:
    """What to run in the root so that everything is measured from the first line on, and nothing old is left.

    `coverage run` starts before pytest loads any plugin; pytest-cov, where `addopts` asks for it, is switched off then.
    """
    words = ["python -m coverage run", *_branch(exam), *_source(exam), f"-m {runner_of(exam)}"]
    return " ".join([*words, *(["--no-cov"] if uses_pytest_cov(exam) else [])])


def usual_command(exam: Exam) -> str:
    """What the project runs itself to make its data: pytest where `addopts` measure already, else `coverage run`.

    Data with the contexts of pytest-cov (`tests/test_x.py::test_y|run`) was made by pytest-cov.
    """
    if uses_pytest_cov(exam):
        return "python -m pytest"
    if not any("::" in name and name.endswith("|run") for name in exam.trail.contexts):
        return measuring_command(exam)
    source = [word.replace("--source", "--cov") for word in _source(exam)] or ["--cov"]
    branch = ["--cov-branch"] if _branch(exam) else []
    context = [] if any(word.startswith("--cov-context") for word in exam.pytest.addopts) else ["--cov-context=test"]
    return " ".join(["python -m pytest", *source, *branch, *context])


def uses_pytest_cov(exam: Exam) -> bool:
    """Whether pytest's `addopts` ask for pytest-cov's measurement in every run."""
    words = exam.pytest.addopts
    return any(word == "--cov" or word.startswith("--cov=") for word in words) and "--no-cov" not in words


def runner_of(exam: Exam) -> str:
    """`pytest`, or `unittest` where nothing in the project speaks of pytest."""
    speaks = exam.pytest.file or any("pytest" in text.text for text in exam.texts)
    imports = any(each.module == "pytest" for facts in exam.test_facts.values() for each in facts.imports)
    classes = any(each.module == "unittest" for facts in exam.test_facts.values() for each in facts.imports)
    return "pytest" if speaks or imports or not classes else "unittest"


def _branch(exam: Exam) -> list[str]:
    return ["--branch"] if exam.measurement.branch and not exam.settings.branch else []


def _source(exam: Exam) -> list[str]:
    """`--source`, where no configuration says it: what `--cov` names, or the folder that holds all of the product."""
    settings = exam.settings
    if settings.source or settings.source_pkgs or settings.source_dirs:
        return []
    named = [word.partition("=")[2] for word in exam.pytest.addopts if word.startswith("--cov=")]
    if any(named):
        return [f"--source={','.join(each for each in named if each)}"]
    tops = {path.partition("/")[0] for path in exam.facts if "/" in path}
    return [f"--source={tops.pop()}"] if len(tops) == 1 else []
