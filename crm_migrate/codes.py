"""The catalogue of reason and finding codes: stable words, each with its cause and its fix.

`docs/codes.md` is generated from here; a test proves that every code used anywhere in the package is in it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """One code: the family it belongs to, what it means, and what a consultant does about it."""

    family: str
    title: str
    fix: str


CODES: dict[str, Code] = {
    # -- reading -------------------------------------------------------------------------------------------------
    "undecodable": Code(
        "read",
        "A row holds bytes that are no text in the encoding of its file.",
        "Declare the right `encoding:` for the source, or mend the row and feed it again.",
    ),
    "cell_count": Code(
        "read",
        "A row has more or fewer cells than the header.",
        "Look at the physical line that is named: usually an unquoted delimiter or a cut line.",
    ),
    # -- mapping -------------------------------------------------------------------------------------------------
    # -- values --------------------------------------------------------------------------------------------------
    "value_unmapped": Code(
        "value",
        "A value has no translation in its value map.",
        "Add it to the map, or decide what unmapped values do (`unmapped:`).",
    ),
    # -- identity ------------------------------------------------------------------------------------------------
    # -- relations -----------------------------------------------------------------------------------------------
    "parent_missing": Code(
        "relation",
        "A reference names a record that no source has.",
        "Bring the missing record, or say `missing:` on the reference.",
    ),
    # -- scope ---------------------------------------------------------------------------------------------------
    "excluded_rule": Code("scope", "Left out by a rule of the mapping.", "Nothing, if the rule is right."),
    # -- privacy -------------------------------------------------------------------------------------------------
    # -- loading -------------------------------------------------------------------------------------------------
    # -- comparing -----------------------------------------------------------------------------------------------
}
