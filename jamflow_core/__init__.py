"""JAM-Flow in pure PyTorch: speech and the face that says it, generated together. Knows nothing of ComfyUI."""
