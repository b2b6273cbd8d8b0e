"""What members of the demo community reported and no moderator has looked at yet: of every kind, under every rule."""

from datetime import timedelta
from random import Random

from metya.wallets.models import Member
from social.demo.planting import Planted
from social.lists import actions as lists
from social.messages import reporting
from social.messages.models import Message
from social.moderation import actions as moderation
from social.moderation import evidence
from social.moderation.models import About, Case, Kind, Report, due, ranked
from social.posts.models import Post, PostImage

# Rule, note, and how many minutes ago.
_OF_POSTS = (
    ("illegal", "Isn't it forbidden to sell this without a permit?", 25),
    ("illegal", "Shows a number plate and says where the person lives.", 70),
    ("harassment", "This is aimed at me. Second time this week.", 150),
    ("harassment", "Makes fun of somebody who cannot answer.", 200),
    ("harassment", "", 30),
    ("scam", "Sounds like the offer from last month that was a fraud.", 90),
    ("spam", "The same link in three conversations.", 1_300),
    ("spam", "Advertising.", 400),
    ("trading", "“Like mine and I like yours.”", 600),
    ("other", "It is not true, and many believe it.", 45),
)


def add(planted: Planted, people: list[Member], rng: Random) -> None:
    """Ten posts, a profile, a list, a picture and a message, some of them reported by two."""
    now = planted.community.now
    older = Post.objects.filter(author__in=people, created_at__lt=now - timedelta(days=1))
    posts = list(older.present().public().originals().order_by("pk"))
    about_posts = rng.sample(posts, min(len(posts), len(_OF_POSTS)))
    for (rule, note, ago), post in zip(_OF_POSTS, about_posts, strict=False):
        who = [one for one in people if one.pk != post.author_id]
        for reporter in rng.sample(who, 2 if ago < 100 else 1):
            made = moderation.report(actor=reporter, member=post.author, post=post, rule=rule, note=note)
            _age(planted, made, ago)
    first, second, third = rng.sample(people, 3)
    made = moderation.report(actor=first, member=second, rule="other", note="Pretends to be a well-known baker.")
    _age(planted, made, 100)
    listed = lists.make(actor=third, name="People who are wrong", about="All of them.", public=True)
    about = About(Kind.LIST, listed.pk)
    said = evidence.of_list(listed)
    made = moderation.report(
        actor=second, member=third, rule="harassment", note="I am in it.", about=about, evidence=said
    )
    _age(planted, made, 60)
    image = (
        PostImage.objects.filter(post__visibility="public", member__in=people)
        .select_related("post")
        .order_by("pk")
        .first()
    )
    if image is not None:
        reporter = next(one for one in people if one.pk != image.member_id)
        about, said = About(Kind.IMAGE, image.pk), evidence.of_image(image)
        made = moderation.report(
            actor=reporter, member=image.member, post=image.post, rule="illegal", note="My photo, taken without asking.",
            about=about, evidence=said,
        )  # fmt: skip
        _age(planted, made, 10)
    _letter(planted)


def _letter(planted: Planted) -> None:
    """One message, by whoever received it."""
    ines = Member.objects.get(handle="ines")
    message = (
        Message.objects.visible_to(ines).written().filter(deleted_at=None).exclude(author=ines).order_by("pk").first()
    )
    if message is not None:
        _age(
            planted,
            reporting.report_message(actor=ines, message=message, rule="spam", note="I did not ask for this."),
            500,
        )


def _age(planted: Planted, report: Report, minutes: int) -> None:
    since = planted.community.now - timedelta(minutes=minutes)
    Report.objects.filter(pk=report.pk).update(created_at=since)
    case = Case.objects.get(pk=report.case_id)
    by = due(case.queue, since)
    Case.objects.filter(pk=case.pk).update(opened_at=since, due_at=by, rank_at=ranked(case.queue, by, case.priority))
