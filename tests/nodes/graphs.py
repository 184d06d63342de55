"""Graphs in ComfyUI's API format, as the tests queue them: a node is {class_type, inputs}, a link is [node, output]."""

LOADER = {
    "model": "jamflow-tiny (embedded)",
    "vocoder": "jamflow-tiny vocoder (embedded)",
    "renderer": "mesh (embedded)",
    "precision": "auto",
}
VOICE = {"role": "voice", "preset": "heart"}
DRIVE = {"role": "drive", "preset": "heart"}
SAMPLER = {
    "seed": 1,
    "steps": 2,
    "text_guidance": 1.0,
    "reference_guidance": 1.0,
    "temperature": 0.6,
    "face": True,
    "method": "euler",
    "sway": -1.0,
}
RENDER = {
    "example": "mona_lisa",
    "output": "video",
    "fps": 25.0,
    "blink": True,
    "head_motion": 1.0,
    "seed": 0,
    "face": 0,
    "mouth_box": "",
}


def node(kind: str, **inputs) -> dict:
    return {"class_type": kind, "inputs": inputs}


def loader(**changes) -> dict:
    return {"load": node("LoadJamFlow", **LOADER | changes)}


def text(said: str = "Hello there.", name: str = "text", **more) -> dict:
    return {name: node("JamFlowEncodeText", model=["load", 0], text=said, **{"speed": 1.0} | more)}


def audio_ref(settings: dict, name: str = "ref", **more) -> dict:
    return {name: node("JamFlowReferenceAudio", model=["load", 0], **settings | more)}


def sampler(name: str = "sample", **links) -> dict:
    return {name: node("JamFlowJointSampler", model=["load", 0], **SAMPLER | links)}


def decode(latent=("sample", 0), name: str = "decode") -> dict:
    return {name: node("JamFlowVocoderDecode", latent=list(latent), vocoder=["load", 1])}


def render(latent=("sample", 0), name: str = "render", **more) -> dict:
    return {name: node("JamFlowPortraitRender", portrait=["load", 2], latent=list(latent), **RENDER | more)}


def save_video(video=("render", 0), name: str = "video") -> dict:
    links = {"video": list(video), "filename_prefix": "test/clip", "format": "auto", "format.codec": "auto"}
    return {name: node("SaveVideo", **links)}


def save_audio(audio=("decode", 0), name: str = "sound") -> dict:
    return {name: node("SaveAudioAdvanced", audio=list(audio), filename_prefix="test/clip", format="flac")}


def look(link, name: str = "look") -> dict:
    """Ends a graph: any value, shown as text."""
    return {name: node("PreviewAny", source=list(link))}


def transcript(new: str, old: str = "They hoped to get together at an early date.", **more) -> dict:
    """The preset heart's recording, and what becomes of its words."""
    given = {"old_text": old, "new_text": new, "lanes": "speech and face"}
    return {"change": node("JamFlowEditTranscript", model=["load", 0], recording=["ref", 0], **given | more)}


EXPRESSION = {"blink": 1.0, "sway": 1.0, "glances": 0.3, "nods": 0.5, "curves": "", "strength": 1.0} | dict.fromkeys(
    ("smile", "brow", "gaze_x", "gaze_y", "yaw", "pitch", "roll"), 0.0
)
SCRIPT = {"format": "script", "layout": "side by side", "speed": 1.0, "seed": 0, "steps": 2, "name": "test/script"}


def expression(**more) -> dict:
    return {"face": node("JamFlowExpression", **EXPRESSION | more)}


def script(text: str = "[heart] Hello. [george] No.", **more) -> dict:
    links = {"model": ["load", 0], "vocoder": ["load", 1], "script": text}
    return {"script": node("JamFlowScript", **SCRIPT | links | more)}


def speak(said: str = "Hello there.", **sampling) -> dict:
    """Text -> talking portrait, the main job."""
    return {
        **loader(),
        **text(said),
        **audio_ref(VOICE),
        **sampler(text=["text", 0], audio_ref=["ref", 0], **sampling),
        **decode(),
        **render(audio=["decode", 0]),
        **save_video(),
    }


def overdub(new: str, old: str = "They hoped to get together at an early date.", **more) -> dict:
    """The preset heart's recording with other words in it."""
    links = {"model": ["load", 0], "vocoder": ["load", 1], "recording": ["ref", 0]}
    said = {"old_text": old, "new_text": new, "lanes": "speech and face", "seed": 0, "steps": 4}
    return {**audio_ref(DRIVE), "dub": node("JamFlowOverdub", **links | said | more)}
