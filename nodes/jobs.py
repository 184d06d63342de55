"""Which of its jobs the sampler does, told by what is connected; which graphs make no sense; and the calls into the
core."""

from dataclasses import dataclass
from enum import Enum

from ..jamflow_core.errors import JamFlowError
from .decode import Kept
from .references import DEFAULT_VOICE
from .sockets import Spans
from .text import Line


class Job(Enum):
    """The jobs; the value is what the artist is told."""

    SPEAK = "text -> speech and face"
    ANIMATE = "recording -> face"
    DUB = "text and motion -> speech on these lips"
    BABBLE = "motion -> speech without words, in time with it"
    EDIT = "recording, new text and time mask -> the spans said anew"
    RELIP = "recording and time mask -> the lips of the spans made anew"

    def told(self, face: bool) -> str:
        """What the artist is told; `face`: is a face wanted beside new speech?"""
        return self.value if face or self is not Job.SPEAK else "text -> speech"

    @property
    def lips_only(self) -> bool:
        """Whether the speech is given as it is."""
        return self in (Job.ANIMATE, Job.RELIP)

    @property
    def defaults(self) -> str:
        """Under which name the core keeps this job's settings."""
        if self is Job.BABBLE:
            return "dub"
        return "animate" if self.lips_only else self.name.lower()

    def work(self, given: "Given", face: bool, how) -> tuple:
        """The core's Clip, what travels with it in the latent, and what to tell of it, if anything. how: a
        tasks.run.Run."""
        calls = {
            Job.SPEAK: _speak,
            Job.ANIMATE: _animate,
            Job.DUB: _dub,
            Job.BABBLE: _dub,
            Job.EDIT: _edit,
            Job.RELIP: _relip,
        }
        return calls[self](given, face, how)


def refusal(text: bool, audio: bool, motion: bool, mask: bool) -> str | None:
    """What is wrong with a graph in which these are connected, in words that say what to connect; None if nothing
    is."""
    if not text and not audio and not motion:
        return (
            "nothing says what to make: connect a text to speak, or a recording (JAM-Flow Reference "
            "Audio, role drive) to animate"
        )
    if mask and not audio:
        return "a time mask edits a recording, and none is connected: connect JAM-Flow Reference Audio with role drive"
    return None


@dataclass(frozen=True)
class Given:
    """What is connected to the sampler; None where nothing is. motion_ref: exp [frames, 21, 3] at 25 a second."""

    model: object
    text: Line | None = None
    audio_ref: object | None = None
    motion_ref: object | None = None
    time_mask: Spans | None = None
    takes: int = 1  # a text is said so many times, the clearest counts

    def job(self) -> Job:
        """The job of this graph. JamFlowError if it contradicts itself."""
        text, recording, motion, mask = self.text, self.audio_ref, self.motion_ref, self.time_mask
        wrong = refusal(*(part is not None for part in (text, recording, motion, mask)))
        if wrong:
            raise JamFlowError(wrong)
        drive = recording is not None and recording.wave is not None
        if mask is not None:
            if not drive:
                raise JamFlowError(
                    "a time mask edits a recording, and this is a voice to imitate: set the role of JAM-Flow "
                    "Reference Audio to drive"
                )
            if not mask.speech and not mask.face:
                raise JamFlowError("the time mask is empty: mark a span first")
            if text is None and mask.speech:
                raise JamFlowError(
                    "the time mask says when, but nothing says what is spoken there: connect the whole new text"
                )
            return Job.EDIT if mask.speech else Job.RELIP
        if drive:
            if motion is not None:
                raise JamFlowError(
                    "with recording and motion both given nothing is left to make: connect a time mask, or set the "
                    "role of JAM-Flow Reference Audio to voice"
                )
            return Job.ANIMATE
        if text is None and motion is not None:
            return Job.BABBLE
        if text is None:
            raise JamFlowError(
                "this voice has nothing to say: connect a text, or set the role of JAM-Flow Reference Audio to drive"
            )
        return Job.SPEAK if motion is None else Job.DUB

    def voice(self):
        """The voice to imitate: the reference's, or a preset."""
        from ..jamflow_core.tasks import voices

        return voices.preset(DEFAULT_VOICE) if self.audio_ref is None else self.audio_ref.voice

    def script(self):
        """What the tasks take as text: the timed text, or the writing that they time themselves."""
        return self.text.text if self.text.timed else self.text.written

    def said(self):
        """What the recording says, with times; None if nobody knows."""
        from ..jamflow_core.audio.loudness import normalise
        from ..jamflow_core.tasks.align import align

        if self.text is None:
            return self.audio_ref.text
        return (
            self.text.text
            if self.text.timed
            else align(self.model, normalise(self.audio_ref.speech())[0], self.text.text)
        )

    def fitting(self) -> str | None:
        """By how much the text is too long or too short for the lips; None if it fits."""
        from ..jamflow_core.tasks.fit import fit_of

        return fit_of(self.model, self.text.text, self.motion_ref, self.voice()).advice()


