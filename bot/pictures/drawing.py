"""A scene as a PNG."""

from bot.core.picture import Board, Certificate, Crowd, RoadmapMap, Scene, Year
from bot.pictures.calendar import draw_year
from bot.pictures.canvas import Canvas
from bot.pictures.certificate import draw_certificate
from bot.pictures.crowd import draw_crowd
from bot.pictures.journey import draw_map
from bot.pictures.ranking import draw_board


def draw(scene: Scene) -> bytes:
    """Draw a scene as a PNG file."""
    return _drawn(scene).png()


def _drawn(scene: Scene) -> Canvas:
    match scene:
        case RoadmapMap():
            return draw_map(scene)
        case Board():
            return draw_board(scene)
        case Year():
            return draw_year(scene)
        case Crowd():
            return draw_crowd(scene)
        case Certificate():
            return draw_certificate(scene)
