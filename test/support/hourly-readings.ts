const hourMs = 3_600_000;

/** Two hours of yesterday begin here: long past, and near enough to be placed by their event times. */
const yesterdayMs = Math.floor((Date.now() - 24 * hourMs) / hourMs) * hourMs;

/** When these readings were sent, as Kafka says. */
export const sentMs = yesterdayMs + 3 * hourMs;

/** Readings of one patient in one hour, a minute apart. */
export function hourlyReadings(patientId: string, hour: number, temperature: number, count = 6): string[] {
  const eventTime = (index: number): string => new Date(yesterdayMs + hour * hourMs + index * 60_000).toISOString();
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({ deviceId: 'd', patientId, temperature, eventTime: eventTime(index) }),
  );
}
