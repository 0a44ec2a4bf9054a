#!/usr/bin/env python3
"""pack.py FILE:LIMIT ... : joins FILE.jsonl (cases) and FILE.out (answers) to fuzz-cases.jsonl and fuzz-golden.jsonl.

Runs of eight and more equal bytes in what the terminal sent are written ` byte*count `, which keeps the files small.
"""
import itertools
import json
import sys


def pack(record):
    """A hex record with its long runs shortened; anything else as it is."""
    if not all(digit in '0123456789abcdef' for digit in record):
        return record
    octets = [record[at:at + 2] for at in range(0, len(record), 2)]
    runs = ((octet, len(list(run))) for octet, run in itertools.groupby(octets))
    return ''.join(octet * count if count < 8 else f' {octet}*{count} ' for octet, count in runs).strip()


def main():
    with open('fuzz-cases.jsonl', 'w') as cases, open('fuzz-golden.jsonl', 'w') as golden:
        for argument in sys.argv[1:]:
            name, limit = argument.split(':')
            pairs = zip(open(name + '.jsonl'), open(name + '.out'))
            for case, answer in itertools.islice(pairs, int(limit)):
                case, answer = json.loads(case), json.loads(answer)
                assert case['name'] == answer['name']
                for dump in answer['dumps']:
                    dump['inbound'] = [pack(record) for record in dump['inbound']]
                cases.write(json.dumps(case, separators=(',', ':')) + '\n')
                golden.write(json.dumps(answer, separators=(',', ':')) + '\n')


if __name__ == '__main__':
    main()
