"""What the star tables must hold for given lines: a second, plain implementation of the rules.

Written from the design (keys, identity, records), not from the program. It knows the tracking
parameters that the tests use, and no more.
"""

import datetime
import decimal
import json
import re
import urllib.parse

from xxh64 import EVENT_CHECK_SEED, key, signed, xxh64

FIELDS = ("user_id", "session_id", "event_type", "event_timestamp", "device_type", "page_url",
          "referrer_url", "metadata", "event_id")
PROMOTED = ("product_id", "category", "price", "quantity", "currency")
CAMPAIGN = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "click_id_type")
CLICK_IDS = ("gclid", "fbclid", "msclkid", "ttclid", "dclid", "gbraid", "wbraid", "twclid")
TRACKING = CLICK_IDS + ("gclsrc", "gad_source", "mc_cid", "mc_eid", "_hsenc", "_hsmi", "igshid", "_ga")
HOUR = 3_600_000_000
SILENCE = 30 * 60 * 1_000_000
MAX_LINE = 1_000_000
END = 4_133_980_800_000_000  # 2101-01-01


class Bad(Exception):
    pass


class Number(str):
    """A number's JSON text."""


class Pairs(list):
    """An object's members in their order."""


def _no_constant(name):
    raise Bad(name)


_DECODER = json.JSONDecoder(object_pairs_hook=Pairs, parse_int=Number, parse_float=Number,
                            parse_constant=_no_constant)


def _depth(value):
    if isinstance(value, Pairs):
        return 1 + max((_depth(v) for _, v in value), default=0)
    if isinstance(value, list):
        return 1 + max((_depth(v) for v in value), default=0)
    return 0


def _strings(value):
    if isinstance(value, Pairs):
        for name, inner in value:
            yield name
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif isinstance(value, str):
        yield value


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def compact(value):
    """Compact JSON text with the fewest escapes."""
    if isinstance(value, Pairs):
        return "{" + ",".join(f"{compact(n)}:{compact(v)}" for n, v in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(compact, value)) + "]"
    if isinstance(value, str) and not isinstance(value, Number):
        return '"' + "".join(_ESCAPES.get(c) or (c if c >= " " else f"\\u{ord(c):04x}") for c in value) + '"'
    return "null" if value is None else text_of(value)


def text_of(value):
    """The text of a scalar; None for null."""
    if value is None:
        return None
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, list):
        return compact(value)
    return str(value)


_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?"
                  r"(Z|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII)


def _iso(text):
    match = _ISO.fullmatch(text)
    if not match:
        raise Bad(text)
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        at = datetime.datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0),
                               int(second or 0))
    except ValueError as error:
        raise Bad(text) from error
    us = (at - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1)
    us += int(((fraction or "") + "000000")[:6])
    if zone and zone != "Z":
        digits = zone[1:].replace(":", "")
        offset = int(digits[:2]) * 60 + int(digits[2:] or 0)
        if int(digits[:2]) > 23 or int(digits[2:] or 0) > 59:
            raise Bad(text)
        us -= (-1 if zone[0] == "-" else 1) * offset * 60_000_000
    return us


def _epoch(text):
    try:
        with decimal.localcontext(prec=60, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN):
            value = decimal.Decimal(text)
            if value >= 10**17:
                raise Bad(text)
            return int(value * (1_000_000 if value < 10**11 else 1000 if value < 10**14 else 1))
    except decimal.DecimalException as error:
        raise Bad(text) from error


def timestamp(value):
    if isinstance(value, Number) or (isinstance(value, str) and re.fullmatch(r"[0-9]+", value)):
        us = _epoch(value)
    elif isinstance(value, str):
        us = _iso(value)
    else:
        raise Bad(value)
    if not 0 <= us < END:
        raise Bad(value)
    return us


