"""A mapping with some of its words said anew: what is not said stays, with its comments."""

from crm_migrate.mapping.merging import merged_text

TEXT = """crm_migrate: 1
environments:
  sql: {connector: sql}   # ours
objects:
  contacts:                # people
    from: [a, b]
    fields:
      name: {a: Name, survive: trust}
      email: "Mail"
examples: [{name: one}]
"""


def test_blocks_are_said_word_by_word_and_everything_else_as_a_whole() -> None:
    changes = """
environments: {sql: ~, crm: {connector: hubspot}}
objects: {contacts: {from: [c], fields: {name: {survive: newest}, phone: Tel}}}
examples: ~
"""
    assert (
        merged_text(TEXT, changes)
        == """crm_migrate: 1
environments:
  crm: {connector: hubspot}
objects:
  contacts:                # people
    from: [c]
    fields:
      name: {a: Name, survive: newest}
      email: "Mail"
      phone: Tel
"""
    )
