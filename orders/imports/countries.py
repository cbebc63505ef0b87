"""Country names as people write them in sales files, as ISO 3166-1 codes. Pure: no Django.

Only names that mean one country. “Channel Islands” (GG or JE) and “European Community” have no
code; their text is kept by whoever asked.
"""

from portal.kit.text import fold

_CODES = {
    "AE": ("United Arab Emirates",),
    "AT": ("Austria",),
    "AU": ("Australia",),
    "BE": ("Belgium",),
    "BH": ("Bahrain",),
    "BR": ("Brazil",),
    "CA": ("Canada",),
    "CH": ("Switzerland",),
    "CY": ("Cyprus",),
    "CZ": ("Czech Republic", "Czechia"),
    "DE": ("Germany",),
    "DK": ("Denmark",),
    "ES": ("Spain",),
    "FI": ("Finland",),
    "FR": ("France",),
    "GB": ("United Kingdom", "UK", "Great Britain"),
    "GR": ("Greece",),
    "HK": ("Hong Kong",),
    "IE": ("EIRE", "Ireland"),
    "IL": ("Israel",),
    "IS": ("Iceland",),
    "IT": ("Italy",),
    "JP": ("Japan",),
    "KR": ("Korea", "South Korea"),
    "LB": ("Lebanon",),
    "LT": ("Lithuania",),
    "MT": ("Malta",),
    "NG": ("Nigeria",),
    "NL": ("Netherlands",),
    "NO": ("Norway",),
    "PL": ("Poland",),
    "PT": ("Portugal",),
    "SA": ("Saudi Arabia",),
    "SE": ("Sweden",),
    "SG": ("Singapore",),
    "TH": ("Thailand",),
    "US": ("USA", "United States"),
    "ZA": ("RSA", "South Africa"),
}
_BY_NAME = {fold(name): code for code, names in _CODES.items() for name in names}


def country_code(name: str) -> str | None:
    """Return the two-letter code of a country name, or None where the name means no one country."""
    return _BY_NAME.get(fold(name.strip()))
