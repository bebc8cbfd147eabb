"""Made by `python -m scripts.async_layer`; not edited by hand."""
