"""Pictures of faces that speak."""

# How several portraits are shown (stage.py); the last one is several faces of one picture (scene.py).
LAYOUTS = ("side by side", "speaker only", "one picture")
