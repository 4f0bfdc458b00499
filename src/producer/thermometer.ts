import { msPerHour, msPerMinute } from '../runtime/duration.ts';
import { memoize } from '../runtime/memo.ts';
import { randomAt } from './random.ts';

/** A reading as a thermometer publishes it. */
export interface Reading {
  readonly deviceId: string;
  readonly patientId: string;
  /** Degrees Celsius, one decimal. */
  readonly temperature: number;
  /** ISO 8601, UTC. */
  readonly eventTime: string;
}

export interface WardOptions {
  readonly seed: number;
  readonly patients: number;
  /** When the first patients begin to have a fever that rises, beside the episodes that all have. Left out: only episodes. */
  readonly feverSinceMs?: number | undefined;
}

const episodeMs = 8 * msPerHour;
const feverShare = 0.06;
const coldShare = 0.02;
/** Body temperature is highest in the early evening. */
const warmestHour = 18;

/** Makes the `index`-th reading of the ward, the same for the same arguments. Patients take turns. */
export function readingAt({ seed, patients, feverSinceMs }: WardOptions, index: number, timeMs: number): Reading {
  const patient = index % patients;
  const noise = (randomAt(seed, patient, index, 1) - 0.5) * 0.2;
  const fever = feverSinceMs === undefined ? 0 : feverOf(patient, timeMs - feverSinceMs);
  const temperature = temperatureOf(seed, patient, timeMs) + fever + noise;
  const { deviceId, patientId } = namesOf(patient);
  return { deviceId, patientId, temperature: Math.round(temperature * 10) / 10, eventTime: isoTime(timeMs) };
}

/** Adds up a personal level, a daily curve, and now and then an episode of fever or hypothermia. */
function temperatureOf(seed: number, patient: number, timeMs: number): number {
  const level = 36.45 + randomAt(seed, patient, 2) * 0.3;
  const hour = (timeMs / msPerHour) % 24;
  const daily = 0.25 * Math.cos(((hour - warmestHour) / 24) * 2 * Math.PI);
  return level + daily + episodeOf(seed, patient, timeMs);
}

const feverPatients = 2;
const feverRise = { degrees: 2, ms: 3 * msPerHour } as const;

/** A fever that rises for three hours, and stays. */
function feverOf(patient: number, sinceMs: number): number {
  if (patient >= feverPatients || sinceMs <= 0) return 0;
  return feverRise.degrees * Math.min(1, sinceMs / feverRise.ms);
}

function episodeOf(seed: number, patient: number, timeMs: number): number {
  const episode = Math.floor(timeMs / episodeMs);
  const share = randomAt(seed, patient, episode, 3);
  if (share >= feverShare + coldShare) return 0;
  const rise = Math.sin(((timeMs % episodeMs) / episodeMs) * Math.PI);
  const strength = randomAt(seed, patient, episode, 4);
  return share < feverShare ? rise * (1.2 + strength * 1.6) : -rise * (0.8 + strength);
}

type Names = Pick<Reading, 'deviceId' | 'patientId'>;

/** Most patients whose names are remembered: a string that comes again is serialized, hashed and compared faster than a new one. */
const namesMax = 10_000;

const namesOf = memoize((patient: number): Names => {
  const number = padded(patient + 1, 4);
  return { deviceId: `thermometer-${number}`, patientId: `patient-${number}` };
}, namesMax);

let lastMinute: number | undefined;
let lastMinuteText = '';

/** Formats whole milliseconds as `toISOString` does, ten times as fast: readings of one minute share its text. */
export function isoTime(timeMs: number): string {
  const minute = Math.floor(timeMs / msPerMinute);
  if (minute !== lastMinute) {
    lastMinuteText = new Date(minute * msPerMinute).toISOString().slice(0, -'00.000Z'.length);
    lastMinute = minute;
  }
  const ms = timeMs - minute * msPerMinute;
  return `${lastMinuteText}${padded(Math.floor(ms / 1000), 2)}.${padded(ms % 1000, 3)}Z`;
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
