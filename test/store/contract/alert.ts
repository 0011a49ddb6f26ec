import assert from 'node:assert/strict';
import type { AlertFilter, StoredAlert } from '../../../src/store/store.js';
import { alert, allAlerts, bytes, type Check, fire, NOON, rises, sameBytes } from './sample.js';

const SEVERITIES = ['low', 'medium', 'high'];

/** 600 alerts: of the rule `rare` each hundredth, the rest of `common`; severities in turn; a second apart. */
const MANY = Array.from({ length: 600 }, (_, index) =>
  alert(`alert-${index}`, {
    rule: index % 100 === 50 ? 'rare' : 'common',
    severity: SEVERITIES[index % 3] ?? '',
    stamp: NOON + index * 1_000,
  }),
);

export function alertContract(check: Check): void {
  check('an alert is found by its id, as it was', async (store) => {
    assert.equal(await store.alert('a'), null);
    const body = Uint8Array.from({ length: 256 }, (_, index) => index);
    await fire(store, alert('a', { rule: 'r', severity: 's', body, destinations: ['y', 'x'] }));
    const found = await store.alert('a');
    assert.ok(found !== null);
    const { sequence, body: kept, ...rest } = found;
    assert.deepEqual(rest, {
      ...{ id: 'a', rule: 'r', severity: 's', stamp: NOON, destinations: ['y', 'x'] },
    });
    sameBytes(kept, body);
    assert.ok(sequence > 0);
    assert.equal(await store.alert('b'), null);
    assert.equal(await store.alert(''), null);
    assert.equal(await store.alert('a'.repeat(5_000)), null);
  });

  check('alerts are listed in order of commit, from a sequence number on', async (store) => {
    await fire(store, alert('z'), alert('m'));
    await fire(store, alert('a'));
    const all = await store.alerts(0, 10, {});
    assert.deepEqual(
      all.map(({ id }) => id),
      ['z', 'm', 'a'],
    );
    assert.ok(rises(all.map(({ sequence }) => sequence)));
    assert.deepEqual(await store.alerts(all[0]?.sequence ?? 0, 10, {}), all.slice(1));
    assert.deepEqual(await store.alerts(0, 2, {}), all.slice(0, 2));
    assert.deepEqual(await store.alerts(all[2]?.sequence ?? 0, 10, {}), []);
    assert.deepEqual(await store.alert('m'), all[1]);
  });

  check('alerts are listed by rule, severity and time, page by page', async (store) => {
    await fire(store, ...MANY.slice(0, 350));
    await fire(store, ...MANY.slice(350));
    const fits = (filter: AlertFilter) =>
      MANY.filter(
        ({ rule, severity, stamp }) =>
          (filter.rule ?? rule) === rule &&
          (filter.severity ?? severity) === severity &&
          (filter.since ?? 0) <= stamp,
      ).map(({ id }) => id);
    const filters: AlertFilter[] = [
      {},
      { rule: 'rare' },
      { rule: 'common' },
      { rule: 'com' },
      { severity: 'medium' },
      { since: NOON + 597_000 },
      { since: NOON + 596_001 },
      { since: NOON + 600_000 },
      { rule: 'rare', severity: 'high' },
      { rule: 'rare', since: NOON + 250_000 },
      { rule: 'common', severity: 'low', since: NOON + 300_000 },
      { rule: 'none' },
    ];
    for (const filter of filters) {
      const expected = fits(filter);
      for (const limit of [3, 1_000]) {
        const found: readonly StoredAlert[] = await allAlerts(store, limit, filter);
        assert.deepEqual(
          found.map(({ id }) => id),
          expected,
          `${JSON.stringify(filter)} by ${limit}`,
        );
      }
    }
  });

  check('texts of alerts may be of any language', async (store) => {
    const rule = 'Zahlung "groß" 大\u0000😀';
    await fire(store, alert('ä.ö', { rule, severity: 'très', destinations: ['bürö'], body: bytes('😀') }));
    const [found] = await store.alerts(0, 10, { rule, severity: 'très' });
    assert.equal(found?.id, 'ä.ö');
    sameBytes(found.body, bytes('😀'));
    assert.equal((await store.delivery('ä.ö.bürö'))?.destination, 'bürö');
  });
}
