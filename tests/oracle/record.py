#!/usr/bin/env python3
"""record.py SEED:N[:FAMILY…] … > random.jsonl : random cases of generate.py with what s3270 answers, a line each.

A line is {"case": …, "dumps": …}. Of a dump, only what differs from the dump before it is kept; runs of equal bytes in an
inbound record are written ` byte*count `, runs of equal tokens `token*count`.
"""
import itertools
import json
import sys

import generate
import oracle


def runs(items, least, form):
    """Equal neighbours, at least so many of them, as one item."""
    for item, run in itertools.groupby(items):
        count = len(list(run))
        yield from [item] * count if count < least else [form % (item, count)]


def pack_record(record):
    """A hex record with its long runs shortened; anything else as it is."""
    if any(digit not in '0123456789abcdef' for digit in record):
        return record
    octets = [record[at:at + 2] for at in range(0, len(record), 2)]
    return ''.join(runs(octets, 8, ' %s*%d ')).strip()


def compact(dump):
    """A dump with its runs written short."""
    if 'error' in dump:
        raise SystemExit(f'the terminal did not answer: {dump}')
    dump = {key: value for key, value in dump.items() if key != 'lock'}
    dump['inbound'] = [pack_record(record) for record in dump['inbound']]
    if 'shown' in dump:
        dump['shown'] = [[' '.join(runs(line.split(' '), 3, '%s*%d')) for line in lines] for lines in dump['shown']]
    return dump


EVENTS = ('keys', 'inbound', 'shown')


def delta(dumps):
    """Of each dump what is not as in the one before."""
    last = {}
    for dump in dumps:
        yield {key: value for key, value in dump.items() if (value if key in EVENTS else last.get(key) != value)}
        last = dump


def whole(dumps):
    """The dumps of which `delta` kept a part."""
    last = {}
    for dump in dumps:
        last = {**last, 'keys': [], 'inbound': [], 'shown': [], **dump}
        yield last


def main():
    pool = oracle.Pool()
    for argument in sys.argv[1:]:
        seed, count, *families = argument.split(':')
        for case in generate.cases(seed, int(count), families):
            line = {'case': case, 'dumps': list(delta(map(compact, pool.run(case))))}
            print(json.dumps(line, separators=(',', ':'), ensure_ascii=False), flush=True)
    pool.close()


if __name__ == '__main__':
    main()
