"""X25519 (RFC 7748, section 5). Not in constant time: for checking, not for play."""

PRIME = 2**255 - 19
A24 = 121665
BASE_POINT = bytes([9]) + bytes(31)


def _clamp(secret):
    scalar = bytearray(secret)
    scalar[0] &= 248
    scalar[31] = scalar[31] & 127 | 64
    return int.from_bytes(scalar, "little")


def _step(x1, near, far):
    """One rung of the ladder: doubles `near`, and adds it to `far`."""
    (x2, z2), (x3, z3) = near, far
    a, b = (x2 + z2) % PRIME, (x2 - z2) % PRIME
    aa, bb = a * a % PRIME, b * b % PRIME
    e = (aa - bb) % PRIME
    da, cb = (x3 - z3) * a % PRIME, (x3 + z3) * b % PRIME
    added = (pow(da + cb, 2, PRIME), x1 * pow(da - cb, 2, PRIME) % PRIME)
    return (aa * bb % PRIME, e * (aa + A24 * e) % PRIME), added


def x25519(secret, point):
    """The scalar product of a private key and a public one, 32 bytes each."""
    scalar = _clamp(secret)
    x1 = (int.from_bytes(point, "little") & (2**255 - 1)) % PRIME
    low, high = (1, 0), (x1, 1)
    for bit in range(254, -1, -1):
        if scalar >> bit & 1:
            high, low = _step(x1, high, low)
        else:
            low, high = _step(x1, low, high)
    x, z = low
    return (x * pow(z, PRIME - 2, PRIME) % PRIME).to_bytes(32, "little")


def public_key_of(secret):
    """The public key of a private one."""
    return x25519(secret, BASE_POINT)
