"""Writes records as odd as the rules of docs/formats/raw.md allow, and some beyond them, in hourly folders: the same for the same seed.

Every value is spelled at random (key order and case, white space, escapes, kinds of timestamp), some events come again in another spelling, some lie in the
wrong hour's file. What a record means is for bench/star/records.py to say: nothing here knows.
"""
import datetime
import json
import random

START = datetime.datetime(2024, 2, 28, 22, tzinfo=datetime.timezone.utc)
HOURS = 4
WORDS = ["shoes", "Product", "p", "search", "cart", "CHECKOUT", "blog", "é", "日本", "a b", "x:y", "100%", "", "Account", "help", "😀"]
TRACKING = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id", "utm_", "gclid", "fbclid", "msclkid", "mc_cid", "_ga", "hsa_acc",
            "mtm_kw", "pk_vid", "UTM_Source", "Gclid", "utm_SOURCE", "vero_id"]
PLAIN = ["ref", "q", "id", "page", "utmsource", "gclidx", "xutm_source", "", "tw", "sort"]
VALUES = ["", "a", "news+letter", "%C3%A9t%C3%A9", "%ff%fe", "50%", "%2", "a%20b", "x=y", "Ünï", "~3:abc", "1:a"]
BAD = ['{"user_id":"u1"', "[1,2]", "null", "7", '"text"', '{"user_id":"u1"} x', '{"user_id":"u1",}', "{'user_id':'u1'}", '{"user_id":"\\ud800"}', "{}", "nonsense"]