def _speak(given: Given, face: bool, how):
    from ..jamflow_core.tasks.lasting import cut_to, lasting
    from ..jamflow_core.tasks.speak import speak
    from ..jamflow_core.tasks.takes import takes_of

    voice, text, first = given.voice(), given.script(), how.settings.seed
    if given.text.seconds:
        text = lasting(given.model, text, voice, given.text.seconds)

    def spoken(seed: int):
        own = how if given.takes == 1 else how.part(seed - first, given.takes)
        return speak(given.model, text, voice, speed=given.text.speed, face=face, run=own)

    if given.takes == 1:
        clip, told = spoken(first), None
    else:
        best = takes_of(given.model, spoken, range(first, first + given.takes))[0]
        clip, told = best.clip, f"seed {best.seed} is the clearest of {given.takes} takes"
        if best.hearing is not None and best.hearing.lost:
            told += f", not heard clearly: {', '.join(best.hearing.lost)}"
    return (cut_to(clip, given.text.seconds) if given.text.seconds else clip), {}, told


def _animate(given: Given, face: bool, how):
    return _lips(given, given.said(), how), {}


def _dub(given: Given, face: bool, how):
    from ..jamflow_core.tasks.dub import dub

    text = None if given.text is None else given.script()
    return dub(given.model, text, given.motion_ref, given.voice(), run=how), {}


def _edit(given: Given, face: bool, how):
    from ..jamflow_core.clock import GRID
    from ..jamflow_core.tasks.edit import Request, as_heard, paint, plan_edit
    from ..jamflow_core.tasks.front_ends import front_end

    front_end(given.model).require_times("edit")
    wave, mask, motion = given.audio_ref.speech(), given.time_mask, given.motion_ref
    if mask.face and motion is None:
        motion = _lips(given, given.audio_ref.text, how).motion
    mel, gain = as_heard(wave)
    cell, lips = (1, None) if motion is None else (GRID, mask.face)
    was = given.text.was or (given.audio_ref.text if len(mask.speech) > 1 else None)
    plan = plan_edit(given.model, mel, Request(given.text.written, mask.speech, was, lips), cell)
    return paint(given.model, wave, plan, motion, run=how), {"jamflow_kept": Kept(wave, gain, plan)}


def _relip(given: Given, face: bool, how):
    from ..jamflow_core.tasks.edit import as_heard, paint, plan_lips

    wave, motion = given.audio_ref.speech(), given.motion_ref
    if motion is None:
        motion = _lips(given, given.audio_ref.text, how).motion
    mel, gain = as_heard(wave)
    plan = plan_lips(mel, given.time_mask.face, given.said())
    return paint(given.model, wave, plan, motion, run=how), {"jamflow_kept": Kept(wave, gain, plan)}


def _lips(given: Given, said, how):
    """The recording's Clip with the face that says it; `said`: its text with times, or None."""
    from ..jamflow_core.audio.loudness import normalise
    from ..jamflow_core.tasks.animate import animate

    return animate(given.model, normalise(given.audio_ref.speech())[0], said, run=how)
