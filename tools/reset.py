"""`make reset`: remove the embedded database and the keys, after a question."""

import shutil
import sys
from pathlib import Path

from portal import env
from portal.kit.postgres.cluster import Cluster
from tools.steps import ROOT, Stop


def main() -> None:
    """Ask, stop the server, remove it. A database of DATABASE_URL is left alone."""
    var = Path(env.text("SWITCHYARD_VAR", str(ROOT / "var")))
    cluster = Cluster.below(var)
    print(f"This removes every order, rule and key in {cluster.home} and {var}.")
    if "--yes" not in sys.argv and input("Type “reset” to go on: ").strip() != "reset":
        raise Stop("Nothing was removed.")
    if cluster.data.exists():
        cluster.stop()
    for folder in (cluster.home, cluster.socket_folder, var):
        shutil.rmtree(folder, ignore_errors=True)
    print("Removed.")


if __name__ == "__main__":
    main()
