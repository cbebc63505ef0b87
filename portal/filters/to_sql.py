"""The SQL reading: filter tree to Django `Q`. The one file of the language that knows Django.

Note for whoever declares a table that is filtered: text is compared folded, and folded once, in
Python. So the row of the entity, and the row of each of its lines, has a jsonb column `facets`
(NOT NULL, default {}), written together with the row by `portal.filters.facets.Facets`; a field
that declares `column` (numbers, money, datetimes cut to milliseconds, booleans, enums) or `folded`
(text, country: folded text; list: text[] of folded texts) is read from that column instead and is
left out of the facets. See the docstrings of `facets.py` and `fields.py`.
"""
