import { z } from 'zod';
import type { Screen, Tone, Words } from './screen.ts';

const lineSchema = z.looseObject({ level: z.string(), time: z.string(), msg: z.string().optional() });

const tones: Readonly<Record<string, Tone>> = { warn: 'warning', error: 'error', fatal: 'error' };

/** Fields that are said in other words, or are for whoever searches logs. */
const unsaid = new Set(['level', 'time', 'msg', 'hint', 'skip', 'retryable', 'stack']);

/** Takes the log's JSON lines: warnings and errors scroll above the screen, the newest other line has a row in it. */
export function logToScreen(screen: Screen): (line: string) => void {
  return (line) => {
    const { level, words } = sayLine(line);
    if (level in tones) screen.print(...words);
    else screen.note(words[0] ?? { text: '' });
  };
}

/** A line of the log in words: time, message and fields, then what to do. */
function sayLine(json: string): { readonly level: string; readonly words: readonly Words[] } {
  const fields = lineSchema.parse(JSON.parse(json));
  const { level, time, msg = '' } = fields;
  const tone = tones[level];
  const about = Object.entries(fields).filter(([name, value]) => !unsaid.has(name) && value !== undefined);
  const said = about.map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const head = tone === undefined ? '' : `${level.toUpperCase()} `;
  const text = [`${time.slice(11, 19)} ${head}${msg}`, ...(said.length === 0 ? [] : [said.join(', ')])].join(': ');
  const more = [fields['skip'], fields['hint']].filter((each) => typeof each === 'string');
  return {
    level,
    words: [{ text, tone }, ...more.map((each): Words => ({ text: `  what to do: ${each}`, tone }))],
  };
}
