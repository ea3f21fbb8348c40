"""Write the golden images anew: `python -m tests.pictures.golden`. Look at each of them before you commit it."""

import io
from pathlib import Path

from PIL import Image

from bot.core.picture import Scene
from bot.pictures.drawing import draw
from tests.pictures.scenes import SCENES

FOLDER = Path(__file__).parent / "golden"
HALF = 2


def small(scene: Scene) -> Image.Image:
    """A picture in half its size, on the colour of a dark chat."""
    drawn = Image.open(io.BytesIO(draw(scene))).convert("RGBA")
    ground = Image.new("RGBA", drawn.size, "#313338")
    return Image.alpha_composite(ground, drawn).convert("RGB").reduce(HALF)


def main() -> None:
    """Write every golden image."""
    FOLDER.mkdir(exist_ok=True)
    for name, scene in SCENES.items():
        small(scene).quantize(255, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
            FOLDER / f"{name}.png", optimize=True
        )


if __name__ == "__main__":
    main()