class Event:
    """One valid line."""

    def __init__(self, line, arrived_us=0):
        if len(line.rstrip(b"\n")) > MAX_LINE:
            raise Bad("too long")
        try:
            text = line.decode().lstrip("\ufeff").strip(" \t\r\n")
            value = _DECODER.decode(text)
        except (ValueError, RecursionError) as error:
            raise Bad(str(error)) from error
        if not isinstance(value, Pairs):
            raise Bad("not an object")
        if _depth(value) > 64:
            raise Bad("too deep")
        if any("\ud800" <= c <= "\udfff" for s in _strings(value) for c in s):
            raise Bad("lone surrogate")
        known, unknown = {}, {}
        for name, inner in value:
            lower = "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in name)
            if lower in FIELDS:
                known[lower] = inner
            else:
                unknown[name] = text_of(inner)
        own = known.pop("metadata", None)
        if own is not None and not isinstance(own, Pairs):
            raise Bad("metadata")
        if known.get("event_timestamp") is None:
            raise Bad("no time")
        self.time = timestamp(known.pop("event_timestamp"))
        if any(isinstance(v, list) for v in known.values()):
            raise Bad("not a string")
        self.fields = {name: text_of(v) for name, v in known.items()}
        self.metadata = {**unknown, **{n: text_of(v) for n, v in own or ()}}
        if not self.get("event_type") or not (self.get("user_id") or self.get("session_id")):
            raise Bad("no identity")
        self.arrived_us = arrived_us

        canonical = "".join(_part(v) for v in (
            self.get("user_id"), self.get("session_id"), self.get("event_type"), str(self.time),
            self.get("device_type"), self.get("page_url"), self.get("referrer_url")))
        for name in sorted(self.metadata, key=lambda n: n.encode()):
            canonical += _part(name) + _part(self.metadata[name])
        self.canonical_hash = signed(xxh64(canonical.encode()))
        c = ("id:" + self.get("event_id") if self.get("event_id") else canonical).encode()
        self.key, self.check = signed(xxh64(c)), signed(xxh64(c, EVENT_CHECK_SEED))

    def get(self, field):
        return self.fields.get(field)


def _part(text):
    return "~" if text is None else f"{len(text.encode())}:{text}"


def _decoded(value):
    try:
        return urllib.parse.unquote_plus(value, errors="strict")
    except UnicodeDecodeError:
        return value  # what does not decode stays as it was sent


def clean_page(url):
    """(url without tracking parameters, campaign parts by name)."""
    parts = {}
    if not url or "?" not in url.split("#")[0]:
        return url or "", parts
    base, _, rest = url.partition("?")
    query, hash_mark, fragment = rest.partition("#")
    kept = []
    for parameter in query.split("&"):
        name, equals, value = parameter.partition("=")
        lower = name.lower()
        if not (lower in TRACKING or (lower.startswith("utm_") and len(lower) > 4)):
            kept.append(parameter)
        elif value and lower in CLICK_IDS:
            parts.setdefault("click_id_type", lower)
        elif value and lower in CAMPAIGN:
            parts.setdefault(lower, _decoded(value))
    return base + ("?" + "&".join(kept) if kept else "") + hash_mark + fragment, parts


def money(text):
    """Ten-thousandths, rounded half up; None where the text is no number."""
    if text is None or not re.fullmatch(r"[+-]?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d+)?", text, re.ASCII):
        return None
    exponent = re.search(r"[eE]([+-]?\d+)$", text)
    if exponent and abs(int(exponent[1])) > 10_000:
        return 0 if int(exponent[1]) < 0 or not re.search(r"[1-9]", text[:exponent.start()]) else None
    with decimal.localcontext(prec=60, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN):
        number = decimal.Decimal(text)
        if abs(number) >= 10**14:
            return None
        value = int((number * 10_000).quantize(0, decimal.ROUND_HALF_UP))
    return value if abs(value) < 10**18 else None


def _shown(value):
    return None if value is None else f"{'-' if value < 0 else ''}{abs(value) // 10000}.{abs(value) % 10000:04}"


