"""The official LivePortrait (github.com/KwaiVGI/LivePortrait), from the folder that LIVEPORTRAIT_PATH names."""

import contextlib
import os
import sys
import types
from pathlib import Path
from unittest import mock

import numpy as np
import torch

FILES = {
    "appearance": "base_models/appearance_feature_extractor.pth",
    "motion": "base_models/motion_extractor.pth",
    "warping": "base_models/warping_module.pth",
    "generator": "base_models/spade_generator.pth",
    "retargeting": "retargeting_models/stitching_retargeting_module.pth",
}
_RATIO_POINTS = {"eyes": ((0, 12, 6, 18), (24, 36, 30, 42)), "lips": ((48, 66, 90, 102),)}


def path() -> str | None:
    return os.environ.get("LIVEPORTRAIT_PATH")


def _import(name: str):
    if path() not in sys.path:
        sys.path.insert(0, path())
    # The cropper needs detectors that cannot be had here; the tests give the crop instead.
    sys.modules.setdefault("src.utils.cropper", types.SimpleNamespace(Cropper=None))
    return __import__(f"src.{name}", fromlist=["_"])


def networks(size: str) -> dict[str, torch.nn.Module]:
    """part -> network (for "retargeting" a dict of three), "full" as configured officially or "tiny"."""
    import yaml

    settings = yaml.safe_load((Path(path()) / "src/config/models.yaml").read_text())["model_params"]
    part = {name.removesuffix("_params"): value for name, value in settings.items()}
    Appearance = _import("modules.appearance_feature_extractor").AppearanceFeatureExtractor
    Motion = _import("modules.motion_extractor").MotionExtractor
    if size == "tiny":
        part["appearance_feature_extractor"] |= dict(
            block_expansion=8, max_features=32, reshape_channel=8, reshape_depth=4, num_resblocks=2
        )
        part["warping_module"] |= dict(block_expansion=8, max_features=32, reshape_channel=8)
        part["warping_module"]["dense_motion_params"] |= dict(
            block_expansion=8, max_features=32, num_blocks=2, reshape_depth=4
        )
        part["spade_generator"] |= dict(block_expansion=8, max_features=32, out_channels=8)
        convnext = _import("modules.convnextv2").ConvNeXtV2

        def Motion(**options):
            net = torch.nn.Module()
            net.detector = convnext(depths=[1, 1, 2, 1], dims=[8, 16, 24, 32], num_kp=21)
            net.forward = net.detector.forward
            return net

    Small = _import("modules.stitching_retargeting_network").StitchingRetargetingNetwork
    small = {name: Small(**options) for name, options in part["stitching_retargeting_module"].items()}
    made = {
        "appearance": Appearance(**part["appearance_feature_extractor"]),
        "motion": Motion(**part["motion_extractor"]),
        "warping": _import("modules.warping_network").WarpingNetwork(**part["warping_module"]),
        "generator": _import("modules.spade_generator").SPADEDecoder(**part["spade_generator"]),
        "retargeting": torch.nn.ModuleDict(
            {"retarget_shoulder": small["stitching"], "retarget_mouth": small["lip"], "retarget_eye": small["eye"]}
        ),
    }
    return {name: net.eval().requires_grad_(False) for name, net in made.items()}


def save(folder: Path, states: dict[str, dict[str, torch.Tensor]]) -> None:
    """The official set of files; the three small networks are saved as DataParallel saves them."""
    for part, state in states.items():
        if part == "retargeting":
            nested = {}
            for key, value in state.items():
                net, name = key.split(".", 1)
                nested.setdefault(net, {})[f"module.{name}"] = value
            state = nested
        file = folder / FILES[part]
        file.parent.mkdir(parents=True, exist_ok=True)
        torch.save(state, file)


def wrapper(folder: Path, only_motion: bool = False):
    """The official wrapper around the files in `folder`; only_motion: without the four large networks."""
    settings = _import("config.inference_config").InferenceConfig(flag_force_cpu=True, flag_use_half_precision=False)
    for letter, part in zip("FMWGS", FILES):
        setattr(settings, f"checkpoint_{letter}", str(folder / FILES[part]))
    module = _import("live_portrait_wrapper")
    load = module.load_model

    def chosen(*given):
        return None if only_motion and not given[3].startswith("stitching") else load(*given)

    with mock.patch.object(module, "load_model", chosen), mock.patch.object(module, "log", lambda *_: None):
        return module.LivePortraitWrapper(settings)


OPTIONS = {  # of ours -> official name
    "relative": "flag_relative_motion",
    "region": "animation_region",
    "multiplier": "driving_multiplier",
    "stitching": "flag_stitching",
    "close_lips": "flag_normalize_lip",
    "open_eyes": "flag_eye_retargeting",
    "open_lips": "flag_lip_retargeting",
    "steady_eyes": "flag_source_video_eye_retargeting",
}


