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
    "encoding_mixed": Code(
        "read",
        "A row, or the header, is written in another encoding than its file: only there are its words words.",
        "Write the lines that are named again in the encoding of the rest. Where a name is right as it is, declare "
        "`encoding:`: then only rows of UTF-8 are set aside.",
    ),
    "cell_count": Code(
        "read",
        "A row has more or fewer cells than the header.",
        "Look at the physical line that is named: usually an unquoted delimiter or a cut line.",
    ),
    "cell_separators": Code(
        "read",
        "Cells hold control characters that part lines or values (FileMaker's VT and GS among them): read as line "
        "breaks.",
        "Look at a record in `explain`; where they part values, map the column to a list.",
    ),
    "duration_read": Code(
        "read",
        "Cells with a format of the clock (`h:mm`) hold a day or more: durations, which a spreadsheet shows without "
        "their days. They were read as hours.",
        "Nothing, where they are durations; else give the cells a format with a day and export again.",
    ),
    "cells_quoted": Code(
        "read",
        "Every cell of a column stands in quotes that are part of it.",
        "Export it again with plain double quotes that stand directly beside the delimiters.",
    ),
    "spare_delimiter": Code(
        "read",
        "Every row ends with a delimiter that the header does not have, or the header with one more than every row.",
        "Nothing, where the last named column looks right in the report; else check the header.",
    ),
    "nul_byte": Code(
        "read",
        "A row holds a NUL byte, which no text has.",
        "Look at the line that is named; export the file again if there are many.",
    ),
    "unclosed_quote": Code(
        "read",
        "A quote opens in a row and never closes, or closes in the midst of other text.",
        "Mend the quoting of the line that is named; the rows after it were read.",
    ),
    "record_too_long": Code(
        "read",
        "A cell is longer than any cell of an export.",
        "Look at the line that is named: usually a quote that never closes.",
    ),
    "stray_quote": Code(
        "read",
        "Text follows a closing quote: a quote inside a cell is not doubled.",
        "Double the quote inside the cell, or export the file again.",
    ),
    "header_empty": Code(
        "read",
        "Columns have no name in the header.",
        "Name them in the file, or map them as `Column 3`.",
    ),
    "header_doubled": Code(
        "read",
        "Several columns have one name.",
        "Map the one that is meant: `Tel#1`, `Tel#2`.",
    ),
    "header_reserved": Code(
        "read",
        "A column's name begins with two underscores, which are ours.",
        "Map it by its new name, `column__x`.",
    ),
    "header_suspect": Code(
        "read",
        "Most rows have another number of cells than the header.",
        "Check `header_row:` and `delimiter:` of the source.",
    ),
    "columns_differ": Code(
        "read",
        "The files of one source do not have the same columns.",
        "Check that they are exports of one layout.",
    ),
    "column_missing": Code(
        "read",
        "A column that the mapping names is not in the source.",
        "Correct the name; it must be as the header has it.",
    ),
    "encoding_guessed": Code(
        "read",
        "The encoding was guessed from the letters of the text.",
        "Look at names in `preview` and declare `encoding:`.",
    ),
    "encoding_uncertain": Code(
        "read",
        "The best encoding does not explain all bytes beyond ASCII.",
        "Ask who exported the file, and declare `encoding:`.",
    ),
    "encoding_contradicted": Code(
        "read",
        "The declared encoding is not what the bytes say.",
        "Take `encoding:` out of the mapping, or look at names with accents.",
    ),
    "no_records": Code(
        "read",
        "A file holds a header and nothing else.",
        "Export it again if it should hold records.",
    ),
    "count_differs": Code(
        "read",
        "An independent count of the records found another number.",
        "Do not load; look at the quoting of the file.",
    ),
    "total_row_suspect": Code(
        "read",
        "A row looks like a total and not like a record.",
        "Leave it out with `skip:`, or ignore this.",
    ),
    "hidden_rows": Code(
        "read",
        "A sheet hides rows; they were read.",
        "Leave them out with `skip:` if they are no records.",
    ),
    "hidden_columns": Code(
        "read",
        "A sheet hides columns; they were read.",
        "Map, archive or drop them like the others.",
    ),
    "hidden_sheets": Code(
        "read",
        "A workbook hides sheets; they were not read.",
        "Look whether they hold records; name one with `sheet:`.",
    ),
    "merged_cells": Code(
        "read",
        "A sheet has merged cells: only the first cell of each holds the value.",
        "Part them in the workbook, so that every row holds its values.",
    ),
    "formula_without_value": Code(
        "read",
        "Cells hold formulas without a saved value; they were read as empty.",
        "Open the workbook, let it calculate, save it.",
    ),
    "error_cell": Code(
        "read",
        "Cells hold an error of the spreadsheet (`#N/A`).",
        "Mend the formula; the error's name was read as text.",
    ),
    "number_precision": Code(
        "read",
        "Numbers have more digits than a spreadsheet keeps: the last ones may be lost.",
        "Take such ids from the system itself, or format the column as text first.",
    ),
    "other_sheets": Code(
        "read",
        "A workbook has several sheets; one was read.",
        "Name the others as sources of their own if they hold records.",
    ),
    "join_ambiguous": Code(
        "read",
        "A joined table has several partners for one row.",
        "Say which one is meant with `take:`, or `gather: list`.",
    ),
    "order_unknown": Code(
        "read",
        "A query has no order of its own and no key to sort by.",
        "Name a `key:` that is a column of the query.",
    ),
    "evidence_contradicted": Code(
        "read",
        "This export says otherwise about a column than `evidence.lock`.",
        "Look at the column; when the new reading is right, delete the line from `evidence.lock`.",
    ),
    "evidence_undecided": Code(
        "read",
        "Nothing in a column decides how its cells are read, and neither the mapping nor the locale says.",
        "Say it in the step (`date(DD/MM/YYYY)`, `number(tr)`), or give the source a `locale:`.",
    ),
    "days_doubtful": Code(
        "read",
        "A column of five-digit day numbers gives likely days counted by a spreadsheet, and others counted from 1970.",
        "Compare a record that you know; where the days count from 1970, export the column as dates.",
    ),
    # -- mapping -------------------------------------------------------------------------------------------------
    "mapping_file": Code(
        "mapping",
        "A file that the mapping names is missing, unreadable or not of the form that is wanted.",
        "Put it into the project's folder, as UTF-8, with the columns that are named.",
    ),
    "mapping_yaml": Code(
        "mapping",
        "The file is no YAML that can be read.",
        "Look at the place that is named: usually a quote, a `: ` inside a value, or indentation.",
    ),
    "mapping_depth": Code(
        "mapping",
        "The file is nested deeper than 32 levels.",
        "Write it flatter; no mapping needs that depth.",
    ),
    "mapping_characters": Code(
        "mapping",
        "A control character stands in the file.",
        "Delete it; it usually comes with a copied text.",
    ),
    "mapping_tab": Code(
        "mapping",
        "A tab indents a line.",
        "Indent with spaces.",
    ),
    "mapping_anchor": Code(
        "mapping",
        "An anchor, alias or merge key of YAML.",
        "Write the value out; quote a column's name that starts with `*` or `&`.",
    ),
    "mapping_tag": Code(
        "mapping",
        "A tag of YAML.",
        "Leave it out; quote a text that starts with `!`.",
    ),
    "mapping_duplicate": Code(
        "mapping",
        "The same name stands in one place twice.",
        "Keep one of the two.",
    ),
    "mapping_cut": Code(
        "mapping",
        "A ` #` began a comment in the middle of a value.",
        "Quote the value; a comment has a blank after its `#`.",
    ),
    "mapping_unclosed": Code(
        "mapping",
        "A bracket has no partner.",
        "Close it, or quote the value; inside `{ }` and `[ ]` a comma ends a value.",
    ),
    "mapping_comma": Code(
        "mapping",
        "A comma ended a value inside `{ }`.",
        "Quote the whole value.",
    ),
    "mapping_unknown_word": Code(
        "mapping",
        "A word that the language does not have in this place.",
        "Take the nearest valid word that is named.",
    ),
    "mapping_missing": Code(
        "mapping",
        "A word is missing that this place needs.",
        "Add it.",
    ),
    "mapping_value": Code(
        "mapping",
        "A value is not of the form or choice that is wanted.",
        "Write one of the values that are named.",
    ),
    "mapping_text": Code(
        "mapping",
        "A step, reference, comparison, split or limit cannot be read.",
        "See the mapping reference for its grammar.",
    ),
    "mapping_not_supported": Code(
        "mapping",
        "A construct of the language that is not built yet.",
        "Leave it out for now; nothing is ignored silently.",
    ),
    "expression": Code(
        "mapping",
        "An expression cannot be read or makes no sense with the types of its names.",
        "See the grammar of expressions in the mapping reference.",
    ),
    "secret_literal": Code(
        "mapping",
        "A secret stands in the mapping as text.",
        "Write `env:NAME`, `keyring:NAME` or `file:PATH`, and change the secret: it was in a file.",
    ),
    "path_outside": Code(
        "mapping",
        "A path leads out of the project's folder.",
        "Copy or link the file into the project.",
    ),
    "source_name": Code(
        "mapping",
        "A source's name is a word of the language or no name.",
        "Choose letters, digits and `_`, a letter first.",
    ),
    "source_origin": Code(
        "mapping",
        "A source does not say where its rows are, or says it twice.",
        "Write one of `file:`, `files:`, `table:`, `query:`.",
    ),
    "source_unknown": Code(
        "mapping",
        "A source that is not declared.",
        "Declare it under `sources:`, or take the nearest name.",
    ),
    "source_unused": Code(
        "mapping",
        "A source that feeds nothing: all its rows would stay behind.",
        "Name it in a `from:` or `enrich:`, or remove it.",
    ),
    "source_unread": Code(
        "mapping",
        "A source could not be opened, so its columns were not checked.",
        "Put the file in its place, or check again where the database can be reached.",
    ),
    "source_idle": Code(
        "mapping",
        "A source feeds an object and fills no field of it: its records would be empty.",
        "Map a column of it, or take it out of `from:`.",
    ),
    "source_not_fed": Code(
        "mapping",
        "A field names a source that does not feed its object.",
        "Add the source to the object's `from:`.",
    ),
    "source_ambiguous": Code(
        "mapping",
        "A column without its source, where the object has several.",
        "Write `{source: Column}`.",
    ),
    "column_unknown": Code(
        "mapping",
        "A column that the source does not have.",
        "Take the nearest name; names match after Unicode NFC and trimming.",
    ),
    "columns_unmapped": Code(
        "mapping",
        "Columns of a source that are neither mapped, archived nor dropped.",
        "Map them, or list them under `unmapped:`; signing off is blocked until then.",
    ),
    "key_volatile": Code(
        "mapping",
        "A key looks like a value that people change.",
        "Take columns that never change: a row whose key changes is a new row.",
    ),
    "object_unknown": Code(
        "mapping",
        "An object that the CRM model or the mapping does not have.",
        "Take the nearest name, or say `to:` for an object of the target's own.",
    ),
    "field_unknown": Code(
        "mapping",
        "A field that the object does not have.",
        "Take the nearest name; a field of the target's own needs `type:`.",
    ),
    "field_twice": Code(
        "mapping",
        "A field stands in `let` and in `fields`.",
        "Rename the helper.",
    ),
    "field_empty": Code(
        "mapping",
        "A field without any value.",
        "Name a source's column, a constant or a default.",
    ),
    "field_conflict": Code(
        "mapping",
        "Words that would silently win over each other, or that belong together.",
        "Keep one of them, or add the partner that is named.",
    ),
    "required_unmapped": Code(
        "mapping",
        "A required field that nothing fills: every record would be rejected.",
        "Add a column, a constant or a default.",
    ),
    "type_unknown": Code(
        "mapping",
        "A semantic type that does not exist, or not the field's own.",
        "Take the nearest name; fields of the CRM model have their type.",
    ),
    "survive_unknown": Code(
        "mapping",
        "A rule of survivorship that does not exist.",
        "Take the nearest name.",
    ),
    "choice_unknown": Code(
        "mapping",
        "A value that the target does not offer for this field.",
        "Take one of the target's choices, or add it there first.",
    ),
    "step_unknown": Code(
        "mapping",
        "A step that does not exist.",
        "See `crm-migrate steps`.",
    ),
    "step_arguments": Code(
        "mapping",
        "A step is given arguments that it does not take.",
        "See `crm-migrate steps` for how it is written.",
    ),
    "map_unknown": Code(
        "mapping",
        "A value map that is not declared.",
        "Declare it under `value_maps:`.",
    ),
    "consent_not_strictest": Code(
        "mapping",
        "A consent survives by something else than the strictest word: a withdrawal can lose against a newer or more"
        " trusted permission, also one whose proof is older.",
        "Leave `survive:` out; who must decide otherwise writes it down in a decision.",
    ),
    "name_invalid": Code(
        "mapping",
        "The name of an object or a field is no word (letters, digits and _), or begins with __.",
        "Call it by a word, and write the target's own spelling behind `to:`.",
    ),
    "name_twice": Code(
        "mapping",
        "Two names of one object, of the target or of the sources differ by upper and lower case only, or not at all.",
        "Rename one of them; databases and file systems take them for one.",
    ),
    "name_reserved": Code(
        "mapping",
        "A field would be written where the target keeps its own id or we keep our key, or a source or object has a "
        "name that Windows or SQLite keep for themselves (`con`, `sqlite_x`).",
        "Give the field another name in the target with `to:`; call the source or object otherwise.",
    ),
    "literal_is_field": Code(
        "mapping",
        "A line writes a word that is also the name of a field of the same object.",
        "Where the value of that field is meant, write `= field`; else leave the word as it is.",
    ),
    "case_unreachable": Code(
        "mapping",
        "A branch that is never reached.",
        "Move it before `else`, or delete it.",
    ),
    "ref_unknown": Code(
        "mapping",
        "A reference to an object or source that is not there.",
        "Write `object.source`, for instance `accounts.firma`.",
    ),
    "ref_ambiguous": Code(
        "mapping",
        "A reference whose key could be of several sources.",
        "Write `ref: object.source`.",
    ),
    "match_refused": Code(
        "mapping",
        "Merging by likeness where it is never done.",
        "Use `do: review`, or fold rows of one source with `one_per:`.",
    ),
    "profile_unknown": Code(
        "mapping",
        "A profile that is neither in the project, a plug-in nor built in.",
        "Take the nearest name, or write it in the project's `mappings/`.",
    ),
    "gate_unknown": Code(
        "mapping",
        "A gate that does not exist.",
        "Take the nearest name.",
    ),
    "consent_survives": Code(
        "mapping",
        "Consent survives by another rule than the strictest word: a grant may win over an opt-out.",
        "Write `survive: strictest`, or make sure that evidence of every grant is younger than any opt-out.",
    ),
    "control_unknown": Code(
        "mapping",
        "A figure from outside without a figure of ours to compare with.",
        "Declare it under `kpis:`.",
    ),
    "decision_unknown": Code(
        "mapping",
        "`because:` names a decision that nobody wrote down.",
        "Write it in `decisions/*.yaml` with id, who, when and text.",
    ),
    # -- values --------------------------------------------------------------------------------------------------
    "value_unmapped": Code(
        "value",
        "A value has no translation in its value map.",
        "Add it to the map, or decide what unmapped values do (`unmapped:`).",
    ),
    "bad_value": Code(
        "value",
        "A cell is no value of its kind.",
        "Look at the examples: mend the source, or read the column with another step.",
    ),
    "ambiguous_value": Code(
        "value",
        "A cell can be read in two ways, and nothing in its column decides.",
        "Say in the step which one is meant.",
    ),
    "value_cut": Code(
        "value",
        "A cell ends where the source's field ended, or is longer than asked for: something may be missing.",
        "Take the whole value from the source system; nothing is made up.",
    ),
    "not_a_number": Code(
        "value",
        "A cell that should hold a number or an amount holds something else.",
        "Mend the cell in the source; an amount waits until somebody knows it.",
    ),
    "ambiguous_number": Code(
        "value",
        "A number such as 1.234 can be thousands or decimals, and nothing in its column decides.",
        "Say it in the step: `number(tr)`, `number(en)`.",
    ),
    "bad_date": Code(
        "value",
        "A cell that should hold a date holds none that the calendar has.",
        "Mend the source, or say its shape: `date(DD.MM.YYYY)`.",
    ),
    "ambiguous_date": Code(
        "value",
        "A date such as 03/04/2025 can be March or April, and nothing in its column decides.",
        "Say its shape: `date(DD/MM/YYYY)`.",
    ),
    "partial": Code(
        "value",
        "A date without its day or its year: what is missing is not made up.",
        "Complete it in the source, or carry the text into a text field.",
    ),
    "time_dropped": Code(
        "value",
        "A date had a time of day, and its field takes none.",
        "Nothing, unless the time matters: then use a field of type `instant`.",
    ),
    "sentinel_date": Code(
        "value",
        "A day that programs write for no date (1 January 1970, 31 December 2099 ...) and that may be real; "
        "it was kept.",
        "Ask who knows the source; where it stands for nothing, translate it to nothing with a value map.",
    ),
    "time_skipped": Code(
        "value",
        "A local time that never was: the clocks went forward over it. It was read by the offset that held before.",
        "Check `time_zone:` of the source; many of them mean that it keeps its times in another zone.",
    ),
    "time_twice": Code(
        "value",
        "A local time that the clocks showed twice when they went back; the first of the two was taken.",
        "Nothing, unless an hour matters: then export the times with their offset.",
    ),
    "bad_email": Code(
        "value",
        "A mailbox that no mail can reach: no @, no host, or letters that mailboxes do not have.",
        "Mend it in the source; it was kept as typed unless the mapping says otherwise.",
    ),
    "bad_phone": Code(
        "value",
        "A telephone number that its country does not have.",
        "Mend it in the source, or name the region: `phone(TR)`.",
    ),
    "ambiguous_phone": Code(
        "value",
        "A telephone number without a country, and nothing says which one.",
        "Name the region: `phone(TR)`.",
    ),
    "bad_url": Code(
        "value",
        "An address of the web without a host that can exist.",
        "Mend it in the source.",
    ),
    "bad_postal_code": Code(
        "value",
        "A postal code that its country does not have.",
        "Mend it in the source, or name the country.",
    ),
    "bad_tax_id": Code(
        "value",
        "A tax number whose check digit or length does not fit.",
        "Look it up in the register; it was kept as typed.",
    ),
    "bad_iban": Code(
        "value",
        "An account number whose check digits do not fit.",
        "Ask the customer; it was kept as typed.",
    ),
    "not_a_country": Code(
        "value",
        "A country that cannot be recognised.",
        "Translate it with a value map.",
    ),
    "not_a_state": Code(
        "value",
        "A state or province that its country does not have.",
        "Translate it with a value map, or name the country.",
    ),
    "not_a_currency": Code(
        "value",
        "A currency that cannot be recognised.",
        "Translate it with a value map.",
    ),
    "not_a_boolean": Code(
        "value",
        "A cell that is neither yes nor no.",
        "Translate it with a value map.",
    ),
    "suspect": Code(
        "value",
        "A value that can be read and looks wrong.",
        "Look at the examples; it was kept as read.",
    ),
    "typo": Code(
        "value",
        "A value that is spelt almost like a known one, such as a word of a value map that has a default.",
        "Mend the source, or add the spelling to the value map.",
    ),
    "placeholder": Code(
        "value",
        "What people type or programs write where there is nothing (a filler, a day such as 9999-12-31); it counts as "
        "empty.",
        "Nothing; if it is a real value, translate it with a value map.",
    ),
    "role": Code(
        "value",
        "A mailbox or name of a function (`info@`), not of a person.",
        "Nothing; nobody is merged because of it.",
    ),
    "free_mail": Code(
        "value",
        "A domain of a free mail service says nothing about a company.",
        "Nothing, or leave it out: `domain(except=free_mail)`.",
    ),
    "lossy": Code(
        "value",
        "Letters were lost in an earlier conversion and cannot be restored.",
        "Export again with the right encoding.",
    ),
    "unknown": Code(
        "value",
        "A value that says that it is not known.",
        "Nothing.",
    ),
    "unmapped": Code(
        "value",
        "A value that is no choice of the target.",
        "Translate it with a value map.",
    ),
    "structure": Code(
        "value",
        "A cell holds a table or a list of its own.",
        "Look at it; split it, or carry it as text.",
    ),
    "split": Code(
        "value",
        "A cell holds several values.",
        "Use `split_rows:`, or take the part that is meant.",
    ),
    "formula_injection": Code(
        "value",
        "A text that a spreadsheet would run as a formula.",
        "Nothing; reports show it as text.",
    ),
    "company_in_person": Code(
        "value",
        "A company stands where a person's name belongs.",
        "Mend the source, or map the part to its own field.",
    ),
    "email_in_company": Code(
        "value",
        "A mailbox stands in a company's name.",
        "Mend the source, or map the part to its own field.",
    ),
    "email_in_name": Code(
        "value",
        "A mailbox stands in a person's name.",
        "Mend the source, or map the part to its own field.",
    ),
    "phone_in_company": Code(
        "value",
        "A telephone number stands in a company's name.",
        "Mend the source, or map the part to its own field.",
    ),
    "phone_in_name": Code(
        "value",
        "A telephone number stands in a person's name.",
        "Mend the source, or map the part to its own field.",
    ),
    "url_in_name": Code(
        "value",
        "An address of the web stands in a person's name.",
        "Mend the source, or map the part to its own field.",
    ),
    "url_in_company": Code(
        "value",
        "An address of the web stands in a company's name.",
        "Mend the source, or map the part to its own field.",
    ),
    "email_invalid": Code(
        "value",
        "A note says that the mailbox does not work.",
        "Look at the record; nothing was changed because of the note.",
    ),
    "inactive": Code(
        "value",
        "A note says that the customer is gone or passive.",
        "Look at the record; nothing was changed because of the note.",
    ),
    "duplicate": Code(
        "value",
        "A note says that the record is there twice.",
        "Look at the record; nothing was changed because of the note.",
    ),
    "missing_required": Code(
        "value",
        "A required field is empty in every source of the record.",
        "Fill it in a source, give a `default:`, or make the field optional.",
    ),
    "missing_rate": Code(
        "value",
        "There is no exchange rate for the currency of an amount on its day.",
        "Add the rate to the rates file, or fill the day.",
    ),
    "check_failed": Code(
        "value",
        "A check of the mapping does not hold for the merged record.",
        "Correct the record in its source, or change the check.",
    ),
    "not_comparable": Code(
        "value",
        "A value cannot be read as what the rule compares it with.",
        "Correct the value, or write the rule for the value that is there.",
    ),
    # -- identity ------------------------------------------------------------------------------------------------
    "key_missing": Code(
        "identity",
        "A row has no key, so nothing can refer to it and a second run could not find it again.",
        "Fill the key column in the source, choose another key, or exclude such rows with `where:`.",
    ),
    "key_conflict": Code(
        "identity",
        "Rows of one key say different things, so it is not known which one is meant.",
        "Mend the key or the rows in the source; if many rows make one record, say `one_per:`.",
    ),
    "fold_differs": Code(
        "identity",
        "Rows that make one record (`one_per:`) disagree in a field; the newest and fullest row speaks.",
        "Look at the rows; map the field from another source if the wrong one speaks.",
    ),
    "duplicate_review": Code(
        "identity",
        "Two records may be the same; both are loaded and the question stays open.",
        "Answer it in the workbook or page of `crm-migrate review`, or in `decisions/duplicates.yaml`.",
    ),
    "cluster_conflict": Code(
        "identity",
        "Records that contradict each other are joined through others; none of them is merged.",
        "Look at the chain that is shown and decide which of its links is wrong.",
    ),
    "cluster_too_big": Code(
        "identity",
        "A rule joins more records than one company or person can have.",
        "Sharpen the rule: its values are shared by many (`unless: [email is shared]`).",
    ),
    "identity_conflict": Code(
        "identity",
        "Members of a cluster differ in a field that must be equal.",
        "Decide whether they are the same; correct the wrong value if they are.",
    ),
    "decision_stale": Code(
        "identity",
        "The records of a decision say something else than when it was taken, so it is asked again.",
        "Look at what changed and decide anew.",
    ),
    "decision_obsolete": Code(
        "identity",
        "A decision names a record that is no more.",
        "Remove it from the decisions, or bring the record back.",
    ),
    "decision_conflict": Code(
        "identity",
        "Decisions contradict each other: A is B, B is C, but A is not C.",
        "Take back one decision of the chain that is shown.",
    ),
    "decision_invalid": Code(
        "identity",
        "An entry of the decisions cannot be read.",
        "Mend the entry that is named; members are written `source:key`.",
    ),
    "review_locked_changed": Code(
        "identity",
        "A locked cell of a review workbook was changed: the answer may speak about something else than was asked.",
        "Put the cell back, or write a new workbook with `crm-migrate review` and answer there.",
    ),
    "review_key_changed": Code(
        "identity",
        "The hidden keys that bind an answer to its question were changed.",
        "Answer in the workbook or page as it was written.",
    ),
    "review_row_missing": Code(
        "identity",
        "A row of a question is gone from a review workbook, so its answer is not taken.",
        "Answer the question in the workbook as it was written.",
    ),
    "review_row_twice": Code(
        "identity",
        "A question, or a row of it, stands twice in the answers.",
        "Keep one of the two.",
    ),
    "review_row_inserted": Code(
        "identity",
        "A row was put into a review workbook; nothing in it is read.",
        "Write remarks in the column `Why`.",
    ),
    "review_columns_changed": Code(
        "identity",
        "Columns of a review workbook were renamed, moved, inserted or deleted; no answer of that sheet is taken.",
        "Answer in the workbook as it was written.",
    ),
    "review_sheet_missing": Code(
        "identity",
        "A sheet of a review workbook is gone or was renamed; none of its answers is taken.",
        "Give the sheet its name back, or answer in the workbook as it was written.",
    ),
    "review_word_unknown": Code(
        "identity",
        "A decision is none of the words that can be read.",
        "Choose merge, apart or later from the list of the cell.",
    ),
    "review_undecided": Code(
        "identity",
        "Somebody gave a reason or chose values, but no decision.",
        "Choose merge, apart or later.",
    ),
    "review_who_missing": Code(
        "identity",
        "A decision has nobody who took it.",
        "Put in the name, once on the first sheet or in the line of the question.",
    ),
    "review_text_unfit": Code(
        "identity",
        "A name or a reason is too long to be one, or holds control characters.",
        "Shorten it.",
    ),
    "review_together_wrong": Code(
        "identity",
        "The numbers in `Together` do not fit the decision.",
        "Equal numbers become one record; they count only where the decision is merge.",
    ),
    "review_keep_wrong": Code(
        "identity",
        "A record was chosen to give a field that it cannot give.",
        "Choose a record of the question that has a value there; fields of an address come from one record.",
    ),
    "review_entry_invalid": Code(
        "identity",
        "An entry of a file of decisions cannot be read.",
        "Save the decisions again from the page.",
    ),
    "block_too_big": Code(
        "identity",
        "So many records answer to one comparison of a rule that not all pairs could be looked at.",
        "Add a more telling comparison to the rule; the nearest neighbours were compared.",
    ),
    "untelling_value": Code(
        "identity",
        "A field that rules compare holds values that identify nobody: fillers, words for nothing, numbers too short.",
        "Mend them in the source where they should join records; records are never merged by them.",
    ),
    "cluster_split": Code(
        "identity",
        "Records that look like one were not merged as a whole: they contradict each other, or too little joins them.",
        "Look at the open pairs of the cluster and decide.",
    ),
    "learned_nothing": Code(
        "identity",
        "`match: learned` found nothing in the records that says who they are.",
        "Map a name, a mailbox, a phone number, an address or a tax number.",
    ),
    "match_not_mergeable": Code(
        "identity",
        "Rules that merge on an object whose records are never merged by likeness.",
        "Remove `match:` from the object, or say `do: review`.",
    ),
    "target_unique": Code(
        "identity",
        "The target allows a value only once, and several records claim it.",
        "Decide who keeps it, or correct the value of the others.",
    ),
    # -- relations -----------------------------------------------------------------------------------------------
    "parent_missing": Code(
        "relation",
        "A reference names a record that no source has.",
        "Bring the missing record, or say `missing:` on the reference.",
    ),
    "parent_ambiguous": Code(
        "relation",
        "A reference names a key that several records answer to.",
        "Point to one of them, or say `ambiguous:` on the reference.",
    ),
    "parent_rejected": Code(
        "relation",
        "The record that this one belongs to breaks a rule, so this one waits.",
        "Mend the parent; this one follows at the next run.",
    ),
    "self_parent_cleared": Code(
        "relation",
        "A record named itself as its parent; the link was cleared.",
        "Nothing, unless another parent was meant.",
    ),
    "cycle_cleared": Code(
        "relation",
        "Records name each other as parents in a circle; the links of the circle were cleared.",
        "Set the right parent in the source or in the target.",
    ),
    "spans_two_companies": Code(
        "relation",
        "Merged records point to different parents; the link of the surviving one was kept.",
        "Look whether the person really left the other company.",
    ),
    "owner_unknown": Code(
        "owner",
        "The owners file does not have this owner.",
        "Add a line to the owners file, or say `unknown:` under `owners:`.",
    ),
    "owner_inactive_no_successor": Code(
        "owner",
        "The owner has left and nobody follows.",
        "Name a successor in the owners file.",
    ),
    "owner_inactive": Code(
        "owner",
        "The owner has left, and the mapping says that a person decides.",
        "Name a successor, or keep the name as text.",
    ),
    # -- scope ---------------------------------------------------------------------------------------------------
    "excluded_rule": Code("scope", "Left out by a rule of the mapping.", "Nothing, if the rule is right."),
    "skipped_line": Code(
        "scope",
        "A line that is no record was left out by a `skip:` rule.",
        "Nothing, if the rule is right.",
    ),
    "no_such_object": Code(
        "scope",
        "The row holds no such record (a sheet line without a person).",
        "Nothing, if the rule is right.",
    ),
    "opt_out_nameless": Code(
        "value",
        "A row of a suppression list says that somebody must not be written to, and has no mailbox.",
        "Find out whose it is and fill in the mailbox; or leave the row out with `skip:` and a decision.",
    ),
    "mailbox_carried": Code(
        "scope",
        "What was said about a mailbox needs no line on the suppression list: a record that arrives carries both.",
        "Nothing.",
    ),
    # -- privacy -------------------------------------------------------------------------------------------------
    "deceased": Code(
        "privacy",
        "A note says that the person has died.",
        "Set the consent of the person, or take the record out; a note is never enough to act on silently.",
    ),
    "erase": Code(
        "privacy",
        "A note asks for erasure.",
        "Set the consent of the person, or take the record out; a note is never enough to act on silently.",
    ),
    "do_not_contact": Code(
        "privacy",
        "A note says that the person must not be contacted.",
        "Set the consent of the person, or take the record out; a note is never enough to act on silently.",
    ),
    "do_not_call": Code(
        "privacy",
        "A note says that the person must not be called.",
        "Set the consent of the person, or take the record out; a note is never enough to act on silently.",
    ),
    "do_not_email": Code(
        "privacy",
        "A note says that the person wants no e-mail.",
        "Set the consent of the person, or take the record out; a note is never enough to act on silently.",
    ),
    "do_not_mail": Code(
        "privacy",
        "A note says that the person wants no letters.",
        "Set the consent of the person, or take the record out; a note is never enough to act on silently.",
    ),
    # -- loading -------------------------------------------------------------------------------------------------
    "merge_of_loaded": Code(
        "load",
        "Two records that were loaded apart are one person or company now.",
        "Merge them in the target and run again, or decide that they stay apart, or `on_rerun: {now_merged: merge}`.",
    ),
    "split_of_loaded": Code(
        "load",
        "Rows that were loaded as one record belong to several now.",
        "Part the record in the target by hand, or put the rule or decision back that joined them.",
    ),
    "key_changed": Code(
        "load",
        "A new row looks like a record that we loaded under another key, which no row feeds any more.",
        "Export the keys as text, or declare what they are: `on_rerun: {rekeyed: same}`, `new`, or `existing: match:`.",
    ),
    "existing_claimed": Code(
        "load",
        "A record of the target that looks like ours was loaded by another project.",
        "Load both from one project, or take the record out of one of them.",
    ),
    "target_exchanged": Code(
        "load",
        "The environment leads to another database than at the last load: it was lost, made anew, or exchanged.",
        "Nothing, where that was meant: everything is loaded into it. Otherwise bring the earlier database back first.",
    ),
    "memory_rebuilt": Code(
        "load",
        "The target holds records of this project that the ledger here does not know: it is a copy, older, or lost.",
        "Load from one folder only, and keep its `.crm-migrate` in backups; what was found is not loaded again.",
    ),
    "agreed": Code(
        "load",
        "A record was changed in the target and in the sources to the same values: there is nothing to write.",
        "Nothing: both sides agree.",
    ),
    "edited_in_target": Code(
        "compare",
        "Somebody changed the value in the target since our last load, and the sources did not change it.",
        "Nothing, where that was meant. Where both change it, `on_rerun: {edited: ...}` says who wins.",
    ),
    "emptied_in_source": Code(
        "compare",
        "The sources say nothing any more, and the target keeps the value that we had sent.",
        "`clear: true` on the field empties it in the target; otherwise it stays.",
    ),
    "target_conflict": Code(
        "load",
        "Somebody changed the record in the target since our last load, and the sources changed too.",
        "Make both sides equal, or say who wins: `on_rerun: {edited: source_wins}` or `target_wins`.",
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
    "existing": Code("load", "A record that was in the target already took our key.", "Nothing, if it is the same."),
    "now_held": Code(
        "load",
        "The rows of a loaded record wait or are rejected now.",
        "Settle what they wait for; the record in the target stays as it is until then.",
    ),
    "now_merged": Code(
        "load",
        "A loaded record was merged into another one.",
        "Merge or archive its record in the target; its rows belong to the other one from now on.",
    ),
    "required_empty": Code("load", "A required field is empty.", "Map it, give it a default, or mend the source."),
    "too_long": Code(
        "load", "A value is longer than its field in the target.", "Shorten it with a step, or widen the field."
    ),
    "not_a_choice": Code(
        "load",
        "The target does not take this value.",
        "Translate it with a value map, or add the choice in the target.",
    ),
    "wrong_shape": Code("load", "A value is not of the type of its field.", "Clean it with the step of that type."),
    "not_unique": Code(
        "load", "Several records have a value that the target takes once.", "Say `target_unique:` for the field."
    ),
    "key_doubled": Code(
        "load", "Two records of the target carry the same key of ours.", "Somebody copied one: remove the copy's key."
    ),
    "orphan": Code("load", "A reference leads to no record.", "Look whether the parent was held, refused or deleted."),
    "target_lost": Code(
        "load",
        "The load says that a record arrived, and the target does not give it back.",
        "Look for triggers, other writers or rights in the target, then run again.",
    ),
    "ledger_broken": Code(
        "load",
        "The ledger of what was sent has been changed or damaged.",
        "Bring it back from a backup, or move it away with its `-wal` and `-shm`: then the plan asks the target by our "
        "key, and the target's own journal still protects against double loading.",
    ),
    "target_would_refuse": Code(
        "load",
        "The target would refuse the record: a value is too long, too large, of another type or there already, or a "
        "field that it requires is empty.",
        "Mend the value or map the field that is named (`constant:` fills one that has no source); a field that the "
        "target requires and nobody fills can also get a default there.",
    ),
    "run_damaged": Code(
        "load",
        "Files of an earlier run that was stopped while it loaded are damaged: what it sent is not known any more.",
        "What it loaded is found in the target by our key. Where the target holds other values than ours now, the "
        "record waits as `target_conflict`: look at it.",
    ),
    # -- comparing -----------------------------------------------------------------------------------------------
    "unexplained_lost": Code(
        "compare",
        "A source row that no stage accounts for: it was read, and nothing says what became of it.",
        "Do not sign. Look at the table that is named as the last one that had it, and report the run.",
    ),
    "unexplained_doubled": Code(
        "compare",
        "A source row that has two fates at once.",
        "Do not sign. `crm-migrate explain SOURCE:KEY` shows both; report the run.",
    ),
    "unexplained_phantom": Code(
        "compare",
        "A stage speaks of a row that its source does not have.",
        "Do not sign. The source or a table of the run was changed after it was read; run again.",
    ),
    "enrichment_unmatched": Code(
        "compare",
        "A row that only adds to others reaches no record.",
        "Nothing, if the list where it waits (a suppression list) is taken over; else look at the matching field.",
    ),
    "in_doubt": Code(
        "compare",
        "The target did not answer for this record, so it is not known whether it arrived.",
        "`crm-migrate resume`: it asks the target by our key before it sends anything again.",
    ),
    "different": Code(
        "compare",
        "The target holds another value than it was sent.",
        "Compare the examples; look for automations, validation rules and other writers in the target.",
    ),
    "lost": Code(
        "compare",
        "The target holds nothing where a value was sent.",
        "Look at the field's permissions and at automations that clear it.",
    ),
    "truncated": Code(
        "compare", "The target cut the value.", "Make the field longer, or shorten the value with a step."
    ),
    "shifted_day": Code(
        "compare", "The date moved by a day.", "Send a date without time, or noon: a time zone moved midnight."
    ),
    "shifted_hours": Code(
        "compare", "A whole column is shifted by the same amount.", "Look at the loader's time zone, or at the unit."
    ),
    "defaulted": Code(
        "compare", "The target wrote one value of its own for many.", "Map the values, or allow them in the picklist."
    ),
    "rounded": Code("compare", "The target keeps fewer decimals.", "Widen the field, or round in the mapping."),
    "encoding": Code(
        "compare", "Letters were lost or exchanged.", "Look at the encoding of the load and at the target's collation."
    ),
    "case_only": Code("compare", "Only capitals differ.", "Look for an automation that changes them, or accept it."),
    "swapped": Code("compare", "Two fields hold each other's value.", "Look at the target names in the mapping."),
    "row_shifted": Code(
        "compare", "Values belong to the neighbouring record.", "Answers were matched by position: load again."
    ),
    "wrong_parent": Code(
        "compare", "The record hangs on another parent.", "Look at the crosswalk, and at merges in the target."
    ),
    "link_missing": Code(
        "compare", "A link that was sent is not there.", "Look whether the parent was refused or deleted; run again."
    ),
    "link_extra": Code("compare", "A link that nobody sent.", "Look for automations that assign parents."),
    "unexpected_field": Code(
        "compare", "The target filled a field that was left empty.", "Look for defaults and automations there."
    ),
    "unexpected_record": Code(
        "compare",
        "A record that is in the target since the load and that we did not create.",
        "Find its creator there: an automation, an integration, a user, or a record that was loaded twice.",
    ),
    "left_out_amount": Code(
        "compare",
        "A row that carries an amount does not arrive, and no decision says that it may.",
        "Mend the row or the rule that leaves it out; or decide: `because: D-004` at the rule, or accept the gate.",
    ),
    "total_mixes_currencies": Code(
        "compare",
        "A total in the source is one figure over amounts in several currencies: nothing can be checked against it.",
        "Ask for a total per currency, and give it as a control.",
    ),
    "total_differs": Code(
        "compare",
        "A total in the source is not the sum of its lines.",
        "Find the line that is missing or was changed after the total was typed.",
    ),
    "vanished_record": Code(
        "compare",
        "A record that was in the target before or was created by us is gone.",
        "Look for merges and deletions in the target; nothing of ours deletes.",
    ),
    "health": Code(
        "sensitive",
        "A text speaks of health: such content needs a reason to be kept.",
        "Ask the data protection officer; archive or drop the field, or name the decision that keeps it.",
    ),
    "religion": Code(
        "sensitive",
        "A text speaks of religion or belief: such content needs a reason to be kept.",
        "Ask the data protection officer; archive or drop the field, or name the decision that keeps it.",
    ),
    "politics": Code(
        "sensitive",
        "A text speaks of political opinions or membership of a union: such content needs a reason to be kept.",
        "Ask the data protection officer; archive or drop the field, or name the decision that keeps it.",
    ),
    "ethnicity": Code(
        "sensitive",
        "A text speaks of ethnic origin: such content needs a reason to be kept.",
        "Ask the data protection officer; archive or drop the field, or name the decision that keeps it.",
    ),
    "sexuality": Code(
        "sensitive",
        "A text speaks of a person's sex life: such content needs a reason to be kept.",
        "Ask the data protection officer; archive or drop the field, or name the decision that keeps it.",
    ),
    "criminal": Code(
        "sensitive",
        "A text speaks of offences and convictions: such content needs a reason to be kept.",
        "Ask the data protection officer; archive or drop the field, or name the decision that keeps it.",
    ),
    "payment_card": Code(
        "sensitive",
        "A text speaks of a payment card: such content needs a reason to be kept.",
        "Ask the data protection officer; archive or drop the field, or name the decision that keeps it.",
    ),
    "national_id": Code(
        "sensitive",
        "A text speaks of a number that a state gave to a person: such content needs a reason to be kept.",
        "Ask the data protection officer; archive or drop the field, or name the decision that keeps it.",
    ),
}
