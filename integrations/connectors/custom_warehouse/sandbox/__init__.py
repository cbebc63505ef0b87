"""A small warehouse that takes signed messages and calls our API, as somebody's own program would.

It imports nothing of the portal but the check of signatures, so that it shows what such a program needs.
"""
