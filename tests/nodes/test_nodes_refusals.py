"""Thirty wrong graphs and inputs: each is refused with words that name the node and the"""

import comfy_hosts
import graphs as g
import pytest
import torch
from PIL import Image

SAMPLER, RENDER = "JAM-Flow Joint Sampler: ", "JAM-Flow Portrait Render: "
TEXT, VOICE, LIPS = "JAM-Flow Encode Text: ", "JAM-Flow Reference Audio: ", "JAM-Flow Reference Motion: "
MASK, WORDS, PAINT = (f"JAM-Flow Time Mask ({kind}): " for kind in ("seconds", "words", "painted"))


def sampled(*parts, **links) -> dict:
    """A graph that ends in the sampler."""
    graph = {**g.loader(), **g.sampler(**links), **g.look(["sample", 2])}
    for part in parts:
        graph |= part
    return graph


def mask(spans="0.2-0.4", **more) -> dict:
    return {"mask": g.node("JamFlowMaskSpans", **{"spans": spans, "lanes": "speech only"} | more)}


def lips(**links) -> dict:
    return {"lips": g.node("JamFlowReferenceMotion", portrait=["load", 2], fps=25.0, **links)}


def still(size=64, batch=1) -> dict:
    return {"still": g.node("EmptyImage", width=size, height=size, batch_size=batch, color=0x808080)}


def silence(seconds=1.0) -> dict:
    return {"silence": g.node("EmptyAudio", duration=seconds, sample_rate=44100, channels=2)}


def rendered(**changes) -> dict:
    return {**g.loader(), **LATENT, **g.render(("latent", 0), **changes), **g.look(["render", 3])}


LATENT = {"latent": g.node("EmptyLatentAudio", seconds=1.0, batch_size=1)}
SAID = {"text": ["text", 0]}
DRIVEN = {"audio_ref": ["ref", 0]}

