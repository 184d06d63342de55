"""Which of its jobs the sampler does, told by what is connected; and which graphs make no sense."""

from enum import Enum

from ..jamflow_core.errors import JamFlowError


class Job(Enum):
    """The jobs; the value is what the artist is told."""

    SPEAK = "text -> speech and face"
    ANIMATE = "recording -> face"
    DUB = "text and motion -> speech on these lips"
    EDIT = "recording, new text and time mask -> the spans said anew"
    RELIP = "recording and time mask -> the lips of the spans made anew"

    def told(self, face: bool) -> str:
        """What the artist is told; `face`: is a face wanted beside new speech?"""
        return self.value if face or self is not Job.SPEAK else "text -> speech"


def refusal(text: bool, audio: bool, motion: bool, mask: bool) -> str | None:
    """What is wrong with a graph in which these are connected, in words that say what to connect; None if nothing
    is.
    """
    if not text and not audio:
        if motion:
            return "connect a text: motion alone does not say which words to speak on it"
        return "connect a text to speak, or a recording (JAM-Flow Reference Audio, role drive) to animate"
    if mask and not audio:
        return "connect the recording that the time mask is for (JAM-Flow Reference Audio, role drive)"
    if motion and audio and not text and not mask:
        return "remove the motion or the recording, or connect a time mask (and a text for new words): with both given nothing is left to make"
    return None


def job_of(text, recording, motion, mask) -> Job:
    """The job of a graph, by its values (None = not connected). JamFlowError if it contradicts itself."""
    wrong = refusal(*(part is not None for part in (text, recording, motion, mask)))
    if wrong:
        raise JamFlowError(wrong)
    drive = recording is not None and recording.wave is not None
    if mask is not None:
        if not drive:
            raise JamFlowError("set the role of JAM-Flow Reference Audio to drive: a time mask edits a recording")
        if not mask.speech and not mask.face:
            raise JamFlowError("mark a span of the time mask first: it is empty")
        if text is None and mask.speech:
            raise JamFlowError(
                "connect the whole new text: the time mask says when, the text says what is spoken there"
            )
        return Job.EDIT if mask.speech else Job.RELIP
    if drive:
        if motion is not None:
            raise JamFlowError(
                "connect a time mask, or set the role of JAM-Flow Reference Audio to voice: with recording and motion "
                "both given nothing is left to make"
            )
        return Job.ANIMATE
    if text is None:
        raise JamFlowError("connect a text for this voice to say, or set the role of JAM-Flow Reference Audio to drive")
    return Job.SPEAK if motion is None else Job.DUB
