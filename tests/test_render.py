"""The embedded renderer: faces found, mouths moved, the rest of the picture left alone."""

from pathlib import Path

import numpy as np
import pytest

from jamflow_core.errors import JamFlowError
from jamflow_core.face.extract import brow_states, extract_motion, gaze_states, head_poses, mouth_states
from jamflow_core.face.finder import FaceFinder
from jamflow_core.face.topology import EYE_CORNERS, LOWER_LIP_MID, UPPER_LIP_MID
from jamflow_core.face.track import track_face
from jamflow_core.media.picture import read_image, to_rgb
from jamflow_core.motion.basis import state_to_exp
from jamflow_core.motion.files import Motion
from jamflow_core.render.idle import idle_gaze, idle_motion
from jamflow_core.render.mesh import MeshPortrait
from jamflow_core.render.mesh.relip import relip_frames

EXAMPLES = Path(__file__).parent.parent / "portraits"
REST = np.zeros(5)
OPEN = np.array([0.6, 0.1, 0, 0, 0])


@pytest.fixture(scope="module")
def finder():
    return FaceFinder()


@pytest.fixture(scope="module")
def picture():
    return read_image(EXAMPLES / "mona_lisa.jpg")


@pytest.fixture(scope="module")
def portrait(picture, finder):
    return MeshPortrait(picture, finder=finder)


@pytest.fixture(scope="module")
def speaker(finder):
    """A portrait whose lips have an edge: in the Mona Lisa the finder cannot tell a mouth half open from a closed
    one.
    """
    return MeshPortrait(read_image(EXAMPLES / "drawing.jpg"), finder=finder)


def difference(a, b):
    return np.abs(a.astype(int) - b).max(2)


def lip_gap(finder, frame):
    points = finder.find(frame).points[:, :2]
    unit = np.linalg.norm(points[EYE_CORNERS[0]] - points[EYE_CORNERS[1]])
    return np.linalg.norm(points[UPPER_LIP_MID] - points[LOWER_LIP_MID]) / unit


# ---- pictures


@pytest.mark.parametrize(
    "name",
    ["mona_lisa.jpg", "pearl_earring.jpg", "grace_hopper.jpg", "drawing.jpg", "drawing_man.jpg", "drawing_elder.jpg"],
)
def test_examples_have_a_sure_face(name, finder):
    portrait = MeshPortrait(read_image(EXAMPLES / name), finder=finder)
    assert portrait.warning is None
    assert portrait.face.lip_spread < 0.025


def test_broken_pictures_are_refused_in_one_line(tmp_path):
    text = tmp_path / "text.png"
    text.write_text("not a picture")
    empty = tmp_path / "empty.jpg"
    empty.touch()
    half = tmp_path / "half.png"
    half.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    for path in (text, empty, half, tmp_path / "missing.jpg", tmp_path):
        with pytest.raises(JamFlowError) as error:
            read_image(path)
        assert "\n" not in str(error.value)


def test_picture_kinds_become_rgb(tmp_path, picture):
    import cv2

    small = picture[:90, :101]
    alpha = np.dstack([small, np.full(small.shape[:2], 0, np.uint8)])
    files = {"grey": small[..., 0], "alpha": alpha[..., [2, 1, 0, 3]], "deep": small[..., ::-1].astype(np.uint16) * 257}
    for name, pixels in files.items():
        cv2.imwrite(str(tmp_path / f"{name}.png"), pixels)
        read = read_image(tmp_path / f"{name}.png")
        assert read.shape == small.shape and read.dtype == np.uint8
        expected = {"grey": small[..., :1], "alpha": 128, "deep": small}[name]
        assert np.abs(read.astype(int) - expected).max() <= 1
    assert (to_rgb(small.astype(np.float32) / 255) == small).all()


