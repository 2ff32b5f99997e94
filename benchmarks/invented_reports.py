"""Daily reports of twelve kinds in three languages, made by a seed; used through benchmarks/invented_news.py.

The facts of each report are drawn, then told in each language with another of the phrasings in
benchmarks/data/reports_*.txt: other items, another order, numbers as digits, as words or rounded. So the gold
is known, and reports of two days differ in little but their figures. Of a strike (`updates`) three
reports follow each other within a day, and its death toll rises: three stories of one event.

The part `dev` is 2 to 15 March 2026, the part `kept` the two weeks after it. Each kind has four phrasings in
each language; `dev` leaves out the last one, `kept` the first.
"""

import random
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

from benchmarks.invented_news import FOLDER, NewsText, Part

Value = int | float | str | tuple[str, str, str]
Facts = dict[str, Value]

LANGUAGES = ("uk", "ru", "en")
DAYS = range(14)
FIRST = {"dev": datetime(2026, 3, 2, tzinfo=UTC), "kept": datetime(2026, 3, 16, tzinfo=UTC)}
STATES = (0, 4, 11)  # hours after the first report of a strike
OPTIONAL, SHUFFLED = 0.6, 0.5

_SLOT = re.compile(r"\{(\w+?)(_cap)?(?::(\w+))?((?:\|[^{}|]*)*)\}")


def _tuples(value: object) -> object:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


_FILE = {
    name: _tuples(value)
    for name, value in tomllib.loads((FOLDER / "reports.toml").read_text("utf-8")).items()
}
KINDS = {kind: (count, hour) for kind, (count, hour) in _FILE["kinds"].items()}
"""Reports of a kind in a day, and the hour of the first."""
_UP = ("подорожчав", "подорожал", "rose")
_DOWN = ("подешевшав", "подешевел", "fell")


def reports(part: Part, outlet: str = "pool") -> list[NewsText]:
    """Make the daily reports of two weeks: twelve kinds in three languages; each outlet tells them anew."""
    return [
        text
        for kind, (count, hour) in KINDS.items()
        for day in DAYS
        for n in range(count)
        for text in _told(part, outlet, kind, day, n, hour + 9 * n)
    ]


def _told(  # noqa: PLR0917
    part: Part, outlet: str, kind: str, day: int, n: int, hour: int
) -> Iterator[NewsText]:
    by = "" if outlet == "pool" else f":{outlet}"
    event, at = f"{kind}-{part}-{day:02}-{n}", FIRST[part] + timedelta(days=day, hours=hour)
    drawn = _draw(part, kind, day, n, at)
    for state, facts in enumerate(_states(drawn, event) if kind == "updates" else [drawn]):
        story = f"{event}-{state}" if kind == "updates" else event
        first = at + timedelta(hours=STATES[state])
        for language in LANGUAGES:
            rng = random.Random(f"{story} {language}{by}")
            published = first + timedelta(minutes=rng.randrange(70 if kind == "updates" else 150))
            all_facts = facts | {"clock": f"{published:%H:%M}"} if kind == "updates" else facts
            headline, text = _write(part, kind, language, all_facts, rng)
            yield NewsText(
                f"{story}:{language}{by}", story, event, kind, language, published, headline, text, outlet
            )


def _draw(part: Part, kind: str, day: int, n: int, at: datetime) -> Facts:
    rng = random.Random(f"{part} {kind} {day} {n}")
    since = (at - FIRST["dev"]).days
    date = tuple(f"{at.day} {month}" for month in _FILE["month"])
    # two reports of a kind in one day are of two places
    city, region = _FILE["cities"][(day + 4 * n) % 8], _FILE["regions"][(day + 2 * n) % 5]
    facts: Facts = {"date": date, "weekday": _FILE["weekdays"][at.weekday()]}
    facts |= {"city": city[0], "city_in": city[1], "region": region[0], "region_in": region[1]}
    facts |= {name: rng.randint(*ends) for name, ends in _FILE["ranges"].get(kind, {}).items()}
    if kind == "losses":
        facts |= {"total": 1_236_400 + 1_010 * since + rng.randint(-90, 90)}
    elif kind == "alerts":
        start, minutes = at.replace(minute=rng.randrange(60)), rng.randint(19, 190)
        facts |= {"start": f"{start:%H:%M}", "end": f"{start + timedelta(minutes=minutes):%H:%M}"}
        facts |= {"minutes": minutes, "month": 5 + 2 * since + n, "threat": rng.choice(_FILE["threats"])}
    elif kind == "power":
        facts |= {"from": f"{rng.choice((7, 8, 9, 16)):02}:00", "until": f"{rng.choice((20, 21, 22, 23))}:00"}
    elif kind == "rates":
        usd = round(43.1 + 0.03 * since + rng.uniform(-0.2, 0.2), 2)
        eur = round(usd * 1.17 + rng.uniform(-0.2, 0.2), 2)
        facts |= {"usd": usd, "eur": eur, "pln": round(usd * 0.276, 2)}
        facts |= {"buy": round(usd - 0.2, 2), "sell": round(usd + 0.3, 2)}
        facts |= {"usd_moved": rng.choice((_UP, _DOWN))}
    elif kind == "weather":
        high = rng.randint(1, 16)
        low = high - rng.randint(4, 11)
        facts |= {"high": high, "high_sign": ("+", "+", ""), "low": abs(low), "sunset": f"17:{30 + since}"}
        facts |= {"low_sign": (("−", "−", "-") if low < 0 else ("+", "+", "")) if low else ""}
        facts |= {"sky": rng.choice(_FILE["skies"]), "wind_from": rng.choice(_FILE["winds"])}
    elif kind == "football":
        home, away = rng.sample(_FILE["clubs"], 2)
        facts |= {
            "home": home,
            "away": away,
            "round": 19 + since // 7,
            "scorer": rng.choice(_FILE["scorers"]),
        }
    elif kind == "fuel":
        petrol = round(61.2 + 0.12 * since + rng.uniform(-0.3, 0.3), 2)
        facts |= {"petrol": petrol, "diesel": round(petrol - rng.uniform(1.1, 2.4), 2)}
        facts |= {"gas": round(37.4 + rng.uniform(-0.8, 0.8), 2), "petrol_moved": rng.choice((_UP, _DOWN))}
    elif kind == "drones":
        launched = rng.randint(58, 340)
        facts |= {"launched": launched, "shot": round(launched * rng.uniform(0.7, 0.95))}
        facts |= {"side": rng.choice(_FILE["sides"])}
    elif kind == "borders":
        facts |= {"point": rng.choice(_FILE["points"])}
    elif kind == "updates":
        target, target_acc = rng.choice(_FILE["targets"])
        facts |= {
            "target": target,
            "target_acc": target_acc,
            "weekday": _FILE["weekdays"][(at.weekday() + 1) % 7],
        }
    return facts


