"""Which moments are made anew: time masks from a timeline, from typed spans, from words, from paint over a picture."""

import re

from comfy_api.latest import io

from ..jamflow_core.clock import Span, joined
from ..jamflow_core.errors import JamFlowError
from .node import CATEGORY, Node
from .sockets import Spans, Text, TimeMask
from .timeline import FACE_BELOW

LANES = ["speech and face", "speech only", "face only"]


def lanes_input() -> io.Combo.Input:
    return io.Combo.Input(
        "lanes",
        options=LANES,
        tooltip="What is made anew inside the spans: the sound and the lips, only the sound (which then follows the "
        "lips of a motion reference, if there is one), or only the lips.",
    )


def lane_input(name: str, tooltip: str) -> io.String.Input:
    return io.String.Input(name, default="", tooltip=tooltip + "The timeline below writes it as you paint.")


def add_to_input() -> io.Input:
    return TimeMask.Input("add_to", optional=True, tooltip="Another time mask; its spans are kept and these are added.")


def mask_output() -> io.Output:
    return TimeMask.Output(
        display_name="time_mask",
        tooltip="The spans to make anew. Connect it to the time mask of JAM-Flow Joint Sampler.",
    )


def mask_schema(
    kind: str, node_id: str, description: str, aliases: list[str], *inputs, later: tuple = (), **more
) -> io.Schema:
    """A node that says when: its own inputs, another mask to add to, one time mask out. later: inputs that came
    later."""
    return io.Schema(
        node_id=node_id,
        display_name=f"JAM-Flow Time Mask ({kind})",
        category=f"{CATEGORY}/masks",
        description=description,
        search_aliases=aliases,
        inputs=[*inputs, add_to_input(), *later],
        outputs=[mask_output()],
        **more,
    )


def in_lanes(spans: tuple[Span, ...], lanes: str, add_to: Spans | None) -> Spans:
    """The spans in the chosen lanes, joined with those of another mask."""
    speech = () if lanes == "face only" else spans
    face = () if lanes == "speech only" else spans
    return (add_to or Spans()) + Spans(joined(speech), joined(face))


class JamFlowMaskSpans(Node):
    """Typed seconds -> time mask."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return mask_schema(
            "seconds",
            "JamFlowMaskSpans",
            "Says in seconds which stretches of a clip are made anew; everything else is kept exactly.",
            ["inpaint audio", "edit speech", "time range", "span"],
            io.String.Input(
                "spans",
                default="0.50-1.00",
                multiline=True,
                placeholder="1.20-1.85, 3.0-3.4",
                tooltip="Start and end in seconds, like 1.20-1.85. Several are set apart by commas or new lines.",
            ),
            lanes_input(),
        )

    @classmethod
    def validate_inputs(cls, spans=None):
        if spans is None:
            return True
        try:
            parse_spans(spans)
        except JamFlowError as error:
            return f"{cls.title()}: {error}"
        return True

    @classmethod
    def run(cls, spans, lanes, add_to=None) -> io.NodeOutput:
        return io.NodeOutput(in_lanes(parse_spans(spans), lanes, add_to))


class JamFlowMaskTimeline(Node):
    """Spans painted in the browser's timeline (web/timeline), or typed -> time mask. It shows the clip that it
    masks.
    """

    @classmethod
    def define_schema(cls) -> io.Schema:
        return mask_schema(
            "timeline",
            "JamFlowMaskTimeline",
            "A timeline to paint on: drag over the sound or the lips to mark what is made anew, click a word to mark "
            "the word. Everything else is kept exactly.",
            ["inpaint audio", "edit speech", "paint spans", "waveform editor", "timeline widget"],
            lane_input(
                "speech", "What is said anew: start and end in seconds, like 1.20-1.85, several set apart by commas. "
            ),
            lane_input("face", "When the lips move anew: start and end in seconds, like 1.20-1.85. "),
            io.Audio.Input("audio", optional=True, tooltip="The recording to show and to play; its waveform is drawn."),
            Text.Input(
                "text",
                optional=True,
                tooltip="Words and phonemes with times, to see and to snap to: JAM-Flow Encode Text with a recording.",
            ),
            io.Latent.Input(
                "latent",
                optional=True,
                tooltip="A clip of JAM-Flow Joint Sampler: its mouth opening is drawn on the face lane, its mel can "
                "be shown.",
            ),
            later=(
                io.Video.Input(
                    "video",
                    optional=True,
                    tooltip="The face that says it, of JAM-Flow Portrait Render or a file: shown as a filmstrip under "
                    "the lips.",
                ),
            ),
            is_output_node=True,  # so that it can be run alone, to see the clip before anything is marked
        )

    @classmethod
    def validate_inputs(
        cls, speech=None
    ):  # of both lanes named here ComfyUI would repeat a complaint for the other one
        try:
            lane(speech or "")
        except JamFlowError as error:
            return f"{cls.title()}: {error}"
        return True

    @classmethod
    def run(cls, speech, face, audio=None, text=None, latent=None, add_to=None, video=None) -> io.NodeOutput:
        from .clip_view import clip_view

        given = add_to or Spans()
        shown = clip_view(audio, text, latent, video) | {
            "given": {"speech": pairs(given.speech), "face": pairs(given.face)}
        }
        return io.NodeOutput(given + Spans(lane(speech), lane(face)), ui={"jamflow_timeline": [shown]})


class JamFlowMaskWords(Node):
    """Words of a timed text -> time mask."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return mask_schema(
            "words",
            "JamFlowMaskWords",
            "Finds words in a text whose times are known and masks the moments when they are said.",
            ["change a word", "word edit", "inpaint word"],
            Text.Input(
                "text",
                tooltip="A text with times: of JAM-Flow Encode Text with a recording, or what the sampler spoke.",
            ),
            io.String.Input(
                "words",
                multiline=True,
                placeholder="brown fox",
                tooltip="A word or phrase a line. Every place where it is said is masked; add #2 for the second only.",
            ),
            io.Float.Input(
                "padding",
                default=0.04,
                min=0.0,
                max=1.0,
                step=0.01,
                tooltip="Seconds added before and after each word, so that neighbouring sounds can blend.",
            ),
            lanes_input(),
        )

    @classmethod
    def run(cls, text, words, padding, lanes, add_to=None) -> io.NodeOutput:
        return io.NodeOutput(in_lanes(spans_of_words(text.text, words, padding), lanes, add_to))


