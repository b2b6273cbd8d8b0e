"""What other parts of the site may wait for."""

from django.dispatch import Signal

# A session was ended from outside it (by its member elsewhere, with its wallet, by a suspension); argument: session_key.
session_ended = Signal()
