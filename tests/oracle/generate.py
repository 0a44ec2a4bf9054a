#!/usr/bin/env python3
"""generate.py SEED N [FAMILY…] > cases.jsonl : random host streams and keys for oracle.py, of all families or of those named.

A family bends one thing that the others leave straight; `FAMILIES` at the end names them.
"""
import json
import random
import sys

from ds import *

SIZE = {2: (24, 80), 3: (32, 80), 4: (43, 80), 5: (27, 132)}
PRIMARY = 24 * 80
PAGES = ['cp037', 'cp273', 'cp277', 'cp278', 'cp280', 'cp284', 'cp285', 'cp297', 'cp500', 'cp871', 'cp875', 'cp1047', 'cp1140', 'bracket']
OVERSIZE = ['81x24', '128x32', '99x42', '100x30', '90x50', '160x62', '655x25', '80x204']     # columns x rows, as s3270 takes them

MOVE = ['Tab()', 'BackTab()', 'Newline()', 'Home()', 'Up()', 'Down()', 'Left()', 'Right()', 'Left2()', 'Right2()',
        'FieldEnd()', 'PreviousWord()', 'NextWord()']
EDIT = ['EraseEOF()', 'EraseInput()', 'Delete()', 'Delete()', 'DeleteField()', 'DeleteWord()', 'Dup()', 'FieldMark()',
        'BackSpace()', 'Erase()', 'Insert()', 'Insert()', 'ToggleInsert()', 'CursorSelect()', 'Reset()']
AID = ['Enter()', 'PF(1)', 'PF(12)', 'PF(13)', 'PF(24)', 'PA(1)', 'PA(2)', 'PA(3)', 'Clear()']
HIGHLIGHT = [0, 0xF0, 0xF1, 0xF2, 0xF4, 0xF8, 0xF7, 0x12]
COLOR = [0, 0xF0, 0xF1, 0xF4, 0xF7, 0xF8, 0xFF, 0x05, 0xC1]
CONTROL = [b'\0', b'\0\0\0', b'\x1c', b'\x1e', b'\x15', b'\x0c', b'\x3f', b'\xff', b'\x19', b'\x0d', b'\x0f']


ORDER_LENGTH = {0x1d: 2, 0x11: 3, 0x28: 3, 0x12: 3, 0x3c: 4, 0x08: 2}


def ends_within_order(body):
    """Whether orders and data are cut off within an order."""
    at = 0
    while at < len(body):
        code, rest = body[at], len(body) - at
        if code in (0x29, 0x2c):
            length = 2 if rest < 2 else 2 + 2 * body[at + 1]
        else:
            length = ORDER_LENGTH.get(code, 1)
        if code == 0x3c and rest > 3 and body[at + 3] == 0x08: length = 5
        if length > rest: return True
        at += length
    return False


def is_whole(record):
    """Whether no order is cut off by the end of its record or structured field: the reference reads on behind it, and takes for the
    rest of the order what an earlier record or the next field left there."""
    if record[0] in (0xf1, 0xf5, 0x7e, 0x01, 0x05, 0x0d): return not ends_within_order(record[2:])
    if record[0] not in (0xf3, 0x11): return True
    at = 1
    while len(record) - at >= 2:
        length = int.from_bytes(record[at:at + 2], 'big') or len(record) - at
        field = record[at + 2:at + length]
        if field[:1] == b'\x40' and len(field) > 2 and not is_whole(field[2:]): return False
        at += max(length, 2)
    return True


