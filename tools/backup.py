"""Write a dump of the embedded database: `.venv/bin/python -m tools.backup FILE`."""

import subprocess
import sys
from pathlib import Path

from portal import env
from portal.kit.postgres.cluster import Cluster
from tools.steps import ROOT, Stop


def main() -> None:
    """Write the dump beside its final name first, so that a broken one never has it."""
    if len(sys.argv) != 2:
        raise Stop("Name the file to write, for example: .venv/bin/python -m tools.backup switchyard.dump")
    target = Path(sys.argv[1])
    cluster = Cluster.below(Path(env.text("SWITCHYARD_VAR", str(ROOT / "var"))))
    cluster.ensure()
    half = target.with_name(f"{target.name}.half")
    server = ["-h", str(cluster.socket_folder), "-U", cluster.superuser, "-d", cluster.database]
    done = subprocess.run(
        [str(cluster.program("pg_dump")), "--format=custom", "--file", str(half), *server], check=False
    )
    if done.returncode:
        raise Stop("The backup was not written; the reason stands above.")
    half.rename(target)
    print(f"{target}: {target.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