class Spelling:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def space(self):
        return self.r.choice(["", "", "", " ", "\t", "  "])

    def text(self, value):
        out = []
        for c in value:
            roll = self.r.random()
            if roll < 0.04:
                units = c.encode("utf-16-be")
                out += [f"\\u{units[i]:02{self.r.choice('xX')}}{units[i + 1]:02x}" for i in range(0, len(units), 2)]
            elif c == "/" and roll < 0.2:
                out.append("\\/")
            else:
                out.append(json.dumps(c, ensure_ascii=False)[1:-1])
        return '"' + "".join(out) + '"'

    def value(self, value):
        if isinstance(value, Raw):
            return value.text
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return "[" + ",".join(self.space() + self.value(v) + self.space() for v in value) + "]"
        if isinstance(value, dict):
            return self.object(list(value.items()))
        return json.dumps(value)

    def object(self, pairs):
        return "{" + self.space() + ",".join(self.space() + self.text(k) + self.space() + ":" + self.space() + self.value(v) + self.space() for k, v in pairs) + "}"

    def key(self, name):
        return "".join(c.upper() if self.r.random() < 0.5 else c for c in name) if self.r.random() < 0.1 else name

    def time(self, us):
        seconds, fraction = divmod(us, 1_000_000)
        digits = f"{fraction:06}"
        kind = self.r.randrange(9)
        if kind == 0:
            return Raw(str(us))
        if kind == 1:
            return str(us)
        if kind == 2 and fraction % 1000 == 0:
            return Raw(str(us // 1000))
        if kind == 3 and fraction == 0:
            return self.r.choice([Raw(str(seconds)), str(seconds), Raw(f"{seconds}.0"), Raw(f"{seconds / 1e9!r}e9")])
        if kind == 4:
            return Raw(f"{seconds}.{digits}{self.r.choice(['', '9', '000'])}")
        zone, offset = self.r.choice([("", 0), ("Z", 0), ("z", 0), ("+00:00", 0), ("-0000", 0), ("+02", 120), ("-0330", -210), ("+05:45", 345), ("+14:00", 840)])
        local = datetime.datetime.fromtimestamp(0, datetime.timezone.utc) + datetime.timedelta(seconds=seconds, minutes=offset)
        if local.second == 0 and fraction == 0 and kind == 5:
            return local.strftime("%Y-%m-%dT%H:%M") + zone
        shown = digits.rstrip("0") if self.r.random() < 0.5 else digits + self.r.choice(["", "5", "999999"])
        return local.strftime(f"%Y-%m-%d{self.r.choice('TTt ')}%H:%M:%S") + (self.r.choice(".,") + shown if shown else "") + zone


class Raw:
    """JSON text that is written as it is."""

    def __init__(self, text):
        self.text = text


def page_url(r):
    head = r.choice(["https://shop.example.com", "HTTP://user:pw@Shop.Example.com:8080", "https://[2001:db8::1]:443", "android-app://com.shop", "", "//cdn.example.com",
                     "https://", "https://shop.example.com"])
    url = head + "".join("/" + r.choice(WORDS) for _ in range(r.randrange(4)))
    if r.random() < 0.7:
        names = [r.choice(TRACKING if r.random() < 0.5 else PLAIN) for _ in range(r.randrange(5))]
        url += "?" + "&".join(n + (f"={r.choice(VALUES)}" if r.random() < 0.85 else "") for n in names)
    if r.random() < 0.15:
        url += "#" + r.choice(["top", "a?utm_source=x", "", "x#y"])
    return url


def event(r):
    """An event as pairs of key and value, its time in UTC microseconds under event_timestamp."""
    us = int(START.timestamp()) * 1_000_000 + r.randrange(HOURS * 3600) * 1_000_000 + r.choice([0, 0, 120_000, r.randrange(1_000_000)])
    fields = {"user_id": f"u{int(r.paretovariate(0.6)) % 60}", "event_type": r.choice(["page_view", "click", "purchase", "purchase", "search"]), "event_timestamp": us}
    if r.random() < 0.7:
        fields["session_id"] = r.choice([f"s-{r.randrange(40)}", 7, True, "", None, 1.5])
    if r.random() < 0.8:
        fields["device_type"] = r.choice(["desktop", "mobile", "", None, "tablet", 3])
    if r.random() < 0.9:
        fields["page_url"] = r.choice([page_url(r)] * 8 + ["", None])
    if r.random() < 0.5:
        fields["referrer_url"] = r.choice(["https://www.google.com/search?q=x", "https://t.co/" + r.choice(WORDS), "", None, "no url"])
    if r.random() < 0.1:
        fields["event_id"] = r.choice([f"e{r.randrange(60)}", "", None, r.randrange(30)])
    if r.random() < 0.05:
        fields["user_id"] = r.choice([None, "", 42, False])
    metadata = {}
    for name, values in (("product_id", ["P1", "P2", None, 17, ""]), ("category", ["shoes", "", "日本", None]), ("price", ["19.99", 5, "1,299", "12.34565", "-0.00005",
                         "1e3", Raw("2.50E1"), "99999999.9999", "100000000000000", "99999999999999.99995", "abc", "", None, " 5", ".5", "5.", "0x10"]),
                         ("quantity", ["2", 3, "-1", "2.0", "9999999999", "2147483647", None, "", "007", "+1"]), ("currency", ["USD", "EUR", "USD", None, "", "usd"]),
                         ("user_agent", ["Mozilla/5.0", "bot", "", None]), ("utm_source", ["news", "", None]), ("utm_term", ["x y", 5]), ("click_id_type", ["gclid", "own"]),
                         ("nested", [{"a": [1, "x\n\"y/", None, {"b": True}]}, [], {}, [Raw("1.50"), "é😀"]]), ("Zeta", ["1", "~"]), ("a", ["1:b", "\u0000", "tab\t"]),
                         ("long key with spaces and \"quotes\"", ["v", None, False])):
        if r.random() < 0.3:
            metadata[name] = r.choice(values)
    if r.random() < 0.85:
        fields["metadata"] = metadata
    elif r.random() < 0.2:
        fields["metadata"] = None
    if r.random() < 0.15:
        fields[r.choice(["extra", "a", "Utm_Source", "product_id", "ip"])] = r.choice(["beside", 1, None, {"k": "v"}, [True]])
    return fields


def spell(spelling, fields):
    r = spelling.r
    pairs = [(spelling.key(k) if k in ("user_id", "session_id", "event_type", "event_timestamp", "device_type", "page_url", "referrer_url", "metadata", "event_id") else k,
              spelling.time(v) if k == "event_timestamp" else v) for k, v in fields.items()]
    r.shuffle(pairs)
    if r.random() < 0.03:
        name = r.choice(["user_id", "page_url", "metadata", "extra"])
        pairs.insert(0, (name, r.choice(["earlier", None, {"gone": 1}] if name != "user_id" else ["earlier", 5])))
    line = spelling.space() + spelling.object(pairs) + spelling.space()
    return line + ("\r" if r.random() < 0.05 else "")


def write(folder, count, seed):
    """`count` lines under `folder`."""
    spelling = Spelling(seed)
    r = spelling.r
    hours = [[] for _ in range(HOURS)]
    events = []
    for _ in range(count):
        roll = r.random()
        if roll < 0.04:
            hours[r.randrange(HOURS)].append(r.choice(BAD).encode())
            continue
        if roll < 0.05:
            hours[r.randrange(HOURS)].append(r.choice([b"", b"  ", b"\r", b'{"user_id":"\xff"}', b'{"user_id":"u","event_type":"\xed\xa0\x80"}', b"\xef\xbb\xbf"]))
            continue
        if events and roll < 0.12:
            fields = dict(r.choice(events))  # the same event, spelled anew
        else:
            fields = event(r)
            events.append(fields)
        if r.random() < 0.02:
            broken = r.choice([("event_timestamp", "yesterday"), ("event_timestamp", None), ("event_type", None), ("event_type", ""), ("user_id", ["u"]),
                               ("metadata", "text"), ("metadata", [1]), ("page_url", {"u": 1})])
            fields = {**fields, broken[0]: Raw(json.dumps(broken[1])) if broken[0] == "event_timestamp" else broken[1]}
            line = spelling.object(list(fields.items())).encode() if broken[0] == "event_timestamp" else spell(spelling, fields).encode()
            hours[r.randrange(HOURS)].append(line)
            continue
        hour = int(fields["event_timestamp"] // 3_600_000_000 - int(START.timestamp()) // 3600)
        if r.random() < 0.05:
            hour = r.randrange(HOURS)
        hours[hour].append(spell(spelling, fields).encode())
    for number, lines in enumerate(hours):
        time = START + datetime.timedelta(hours=number)
        target = folder / time.strftime("year=%Y/month=%m/day=%d/hour=%H")
        target.mkdir(parents=True)
        (target / "part-0000.json").write_bytes(b"\n".join(lines) + b"\n" * r.randrange(2))
