"""The three films: which shots they are made of, and for how long."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from studio import city, journey, journey_far, journey_water, sea
from studio.paint import Canvas, Pixels
from studio.props import H, W

FPS = 24
SIZE = (640, 360)  # pixels; the shots are drawn in units of 480 by 270
Draw = Callable[[Canvas, float, float], None]


@dataclass(frozen=True)
class Shot:
    """One uncut stretch of a film.

    Attributes:
        draw: Draws one moment, given a canvas, the seconds since the cut and how much of the shot has passed.
        seconds: How long the shot lasts.
        about: What can be seen, in words somebody might search for.
    """

    draw: Draw
    seconds: float
    about: str

    @property
    def frames(self) -> int:
        """Length in frames."""
        return round(self.seconds * FPS)


@dataclass(frozen=True)
class Film:
    """Shots joined by hard cuts."""

    name: str
    shots: tuple[Shot, ...]

    @property
    def frames(self) -> int:
        """Length in frames."""
        return sum(shot.frames for shot in self.shots)


FILMS = (
    Film(
        "film_day-at-sea.mp4",
        (
            Shot(sea.dawn, 2.5, "the sun rises over the sea"),
            Shot(sea.sailing, 2.75, "a sailing boat passes an island with a lighthouse"),
            Shot(sea.reef, 2.5, "striped fish swim under water among weed and bubbles"),
            Shot(sea.whale, 2.0, "a whale leaps out of the water"),
            Shot(sea.storm, 2.25, "a boat is tossed by a storm with lightning"),
            Shot(sea.beacon, 2.5, "a lighthouse turns its light at night"),
        ),
    ),
    Film(
        "film_city-night.mp4",
        (
            Shot(city.dusk, 2.25, "the sun sets and windows light up in the city"),
            Shot(city.drive, 2.5, "a red car drives through the streets at night"),
            Shot(city.downpour, 2.5, "people with umbrellas walk in the rain"),
            Shot(city.signal, 1.75, "a traffic light changes from red to green"),
            Shot(city.viaduct, 2.5, "a lit train crosses a bridge under the moon"),
            Shot(city.fireworks, 3.0, "fireworks over the roofs of the city"),
        ),
    ),
    Film(
        "film_red-ball.mp4",
        (
            Shot(journey.sunrise, 4.5, "the sun rises over green hills with trees and a ball"),
            Shot(journey.meadow, 3.5, "the ball rolls down a hill with flowers"),
            Shot(journey.wall, 3.5, "the ball jumps over a brick wall"),
            Shot(journey.stairs, 5.0, "the ball bounces down the stairs past houses"),
            Shot(journey.desert, 5.5, "a car drives through the desert with the ball on its roof"),
            Shot(journey_water.shelter, 4.0, "rain falls and the ball rolls under a yellow umbrella"),
            Shot(journey_water.pond, 4.0, "the ball crosses a pond in a paper boat with ducklings"),
            Shot(journey_water.deep, 4.5, "the ball sinks through the deep sea among jellyfish"),
            Shot(journey_far.flight, 6.0, "hot-air balloons rise above the mountains"),
            Shot(journey_far.winter, 4.0, "snow falls and the ball rolls past a snowman"),
            Shot(journey_far.mill, 3.5, "a windmill turns over a wheat field at sunset"),
            Shot(journey_far.railway, 4.0, "a green train passes mountains with the ball on its roof"),
            Shot(journey_far.lake, 4.5, "fireworks over a lake while the ball hops on a pier"),
            Shot(journey_far.sleep, 3.5, "the ball comes to rest under a tree by moonlight"),
        ),
    ),
)


def frames(film: Film) -> Iterator[Pixels]:
    """Draw a film, frame by frame."""
    canvas = Canvas(W, H)
    for shot in film.shots:
        for index in range(shot.frames):
            shot.draw(canvas, index / FPS, index / (shot.frames - 1))
            yield canvas.pixels(*SIZE)
