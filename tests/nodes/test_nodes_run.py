"""Every node, executed by a real ComfyUI: the jobs, the cache, cancelling, memory."""

import importlib
from fractions import Fraction
from types import SimpleNamespace

import av
import comfy_hosts
import graphs as g
import pytest
import torch
from PIL import Image
from test_nodes_refusals import saved_motion


def frames_and_sound(path):
    with av.open(str(path)) as video:
        frames = sum(1 for _ in video.decode(video=0))
    with av.open(str(path)) as video:
        seconds = (
            sum(block.samples / block.sample_rate for block in video.decode(audio=0)) if video.streams.audio else 0
        )
    return frames, seconds


def saved(comfy, run, node):
    (file,) = next(value for key, value in run.ui[node].items() if key in ("images", "audio"))
    return comfy.base / "output" / file["subfolder"] / file["filename"]


def test_text_becomes_a_talking_portrait(comfy):
    comfy.forget()
    run = comfy.run(g.speak())
    frames, seconds = frames_and_sound(saved(comfy, run, "video"))
    assert abs(frames / 25 - seconds) < 0.1
    assert any("text -> speech and face" in line for line in run.told)
    latent = comfy.outputs("sample")[0]
    motion, mel = latent["samples"].unbind()
    assert motion.shape[1] == 63 and mel.shape[1] == 100
    assert abs(motion.shape[2] / 25 - mel.shape[2] / 93.75) < 0.05


def test_unchanged_nothing_runs_and_a_change_runs_only_what_follows(comfy):
    comfy.forget()
    comfy.run(g.speak())
    assert comfy.run(g.speak()).executed == []
    seeded = comfy.run(g.speak(seed=2)).executed
    assert set(seeded) == {"sample", "decode", "render", "video"}
    other = g.speak(seed=2)
    other["render"]["inputs"]["example"] = "pearl_earring"
    assert set(comfy.run(other).executed) == {"render", "video"}


def test_same_seed_same_clip(comfy):
    clips = []
    for _ in range(2):
        comfy.forget()
        comfy.run(g.speak())
        clips.append(comfy.outputs("sample")[0]["samples"].unbind())
    assert all(torch.equal(a, b) for a, b in zip(*clips))


def test_narrow_weights_are_cast_layer_by_layer(comfy):
    comfy.forget()
    graph, clips = g.speak(), []
    for precision in ("fp32", "bf16"):
        graph["load"]["inputs"]["precision"] = precision
        comfy.run(graph)
        clips.append(comfy.outputs("sample")[0]["samples"].unbind())
    net = comfy.outputs("load")[0].flow
    assert net.audio.proj_out.weight.dtype == torch.bfloat16 and net.audio.proj_out.comfy_cast_weights is not None
    if net.compute_dtype == torch.float32:  # the embedded weights are bfloat16: nothing was rounded
        assert all(torch.equal(a, b) for a, b in zip(*clips))


def test_a_recording_is_animated(comfy):
    graph = {
        **g.loader(),
        **g.audio_ref(g.DRIVE),
        **g.sampler(audio_ref=["ref", 0]),
        **g.render(audio=["ref", 1]),
        **g.save_video(),
    }
    run = comfy.run(graph)
    frames, seconds = frames_and_sound(saved(comfy, run, "video"))
    assert abs(frames / 25 - seconds) < 0.1
    assert any("recording -> face" in line for line in run.told)


def test_a_motion_is_dubbed(comfy):
    graph = g.speak() | {
        "lips": g.node("JamFlowReferenceMotion", portrait=["load", 2], motion=["sample", 0], fps=25.0),
        **g.sampler("dub", text=["text", 0], audio_ref=["ref", 0], motion_ref=["lips", 0]),
        **g.decode(("dub", 0), "spoken"),
        **g.save_audio(("spoken", 0)),
    }
    run = comfy.run(graph)
    assert any("speech on these lips" in line for line in run.told)
    first, second = (comfy.outputs(name)[0]["samples"].unbind()[0] for name in ("sample", "dub"))
    assert torch.equal(first, second)


