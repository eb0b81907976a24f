"""DAGs that others wrote by hand, to compare with: the examples of the docker provider, from its source archive.

    python tests/oracles/originals.py install

They are unpacked beside the environments of airflow_environments.py and never copied into the repository. This file
needs no package but pip.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from airflow_environments import PROVIDERS, QUICK, cache

AIRFLOW = QUICK[-1]
"""The Airflow that both are read with."""
PROVIDER = PROVIDERS[AIRFLOW]
EXAMPLES = "tests/system/docker/"
HARNESS = "tests_common/test_utils/system_tests.py"
"""What the examples import to run themselves as tests: not in the archive, and nothing that a DAG needs."""


def folder() -> Path:
    """Return the folder of the examples; it need not exist."""
    return cache().parent / "originals" / f"docker-{PROVIDER}"


def install() -> Path:
    """Fetch the examples unless they are there, and return their folder."""
    final = folder()
    if final.exists():
        return final
    final.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=final.parent) as made:
        wanted = f"apache-airflow-providers-docker=={PROVIDER}"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*command, "--no-binary", ":all:", "--dest", made, wanted], check=True)
        (archive,) = Path(made).glob("*.tar.gz")
        ready = Path(made) / "ready"
        (ready / HARNESS).parent.mkdir(parents=True)
        (ready / HARNESS).write_text("def get_test_run(dag):\n    return None\n", encoding="utf-8")
        with tarfile.open(archive) as members:
            for member in members:
                content = members.extractfile(member) if f"{EXAMPLES}example_" in member.name else None
                if content is not None:
                    (ready / Path(member.name).name).write_bytes(content.read())
        shutil.move(ready, final)
    return final


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="DAGs that others wrote, to compare with.")
    parser.add_argument("command", choices=["install"])
    parser.parse_args()
    print(install())  # noqa: T201


if __name__ == "__main__":
    main()
