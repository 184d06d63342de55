"""Pictures of faces that speak."""

# How several portraits are shown (stage.py).
LAYOUTS = ("side by side", "speaker only")
