"""How names and texts are written in SQL, whatever they contain: one rule for the core and the connectors."""


def quoted(name: str) -> str:
    """A name as an SQL identifier. ValueError for a NUL character, which no identifier can hold."""
    if "\0" in name:
        raise ValueError("an identifier cannot hold a NUL character")
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal, for the few places where no value can be bound (paths, views, COPY)."""
    return "'" + text.replace("'", "''") + "'"


def names_of(column: str) -> str:
    """SQL: the fields that a JSON list of them (`__changed_fields`) names."""
    return f"from_json({column}, '[\"VARCHAR\"]')"