def test_exif_orientation_is_honoured(tmp_path, picture):
    import cv2

    ok, jpeg = cv2.imencode(".jpg", picture[:64, :128, ::-1])
    exif = (
        b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00"
    )
    segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    path = tmp_path / "turned.jpg"
    path.write_bytes(jpeg.tobytes()[:2] + segment + jpeg.tobytes()[2:])
    assert read_image(path).shape == (128, 64, 3)


# ---- faces


def test_no_face_tells_to_give_a_mouth_box(finder):
    noise = np.random.default_rng(0).integers(0, 255, (200, 220, 3), dtype=np.uint8)
    for image in (noise, np.full((150, 150, 3), 255, np.uint8)):
        with pytest.raises(JamFlowError, match="mouth_box"):
            MeshPortrait(image, finder=finder)


def test_a_face_upside_down_is_read_upside_down(picture, finder):
    points = finder.find(np.ascontiguousarray(picture[::-1, ::-1])).points
    upright = finder.find(picture).points
    expected = [picture.shape[1] - 1, picture.shape[0] - 1] - upright[UPPER_LIP_MID, :2]
    assert np.linalg.norm(points[UPPER_LIP_MID, :2] - expected) < 6


def test_several_faces_are_chosen_by_number(picture, finder):
    import cv2

    smaller = cv2.resize(picture, (384, 384), interpolation=cv2.INTER_AREA)
    both = np.hstack([np.pad(smaller, ((128, 0), (0, 0), (0, 0)), mode="edge"), picture])
    first, second = (finder.find(both, index).points[UPPER_LIP_MID, 0] for index in (0, 1))
    assert first > 384 > second
    with pytest.raises(JamFlowError, match="face=0 to 1: the picture has 2 faces, not 3"):
        finder.find(both, 2)


@pytest.mark.parametrize("box", [(-5, 10, 60, 40), (60, 10, 20, 40), (10, 10, 12, 12), (500, 500, 600, 600)])
def test_bad_mouth_boxes_are_refused(picture, box):
    with pytest.raises(JamFlowError, match="mouth_box"):
        MeshPortrait(picture, mouth_box=box)


def test_mouth_box_moves_the_mouth_there_and_only_there(picture):
    plain = np.full((300, 300, 3), (220, 190, 160), np.uint8)
    plain[199:202, 110:190] = 60
    portrait = MeshPortrait(plain, mouth_box=(110, 185, 190, 215))
    changed = difference(portrait.frame(OPEN), plain) > 20
    rows, columns = np.nonzero(changed)
    assert changed.any()
    assert 100 < columns.min() and columns.max() < 200 and rows.min() > 180


# ---- frames


def test_rest_leaves_the_picture_alone(portrait, picture):
    assert difference(portrait.frame(REST), picture).mean() < 0.1


def test_the_jaw_opens_the_lips_monotonically(speaker, finder):
    gaps = [lip_gap(finder, speaker.frame([jaw, 0, 0, 0, 0])) for jaw in (0, 0.25, 0.5, 0.75, 1)]
    assert all(b > a + 0.005 for a, b in zip(gaps, gaps[1:]))
    assert gaps[0] < 0.02 and gaps[-1] > 0.2


def test_states_are_seen_again_in_the_frames(speaker, finder):
    shown = [[0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0.7, 0, 0, 0, 0], [0.2, 0.8, 0, 0, 0], [0.2, 0, 0.9, 0, 0]]
    seen = mouth_states(np.array([finder.find(speaker.frame(state)).points[:468] for state in shown]))
    assert seen[0, 0] < 0.06 and seen[2, 0] > 0.35
    assert seen[3, 1] > 0.3 > seen[4, 1] and seen[4, 2] > 0.3 > seen[3, 2]


def test_an_open_portrait_can_close_its_mouth(finder):
    portrait = MeshPortrait(read_image(EXAMPLES / "pearl_earring.jpg"), finder=finder)
    assert portrait.rig.open
    assert lip_gap(finder, portrait.frame(REST)) < lip_gap(finder, portrait.image) - 0.02