def _states(facts: Facts, event: str) -> Iterator[Facts]:
    rng = random.Random(event)
    counts = ("killed", "wounded", "children", "missing")
    killed, wounded, children, missing = (x for key in counts if isinstance(x := facts[key], int))
    for _ in STATES:
        yield facts | {"killed": killed, "wounded": wounded, "children": children, "missing": missing}
        more = rng.randint(1, 3)
        killed, missing, wounded = killed + more, max(2, missing - more - 1), wounded + rng.randint(2, 9)
        children += rng.randint(0, 2)


@cache
def _phrasings(language: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    text = (FOLDER / f"reports_{language}.txt").read_text("utf-8")
    phrasings = {}
    for block in text.split("=== ")[1:]:
        kind, *ways = re.split(r"^---\n", block, flags=re.MULTILINE)
        phrasings[kind.strip()] = tuple(tuple(way.strip().split("\n")) for way in ways)
    return phrasings


def _write(part: Part, kind: str, language: str, facts: Facts, rng: random.Random) -> tuple[str, str]:
    ways = _phrasings(language)[kind]
    headline, lead, *rest = rng.choice(ways[:-1] if part == "dev" else ways[1:])
    items = [x.removeprefix("* ") for x in rest if not x.startswith("* ") or rng.random() < OPTIONAL]
    if rng.random() < SHUFFLED:
        rng.shuffle(items)
    spaced = rng.random() < 0.5
    headline, *body = (_fill(x, language, facts, spaced=spaced) for x in (headline, lead, *items))
    return headline, ("\n" if rng.random() < 0.5 else " ").join(body)


def _fill(template: str, language: str, facts: Facts, *, spaced: bool) -> str:
    place = LANGUAGES.index(language)

    def told(slot: re.Match[str]) -> str:
        name, capital, mode, forms = slot.groups()
        value = facts[name]
        if isinstance(value, tuple):
            value = value[place]
        if forms:
            assert isinstance(value, int)
            text = _form(value, language, forms.split("|")[1:])
        elif isinstance(value, int):
            text = _number(value, language, mode, spaced=spaced)
        else:
            text = f"{value:.2f}" if isinstance(value, float) else value
            text = text.replace(".", ",") if isinstance(value, float) and language != "en" else text
        return text[:1].upper() + text[1:] if capital or mode == "gc" else text

    return _SLOT.sub(told, template)


def _form(value: int, language: str, forms: list[str]) -> str:
    if language == "en":
        return forms[value != 1]
    if value % 10 == 1 and value % 100 != 11:
        return forms[0]
    return forms[1 if value % 10 in {2, 3, 4} and value % 100 not in {12, 13, 14} else 2]


def _number(value: int, language: str, mode: str | None, *, spaced: bool) -> str:
    if mode == "about":
        unit = 10 ** max(0, len(str(value)) - 2)
        value = value // unit * unit
    elif mode == "ord":
        ending = "th" if value % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
        return f"{value}{ending}"
    elif mode:
        words = _FILE["words"][language][{"wa": "w", "gc": "g"}.get(mode, mode)].split()
        if 1 <= value <= len(words):
            return words[value - 1]
    if language == "en":
        return f"{value:,}"
    return f"{value:,}".replace(",", "\u00a0") if spaced or value >= 10_000 else str(value)
