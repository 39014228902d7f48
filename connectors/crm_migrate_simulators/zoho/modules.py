"""The modules of a fresh organisation: their fields with types, lengths and choices, in English.

A line is `API_name type[:length | :choices | =modules] [!] [-]`: `!` has to be filled, `-` is the organisation's own.
"""

from collections.abc import Iterator, Mapping
from typing import Any

USERS, IN_DEALS = "users", "Contacts in deals"
HIDDEN = frozenset({USERS, IN_DEALS})  # what the store keeps, and which is no module
SUBFORM, PARENT = "subform", "Parent_Id"
ACTIVITIES = frozenset({"Tasks", "Events", "Calls"})
_ADDRESS = """
{0}_Street text:250
{0}_City text:100
{0}_State text:100
{0}_Code text:30
{0}_Country text:100
"""
_PERSON = """
Salutation picklist:salutations
First_Name text:40
Last_Name text:80 !
Full_Name text:80 -
Email email:100
Secondary_Email email:100
Phone phone:30
Mobile phone:30
Fax phone:30
Lead_Source picklist:sources
Email_Opt_Out boolean
Description textarea:32000
"""
_ABOUT = "What_Id multi_module_lookup=Accounts,Deals,Leads,Products,Campaigns,Cases\nWho_Id lookup=Contacts\n"
MODULES: Mapping[str, str] = {
    "Accounts": """
Account_Name text:200 !
Account_Number bigint:18
Account_Site text:80
Account_Type picklist:account_types
Industry picklist:industries
Ownership picklist:ownerships
Rating picklist:ratings
Phone phone:30
Fax phone:30
Website website:450
Ticker_Symbol text:30
SIC_Code integer:9
Employees integer:9
Annual_Revenue currency:16
Parent_Account lookup=Accounts
Description textarea:32000
"""
    + _ADDRESS.format("Billing")
    + _ADDRESS.format("Shipping"),
    "Contacts": _PERSON
    + """
Account_Name lookup=Accounts
Reporting_To lookup=Contacts
Title text:100
Department text:50
Assistant text:100
Asst_Phone phone:30
Home_Phone phone:30
Other_Phone phone:30
Skype_ID text:50
Twitter text:50
Date_of_Birth date
Mailing_Street text:250
Mailing_City text:100
Mailing_State text:100
Mailing_Zip text:30
Mailing_Country text:100
""",
    "Leads": _PERSON
    + """
Company text:200 !
Designation text:100
Website website:450
Lead_Status picklist:lead_states
Industry picklist:industries
Rating picklist:ratings
No_of_Employees integer:9
Annual_Revenue currency:16
Street text:250
City text:100
State text:100
Zip_Code text:30
Country text:100
""",
    "Deals": """
Deal_Name text:120 !
Account_Name lookup=Accounts
Contact_Name lookup=Contacts
Amount currency:16
Expected_Revenue currency:16 -
Closing_Date date
Stage picklist:stages !
Pipeline picklist:pipelines !
Probability integer:3
Type picklist:deal_types
Lead_Source picklist:sources
Campaign_Source lookup=Campaigns
Next_Step text:100
Reason_For_Loss__s picklist:reasons
Description textarea:32000
""",
    "Products": """
Product_Name text:200 !
Product_Code text:40
Product_Active boolean
Product_Category picklist:product_categories
Manufacturer picklist:manufacturers
Vendor_Name lookup=Vendors
Unit_Price currency:16
Usage_Unit picklist:units
Qty_in_Stock double:18
Description textarea:32000
""",
    "Campaigns": """
Campaign_Name text:200 !
Type picklist:campaign_types
Status picklist:campaign_states
Start_Date date
End_Date date
Expected_Revenue currency:16
Budgeted_Cost currency:16
Actual_Cost currency:16
Expected_Response bigint:18
Num_sent bigint:18
Parent_Campaign lookup=Campaigns
Description textarea:32000
""",
    "Vendors": """
Vendor_Name text:120 !
Phone phone:30
Email email:100
Website website:450
Street text:250
City text:100
State text:100
Zip_Code text:30
Country text:100
Description textarea:32000
""",
    "Cases": """
Case_Number text:120 -
Subject text:250 !
Case_Origin picklist:origins !
Status picklist:case_states !
Priority picklist:priorities
Type picklist:case_types
Case_Reason picklist:case_reasons
Account_Name lookup=Accounts
Related_To lookup=Contacts
Deal_Name lookup=Deals
Product_Name lookup=Products
Email email:100
Phone phone:30
Description textarea:32000
""",
    "Tasks": "Subject text:250 !\nDue_Date date\nStatus picklist:task_states\nPriority picklist:priorities\n"
    "Closed_Time datetime -\nDescription textarea:32000\n" + _ABOUT,
    "Events": "Event_Title text:250 !\nStart_DateTime datetime !\nEnd_DateTime datetime !\nAll_day boolean\n"
    "Venue text:250\nDescription textarea:32000\n" + _ABOUT,
    "Calls": "Subject text:250 !\nCall_Type picklist:call_types !\nCall_Start_Time datetime !\nCall_Duration text:50\n"
    "Call_Purpose picklist:call_purposes\nCall_Result picklist:call_results\nDescription textarea:32000\n" + _ABOUT,
    "Notes": "Note_Title text:120\nNote_Content textarea:32000 !\n"
    "Parent_Id multi_module_lookup=Accounts,Contacts,Leads,Deals,Products,Campaigns,Cases,Vendors !\n",
}
STAGES: Mapping[str, int] = {  # with their probabilities
    "Qualification": 10, "Needs Analysis": 20, "Value Proposition": 40, "Id. Decision Makers": 60,
    "Proposal/Price Quote": 75, "Negotiation/Review": 90, "Closed Won": 100, "Closed Lost": 0,
    "Closed Lost to Competition": 0,
}  # fmt: skip
PIPELINE = "Standard (Standard)"
CHOICES: Mapping[str, str] = {
    "salutations": "Mr.|Mrs.|Ms.|Dr.|Prof.",
    "sources": "Advertisement|Cold Call|Employee Referral|External Referral|Online Store|Partner|Public Relations|"
    "Sales Email Alias|Seminar Partner|Internal Seminar|Trade Show|Web Download|Web Research|Chat",
    "account_types": "Analyst|Competitor|Customer|Distributor|Integrator|Investor|Other|Partner|Press|Prospect|"
    "Reseller|Supplier|Vendor",
    "industries": "ASP (Application Service Provider)|Data/Telecom OEM|ERP (Enterprise Resource Planning)|"
    "Government/Military|Large Enterprise|ManagementISV|MSP (Management Service Provider)|Network Equipment Enterprise|"
    "Non-management ISV|Optical Networking|Service Provider|Small/Medium Enterprise|Storage Equipment|"
    "Storage Service Provider|Systems Integrator|Wireless Industry|ERP|Management ISV",
    "ownerships": "Other|Private|Public|Subsidiary|Government|Partnership|Privately Held|Public Company",
    "ratings": "Acquired|Active|Market Failed|Project Cancelled|Shutdown",
    "lead_states": "Attempted to Contact|Contact in Future|Contacted|Junk Lead|Lost Lead|Not Contacted|Pre-Qualified|"
    "Not Qualified",
    "stages": "|".join(STAGES),
    "pipelines": PIPELINE,
    "deal_types": "Existing Business|New Business",
    "reasons": "Expectation Mismatch|Price|Unqualified Customer|Lack of response|Missed Follow Ups|Wrong Target|"
    "Competition|Future Interest|Other",
    "product_categories": "Hardware|Software|CRM Applications",
    "manufacturers": "AltvetPet Inc.|LexPon Inc.|MetBeat Corp.",
    "units": "Box|Carton|Dozen|Each|Hours|Impressions|Lb|M|Pack|Pages|Pieces|Quantity|Reams|Sheet|Spiral Binder|Sq Ft",
    "campaign_types": "Advertisement|Banner Ads|Conference|Direct mail|Email|Others|Partners|Public Relations|"
    "Referral Program|Telemarketing|Trade Show|Webinar",
    "campaign_states": "Active|Cancelled|Complete|Inactive|Planning",
    "origins": "Email|Phone|Web|Twitter|Facebook",
    "case_states": "New|On Hold|Escalated|Closed",
    "priorities": "High|Highest|Low|Lowest|Normal|Medium",
    "case_types": "Problem|Feature Request|Question",
    "case_reasons": "User did not attend any training|Complex functionality|Existing problem|"
    "Instructions not clear|New problem",
    "task_states": "Not Started|Deferred|In Progress|Completed|Waiting for input",
    "call_types": "Outbound|Inbound|Missed",
    "call_purposes": "Prospecting|Administrative|Negotiation|Demo|Project|Desk|-None-",
    "call_results": "Interested|Not interested|No response/Busy|Requested more info|Requested call back|Invalid number",
}
ROLES = (
    "Decision Maker", "Economic Decision Maker", "Technical Decision Maker", "Executive Sponsor", "Product Manager",
    "Engineering Lead", "Purchasing", "Developer/Evaluator", "Business Analyst",
)  # fmt: skip
MAIN: Mapping[str, str] = {  # what names a record; also what an upsert looks for where nobody says what
    "Accounts": "Account_Name", "Contacts": "Email", "Leads": "Email", "Deals": "Deal_Name",
    "Products": "Product_Name", "Campaigns": "Campaign_Name", "Vendors": "Vendor_Name",
}  # fmt: skip
_MOMENTS = """
Created_Time datetime -
Modified_Time datetime -
"""
_COMMON = f"""
Owner ownerlookup=users
Created_By ownerlookup=users -
Modified_By ownerlookup=users -
{_MOMENTS}"""
_TAGS = "Tag tags"
STORED: Mapping[str, str] = {  # a type of the organisation, and how the store keeps its values
    "integer": "integer", "double": "decimal", "currency": "decimal", "percent": "decimal", "boolean": "boolean",
    "date": "date", "datetime": "datetime", "lookup": "reference", "ownerlookup": "reference",
    "multi_module_lookup": "reference",
}  # fmt: skip