def _fact(event, batch_fields):
    page, campaign = clean_page(event.get("page_url"))
    metadata = dict(event.metadata)
    for name in CAMPAIGN:
        if metadata.get(name):
            campaign.setdefault(name, metadata[name])
    agent = metadata.pop("user_agent", None) or None
    device = event.get("device_type") or None
    promoted = {}
    for name in PROMOTED:
        text = metadata.get(name)
        value = text
        if name == "price":
            value = money(text)
        elif name == "quantity" and text is not None:
            value = int(text) if re.fullmatch(r"-?\d{1,10}", text, re.ASCII) and -2**31 <= int(text) < 2**31 else None
        promoted[name] = value
        if text is None or value is not None:
            metadata.pop(name, None)
    revenue = None
    if event.get("event_type") == "purchase" and promoted["price"] is not None:
        revenue = promoted["price"] * (1 if promoted["quantity"] is None else promoted["quantity"])
        revenue = revenue if abs(revenue) < 10**18 else None
    at = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=event.time)
    campaign_parts = [campaign.get(name) for name in CAMPAIGN]
    row = {
        "event_key": event.key, "event_check": event.check, "event_id": event.get("event_id") or None,
        "user_key": key(event.get("user_id")), "session_key": key(event.get("session_id")),
        "page_key": key(page), "referrer_key": key(event.get("referrer_url")),
        "device_key": key(_part(device) + _part(agent)) if device or agent else 0,
        "campaign_key": key("".join(map(_part, campaign_parts))) if any(campaign_parts) else 0,
        "date_key": at.year * 10000 + at.month * 100 + at.day,
        "event_type": event.get("event_type"), "event_timestamp": event.time,
        "session_id": event.get("session_id") or None, **promoted,
        "price": _shown(promoted["price"]), "revenue": _shown(revenue), "metadata": metadata,
        "year": at.year, "month": at.month, "day": at.day, "hour": at.hour,
        "canonical_key": event.canonical_hash if event.get("event_id") else None,
    }
    if batch_fields:
        row["arrived_at"] = event.arrived_us
        row["is_late"] = event.arrived_us > (event.time // HOUR + 2) * HOUR
    members = {
        "dim_users": (row["user_key"], event.get("user_id") or "(unknown)"),
        "dim_pages": (row["page_key"], page or "(unknown)"),
        "dim_referrers": (row["referrer_key"], event.get("referrer_url") or "(unknown)"),
        "dim_campaigns": (row["campaign_key"], *(campaign_parts if any(campaign_parts) else ("(unknown)",) + (None,) * 5)),
        "dim_devices": (row["device_key"], *((device, agent) if device or agent else ("(unknown)", None))),
        "dim_dates": (row["date_key"], at.strftime("%Y-%m-%d"), at.year, (at.month + 2) // 3, at.month,
                      at.isocalendar()[1], at.isoweekday(), at.isoweekday() >= 6),
    }
    return row, revenue, members


def dedupe(events, window_hours=24):
    """(kept, number of duplicates)."""
    kept, by_identity = [], {}
    for event in sorted(events, key=lambda e: (e.time, e.canonical_hash)):
        same = by_identity.setdefault((event.key, event.check), [])
        if any(abs(event.time // HOUR - other.time // HOUR) <= window_hours for other in same):
            continue
        same.append(event)
        kept.append(event)
    return kept, len(events) - len(kept)


def _user_row(user_key, user_id, rows, base_currency):
    first = min(rows, key=lambda r: (r[0]["event_timestamp"], r[0]["event_key"]))[0]
    last = max(rows, key=lambda r: (r[0]["event_timestamp"], r[0]["event_key"]))[0]
    purchases = [r for r in rows if r[0]["event_type"] == "purchase"]
    base = [r for r in purchases if r[0]["currency"] in (None, base_currency)]
    return {
        "user_key": user_key, "user_id": user_id, "first_seen": first["event_timestamp"],
        "last_seen": last["event_timestamp"], "first_page_key": first["page_key"],
        "first_referrer_key": first["referrer_key"], "first_campaign_key": first["campaign_key"],
        "first_device_key": first["device_key"], "last_device_key": last["device_key"],
        "event_count": len(rows), "purchase_count": len(purchases),
        "revenue": _shown(sum(r[1] or 0 for r in base)),
        "other_currency_purchases": len(purchases) - len(base),
    }


def _sessions(facts, base_currency):
    """Rows of `sessions` of [(fact, revenue)]."""
    clients, silent = {}, {}
    for fact in sorted(facts, key=lambda f: (f[0]["event_timestamp"], f[0]["event_key"])):
        row = fact[0]
        if row["session_id"] is not None:
            clients.setdefault(row["session_key"], []).append(fact)
            continue
        of_user = silent.setdefault(row["user_key"], [])
        if not of_user or row["event_timestamp"] > of_user[-1][-1][0]["event_timestamp"] + SILENCE:
            of_user.append([])
        of_user[-1].append(fact)
    rows = [_session_row(key, session, base_currency) for key, session in clients.items()]
    for user, sessions in silent.items():
        for session in sessions:
            started = str(session[0][0]["event_timestamp"])
            rows.append(_session_row(key(_part(str(user)) + _part(started)), session, base_currency))
    return rows


def _session_row(session_key, facts, base_currency):
    first, last = facts[0][0], facts[-1][0]
    pages = [f["page_key"] for f, _ in facts if f["page_key"]] or [0]
    users = [f["user_key"] for f, _ in facts if f["user_key"]] or [0]
    purchases = [(f, revenue) for f, revenue in facts if f["event_type"] == "purchase"]
    return {
        "session_key": session_key, "user_key": users[-1], "session_id": first["session_id"],
        "started_at": first["event_timestamp"], "ended_at": last["event_timestamp"],
        "duration_ms": (last["event_timestamp"] - first["event_timestamp"]) // 1000,
        "event_count": len(facts), "page_views": sum(f["event_type"] == "page_view" for f, _ in facts),
        "entry_page_key": pages[0], "exit_page_key": pages[-1], "referrer_key": first["referrer_key"],
        "campaign_key": first["campaign_key"], "device_key": first["device_key"], "purchases": len(purchases),
        "revenue": _shown(sum(r or 0 for f, r in purchases if f["currency"] in (None, base_currency))),
        "is_bounce": len(facts) == 1,
    }


def parse_all(lines, arrived_us=0):
    """(events, bad lines, blank lines) of an iterable of lines as bytes."""
    events, bad, blank = [], 0, 0
    for line in lines:
        if not line.removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n"):
            blank += 1
            continue
        try:
            events.append(Event(line, arrived_us))
        except Bad:
            bad += 1
    return events, bad, blank


def star(events, batch_fields=False, base_currency="USD"):
    """The tables by name, each a list of rows; `batch_fields`: with arrived_at and is_late."""
    kept, _ = dedupe(events)
    tables = {"fact_clicks": []}
    members = {}
    users = {}
    for event in kept:
        row, revenue, of = _fact(event, batch_fields)
        tables["fact_clicks"].append(row)
        for table, member in of.items():
            members.setdefault(table, set()).add(member)
        users.setdefault(of["dim_users"], []).append((row, revenue))
    tables["dim_users"] = [_user_row(*user, rows, base_currency) for user, rows in users.items()]
    tables["sessions"] = _sessions([fact for rows in users.values() for fact in rows], base_currency)
    sessions_of = {}
    for row in tables["sessions"]:
        sessions_of[row["user_key"]] = sessions_of.get(row["user_key"], 0) + 1
    for row in tables["dim_users"]:
        row["session_count"] = sessions_of.get(row["user_key"], 0)
    columns = {"dim_pages": ("page_key", "page_url"), "dim_referrers": ("referrer_key", "referrer_url"),
               "dim_campaigns": ("campaign_key", *CAMPAIGN), "dim_devices": ("device_key", "device_type", "user_agent"),
               "dim_dates": ("date_key", "date", "year", "quarter", "month", "week", "day_of_week", "is_weekend")}
    for table, names in columns.items():
        tables[table] = [dict(zip(names, member)) for member in members.get(table, ())]
    return tables
