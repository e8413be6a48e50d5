"""How well and how fast messages are grouped, beside Drain3 in the same process."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean, median
from time import perf_counter

from drain3 import TemplateMiner
from drain3.template_miner_config import TemplateMinerConfig

from ingestion.mining import masking
from ingestion.mining.masking import mask
from ingestion.mining.miner import Miner
from ingestion.mining.words import Rules
from tests import servers
from tests.bench import loghub
from tests.bench.installation import Installation, installation, manage
from tests.servers import REPOSITORY
from tests.shared_data import SHARED_DATA
from tests.waiting import until

SHARE = 0.3
SEEDS = (1, 2, 3)
REPEATING = 160_000
MANY = 100_000
# What leave-one-out chooses from.
CHOICES = {"cued": (2.0, 3.0, 4.0), "plain": (4.0, 5.0, 7.0), "first": (6.0, 8.0, 12.0), "share_beside_values": (0.2, 0.35, 0.6)}


def measure(folder: Path) -> dict[str, float]:
    """Accuracy on the labelled logs, as they are, perturbed, and with constants chosen without the set; then speed and memory."""
    return {**_in_sample(), **_perturbed(), **_leave_one_out(), **_cloud(folder), **_order(), **_speed(), **_growth(), **_memory()}


def _groups(masked: Sequence[str], rules: Rules | None = None) -> list[int]:
    miner = Miner(rules)
    numbers = [miner.add_masked(one) for one in masked]
    return [miner.pattern(number) for number in numbers]


def _in_sample() -> dict[str, float]:
    figures: dict[str, float] = {}
    for lines in loghub.sets():
        ga, fga = loghub.accuracy(lines.events, _groups([mask(message) for message in lines.messages]))
        drained = loghub.accuracy(lines.events, _drained(lines.messages))
        figures |= {f"grouping.ga.{lines.name}": ga, f"grouping.fga.{lines.name}": fga}
        figures |= {f"grouping.drain3_ga.{lines.name}": drained[0], f"grouping.drain3_fga.{lines.name}": drained[1]}
    for name in ("ga", "fga", "drain3_ga", "drain3_fga"):
        figures[f"grouping.{name}"] = fmean(figures[f"grouping.{name}.{lines.name}"] for lines in loghub.sets())
    return figures


def _perturbed() -> dict[str, float]:
    """`perturbed`: any variable of any line may be a pseudo-word; `perturbed_places`: in some places all of them are."""
    figures: dict[str, float] = {}
    for name, whole_places in (("perturbed", False), ("perturbed_places", True)):
        found = []
        for lines in loghub.sets():
            scores = [
                loghub.accuracy(
                    lines.events, _groups([mask(m) for m in loghub.perturbed(lines, share=SHARE, whole_places=whole_places, seed=s)])
                )
                for s in SEEDS
            ]
            found.append((fmean(ga for ga, _ in scores), fmean(fga for _, fga in scores)))
            figures[f"grouping.{name}.{lines.name}"] = found[-1][0]
        figures[f"grouping.{name}"] = fmean(ga for ga, _ in found)
        figures[f"grouping.{name}_fga"] = fmean(fga for _, fga in found)
    return figures


def _leave_one_out() -> dict[str, float]:
    """Each set with the constants that do best on the other eleven, as they are and perturbed."""
    names = [lines.name for lines in loghub.sets()]
    forms = {
        lines.name: [
            [mask(message) for message in messages]
            for messages in (
                lines.messages,
                loghub.perturbed(lines, share=SHARE, whole_places=False, seed=11),
                loghub.perturbed(lines, share=SHARE, whole_places=True, seed=12),
            )
        ]
        for lines in loghub.sets()
    }
    events = {lines.name: lines.events for lines in loghub.sets()}
    scores: dict[Rules, dict[str, list[tuple[float, float]]]] = {}
    for values in itertools.product(*CHOICES.values()):
        rules = replace(Rules(), **dict(zip(CHOICES, values, strict=True)))
        scores[rules] = {name: [loghub.accuracy(events[name], _groups(masked, rules)) for masked in forms[name]] for name in names}

    def worth(rules: Rules, without: str) -> float:
        return fmean(ga + fga for name in names if name != without for ga, fga in scores[rules][name])

    figures = {}
    left = []
    for name in names:
        best = max(scores, key=lambda rules: worth(rules, name))
        left.append(scores[best][name][0])
        figures[f"grouping.leave_one_out.{name}"] = left[-1][0]
    figures["grouping.leave_one_out"] = fmean(ga for ga, _ in left)
    figures["grouping.leave_one_out_fga"] = fmean(fga for _, fga in left)
    return figures


def _cloud(folder: Path) -> dict[str, float]:
    """The real entries through the whole pipeline, file after file, and their patterns as the API tells them in the end."""
    events: list[str] = []
    patterns: list[int] = []
    with installation(folder) as made, servers.celery_worker(made.env, log=folder / "worker.log"):
        for name in loghub.cloud_events():
            slug = name.removesuffix(".json")
            manage(made.env, "create_source", slug, "--project", "shop")
            _deliver(made, slug, (SHARED_DATA / "gcp" / name).read_bytes())
        for name, labelled in loghub.cloud_events().items():
            pattern_of = _patterns_told(made, name.removesuffix(".json"))
            events += labelled.values()
            patterns += [pattern_of[insert_id] for insert_id in labelled]
    ga, fga = loghub.accuracy(events, patterns)
    records, labels = loghub.cloud_entries()
    drained = loghub.accuracy(labels, _drained([one.message for one in records]))
    return {"grouping.gcp": ga, "grouping.gcp_fga": fga, "grouping.gcp_drain3": drained[0], "grouping.gcp_drain3_fga": drained[1]}


def _deliver(made: Installation, slug: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = made.client.post(f"{made.url}/api/v1/sources/{slug}/entries/", data=body, headers=headers, timeout=60)
    answer.raise_for_status()
    url = f"{made.url}{answer.json()['url']}"
    until(lambda: made.client.get(url, timeout=60).json()["state"] == "done", within=300, what=f"{slug} to be done")


def _patterns_told(made: Installation, slug: str) -> dict[str, int]:
    """The pattern of each entry of a source, by its insert id."""
    found: dict[str, int] = {}
    url: str | None = f"{made.url}/api/v1/sources/{slug}/entries/?page_size=500"
    while url:
        page = made.client.get(url, timeout=60).json()
        found |= {entry["insert_id"]: entry["pattern"] for entry in page["results"]}
        url = page["next"]
    return found


def _order() -> dict[str, float]:
    """The largest share of a set's lines, perturbed, that any of three other orders puts into another group."""
    worst = 0.0
    for lines in loghub.sets():
        masked = [mask(message) for message in loghub.perturbed(lines, share=SHARE, whole_places=False, seed=1)]
        groups = _groups(masked)
        for seed in SEEDS:
            order = list(range(len(masked)))
            random.Random(seed).shuffle(order)
            shuffled = dict(zip(order, _groups([masked[one] for one in order]), strict=True))
            worst = max(worst, 1 - loghub.accuracy(groups, [shuffled[one] for one in range(len(masked))])[0])
    return {"grouping.moved_by_order": worst}


