/** ISO 8601: `PT10M`, `P1DT2H3M4.5S`, `-PT1S`; no time at all is `PT0S`. Milliseconds; months and years have no fixed length and are not used. */
export function formatInterval(milliseconds: number): string {
  if (milliseconds === 0) return 'PT0S';
  const left = Math.abs(milliseconds);
  const days = Math.floor(left / 86_400_000);
  const hours = Math.floor(left / 3_600_000) % 24;
  const minutes = Math.floor(left / 60_000) % 60;
  const seconds = (left % 60_000) / 1_000;
  const time = `${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${seconds > 0 ? `${seconds}S` : ''}`;
  return `${milliseconds < 0 ? '-' : ''}P${days > 0 ? `${days}D` : ''}${time === '' ? '' : `T${time}`}`;
}

/** Reads what `formatInterval` writes, weeks too. Milliseconds, or null. */
export function parseInterval(text: string): number | null {
  const match =
    /^([+-]?)P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,12})(?:\.(\d{1,9}))?S)?)?$/i.exec(
      text,
    );
  if (match === null || /[PT]$/i.test(text)) return null;
  const [, sign, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0, fraction = ''] = match;
  const whole =
    ((Number(weeks) * 7 + Number(days)) * 24 + Number(hours)) * 3_600_000 +
    Number(minutes) * 60_000 +
    Number(seconds) * 1_000;
  const milliseconds = whole + Number(fraction.slice(0, 3).padEnd(3, '0'));
  if (!Number.isSafeInteger(milliseconds)) return null;
  return sign === '-' && milliseconds !== 0 ? -milliseconds : milliseconds;
}