def test_a_motion_alone_babbles(comfy):
    graph = g.speak() | {
        "lips": g.node("JamFlowReferenceMotion", portrait=["load", 2], motion=["sample", 0], fps=25.0),
        **g.sampler("babble", motion_ref=["lips", 0]),
        **g.decode(("babble", 0), "spoken"),
        **g.save_audio(("spoken", 0)),
    }
    run = comfy.run(graph)
    assert any("speech without words" in line for line in run.told)
    first, second = (comfy.outputs(name)[0]["samples"].unbind()[0] for name in ("sample", "babble"))
    assert torch.equal(first, second)


def test_a_word_is_changed_and_the_rest_is_kept(comfy):
    graph = {
        **g.loader(),
        **g.audio_ref(g.DRIVE),
        **g.text("They hoped to get together at a later date."),
        "mask": g.node("JamFlowMaskSpans", spans="1.8-2.2", lanes="speech and face"),
        **g.sampler(text=["text", 0], audio_ref=["ref", 0], time_mask=["mask", 0]),
        **g.decode(),
        **g.save_audio(),
    }
    run = comfy.run(graph)
    assert any("said anew" in line for line in run.told)
    before, after = comfy.outputs("ref")[1]["waveform"][0, 0], comfy.outputs("decode")[0]["waveform"][0, 0]
    start = round(1.5 * 24000)
    assert torch.equal(before[:start], after[:start])
    assert not torch.equal(before[: len(after)][start:], after[: len(before)][start:])


def test_two_spans_are_said_anew_without_a_transcript(comfy):
    graph = {
        **g.loader(),
        **g.audio_ref(g.DRIVE),
        **g.text("We hoped to get together at a later date."),
        "mask": g.node("JamFlowMaskSpans", spans="0.15-0.4, 1.8-2.2", lanes="speech only"),
        **g.sampler(text=["text", 0], audio_ref=["ref", 0], time_mask=["mask", 0]),
        **g.decode(),
        **g.save_audio(),
    }
    comfy.run(graph)
    before, after = comfy.outputs("ref")[1]["waveform"][0, 0], comfy.outputs("decode")[0]["waveform"][0, 0]
    plan = comfy.outputs("sample")[0]["jamflow_kept"].plan
    first, second = plan.patches
    assert torch.equal(before[: first.start * 256], after[: first.place * 256])
    assert torch.equal(before[first.end * 256 : second.start * 256], after[first.new_end * 256 : second.place * 256])
    assert torch.equal(before[second.end * 256 :], after[second.new_end * 256 :])
    assert not comfy.outputs("sample")[0]["samples"].unbind()[0].any()


def test_lips_alone_are_made_anew_and_the_speech_is_kept(comfy):
    graph = {
        **g.loader(),
        **g.audio_ref(g.DRIVE),
        **g.sampler(audio_ref=["ref", 0]),
        "lips": g.node("JamFlowReferenceMotion", portrait=["load", 2], motion=["sample", 0], fps=25.0),
        "mask": g.node("JamFlowMaskSpans", spans="0.4-0.8, 1.8-2.2", lanes="face only"),
        "again": g.sampler(audio_ref=["ref", 0], motion_ref=["lips", 0], time_mask=["mask", 0], seed=9)["sample"],
        "decode": g.node("JamFlowVocoderDecode", latent=["again", 0], vocoder=["load", 1]),
        **g.save_audio(),
    }
    run = comfy.run(graph)
    assert any("the lips of the spans made anew" in line for line in run.told)
    assert torch.equal(comfy.outputs("ref")[1]["waveform"], comfy.outputs("decode")[0]["waveform"])
    before, after = (comfy.outputs(name)[0]["samples"].unbind()[0][0] for name in ("sample", "again"))
    moved = (before[:, : after.shape[1]] != after[:, : before.shape[1]]).any(dim=0).nonzero()[:, 0].tolist()
    assert moved and set(moved) <= {*range(10, 20), *range(45, 55)}
    assert {*range(11, 19), *range(46, 54)} <= set(moved)


