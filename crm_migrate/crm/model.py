"""The canonical CRM model: the objects and fields in the middle, between N sources and M targets."""

from dataclasses import dataclass

from crm_migrate.crm.types import TYPES, SemanticType

SUPPRESSIONS = "suppressions"  # mailboxes that must never be written to, also of people who are no record of ours


@dataclass(frozen=True, slots=True)
class CanonicalField:
    """A field of the canonical model. `block` names the group of fields that survive together from one record."""

    name: str
    type: str
    required: bool = False
    reference: str | None = None
    block: str | None = None

    @property
    def semantic(self) -> SemanticType:
        """The semantic type itself."""
        return TYPES[self.type]


@dataclass(frozen=True, slots=True)
class CanonicalObject:
    """An object of the canonical model; `mergeable` is False where likeness never merges (deals, activities)."""

    name: str
    entity: str  # "organisation", "person" or "thing": which matcher fits
    fields: tuple[CanonicalField, ...]
    mergeable: bool = False

    def field(self, name: str) -> CanonicalField | None:
        """The field of that name, or None where a mapping must declare it."""
        return next((f for f in self.fields if f.name == name), None)


def _fields(text: str, **references: str) -> tuple[CanonicalField, ...]:
    """Fields from words such as `name:company_name!` (required) or `street:street@address` (block)."""
    out = []
    for word in text.split():
        name, _, kind = word.partition(":")
        kind, _, block = kind.partition("@")
        out.append(CanonicalField(name, kind.rstrip("!"), kind.endswith("!"), references.get(name), block or None))
    return tuple(out)


_ADDRESS = (
    "street:street@address city:city@address postal_code:postal_code@address state:state@address "
    "country:country@address "
)
_HISTORY = "owner:owner legacy_owner:text created_at:created_at updated_at:instant "

OBJECTS: dict[str, CanonicalObject] = {
    o.name: o
    for o in (
        CanonicalObject(
            "accounts",
            "organisation",
            mergeable=True,
            fields=_fields(
                "name:company_name! tax_id:tax_id tax_office:text domain:domain website:url phone:phone fax:phone "
                "email:email industry:choice employees:integer revenue:money currency:currency type:choice "
                "iban:iban description:long_text tags:tags parent:reference " + _ADDRESS + _HISTORY,
                parent="accounts",
            ),
        ),
        CanonicalObject(
            "contacts",
            "person",
            mergeable=True,
            fields=_fields(
                "first_name:given_name last_name:family_name full_name:person_name title:text salutation:text "
                "email:email additional_emails:list email_dead:boolean phone:phone mobile:phone job_title:text "
                "department:text birth_date:birth_date consent:consent consent_evidence:text language:choice "
                "description:long_text tags:tags company:reference reports_to:reference " + _ADDRESS + _HISTORY,
                company="accounts",
                reports_to="contacts",
            ),
        ),
        CanonicalObject(
            "leads",
            "person",
            mergeable=True,
            fields=_fields(
                "first_name:given_name last_name:family_name full_name:person_name title:text salutation:text "
                "company_name:company_name job_title:text email:email phone:phone mobile:phone website:url "
                "lead_source:choice status:choice consent:consent consent_evidence:text language:choice "
                "description:long_text tags:tags " + _ADDRESS + _HISTORY,
            ),
        ),
        CanonicalObject(
            "deals",
            "thing",
            fields=_fields(
                "name:text! company:reference contact:reference amount:money currency:currency pipeline:choice "
                "stage:choice close_date:date probability:number product:text lost_reason:text description:long_text "
                + _HISTORY,
                company="accounts",
                contact="contacts",
            ),
        ),
        CanonicalObject(
            "products",
            "thing",
            fields=_fields("name:text! code:id series:text price:money currency:currency description:long_text"),
        ),
        CanonicalObject(
            "orders",
            "thing",
            fields=_fields(
                "number:id ordered_on:date company:reference contact:reference amount:money currency:currency "
                "status:choice " + _ADDRESS + _HISTORY,
                company="accounts",
                contact="contacts",
            ),
        ),
        CanonicalObject(
            "users",
            "thing",
            fields=_fields("name:person_name! email:email title:text team:text office:text manager:text"),
        ),
        CanonicalObject(
            "notes",
            "thing",
            fields=_fields(
                "body:long_text! happened_at:instant company:reference contact:reference deal:reference " + _HISTORY,
                company="accounts",
                contact="contacts",
                deal="deals",
            ),
        ),
        CanonicalObject(
            SUPPRESSIONS,
            "thing",
            fields=_fields("email:email! state:consent! reason:text evidence:text"),
        ),
    )
}
