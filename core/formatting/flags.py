"""Flags of countries, drawn from what they consist of: stripes, crosses, discs, stars, and simplified emblems.

Every flag is 18 by 12 units, whatever its official proportions, so that stripes of thirds fall on whole pixels at the
size at which the site shows them. `python -m core.formatting.flags` prints the sprite `static/img/flags.svg`.
"""

import math
import sys

WIDTH, HEIGHT = 18.0, 12.0
WHITE, BLACK, RED, BLUE, YELLOW, GREEN = "#fff", "#000", "#d21f2e", "#143c8c", "#fc0", "#00843d"
SVG = '<svg xmlns="http://www.w3.org/2000/svg">\n{}\n</svg>\n'


def _number(value: float) -> str:
    """A coordinate with as few characters as possible.

    >>> [_number(value) for value in (6.0, 0.25, 1 / 3)]
    ['6', '.25', '.33']
    """
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("0.", ".", 1) if abs(value) < 1 else f"{round(value, 2):g}"


def box(x: float, y: float, width: float, height: float, colour: str) -> str:
    """A filled rectangle.

    >>> box(0, 0, 18, 4, "#fff")
    '<path fill="#fff" d="M0 0h18v4H0z"/>'
    """
    left, top, right, bottom = (_number(value) for value in (x, y, width, height))
    return f'<path fill="{colour}" d="M{left} {top}h{right}v{bottom}H{left}z"/>'


def ground(colour: str) -> str:
    return box(0, 0, WIDTH, HEIGHT, colour)


def horizontal(*colours: str, weights: tuple[float, ...] = ()) -> str:
    """Stripes from top to bottom, all of the same width unless `weights` says otherwise."""
    shares = weights or (1,) * len(colours)
    unit = HEIGHT / sum(shares)
    return "".join(
        box(0, sum(shares[:number]) * unit, WIDTH, shares[number] * unit, colour)
        for number, colour in enumerate(colours)
    )


def vertical(*colours: str, weights: tuple[float, ...] = ()) -> str:
    """Stripes from left to right."""
    shares = weights or (1,) * len(colours)
    unit = WIDTH / sum(shares)
    return "".join(
        box(sum(shares[:number]) * unit, 0, shares[number] * unit, HEIGHT, colour)
        for number, colour in enumerate(colours)
    )


def nordic_cross(colour: str, width: float) -> str:
    return box(6.5 - width / 2, 0, width, HEIGHT, colour) + box(0, 6 - width / 2, WIDTH, width, colour)


def disc(x: float, y: float, radius: float, colour: str) -> str:
    return f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}" fill="{colour}"/>'


def polygon(points: list[tuple[float, float]], colour: str) -> str:
    path = " ".join(f"{_number(x)} {_number(y)}" for x, y in points)
    return f'<path fill="{colour}" d="M{path}z"/>'


def star(x: float, y: float, radius: float, colour: str, points: int = 5, inner: float = 0.4, turn: float = 0) -> str:
    """A star; `turn` is its rotation in degrees, `inner` the radius of its inner corners as a part of the outer one."""
    corners = []
    for number in range(2 * points):
        angle = math.radians(turn - 90 + number * 180 / points)
        reach = radius if number % 2 == 0 else radius * inner
        corners.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    return polygon(corners, colour)


def crescent(x: float, y: float, radius: float, colour: str, hole: str, shift: float) -> str:
    """A crescent that opens to the right: a disc, and a smaller one of the colour behind it."""
    return disc(x, y, radius, colour) + disc(x + shift, y, radius * 0.8, hole)


def serrated(colour: str, x: float, teeth: int) -> str:
    """A field at the right with a serrated edge whose teeth point to the left."""
    step = HEIGHT / teeth
    edge = [(x + (0 if number % 2 else 2.2), number * step / 2) for number in range(2 * teeth + 1)]
    return polygon([*edge, (WIDTH, HEIGHT), (WIDTH, 0)], colour)


def line(path: str, colour: str, width: float) -> str:
    return f'<path fill="none" stroke="{colour}" stroke-width="{_number(width)}" d="{path}"/>'


