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

const msPerHour = 3_600_000;
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
  return {
    deviceId: `thermometer-${number(patient)}`,
    patientId: `patient-${number(patient)}`,
    temperature: Math.round(temperature * 10) / 10,
    eventTime: new Date(timeMs).toISOString(),
  };
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
  const rise = Math.sin(((timeMs % episodeMs) / episodeMs) * Math.PI);
  const strength = randomAt(seed, patient, episode, 4);
  if (share < feverShare) return rise * (1.2 + strength * 1.6);
  return share < feverShare + coldShare ? -rise * (0.8 + strength) : 0;
}

function number(patient: number): string {
  return String(patient + 1).padStart(4, '0');
}