class Case:
    """One case in the making: what stands in each method is drawn from `self.r`; a family overrides what it bends."""
    model_of = [2, 2, 3, 4, 5]
    mode_of = ['tn3270e']
    page_of = ['cp037']
    oversize_of = [None]
    toggle_of = ['true', 'false', 'false']
    mono = .02
    numlock = .15
    show = .02          # how many dumps also show the text
    rounds = (1, 4)
    orders = (3, 22)
    letters = 'ABCxyz019 -_&?>.,'
    typed = 'abcXYZ019.-'
    edit = EDIT
    aid = .5

    def __init__(self, r):
        self.r = r
        self.model = r.choice(self.model_of)
        self.size = PRIMARY
        self.page = r.choice(self.page_of)
        self.oversize = r.choice(self.oversize_of)
        rows, columns = SIZE[self.model]
        if self.oversize:
            columns, rows = map(int, self.oversize.split('x'))
        self.alternate = rows * columns

    # Streams.
    def address(self):
        r, s = self.r, self.size
        return r.choice([r.randrange(0, 60), r.randrange(60, 240), r.randrange(0, 400), r.randrange(s - 300, s), r.randrange(s)])

    def at(self):
        at = self.address()
        return a14(at) if at > 4095 or self.r.random() < .15 else a12(at)

    def bits(self):
        r = self.r
        return CODE[r.choice([0, 0x10, 0x20, 0x30]) | r.choice([0, 0, 4, 8, 12]) | r.choice([0, 0, 1])]

    def text(self):
        return t(''.join(self.r.choice(self.letters) for _ in range(self.r.randrange(1, 9))))

    def pair(self):
        r = self.r
        return r.choice([(0xC0, self.bits()), (0x41, r.choice(HIGHLIGHT)), (0x42, r.choice(COLOR)), (0x43, r.choice([0, 0xF0, 0xF1])),
                         (0x45, r.choice([0, 0xF1, 0xF5, 0x33])), (0x46, r.choice([0, 0xF0, 0xF1, 0xFF])),
                         (0xC1, r.choice([0, 1, 2, 4, 6])), (0xC2, r.choice([0, 1, 15])), (0x99, 1)])

    def start_field(self):
        return sf(self.bits())

    def order(self):
        r = self.r
        k = r.random()
        if k < .20: return b'\x11' + self.at()
        if k < .33: return self.start_field()
        if k < .50: return self.text()
        if k < .54: return IC
        if k < .58: return PT
        if k < .63: return b'\x3c' + self.at() + r.choice([b'\0', b'\x40', b'\x60', b'\xc1', b'\x08\xad', b'\x1c'])
        if k < .66: return b'\x12' + self.at()
        if k < .68: return r.choice(CONTROL)
        if k < .76: return sfe(*[self.pair() for _ in range(r.randrange(0, 5))])
        if k < .86:
            pair = self.pair()
            return sa(*(pair if pair[0] not in (0xC0, 0xC1, 0xC2) and r.random() < .8 else r.choice([(0, 0), (0x42, 0xF2), pair])))
        if k < .93: return mf(*[self.pair() for _ in range(r.randrange(0, 4))])
        if k < .98: return ge(r.choice([0xad, 0xbd, 0xc6, 0xd3]))
        if k < .99: return bytes([r.choice([0x01, 0x02, 0x04, 0x06, 0x07, 0x10, 0x14, 0x20, 0x2d, 0x3d])])
        return b'\x11' + a14(self.size + r.choice([0, 1, 500]))

    def erased(self, command):
        if command == EW: self.size = PRIMARY
        if command == EWA: self.size = self.alternate

    def write(self, first):
        r = self.r
        command = r.choice([EW, EW, EWA]) if first or r.random() < .12 else W
        self.erased(command)
        wcc = r.choice([0xC3, 0xC2, 0xC7]) if first else r.choice([0xC3, 0xC2, 0xC2, 0xC1, 0xC0, 0xF3, 0x83, 0x02])
        local = {W: 0x01, EW: 0x05, EWA: 0x0D}
        code = local[command] if r.random() < .05 else command
        return bytes([code, wcc]) + b''.join(self.order() for _ in range(r.randrange(*self.orders) if first else r.randrange(0, 10)))

    def structured_field(self):
        r = self.r
        k = r.random()
        if k < .35: body = b'\x09\x00' + r.choice([b'\0', b'\1', b'\2\x41\x42\x43\x45', b'\2\x42', b'\2\x43\x41', b'\2', b'\3'])
        elif k < .55:
            listed = bytes(r.sample([0x80, 0x81, 0x84, 0x85, 0x86, 0x87, 0x88, 0x95, 0xa1, 0xa6, 0x99, 0x82], r.randrange(0, 4)))
            body = b'\x01\xff' + r.choice([b'\x02', b'\x03\x00' + listed, b'\x03\x40\x86', b'\x03\x80', b'\x03\x80\x81', b'\x05'])
        elif k < .70: body = b'\x01\x00' + r.choice([b'\xf2', b'\xf6', b'\x6e', b'\x02'])
        elif k < .80:
            body = b'\x03' + r.choice([b'\0', b'\x80', b'\x40'])
            self.size = {0: PRIMARY, 0x80: self.alternate}.get(body[1], self.size)
        elif k < .97: body = b'\x40' + r.choice([b'\0', b'\0', b'\1']) + r.choice([self.write(False), b'\x6f', self.write(True)])
        else: body = bytes([r.choice([0x0c, 0x0e, 0x41, 0x99]), 0, 0, 0])
        return (len(body) + 2).to_bytes(2, 'big') + body

    def host(self, first):
        r = self.r
        k = r.random()
        if first or k < .6: return self.write(first)
        if k < .66: return r.choice([b'\x6f', b'\x6f', b'\x0f'])
        if k < .80: return bytes([r.choice([0xf2, 0xf6, 0x6e, 0xf2, 0xf6, 0x6e, 0x02, 0x06, 0x0e])])
        if k < .98: return r.choice([b'\xf3', b'\xf3', b'\x11']) + b''.join(self.structured_field() for _ in range(r.choice([1, 1, 1, 2])))
        return r.choice([b'\x03', b'\x99\xc3', b'\xf1', b'\x05', b'\x7e', b'\xf3', b'\xf3\0\2', b'\xf3\0\x20\x09\0'])

    # Keys.
    def character(self):
        character = self.r.choice(self.typed)
        return 'Key(%s)' % ('comma' if character == ',' else character)

    def key(self):
        k = self.r.random()
        if k < .35: return self.character()
        if k < .42: return 'Key(space)'
        if k < .68: return self.r.choice(MOVE)
        return self.r.choice(self.edit)

    def keys(self):
        r = self.r
        keys = []
        for _ in range(r.randrange(1, 8)):
            keys.append(self.key())
            if r.random() < .2: keys.append('Reset()')
        if r.random() < self.aid: keys.append(r.choice(AID))
        return keys

    def dump(self):
        if self.r.random() < self.show:
            return {'dump': True, 'show': ['Ascii()', 'ReadBuffer(Unicode)']}
        return {'dump': True}

    def steps(self):
        r = self.r
        steps = [{'host': self.host(True).hex()}]
        for _ in range(r.randrange(*self.rounds)):
            steps += [{'keys': self.keys()}, self.dump()]
            for _ in range(r.randrange(0, 3)):
                steps += [{'host': self.host(False).hex()}, self.dump()]
        return steps

    def case(self, name):
        r = self.r
        case = {'name': name, 'mode': r.choice(self.mode_of), 'model': '327%d-%d-E' % (r.choice([9, 9, 9, 8]), self.model),
                'codepage': self.page, 'numlock': r.random() < self.numlock, 'oversize': self.oversize,
                'toggles': {'blankFill': r.choice(self.toggle_of), 'monoCase': 'true' if r.random() < self.mono else 'false'}, 'steps': self.steps()}
        defaults = {'mode': 'tn3270e', 'model': '3279-2-E', 'codepage': 'cp037', 'numlock': False, 'oversize': None}
        return {key: value for key, value in case.items() if key not in defaults or value != defaults[key]}


