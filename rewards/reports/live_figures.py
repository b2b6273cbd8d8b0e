"""The figures of live pages, which tell how the hubs did and nothing of people."""

from django.utils.translation import gettext_lazy as _

from rewards.reports.metrics import Family, Metric, Unit, quantile, total

LIVE: tuple[Metric, ...] = (
    Metric(
        "live.peak",
        Family.LIVE,
        _("Most connections at once"),
        _(
            "Open live connections (a page that is looked at has one), the most in any minute of the period, all processes "
            "together. Processes are added up by the minute, so that two peaks within one minute count as one."
        ),
        lambda days: days.most("live.peak"),
        people=False,
    ),
    Metric(
        "live.mean",
        Family.LIVE,
        _("Connections on average"),
        _(
            "Open live connections, counted every three seconds and averaged over the minutes in which there was any; the "
            "mean of the days of the period."
        ),
        lambda days: days.mean("live.mean"),
        people=False,
    ),
    Metric(
        "live.delivered",
        Family.LIVE,
        _("Hints delivered"),
        _("Hints (that a post, a reply, a count, a message or a notification is new) that a connection took."),
        total("live.delivered"),
        people=False,
        front=True,
    ),
    Metric(
        "live.median",
        Family.LIVE,
        _("Median delivery"),
        _(
            "From the moment a process learns of something new to the moment its connection took the hint. Each connection is "
            "told at most once a second, and that wait is in it; the way over the network is not. Half took at most so long."
        ),
        quantile("live.delay", 50),
        Unit.MILLISECONDS,
        people=False,
    ),
    Metric(
        "live.95",
        Family.LIVE,
        _("Nineteen of twenty delivered within"),
        _(
            "As the median, for nineteen of twenty deliveries. Rounded up: to 10 ms up to 200, to 50 up to 2,000, to 500 beyond."
        ),
        quantile("live.delay", 95),
        Unit.MILLISECONDS,
        people=False,
    ),
    Metric(
        "live.slow",
        Family.LIVE,
        _("Slow deliveries"),
        _("Deliveries that took more than two seconds, measured in the same way."),
        total("live.slow"),
        people=False,
    ),
    Metric(
        "live.dropped",
        Family.LIVE,
        _("Connections given up"),
        _("Connections that took nothing for twenty seconds and were ended by the server."),
        total("live.dropped"),
        people=False,
    ),
)