def test_pixels_outside_the_face_stay_without_head_motion(portrait, picture):
    frame = portrait.frame([1, 0.5, 0, 0, 0], blink=1)
    points = portrait.face.points[:468, :2]
    low, high = points.min(0), points.max(0)
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]]
    far = (
        np.hypot(
            (x - (low[0] + high[0]) / 2) / np.ptp(points[:, 0]), (y - (low[1] + high[1]) / 2) / np.ptp(points[:, 1])
        )
        > 1
    )
    assert difference(frame, picture)[far].max() == 0
    assert difference(portrait.frame(OPEN), picture)[: int(points[10, 1])].max() == 0


def test_blink_closes_the_lids(portrait, finder):
    def opening(frame):
        points = finder.find(frame).points
        return sum(np.linalg.norm((points[a] - points[b])[:2]) for a, b in ((159, 145), (386, 374)))

    assert opening(portrait.frame(REST, blink=1)) < 0.6 * opening(portrait.frame(REST))


def test_brow_and_gaze_move_as_told_and_are_read_back(portrait, finder):
    shown = [{}, {}, {"brow": 1}, {}, {"brow": -1}, {"gaze": (1, 0)}, {}, {"gaze": (-1, 0)}, {}]
    points = np.array([finder.find(portrait.frame(REST, **extra)).points for extra in shown])
    brow, gaze = brow_states(points), gaze_states(points)
    assert brow[2] > 0.3 and brow[4] < -0.1 and np.abs(brow[[0, 1, 3, 5, 6, 7, 8]]).max() < 0.15
    assert gaze[5, 0] > 0.3 and gaze[7, 0] < -0.3 and np.abs(gaze[[0, 1, 3, 6, 8]]).max() < 0.15


def test_a_smile_raises_the_corners_of_the_mouth(portrait, finder):
    def corners(smile):
        return finder.find(portrait.frame(REST, smile=smile)).points[[61, 291], 1].sum()

    assert corners(1) < corners(0) - 3 and corners(-1) > corners(0) + 3


@pytest.mark.parametrize("axis, amount", [(0, 4), (1, 4), (2, 3), (3, 0.06), (4, 0.06)])
def test_head_motion_goes_where_it_is_told(portrait, finder, axis, amount):
    head = np.zeros(5)
    head[axis] = amount
    before, after = (finder.find(portrait.frame(REST, head=h)).points[None, :468] for h in (np.zeros(5), head))
    moved = (head_poses(after) - head_poses(before))[0, axis]
    assert 0.25 * amount < moved < 1.5 * amount


@pytest.mark.parametrize("height, width", [(511, 387), (97, 83), (900, 701), (1700, 1701)])
def test_any_size_comes_back_as_it_was(picture, finder, height, width):
    import cv2

    image = cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC)
    portrait = MeshPortrait(image, finder=finder)
    frame = portrait.frame(OPEN, blink=0.5, head=(1, 0, 0, 0, 0))
    assert frame.shape == image.shape and frame.dtype == np.uint8
    assert difference(portrait.frame(REST), image).mean() < 0.2
    assert difference(portrait.frame(OPEN), image).max() > 30


def test_grey_and_transparent_pictures_are_rendered(picture, finder):
    grey = MeshPortrait(picture[..., 1], finder=finder)
    frame = grey.frame(OPEN)
    assert frame.shape == picture.shape
    assert np.ptp(frame.astype(int), axis=2).max() <= 3  # the mouth's inside has no colour either
    MeshPortrait(np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)]), finder=finder).frame(OPEN)


def test_wild_states_do_not_break_a_frame(portrait):
    for state in ([9, 9, 9, 9, 9], [-3, -1, -1, -1, -9], [np.nan] * 5):
        assert portrait.frame(state, blink=7, head=(9, -9, 9, 1, -1)).dtype == np.uint8
    with pytest.raises(JamFlowError, match="5 numbers"):
        portrait.frame([0, 0, 0])