class Plain(Case):
    """Fields, text and keys on a few addresses, so that they collide."""
    model_of = [2]
    numlock = 0

    def address(self):
        r = self.r
        return r.choice([r.randrange(0, 60), r.randrange(PRIMARY - 40, PRIMARY), r.randrange(0, 240)])

    def start_field(self):
        return sf(self.r.choice([U, UN, UM, P, SKIP, PM, HID, HI, SEL, PHI, UNM]))

    def order(self):
        r = self.r
        k = r.random()
        if k < .22: return b'\x11' + self.at()
        if k < .46: return self.start_field()
        if k < .70: return self.text()
        if k < .76: return IC
        if k < .82: return PT
        if k < .90: return ra(self.address(), r.choice([0, 0x40, 0x60, 0xC1]))
        if k < .95: return eua(self.address())
        return b'\0' * r.randrange(1, 4)

    def host(self, first):
        if first or self.r.random() < .75: return self.write(first)
        return self.r.choice([b'\x6f', b'\xf2', b'\xf6', b'\x6e'])


class Unformatted(Case):
    """No field anywhere, at first."""
    letters = 'AB xy 01'

    def start_field(self):
        return b'' if self.r.random() < .97 else super().start_field()

    def order(self):
        while True:
            order = super().order()
            if order[:1] not in (b'\x29', b'\x2c') or self.r.random() < .02: return order

    def key(self):
        r = self.r
        if self.model == 2 and r.random() < .1: return 'MoveCursor(%d,%d)' % (r.randrange(24), r.randrange(80))
        return super().key()