def execute(wrapper, source, driving, options: dict, pictures, crops, matrices) -> list[np.ndarray]:
    """Run the official pipeline and return its frames as they would go into the video.

    source, driving: our templates, of which the source gives the landmarks (eyes and lips) and the driving one the
    motion.
    pictures: uint8 RGB frames; crops: uint8 256x256; matrices: 3x3 from crop to picture.
    """
    pipeline = _import("live_portrait_pipeline")
    for ours, value in options.items():
        if ours in OPTIONS:
            setattr(wrapper.inference_cfg, OPTIONS[ours], value)
    wrapper.inference_cfg.driving_option = "expression-friendly" if options.get("expressive") else "pose-friendly"
    landmarks = [_landmarks(eyes, lips) for eyes, lips in zip(source.eyes, source.lips)]
    cropper = types.SimpleNamespace(
        crop_cfg=None,
        crop_source_image=lambda *_: dict(lmk_crop=landmarks[0], img_crop_256x256=crops[0], M_c2o=matrices[0]),
        crop_source_video=lambda *_: dict(frame_crop_lst=crops, lmk_crop_lst=landmarks, M_c2o_lst=matrices),
    )
    run = object.__new__(pipeline.LivePortraitPipeline)
    run.live_portrait_wrapper, run.cropper = wrapper, cropper
    video = len(pictures) > 1
    written = []
    file = "s.mp4" if video else "s.jpg"
    names = types.SimpleNamespace(source=file, driving="d.pkl", output_dir=".", flag_crop_driving_video=False)
    stand_ins = dict(
        load_image_rgb=lambda _: pictures[0],
        load_video=lambda _: list(pictures),
        get_fps=lambda _: 25,
        load=lambda _: _pickled(driving),
        images2video=lambda frames, **_: written.append(frames),
        concat_frames=lambda *_: [np.zeros((2, 2, 3))],
        has_audio_stream=lambda _: False,
        mkdir=lambda _: None,
        log=lambda *_, **__: None,
        track=lambda items, **_: items,
    )
    with contextlib.ExitStack() as stack, torch.no_grad():
        for name, function in stand_ins.items():
            stack.enter_context(mock.patch.object(pipeline, name, function))
        stack.enter_context(
            mock.patch.object(pipeline.cv2, "imwrite", lambda _, frame: written.append([frame[..., ::-1]]))
        )
        run.execute(names)
    return written[-1]


def keypoints(wrapper, source, driving, options: dict) -> tuple[torch.Tensor, torch.Tensor]:
    """Where the official pipeline puts the keypoints: [m,21,3] of the source and [n,21,3] new ones."""
    count = len(source)
    faces = iter(range(count))
    places, rest = [], []

    def kp_info(*_, **__):
        one = source.faces[[next(faces)]]
        angles = _angles(one.rotation)
        return dict(kp=one.kp, exp=one.exp, t=one.t.clone(), scale=one.scale, **angles)

    def record(_, x_s, x_d):
        rest.append(x_s)
        places.append(x_d)
        return dict(out=torch.zeros(1, 3, 512, 512))

    blank = np.zeros((256, 256, 3), np.uint8)
    with contextlib.ExitStack() as stack:
        for name, function in dict(get_kp_info=kp_info, extract_feature_3d=lambda _: None, warp_decode=record).items():
            stack.enter_context(mock.patch.object(wrapper, name, function))
        execute(wrapper, source, driving, options, [blank] * count, [blank] * count, [np.eye(3)] * count)
    return torch.cat(rest), torch.cat(places)


def _pickled(template) -> dict:
    faces = template.faces
    fields = dict(kp=faces.kp, exp=faces.exp, R=faces.rotation, t=faces.t, scale=faces.scale)
    motion = [{name: value[i : i + 1].numpy().copy() for name, value in fields.items()} for i in range(len(template))]
    eyes, lips = ([row[None] for row in value.numpy()] for value in (template.eyes, template.lips))
    return dict(
        n_frames=len(template), output_fps=25, motion=motion, c_eyes_lst=eyes, c_lip_lst=[row[0] for row in lips]
    )


def _landmarks(eyes, lips) -> np.ndarray:
    """203 points whose ratios are these."""
    points = np.zeros((203, 2))
    for ratio, (a, b, c, d) in zip((*eyes.tolist(), *lips.tolist()), _RATIO_POINTS["eyes"] + _RATIO_POINTS["lips"]):
        points[[a, b]] = (0, 0), (1 - 1e-6, 0)
        points[[c, d]] = (0, 0), (0, ratio)
    return points


def _angles(rotation: torch.Tensor) -> dict[str, torch.Tensor]:
    turn = rotation.mT.double()
    pitch = torch.atan2(turn[:, 2, 1], turn[:, 2, 2])
    yaw, roll = torch.asin(-turn[:, 2, 0]), torch.atan2(turn[:, 1, 0], turn[:, 0, 0])
    return {
        name: torch.rad2deg(angle).float()[:, None] for name, angle in (("pitch", pitch), ("yaw", yaw), ("roll", roll))
    }
