"""Click files with a known truth, for the crash tests.

Every event carries its number in metadata['n'], so that "there exactly once" can be asked of the
lake. Files lie in year=/month=/day=/hour= folders, so that they can be registered in place too.
Modification times are set: equal for files of one hour that come together, so that arrived_at does not
depend on which of several equal events was read first.
"""

import json
import os
import pathlib
import random

FIRST_HOUR = 480_000  # hours since 1970: 2024-10-04T00:00Z
USERS = 5
PAGES = 3


def hour_folder(root, hour):
    days = hour // 24
    # Civil date from days (Howard Hinnant's algorithm).
    z = days + 719468
    era = z // 146097
    doe = z - era * 146097
    yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    day = doy - (153 * mp + 2) // 5 + 1
    month = mp + 3 if mp < 10 else mp - 9
    year = yoe + era * 400 + (month <= 2)
    return pathlib.Path(root) / f"year={year}/month={month:02}/day={day:02}/hour={hour % 24:02}"


class Clicks:
    """Makes files of events below `root`; `events` and the counts are the truth of all of them."""

    def __init__(self, root, seed=1):
        self.root = pathlib.Path(root)
        self.random = random.Random(seed)
        self.delay = 600  # seconds from the end of an hour to the arrival of its files
        self.lines = []  # (hour, text) of every event so far
        self.files = 0
        self.duplicates = 0
        self.bad = 0
        self.blank = 0

    @property
    def events(self):
        return len(self.lines)

    @property
    def records(self):
        return self.events + self.duplicates + self.bad + self.blank

    def _event(self, hour):
        n = len(self.lines)
        pick = self.random
        event = {
            "user_id": f"user-{pick.randrange(USERS)}",
            "session_id": f"session-{pick.randrange(USERS * 3)}",
            "event_type": pick.choice(["page_view", "add_to_cart", "purchase"]),
            "event_timestamp": hour * 3_600_000_000 + pick.randrange(3_600_000_000),
            "device_type": pick.choice(["mobile", "desktop"]),
            "page_url": f"https://shop.example/p/{pick.randrange(PAGES)}?utm_source=mail",
            "referrer_url": f"https://search.example/?q={pick.randrange(PAGES)}",
            "metadata": {"n": str(n), "price": "9.99", "quantity": 2, "user_agent": "Agent/1"},
        }
        if n % 3:  # the others are known by their content
            event["event_id"] = f"event-{n}"
        text = json.dumps(event)
        self.lines.append((hour, text))
        return text

    def add_file(self, hour, events, duplicates=0, bad=0, blank=0, into=None):
        """One more file of `hour` (since FIRST_HOUR), or more lines `into` a file that is there.
        Duplicates are of events of the same hour. Whole at once: written elsewhere, then renamed."""
        hour += FIRST_HOUR
        lines = [self._event(hour) for _ in range(events)]
        earlier = [text for of, text in self.lines if of == hour]
        for _ in range(duplicates if earlier else 0):
            lines.append(self.random.choice(earlier))
            self.duplicates += 1
        for i in range(bad):
            lines.append('{"user_id": "u", "event_type": ' if i % 2 else '["not", "an", "object"]')
            self.bad += 1
        for _ in range(blank):
            lines.append("")
            self.blank += 1
        self.random.shuffle(lines)
        self.files += 1
        path = into or hour_folder(self.root, hour) / f"part-{self.files:05}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        old = path.read_text() if into else ""
        staged = self.root.parent / f"{self.root.name}.staged"
        staged.write_text(old + "".join(line + "\n" for line in lines))
        arrived = (hour + 1) * 3600 + self.delay
        os.utime(staged, (arrived, arrived))
        os.rename(staged, path)
        return path


def first_part(root):
    """The input of a first run: two days, five hours, some of everything."""
    clicks = Clicks(root)
    for hour, count in ((0, 30), (1, 20), (5, 25), (24, 20), (25, 15)):
        clicks.add_file(hour, count, duplicates=2, bad=hour % 2, blank=1)
    clicks.add_file(5, 10, duplicates=3)
    return clicks


def second_part(clicks):
    """What comes later: a new day, late events of old hours, a file that grew."""
    clicks.delay = 4 * 3600
    clicks.add_file(48, 20, duplicates=1, bad=1, blank=1)
    clicks.add_file(0, 6, duplicates=4)
    clicks.add_file(25, 5, bad=2)
    path = sorted(hour_folder(clicks.root, FIRST_HOUR + 1).iterdir())[0]
    before = path.read_text().splitlines()
    clicks.add_file(1, 7, into=path)
    # The new version is read whole: what was there is read again.
    for line in before:
        if not line:
            clicks.blank += 1
        elif line.startswith('["not') or line.endswith('"event_type": '):
            clicks.bad += 1
        else:
            clicks.duplicates += 1