class Attributes(Case):
    """Character attributes under editing, read in every reply mode."""
    numlock = 0

    def order(self):
        r = self.r
        k = r.random()
        if k < .30: return sa(*r.choice([(0x41, r.choice(HIGHLIGHT)), (0x42, r.choice(COLOR)), (0x43, r.choice([0, 0xF1])),
                                         (0x45, r.choice([0, 0xF1, 0xF5])), (0, 0), (0x46, 0xF0)])) + self.text()
        if k < .40: return sfe((0xC0, CODE[r.choice([0, 0, 0x10, 0x20])]), *[self.pair() for _ in range(r.randrange(0, 4))])
        return super().order()

    def host(self, first):
        r = self.r
        if first or r.random() < .4: return super().host(first)
        if r.random() < .5:
            body = b'\x09\x00' + r.choice([b'\0', b'\1', b'\2\x41\x42\x43\x45', b'\2\x42', b'\2\x45', b'\2\x43\x41', b'\2\x46\x41\xC1'])
            return b'\xf3' + (len(body) + 2).to_bytes(2, 'big') + body
        return bytes([r.choice([0xf2, 0xf6, 0x6e])])

    edit = ['Delete()', 'Erase()', 'Insert()', 'Insert()', 'EraseEOF()', 'DeleteWord()', 'Dup()', 'FieldMark()', 'DeleteField()', 'Reset()']


class Malformed(Case):
    """Streams with bytes changed, lost, added or cut off behind the first write."""
    rounds = (1, 3)

    def host(self, first):
        while True:
            record = super().host(first)
            record = record if first else self.spoilt(record)
            if is_whole(record) and b'\x0e' not in record: return record

    def spoilt(self, record):
        r = self.r
        record = bytearray(record)
        for _ in range(r.choice([1, 1, 2, 3])):
            at = r.randrange(1, len(record) + 1)
            k = r.random()
            if k < .3: del record[at:]
            elif k < .5: record[at:at + 1] = bytes([r.randrange(256)])
            elif k < .7: record[at:at] = bytes(r.randrange(256) for _ in range(r.randrange(1, 4)))
            elif k < .9: del record[at:at + r.randrange(1, 3)]
            else: record[at:] = bytes(r.randrange(256) for _ in range(r.randrange(0, 20)))
        return bytes(record)


