"""The texts of the demo: well-formed, varied, and every picture that they name can be drawn."""

from collections import Counter
from io import BytesIO
from random import Random

import pytest
from PIL import Image

from social.demo import corpus, pictures
from social.demo.corpus import BadText, Telling
from social.demo.people import GROUP_OF, SPEAKERS
from social.demo.pictures.faces import face
from social.posts.images import LONGEST_SIDE
from social.posts.render import MAX_CHARACTERS
from social.posts.text import clean_text

PIECES = [piece for pieces in corpus.topics().values() for piece in pieces]


def every_piece():
    return [*PIECES, *(piece for pieces in corpus.reactions().values() for piece in pieces), *corpus.ring()]


def test_there_is_enough_to_say():
    assert len(corpus.topics()) >= 25
    assert len(PIECES) >= 350
    answers = sum(len(piece.turns) - 1 for piece in every_piece())
    assert answers >= 400
    assert all(len(pieces) >= 5 for pieces in corpus.reactions().values())
    assert set(corpus.reactions()) == set(corpus.KINDS)


def test_every_text_can_be_told_and_is_short_enough():
    handles = dict.fromkeys("ABCDEFGH", "somebody")
    for piece in every_piece():
        for number in range(6):
            telling = Telling(Random(number), handles)
            for turn in piece.turns:
                text = telling.tell(turn.text)
                assert not set("{}|") & set(text), text
                assert text == "" or clean_text(text, most=MAX_CHARACTERS) == text


def test_no_two_pieces_begin_alike():
    first = Counter(piece.turns[0].text for piece in PIECES)
    assert [text for text, count in first.items() if count > 1] == []


def test_answers_follow_something():
    for piece in every_piece():
        for place, turn in enumerate(piece.turns[1:], 1):
            assert turn.parent < place
            assert piece.turns[turn.parent].speaker != "Q"


def test_topics_and_languages_are_known():
    assert set(GROUP_OF) == set(corpus.topics()) == set(corpus.bios())
    assert {piece.language for piece in PIECES} - {""} == set(SPEAKERS)


def test_names_are_distinct():
    assert len(set(corpus.names())) == len(corpus.names()) >= 190


def test_pictures_are_drawn_and_described():
    assert {piece.picture for piece in PIECES if piece.picture} == set(pictures.DRAWINGS)
    assert all(bool(piece.picture) == bool(piece.alt) for piece in PIECES)
    assert len(pictures.DRAWINGS) >= 60


@pytest.mark.parametrize("name", sorted(pictures.DRAWINGS))
def test_a_picture_is_whole(name):
    drawn = pictures.picture(name, "1")
    image = Image.open(BytesIO(drawn.data))
    assert image.format == "WEBP"
    assert image.size == (drawn.width, drawn.height)
    assert max(image.size) <= LONGEST_SIDE
    assert len(image.convert("RGB").getcolors(1 << 24)) > 50


def test_another_seed_draws_another_picture():
    for name in ("map", "ridge", "bowls"):
        assert pictures.picture(name, "1").data == pictures.picture(name, "1").data
        assert pictures.picture(name, "1").data != pictures.picture(name, "2").data


def test_faces_differ():
    faces = {face(str(number), "Ines") for number in range(40)}
    assert len(faces) == 40
    assert face("7", "Ines") == face("7", "Ines")
    assert Image.open(BytesIO(face("7", "Ines"))).size[0] >= 192


def test_choices_stay_the_same_within_a_telling():
    telling = Telling(Random(3), {})
    assert telling.tell("{k:bus|pump} {red|blue}") == telling.tell("{k:bus|pump} {red|blue}")
    tied = [Telling(Random(number), {}).tell("{k:1|2} {k:one|two}") for number in range(20)]
    assert set(tied) == {"1 one", "2 two"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [("shout: Hello", "begins with one of"), ("  hello", "neither a piece"), ("ask Hello", "begins with one of")],
)
def test_a_bad_line_is_named(tmp_path, line, reason):
    path = tmp_path / "bad.txt"
    path.write_text(f"Title\n\nmuse: Fine.\n{line}\n")
    with pytest.raises(BadText, match=f"bad.txt:4: .*{reason}"):
        corpus.read_topic(path)