def union_jack(width: float, height: float) -> str:
    """The flag of the United Kingdom in the upper left corner, or all over the flag."""
    thick, cross, fimbriation = height / 5, height / 5, height / 3
    middle = (width / 2, height / 2)

    def diagonal(x: float, y: float, stroke: float, colour: str, aside: float = 0) -> str:
        """From a corner to the middle, as a polygon that stays inside the flag."""
        along, down = (stroke * 1.2, stroke * 0.8)
        right, below = (1 if x == 0 else -1), (1 if y == 0 else -1)
        if aside:  # The red diagonals lie at one side of the white ones.
            corners = [(x, y), (x, y + below * down), middle] if aside < 0 else [(x, y), (x + right * along, y), middle]
            return polygon(corners, colour)
        return polygon([(x + right * along, y), (x, y), (x, y + below * down), middle], colour)

    corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
    white = "".join(diagonal(x, y, thick, WHITE) for x, y in corners)
    sides = (-1, 1, -1, 1)
    red = "".join(diagonal(x, y, thick * 0.7, RED, aside=side) for (x, y), side in zip(corners, sides, strict=True))
    upright = box(middle[0] - fimbriation / 2, 0, fimbriation, height, WHITE)
    level = box(0, middle[1] - fimbriation / 2, width, fimbriation, WHITE)
    upright_red = box(middle[0] - cross / 2, 0, cross, height, RED)
    level_red = box(0, middle[1] - cross / 2, width, cross, RED)
    return box(0, 0, width, height, "#012169") + white + red + upright + level + upright_red + level_red


def southern_cross(colour: str, *, edge: str = "", seven: int = 7) -> str:
    """Stars at the right: four large ones, and for Australia a fifth, small one."""
    places = [(13.5, 2.2, 0.9), (13.5, 9.8, 1), (11.3, 5.5, 0.9), (15.7, 4.8, 0.9)]
    drawn = "".join(
        (star(x, y, radius + 0.45, edge, seven) if edge else "") + star(x, y, radius, colour, seven)
        for x, y, radius in places
    )
    return drawn if edge else drawn + star(14.4, 6.7, 0.5, colour)


AUSTRALIAN_BLUE, AZURE = "#012169", "#74acdf"