WRONG = {
    "sampler: nothing connected": (
        sampled(),
        SAMPLER + "nothing says what to make: connect a text to speak, or a recording (JAM-Flow Reference",
    ),
    "sampler: a voice without text": (
        sampled(g.audio_ref(g.VOICE), **DRIVEN),
        SAMPLER + "this voice has nothing to say: connect a text, or set the role of JAM-Flow Reference",
    ),
    "sampler: a mask without recording": (
        sampled(g.text(), mask(), **SAID, time_mask=["mask", 0]),
        SAMPLER + "a time mask edits a recording, and none is connected: connect JAM-Flow Reference Audio",
    ),
    "sampler: a mask without text": (
        sampled(g.audio_ref(g.DRIVE), mask(), **DRIVEN, time_mask=["mask", 0]),
        SAMPLER + "the time mask says when, but nothing says what is spoken there: connect the whole new text",
    ),
    "sampler: a mask on a voice": (
        sampled(g.text(), g.audio_ref(g.VOICE), mask(), **SAID, **DRIVEN, time_mask=["mask", 0]),
        SAMPLER + "a time mask edits a recording, and this is a voice",
    ),
    "transcript: nothing changed": (
        {
            **g.loader(),
            **g.audio_ref(g.DRIVE),
            **g.transcript("They hoped to get together at an early date!"),
            **g.look(["change", 3]),
        },
        "JAM-Flow Edit Transcript: new_text says what the recording says: change a word of it",
    ),
    "transcript: a voice": (
        {**g.loader(), **g.audio_ref(g.VOICE), **g.transcript("They hoped to meet."), **g.look(["change", 3])},
        "JAM-Flow Edit Transcript: this is a voice to imitate: set the role",
    ),
    "transcript: no old text": (
        {**g.loader(), **g.audio_ref(g.DRIVE), **g.transcript("They hoped to meet.", old=" "), **g.look(["change", 3])},
        "JAM-Flow Edit Transcript: nobody knows what the recording says: write it in old_text",
    ),
    "script: nobody's voice": (
        {**g.loader(), **g.script("[anna] Hello."), **g.look(["script", 4])},
        "JAM-Flow Script: [anna] has no voice",
    ),
    "script: no subtitles": (
        {**g.loader(), **g.script("Hello.", format="subtitles (srt)"), **g.look(["script", 4])},
        "JAM-Flow Script: No subtitles found",
    ),
    "script: a name outside the output folder": (
        {**g.loader(), **g.script(name="../../elsewhere"), **g.look(["script", 4])},
        "JAM-Flow Script: the chunks would lie outside of ComfyUI's output folder: choose another",
    ),
    "expression: a curve that is none": (
        {**g.loader(), **g.expression(curves="grin: 1"), **g.look(["face", 0])},
        "JAM-Flow Expression: Begin each curve with one of",
    ),
    "sampler: a span behind the end": (
        sampled(g.text(), g.audio_ref(g.DRIVE), mask("90-91"), **SAID, **DRIVEN, time_mask=["mask", 0]),
        SAMPLER + "Give spans inside the clip: 90.00:91.00",
    ),
    "sampler: lips behind the end": (
        sampled(g.audio_ref(g.DRIVE), mask("90-91", lanes="face only"), **DRIVEN, time_mask=["mask", 0]),
        SAMPLER + "Give spans inside the clip: 90.00:91.00",
    ),
    "sampler: an empty mask": (
        sampled(
            g.text(),
            g.audio_ref(g.DRIVE),
            {"mask": g.node("JamFlowMaskTimeline", speech="", face="")},
            **SAID,
            **DRIVEN,
            time_mask=["mask", 0],
        ),
        SAMPLER + "the time mask is empty: mark a span first",
    ),
    "sampler: a wire of another kind": (
        sampled(g.text(), text=["load", 0]),
        SAMPLER + "JAMFLOW_MODEL does not fit text: connect JAMFLOW_TEXT",
    ),
    "sampler: steps below zero": (sampled(g.text(), **SAID, steps=-1), "steps"),
    "sampler: a guidance below zero": (sampled(g.text(), **SAID, text_guidance=-1.0), "text_guidance"),
    "text: empty": (sampled(g.text("   "), **SAID), TEXT + "Write what is to be said"),
    "text: nothing to say": (sampled(g.text("... !!!"), **SAID), TEXT + "Write some English words"),
    "text: not Latin": (sampled(g.text("Привет"), **SAID), TEXT + "Write some English words"),
    "text: a wrong pause": (sampled(g.text("Hi [pause long] there"), **SAID), TEXT + "Write pauses as [pause 0.5s]"),
    "text: the recording is a voice": (
        sampled(g.audio_ref(g.VOICE), g.text(recording=["ref", 0]), **SAID),
        TEXT + "this is a voice to imitate: set the role",
    ),
    "voice: silence": (
        sampled(silence(), g.text(), g.audio_ref(g.VOICE, audio=["silence", 0]), **SAID, **DRIVEN),
        VOICE + "Give a clip with speech",
    ),
    "voice: a video without sound": (
        {
            **g.loader(),
            **still(batch=3),
            "clip": g.node("CreateVideo", images=["still", 0], fps=25.0, bit_depth=8),
            "parts": g.node("GetVideoComponents", video=["clip", 0]),
            **g.audio_ref(g.VOICE, audio=["parts", 1]),
            **g.look(["ref", 1]),
        },
        VOICE + "this video has no sound track: connect audio that has sound",
    ),
    "voice: unknown preset": (
        sampled(g.text(), g.audio_ref(g.VOICE | {"preset": "nobody"}), **SAID, **DRIVEN),
        "preset",
    ),
    "motion: nothing connected": (
        sampled(g.text(), lips(), **SAID, motion_ref=["lips", 0]),
        LIPS + "nothing connected: connect one of video",
    ),
    "motion: two sources": (
        sampled(
            still(), LATENT, g.text(), lips(images=["still", 0], motion=["latent", 0]), **SAID, motion_ref=["lips", 0]
        ),
        LIPS + "images and motion connected: connect one of video",
    ),
    "motion: no face": (
        sampled(still(batch=3), g.text(), lips(images=["still", 0]), **SAID, motion_ref=["lips", 0]),
        LIPS + "Choose a video that shows a face",
    ),
    "motion: a foreign latent": (
        sampled(LATENT, g.text(), lips(motion=["latent", 0]), **SAID, motion_ref=["lips", 0]),
        LIPS + "this latent holds no motion",
    ),
    "render: a foreign latent": (rendered(), RENDER + "this latent holds no motion"),
    "render: a mouth box of two numbers": (
        rendered(mouth_box="1,2"),
        RENDER + "'1,2' is no mouth_box: write x0,y0,x1,y1",
    ),
    "render: a mask of nothing": (
        rendered(mask=["paint", 0]) | {"paint": g.node("SolidMask", value=1.0, width=64, height=64)},
        RENDER + "there is a mask but no image: connect the image that it is of, or remove the mask",
    ),
    "render: no colour": (rendered(background="snow-ish"), RENDER + "'snow-ish' is no colour: write background like"),
    "decode: a foreign latent": (
        {**g.loader(), **LATENT, **g.decode(("latent", 0)), **g.look(["decode", 0])},
        "JAM-Flow Vocoder Decode: this latent holds no speech",
    ),
    "timeline: nothing connected": (
        {"timeline": g.node("JamFlowTimeline", width=512), **g.look(["timeline", 1])},
        "JAM-Flow Timeline: there is nothing to draw: connect a latent, audio or a text",
    ),
    "mask: no span": ({**mask("soon"), **g.look(["mask", 0])}, MASK + "'soon' is no span: write start-end in seconds"),
    "mask: words without times": (
        {
            **g.loader(),
            **g.text(),
            "mask": g.node("JamFlowMaskWords", text=["text", 0], words="there", padding=0.0, lanes="speech only"),
            **g.look(["mask", 0]),
        },
        WORDS + "this text has no times: give JAM-Flow Encode Text the recording that says it",
    ),
    "mask: no paint": (
        {
            "paint": g.node("SolidMask", value=0.0, width=64, height=64),
            "mask": g.node("JamFlowMaskPainted", mask=["paint", 0], seconds=2.0),
            **g.look(["mask", 0]),
        },
        PAINT + "the mask is empty: paint a stretch of the timeline first",
    ),
    "motion file: gone": (
        {**g.loader(), "motion": g.node("JamFlowLoadMotion", file="gone.safetensors"), **g.look(["motion", 0])},
        "JAM-Flow Load Motion: there is no 'gone.safetensors' any more: choose another file",
    ),
    "motion file: none yet": (
        {**g.loader(), "motion": g.node("JamFlowLoadMotion", file="no motion file yet"), **g.look(["motion", 0])},
        "JAM-Flow Load Motion: there is no motion file yet: save one (JAM-Flow Save Motion), or",
    ),
    "loader: a model that is not there": (
        {**g.loader(model="gone.safetensors"), **g.look(["load", 0])},
        "choose another model",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_refused_with_words_that_help(comfy, case):
    graph, words = WRONG[case]
    with pytest.raises(comfy_hosts.Refused) as told:
        comfy.run(graph)
    assert str(told.value).count(words) == 1, "a complaint is made once"


def test_no_face_in_a_picture_is_said_with_the_way_out(comfy):
    Image.new("RGB", (128, 128), (90, 120, 90)).save(comfy.base / "input" / "wall.png")
    motion = {"latent": g.node("JamFlowLoadMotion", file=saved_motion(comfy))}
    graph = {
        **g.loader(),
        **motion,
        "wall": g.node("LoadImage", image="wall.png"),
        **g.render(("latent", 0), image=["wall", 0]),
        **g.look(["render", 3]),
    }
    with pytest.raises(comfy_hosts.Refused, match="JAM-Flow Portrait Render: Give mouth box x0,y0,x1,y1"):
        comfy.run(graph)
    graph["render"]["inputs"]["mouth_box"] = "40,70,90,95"
    comfy.run(graph)


def test_a_file_that_is_no_model_is_named(comfy):
    folder = comfy.base / "models" / "jamflow"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "broken.safetensors").write_bytes(b"not a model")
    with pytest.raises(comfy_hosts.Refused, match="Load JAM-Flow: .*broken.safetensors"):
        comfy.run({**g.loader(model="broken.safetensors"), **g.look(["load", 0])})


def saved_motion(comfy) -> str:
    """A motion file of half a second of rest in the input folder; its name."""
    from jamflow_core.motion.files import save_motion

    save_motion(comfy.base / "input" / "rest.safetensors", torch.zeros(12, 21, 3).numpy(), 25)
    return "rest.safetensors"


def test_with_recording_and_motion_both_given_nothing_is_left_to_make(host):
    recording = host.module("nodes.references").Recording(wave=torch.zeros(2400))
    given = host.module("nodes.jobs").Given(None, audio_ref=recording, motion_ref=torch.zeros(3, 21, 3))
    with pytest.raises(Exception, match="nothing is left to make: connect a time mask"):
        given.job()
