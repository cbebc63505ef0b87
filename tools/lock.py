"""Write requirements*.txt from the lists in pyproject.toml: `make lock`.

The lock names no registry: whoever installs it chooses the registry, and the hashes say that it served
the same files.
"""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Written by `make lock` from pyproject.toml. Do not edit.\n"
QUIET = ("--quiet", "--no-header", "--no-annotate", "--strip-extras", "--allow-unsafe", "--resolver=backtracking")
NAMELESS = ("--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links", "--no-emit-options")


def main() -> None:
    """Compile the four locks; words on the command line, such as --upgrade, go to pip-compile."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    compile_lock("requirements.txt", project["project"]["dependencies"])
    compile_lock("requirements-dev.txt", [f"-c {ROOT / 'requirements.txt'}", *groups["dev"]])
    compile_lock("requirements-node.txt", groups["node"])
    compile_lock("requirements-bench.txt", [f"-c {ROOT / 'requirements.txt'}", *groups["bench"]])


def compile_lock(name: str, wanted: list[str]) -> None:
    """Resolve one list to exact releases with the hash of each of their files."""
    command = [sys.executable, "-m", "piptools", "compile", "-", "--generate-hashes", *QUIET, *NAMELESS]
    # Without the machine's own pip settings, so that only files of the public registry count.
    environment = {key: value for key, value in os.environ.items() if key not in ("PIP_FIND_LINKS", "PIP_CONSTRAINT")}
    subprocess.run(
        [*command, "--output-file", name, *sys.argv[1:]],
        cwd=ROOT,
        input="\n".join(wanted),
        text=True,
        check=True,
        env=environment | {"PIP_CONFIG_FILE": os.devnull},
    )
    lock = ROOT / name
    lock.write_text(HEADER + lock.read_text().removeprefix(HEADER))
    print(f"wrote {name}")


if __name__ == "__main__":
    main()
