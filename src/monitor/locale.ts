import { parseAccept } from 'hono/utils/accept';

const offered = ['en', 'de'] as const;

export type Language = (typeof offered)[number];

/** The reader's language among those in which numbers can be shown; English when none is asked for. */
export function languageOf(acceptLanguage: string | undefined): Language {
  for (const { type } of parseAccept(acceptLanguage ?? '')) {
    const language = offered.find((each) => each === type.split('-')[0]?.toLowerCase());
    if (language !== undefined) return language;
  }
  return 'en';
}

/** Writes numbers as the reader's language does. */
export interface Numbers {
  /** A measured value, with as many decimals as asked for. */
  value(number: number, decimals?: number): string;
  count(number: number): string;
  /** A large count in few characters: `30K`. */
  short(number: number): string;
  bytes(number: number): string;
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

const numbersOf = (language: Language): Numbers => {
  const count = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const short = new Intl.NumberFormat(language, { notation: 'compact' });
  const values = [0, 1, 2, 3].map(
    (decimals) => new Intl.NumberFormat(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }),
  );
  const sizes = units.map(
    (unit) => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 }),
  );
  return {
    value: (number, decimals = 2) => (values[decimals] ?? count).format(number),
    count: (number) => count.format(number),
    short: (number) => short.format(number),
    bytes: (number) => {
      const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, number)) / 3));
      return sizes[step]?.format(number / 1000 ** step) ?? '';
    },
  };
};

export const numbersIn: Readonly<Record<Language, Numbers>> = { en: numbersOf('en'), de: numbersOf('de') };
