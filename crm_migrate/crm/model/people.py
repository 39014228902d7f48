"""Organisations and people, who belongs to whom, and what they are tagged with."""

from crm_migrate.crm.model.shapes import ADDRESS, HISTORY, CanonicalObject, fields, thing

PEOPLE = (
    CanonicalObject(
        "accounts",
        "an organisation",
        "organisation",
        mergeable=True,
        fields=fields(
            "name:company_name! tax_id:tax_id tax_office:text domain:domain website:url phone:phone fax:phone "
            "email:email industry:choice employees:integer revenue:money currency:currency type:choice iban:iban "
            "description:long_text tags:tags parent>accounts",
            ADDRESS,
            HISTORY,
        ),
    ),
    thing(
        "households",
        "people who live together, or give and are written to as one",
        "name:text! salutation:text email:email phone:phone description:long_text tags:tags",
        ADDRESS,
        HISTORY,
    ),
    CanonicalObject(
        "contacts",
        "a person",
        "person",
        mergeable=True,
        fields=fields(
            "first_name:given_name last_name:family_name full_name:person_name title:text salutation:text "
            "email:email additional_emails:list email_dead:boolean phone:phone mobile:phone job_title:text "
            "department:text birth_date:birth_date consent:consent consent_evidence:text language:choice "
            "description:long_text tags:tags company>accounts reports_to>contacts middle_name:other_name suffix:text "
            "nickname:other_name gender:choice lead_source:choice household>households do_not_call:restriction "
            "do_not_mail:restriction is_deceased:restriction deceased_on:date",
            ADDRESS,
            HISTORY,
        ),
    ),
    thing(
        "account_contacts",
        "a person who has to do with an organisation, beside the one that the person works for",
        "company>accounts! contact>contacts! role:choice job_title:text is_primary:boolean starts_on:date ends_on:date "
        "description:long_text",
    ),
    thing(
        "relationships",
        "what two people, organisations or households are to each other",
        "contact>contacts company>accounts household>households related_contact>contacts related_company>accounts "
        "related_household>households role:choice! reverse_role:choice is_active:boolean starts_on:date ends_on:date "
        "description:long_text created_at:created_at",
    ),
    CanonicalObject(
        "leads",
        "a person whom nobody has qualified yet",
        "person",
        mergeable=True,
        fields=fields(
            "first_name:given_name last_name:family_name full_name:person_name title:text salutation:text "
            "company_name:company_name job_title:text email:email phone:phone mobile:phone website:url "
            "lead_source:choice status:choice consent:consent consent_evidence:text language:choice "
            "description:long_text tags:tags middle_name:other_name do_not_call:restriction rating:choice "
            "company>accounts contact>contacts converted_at:instant",
            ADDRESS,
            HISTORY,
        ),
    ),
    thing("tags", "a word that records are sorted by", "name:text! category:choice description:long_text parent>tags"),
)