def test_speech_alone_is_said_anew_on_the_lips_that_are_kept(comfy):
    graph = {
        **g.loader(),
        **g.audio_ref(g.DRIVE),
        **g.text("They hoped to get together at a later date."),
        **g.sampler(audio_ref=["ref", 0]),
        "lips": g.node("JamFlowReferenceMotion", portrait=["load", 2], motion=["sample", 0], fps=25.0),
        "mask": g.node("JamFlowMaskSpans", spans="1.8-2.2", lanes="speech only"),
        "again": g.sampler(text=["text", 0], audio_ref=["ref", 0], motion_ref=["lips", 0], time_mask=["mask", 0])[
            "sample"
        ],
        "decode": g.node("JamFlowVocoderDecode", latent=["again", 0], vocoder=["load", 1]),
        **g.save_audio(),
    }
    comfy.run(graph)
    before, after = comfy.outputs("ref")[1]["waveform"], comfy.outputs("decode")[0]["waveform"]
    assert before.shape == after.shape and not torch.equal(before, after)
    motions = [comfy.outputs(name)[0]["samples"].unbind()[0] for name in ("sample", "again")]
    assert torch.equal(*motions)


def test_a_transcript_is_edited_in_two_places(comfy):
    graph = {
        **g.loader(),
        **g.audio_ref(g.DRIVE),
        **g.transcript("We hoped to get together at a later date."),
        **g.sampler(text=["change", 0], audio_ref=["ref", 0], time_mask=["change", 1]),
        **g.decode(),
        **g.save_audio(),
    }
    run = comfy.run(graph)
    mask, report = comfy.outputs("change")[1], comfy.outputs("change")[3]
    assert len(mask.speech) == len(mask.face) == 2
    assert '"They" -> "We"' in report and '"an early" -> "a later"' in report
    assert any("said anew" in line for line in run.told)
    before, after = comfy.outputs("ref")[1]["waveform"][0, 0], comfy.outputs("decode")[0]["waveform"][0, 0]
    shift = len(after) - len(before)
    assert torch.equal(before[-2400:], after[-2400:]) and shift % 256 == 0


def test_words_of_a_recording_become_a_mask(comfy):
    graph = {
        **g.loader(),
        **g.audio_ref(g.DRIVE),
        **g.text("They hoped to get together at an early date.", recording=["ref", 0]),
        "mask": g.node(
            "JamFlowMaskWords", text=["text", 0], words="get together\nearly", padding=0.0, lanes="speech only"
        ),
        "timeline": g.node("JamFlowTimeline", audio=["ref", 1], text=["text", 0], time_mask=["mask", 0], width=512),
        "picture": g.node("PreviewImage", images=["timeline", 0]),
    }
    comfy.run(graph)
    mask = comfy.outputs("mask")[0]
    assert len(mask.speech) == 2 and mask.face == ()
    assert mask.speech[0].end < mask.speech[1].start
    assert comfy.outputs("timeline")[0].shape == (1, 512, 512, 3)


def test_motion_is_saved_and_loaded(comfy):
    run = comfy.run(
        g.speak() | {"save": g.node("JamFlowSaveMotion", latent=["sample", 0], filename_prefix="motion/test")}
    )
    file = run.ui["save"]["text"][0]
    graph = {
        **g.loader(),
        "motion": g.node("JamFlowLoadMotion", file=f"{file} [output]"),
        **g.render(("motion", 0), output="frames", head_motion=0.0, blink=False),
        "frames": g.node("PreviewImage", images=["render", 1]),
    }
    comfy.run(graph)
    _video, frames, mask, _fps = comfy.outputs("render")
    motion = comfy.outputs("motion")[0]
    assert len(frames) == len(mask) == len(motion.exp)
    assert mask.max() == 1 and mask.mean() < 0.2


