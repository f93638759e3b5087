"""The plugin of the embedded CKAN: search in PostgreSQL, and a working Chinese interface."""
