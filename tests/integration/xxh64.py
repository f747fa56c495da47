"""XXH64 in plain Python, so that the program's keys are checked against a second implementation.

Source: the xxHash specification, "XXH64 algorithm description".
"""

MASK = (1 << 64) - 1
P1, P2, P3, P4, P5 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9,
                      0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
KEY_SEED = 42


def rotl(value, bits):
    return ((value << bits) | (value >> (64 - bits))) & MASK


def mix(accumulator, lane):
    return rotl((accumulator + lane * P2) & MASK, 31) * P1 & MASK


def xxh64(data, seed=KEY_SEED):
    """The hash of bytes, unsigned."""
    at, size = 0, len(data)
    if size >= 32:
        lanes = [(seed + P1 + P2) & MASK, (seed + P2) & MASK, seed & MASK, (seed - P1) & MASK]
        while at + 32 <= size:
            for i in range(4):
                lanes[i] = mix(lanes[i], int.from_bytes(data[at:at + 8], "little"))
                at += 8
        h = sum(rotl(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18))) & MASK
        for lane in lanes:
            h = ((h ^ mix(0, lane)) * P1 + P4) & MASK
    else:
        h = (seed + P5) & MASK
    h = (h + size) & MASK
    while at + 8 <= size:
        h = (rotl(h ^ mix(0, int.from_bytes(data[at:at + 8], "little")), 27) * P1 + P4) & MASK
        at += 8
    if at + 4 <= size:
        h = (rotl(h ^ int.from_bytes(data[at:at + 4], "little") * P1 & MASK, 23) * P2 + P3) & MASK
        at += 4
    for byte in data[at:]:
        h = rotl(h ^ byte * P5 & MASK, 11) * P1 & MASK
    h = (h ^ h >> 33) * P2 & MASK
    h = (h ^ h >> 29) * P3 & MASK
    return h ^ h >> 32


def signed(value):
    return value - (1 << 64) if value >> 63 else value


def key(text):
    """The surrogate key of a natural key: 0 where it is missing or empty."""
    return signed(xxh64(text.encode())) if text else 0


EVENT_CHECK_SEED = xxh64(b"clicklake")


def same_hash_text(text, alphabet=None):
    """Another text of 16 bytes, printable ASCII, with the hash of `text` (16 bytes): the first lane is
    changed, the second makes up for it, since each step is a bijection of its lane."""
    data = text.encode()
    assert len(data) == 16
    p2_inverse, p1_inverse = pow(P2, -1, 1 << 64), pow(P1, -1, 1 << 64)

    def unmix(value):
        return rotl(value * p1_inverse & MASK, 64 - 31) * p2_inverse & MASK

    def after_first(lane):
        h = (KEY_SEED + P5 + 16) & MASK
        return (rotl(h ^ mix(0, int.from_bytes(lane, "little")), 27) * P1 + P4) & MASK

    target = after_first(data[:8]) ^ mix(0, int.from_bytes(data[8:], "little"))
    for number in range(10_000_000):
        first = b"u%07d" % number
        second = unmix(target ^ after_first(first)).to_bytes(8, "little")
        if all(0x21 <= b < 0x7F and b not in b'"\\?#&=/' for b in second) and first != data[:8]:
            other = (first + second).decode()
            assert xxh64(other.encode()) == xxh64(data)
            return other
    raise AssertionError("no text of the same hash found")
