const UNITS: readonly (readonly [string, number])[] = [
  ['WEEK', 604_800_000],
  ['DAY', 86_400_000],
  ['HOUR', 3_600_000],
  ['MINUTE', 60_000],
  ['SECOND', 1_000],
  ['MILLISECOND', 1],
];

/** Reads `10 SECONDS`, `1 day`: a whole number and a unit from MILLISECOND to WEEK. Milliseconds, or null. */
export function parseDuration(text: string): number | null {
  const match = /^\s*(\d{1,15})\s*([a-z]+?)s?\s*$/i.exec(text);
  if (match === null) return null;
  const unit = UNITS.find(([name]) => name === match[2]!.toUpperCase());
  if (unit === undefined) return null;
  const milliseconds = Number(match[1]) * unit[1];
  return Number.isSafeInteger(milliseconds) ? milliseconds : null;
}

/** Milliseconds in the largest unit that divides them: `10 SECONDS`, `1 DAY`. */
export function formatDuration(milliseconds: number): string {
  const [name, size] = UNITS.find(
    ([unit, each]) => unit !== 'WEEK' && milliseconds !== 0 && milliseconds % each === 0,
  ) ?? ['SECOND', 1_000];
  const count = milliseconds / size;
  return `${count} ${name}${count === 1 ? '' : 'S'}`;
}