FLAGS: dict[str, str] = {
    "ae": horizontal("#00732f", WHITE, BLACK) + box(0, 0, 4.5, HEIGHT, "#e4002b"),
    "ar": horizontal(AZURE, WHITE, AZURE) + star(9, 6, 1.8, "#f6b40e", 8, 0.55),
    "at": horizontal("#c8102e", WHITE, "#c8102e"),
    "au": ground(AUSTRALIAN_BLUE) + union_jack(9, 6) + star(4.5, 9, 1.7, WHITE, 7, 0.45) + southern_cross(WHITE),
    "az": horizontal("#00a3d9", "#e4002b", "#2f9e44")
    + crescent(8.3, 6, 1.6, WHITE, "#e4002b", 0.6)
    + star(10.4, 6, 0.9, WHITE, 8, 0.55),
    "be": vertical(BLACK, "#fdda24", "#ef3340"),
    "bh": ground(WHITE) + serrated("#ce1126", 4.5, 5),
    "br": ground("#009739")
    + polygon([(9, 1.2), (16.6, 6), (9, 10.8), (1.4, 6)], "#fedd00")
    + disc(9, 6, 2.7, "#012169")
    + line("M6.4 5.4Q9.4 4.9 11.5 7", WHITE, 0.6),
    "ca": vertical("#d52b1e", WHITE, "#d52b1e", weights=(1, 2, 1))
    + polygon(
        [
            (9, 1.8),
            (9.8, 3.4),
            (10.7, 3),
            (10.3, 5.2),
            (11.3, 4.2),
            (11.6, 4.9),
            (12.8, 4.7),
            (12.4, 6),
            (13, 6.4),
            (10.6, 8.2),
            (10.8, 9),
            (9.25, 8.8),
            (9.25, 10.4),
            (8.75, 10.4),
            (8.75, 8.8),
            (7.2, 9),
            (7.4, 8.2),
            (5, 6.4),
            (5.6, 6),
            (5.2, 4.7),
            (6.4, 4.9),
            (6.7, 4.2),
            (7.7, 5.2),
            (7.3, 3),
            (8.2, 3.4),
        ],
        "#d52b1e",
    ),
    "ch": ground("#da291c") + box(7.8, 2.25, 2.4, 7.5, WHITE) + box(5.25, 4.8, 7.5, 2.4, WHITE),
    "cn": ground("#ee1c25")
    + star(3.2, 3.4, 1.9, "#ff0")
    + star(6.3, 1.3, 0.7, "#ff0", turn=25)
    + star(7.5, 2.7, 0.7, "#ff0", turn=45)
    + star(7.5, 4.6, 0.7, "#ff0")
    + star(6.3, 6, 0.7, "#ff0", turn=25),
    "de": horizontal(BLACK, "#d00", "#ffce00"),
    "dk": ground("#c8102e") + nordic_cross(WHITE, 2),
    "es": horizontal("#aa151b", "#f1bf00", "#aa151b", weights=(1, 2, 1))
    + box(4, 4.4, 2.4, 2.2, "#aa151b")
    + polygon([(4, 6.6), (6.4, 6.6), (5.2, 7.8)], "#aa151b")
    + box(4.2, 3.5, 2, 0.6, "#ad5b00"),
    "fi": ground(WHITE) + nordic_cross("#002f6c", 3),
    "fr": vertical("#000091", WHITE, "#e1000f"),
    "gb": union_jack(WIDTH, HEIGHT),
    "hu": horizontal("#ce2939", WHITE, "#477050"),
    "in": horizontal("#ff9933", WHITE, "#138808")
    + disc(9, 6, 1.6, "#000080")
    + disc(9, 6, 1.2, WHITE)
    + star(9, 6, 1.2, "#000080", 12, 0.25),
    "it": vertical("#008c45", WHITE, "#cd212a"),
    "jp": ground(WHITE) + disc(9, 6, 3.6, "#bc002d"),
    "mc": horizontal("#ce1126", WHITE),
    "mx": vertical("#006847", WHITE, "#ce1126")
    + disc(9, 5.7, 1.5, "#8c5a2b")
    + line("M7.2 6.6A2 2 0 0 0 10.8 6.6", "#006847", 0.7),
    "my": horizontal(*("#cc0001", WHITE) * 4)
    + box(0, 0, 9, 6, "#010066")
    + crescent(3.6, 3, 2, "#fc0", "#010066", 0.8)
    + star(5.9, 3, 1.6, "#fc0", 14, 0.55),
    "nl": horizontal("#ad1d25", WHITE, "#1e4785"),
    "nz": ground(AUSTRALIAN_BLUE) + union_jack(9, 6) + southern_cross("#c8102e", edge=WHITE, seven=5),
    "pl": horizontal(WHITE, "#dc143c"),
    "pt": vertical("#046a38", "#da291c", weights=(2, 3))
    + disc(7.2, 6, 2.3, "#ffe900")
    + box(6.1, 4.7, 2.2, 1.6, "#da291c")
    + polygon([(6.1, 6.2), (8.3, 6.2), (7.2, 7.7)], "#da291c")
    + box(6.7, 5.2, 1, 1.3, WHITE),
    "qa": ground(WHITE) + serrated("#8a1538", 4.5, 9),
    "ru": horizontal(WHITE, "#0039a6", "#d52b1e"),
    "sa": ground("#006c35")
    + line("M4 3.2v1.8M5.6 2.8v2.2h2V3.4M9 2.8v2.2h2.4V3.2M12.6 2.8v2.2h1.4V3", WHITE, 0.8)
    + line("M4.5 8h9M12.3 7.3v1.4", WHITE, 0.7),
    "se": ground("#006aa7") + nordic_cross("#fecc02", 2.4),
    "sg": horizontal("#ee2536", WHITE)
    + crescent(3.6, 3, 2, WHITE, "#ee2536", 0.9)
    + "".join(
        star(
            5.8 + 1.15 * math.sin(math.radians(72 * number)), 3 - 1.15 * math.cos(math.radians(72 * number)), 0.5, WHITE
        )
        for number in range(5)
    ),
    "th": horizontal("#a51931", "#f4f5f8", "#2d2a4a", "#f4f5f8", "#a51931", weights=(1, 1, 2, 1, 1)),
    "tr": ground("#e30a17") + crescent(6.6, 6, 3, WHITE, "#e30a17", 0.9) + star(10.6, 6, 1.6, WHITE, turn=-90),
    "us": horizontal(*("#b22234", WHITE) * 3, "#b22234")
    + box(0, 0, 8, 12 * 4 / 7, "#3c3b6e")
    + "".join(star(1.3 + 1.8 * column, 1.2 + 1.5 * row, 0.6, WHITE) for row in range(4) for column in range(4)),
}
# What stands for a country that is not drawn: no country's colours.
UNKNOWN = "xx"
UNKNOWN_FLAG = ground("#8b939b") + line("M6 6h6", WHITE, 1.2)


def sprite() -> str:
    """All flags as symbols of one SVG, of which a page uses some: `<use href="flags.svg#nl">`."""
    symbols = [
        f'<symbol id="{code}" viewBox="0 0 18 12">{drawing}</symbol>'
        for code, drawing in [*sorted(FLAGS.items()), (UNKNOWN, UNKNOWN_FLAG)]
    ]
    return SVG.format("\n".join(symbols))


if __name__ == "__main__":
    sys.stdout.write(sprite())