class Sizes(Case):
    """Odd alternate sizes, and switches between the two."""
    model_of = [2, 2, 2, 3, 4, 5]
    oversize_of = [None, None] + OVERSIZE

    def __init__(self, r):
        super().__init__(r)
        rows, columns = SIZE[self.model]
        least = f'{columns}x{rows}'
        if self.oversize and any(int(a) < int(b) for a, b in zip(self.oversize.split('x'), least.split('x'))):
            self.oversize = None
            self.alternate = rows * columns

    def host(self, first):
        r = self.r
        k = r.random()
        if k < .5: return self.write(True)
        if k < .6:
            body = b'\x03' + r.choice([b'\0', b'\x80'])
            self.size = {0: PRIMARY, 0x80: self.alternate}[body[1]]
            return b'\xf3\0\4' + body
        if k < .65 and not first: return b'\xf3\0\5\1\xff\2'
        return super().host(first)

    def keys(self):
        return super().keys() + (['Reset()', 'Clear()'] if self.r.random() < .3 else [])


class Pen(Case):
    """Detectable fields with all kinds of designators."""
    model_of = [2]
    aid = .3

    def start_field(self):
        r = self.r
        designator = r.choice([b'\x6f', b'\x6e', b'\x50', b'\0', b'\x40', b'\x6f', b'\x6e', b'\xc1', b'\x08\x6f', b''])
        return sf(CODE[r.choice([0, 0x10, 0x20, 0x30]) | r.choice([4, 4, 8, 8, 0, 12]) | r.choice([0, 0, 1])]) + designator

    def key(self):
        r = self.r
        k = r.random()
        if k < .4: return 'CursorSelect()'
        if k < .6: return r.choice(['Tab()', 'BackTab()', 'Right()', 'Left()', 'Down()', 'NextWord()'])
        if k < .7: return 'MoveCursor(%d,%d)' % divmod(r.randrange(0, 300), 80)
        return super().key()


class Numeric(Case):
    """Numeric lock, with every character."""
    numlock = .8
    model_of = [2]
    typed = '0123456789.-,+ab/$*'

    def bits(self):
        r = self.r
        return CODE[r.choice([0, 0x10, 0x10, 0x10, 0x30]) | r.choice([0, 0, 8]) | r.choice([0, 0, 1])]

    def key(self):
        k = self.r.random()
        return self.character() if k < .4 else super().key()


class Ahead(Case):
    """Keys typed while the keyboard is locked."""
    aid = .9

    def keys(self):
        keys = super().keys()
        if self.r.random() < .7: keys += [self.key() for _ in range(self.r.randrange(1, 7))]
        if self.r.random() < .2: keys += [self.r.choice(AID), self.key()]
        return keys


class Pages(Case):
    """Code pages, in both directions."""
    model_of = [2]
    page_of = PAGES
    numlock = 0
    mono = 0
    show = .5
    aid = .8
    rounds = (1, 2)
    typed = 'aÄäßñØøåÅéèçùòìà£§¤€¢¬¦|!^~[]{}\\@#$`¨´ªº¿¡þýðÐαΩά'

    def text(self):
        return bytes(self.r.randrange(0x40, 0x100) for _ in range(self.r.randrange(1, 24)))

    def order(self):
        k = self.r.random()
        if k < .1: return ge(self.r.randrange(0x40, 0xFF))
        return super().order()

    def character(self):
        # The reference has no bar in the Greek page.
        typed = self.typed.replace('|', '') if self.page == 'cp875' else self.typed
        return 'Key(U+%04x)' % ord(self.r.choice(typed))

    def key(self):
        return self.character() if self.r.random() < .6 else super().key()


class NoHeader(Case):
    """TN3270 without the E: ATTN and SYS REQ go another way."""
    mode_of = ['tn3270']

    def key(self):
        return self.r.choice(['Attn()', 'SysReq()']) if self.r.random() < .06 else super().key()


