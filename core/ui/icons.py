"""The pictograms of the sprite, and the five meanings a part can have."""

from __future__ import annotations

# Drawn in templates/components/_sprite.html; a test compares the two.
ICONS = frozenset(
    {
        "aanvragen",
        "agenda",
        "bel",
        "cijfers",
        "goed",
        "huis",
        "ik",
        "kruis",
        "leeg",
        "maan",
        "nee",
        "nu",
        "omlaag",
        "persoon",
        "plek",
        "pool",
        "slot",
        "stil",
        "taal",
        "terug",
        "uren",
        "vandaag",
        "vierkant",
        "wacht",
        "weet",
        "weg",
        "wens",
    }
)

# nu: a human must act. wacht: a term runs. goed: done. weet: good to know. stil: out of play.
# Each has a pictogram of the same name, because colour alone says nothing to many people.
MEANINGS = ("nu", "wacht", "goed", "weet", "stil")