def test_core_nodes_take_the_latent_apart(comfy):
    graph = g.speak() | {
        "apart": g.node("LTXVSeparateAVLatent", av_latent=["sample", 0]),
        **g.decode(("apart", 1), "from_part"),
        **g.save_audio(("from_part", 0)),
        **g.render(("apart", 0), "render_part"),
        **g.save_video(("render_part", 0), "video_part"),
    }
    comfy.run(graph)
    whole, part = (comfy.outputs(name)[0]["waveform"] for name in ("decode", "from_part"))
    assert torch.equal(whole, part)


@pytest.mark.parametrize("during", ["JamFlowJointSampler", "JamFlowPortraitRender"])
def test_a_cancel_stops_within_a_step_and_the_next_run_works(comfy, during):
    comfy.forget()
    calls = {"JamFlowJointSampler": 3, "JamFlowPortraitRender": 3}
    graph = g.speak(steps=8)
    with (
        comfy.interrupted_in(during, after=calls[during]) as count,
        pytest.raises(comfy_hosts.Interrupted, match=during),
    ):
        comfy.run(graph)
    assert count.steps == calls[during] + 1
    assert comfy.run(graph).ui["video"]


def test_an_odd_picture_with_alpha_at_60_fps_with_stereo_sound(comfy):
    graph = {
        **g.loader(),
        "motion": g.node("JamFlowLoadMotion", file=saved_motion(comfy)),
        "picture": g.node("EmptyImage", width=333, height=251, batch_size=1, color=0x808080),
        "alpha": g.node("SolidMask", value=0.5, width=333, height=251),
        "joined": g.node("JoinImageWithAlpha", image=["picture", 0], alpha=["alpha", 0]),
        "sound": g.node("EmptyAudio", duration=0.5, sample_rate=44100, channels=2),
        **g.render(("motion", 0), image=["joined", 0], audio=["sound", 0], fps=60.0, mouth_box="140,150,190,180"),
        **g.save_video(),
    }
    file = saved(comfy, comfy.run(graph), "video")
    frames, seconds = frames_and_sound(file)
    assert frames == 29 and abs(seconds - 0.5) < 0.1
    with av.open(str(file)) as video:
        stream = video.streams.video[0]
        assert (stream.width, stream.height, stream.average_rate) == (334, 252, 60)
        assert video.streams.audio[0].rate == 44100


def test_a_batch_of_portraits_is_a_video_each_where_that_is_asked_for(comfy):
    """Two pictures of different backgrounds; as the frames of a video they would be 0.08 s long, and the node says
    so."""
    for number, name in enumerate(("mona_lisa", "pearl_earring")):
        picture = Image.open(comfy_hosts.PACK / "portraits" / f"{name}.jpg").resize((160, 160))
        picture.save(comfy.base / "input" / f"face{number}.png")
    both = {f"face{i}": g.node("LoadImage", image=f"face{i}.png") for i in range(2)}
    graph = {
        **g.loader(),
        **both,
        "motion": g.node("JamFlowLoadMotion", file=saved_motion(comfy)),
        "batch": g.node("ImageBatch", image1=["face0", 0], image2=["face1", 0]),
        **g.render(("motion", 0), image=["batch", 0], head_motion=0.0, images_are="portraits"),
        **g.save_video(),
    }
    run = comfy.run(graph)
    assert len(run.ui["video"]["images"]) == 2
    assert run.ui["render"]["text"][0].startswith("seed 0, mesh, 2 portraits, ")
    for file in run.ui["video"]["images"]:
        assert frames_and_sound(comfy.base / "output" / file["subfolder"] / file["filename"])[0] > 5
    graph["render"]["inputs"]["images_are"] = "frames of a video"
    run = comfy.run(graph)
    assert len(run.ui["video"]["images"]) == 1 and "set images_are to portraits" in run.ui["render"]["text"][0]


