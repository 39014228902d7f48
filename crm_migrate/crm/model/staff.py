"""Those who work with the CRM: users, teams, who is in which."""

from crm_migrate.crm.model.shapes import thing

STAFF = (
    thing(
        "users",
        "somebody who works with the CRM",
        "name:person_name! email:email title:text team:text office:text manager:text login:id phone:phone "
        "mobile:phone language:choice time_zone:choice is_active:boolean",
    ),
    thing("teams", "users who share their work", "name:text! email:email description:long_text parent>teams"),
    thing("team_members", "a user in a team", "team>teams! user>users! role:choice"),
)
