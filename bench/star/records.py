"""Reads click records by the rules of docs/formats/raw.md with Python's json: a second opinion on every line, slow and plain.

read(paths) yields (outcome, record): outcome is "valid", "blank" or the reason of a refusal; record is a dict with the raw fields as text or None,
"event_us" and "metadata" (a list of {"key", "value"}).
"""
import datetime
import decimal
import gzip
import json
import pathlib
import re

TEXTS = ("user_id", "session_id", "event_type", "device_type", "page_url", "referrer_url", "event_id")
FIELDS = TEXTS + ("event_timestamp", "metadata")
MAX_LINE_BYTES = 1_000_000
MAX_DEPTH = 64
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
END_US = (datetime.datetime(2101, 1, 1, tzinfo=datetime.timezone.utc) - EPOCH) // datetime.timedelta(microseconds=1)
ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(Z|z|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII)


class Number(str):
    """A JSON number, by its text."""


class Refused(Exception):
    pass


def parse_time(value):
    """UTC microseconds of an event_timestamp, or None."""
    if isinstance(value, Number) or (isinstance(value, str) and re.fullmatch(r"\d+(\.\d*)?|\.\d+", value, re.ASCII)):
        number = decimal.Decimal(value)
        scale = 1_000_000 if abs(number) < 10**11 else 1_000 if abs(number) < 10**14 else 1
        us = int((number * scale).to_integral_value(decimal.ROUND_FLOOR))
        return us if 0 <= us < END_US else None
    match = ISO.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        time = datetime.datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=datetime.timezone.utc)
        us = (time - EPOCH) // datetime.timedelta(microseconds=1) + int((fraction or "0")[:6].ljust(6, "0"))
    except ValueError:
        return None
    if zone and zone not in "Zz":
        digits = zone[1:].replace(":", "").ljust(4, "0")
        hours, minutes = int(digits[:2]), int(digits[2:])
        if hours > 23 or minutes > 59:
            return None
        us -= (1 if zone[0] == "+" else -1) * (hours * 60 + minutes) * 60_000_000
    return us if 0 <= us < END_US else None


def depth_of(text):
    """How deep the containers of a line nest, strings left out."""
    deepest = depth = 0
    for mark in re.findall(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', text):
        if mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in "]}":
            depth -= 1
    return deepest


def text_of(value):
    """The text that a value has in metadata: strings as they are, the rest as compact JSON."""
    if value is None or (isinstance(value, str) and not isinstance(value, Number)):
        return value
    return compact(value)


def compact(value):
    if isinstance(value, Number):
        return str(value)
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(compact(v) for v in value) + "]"
    return "{" + ",".join(json.dumps(k, ensure_ascii=False) + ":" + compact(v) for k, v in value.pairs) + "}"


class Pairs:
    """A JSON object, duplicate keys and all."""

    def __init__(self, pairs):
        self.pairs = pairs


def refuse_constant(name):
    raise ValueError(name)


DECODER = json.JSONDecoder(object_pairs_hook=Pairs, parse_int=Number, parse_float=Number, parse_constant=refuse_constant)


def parse_json(text):
    stripped = text.strip(" \t\r\n")
    if depth_of(stripped) > MAX_DEPTH:
        raise Refused("too_deep")
    try:
        value, end = DECODER.raw_decode(stripped)
    except ValueError as error:
        at = getattr(error, "pos", 0)
        cut = at >= len(stripped) or str(error).startswith("Unterminated string")
        raise Refused("truncated" if cut and stripped.startswith("{") else "invalid_json") from None
    if not isinstance(value, Pairs):
        raise Refused("not_object" if end == len(stripped) else "invalid_json")
    if end != len(stripped):
        raise Refused("trailing_content")
    return value


def has_lone_surrogate(value):
    if isinstance(value, str):
        return any(0xD800 <= ord(c) <= 0xDFFF for c in value)
    if isinstance(value, list):
        return any(map(has_lone_surrogate, value))
    if isinstance(value, Pairs):
        return any(has_lone_surrogate(k) or has_lone_surrogate(v) for k, v in value.pairs)
    return False


def judge(line):
    """The record of one line (bytes, without its newline), None where it is blank; Refused where it is none."""
    if len(line) > MAX_LINE_BYTES:
        raise Refused("line_too_long")
    line = line.removeprefix(b"\xef\xbb\xbf")
    if not line.strip(b" \t\r\n"):
        return None
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character cut off by the end of the line is a cut line.
        raise Refused("truncated" if error.reason == "unexpected end of data" else "invalid_utf8") from None
    value = parse_json(text)
    if has_lone_surrogate(value):
        raise Refused("lone_surrogate")
    fields, extras = {}, []
    for key, item in value.pairs:
        name = "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in key)
        if name in FIELDS:
            fields[name] = item
        else:
            extras.append((key, item))
    record = {}
    for name in TEXTS:
        item = fields.get(name)
        if isinstance(item, (Pairs, list)):
            raise Refused("not_a_string")
        record[name] = text_of(item)
    metadata = fields.get("metadata")
    if not (metadata is None or isinstance(metadata, Pairs)):
        raise Refused("bad_metadata")
    if fields.get("event_timestamp") is None:
        raise Refused("missing_timestamp")
    record["event_us"] = parse_time(fields["event_timestamp"])
    if record["event_us"] is None:
        raise Refused("bad_timestamp")
    if not record["event_type"]:
        raise Refused("missing_event_type")
    if not record["user_id"] and not record["session_id"]:
        raise Refused("no_identity")
    # An unknown key at the top and the same one in metadata: that in metadata counts.
    entries = dict(extras)
    entries.update(metadata.pairs if metadata else [])
    record["metadata"] = [{"key": k, "value": text_of(v)} for k, v in entries.items()]
    return record


def lines_of(path):
    data = pathlib.Path(path).read_bytes()
    if str(path).endswith(".gz"):
        data = gzip.decompress(data)
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines


def read(paths):
    for path in paths:
        for line in lines_of(path):
            try:
                record = judge(line)
                yield ("blank", None) if record is None else ("valid", record)
            except Refused as refused:
                yield str(refused), None
