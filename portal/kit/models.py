"""Rows of the kit: bells that wait, and signs of life."""

from django.db import models


class Bell(models.Model):
    """Whether a bell has been rung and not been answered yet, so that it is queued once."""

    name = models.CharField(max_length=80, primary_key=True)
    queued_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Heartbeat(models.Model):
    """When a part of the background work last showed that it lives."""

    name = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField()
    generation = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"
