"""Django's PostgreSQL backend over the embedded server, which starts with the first connection."""

from typing import Any

from django.db.backends.postgresql import base, client

from portal.kit.postgres.cluster import Cluster


class DatabaseClient(client.DatabaseClient):
    """`manage.py dbshell` with the psql that comes with the embedded server."""

    def runshell(self, parameters: Any) -> None:
        """Open psql on the embedded server."""
        cluster: Cluster = self.connection.settings_dict["CLUSTER"]
        cluster.ensure()
        self.executable_name = str(cluster.program("psql"))
        super().runshell(parameters)

    @classmethod
    def settings_to_cmd_args_env(cls, settings_dict: Any, parameters: Any) -> Any:
        """Return the command line of psql, from the embedded server's own folder."""
        args, env = super().settings_to_cmd_args_env(settings_dict, parameters)
        return [str(settings_dict["CLUSTER"].program("psql")), *args[1:]], env


class DatabaseWrapper(base.DatabaseWrapper):
    """The stock backend, but for the start of the server."""

    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        """Start the server where it is not running, and return the parameters of a connection to it."""
        cluster: Cluster = self.settings_dict["CLUSTER"]
        cluster.ensure()
        return super().get_connection_params()
