"""Pictures of the demo community, drawn here so that nothing has to be fetched or licensed."""

from dataclasses import dataclass
from random import Random

from social.demo.pictures import charts, crafts, drawings, kitchen, maps, outdoors, plants
from social.demo.pictures.canvas import Canvas, Drawing

DRAWINGS: dict[str, Drawing] = {
    **charts.DRAWINGS, **crafts.DRAWINGS, **drawings.DRAWINGS, **kitchen.DRAWINGS, **maps.DRAWINGS,
    **outdoors.DRAWINGS, **plants.DRAWINGS,
}  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """A finished picture: a WebP file of ``width`` × ``height`` pixels."""

    data: bytes
    width: int
    height: int


def picture(name: str, seed: str) -> Drawn:
    """The drawing of that name; another seed gives another of its kind. KeyError if there is none."""
    canvas = Canvas(Random(seed), *drawings.SIZES.get(name, (960, 600)))  # noqa: S311
    DRAWINGS[name](canvas)
    return Drawn(canvas.encoded(), canvas.width, canvas.height)
