"""Short forms of given names and particles of seven languages are compared as one writing."""

import polars as pl
import pytest

from crm_migrate.matching.comparing import folding, kernels
from crm_migrate.matching.comparing.comparison import Pairs
from crm_migrate.matching.comparing.names import bare

SHORT = {
    "fr": "Véronique Véro, Guillaume Guy, Madeleine Mado",
    "it": "Giuseppe Beppe, Vincenzo Enzo, Salvatore Toto",
    "es": "Francisco Paco, Ignacio Nacho, Guadalupe Lupe",
    "pt": "Francisco Chico, Sebastião Tião, Aparecida Cida",
    "pl": "Małgorzata Gosia, Jerzy Jurek, Aleksandra Ola",
    "nl": "Cornelis Kees, Nicolaas Klaas, Geertruida Truus",
    "id": "Mochamad Muh., Siti St., Zulkifli Zul",
}


@pytest.mark.parametrize("language", SHORT)
def test_short_forms_of_given_names_are_like_the_names(language: str) -> None:
    for pair in SHORT[language].split(", "):
        full, short = folding.folded(pl.Series(pair.split())).to_list()
        assert kernels.NAME[kernels.names(Pairs.of([full], [short]))[0]] == "alike", pair


def test_particles_of_names_go_and_initials_stay() -> None:
    assert bare(pl.Series(["van 't Hof", "Degli Esposti", "uit het Broek"])).to_list() == ["hof", "esposti", "broek"]
    assert bare(pl.Series(["Ada T.", "V. D."])).to_list() == ["ada t", "v d"]
