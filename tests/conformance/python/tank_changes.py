"""How a delta tells what became of a tank (section 7, place, turn and rest)."""

from dataclasses import replace

from refusal import require, require_range
from widths import holds_signed, turn_bits

PLACE, HEADING, TURRET, REST = 1, 2, 4, 8
DRIVEN = PLACE | HEADING | TURRET
ABSOLUTE = 3
TURN_BITS_MAX = 12
CIRCLE = 4096


def _read_mask(reader):
    if reader.flag():
        return DRIVEN
    mask = reader.bits(4)
    require(mask != DRIVEN, "not_canonical")
    return mask


def _lowest_class(move_bits, dx, dy):
    for index, width in enumerate(move_bits):
        if holds_signed(width, dx) and holds_signed(width, dy):
            return index
    return ABSOLUTE


def _read_place(reader, tank, layout, widths):
    """The place it has now."""
    chosen = reader.bits(2)
    if chosen == ABSOLUTE:
        x = require_range(reader.bits(layout.x_bits), 0, layout.x_max)
        y = require_range(reader.bits(layout.y_bits), 0, layout.y_max)
    else:
        x = tank.x + reader.signed(widths.move_bits[chosen])
        y = tank.y + reader.signed(widths.move_bits[chosen])
    dx, dy = x - tank.x, y - tank.y
    require((dx, dy) != (0, 0), "not_canonical")
    require(chosen == _lowest_class(widths.move_bits, dx, dy), "not_canonical")
    return {"x": require_range(x, 0, layout.x_max), "y": require_range(y, 0, layout.y_max)}


def _read_turn(reader, full):
    """A turn in 4096ths, −2048..2047, never 0, in the shortest code that it has."""
    if not reader.flag():
        is_negative = reader.flag()
        size = full + reader.bits(1)
        turn = -size if is_negative else size
        require(turn != 0 and -CIRCLE // 2 <= turn < CIRCLE // 2, "not_canonical")
        return turn
    is_wide = reader.flag()
    turn = reader.signed(TURN_BITS_MAX if is_wide else turn_bits(full))
    require(turn != 0 and abs(turn) not in (full, full + 1), "not_canonical")
    require(not (is_wide and holds_signed(turn_bits(full), turn)), "not_canonical")
    return turn


def _read_rest(reader, tank, layout):
    """What else changed: each is read, and must differ."""
    reads = {
        "hp": lambda: require_range(reader.bits(7), 0, 100),
        "flags": lambda: reader.bits(2),
        "score": lambda: reader.bits(16),
        "team": lambda: require_range(reader.bits(layout.team_bits), 1, layout.team_max),
        "player_id": lambda: reader.text(256),
    }
    chosen = [name for name in reads if reader.flag()]
    require(len(chosen) > 0, "not_canonical")
    changes = {}
    for name in chosen:
        changes[name] = reads[name]()
        require(changes[name] != getattr(tank, name), "not_canonical")
    return changes


def read_changed_tank(reader, tank, layout, widths):
    """The tank as it is now; None: it is gone."""
    mask = _read_mask(reader)
    if mask == 0:
        return None
    changes = {}
    if mask & PLACE:
        changes.update(_read_place(reader, tank, layout, widths))
    if mask & HEADING:
        changes["heading"] = (tank.heading + _read_turn(reader, widths.hull)) % CIRCLE
    if mask & TURRET:
        changes["turret"] = (tank.turret + _read_turn(reader, widths.turret)) % CIRCLE
    if mask & REST:
        changes.update(_read_rest(reader, tank, layout))
    return replace(tank, **changes)
