"""Time masks: from seconds, from words, from paint."""

import pytest
import torch


def spans(made):
    return [(round(span.start, 3), round(span.end, 3)) for span in made]


def test_typed_spans_are_read_merged_and_put_in_their_lane(host):
    node = host.classes["JamFlowMaskSpans"]
    (mask,) = node.execute(spans="2-2.5, 1.2:1.85\n1.8-2.1 s", lanes="speech only").args
    assert spans(mask.speech) == [(1.2, 2.5)]
    assert mask.face == ()
    (both,) = node.execute(spans="0-1", lanes="face only", add_to=mask).args
    assert spans(both.speech) == [(1.2, 2.5)]
    assert spans(both.face) == [(0, 1)]


@pytest.mark.parametrize("wrong", ["", "one to two", "2-1", "1.0", "-1-2"])
def test_what_is_no_span_is_refused_with_its_words(host, wrong):
    with pytest.raises(Exception, match="JAM-Flow Time Mask .seconds.: .*no span: write") as told:
        host.classes["JamFlowMaskSpans"].execute(spans=wrong, lanes="speech only")
    assert wrong in str(told.value)


def test_paint_is_read_by_lane_and_by_column(host):
    paint = torch.zeros(1, 64, 200)
    paint[0, :20, 50:100] = 1
    paint[0, 50:, 150:] = 1
    for given in (paint, paint[0]):  # some nodes hand out a mask without a batch
        (mask,) = host.classes["JamFlowMaskPainted"].execute(mask=given, seconds=4.0).args
        assert spans(mask.speech) == [(1.0, 2.0)]
        assert spans(mask.face) == [(3.0, 4.0)]


def test_the_timeline_node_works_from_typed_spans_and_says_what_it_masks(host):
    node = host.classes["JamFlowMaskTimeline"]
    (given,) = host.classes["JamFlowMaskSpans"].execute(spans="0-0.5", lanes="face only").args
    made = node.execute(speech="1.2-1.85, 3-3.4", face="", add_to=given)
    (mask,) = made.args
    assert spans(mask.speech) == [(1.2, 1.85), (3, 3.4)]
    assert spans(mask.face) == [(0, 0.5)]
    (shown,) = made.ui["jamflow_timeline"]
    assert shown == {"seconds": 0.0, "given": {"speech": [], "face": [[0, 0.5]]}}
    assert node.validate_inputs(speech="") is True
    assert node.validate_inputs(speech="soon").startswith("JAM-Flow Time Mask (timeline): 'soon' is no span: write")


def test_the_timeline_is_sent_the_sound_once(host):
    import folder_paths

    sound = {"waveform": torch.sin(torch.arange(48000) * 0.05)[None, None], "sample_rate": 24000}
    node = host.classes["JamFlowMaskTimeline"]
    first, second = (
        node.execute(speech=text, face="", audio=sound).ui["jamflow_timeline"][0] for text in ("0-1", "1-2")
    )
    assert first == second and first["seconds"] == 2
    for part in ("sound", "mel"):
        place = first[part]
        assert place["type"] == "temp"
        file = f"{folder_paths.get_temp_directory()}/{place['subfolder']}/{place['filename']}"
        assert len(open(file, "rb").read()) > 100
