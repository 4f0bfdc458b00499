import { describe, expect, inject, it } from 'vitest';
import { Attack, wake } from '../../support/attack.ts';
import { startFaultyProxy, type Fault, type Request } from '../../support/faulty-proxy.ts';
import { Gate } from '../../support/gate.ts';
import { deleteBelow } from '../../support/kafka.ts';
import { recordBytesLimit } from '../../support/known-records.ts';

const toEnd = ['consume', '--until-end'];
const replayAll = ['replay', '--all'];
const strict = { RECORD_BYTES_MAX: recordBytesLimit };
const lax = { RECORD_BYTES_MAX: '100000' };
const elsewhere = { ...lax, EVENT_TIME_FIELD: 'other' };

/** Of the hour with the long records. */
const isPutOfRows = ({ method, path }: Request): boolean =>
  method === 'PUT' && /event_hour(=|%3D)10.*\.parquet/.test(path);
const isDelete = ({ method, path }: Request): boolean => method === 'DELETE' || /[?&]delete/.test(path);
const isHead = ({ method, path }: Request): boolean => method === 'HEAD' && /\.parquet/.test(path);
const isLedgerList = ({ method, path }: Request): boolean => method === 'GET' && /list-type=2.*_ledger/.test(path);

/** The nth to the mth request of that kind, counted from 1. */
function between(first: number, last: number, applies: (request: Request) => boolean, fault: Fault) {
  let seen = 0;
  return (request: Request): Fault | undefined => {
    if (!applies(request)) return undefined;
    seen++;
    return seen >= first && seen <= last ? fault : undefined;
  };
}

/** A listing that misses its keys. */
const withoutKeys = (body: Buffer): Buffer =>
  Buffer.from(
    body
      .toString()
      .replaceAll(/<Contents>.*<\/Contents>/gs, '')
      .replace(/<KeyCount>\d+/, '<KeyCount>0')
      .replace(/<IsTruncated>true/, '<IsTruncated>false'),
  );

/** A lake on S3, and a way to it on which requests meet faults. */
async function open(faultFor: (request: Request) => Fault | undefined) {
  const { endpoint } = inject('stack').aws;
  const proxy = await startFaultyProxy(endpoint, faultFor);
  return { attack: await Attack.openOnS3(endpoint), proxy, faulty: { AWS_ENDPOINT_URL: proxy.endpoint } };
}

async function expectOneFault(proxy: { faults: () => number }): Promise<void> {
  await expect.poll(proxy.faults, { timeout: 30_000, interval: 20 }).toBe(1);
}

describe('on S3, a put', () => {
  it.each([
    ['smaller', strict, lax],
    ['larger', lax, strict],
  ])(
    'of a member killed under a %s limit lands after its heir is done: nothing lost or doubled',
    async (_, one, other) => {
      const gate = new Gate();
      const { attack, proxy, faulty } = await open(between(1, 1, isPutOfRows, { kind: 'held', gate }));
      await attack.append(100);
      const dead = attack.start(toEnd, { ...one, ...faulty });
      await expectOneFault(proxy);
      await dead.stop('SIGKILL');
      await attack.consumeToEnd(other);
      await gate.letThrough();
      await attack.expectWhole();
    },
  );

  it('of a member that is frozen over it lands after its heir is done: nothing lost or doubled', async () => {
    const gate = new Gate();
    const { attack, proxy, faulty } = await open(between(1, 1, isPutOfRows, { kind: 'held', gate }));
    await attack.append(100);
    const sleeper = attack.start(toEnd, { ...strict, ...faulty });
    await expectOneFault(proxy);
    sleeper.process.kill('SIGSTOP');
    await attack.consumeToEnd(lax);
    await gate.letThrough();
    await wake(sleeper);
    await attack.expectWhole();
  });

  it.each([
    ['smaller', strict, lax],
    ['larger', lax, strict],
  ])(
    'of a replay under a %s limit lands after the next replay: nothing lost, repair removes it',
    async (_, one, other) => {
      const gate = new Gate();
      const { attack, faulty } = await open(between(1, 1, isPutOfRows, { kind: 'late', gate }));
      await attack.append(100);
      await attack.consumeToEnd(other);
      await attack.succeed(replayAll, { ...one, ...faulty });
      await attack.succeed(replayAll, other);
      await gate.letThrough();
      // what the second replay deleted is there again: readers of plain tables see it until it is removed
      expect(await attack.count()).toMatchObject({ lost: 0, wrong: 0 });
      await attack.succeed(['verify', '--repair']);
      await attack.expectWhole();
    },
  );
});

describe('on S3, a delete', () => {
  it('of a replay that lands after a second replay has written the same places again: nothing lost', async () => {
    const gate = new Gate();
    const { attack, faulty } = await open(between(1, 1, isDelete, { kind: 'late', gate }));
    await attack.append(100);
    await attack.consumeToEnd(lax);
    await attack.succeed(replayAll, { ...elsewhere, ...faulty });
    await attack.succeed(replayAll, lax);
    await gate.letThrough();
    await attack.expectWhole();
  });
});

describe('on S3, a look', () => {
  it('at an object that is refused nine times: what is there is not written over', async () => {
    const refused: Fault = { kind: 'answer', status: 403, code: 'Forbidden' };
    const gate = new Gate();
    const killing = between(1, 1, isPutOfRows, { kind: 'held', gate });
    const looking = between(1, 9, isHead, refused);
    const { attack, proxy, faulty } = await open((request) => killing(request) ?? looking(request));
    await attack.append(100);
    const dead = attack.start(toEnd, { ...strict, ...faulty });
    await expectOneFault(proxy);
    await dead.stop('SIGKILL');
    await gate.letThrough();
    expect([0, 1]).toContain((await attack.run(toEnd, { ...lax, ...faulty })).code);
    await attack.consumeToEnd(lax);
    await attack.expectWhole();
  });

  it('at the ledger that misses its keys once, in a log that begins above 0: nothing doubled', async () => {
    const { attack, proxy, faulty } = await open(between(1, 1, isLedgerList, { kind: 'changed', answer: withoutKeys }));
    await attack.append(100);
    await attack.consumeToEnd({ BATCH_ROWS_MAX: '50' });
    await deleteBelow(attack.kafka, attack.topic, 0, 60n);
    await attack.append(20);
    expect([0, 1]).toContain((await attack.run(toEnd, faulty)).code);
    expect(proxy.faults()).toBe(1);
    await attack.consumeToEnd();
    await attack.expectWhole();
  });
});

describe('on S3, verify --repair', () => {
  it('again and again beside a redrive of dead letters from 40 hours: nothing lost', async () => {
    const { attack, faulty } = await open(({ action }) => (action === '' ? { kind: 'slow', ms: 60 } : undefined));
    await attack.append(40, { hour: (index) => index });
    await attack.consumeToEnd({ RECORD_BYTES_MAX: '100' });
    const redrive = attack.start(['redrive'], { ...lax, ...faulty });
    while (!redrive.hasEnded) await attack.run(['verify', '--repair']);
    expect(await attack.expectWhole()).toMatchObject({ rows: 40, deadLetters: 0 });
  });
});
