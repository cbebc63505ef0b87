"""The store API under ``/api/v3/{storeId}``: one module per kind of resource, one guard in front of all."""
