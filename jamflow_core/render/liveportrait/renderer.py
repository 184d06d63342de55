"""LivePortrait as a Renderer: a picture or a video whose face is moved by generated lips or by a template."""

from dataclasses import dataclass, replace

import numpy as np

from ...errors import JamFlowError
from ...face.finder import Which
from ...motion.files import Motion
from ..renderer import Film, Footage, MouthBox, Progress, Seen, TracksOf
from .painting import Painting
from .picture import LivePortraitPicture
from .template import TemplateMotion
from .video import LivePortraitVideo, extract_template


@dataclass(frozen=True)
class LivePortraitRenderer(Painting):
    """Paints with LivePortrait's networks (catalog/liveportrait.py); see `Renderer`."""

    name, readings = "LivePortrait", 2

    def choose(self, driving: Motion | None = None, batch: int | None = None, paste_back: bool = True,
               **options) -> "LivePortraitRenderer":  # fmt: skip
        """With a driving motion, batch, paste_back, and any of `Options`. JamFlowError for motion of the lips alone."""
        if driving is not None and not isinstance(driving, TemplateMotion):
            raise JamFlowError(
                "Choose a driving motion of the whole face (a template of LivePortrait, or what LivePortrait read in a "
                "video): this one knows the lips alone."
            )
        return replace(
            self, options=replace(self.options, **options), driving=driving, batch=batch, paste_back=paste_back
        )

    def leads(self, motion: Motion) -> bool:
        """See `Renderer.leads`: a template does."""
        return self.driving is not None or isinstance(motion, TemplateMotion)

    def pose(self, image: np.ndarray, face: Which = 0, mouth_box: MouthBox | None = None) -> LivePortraitPicture:
        """See `Renderer.pose`."""
        return LivePortraitPicture(self, image, face, mouth_box)

    def relip(self, footage: Footage, motion: Motion, tracks: TracksOf, face: Which = 0, hold: bool = False,
              progress: Progress | None = None) -> Film:  # fmt: skip
        """See `Renderer.relip`. The video is read three times: to find the face, to measure it, and to paint it."""
        said = motion.at(footage.fps)
        filmed = LivePortraitVideo(self, footage.frames, face, len(said.exp) if hold else 0, progress)
        count = len(filmed.gone)
        frames = filmed.frames(said, **tracks(count, footage.fps))
        return Film(zip(filmed.stills(), frames), count, footage.fps, np.flatnonzero(filmed.gone).tolist())

    def read_motion(self, footage: Footage, face: Which = 0, progress: Progress | None = None) -> Seen:
        """See `Renderer.read_motion`: the whole face, at the video's rate."""
        template = extract_template(self.networks, footage.frames, footage.fps, face, progress)
        return Seen(template.to("cpu").motion(), template.missing)
