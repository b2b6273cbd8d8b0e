"""What becomes of what was said about a post that is emptied: it goes too."""

from django.db.models import Q

from social.comparisons.models import Example, Feedback, Question


def forget(post: int) -> None:
    """Inside the transaction that empties it. Whoever said it keeps their feed as it is until they say something again."""
    Example.objects.filter(Q(winner=post) | Q(loser=post)).delete()
    Feedback.objects.filter(post=post).delete()
    Question.objects.filter(Q(first=post) | Q(second=post)).delete()
