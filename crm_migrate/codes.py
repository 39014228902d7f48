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
    "merge_of_loaded": Code(
        "load",
        "Two records that were loaded apart are one person or company now.",
        "Merge them in the target, or decide that they stay apart; `on_rerun: {now_merged: merge}` keeps the first.",
    ),
    "split_of_loaded": Code(
        "load",
        "Rows that were loaded as one record belong to several now.",
        "Part the record in the target by hand, or put the rule or decision back that joined them.",
    ),
    "target_conflict": Code(
        "load",
        "Somebody changed the record in the target since our last load, and the sources changed too.",
        "Decide which value holds, change it at one side, and run again; nothing was overwritten.",
    ),
    "target_record_gone": Code(
        "load",
        "A record that we loaded is not in the target any more.",
        "If it was deleted on purpose, exclude its rows with a decision; otherwise bring it back in the target.",
    ),
    "now_excluded": Code(
        "load",
        "The rows of a loaded record are left out now.",
        "Delete or archive the record in the target, or take the exclusion back.",
    ),
    "gone": Code(
        "load",
        "No source row feeds this loaded record any more.",
        "Look whether the export is complete; otherwise archive the record in the target.",
    ),
    "parent_held": Code(
        "load",
        "The record that this one belongs to is held, rejected or was refused, so this one waits.",
        "Settle the parent first; this one follows at the next run.",
    ),
    "parent_excluded": Code(
        "load",
        "The record that this one belongs to is left out by a rule.",
        "Nothing if that is meant; otherwise say `parent_excluded:` on the reference.",
    ),
    "existing_review": Code(
        "load",
        "The target holds a record that looks like this one, made by somebody else.",
        "Decide with `existing: {then: fill_blanks | source_wins | target_wins}`, or say that they stay apart.",
    ),
    "existing_ambiguous": Code(
        "load",
        "Several records of the target look like this one, or several of ours look like one of them.",
        "Merge the doubles in the target first, or match by a field that tells them apart.",
    ),
    "target_refused": Code("load", "The target refused the record.", "Read the target's own words beside it."),
    "link_open": Code(
        "load",
        "The record is in the target, but a reference could not be written because its parent was refused.",
        "Mend the parent and run again: the reference is written then.",
    ),
    "ledger_broken": Code(
        "load",
        "The ledger of what was sent has been changed or damaged.",
        "Bring it back from a backup; the target's own journal still protects against double loading.",
    ),
    # -- comparing -----------------------------------------------------------------------------------------------
}
