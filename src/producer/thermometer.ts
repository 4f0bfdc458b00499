import { msPerHour, msPerMinute } from '../runtime/duration.ts';
import { randomAt } from './random.ts';

/** What a thermometer publishes. */
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
}

const episodeMs = 8 * msPerHour;
const feverShare = 0.06;
const coldShare = 0.02;
/** Body temperature is highest in the early evening. */
const warmestHour = 18;

/** The `index`-th reading of the ward: the same for the same arguments. Patients take turns. */
export function readingAt({ seed, patients }: WardOptions, index: number, timeMs: number): Reading {
  const patient = index % patients;
  const noise = (randomAt(seed, patient, index, 1) - 0.5) * 0.2;
  const temperature = temperatureOf(seed, patient, timeMs) + noise;
  const { deviceId, patientId } = namesOf(patient);
  return { deviceId, patientId, temperature: Math.round(temperature * 10) / 10, eventTime: isoTime(timeMs) };
}

/** A personal level, a daily curve, and now and then an episode of fever or hypothermia. */
function temperatureOf(seed: number, patient: number, timeMs: number): number {
  const level = 36.45 + randomAt(seed, patient, 2) * 0.3;
  const hour = (timeMs / msPerHour) % 24;
  const daily = 0.25 * Math.cos(((hour - warmestHour) / 24) * 2 * Math.PI);
  return level + daily + episodeOf(seed, patient, timeMs);
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

/** Made once: a text that comes again is written into JSON, hashed and compared faster than a new one. */
const names = new Map<number, Names>();
const namesMax = 10_000;

function namesOf(patient: number): Names {
  const known = names.get(patient);
  if (known !== undefined) return known;
  const number = padded(patient + 1, 4);
  const made = { deviceId: `thermometer-${number}`, patientId: `patient-${number}` };
  if (names.size < namesMax) names.set(patient, made);
  return made;
}

let lastMinute: number | undefined;
let lastMinuteText = '';

/** What `toISOString` says of whole milliseconds, for a tenth of the time: readings of one minute share its text. */
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
