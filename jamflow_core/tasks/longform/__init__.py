"""Scripts and subtitles of any length: several voices, made chunk by chunk on disk, so that memory does not grow and an
interrupted run goes on where it stopped.

    lines.py     what is to be said, by whom, and when
    store.py     chunks in a folder, each under the hash of everything that decides it
    produce.py   lines -> chunks on one timeline
    timeline.py  the timeline as streams of sound, motion and subtitles
    faces.py     which shipped portrait fits a voice
    film.py      the timeline and portraits -> a video, in segments that are kept as well
"""
