"""What `include` may name, what an included file may hold, and how both are said."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_document import BASE, loaded, messages

from airdock.diagnostics import Report
from airdock.diagnostics.locate import locate_all
from airdock.load.document import load_document


def test_what_the_main_file_declares_stands_before_an_included_one(tmp_path: Path) -> None:
    loaded(tmp_path, {"a.toml": '[images.etl]\nref = "y"\n'})
    (tmp_path / "airdock.toml").write_text(f'include = ["a.toml"]\n{BASE}[images.etl]\nref = "x"\n', encoding="utf-8")
    report = Report()
    document = load_document(tmp_path, "airdock.toml", report)
    (found,) = locate_all(report.findings, document)
    (related,) = found.related
    assert (found.diagnostic.message, related.message) == ("[images.etl] is declared twice", "first declared here")
    assert (found.location.file, found.location.line, found.location.column) == ("a.toml", 1, 9)
    assert (related.location.file, related.location.line, related.location.column) == ("airdock.toml", 6, 9)
    assert document.values["images"] == {"etl": {"ref": "x"}}


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("p" * 80, f'include "{"p" * 80}" matches no file'),
        ("p" * 81, f'include "{"p" * 40}…" matches no file'),
        ("../a.toml", 'include "../a.toml" leaves the project'),
        ("link.toml", 'include "link.toml" leaves the project by the link link.toml'),
        ("**x/**/" * 20, None),
    ],
    ids=["long", "too long", "parent", "link", "odd"],
)
def test_pattern_is_named_as_far_as_it_helps(pattern: str, message: str | None, tmp_path: Path) -> None:
    (tmp_path / "link.toml").symlink_to("/etc/hostname")
    found = messages(tmp_path, {"airdock.toml": f'include = ["{pattern}"]\n{BASE}'})
    assert found == ([message] if message else [f'include "{pattern[:40]}…" matches no file'])


@pytest.mark.parametrize("target", ["gone.toml", "broken.toml"], ids=["nowhere", "ring"])
def test_link_that_leads_nowhere_is_no_part_that_may_be_left_out(target: str, tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text('[images.etl]\nref = "x"\n', encoding="utf-8")
    (tmp_path / "broken.toml").symlink_to(target)
    (tmp_path / "folder.toml").mkdir()
    found = messages(tmp_path, {"airdock.toml": f'include = ["[bfg]*.toml"]\n{BASE}'})
    assert found == ['include "[bfg]*.toml" matches broken.toml, a link that leads nowhere']


def test_mark_of_an_editor_on_a_file_that_is_being_edited_is_no_part(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text('[images.etl]\nref = "x"\n', encoding="utf-8")
    (tmp_path / ".#good.toml").symlink_to("somebody@host.4711:1700000000")
    assert messages(tmp_path, {"airdock.toml": f'include = ["*.toml"]\n{BASE}'}) == []


@pytest.mark.parametrize(
    ("included", "message", "advice"),
    [
        ("imges.a.ref = 1", 'unknown key "imges" in an included file', 'did you mean "images"?'),
        (
            "project.name = 'a'",
            'unknown key "project" in an included file',
            "an included file may hold: images, mounts, connections, variables, pools, assets, engines, dags",
        ),
        ("images = ['a']", "expected a table, found a list", None),
    ],
)
def test_included_file_holds_tables_of_names_alone(
    included: str, message: str, advice: str | None, tmp_path: Path
) -> None:
    (tmp_path / "airdock.toml").write_text(f'include = ["a.toml"]\n{BASE}', encoding="utf-8")
    (tmp_path / "a.toml").write_text(included, encoding="utf-8")
    report = Report()
    load_document(tmp_path, "airdock.toml", report)
    assert [(found.message, found.help) for found in report.findings] == [(message, advice)]
