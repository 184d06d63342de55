"""How far a face goes, for whoever asks for it: the command line, the nodes, files of curves."""

# What a curve may be called, and how far it goes either way; yaw, pitch and roll in degrees.
CURVES = {
    "smile": 1.0,
    "brow": 1.0,
    "gaze_x": 1.0,
    "gaze_y": 1.0,
    "lids": 1.0,
    "yaw": 12.0,
    "pitch": 10.0,
    "roll": 8.0,
}
# What moves by itself, and how much of it there may be.
AMOUNTS = {"blink": 4.0, "sway": 3.0, "glances": 1.0, "nods": 2.0}
