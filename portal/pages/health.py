"""Whether this web process can do its work."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from portal.kit.jobs import seconds_since_heartbeat


@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers; says how old the background work's last sign of life is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok", "heartbeatAge": seconds_since_heartbeat()})