def test_a_tall_png_straight_from_load_image_speaks(comfy):
    """As an artist has it: 1024 x 1536, the background transparent, dropped into the input folder."""
    head = Image.open(comfy_hosts.PACK / "portraits" / "pearl_earring.jpg").resize((1024, 1024)).convert("RGBA")
    tall = Image.new("RGBA", (1024, 1536))
    tall.paste(head, (0, 256))
    tall.save(comfy.base / "input" / "portrait.png")
    graph = {
        **g.loader(),
        "motion": g.node("JamFlowLoadMotion", file=saved_motion(comfy)),
        "picture": g.node("LoadImage", image="portrait.png"),
        **g.render(("motion", 0), image=["picture", 0], head_motion=0.0),
        **g.save_video(),
    }
    with av.open(str(saved(comfy, comfy.run(graph), "video"))) as video:
        assert (video.streams.video[0].width, video.streams.video[0].height) == (1024, 1536)


def test_what_is_transparent_becomes_the_background(comfy):
    """Load Image drops the alpha and shows what it hid; its mask says where that was. Without alpha its mask is empty
    and small.
    """
    portrait = Image.open(comfy_hosts.PACK / "portraits" / "pearl_earring.jpg").resize((320, 320))
    portrait.save(comfy.base / "input" / "opaque.png")
    clear = portrait.convert("RGBA")
    clear.paste((255, 0, 255, 0), (0, 0, 320, 40))  # garbage behind what nobody sees
    clear.save(comfy.base / "input" / "clear.png")
    graph = {
        **g.loader(),
        "motion": g.node("JamFlowLoadMotion", file=saved_motion(comfy)),
        "picture": g.node("LoadImage", image="clear.png"),
        **g.render(
            ("motion", 0), image=["picture", 0], mask=["picture", 1], output="frames", head_motion=0.0, blink=False
        ),
        **g.look(["render", 3]),
    }
    comfy.run(graph)
    white = comfy.outputs("render")[1]
    assert (white[:, :39] == 1).all() and not (white[:, 41:] == 1).all()
    graph["render"]["inputs"]["background"] = "#204060"
    comfy.run(graph)
    assert torch.allclose(comfy.outputs("render")[1][:, :39], torch.tensor([0x20, 0x40, 0x60]) / 255, atol=1e-3)
    graph["picture"]["inputs"]["image"] = "opaque.png"
    comfy.run(graph)
    masked = comfy.outputs("render")[1]
    del graph["render"]["inputs"]["mask"]
    comfy.run(graph)
    assert torch.equal(comfy.outputs("render")[1], masked)


@pytest.mark.parametrize(
    "shape, rate",
    [((1, 1, 16000), 16000), ((1, 2, 88200), 44100), ((1, 2, 48000), 48000), ((1, 6, 48000), 24000)],
)
def test_audio_of_any_rate_and_width_is_taken(host, shape, rate):
    torch.manual_seed(0)
    media = host.module("nodes.media")
    wave = media.wave_of({"waveform": torch.randn(shape) * 0.1, "sample_rate": rate})
    assert wave.ndim == 1 and abs(len(wave) - shape[2] * 24000 / rate) <= 1


@pytest.mark.parametrize(
    "shape, words", [((2, 1, 800), "connect one clip at a time"), ((1, 1, 0), "this audio is empty")]
)
def test_audio_that_is_not_one_clip_is_refused(host, shape, words):
    with pytest.raises(Exception, match=words):
        host.module("nodes.media").wave_of({"waveform": torch.randn(shape), "sample_rate": 24000})


@pytest.mark.parametrize("size", [(64, 48, 3), (65, 33, 4), (40, 40, 1)])
def test_images_of_any_size_and_with_alpha_are_taken(host, size):
    media = host.module("nodes.media")
    picture = torch.rand(2, *size)
    frames = list(media.frames_of(picture))
    assert len(frames) == 2 and all(frame.shape == (*size[:2], 3) for frame in frames)
    if size[2] == 4:
        picture[..., 3] = 0
        assert all((frame == 255).all() for frame in media.frames_of(picture))


