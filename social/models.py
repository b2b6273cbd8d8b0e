"""Imports every feature's models, so that Django finds them; a test compares this list with the folders."""

from social.appeals.models import Appeal, Kept
from social.assistant.models import AssistantConfig, DraftHalf, DraftPair, StyleCard, StyleVote
from social.bookmarks.models import Bookmark, Filed, Folder
from social.comparisons.models import Example, Feedback, Question
from social.consent.models import Grant
from social.detection.models import Detector, ImagePrint, PostPrint, RemovedImage, Signal, Trial
from social.digest.models import MailDigest
from social.drafts.models import Draft
from social.follows.models import Block, Follow, FollowRequest, Mute
from social.groups.models import RankingGroup
from social.imports.models import Import
from social.interactions.models import Interaction, Pause
from social.labels.models import (
    Label,
    LabelChoice,
    Labeller,
    Labelling,
    Objection,
    Recommendation,
    Subscription,
)
from social.lists.models import ListMember, MemberList
from social.live.models import LiveMinute
from social.looks.models import Look, LookPage
from social.messages.models import Conversation, Message, MessageImage, MessageSettings, Participant
from social.moderation.models import (
    Case,
    CaseNote,
    Decision,
    ModeratedMember,
    Report,
    ReporterMute,
    Strike,
)
from social.mutes.models import MutedThread, MutedWord
from social.notes.models import Note
from social.notifications.models import Notification, NotificationChoice
from social.polls.models import Poll, PollVote
from social.posts.models import Like, Mention, Post, PostImage, PostTag, PostVersion, Tag
from social.previews.models import LinkHost, LinkPreview
from social.profiles.models import Profile
from social.push.models import PushDevice, PushLine
from social.ranking.models import ModelVersion, NotRecommended, Preset, Reach, Slate, Steering, Taste
from social.rules.models import Rule, RuleVersion
from social.search.models import PersonWords, PostWords
from social.tags.models import TagFollow
from social.training.models import (
    Bridge,
    Draw,
    ExampleValue,
    MemberValue,
    Neighbour,
    PromotionVote,
    Round,
    StyleShare,
    StyleValue,
    Switch,
    Validator,
)
from social.transparency.models import LogEntry, LogHead, LogName
from social.trends.models import TagVeto, Trend, TrustedMember

__all__ = [
    "Appeal", "AssistantConfig", "Block", "Bookmark", "Bridge", "Case", "CaseNote", "Conversation", "Decision",
    "Detector", "Draft", "DraftHalf", "DraftPair", "Draw", "Example", "ExampleValue", "Feedback", "Filed", "Folder",
    "Follow", "FollowRequest", "Grant", "ImagePrint", "Import", "Interaction", "Kept", "Label", "LabelChoice",
    "Labeller", "Labelling", "Like", "LinkHost", "LinkPreview", "ListMember", "LiveMinute", "LogEntry", "LogHead",
    "LogName", "Look", "LookPage", "MailDigest", "MemberList", "MemberValue", "Mention", "Message", "MessageImage",
    "MessageSettings", "ModelVersion", "ModeratedMember", "Mute", "MutedThread", "MutedWord", "Neighbour",
    "NotRecommended", "Note", "Notification", "NotificationChoice", "Objection", "Participant", "Pause",
    "PersonWords", "Poll", "PollVote", "Post", "PostImage", "PostPrint", "PostTag", "PostVersion", "PostWords",
    "Preset", "Profile", "PromotionVote", "PushDevice", "PushLine", "Question", "RankingGroup", "Reach",
    "Recommendation", "RemovedImage", "Report", "ReporterMute", "Round", "Rule", "RuleVersion", "Signal", "Slate",
    "Steering", "Strike", "StyleCard", "StyleShare", "StyleValue", "StyleVote", "Subscription", "Switch", "Tag",
    "TagFollow", "TagVeto", "Taste", "Trend", "Trial", "TrustedMember", "Validator",
]  # fmt: skip
