import type { Random } from '../../http/fuzz/random.js';

export interface Spoiled {
  readonly file: Buffer;
  readonly how: string;
}

const PAGE = 4_096;

/** A file with something wrong in a random place: mostly a bit that is turned, else a page of zeros or of another place, or an end that is gone. */
export function spoil(whole: Buffer, random: Random): Spoiled {
  const file = Buffer.from(whole);
  const what = random.next();
  const page = random.below(file.length / PAGE) * PAGE;
  if (what < 0.8) {
    // As often in the head of a page, where its structure is, as anywhere.
    const at = random.chance(0.5) ? page + random.below(64) : random.below(file.length);
    file[at] = (file[at] ?? 0) ^ (1 << random.below(8));
    return { file, how: `bit at ${at} (page ${Math.floor(at / PAGE)} + ${at % PAGE})` };
  }
  if (what < 0.87) {
    file.fill(0, page, page + PAGE);
    return { file, how: `page ${page / PAGE} of zeros` };
  }
  if (what < 0.94) {
    const from = random.below(file.length / PAGE) * PAGE;
    whole.copy(file, page, from, from + PAGE);
    return { file, how: `page ${page / PAGE} as page ${from / PAGE}` };
  }
  const end = random.below(file.length);
  return { file: file.subarray(0, end), how: `cut short at ${end}` };
}