class Words(Case):
    """Words and gaps, and the keys that go by them."""
    letters = 'AB  C   D'
    model_of = [2]

    def text(self):
        return b''.join(super(Words, self).text() + self.r.choice([b'', b'\0', b'\0\0']) for _ in range(self.r.randrange(1, 4)))

    def key(self):
        r = self.r
        k = r.random()
        if k < .4: return r.choice(['NextWord()', 'PreviousWord()', 'FieldEnd()', 'DeleteWord()', 'DeleteField()'])
        if k < .5: return 'MoveCursor(%d,%d)' % divmod(self.address(), 80) if self.size == PRIMARY else 'Down()'
        return super().key()


class Shifts(Case):
    """SHIFT OUT and SHIFT IN without keys: typed at, they set off what the reference does for double-byte characters alone."""
    def order(self):
        return self.r.choice([b'\x0e', b'\x0e', b'\x0f']) if self.r.random() < .2 else super().order()

    def keys(self):
        return [self.r.choice(['Tab()', 'Home()', 'Down()', 'Clear()', 'Enter()', 'PA(1)'])]


class Insert(Case):
    """Insert mode in fields that are full, have a null or blanks somewhere, or go round the end of the buffer; typed ahead too."""
    model_of = [2]
    numlock = .05
    toggle_of = ['true', 'false']
    aid = .3
    letters = 'AB '

    def address(self):
        r = self.r
        return r.choice([r.randrange(0, 40), r.randrange(0, 40), r.randrange(self.size - 40, self.size)])

    def order(self):
        r = self.r
        k = r.random()
        if k < .25: return b'\x11' + self.at() + self.start_field()
        if k < .40: return b'\x11' + self.at() + b'\x3c' + self.at() + r.choice([b'\xc1', b'\xc1', b'\x40', b'\0'])
        if k < .60: return b'\x11' + self.at() + r.choice([b'\0', b'\0\0', b'\x40', b'\x40\x40', b'\xc1', ge(0xad), b'\x1c'])
        if k < .68: return sa(*r.choice([(0x42, 0xF2), (0x41, 0xF4), (0x43, 0xF1), (0, 0)])) + self.text()
        if k < .74: return IC
        return super().order()

    def key(self):
        r = self.r
        k = r.random()
        if k < .15: return r.choice(['Insert()', 'ToggleInsert()', 'Insert()'])
        if k < .60: return self.character()
        if k < .70: return r.choice(['Delete()', 'Dup()', 'FieldMark()', 'Key(space)', 'BackSpace()', 'Erase()'])
        if k < .80: return 'MoveCursor(%d,%d)' % divmod(self.address(), 80) if self.size == PRIMARY else 'FieldEnd()'
        return super().key()

    def keys(self):
        keys = ['Insert()'] * (self.r.random() < .5) + super().keys()
        if self.r.random() < .3: keys += ['Enter()'] + [self.key() for _ in range(self.r.randrange(1, 7))]
        return keys


class Types(Attributes):
    """SFE, SA and MF with every attribute type there is and some that are not, with any value; read in every reply mode."""
    types = [0x00, 0xC0, 0xC1, 0xC2, 0x41, 0x42, 0x43, 0x45, 0x46, 0x47, 0xFF]

    def pair(self):
        r = self.r
        while True:
            kind = r.choice(self.types) if r.random() < .95 else r.randrange(256)
            value = r.choice([0, 0xF0, 0xF1, 0xF2, 0xF4, 0xF8, 0xFF, 0x01, r.randrange(256)])
            # Input control and the double-byte character set.
            if kind != 0xFE and (kind, value) != (0x43, 0xF8): return kind, value

    def order(self):
        r = self.r
        k = r.random()
        if k < .30: return sa(*self.pair()) + self.text()
        if k < .50: return sfe(*[self.pair() for _ in range(r.randrange(0, 6))])
        if k < .65: return b'\x11' + self.at() + mf(*[self.pair() for _ in range(r.randrange(0, 6))])
        return super().order()

    def host(self, first):
        r = self.r
        if first or r.random() < .7: return super().host(first)
        listed = bytes(r.sample(self.types, r.randrange(0, 7)))
        body = b'\x09\x00\x02' + listed
        return b'\xf3' + (len(body) + 2).to_bytes(2, 'big') + body


