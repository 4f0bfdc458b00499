import { expect, it } from 'vitest';
import { hardTopics, kindOf, kinds, steadyTopics } from '../../../bench/kinds/kinds.ts';
import { jsonPeers } from '../../../bench/support/peers.ts';
import { resultNameOf, runsOf } from '../../../bench/support/runs.ts';
import { jsonToParquet } from '../../../bench/workloads/json-to-parquet.ts';
import { kafkaToLake } from '../../../bench/workloads/kafka-to-lake.ts';
import { produce } from '../../../bench/workloads/produce.ts';
import type { Workload } from '../../../bench/support/workload.ts';

const kindsOf = (workload: Workload, ...named: readonly string[]) =>
  runsOf(workload, named).map((run) => resultNameOf(run).kind);

it('converts every kind without Kafka', () => {
  expect(kindsOf(jsonToParquet)).toEqual(kinds.map(({ name }) => name));
});

it('leaves hard kinds out of runs through Kafka, which take hours', () => {
  const hard = new Set(hardTopics.kinds.map(({ name }) => name));
  expect(kindsOf(kafkaToLake).filter((kind = '') => hard.has(kind))).toEqual([]);
  expect(kindsOf(kafkaToLake)).toEqual(expect.arrayContaining(steadyTopics.kinds.map(({ name }) => name)));
});

it('runs the kinds that are named, and no other', () => {
  expect(kindsOf(jsonToParquet, 'deep', 'events')).toEqual(['deep', 'events']);
  expect(kindsOf(kafkaToLake, 'ward')).toEqual(['ward', 'ward, lz4']);
  expect(() => kindsOf(jsonToParquet, 'easy')).toThrow('no kind easy');
});

it('runs a workload without kinds once, whatever kinds are named', () => {
  expect(kindsOf(produce, 'deep')).toEqual([undefined]);
});

it('measures peers on kinds that there are, and DuckDB on all', () => {
  const named = jsonPeers.flatMap(({ peer }) => peer.kinds ?? []);
  expect(named.map((name) => kindOf(name).name)).toEqual(named);
  const onAll = jsonPeers.filter(({ peer }) => peer.kinds === undefined).map(({ id }) => id);
  expect(onAll.toSorted()).toEqual(['duckdb-columns-given', 'duckdb-inferred', 'duckdb-v2']);
});
