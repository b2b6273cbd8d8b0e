"""What the social part knows of a member: one rule for each foreign key, their download and their erasing.

Messages are told and erased by their own package. Reports and what moderators did stay: whoever was harmed must not lose the
case because the other left, and whoever reported must not be able to wipe what they accused others of. They name members by
number; a tombstone, an evidence text and a decision are all that is left of the post they are about.
"""

from metya.members.parts import ERASED, Section
from metya.wallets.models import Member
from social.leaving import erasing, telling

_FACT = "kept: the facts from which past influence is computed again, by number; undone"
_CASE = "kept: reports and their outcome, for whoever was harmed and for appeals"
RULES = {
    "social.Profile.member": "kept: emptied, so that what points to it finds nothing",
    "social.Post.author": "kept: emptied, as tombstones under which the answers of others stay",
    "social.Post.audience": "kept: bounds who sees the answers of others",
    "social.PostImage.member": ERASED,
    "social.Like.member": ERASED,
    "social.Bookmark.member": ERASED,
    "social.Mention.member": ERASED,
    "social.Folder.member": ERASED,
    "social.Draft.member": ERASED,
    "social.Follow.source": ERASED,
    "social.Follow.target": ERASED,
    "social.FollowRequest.source": ERASED,
    "social.FollowRequest.target": ERASED,
    "social.Block.source": ERASED,
    "social.Block.target": ERASED,
    "social.Mute.source": ERASED,
    "social.Mute.target": ERASED,
    "social.MutedWord.member": ERASED,
    "social.MutedThread.member": ERASED,
    "social.Note.owner": ERASED,
    "social.Note.about": ERASED,
    "social.Import.member": ERASED,
    "social.Look.actor": "kept: who of the staff looked as whom, by number",
    "social.Look.member": "kept: who of the staff looked, by number; the addresses of the pages are taken out",
    "social.MemberList.owner": ERASED,
    "social.ListMember.member": ERASED,
    "social.Notification.member": ERASED,
    "social.Notification.actor": ERASED,
    "social.PollVote.member": ERASED,
    "social.NotificationChoice.member": ERASED,
    "social.PushDevice.member": ERASED,
    "social.PushChoice.member": ERASED,
    "social.MailDigest.member": ERASED,
    "social.LinkPreview.owner": "kept: not for long; what no post shows any more goes within hours, with its picture",
    "social.TagFollow.member": ERASED,
    "social.TrustedMember.member": ERASED,
    "social.Slate.member": ERASED,
    "social.Steering.member": ERASED,
    "social.Preset.owner": ERASED,
    "social.Preset.unshared_by": "kept: who of the moderators ended the sharing of a preset, by number",
    "social.NotRecommended.member": ERASED,
    "social.Taste.member": ERASED,
    "social.ExampleValue.member": ERASED,
    "social.Validator.member": ERASED,
    "social.MemberValue.member": "kept: the books of what examples were worth, by number",
    "social.StyleShare.member": "kept: the books of what styles were allotted, by number",
    "social.RankingGroup.made_by": "kept: who of the staff made a group of the feed, by number",
    "social.Round.asked_by": "kept: who asked for a round of training, by number",
    "social.Switch.set_by": "kept: who stopped or pinned training, by number",
    "social.TagVeto.by": "kept: what moderators decided, by number",
    "social.LogName.member": ERASED,
    "social.Interaction.source": _FACT,
    "social.Interaction.target": _FACT,
    "social.Detector.changed_by": "kept: who set the detectors, by number",
    "social.Trial.asked_by": "kept: who tried a detector, by number, until the next trial",
    "social.Signal.member": _CASE,
    "social.RuleVersion.made_by": "kept: who worded the rules, by number",
    "social.Appeal.member": _CASE,
    "social.Appeal.moderator": _CASE,
    "social.Appeal.claimed_by": _CASE,
    "social.Appeal.decided_by": _CASE,
    "social.Labelling.labeller": ERASED,
    "social.Objection.member": ERASED,
    "social.Objection.labeller": ERASED,
    "social.Objection.decided_by": "kept: who decided on an objection, by number",
    "social.Subscription.member": ERASED,
    "social.Subscription.labeller": ERASED,
    "social.LabelChoice.member": ERASED,
    "social.Recommendation.labeller": ERASED,
    "social.Example.member": ERASED,
    "social.Feedback.member": ERASED,
    "social.Question.member": ERASED,
    "social.Grant.member": ERASED,
    "social.Recommendation.by": "kept: who recommended a labeller, by number",
    "social.DraftPair.member": ERASED,
    "social.StyleVote.member": ERASED,
    "social.PromotionVote.member": ERASED,
    "social.StyleCard.author": "kept: emptied and out of use, so that what was compared with it still counts",
    "social.StyleCard.retired_by": "kept: who of the moderators removed a style, by number",
    "social.Case.member": _CASE,
    "social.Case.claimed_by": _CASE,
    "social.Case.opened_by": _CASE,
    "social.CaseNote.by": _CASE,
    "social.Decision.member": _CASE,
    "social.Decision.moderator": _CASE,
    "social.Strike.member": _CASE,
    "social.ReporterMute.member": _CASE,
    "social.ReporterMute.by": _CASE,
    "social.Report.reporter": _CASE,
    "social.Report.member": _CASE,
    "social.Report.decided_by": _CASE,
}


def sections(member: Member) -> list[Section]:
    return telling.sections(member)


def erase(member: Member, most: int) -> int:
    return erasing.erase(member, most)
