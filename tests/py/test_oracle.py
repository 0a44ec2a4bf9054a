"""The terminal behind `bigiron s3270` against s3270 4.1ga10: the cases of tests/oracle through the program's own door.

tests/it/oracle does the same in process, with all the random cases, and draws fresh ones besides. Here each run takes a sixteenth of them;
with ORACLE_ALL set, all.
"""

import gzip
import itertools
import json
import os
import random
import re
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

ORACLE = Path(__file__).resolve().parents[1] / "oracle"
sys.path.insert(0, str(ORACLE))

import oracle  # noqa: E402
import record  # noqa: E402

REASONS = json.loads((ORACLE / "reasons.json").read_text())
PROCESSES = 2
SHARE = 16


@pytest.fixture(scope="module")
def drop_in(bigiron, tmp_path_factory):
    """The program under the name s3270."""
    link = tmp_path_factory.mktemp("bin") / "s3270"
    link.symlink_to(bigiron)
    return link


def plain(dump, slips):
    """A dump without the known faults of the reference: an error for each step that a key tries, and the foreground in place of a
    character's background; with its characters in our form."""
    shows = [[shown(line, slips) for line in lines] for lines in dump.get("shown", [])]
    dump = record.compact({**dump, "shown": shows})
    dump["keys"] = [re.sub("(Keyboard locked )+(?=Keyboard locked)", "", key) for key in dump["keys"]]
    dump["cells"] = re.sub(r"(SA\([^)]*45)=..", r"\1", dump["cells"])
    return dump


def shown(line, slips):
    """A line with characters in the form of the reference, or their numbers."""
    numbers = {f"{ord(ours):04x}": f"{ord(theirs):04x}" if theirs != " " else "0000" for ours, theirs in slips.items()}
    line = re.sub(r"(SA\([^)]*45)=..", r"\1", line).translate(str.maketrans(slips))
    return re.sub(r"(?<!\S)[0-9a-f]{4}(?!\w)", lambda number: numbers.get(number[0], number[0]), line).rstrip()


def ask(binary, cases):
    """The program's dumps of the cases, in one session for each setup."""
    pool = oracle.Pool(binary)
    answers = [pool.run(case) for case in cases]
    pool.close()
    return answers


def differing(cases, theirs, ours):
    """The names of cases that differ, each with its first different dump."""
    differ = {}
    for case, a, b in zip(cases, ours, theirs, strict=True):
        page = case.get("codepage", "cp037")
        slips = {slip["ours"]: slip["theirs"] for slip in REASONS["printed"] if slip.get("page", page) == page}
        a = [plain(dump, slips) for dump in a]
        b = [plain(dump, {}) for dump in b]
        if a != b:
            pairs = itertools.zip_longest(a, b)
            differ[case["name"]] = next((p, q) for p, q in pairs if p != q)
    return differ


def test_hand_written_cases(drop_in):
    cases = [json.loads(line) for line in (ORACLE / "cases.jsonl").open()]
    golden = [json.loads(line)["dumps"] for line in (ORACLE / "golden-4.1ga10.jsonl").open()]
    assert len(cases) == 385
    differ = differing(cases, golden, ask(drop_in, cases))
    assert differ.keys() == REASONS["cases"].keys(), differ


def test_random_cases(drop_in):
    with gzip.open(ORACLE / "random.jsonl.gz", "rt") as lines:
        recorded = [json.loads(line) for line in lines]
    assert len(recorded) >= 20_000
    if "ORACLE_ALL" not in os.environ:
        share = random.randrange(SHARE)
        print(f"share {share} of {SHARE}; ORACLE_ALL=1 takes all")
        recorded = recorded[share::SHARE]
    cases = [line["case"] for line in recorded]
    with ProcessPoolExecutor(PROCESSES) as workers:
        parts = [cases[n::PROCESSES] for n in range(PROCESSES)]
        answers = list(workers.map(ask, itertools.repeat(drop_in), parts))
    ours = [answers[n % PROCESSES][n // PROCESSES] for n in range(len(cases))]
    differ = differing(cases, [list(record.whole(line["dumps"])) for line in recorded], ours)
    excused = REASONS["random"].keys() & {case["name"] for case in cases}
    assert differ.keys() == excused, {name: differ[name] for name in list(differ)[:12]}
