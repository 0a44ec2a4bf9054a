#!/usr/bin/env python3
"""fuzz2.py SEED N > fuzz.jsonl : random streams that bend what fuzz.py leaves straight: all models, extended attributes on fields and
characters, reply modes, structured fields, EWA switches, insert mode, numeric lock, light pen, unknown and truncated orders."""
import random, json, sys
from ds import *
R = random.Random(int(sys.argv[1])); N = int(sys.argv[2])
SIZE = {2: (24, 80), 3: (32, 80), 4: (43, 80), 5: (27, 132)}
def bits(): return CODE[R.choice([0, 0x10, 0x20, 0x30]) | R.choice([0, 0, 4, 8, 12]) | R.choice([0, 0, 1])]
class Gen:
    def __init__(self, model): self.size = 1920; self.alt = SIZE[model][0] * SIZE[model][1]
    def addr(self):
        s = self.size
        return R.choice([R.randrange(0, 60), R.randrange(60, 240), R.randrange(0, 400), R.randrange(s - 300, s), R.randrange(s)])
    def at(self):
        a = self.addr()
        return a14(a) if R.random() < .15 else a12(a)
    def text(self):
        return t(''.join(R.choice('ABCxyz019 -_&?>.,') for _ in range(R.randrange(1, 9))))
    def pair(self):
        return R.choice([(0xC0, bits()), (0x41, R.choice([0, 0xF0, 0xF1, 0xF2, 0xF4, 0xF8, 0xF7, 0x12])), (0x42, R.choice([0, 0xF0, 0xF1, 0xF4, 0xF7, 0xF8, 0xFF, 0x05, 0xC1])),
                         (0x43, R.choice([0, 0xF0, 0xF1])), (0x45, R.choice([0, 0xF1, 0xF5, 0x33])), (0x46, R.choice([0, 0xF0, 0xFF])), (0xC1, R.choice([0, 1, 4, 6])), (0xC2, R.choice([0, 1, 15])), (0x99, 1)])
    def order(self):
        k = R.random()
        if k < .20: return b'\x11' + self.at()
        if k < .33: return sf(bits())
        if k < .50: return self.text()
        if k < .54: return IC
        if k < .58: return PT
        if k < .63: return b'\x3c' + self.at() + R.choice([b'\0', b'\x40', b'\x60', b'\xc1', b'\x08\xad', b'\x1c'])
        if k < .66: return b'\x12' + self.at()
        if k < .68: return R.choice([b'\0', b'\0\0\0', b'\x1c', b'\x1e', b'\x15', b'\x0c', b'\x3f', b'\xff', b'\x19', b'\x0d'])
        if k < .76: return sfe(*[self.pair() for _ in range(R.randrange(0, 5))])
        if k < .86:
            p = self.pair()
            return sa(*(p if p[0] not in (0xC0, 0xC1, 0xC2) and R.random() < .8 else R.choice([(0, 0), (0x42, 0xF2), p])))
        if k < .93: return mf(*[self.pair() for _ in range(R.randrange(0, 4))])
        if k < .98: return ge(R.choice([0xad, 0xbd, 0xc6, 0xd3]))
        if k < .99: return bytes([R.choice([0x01, 0x02, 0x04, 0x06, 0x07, 0x10, 0x14, 0x20, 0x2d, 0x3d])])
        return b'\x11' + a14(self.size + R.choice([0, 1, 500]))
    def write(self, first):
        c = R.choice([EW, EW, EWA]) if first or R.random() < .12 else W
        if c == EW: self.size = 1920
        if c == EWA: self.size = self.alt
        wcc = R.choice([0xC3, 0xC2, 0xC7]) if first else R.choice([0xC3, 0xC2, 0xC2, 0xC1, 0xC0, 0xF3, 0x83, 0x02])
        return bytes([c, wcc]) + b''.join(self.order() for _ in range(R.randrange(3, 22) if first else R.randrange(0, 10)))
    def field(self):
        k = R.random()
        if k < .35: b = b'\x09\x00' + R.choice([b'\0', b'\1', b'\2\x41\x42\x43\x45', b'\2\x42', b'\2\x43\x41', b'\2', b'\3'])
        elif k < .55: b = b'\x01\xff' + R.choice([b'\x02', b'\x03\x00' + bytes(R.sample([0x80, 0x81, 0x84, 0x85, 0x86, 0x87, 0x88, 0x95, 0xa1, 0xa6, 0x99, 0x82], R.randrange(0, 4))), b'\x03\x40\x86', b'\x03\x80', b'\x03\x80\x81', b'\x05'])
        elif k < .70: b = b'\x01\x00' + R.choice([b'\xf2', b'\xf6', b'\x6e', b'\x02'])
        elif k < .80:
            b = b'\x03' + R.choice([b'\0', b'\x80', b'\x40'])
            self.size = 1920 if b[1] == 0 else self.alt if b[1] == 0x80 else self.size
        elif k < .97: b = b'\x40' + R.choice([b'\0', b'\0', b'\1']) + R.choice([self.write(False), b'\x6f', self.write(True)])
        else: b = bytes([R.choice([0x0c, 0x0e, 0x41, 0x99]), 0, 0, 0])
        return (len(b) + 2).to_bytes(2, 'big') + b
    def host(self, first):
        k = R.random()
        if first or k < .6: return self.write(first)
        if k < .66: return b'\x6f'
        if k < .80: return bytes([R.choice([0xf2, 0xf6, 0x6e])])
        if k < .98: return b'\xf3' + b''.join(self.field() for _ in range(R.choice([1, 1, 1, 2])))
        return R.choice([b'\x03', b'\x99\xc3', b'\xf1', b'\xf3', b'\xf3\0\2', b'\xf3\0\x20\x09\0'])
MOVE = ['Tab()','BackTab()','Newline()','Home()','Up()','Down()','Left()','Right()','Left2()','Right2()','FieldEnd()','PreviousWord()','NextWord()']
EDIT = ['EraseEOF()','EraseInput()','Delete()','DeleteField()','DeleteWord()','Dup()','FieldMark()','BackSpace()','Erase()','Insert()','Insert()','ToggleInsert()','CursorSelect()','CursorSelect()','Reset()','Attn()']
AID = ['Enter()','PF(1)','PF(12)','PF(24)','PA(1)','PA(2)','PA(3)','Clear()']
def key():
    k = R.random()
    if k < .35: return 'Key(%s)' % R.choice('abcXYZ019.-')
    if k < .42: return 'Key(space)'
    if k < .68: return R.choice(MOVE)
    return R.choice(EDIT)
for i in range(N):
    model = R.choice([2, 2, 3, 4, 5]); g = Gen(model); steps = [{'host': g.host(True).hex()}]
    for _ in range(R.randrange(1, 4)):
        ks = []
        for _ in range(R.randrange(1, 8)): ks += [key()] + (['Reset()'] if R.random() < .2 else [])
        if R.random() < .5: ks.append(R.choice(AID))
        steps += [{'keys': ks}, {'dump': True}]
        for _ in range(R.randrange(0, 3)): steps += [{'host': g.host(False).hex()}, {'dump': True}]
    if steps[-1] != {'dump': True}: steps.append({'dump': True})
    print(json.dumps(dict(name='fuzz2-%s-%d' % (sys.argv[1], i), model='327%d-%d-E' % (R.choice([9, 9, 9, 8]), model), numlock=R.random() < .3, steps=steps, toggles={'blankFill': R.choice(['true', 'false', 'false'])})))
