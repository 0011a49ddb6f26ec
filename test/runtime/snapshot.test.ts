import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Decimal } from '../../src/event/decimal.js';
import { checkVersion, packChange, packPiece, unpackPiece } from '../../src/runtime/snapshot.js';

test('a piece comes back as it was, whatever its keys and values', () => {
  const piece = {
    numbers: [0, -1, 1.5, Number.NEGATIVE_INFINITY, 2n ** 62n],
    decimal: new Decimal(-1234n, 2),
    texts: ['', 'é😀', '\u0000'],
    nothing: null,
    nested: [{ a: [{ b: true }] }],
    [Symbol.iterator.toString()]: 1,
  };
  assert.deepEqual(unpackPiece(packPiece(piece)), piece);
  const hostile = JSON.parse('{"values": {"__proto__": {"x": 1}, "constructor": 2}}') as object;
  const back = unpackPiece(packPiece(hostile)) as { values: object };
  assert.deepEqual(Object.keys(back.values), ['__proto__', 'constructor']);
  assert.deepEqual(JSON.stringify(back), JSON.stringify(hostile));
});

test('a change is packed piece by piece, and null deletes', async () => {
  const pieces = Array.from({ length: 1_200 }, (_, index) => ({
    ...{ group: 'g', key: `${index}`, value: index % 2 === 0 ? { index } : null },
  }));
  const packed = await packChange({ dropped: ['old'], pieces });
  assert.deepEqual(packed.dropped, ['old']);
  assert.deepEqual(
    packed.pieces.map(({ group, key, value }) => ({
      group,
      key,
      value: value === null ? null : unpackPiece(value),
    })),
    pieces,
  );
});

test('a checkpoint of another version is refused with what to do', () => {
  assert.throws(() => checkVersion(null), /version undefined.*start the version that wrote it/);
  assert.throws(
    () => checkVersion({ version: 3 } as never),
    /version 3.*this version of Tocsin reads version 2/,
  );
});
