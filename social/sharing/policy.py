"""What may be carried elsewhere: as a preview card, in a feed, in somebody's page, to search engines."""

from social.posts.models import Post, Visibility
from social.profiles.models import Profile


def may_carry_person(profile: Profile) -> bool:
    """In good standing, and not kept out of search: whoever is, is kept out of all that carries them elsewhere."""
    return profile.searchable and profile.member.in_good_standing


def may_carry(post: Post) -> bool:
    """Present, for everyone, no mere repeat, by somebody who may be carried; needs the author with profile."""
    public = post.visibility == Visibility.PUBLIC and post.repost_of_id is None
    return post.present and public and may_carry_person(post.author.profile)