def field(
    type: str, *, length: int | None = None, choices: tuple[str, ...] = (), to: tuple[str, ...] = (),
    required: bool = False, own: bool = False, unique: bool = False, custom: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """A field as a schema says it, and what only an organisation says of it."""
    textual = STORED.get(type, "text") == "text" and type != "bigint"
    return {
        "type": STORED.get(type, "text"),
        "length": length if textual and type != "tags" else None,
        "required": required,
        "unique": unique,
        "folded": unique,
        "reference": list(to),
        "default": False if type == "boolean" else None,
        "more": {"data_type": type, "length": length, "choices": list(choices), "own": own, "custom": custom},
    }


def standard(module: str, *, pipelines: bool = True) -> dict[str, Any]:
    """The fields of one of the organisation's own modules."""
    lines = [*MODULES[module].split("\n"), *_COMMON.split("\n"), *([] if module == "Notes" else [_TAGS])]
    return {name: said for name, said in _read(lines) if pipelines or name != "Pipeline"}


def custom_module() -> dict[str, Any]:
    """The fields of a module that an administrator makes."""
    return dict(_read(["Name text:120 !", "Email email:100", "Secondary_Email email:100", *_COMMON.split("\n"), _TAGS]))


def linking_module(ends: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a module whose records join those of two others: a lookup (name -> module) to each."""
    lookups = [f"{name} lookup={module} !" for name, module in ends.items()]
    return dict(_read([*lookups, *_COMMON.split("\n")]))


def subform(parent: str) -> dict[str, Any]:
    """The fields of a module whose records are rows of records of another one."""
    return dict(_read([f"{PARENT} lookup={parent} ! -", *_MOMENTS.split("\n")]))


def contacts_in_deals() -> dict[str, Any]:
    """The fields of who has which part in a deal."""
    return dict(_read(["Deal lookup=Deals !", "Contact lookup=Contacts !", "Role text:50"]))


def _read(lines: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for line in filter(None, lines):
        name, kind, *marks = line.split()
        kind, _, to = kind.partition("=")
        kind, _, size = kind.partition(":")
        choices = tuple(CHOICES[size].split("|")) if size in CHOICES else ()
        length = int(size) if size.isdigit() else 120 if kind == "picklist" else None
        targets = tuple(filter(None, to.split(",")))
        made = field(kind, length=length, choices=choices, to=targets, required="!" in marks, own="-" in marks)
        yield name, made