def test_a_small_change_of_state_is_a_small_change_of_picture(portrait):
    """No popping: neighbouring states give neighbouring frames, also where teeth and tongue appear."""
    frames = [portrait.frame([jaw, 0.2, 0, 0, 0]).astype(int) for jaw in np.linspace(0, 0.5, 51)]
    steps = [np.abs(b - a).sum() for a, b in zip(frames, frames[1:])]
    assert max(steps) < 6 * np.median(steps)


# ---- animation


def test_idle_motion_is_seeded_and_extends(portrait):
    blink, head = idle_motion(500, seed=3)
    again, longer, other = idle_motion(500, 3), idle_motion(900, 3), idle_motion(500, 4)
    assert (blink == again[0]).all() and (head == again[1]).all()
    assert np.allclose(longer[0][:500], blink) and np.allclose(longer[1][:500], head)
    assert not np.allclose(other[1], head)
    assert (head[0] == 0).all() and (idle_motion(100, 3, sway=0, blink=False)[1] == 0).all()


def test_blinks_are_those_of_people():
    blink, _ = idle_motion(25 * 600, seed=1)
    starts = np.flatnonzero((blink[1:] > 0) & (blink[:-1] == 0))
    ends = np.flatnonzero((blink[1:] == 0) & (blink[:-1] > 0))
    lengths = (ends - starts[: len(ends)]) / 25
    assert 100 < len(starts) < 300  # in ten minutes
    assert lengths.min() >= 0.12 - 0.04 and lengths.max() <= 0.44
    assert blink.max() <= 1 and np.percentile(blink[blink > 0], 90) > 0.8


def test_the_head_moves_slowly_and_slightly_and_nods_with_the_voice():
    _, head = idle_motion(2000, seed=5)
    assert np.abs(head[:, :3]).max() < 6 and np.abs(np.diff(head, axis=0)).max() < 0.5
    energy = np.zeros(2000)
    energy[1000:1008] = 1
    nodding = idle_motion(2000, 5, energy=energy)[1]
    extra = nodding[:, 1] - head[:, 1]
    assert extra[995:1012].max() > 0.3 and np.abs(extra[:900]).max() < 1e-6


def test_glances_are_small_and_seeded():
    gaze = idle_gaze(2000, seed=2)
    assert (idle_gaze(500, 2) == gaze[:500]).all() and not (idle_gaze(500, 3) == gaze[:500]).all()
    jumps = np.abs(np.diff(gaze, axis=0)).max(1) > 0
    assert 15 < jumps.sum() < 130 and np.abs(gaze).mean() < 0.25
    assert (gaze == 0).all(1).mean() > 0.3  # mostly they look at you


def test_a_portrait_streams_one_frame_a_motion_frame(portrait):
    exp = state_to_exp(np.array([REST, OPEN, REST]))
    frames = portrait.frames(Motion(exp, 25))
    assert iter(frames) is frames
    first, second, third = frames
    assert (first == third).all() and difference(first, second).max() > 30
    with pytest.raises(ValueError, match="blink must be as long"):
        next(portrait.frames(Motion(exp, 25), blink=np.zeros(2)))


# ---- motion from video


def test_motion_is_read_back_from_rendered_frames(portrait, finder):
    jaw = 0.35 - 0.35 * np.cos(np.arange(40) * 2 * np.pi / 20)
    states = np.stack([jaw, *np.zeros((4, 40))], 1)
    found = extract_motion(portrait.frames(Motion(state_to_exp(states), 25)), 25, finder)
    assert found.missing == [] and found.motion.exp.shape == (40, 21, 3)
    assert np.corrcoef(found.motion.exp[:, 19, 1], jaw)[0, 1] > 0.9


def test_missing_faces_are_held_and_told(portrait, finder):
    shown = portrait.frame(REST)
    blank = np.full_like(shown, 255)
    found = extract_motion([blank, shown, shown, blank, shown, shown], 50, finder)
    assert found.missing == [0, 3]
    assert {len(part) for part in (found.motion.exp, found.blink, found.head, found.brow, found.gaze)} == {3}
    assert np.abs(found.motion.exp).max() < 0.02
    with pytest.raises(JamFlowError, match="Choose a video that shows a face"):
        extract_motion([blank, blank], 25, finder)


