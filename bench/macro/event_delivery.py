"""Deliveries a second to a file and to a loopback webhook, and how soon after the commit a webhook has its event."""
import json
import tempfile

from macro import measure


def event_delivery(bench):
    program = bench.peer_binary("event_delivery")
    matches = {"file": round(500_000 * bench.scale) or 1000, "webhook": round(50_000 * bench.scale) or 1000, "latency": 500}
    runs = []
    bench.folder.mkdir(parents=True, exist_ok=True)
    for turn in range(bench.rounds + 1):
        with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
            use = measure.run([program, folder, *matches.values()])
        if turn > 0:  # the first one warms up
            runs.append(json.loads(use.output))
            bench.say(f"  {use.output.strip()}")
    figures = {name: measure.figure([run[key] for run in runs], 2)
               for name, key in (("deliver_file", "file_per_s"), ("deliver_webhook", "webhook_per_s"), ("deliver_p50", "latency_p50_ms"),
                                 ("deliver_p99", "latency_p99_ms"))}
    figures["deliver_p99"]["detail"] = "500 matches, one every 10 ms, from the commit's bell to the receipt"
    return {"matches": matches, "runs": runs, "figures": figures}
