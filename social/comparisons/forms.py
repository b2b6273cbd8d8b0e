"""What the buttons under a post and in a question send: ids with commas, as undo does, so that they work without scripts."""

import re

from django.utils.translation import gettext as _

from metya.web.errors import Invalid


def ids(raw: str, count: int) -> tuple[int, ...]:
    """So many ids with commas between. Raises Invalid."""
    if re.fullmatch(",".join(["[1-9][0-9]{0,17}"] * count), raw, re.ASCII) is None:
        raise Invalid(_("That form is damaged. Load the page again."), code="damaged")
    return tuple(int(one) for one in raw.split(","))
