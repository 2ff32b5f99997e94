"""Bylines of newsrooms in German, Spanish, Portuguese, Greek and Indonesian."""

import pytest

from pipelines.bylines.persons import persons_in


@pytest.mark.parametrize(
    "line",
    [
        "Auswärtige Autoren",
        "Por: Agencia Norte",
        "Agência Brasileira",
        "Jornal O Bairro",
        "Diario El Puente",
        "La Voz del Puente",
        "Por: El Puente Nuevo",
        "कमला देवी",
        "Región Información Región",
        "Informação Pública",
        "Polizei Musterhausen",
        "Kreispolizeibehörde Musterhausen",
        "Bundespolizeidirektion Nordstadt",
        "Landespolizeiinspektion Nordstadt",
        "Feuerwehr Musterhausen",
        "Hauptzollamt Musterhausen",
        "Staatsanwaltschaft Musterhausen",
        "Σύνταξη ΑΒ",
        "Par Elva",
        "Por Elva",
        "Mit zwei Klicks melden Sie den Fehler",
        "Hier informieren Wir den Leser",
        "Por BairroEsporte.com São Paulo",
    ],
)
def test_newsrooms_are_nobody(line: str) -> None:
    assert persons_in(line) == []


@pytest.mark.parametrize(
    ("line", "persons"),
    [
        # after an employer and a dash comes the place
        ("Por Diêgo Moura, B1 RO — Vila Nova", ["Diêgo Moura"]),
        ("Por Diêgo Moura, B1 RO — Porto Velho", ["Diêgo Moura"]),
        ("Por Diêgo Moura, em São Paulo", ["Diêgo Moura"]),
        ("By Jane Doe — John Smith", ["Jane Doe", "John Smith"]),
        ("Af Kim Robin Vinter", ["Kim Robin Vinter"]),
        ("Av Kari Nordmann og Ola Vinter", ["Kari Nordmann", "Ola Vinter"]),
        (
            "Journalist Kari Nordmann Journalist Ola Vinter Journalist Anne Rove Lie",
            ["Kari Nordmann", "Ola Vinter", "Anne Rove Lie"],
        ),
        ("By Associated Press Jun 24, 2025, 3:53pm CDT Matthew Doe", ["Matthew Doe"]),
        ("By Associated Press Jun 24, 2025, 3:53pm PST Matthew Doe", ["Matthew Doe"]),
        ("by: DJ Sommer", ["DJ Sommer"]),
        ("AJ Tailor", ["AJ Tailor"]),
        ("Diego Moura | El Puente de Vila Nova", ["Diego Moura"]),
        ("By Hazel Weil", ["Hazel Weil"]),
        ("Ismi Rifa Sri Rahma Penulis", ["Ismi Rifa Sri Rahma"]),
        ("Shane O Neill", ["Shane O Neill"]),
    ],
)
def test_persons_beside_them(line: str, persons: list[str]) -> None:
    assert persons_in(line) == persons