def test_a_script_is_spoken_by_several_and_unchanged_chunks_are_kept(comfy):
    graph = {
        **g.loader(),
        **g.audio_ref(g.VOICE | {"preset": "emma"}),
        **g.script("[heart] Hello. [anna] No. [heart] Why?", portrait=["load", 2], **{"voices.voice0": ["ref", 0]}),
        **g.save_video(("script", 0)),
        **g.save_audio(("script", 1)),
        **g.look(["script", 3]),
    }
    run = comfy.run(graph)
    frames, seconds = frames_and_sound(saved(comfy, run, "video"))
    assert abs(frames / 25 - seconds) < 0.1
    _, audio, _, subtitles, report = comfy.outputs("script")
    assert audio["waveform"].shape[2] == frames * 960 and "[anna] No." in subtitles
    assert "3 of 3 chunks made anew" in report
    graph["script"]["inputs"]["script"] = "[heart] Hello. [anna] Never. [heart] Why?"
    comfy.run(graph)
    assert "1 of 3 chunks made anew" in comfy.outputs("script")[4]


def test_a_cancelled_script_goes_on(comfy):
    from jamflow_core.tasks.settings import DEFAULTS

    graph = {**g.loader(), **g.script("[heart] One. [george] Two.", name="test/stopped"), **g.look(["script", 4])}
    first = g.SCRIPT["steps"] + DEFAULTS["speak"].polish  # steps of the first line; the cancel comes in the second
    with comfy.interrupted_in("JamFlowScript", after=first + 2), pytest.raises(comfy_hosts.Interrupted):
        comfy.run(graph)
    comfy.run(graph)
    assert "1 of 2 chunks made anew" in comfy.outputs("script")[4]


def test_an_expression_moves_the_face(comfy):
    base = g.speak() | g.expression(smile=0.7, blink=0.0, sway=0.0, curves="brow: 0:0, 0.3:1")
    base |= {**g.render(output="frames", expression=["face", 0]), **g.look(["render", 3])}
    comfy.run({key: value for key, value in base.items() if key not in ("video",)})
    smiling = comfy.outputs("render")[1]
    base["face"]["inputs"] |= {"smile": 0.0, "curves": ""}
    comfy.run({key: value for key, value in base.items() if key not in ("video",)})
    plain = comfy.outputs("render")[1]
    assert smiling.shape == plain.shape and not torch.equal(smiling, plain)


def test_a_driving_clip_moves_the_upper_face(comfy):
    graph = g.speak() | g.expression(driving=["render", 0])
    graph |= {
        **g.render(name="again", expression=["face", 0], audio=["decode", 0]),
        **g.save_video(("again", 0), "second"),
    }
    comfy.run(graph)
    assert comfy.outputs("face")[0].driving is not None


def test_masks_of_pictures_are_brought_to_their_number_and_size(host):
    media = host.module("nodes.media")
    pictures, mask = torch.full((2, 8, 6, 3), 0.2), torch.zeros(1, 16, 12)
    pictures[:, 0] = float("nan")
    mask[:, :8] = 1
    for given in (mask, mask[0], mask.expand(2, -1, -1)):
        frames = list(media.frames_of(pictures, given, media.colour_of("#ff0000")))
        assert len(frames) == 2 and all((frame[0] == [255, 0, 0]).all() and (frame[-1] == 51).all() for frame in frames)
    veiled = torch.cat((pictures, torch.full((2, 8, 6, 1), 0.5)), 3)
    assert (next(media.frames_of(veiled, mask))[-1] == 153).all()
    assert (next(media.frames_of(pictures, torch.zeros(1, 64, 64)))[-1] == 51).all()
    with pytest.raises(Exception, match="3 masks for 2 pictures: connect one for all, or one for each"):
        list(media.frames_of(pictures, mask.expand(3, -1, -1)))
    with pytest.raises(Exception, match="is no colour: write background like #ffffff"):
        media.colour_of("snow-ish")


