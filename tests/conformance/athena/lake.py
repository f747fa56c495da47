"""A fresh lake a statement: its tables, files and answers."""

import gzip
import json
import os
import pathlib
import shutil
import subprocess

BUCKET = "s3://amzn-s3-demo-bucket/"
TIMEOUT = 120
RAW_COLUMNS = ("user_id string, session_id string, event_type string, event_timestamp timestamp, device_type string, "
               "page_url string, referrer_url string, metadata map<string,string>")
OPENX = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"


class Mismatch(AssertionError):
    """The program did something else than the vector says."""


def command(binary, *arguments):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CLICKLAKE")}
    return subprocess.run([binary, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=TIMEOUT, env=clean)


def make_template(binary, path):
    """A lake as `init` makes it, with the vectors' bucket in its folder `bucket`."""
    done = command(binary, "init", path)
    if done.returncode != 0:
        raise Mismatch(f"init: {done.stderr.decode()}")
    config = pathlib.Path(path) / "clicklake.toml"
    text = config.read_text()
    head, found, tail = text.partition("\n[locations]\n")
    if not found:
        head, tail = text + "\n", ""
    config.write_text(f'{head}\n[locations]\n"{BUCKET}" = "bucket"\n{tail}')
    (pathlib.Path(path) / "bucket").mkdir()


class Lake:
    def __init__(self, binary, template, path, database="default"):
        shutil.copytree(template, path)
        self.binary, self.path, self.database = binary, pathlib.Path(path), database
        self.notes = ""

    def _run(self, sql, *arguments):
        return command(self.binary, "sql", "--lake", self.path, "--database", self.database, *arguments, sql)

    def answer(self, sql):
        """The statement's answer: {"columns", "rows"}, {} where it has none."""
        done = self._run(sql, "--format", "json")
        self.notes = done.stderr.decode(errors="replace")
        if done.returncode != 0:
            raise Mismatch(f"{sql}\nfails with exit code {done.returncode}: {self.notes}")
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def rows(self, sql):
        return self.answer(sql).get("rows", [])

    def sorted_rows(self, sql):
        return sorted(self.rows(sql), key=lambda row: [(cell is None, str(cell)) for cell in row])

    def scalar(self, sql):
        rows = self.rows(sql)
        expect(len(rows) == 1 and len(rows[0]) == 1, f"{sql}\none value expected, not {rows}")
        return rows[0][0]

    def texts(self, sql):
        """The rows' cells as one text a row, joined by a tab."""
        return ["\t".join("" if cell is None else str(cell) for cell in row) for row in self.rows(sql)]

    def column(self, sql):
        return [row[0] for row in self.rows(sql)]

    def fails(self, sql, *fragments):
        """The statement ends with an error that holds each fragment."""
        done = self._run(sql, "--format", "json")
        message = done.stderr.decode(errors="replace")
        expect(done.returncode != 0, f"{sql}\nruns, but should fail with {fragments}")
        expect(done.returncode in (1, 2), f"{sql}\nends with exit code {done.returncode}: {message}")
        for fragment in fragments:
            expect(fragment.lower() in message.lower(), f"{sql}\nshould fail with '{fragment}', not: {message}")
        return message

    def file(self, key):
        """The path of an object of the bucket."""
        return self.path / "bucket" / key

    def put(self, key, *lines):
        """An object of text lines; a dict is a JSON line."""
        path = self.file(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join((json.dumps(line) if isinstance(line, dict) else line) + "\n" for line in lines))

    def put_parquet(self, key, query):
        path = self.file(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        done = self._run(query, "--format", "parquet", "--output", path)
        expect(done.returncode == 0, f"{query} to Parquet: {done.stderr.decode()}")

    def files(self, prefix):
        """Objects below a prefix, by name, without hidden ones."""
        root = self.file(prefix)
        return sorted(p for p in root.rglob("*") if p.is_file() and not p.name.startswith(("_", ".")))

    def lines(self, prefix):
        """Lines of the text files below a prefix, which must be gzip."""
        out = []
        for path in self.files(prefix):
            out += gzip.decompress(path.read_bytes()).decode().splitlines()
        return sorted(out)

    def location(self, table, partition=""):
        """What DESCRIBE FORMATTED says."""
        for row in self.rows(f"DESCRIBE FORMATTED {table} {partition}"):
            if row[0].startswith("Location"):
                return row[1]
        raise Mismatch(f"DESCRIBE FORMATTED {table} {partition} shows no location")

    # Tables that several vectors need.

    def click(self, hour, user="u-1", day=1, **changes):
        """A line of the raw table's hour, 2024-11-<day>."""
        event = {"user_id": user, "session_id": "s-1", "event_type": "page_view",
                 "event_timestamp": f"2024-11-{day:02}T{hour:02}:30:00Z", "device_type": "mobile",
                 "page_url": "https://shop.example/p/1", "referrer_url": "", "metadata": {"k": "v"}}
        event.update(changes)
        path = self.path / f"raw/clickstream/year=2024/month=11/day={day:02}/hour={hour:02}"
        path.mkdir(parents=True, exist_ok=True)
        with open(path / "clicks.json", "a") as file:
            file.write(json.dumps(event) + "\n")

    def raw(self):
        """Three clicks: two of day 1 (hours 0 and 13), one of day 2."""
        self.click(0)
        self.click(13, user="u-2", event_type="purchase")
        self.click(5, user="u-3", day=2)
        self.rows("MSCK REPAIR TABLE clickstream_raw.click_events_raw")

    def orders(self, *partitions):
        self.rows(f"CREATE EXTERNAL TABLE orders (id bigint) PARTITIONED BY (dt string, country string) {OPENX} "
                  f"LOCATION '{BUCKET}orders/'")
        for dt, country in partitions:
            self.put(f"orders/dt={dt}/country={country}/a.json", {"id": len(dt) + len(country)})
            self.rows(f"ALTER TABLE orders ADD PARTITION (dt='{dt}', country='{country}')")

    def old_table(self):
        self.put("old/a.json", {"id": 1, "name": "one"}, {"id": 2, "name": None})
        self.rows(f"CREATE EXTERNAL TABLE old_table (id bigint, name string) {OPENX} LOCATION '{BUCKET}old/'")


def expect(condition, message):
    if not condition:
        raise Mismatch(message)


def same(got, wanted, what=""):
    expect(got == wanted, f"{what}\nexpected {wanted}\n     got {got}")


def has(lines, *fragments):
    """Some line holds each fragment."""
    for fragment in fragments:
        expect(any(fragment in line for line in lines), f"'{fragment}' expected in\n" + "\n".join(lines))
