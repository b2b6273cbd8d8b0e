"""Who is in the demo community: names, handles, interests, and how each of them behaves."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from metya.wallets import demo
from social.demo import corpus
from social.profiles.handles import RESERVED

GROUPS = {
    "makers": ("repair", "ceramics", "textiles", "bread", "kitchen"),
    "nature": ("birds", "garden", "seeds", "bees", "weather", "nightsky", "running"),
    "machines": ("selfhosting", "software", "cartography", "radio", "metya"),
    "culture": ("choir", "books", "film", "translation", "photo", "games"),
    "town": ("council", "ferry", "school", "neighbours", "cycling"),
}
GROUP_OF = {topic: group for group, names in GROUPS.items() for topic in names}
# Who writes in another language than English.
SPEAKERS = {
    "pt": {"Ines Rocha", "Beatriz Pinto", "Paulo Tavares", "Joana Reis", "Sol Barros", "Tomás Nunes", "Clara Mendes"},
    "pl": {"Tomasz Kowal", "Halina Nowak", "Zofia Wrona", "Ewa Zielińska", "Marta Kowalczyk", "Iga Pawlak"},
    "de": {"Jonas Weber", "Petra Vogel", "Tobias Frei", "Greta Schilling", "Felix Brandt", "Lena Fischer"},
    "fr": {"Lea Martin", "Théo Lambert", "Julien Moreau", "Marguerite Blanc", "Delphine Roux"},
    "es": {"Sol Barros", "Diego Salas", "Rosa Delgado", "Lucía Ortega", "Carmen Vidal", "Mateo Rojas"},
    "ja": {"Jun Okada", "Mei Tanaka", "Sakura Mori", "Keiko Sato", "Akira Endo"},
    "ar": {"Farid Haddad", "Rima Khoury", "Nadia Benali", "Yara Saleh", "Omar Nasser"},
    "uk": {"Katya Melnyk", "Daria Ivanenko", "Oksana Bondar"},
}
RING_NAMES = (
    "Lucky Growth", "Daily Boost", "Max Gainer", "Top Circle", "Fast Lane", "Green Candle", "Next Level", "Prime Wave",
    "Gold Rise", "Turbo Star",
)  # fmt: skip
RING_BIOS = (
    "Small account, big plans.", "Follow and grow.", "I support all who support.", "Active every day.", "Together to the top.",
)  # fmt: skip


class Role(StrEnum):
    """How somebody takes part."""

    REGULAR = "regular"
    CAST = "cast"
    QUIET = "quiet"
    NEWCOMER = "newcomer"
    RING = "ring"
    SUSPENDED = "suspended"


@dataclass(frozen=True)
class Interests:
    """What somebody of the cast writes about, and how much."""

    topics: tuple[str, ...]
    bio: str
    activity: float


CAST = {
    "ines": Interests(
        ("cartography", "weather", "cycling"),
        "Maps by foot. I re-measure springs and argue with sheep. Ridge trail most mornings. #opencartography",
        9.0,
    ),
    "tomasz": Interests(
        ("selfhosting", "council", "software"),
        "I look after the machine in the library cellar and explain it to the council. Backups are tested with biscuits.",
        8.0,
    ),
    "amara": Interests(
        ("seeds", "garden", "kitchen"),
        "Keeper of the seed library. 412 varieties, and I know who grew yours before you. #seedlibrary",
        8.0,
    ),
    "mona": Interests(
        ("metya", "neighbours", "choir"), "Moderator here, second alto elsewhere. Report it, or ask me first.", 3.0
    ),
    "fay": Interests(
        ("metya", "books", "games"), "Reviews payouts in the morning, loses at chess in the evening.", 2.0
    ),
    "finn": Interests(
        ("metya", "repair", "running"), "The second signature. Runs slowly, reads columns carefully.", 2.0
    ),
    "cole": Interests(
        ("metya", "council", "film"), "Community manager. I count things so that we can talk about them.", 2.0
    ),
    "ada": Interests(("metya", "selfhosting", "nightsky"), "Keeps the site running and the lights off at night.", 1.5),
}
PASSING = Interests(("metya", "neighbours"), "", 1.0)


@dataclass
class Person:
    """A member to be. ``place`` is the position in the list, ``activity`` how much they say, ``pull`` how much they are heard."""

    place: int
    handle: str
    name: str
    bio: str
    role: Role
    topics: tuple[str, ...]
    joined_at: datetime
    activity: float
    pull: float
    follows: set[int] = field(default_factory=set)
    followers: set[int] = field(default_factory=set)

    @property
    def group(self) -> str:
        """The group of interests of the first topic."""
        return GROUP_OF[self.topics[0]]

    def move(self, shift: timedelta) -> None:
        """Let it have been so much later."""
        self.joined_at += shift

    def speaks(self, language: str) -> bool:
        """Whether this person writes in a language ("" is English, which everybody does)."""
        return not language or self.name in SPEAKERS[language]


def gather(rng: Random, count: int, start: datetime, now: datetime) -> list[Person]:
    """``count`` people, the cast first, then regulars, quiet ones, newcomers, the ring and the suspended one last."""
    ring = max(3, min(8, count // 24))
    others = count - len(demo.CAST) - ring - 1
    quiet, newcomers = others // 8, max(1, others // 16)
    taken = set(RESERVED)
    names = _names(rng, others)
    bios = {topic: rng.sample(lines, len(lines)) for topic, lines in corpus.bios().items()}
    people = [_cast_member(rng, place, start) for place in range(len(demo.CAST))]
    taken.update(person.handle for person in people)
    for number in range(others):
        role = Role.REGULAR
        if number >= others - newcomers:
            role = Role.NEWCOMER
        elif number >= others - newcomers - quiet:
            role = Role.QUIET
        people.append(_person(rng, len(people), names[number], role, taken, bios, start, now))
    for number in range(ring):
        name = RING_NAMES[number % len(RING_NAMES)]
        joined = now - timedelta(days=min(9.0, (now - start).days * 0.5), hours=rng.uniform(0, 30))
        handle = _free(name.lower().replace(" ", "") + str(rng.randrange(10, 99)), taken)
        bio = RING_BIOS[number % len(RING_BIOS)]
        people.append(Person(len(people), handle, name, bio, Role.RING, ("metya",), max(start, joined), 1.0, 0.05))
    joined = now - timedelta(days=min(6.0, (now - start).days * 0.4))
    handle = _free("quick_returns", taken)
    bio = "Ask me how. Limited places."
    people.append(Person(len(people), handle, "Quick Returns", bio, Role.SUSPENDED, ("metya",), joined, 0.0, 0.02))
    return people


def _cast_member(rng: Random, place: int, start: datetime) -> Person:
    who = demo.CAST[place]
    likes = CAST.get(who.handle, PASSING)
    joined = start - timedelta(days=rng.uniform(8, 30))
    return Person(
        place, who.handle, who.name, likes.bio, Role.CAST, likes.topics, joined, likes.activity, likes.activity
    )


def _person(
    rng: Random,
    place: int,
    name: str,
    role: Role,
    taken: set[str],
    bios: dict[str, list[str]],
    start: datetime,
    now: datetime,
) -> Person:
    first = sorted(corpus.topics())[place % len(corpus.topics())]
    near = [topic for topic in GROUPS[GROUP_OF[first]] if topic != first]
    far = [topic for topic in GROUP_OF if topic not in near and topic != first]
    others = {rng.choice(near if rng.random() < 0.65 else far) for _ in range(rng.randrange(1, 4))}
    bio = bios[first].pop() if bios[first] and rng.random() < 0.93 else ""
    if role is Role.REGULAR:
        # Most were here at the start; the others came over the weeks.
        span = (now - start) * rng.random() ** 2 * 0.85
        joined = start - timedelta(days=rng.uniform(0, 14)) if rng.random() < 0.6 else start + span
        activity = rng.paretovariate(1.35)
    elif role is Role.QUIET:
        joined, activity = start + (now - start) * rng.random() * 0.8, 0.0
    else:
        joined, activity = now - timedelta(hours=rng.uniform(3, 70)), 0.4
    pull = min(activity, 7.0) * rng.uniform(0.5, 1.5) + 0.1
    topics = (first, *sorted(others))
    return Person(place, _handle(rng, name, taken), name, bio, role, topics, joined, min(activity, 7.0), pull)


def _names(rng: Random, count: int) -> list[str]:
    """Distinct names: the written ones first, then first and last names put together anew."""
    names = list(corpus.names())
    firsts, lasts = [name.split()[0] for name in names], [name.split(maxsplit=1)[1] for name in names]
    known = set(names)
    while len(names) < count:
        name = f"{rng.choice(firsts)} {rng.choice(lasts)}"
        if name in known:
            name = f"{rng.choice(firsts)} {rng.choice('ABCDEFGHJKLMNPRSTVWZ')}. {rng.choice(lasts)}"
        if name not in known:
            known.add(name)
            names.append(name)
    return names[:count]


def _handle(rng: Random, name: str, taken: set[str]) -> str:
    """A handle as people choose them: plain letters, digits and _, at most 24."""
    plain = unicodedata.normalize(
        "NFKD", name.lower().replace("ı", "i").replace("ö", "o").replace("ð", "d").replace("ø", "o")
    )
    parts = ["".join(ch for ch in part if ch.isascii() and ch.isalnum()) for part in plain.split()]
    first, last = parts[0], "".join(parts[1:])
    forms = [first, first + last[:1], f"{first}_{last}", last, first[:1] + last, f"{first}{last}"]
    weights = [5, 2, 3, 1, 2, 2]
    order = sorted(forms, key=lambda form: -(rng.random() ** (1 / weights[forms.index(form)])))
    for form in order:
        if 3 <= len(form) <= 24 and form not in taken:
            taken.add(form)
            return form
    return _free(f"{first}_{last}"[:20], taken)


def _free(form: str, taken: set[str]) -> str:
    handle, number = form, 1
    while handle in taken:
        number += 1
        handle = f"{form}{number}"
    taken.add(handle)
    return handle