def test_a_clip_sounds_to_its_end(host):
    """Not a window short of it, as the vocoder's frames are."""
    from jamflow_core.catalog.vocos import load_vocoder

    mel = torch.full((1, 100, 12), -2.0)
    vocoder = SimpleNamespace(load=load_vocoder)
    (audio,) = host.classes["JamFlowVocoderDecode"].execute(latent={"samples": mel}, vocoder=vocoder).result
    assert audio["waveform"].shape == (1, 1, 12 * 256) and (audio["waveform"][0, 0, -200:] != 0).all()


def test_a_motion_without_frames_is_refused(host):
    motions = importlib.import_module(
        host.module("nodes.render").__package__.rpartition(".")[0] + ".jamflow_core.motion.files"
    )
    empty = motions.Motion(torch.zeros(0, 21, 3).numpy(), 25.0)
    with pytest.raises(
        Exception, match="JAM-Flow Portrait Render: this clip has no motion frames: connect one that moves"
    ):
        host.classes["JamFlowPortraitRender"].execute(portrait=SimpleNamespace(networks=None), latent=empty, **g.RENDER)


def test_the_rate_of_frames_is_the_usual_fraction(comfy):
    video = comfy.module("nodes.render").video_of(torch.zeros(2, 16, 16, 3), 29.97002997, None)
    assert video.get_components().frame_rate == Fraction(30000, 1001)


def test_an_overdub_keeps_all_but_the_changed_words_and_shows_both_clips(comfy):
    run = comfy.run({**g.loader(), **g.overdub("")})
    (untouched,) = run.ui["dub"]["jamflow_overdub"]
    assert untouched["take"] is None and [word for word, *_ in untouched["original"]["words"]][-2:] == ["early", "date"]
    (before,) = comfy.outputs("dub")[0]["waveform"][0]

    run = comfy.run({**g.loader(), **g.overdub("They hoped to get together at a later date.")})
    (shown,) = run.ui["dub"]["jamflow_overdub"]
    (start, end), (first, _) = shown["spans"][0], shown["take"]["spans"][0]
    assert [word for word, *_ in shown["take"]["words"]][-3:] == ["a", "later", "date"] and shown["take"]["seed"] == 0
    assert 0 < start < end < shown["original"]["seconds"] and first == start
    (after,) = comfy.outputs("dub")[0]["waveform"][0]
    edge, kept = int(start * 24000) - 1200, int((shown["original"]["seconds"] - end) * 24000) - 1200
    assert torch.equal(before[:edge], after[:edge]) and torch.equal(before[-kept:], after[-kept:])
    assert not torch.equal(before[edge : edge + 4800], after[edge : edge + 4800])
    for clip in (shown["original"], shown["take"]):
        assert (comfy.base / "output" / clip["sound"]["subfolder"] / clip["sound"]["filename"]).is_file()
    assert '"an early" -> "a later"' in run.ui["dub"]["text"][0]


def test_the_timeline_shows_a_video_as_a_filmstrip(comfy):
    graph = {
        "picture": g.node("EmptyImage", width=64, height=96, batch_size=50, color=0x808080),
        "video": g.node("CreateVideo", images=["picture", 0], fps=25.0),
        "mask": g.node("JamFlowMaskTimeline", speech="", face="", video=["video", 0]),
    }
    (shown,) = comfy.run(graph).ui["mask"]["jamflow_timeline"]
    strip = shown["strip"]
    assert strip["pictures"] == 17 and strip["every"] == pytest.approx(3 / 25) and strip["seconds"] == 2
    with Image.open(comfy.base / "temp" / strip["subfolder"] / strip["filename"]) as picture:
        assert picture.size == (17 * 48, 72)


def test_takes_are_listened_to_and_a_text_lasts_as_long_as_asked(comfy):
    graph = {
        **g.loader(),
        **g.text("Hello there, how are you?", seconds=1.6),
        **g.sampler(text=["text", 0], face=False, takes=2),
        **g.decode(),
        **g.look(["decode", 0]),
    }
    run = comfy.run(graph)
    assert any("is the clearest of 2 takes" in line for line in run.told)
    (wave,) = comfy.outputs("decode")[0]["waveform"][0]
    assert abs(len(wave) / 24000 - 1.6) < 0.17
