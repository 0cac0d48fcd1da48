"""Names for people and companies, put together from lists of common words: nobody real is meant."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .columns import words
from .parameters import COUNTRIES
from .size import Size
from .streams import Ints

GERMAN_FIRST = (
    "Anna Lena Jonas Felix Katharina Lukas Miriam Tobias Sabine Stefan Julia Markus Nora Florian Heike Andreas "
    "Clara Matthias Petra Simon Birgit Daniel Eva Philipp Greta Christoph Ines Martin Frieda Sebastian Ute "
    "Holger Marlene Kai"
).split()
GERMAN_LAST = (
    "Albrecht Bergmann Brandt Dietrich Ebert Fiedler Gerber Hartmann Heller Jansen Kaltenbach Kessler Krause "
    "Lindner Lorenz Moser Neumann Oster Pichler Reuter Richter Sander Schilling Seidel Steiner Thalmann Ulrich "
    "Vogt Wagner Winkler Ziegler Zimmermann Brunner Egger Hofer Keller Lehner Meier Nagel Rieger"
).split()
ENGLISH_FIRST = (
    "Alice Ben Chloe Daniel Emma Finn Grace Harry Isla Jack Kate Liam Megan Nathan Olivia Paul Quinn Rachel Sam "
    "Tara Aisha Carlos Diana Ethan Fiona Marcus Nadia Omar Priya Ravi Sofia Tomas Victor Wendy Yara Zoe Kevin "
    "Laura Miguel June"
).split()
ENGLISH_LAST = (
    "Abbott Barnes Carter Dawson Ellis Foster Grant Hughes Irving Jennings Keane Lawson Mason Norris Owens "
    "Palmer Quigley Reed Shaw Turner Vaughan Walsh Young Archer Byrne Chapman Doyle Evans Fletcher Gibson Hayes "
    "Kelly Lynch Murphy Nolan Okafor Patel Rivera Singh Torres"
).split()
GERMAN_COMPANY = (
    "Nord Süd Alpen Rhein Donau Elbe Main Isar Spree Weser Berg Wald Stein Licht Feld Hafen Stern Adler Falken Linden"
).split()
GERMAN_TRADE = (
    "werk technik bau logistik metall druck medien chemie energie pharma textil optik möbel maschinen systeme handel"
).split()
ENGLISH_COMPANY = (
    "North South Harbour River Summit Cedar Oak Granite Silver Copper Blue Bright Clear Prime Atlas Beacon "
    "Falcon Meadow Stone Union"
).split()
ENGLISH_TRADE = (
    "works tools logistics metals print media labs energy health textiles optics furniture machines systems "
    "trading foods"
).split()
LEGAL = {
    "DE": ("GmbH", "AG", "KG"),
    "AT": ("GmbH", "AG", "OG"),
    "CH": ("AG", "GmbH", "SA"),
    "GB": ("Ltd", "plc", "LLP"),
}
LEGAL |= {"IE": ("Ltd", "DAC", "plc"), "US": ("Inc", "LLC", "Corp")}
IS_GERMAN = np.array([country in ("DE", "AT", "CH") for country in COUNTRIES])


def of_people(size: Size, person: Ints, country: Ints) -> pa.Array:
    german = pa.array(IS_GERMAN[country])
    first = _either(size, "names/first", person, german, GERMAN_FIRST, ENGLISH_FIRST)
    last = _either(size, "names/last", person, german, GERMAN_LAST, ENGLISH_LAST)
    return pc.binary_join_element_wise(first, last, " ")


def of_companies(size: Size, account: Ints, country: Ints) -> pa.Array:
    """Nordtechnik 17 GmbH: the number keeps apart what would have the same name."""
    german = pa.array(IS_GERMAN[country])
    place = _either(size, "names/company", account, german, GERMAN_COMPANY, ENGLISH_COMPANY)
    trade = _either(size, "names/trade", account, german, GERMAN_TRADE, ENGLISH_TRADE)
    forms = [form for code in COUNTRIES for form in LEGAL[code]]
    form = words(forms, country * 3 + size.stream("names/legal").choice(account, (0.7, 0.2, 0.1)))
    name = pc.binary_join_element_wise(place, trade, "")
    return pc.binary_join_element_wise(name, pc.cast(pa.array(account + 1), pa.string()), form, " ")


def _either(size: Size, what: str, index: Ints, german: pa.Array, one: list[str], other: list[str]) -> pa.Array:
    drawn = size.stream(what)
    return pc.if_else(
        german, words(one, drawn.between(index, 0, len(one) - 1)), words(other, drawn.between(index, 0, len(other) - 1))
    )
