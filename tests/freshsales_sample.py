"""The fictional dealer's mapping for Freshsales, as the demo has it, and the account that it goes into."""

import json
from pathlib import Path
from typing import Any

from dealer_elsewhere import SAMPLE, shipped_for
from freshsales_accounts import TOKEN, Account
from one_of_a_kind import number

SETTING: dict[str, Any] = json.loads((SAMPLE / "elsewhere" / "freshsales" / "simulated.json").read_text("utf-8"))


def project(folder: Path) -> Path:
    """The sample in `folder`, for Freshsales."""
    made = shipped_for(folder, "freshsales")
    path = made / "crm-migrate.yaml"
    text = path.read_text("utf-8")
    assert text.count('settle_seconds: "1.2"') == 1
    path.write_text(text.replace('settle_seconds: "1.2"', 'settle_seconds: "0.3"'), encoding="utf-8")
    return made


def furnished(**habits: str) -> Account:
    """An account with the custom fields that administrators have made, the dealer's users and currencies."""
    ways = {"account": str(number()), "index_seconds": "0.2", **habits}
    account = Account(fields=SETTING["schema"], **ways)
    assert SETTING["secret"] == TOKEN
    for each in SETTING["settings"]:
        account.put(each["kind"], each["name"], each["value"])
    return account