class Structured(Case):
    """Structured fields one after another: queries and their lists, reads, reply modes, erasures, writes into the partition."""
    rounds = (2, 5)
    show = .01

    def host(self, first):
        r = self.r
        if first: return super().host(True)
        return r.choice([b'\xf3', b'\xf3', b'\x11']) + b''.join(self.structured_field() for _ in range(r.randrange(1, 5)))

    def structured_field(self):
        r = self.r
        k = r.random()
        if k < .10:
            listed = bytes(r.choice([0x80, 0x81, 0x84, 0x85, 0x86, 0x87, 0x88, 0x95, 0xa1, 0xa6, r.randrange(256)]) for _ in range(r.randrange(0, 8)))
            body = b'\x01\xff\x03' + bytes([r.choice([0, 0x40, 0x80, 0xC0])]) + listed
        elif k < .15: body = b'\x01' + bytes([r.choice([0, 1, 0xff])]) + r.choice([b'\x02', b'\xf2', b'\xf6', b'\x6e', b'\x03\x80'])
        elif k < .20: body = bytes([0x09, r.choice([0, 0, 1]), r.choice([0, 1, 2, 3])]) + bytes(r.sample([0x41, 0x42, 0x43, 0x45, 0x46, 0xC0], r.randrange(0, 4)))
        elif k < .45: body = b'\x40\0' + r.choice([self.write(False), self.write(True), b'\x6f', b'\x0f'])
        else: return super().structured_field()
        return (len(body) + 2).to_bytes(2, 'big') + body


class Wide(Case):
    """The 27 x 132 of model 5, by Erase/Write Alternate and back, with keys all over it."""
    model_of = [5]
    aid = .7

    def host(self, first):
        r = self.r
        return self.write(True) if r.random() < .35 else super().host(first)

    def key(self):
        r = self.r
        columns = 132 if self.size != PRIMARY else 80
        return 'MoveCursor(%d,%d)' % divmod(self.address(), columns) if r.random() < .15 else super().key()

    def address(self):
        r, s = self.r, self.size
        return r.choice([r.randrange(0, 140), r.randrange(130, 270), r.randrange(PRIMARY - 90, PRIMARY), r.randrange(s - 140, s), r.randrange(s)])


class Reads(Case):
    """Reads of all kinds, by remote and local codes and by partition, behind every key of attention and none."""
    model_of = [2, 4]
    aid = .9
    rounds = (2, 5)

    def host(self, first):
        r = self.r
        k = r.random()
        if first or k < .25: return super().host(first)
        if k < .75: return bytes([r.choice([0xf2, 0xf6, 0x6e, 0x02, 0x06, 0x0e])])
        if k < .85: return b'\xf3\0\5\1\0' + r.choice([b'\xf2', b'\xf6', b'\x6e'])
        return r.choice([b'\x6f', b'\x0f', b'\xf1\xc0', b'\xf1\xc2', b'\xf1\xc1', b'\xf3\0\6\x09\0\2\x42'])


FAMILIES = {'plain': Plain, 'bent': Case, 'unformatted': Unformatted, 'attributes': Attributes, 'malformed': Malformed, 'sizes': Sizes,
            'pen': Pen, 'numeric': Numeric, 'ahead': Ahead, 'pages': Pages, 'tn3270': NoHeader, 'words': Words,
            'shifts': Shifts, 'insert': Insert, 'types': Types, 'structured': Structured, 'wide': Wide, 'reads': Reads}


def cases(seed, count, families=()):
    """Cases of a seed; the same for the same Python."""
    names = families or list(FAMILIES)
    r = random.Random(seed)
    for number in range(count):
        family = names[number % len(names)]
        yield FAMILIES[family](r).case(f'{family}-{seed}-{number}')


def main():
    for case in cases(sys.argv[1], int(sys.argv[2]), sys.argv[3:]):
        print(json.dumps(case, separators=(',', ':')))


if __name__ == '__main__':
    main()