def _speed() -> dict[str, float]:
    """Repeating traffic with fresh variables; then, cold, the sets' lines once through, and only those that differ."""
    chance = random.Random(5)
    fresh = [message for lines in loghub.sets() for _ in range(7) for message in loghub.fresh(lines, chance)]
    chance.shuffle(fresh)
    once = [message for lines in loghub.sets() for message in lines.messages]
    figures = {}
    for name, messages in (("", fresh[:REPEATING]), ("once_", once), ("distinct_", list(dict.fromkeys(once)))):
        # Turn and turn about: a machine that slows down slows both.
        ours, theirs = zip(*((_ours_per_s(messages), _drain3_per_s(messages)) for _ in range(3)), strict=True)
        figures |= {f"grouping.{name}lines_per_s": median(ours), f"grouping.drain3_{name}lines_per_s": median(theirs)}
        figures[f"grouping.{name}times_drain3"] = median(ours) / median(theirs)
    return figures


def _ours_per_s(messages: Sequence[str]) -> float:
    masking.forget()
    miner = Miner()
    started = perf_counter()
    for message in messages:
        miner.add(message)
    return len(messages) / (perf_counter() - started)


def _drain3_per_s(messages: Sequence[str]) -> float:
    miner = _drain3()
    started = perf_counter()
    for message in messages:
        miner.add_log_message(message)
    return len(messages) / (perf_counter() - started)


def _drain3() -> TemplateMiner:
    config = TemplateMinerConfig()
    config.profiling_enabled = False
    return TemplateMiner(config=config)


def _drained(messages: Sequence[str]) -> list[int]:
    miner = _drain3()
    return [miner.add_log_message(message)["cluster_id"] for message in messages]


def _growth() -> dict[str, float]:
    """What a line costs where 100,000 patterns are known, against 10: lines of ten patterns, and lines of all of them."""
    small, large = Miner(), Miner()
    statements = list(itertools.islice(_statements(), MANY))
    for statement in statements[:10]:
        small.add(statement)
    for statement in statements:
        large.add(statement)
    chance = random.Random(1)
    few = [_renewed(chance.choice(statements[:10]), chance) for _ in range(50_000)]
    all_over = [_renewed(chance.choice(statements), chance) for _ in range(50_000)]
    seconds: dict[str, list[float]] = {"small": [], "large": [], "spread": []}
    for _ in range(5):
        for name, miner, messages in (("small", small, few), ("large", large, few), ("spread", large, all_over)):
            started = perf_counter()
            for message in messages:
                miner.add(message)
            seconds[name].append(perf_counter() - started)
    return {
        "grouping.pattern_growth": min(seconds["large"]) / min(seconds["small"]),
        "grouping.pattern_growth_spread": min(seconds["spread"]) / min(seconds["small"]),
    }


def _memory() -> dict[str, float]:
    """Megabytes that a process holds for 100,000 patterns beyond what it held before them."""
    command = [sys.executable, "-m", "tests.bench.grouping"]
    found = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout
    return {"grouping.memory_mb": float(found)}


def _statements() -> Iterator[str]:
    """Statements without end that are no pattern together: sentences of a service, each with a number and an address."""
    chance = random.Random(9)
    vocabulary = [loghub.pseudo_word(chance) for _ in range(5_000)]
    while True:
        first, *words = chance.choices(vocabulary, k=chance.randint(4, 9))
        where = f"10.0.{chance.randrange(255)}.7"
        yield f"{first.title()} {' '.join(words[:2])} {chance.randrange(10**6)} {' '.join(words[2:])} from {where}"


def _renewed(statement: str, chance: random.Random) -> str:
    return "".join(chance.choice("0123456789") if one.isdigit() else one for one in statement)


def _megabytes_of_many() -> float:
    statements = list(itertools.islice(_statements(), MANY))
    before = _resident()
    miner = Miner()
    for statement in statements:
        miner.add(statement)
    assert len(miner.members()) == MANY
    return _resident() - before


def _resident() -> float:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    sys.stdout.write(f"{_megabytes_of_many():.1f}")
