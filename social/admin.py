"""Imports every feature's admin pages."""

import social.assistant.admin
import social.detection.admin
import social.groups.admin
import social.interactions.admin
import social.labels.admin
import social.looks.admin
import social.moderation.admin
import social.posts.admin
import social.previews.admin
import social.rules.admin
import social.training.admin
import social.transparency.admin
import social.trends.admin  # noqa: F401
