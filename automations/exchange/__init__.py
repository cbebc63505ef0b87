"""Rules as a readable YAML document: written (`exports`), read and taken in (`imports`); docs/rules-as-yaml.md."""
