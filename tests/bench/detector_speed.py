"""What twenty detectors cost a post, on PostgreSQL with 50,000 posts: the job that looks at it, without the queue around it.

python -m tests.bench.detector_speed read     the process that is measured; prints JSON
"""

import json
import os
import sys
from time import process_time

from tests.bench.measure import Row, row
from tests.bench.place import cpu_of, has_postgres, postgres, step

MEMBERS, POSTS, DETECTORS, LOOKS = 1_000, 50_000, 20, 400
MS = 5


def run() -> list[Row]:
    """Milliseconds of processor time for each post: of the worker, and of the database beside it; and how long a trial takes."""
    if not has_postgres():
        return [row("twenty detectors, one post", float("nan"), "ms", note="not measured: no PostgreSQL at hand")]
    with postgres(SITE_URL="http://127.0.0.1:8000", DEMO="1") as env:
        found = json.loads(step(env, "tests.bench.detector_speed", "read"))
    note = f"{POSTS:,} posts; mean of {LOOKS}; beside it the database {found['database']:.2f} ms CPU"
    return [
        row(f"{DETECTORS} detectors look at one post", found["worker"], "ms CPU", most=MS, note=note),
        row(
            "a trial on the last 7 days",
            found["trial"],
            "s CPU",
            note=f"{found['looked']:,} posts, the same text again",
        ),
    ]


def _read() -> dict[str, float]:
    from django.db import connection
    from django.utils import timezone

    from social.detection import looking_on, trials
    from social.detection.models import Detector, Kind, PostPrint, Signal, Trial
    from social.posts.models import Post
    from social.rules.models import Rule
    from tests.bench import filling

    people = filling.community(members=MEMBERS, posts=POSTS, follows=20, likes=1_000)
    rule = Rule.objects.get(key="spam")
    settings = [
        (Kind.LINK, {"domains": [f"site{n}.example" for n in range(200)]}),
        (Kind.WORDS, {"phrases": [f"never said number {n}" for n in range(200)]}),
        (Kind.DUPLICATE, {"members": 100, "times": 100, "minutes": 10_080, "least": 30}),
        (Kind.BURST, {"posts": 100, "minutes": 60}),
        (Kind.MENTIONS, {"days": 365, "members": 50}),
        (Kind.IMAGE, {"distance": 4}),
    ]
    for number in range(DETECTORS):
        kind, params = settings[number % len(settings)]
        made = Detector.objects.create(
            kind=kind, name=f"{number}", params=params, rule=rule, active=True, changed_by=people[0]
        )
    tried = Trial.objects.create(
        detector=Detector.objects.filter(kind=Kind.DUPLICATE)[0], version=made.version, asked_by=people[0]
    )
    start = process_time()
    trials.run(tried.pk)
    trial = process_time() - start
    tried.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    backend = connection.connection.info.backend_pid
    numbers = list(
        Post.objects.filter(repost_of=None, created_at__lte=timezone.now(), images=None).order_by("-pk")
        .values_list("pk", flat=True)[: LOOKS + 50]
    )  # fmt: skip
    for pk in numbers[LOOKS:]:
        looking_on.look_at(pk)
    start, before = process_time(), cpu_of([backend])
    for pk in numbers[:LOOKS]:
        looking_on.look_at(pk)
    return {
        "worker": 1_000 * (process_time() - start) / LOOKS,
        "database": 1_000 * (cpu_of([backend]) - before) / LOOKS,
        "signals": Signal.objects.count(),
        "prints": PostPrint.objects.count(),
        "trial": trial,
        "looked": tried.looked,
    }


if __name__ == "__main__":
    if sys.argv[1:] == ["read"]:
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "metya.settings")
        django.setup()
        print(json.dumps(_read()))
    else:
        from tests.bench.measure import show

        show(run())
