"""Requirements: what pip reads is taken, what it does not is refused with what was meant, contradictions are found."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement, Requirement

from airdock.diagnostics import Report
from airdock.project.requirements import _is_plain, check_pins, check_requirements


def refused(line: str) -> tuple[str, str | None] | None:
    """Return sentence and help of the finding for a requirement, or None."""
    report = Report()
    check_requirements([line], ("images", "etl", "pip"), report)
    for found in report.findings:
        assert found.kind.code == "AD104"
        return found.message, found.help
    return None


def contradicts(line: str) -> bool:
    """Say whether a requirement contradicts Airflow 2.11.2 on Python 3.12 with docker provider 4.5.9."""
    report = Report()
    check_pins([line], "3.12", "2.11.2", "4.5.9", report)
    return [found.kind.code for found in report.findings] == ["AD315"]


@pytest.mark.parametrize(
    "line",
    [
        "pandas", "pandas==2.2.3", "pandas == 2.2.3", "pandas>=2,<3", "pandas~=2.2", "pandas==2.2.*", "pandas!=2.1.*",
        "pandas[excel,parquet]>=2", "apache-airflow[cncf.kubernetes]", "pandas (>=2)", "zope.interface", "ruamel_yaml",
        "ruamel.yaml", "jaraco.toml", "zc.lock",
        "pandas ; python_version < '3.12'", 'pandas>=2; sys_platform == "linux" and extra == "x"', "pandas===2.2.3",
        "torch==2.5.1+cu121", "pandas==2.0rc1", "pkg==1!2.0", "pandas @ https://example.org/pandas-2.2.3.whl",
        "shop @ git+https://example.org/shop.git@v1", "https://example.org/pandas-2.2.3.whl",
        "git+ssh://git@example.org/shop.git@v1#egg=shop",
    ],
)  # fmt: skip
def test_requirement_that_pip_reads_is_taken(line: str) -> None:
    assert refused(line) is None


@pytest.mark.parametrize("line", ["requirements.txt", "etc/dev-requirements.in", "pyproject.toml", "poetry.lock"])
def test_name_of_a_file_is_not_taken_for_a_package(line: str) -> None:
    sentence = f'"{line}" is not allowed here: pip would look for a package of that name'
    assert refused(line) == (sentence, f'a file stands alone: pip = "{line}"')
    report = Report()
    check_requirements([line], ("airflow", "requirements"), report)
    assert [found.help for found in report.findings] == ["write the lines of that file, one an entry"]


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("pandas=2.2.3", "pandas==2.2.3"),
        ("pandas = 2.2.3", "pandas==2.2.3"),
        ("pandas[excel]=2.2.3", "pandas[excel]==2.2.3"),
        ("pandas=2.2.3=py312h_0", "pandas==2.2.3"),
        ("pandas 2.2.3", "pandas==2.2.3"),
        ("pandas@2.2.3", "pandas==2.2.3"),
        ("pandas: 2.2.3", "pandas==2.2.3"),
        ("pandas=>2", "pandas>=2"),
        ("pandas~2.2", "pandas~=2.2"),
        ("pandas^2.2", "pandas>=2.2"),
        ("pandas>=2.*", "pandas>=2"),
        ("pandas>=2 <3", "pandas>=2,<3"),
        ("pandas==2.2.3  # newer ones are slow", "pandas==2.2.3"),
        ("pandas==2.2.3 --no-deps", "pandas==2.2.3"),
    ],
)
def test_slip_is_refused_with_what_was_meant(line: str, meant: str) -> None:
    assert refused(line) == (
        f'"{line}" is not allowed here: it is no requirement of pip',
        f'did you mean "{meant}"?',
    )


@pytest.mark.parametrize("line", ["pandas==", "p-", "pandas; python<3", "libs/shop.whl", "pandas>=two"])
def test_what_is_no_requirement_is_refused(line: str) -> None:
    found = refused(line)
    assert found == (
        f'"{line}" is not allowed here: it is no requirement of pip',
        'it is a name, and what is asked of it: "pandas[excel]>=2,<3"',
    )


def test_two_requirements_in_one_entry_are_refused() -> None:
    found = refused("pandas numpy==2.1.0")
    assert found is not None
    assert found[1] == "write one requirement an entry"


def test_address_is_not_repeated() -> None:
    found = refused("shop  git+https://user:pass@example.org/shop.git")
    assert found is not None
    assert "pass" not in found[0]


pieces = st.sampled_from(
    ["a", "Z9", "-", "_", ".", "[", "]", ",", "==", ">=", "~=", "!=", "<", ">", "=", "1", "2.0", ".*", " ", "x[y]"]
)


@settings(max_examples=1500, deadline=None)
@given(st.lists(pieces, max_size=8).map("".join))
def test_what_the_quick_look_takes_packaging_takes(line: str) -> None:
    try:
        Requirement(line)
    except InvalidRequirement:
        assert not _is_plain(line)


def test_plain_requirements_need_no_packaging() -> None:
    code = (
        "import sys; from airdock.diagnostics import Report; from airdock.project.requirements import *;"
        "lines = ['pandas', 'pandas==2.2.3', 'x[a.b,c]>=1,<2', 'y~=1.4', 'z==2.*'];"
        "check_requirements(lines, (), Report()); check_pins(lines, '3.12', '1', '1', Report());"
        "sys.exit('packaging' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "line",
    [
        "apache-airflow", "apache-airflow[celery]", "apache_airflow==2.11.2", "Apache.Airflow >=2.10,<3",
        "apache-airflow~=2.11.0", "apache-airflow==2.11.*", "apache-airflow!=2.11.1", "apache-airflow>=2.11rc1",
        "apache-airflow==2.10.0 ; python_version < '3.10'", "apache-airflow==2.10.0; sys_platform == 'win32'",
        "apache-airflow==2.10.0 ; python_version != '3.12'", "apache-airflow==2.10.0; platform_machine != 'x86_64'",
        "apache-airflow-providers-docker==4.5.9", "apache-airflow-providers-docker>=4", "apache-airflow-client==2.9.0",
        "apache-airflow-providers-http==4.5.0", "pandas==2.2.3", "apache-airflow @ https://example.org/airflow.whl",
    ],
)  # fmt: skip
def test_requirement_that_fits_is_silent(line: str) -> None:
    assert not contradicts(line)


@pytest.mark.parametrize(
    "line",
    [
        "apache-airflow==2.11.1", "apache_airflow[celery] >= 3", "apache-airflow~=2.10.0", "apache--airflow<2.11",
        "apache-airflow==2.10.0 ; python_version >= '3.10'", "apache-airflow!=2.11.*",
        "apache-airflow==2.10.0 ; python_full_version == '3.12.0' and platform_release == ''",
        "apache-airflow-providers-docker==4.4.0", "apache_airflow_providers_docker<4.5",
    ],
)  # fmt: skip
def test_requirement_that_contradicts_is_found(line: str) -> None:
    assert contradicts(line)