class JamFlowMaskPainted(Node):
    """A mask painted over the timeline picture -> time mask."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return mask_schema(
            "painted",
            "JamFlowMaskPainted",
            "Reads a mask painted over the picture of JAM-Flow Timeline: paint on the speech lane above, on the face "
            "lane below, or on both.",
            ["mask editor", "paint timeline"],
            io.Mask.Input(
                "mask",
                tooltip="The painted mask, of any size; its width is the whole clip. One picture, not a batch.",
            ),
            io.Float.Input(
                "seconds",
                default=3.0,
                min=0.04,
                max=36000.0,
                step=0.01,
                tooltip="Length of the clip under the paint. Connect the seconds output of JAM-Flow Timeline.",
            ),
        )

    @classmethod
    def run(cls, mask, seconds, add_to=None) -> io.NodeOutput:
        masks = mask.reshape(-1, *mask.shape[-2:])
        if len(masks) != 1:
            raise JamFlowError(f"this is a batch of {len(masks)} masks: connect the mask of one picture")
        painted = masks[0] > 0.5
        if not painted.any():
            raise JamFlowError("the mask is empty: paint a stretch of the timeline first")
        border = round(painted.shape[0] * FACE_BELOW)
        speech, face = (columns(lane.any(dim=0), seconds) for lane in (painted[:border], painted[border:]))
        return io.NodeOutput((add_to or Spans()) + Spans(speech, face))


def parse_spans(text: str) -> tuple[Span, ...]:
    """ "1.2-1.85, 3:3.4" -> spans, merged and in order. JamFlowError names the part that is not one."""
    spans = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
        numbers = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)\s*(?:-|:|–|to)\s*(\d+(?:\.\d*)?|\.\d+)\s*s?", part)
        if numbers is None or float(numbers[1]) >= float(numbers[2]):
            raise JamFlowError(f"{part[:40]!r} is no span: write start-end in seconds, like 1.20-1.85")
        spans.append(Span(float(numbers[1]), float(numbers[2])))
    if not spans:
        raise JamFlowError("there is no span: write at least one, like 1.20-1.85")
    return joined(tuple(spans))


def lane(text: str) -> tuple[Span, ...]:
    """The typed spans of a lane that may be empty."""
    return parse_spans(text) if text.strip() else ()


def pairs(spans: tuple[Span, ...]) -> list[list[float]]:
    """Spans as [start, end] in seconds."""
    return [[span.start, span.end] for span in spans]


def spans_of_words(text, phrases: str, padding: float) -> tuple[Span, ...]:
    """The moments when phrases (one a line, "#2" at its end for the second time only) are said in a TimedText."""
    if not text.timed:
        raise JamFlowError("this text has no times: give JAM-Flow Encode Text the recording that says it")
    timed = text.word_spans()
    said = [plain(word) for word, _, _ in timed]
    found = []
    for phrase in filter(str.strip, phrases.splitlines()):
        which = re.search(r"#(\d+)\s*$", phrase)
        sought = [plain(word) for word in re.sub(r"#\d+\s*$", "", phrase).split()]
        places = [i for i in range(len(said)) if sought and said[i : i + len(sought)] == sought]
        if which is not None:
            places = places[int(which[1]) - 1 : int(which[1])]
        if not places:
            raise JamFlowError(f"{phrase.strip()[:40]!r} is not said in the text: write words that are")
        for i in places:
            found.append(Span(max(0.0, timed[i][1] - padding), timed[i + len(sought) - 1][2] + padding))
    if not found:
        raise JamFlowError("there is no word to find: write at least one of the text")
    return joined(tuple(found))


def plain(word: str) -> str:
    """A word without case and punctuation, as it is compared."""
    return re.sub(r"[^\w']", "", word).lower()


def columns(painted, seconds: float) -> tuple[Span, ...]:
    """Runs of True in a row of pixels (bool [width]) that is `seconds` long -> spans."""
    edges = painted.int().diff(prepend=painted.new_zeros(1).int(), append=painted.new_zeros(1).int())
    starts, ends = (edges == 1).nonzero()[:, 0].tolist(), (edges == -1).nonzero()[:, 0].tolist()
    scale = seconds / len(painted)
    return tuple(Span(start * scale, end * scale) for start, end in zip(starts, ends))
