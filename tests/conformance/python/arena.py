"""The encoded arena (section 5)."""

from math import gcd

from bit_reader import BitReader
from refusal import require, require_range

SIDE_MIN_UM = 10_000_000
SIDE_MAX_UM = 1_000_000_000
WALLS_MAX = 1000
NAME_BYTES_MAX = 32
NAME_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


def _read_wall(reader, unit, width, height):
    x = require_range(reader.varint() * unit, 0, width)
    y = require_range(reader.varint() * unit, 0, height)
    wall_width = require_range(reader.varint() * unit, 1, width - x)
    wall_height = require_range(reader.varint() * unit, 1, height - y)
    return {"x_um": x, "y_um": y, "width_um": wall_width, "height_um": wall_height}


def read_arena(data):
    """The arena of its bytes. Raises Refusal."""
    reader = BitReader(data)
    name = reader.text(NAME_BYTES_MAX, bytes_min=1)
    require(NAME_LETTERS.issuperset(name), "out_of_range")
    unit = require_range(reader.varint(), 1, SIDE_MAX_UM)
    width = require_range(reader.varint() * unit, SIDE_MIN_UM, SIDE_MAX_UM)
    height = require_range(reader.varint() * unit, SIDE_MIN_UM, SIDE_MAX_UM)
    count = require_range(reader.varint(), 0, WALLS_MAX)
    walls = [_read_wall(reader, unit, width, height) for _ in range(count)]
    lengths = [length for wall in walls for length in wall.values()]
    require(gcd(width, height, *lengths) == unit, "not_canonical")
    reader.end()
    return {"name": name, "width_um": width, "height_um": height, "walls": walls}
