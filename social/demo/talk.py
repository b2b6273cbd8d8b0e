"""What the community says: pieces of the corpus told by fitting people at fitting times, with answers and quotes."""

import math
from datetime import datetime, timedelta
from itertools import cycle, islice
from random import Random

from social.demo import corpus, program
from social.demo.corpus import Piece, Telling, Turn
from social.demo.people import Person, Role
from social.demo.program import PINNED
from social.demo.said import Said
from social.demo.voices import Voices

TAGS = {
    "cartography": "opencartography", "seeds": "seedlibrary", "repair": "repaircafe", "selfhosting": "selfhosting",
    "choir": "choir", "cycling": "cycling", "bread": "bread", "birds": "birds", "nightsky": "nightsky",
    "council": "council", "radio": "radio", "ceramics": "ceramics", "translation": "translation",
    "software": "smallsoftware", "garden": "allotment", "school": "school", "ferry": "ferry", "books": "books",
    "film": "filmclub", "running": "running", "weather": "weather", "textiles": "handmade", "bees": "bees",
    "games": "chess", "kitchen": "kitchen", "photo": "drawing",
}  # fmt: skip
# Nobody reads the same words twice among this many of the newest texts.
UNREPEATED = 330


class Talk:
    """Makes up ``count`` things said between ``start`` and ``now``."""

    def __init__(self, rng: Random, people: list[Person], start: datetime, now: datetime) -> None:
        self.rng, self.people, self.start, self.now = rng, people, start, now
        self.voices = Voices(rng, people, start)
        self.said: list[Said] = []
        self._texts: dict[str, list[datetime]] = {}
        self._gap = now - start
        self._threads: dict[int, set[int]] = {}
        self._pieces: dict[int, Piece] = {}

    def fill(self, count: int) -> list[Said]:
        """Tell pieces from the newest to the oldest, then let people answer until ``count`` is reached; by time."""
        self._gap = (self.now - self.start) * min(1.0, UNREPEATED / count)
        ring = self._ring(count)
        roots = max(3, round(count * 0.4) - len(ring))
        times = program.moments(self.rng, roots, self.start, self.now)
        for piece in islice(program.order(self.rng, self.people), roots * 12 + 400):
            if not times or len(self.said) >= count:
                break
            pinned = PINNED.get(piece.by) if len(times) > roots - len(PINNED) else None
            at = self.now - timedelta(minutes=pinned) if pinned else times[-1]
            if self._tell(piece, at):
                times.pop()
        self._react(count)
        self._trim(count)
        self.said.sort(key=lambda one: (one.at, one.author))
        return self.said

    def _tell(self, piece: Piece, at: datetime) -> bool:
        author = self.voices.author(piece, at)
        if author is None:
            return False
        handles = self.voices.cast(piece, author, at)
        if handles is None:
            return False
        names = {letter: self.people[place].handle for letter, place in handles.items()}
        telling, text = Telling(self.rng, names), ""
        for _ in range(8):
            telling = Telling(self.rng, names)
            text = telling.tell(piece.turns[0].text)
            if text not in self._texts:
                break
        if not self._fresh(text, at):
            return False
        self._texts.setdefault(text, []).append(at)
        text += self._tag(piece, text)
        private = self.rng.random() < 0.14 and piece.kind in ("muse", "mishap", "ask", "hello") and not piece.by
        private = private and set(handles.values()) - {author.place} <= author.followers
        root = Said(author.place, text, at, piece.kind, piece.topic, followers_only=private, speakers=dict(handles))
        root.picture, root.alt = piece.picture, telling.tell(piece.alt)
        self._pieces[id(root)] = piece
        self._add(root)
        self._answer(root, piece.turns, telling)
        return True

    def _tag(self, piece: Piece, text: str) -> str:
        """Some add a hashtag where the piece has none."""
        wanted = piece.topic in TAGS and "#" not in text and not piece.language and not piece.by
        likely = {"show": 0.5, "news": 0.4, "event": 0.5, "tip": 0.4, "ask": 0.25}.get(piece.kind, 0.1)
        return f" #{TAGS[piece.topic]}" if wanted and self.rng.random() < likely else ""

    def _fresh(self, text: str, at: datetime) -> bool:
        """Whether nobody said the same close by."""
        return all(abs(at - other) > self._gap for other in self._texts.get(text, ()))

    def _answer(self, root: Said, turns: tuple[Turn, ...], telling: Telling) -> None:
        """Everything after the first text of a piece, as far as it was said by now."""
        line: dict[int, Said] = {0: root}
        speakers = root.speakers
        for place, turn in enumerate(turns[1:], 1):
            parent = line.get(turn.parent)
            if parent is None or (turn.speaker == "Q" and root.followers_only):
                continue
            at = self._later(parent.at, quote=turn.speaker == "Q")
            if at >= self.now:
                continue
            said = Said(speakers[turn.speaker], telling.tell(turn.text), at, "reply", root.topic)
            said.followers_only = root.followers_only
            if turn.speaker == "Q":
                said.kind, said.quoted = "quote", root
            else:
                said.parent, line[place] = parent, said
            self._add(said)

    def _later(self, at: datetime, quote: bool = False) -> datetime:
        minutes = self.rng.lognormvariate(math.log(200 if quote else 28), 1.0)
        left = (self.now - at).total_seconds() / 60
        if quote:
            # Not right under what it quotes.
            minutes = max(25.0, minutes)
        elif left < 240:
            # A young thread is quick, or it would have no answers yet.
            minutes = min(minutes, left * self.rng.uniform(0.12, 0.75))
        return at + timedelta(minutes=max(0.7, minutes))

    def _add(self, said: Said) -> None:
        self._texts.setdefault(said.text, []).append(said.at)
        self._threads.setdefault(id(said.quoted or said.root), set()).add(said.author)
        self.voices.note(said.author, said.at)
        self.said.append(said)

    def _react(self, count: int) -> None:
        """Short exchanges under first posts, rather the heard ones, until ``count`` things are said."""
        told = [said for said in self.said if id(said) in self._pieces and not said.followers_only]
        roots = [said for said in told if not self._pieces[id(said)].language]
        weights = [1 + math.sqrt(len(self.people[said.author].followers)) for said in roots]
        queues = {kind: cycle(self.rng.sample(pieces, len(pieces))) for kind, pieces in corpus.reactions().items()}
        tries = 0
        while roots and len(self.said) < count and tries < count * 8:
            tries += 1
            root = self.rng.choices(roots, weights)[0]
            self._exchange(root, next(queues[root.kind]))

    def _exchange(self, root: Said, piece: Piece) -> None:
        not_these = self._threads[id(root)]
        author = self.people[root.author]
        speakers = {"A": root.author}
        for letter in piece.speakers:
            one = self.voices.answerer(root.topic, author, root.at, not_these | set(speakers.values()))
            if one is None:
                return
            speakers[letter] = one.place
        telling = Telling(self.rng, {letter: self.people[place].handle for letter, place in speakers.items()})
        texts = [telling.tell(turn.text) for turn in piece.turns[1:]]
        if not all(self._fresh(text, root.at) for text in texts):
            return
        before, root.speakers = root.speakers, speakers
        self._answer(root, piece.turns, telling)
        root.speakers = before

    def _trim(self, count: int) -> None:
        """Take the oldest last words back until ``count`` remain."""
        answered = {id(other) for said in self.said for other in (said.parent, said.quoted) if other}
        for said in sorted(self.said, key=lambda one: one.at):
            if len(self.said) <= count:
                return
            if id(said) not in answered and said.parent:
                self.said.remove(said)

    def _ring(self, count: int) -> list[Said]:
        """The small accounts praise each other for a few days; the suspended one left three links."""
        ring = [one for one in self.people if one.role is Role.RING]
        scenes = max(2, min(14, count // 120))
        begin, said = max(one.joined_at for one in ring), list[Said]()
        for number in range(scenes):
            piece = corpus.ring()[number % len(corpus.ring())]
            at = begin + (self.now - begin) * ((number + self.rng.random() * 0.8) / scenes)
            letters = self.rng.sample(ring, min(3, len(ring)))
            speakers = {letter: letters[place % len(letters)].place for place, letter in enumerate("ABC")}
            telling = Telling(self.rng, {})
            root = Said(speakers["A"], telling.tell(piece.turns[0].text), at, piece.kind, "metya", speakers=speakers)
            before = len(self.said)
            self._add(root)
            self._answer(root, piece.turns, telling)
            said += self.said[before:]
        return said + self._links()

    def _links(self) -> list[Said]:
        last = next(one for one in self.people if one.role is Role.SUSPENDED)
        texts = (
            "Turn 100 into 900 in a week, I show you how, only today: https://quick.example.net/join",
            "Last places! My group doubled again. https://quick.example.net/group",
            "Many ask me if it is real. Send 5 first and see: https://quick.example.net/first",
        )
        found = []
        for number, text in enumerate(texts):
            at = last.joined_at + timedelta(hours=2 + number * 7)
            if at < self.now:
                found.append(Said(last.place, text, at, "muse", "metya"))
                self._add(found[-1])
        return found