# ---- new lips for a video


@pytest.fixture(scope="module")
def clip(speaker, finder):
    """A talking head that moves, and its track."""
    jaw = 0.3 - 0.3 * np.cos(np.arange(24) * 2 * np.pi / 12)
    head = np.stack([2 * np.sin(np.arange(24) / 5), *np.zeros((4, 24))], 1)
    states = np.stack([jaw, *np.zeros((4, 24))], 1)
    frames = list(speaker.frames(Motion(state_to_exp(states), 25), head=head))
    return frames, track_face(frames, finder)


def test_new_lips_replace_the_old_ones(clip, finder):
    frames, track = clip
    old = mouth_states(track.points)[:, 0]
    wanted = np.zeros((24, 5))
    wanted[:, 0] = 0.35 - 0.35 * np.cos(np.arange(24) * 2 * np.pi / 9)
    painted = relip_frames(iter(frames), track, state_to_exp(wanted))
    assert iter(painted) is painted
    seen = mouth_states(track_face(painted, finder).points)[:, 0]
    assert np.corrcoef(seen, wanted[:, 0])[0, 1] > 0.85
    assert abs(np.corrcoef(seen, old)[0, 1]) < 0.4


def test_new_lips_can_be_silent_and_leave_the_rest(clip, finder):
    frames, track = clip
    painted = list(relip_frames(frames, track, np.zeros((24, 21, 3))))
    assert mouth_states(track_face(painted, finder).points)[:, 0].max() < 0.12
    top = int(track.points[:, 10, 1].min())
    assert all(difference(a, b)[:top].max() == 0 for a, b in zip(frames, painted))


def test_an_expression_is_added_to_a_video(clip, finder):
    """A smile, raised brows, shut lids and a turned head show, each in its place, and the lips follow the motion."""
    frames, track = clip
    still = np.zeros((24, 21, 3))
    plain = list(relip_frames(frames, track, still))
    ones = np.ones(24, np.float32)
    tracks = {
        "smile": {"smile": ones},
        "brow": {"brow": ones},
        "blink": {"blink": np.ones((24, 2), np.float32)},
        "gaze": {"gaze": np.tile(np.float32([1, 0]), (24, 1))},
        "head": {"head": np.tile(np.float32([5, 0, 0, 0, 0]), (24, 1))},
    }
    eyes, chin = int(track.points[0, [159, 386], 1].mean()), int(track.points[0, 152, 1])
    for name, added in tracks.items():
        moved = difference(next(relip_frames(frames, track, still, added)), plain[0]) > 8
        assert moved.any(), name
        rows = np.flatnonzero(moved.any(1))
        if name in ("brow", "blink", "gaze"):
            assert rows.max() < (eyes + chin) / 2, name
        elif name == "smile":
            assert rows.min() > eyes, name
    closed = track_face(relip_frames(frames, track, still, tracks["blink"]), finder).points
    lids = lambda points: np.linalg.norm(points[:, 159, :2] - points[:, 145, :2], axis=1).mean()  # noqa: E731
    assert lids(closed) < 0.6 * lids(track.points)


def test_frames_without_a_face_stay_as_they_are(clip, finder):
    frames, _ = clip
    blank = np.full_like(frames[0], 255)
    gone, blinked = 8, 1
    shown = frames[:6] + [blank] * gone + frames[6:12] + [blank] * blinked + frames[12:15]
    track = track_face(shown, finder)
    assert track.missing == [*range(6, 14), 20]
    painted = list(relip_frames(shown, track, state_to_exp(np.tile(OPEN, (len(shown), 1)))))
    assert all((painted[k] == blank).all() for k in range(6, 14))
    assert difference(painted[3], shown[3]).max() > 30
    with pytest.raises(ValueError, match="each of the video"):
        next(relip_frames(shown, track, np.zeros((3, 21, 3))))
