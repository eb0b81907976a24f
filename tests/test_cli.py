"""The command line: exit codes, what is printed where, and the commands that need no project."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from airdock.diagnostics.formats import FOR_PEOPLE, FORMATS
from airdock.explain import sorted_kinds
from commands import CANARY, ERROR, GOOD, WARNING, files, run, write_project
from conftest import REPOSITORY


@pytest.fixture
def project(tmp_path: Path, fixed_host: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Return a function that writes a project and returns its folder, in which the test runs."""
    fixed_host()
    monkeypatch.chdir(tmp_path)
    return lambda text: write_project(tmp_path, text)


def test_no_findings_is_exit_code_0(project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "-C", project(GOOD)) == 0
    assert capsys.readouterr() == ("", "airdock.toml: no errors\n")


@pytest.mark.parametrize("command", ["check", "build"])
def test_error_is_exit_code_1_and_nothing_is_written(
    command: str, project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(ERROR)
    assert run(command, "-C", folder) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert 'error[AD201]: task "a" uses image "shel", which is not declared' in printed.err
    assert 'did you mean "shell"?' in printed.err
    assert set(files(folder)) == {"airdock.toml"}


@pytest.mark.parametrize("command", ["check", "build"])
def test_warning_is_exit_code_0_and_1_if_strict(
    command: str, project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(WARNING)
    assert run(command, "-C", folder, "--strict") == 1
    assert "warning[AD404]" in capsys.readouterr().err
    assert set(files(folder)) == {"airdock.toml"}
    assert run(command, "-C", folder) == 0
    assert "warning[AD404]" in capsys.readouterr().err
    assert ("Dockerfile" in files(folder)) == (command == "build")


def test_warning_that_is_ignored_is_none_for_strict(project: Callable[[str], Path]) -> None:
    assert run("check", "--strict", "-C", project(WARNING + '\n[lint]\nignore = ["AD404"]\n')) == 0


def test_missing_file_is_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("build", "-C", tmp_path) == 1
    assert "error[AD001]: cannot read airdock.toml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--strict"], "airdock: the following arguments are required: COMMAND"),
        (["biuld"], 'did you mean "build"?'),
        (["chekc"], 'did you mean "check"?'),
        (["explian", "AD201"], 'did you mean "explain"?'),
        (["something-else"], "known: build, check, doctor, show, graph, init, explain, schema, completion"),
        (["build", "--chekc"], 'did you mean "--check"?'),
        (["check", "--stict"], 'did you mean "--strict"?'),
        (["build", "--exitcode"], 'did you mean "--exit-code"?'),
        (["build", "--ouput-format", "json"], 'did you mean "--output-format"?'),
        (["build", "--check", "--diff"], "airdock build: argument --diff: not allowed with argument --check"),
        (["build", "--watch", "--check"], "argument --check: not allowed with argument --watch"),
        (["build", "--diff", "--watch"], "argument --watch: not allowed with argument --diff"),
        (["build", "--watch", "--exit-code"], "airdock build: --watch has no end, and so no exit code"),
        (["build", "--watch", "--force"], "run `airdock build --force` before it"),
        (["build", "--watch", "--output-format", "sarif"], "which is no sarif; use full or concise"),
        (["completion", "tcsh"], "invalid choice: 'tcsh'"),
        (["build", "--diff", "--output-format", "json"], "build: --diff and --output-format json both write to stand"),
        (["build", "--diff", "--output-format", "github"], "use full or concise"),
        (["explain", "AD201", "--markdown"], "not allowed with argument CODE"),
        (["check", "--output-format", "jsn"], "invalid choice: 'jsn'"),
        (["check", "-C"], "expected one argument"),
        (["check", "--force"], "unrecognized arguments: --force"),
        (["explain", "AD999"], 'there is no finding "AD999"'),
        (["explain", "AD21"], 'did you mean "AD21'),
        (["explain", "999"], 'there is no finding "999"'),
        (["explain", "²"], 'there is no finding "²"'),
    ],
    ids=" ".join,
)
def test_wrong_command_line_is_exit_code_2(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert sentence in printed.err


@pytest.mark.parametrize("command", ["check", "build"])
def test_bug_is_exit_code_3_with_a_report_without_values(
    command: str,
    project: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(*_: object) -> None:
        try:
            dict[str, str]()[CANARY]
        except KeyError as error:
            raise RuntimeError(f"holds {CANARY}") from error

    monkeypatch.setattr("airdock.pipeline.resolve", broken)
    folder = project(GOOD)
    assert run(command, "-C", folder) == 3
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("airdock has a bug. Please report it with these lines:\n\nairdock ")
    assert f"Python {sys.version.split()[0]}" in printed.err
    assert "in broken\n" in printed.err
    assert printed.err.endswith("RuntimeError\n")
    assert CANARY not in printed.err
    assert set(files(folder)) == {"airdock.toml"}


def test_interruption_is_exit_code_130(project: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("airdock.pipeline.validate", interrupted)
    assert run("check", "-C", project(GOOD)) == 130


def test_reader_that_has_gone_is_no_fault() -> None:
    command = [sys.executable, "-m", "airdock", "schema"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=REPOSITORY) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_version_and_help_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert re.fullmatch(r"airdock \d+\.\d+\.\d+\n", capsys.readouterr().out)
    assert run("--help") == 0
    assert "commands:" in capsys.readouterr().out
    assert run("build", "--help") == 0
    assert "--exit-code" in capsys.readouterr().out


def test_directory_and_file_can_be_named(
    project: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(GOOD)
    inner = folder / "inner"
    inner.mkdir()
    (folder / "airdock.toml").rename(inner / "other.toml")
    monkeypatch.chdir(folder)
    assert run("check", "-C", "inner", "-f", "other.toml") == 0
    assert run("check", "-f", "inner/other.toml") == 0
    assert run("check", "-f", inner / "other.toml") == 0
    assert run("check", "-C", "inner") == 1
    capsys.readouterr()
    assert run("build", "-f", "inner/other.toml") == 0
    assert "created   inner/dags/first.py\n" in capsys.readouterr().out
    assert (inner / "dags/first.py").is_file()
    assert not (folder / "dags").exists()


def test_finding_names_the_file_that_was_asked_for(
    project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(ERROR)
    (folder / "airdock.toml").rename(folder / "other.toml")
    assert run("check", "-C", folder, "-f", "other.toml", "--output-format", "concise") == 1
    assert capsys.readouterr().err.startswith("other.toml:17:9: error AD201 ")


each_text = pytest.mark.parametrize(
    "text", [GOOD, WARNING, ERROR, "= 1", ""], ids=["good", "warning", "error", "no TOML", "empty"]
)
each_command = pytest.mark.parametrize(
    "arguments",
    [["check"], ["build"], ["build", "--check"], ["build", "--exit-code"], ["check", "--strict"]],
    ids=" ".join,
)


@each_text
@each_command
def test_json_stands_alone_on_standard_output(
    text: str, arguments: list[str], project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    project(text)
    code = run(*arguments, "--output-format", "json")
    printed = capsys.readouterr()
    data = json.loads(printed.out)
    assert data["summary"]["errors"] == sum(found["severity"] == "error" for found in data["findings"])
    fails = data["summary"]["errors"] or "--exit-code" in arguments or ("--strict" in arguments and data["findings"])
    assert code == (1 if fails else 0)
    for found in data["findings"]:
        keys = {"code", "slug", "severity", "message", "help", "file", "line", "column", "end_line", "end_column"}
        assert set(found) == keys | {"related"}


@each_text
@each_command
@pytest.mark.parametrize("form", [form for form in FORMATS if form not in FOR_PEOPLE])
def test_programs_have_standard_output_to_themselves(
    form: str, text: str, arguments: list[str], project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    project(text)
    run(*arguments, "--output-format", form)
    printed = capsys.readouterr()
    if form == "github":
        assert [line for line in printed.out.splitlines() if not line.startswith(("::error ", "::warning "))] == []
    else:
        json.loads(printed.out)
    # What a build has written, a person still sees.
    assert re.fullmatch(r"((login|created|updated).*\n|nothing to do\n|to commit: .*\n)*", printed.err)
    assert bool(printed.err) == (arguments[0] == "build" and "--check" not in arguments and text in (GOOD, WARNING))


@each_text
@each_command
@pytest.mark.parametrize("form", FOR_PEOPLE)
def test_people_read_findings_on_standard_error(
    form: str, text: str, arguments: list[str], project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    project(text)
    run(*arguments, "--output-format", form)
    assert " AD" not in capsys.readouterr().out


def test_exit_code_does_not_depend_on_the_format(project: Callable[[str], Path]) -> None:
    for text in (GOOD, WARNING, ERROR):
        project(text)
        for more in ([], ["--strict"]):
            assert len({run("check", *more, "--output-format", form) for form in FORMATS}) == 1


@pytest.mark.parametrize(
    ("value", "arguments", "form"),
    [
        ("true", [], "github"),
        ("true", ["--output-format", "full"], "full"),
        ("true", ["--output-format", "gitlab"], "gitlab"),
        ("false", [], "full"),
        ("", [], "full"),
        (None, [], "full"),
    ],
)
def test_github_actions_get_their_own_format_unless_asked_otherwise(
    value: str | None,
    arguments: list[str],
    form: str,
    project: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if value is not None:
        monkeypatch.setenv("GITHUB_ACTIONS", value)
    project(ERROR)
    assert run("check", *arguments) == 1
    printed = capsys.readouterr()
    starts = {"github": "::error title=AD201 ", "full": "error[AD201]: ", "gitlab": "[\n"}
    assert (printed.err if form == "full" else printed.out).startswith(starts[form])
    assert (printed.out if form == "full" else printed.err) == ""


def test_diff_has_standard_output_to_itself_in_github_actions_too(
    project: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    project(WARNING)
    assert run("build", "--diff") == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("--- ")
    assert "::" not in printed.out
    assert printed.err.startswith("warning[AD404]")


@pytest.mark.parametrize("form", FORMATS)
def test_path_can_be_opened_from_where_airdock_was_started(
    form: str, project: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(ERROR)
    inner = folder / "a" / "b"
    inner.mkdir(parents=True)
    (folder / "airdock.toml").rename(inner / "x.toml")
    for start, arguments, shown in (
        (folder, ["-C", "a/b", "-f", "x.toml"], "a/b/x.toml"),
        (folder, ["-f", "a/b/x.toml"], "a/b/x.toml"),
        (folder, ["-f", str(inner / "x.toml")], "a/b/x.toml"),
        (inner, ["-f", "x.toml"], "x.toml"),
        (inner, ["-C", str(inner), "-f", "x.toml"], "x.toml"),
        (
            inner.parent,
            ["-C", "../a/b", "-f", "x.toml"],
            "../a/b/x.toml" if form in (*FOR_PEOPLE, "json") else "b/x.toml",
        ),
    ):
        monkeypatch.chdir(start)
        assert run("check", *arguments, "--output-format", form) == 1
        printed = "".join(capsys.readouterr())
        assert re.search(rf'(^|[ ="]){re.escape(shown)}\b', printed), (arguments, printed)
        assert str(folder) not in printed


def test_lines_of_a_build_name_paths_that_git_can_add(
    project: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(GOOD)
    inner = folder / "inner"
    inner.mkdir()
    (folder / "airdock.toml").rename(inner / "airdock.toml")
    assert run("build", "-C", "inner", "--exit-code") == 1
    printed = capsys.readouterr().out
    (line,) = [line for line in printed.splitlines() if line.startswith("to commit: git add ")]
    assert all((folder / path).is_file() for path in line.split()[4:])
    assert "created   inner/dags/first.py\n" in printed


def test_file_without_errors_is_named_as_it_can_be_opened(
    project: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(GOOD)
    monkeypatch.chdir(folder.parent)
    assert run("check", "-C", folder.name) == 0
    assert capsys.readouterr().err == f"{folder.name}/airdock.toml: no errors\n"


def test_concise_is_one_line_for_each_finding(
    project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", "-C", project(WARNING), "--output-format", "concise") == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert re.fullmatch(r"airdock\.toml:14:7: warning AD404 [^\n]+\n", printed.err)


@pytest.mark.parametrize("code", [kind.code for kind in sorted_kinds()])
def test_every_code_is_explained(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", code) == 0
    page = capsys.readouterr().out
    assert page.startswith(f"{code} ")
    assert [line for line in page.splitlines() if line in ("What", "Why it matters", "Example", "Fix")] == [
        "What",
        "Why it matters",
        "Example",
        "Fix",
    ]
    for other in (code.lower(), code[2:], code[2:].lstrip("0")):
        assert run("explain", other) == 0
        assert capsys.readouterr().out == page


def test_codes_are_listed_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain") == 0
    codes = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert codes == [kind.code for kind in sorted_kinds()] == sorted(codes)


def test_schema_is_printed_as_it_is_stored(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("schema") == 0
    printed = capsys.readouterr().out
    assert printed == (REPOSITORY / "schema" / "airdock.schema.json").read_text(encoding="utf-8")
    assert json.loads(printed)["title"] == "airdock.toml"
