import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskStore } from '../../../src/store/disk/store.js';
import { MemoryStore } from '../../../src/store/memory.js';
import { StoreError } from '../../../src/store/store.js';
import { Random } from '../../http/fuzz/random.js';
import { entry } from '../contract/sample.js';
import { type Image, imagesOf } from './image.js';
import { type Recording, record } from './recording.js';
import { digestOf, scriptOf } from './script.js';

export interface ImagesOptions {
  /** Rows of the script, */
  readonly rows: number;
  readonly seed: number;
  /** and how many of the images are looked at, at most: chosen by the seed. */
  readonly images: number;
  readonly onProgress?: (text: string) => void;
}

export interface ImagesReport {
  readonly images: number;
  /** What is wrong, in words. */
  readonly failures: readonly string[];
  /** All of it in one line. */
  readonly line: string;
}

/** Of so many images one is written to further. */
const GO_ON_EACH = 5;

/** Records a store at work, makes what power cuts could leave of it, opens each, and compares it with what was promised. */
export async function runImages(options: ImagesOptions): Promise<ImagesReport> {
  const { rows, seed, onProgress = () => {} } = options;
  const began = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-images-'));
  try {
    const states = await statesOf(rows, seed);
    const recording = await record(folder, rows, seed);
    onProgress(`${states.length - 1} operations, ${recording.syncs} syncs recorded`);
    const failures: string[] = [];
    let [looked, refused] = [0, 0];
    for (const image of chosen(recording, options)) {
      const directory = join(folder, `image-${looked}`);
      const found = await look(image, directory, states, looked % GO_ON_EACH === 0);
      if (found === 'refused') refused++;
      else if (found !== null) failures.push(`${image.what}: ${found}`);
      await rm(directory, { recursive: true });
      looked++;
      if (looked % 500 === 0) onProgress(`${looked} images, ${failures.length} wrong`);
    }
    const line = [
      `images: ${states.length - 1} operations, ${recording.syncs} syncs, ${looked} images`,
      `${looked - refused - failures.length} whole, ${refused} refused before anything was acknowledged, ${failures.length} wrong`,
      `seed ${seed}, ${Math.round((performance.now() - began) / 1_000)} s`,
    ].join('; ');
    return { images: looked, failures, line };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a store answers before the first operation, after the first, and so on: by the store in memory. */
async function statesOf(rows: number, seed: number): Promise<readonly string[]> {
  const store = new MemoryStore();
  const states = [await digestOf(store)];
  for (const operation of scriptOf(rows, seed).flat()) {
    await operation(store);
    states.push(await digestOf(store));
  }
  return states;
}

/** Of a recording's images as many as are wanted, spread over all of it. */
function* chosen({ happenings }: Recording, { seed, images }: ImagesOptions): Generator<Image> {
  let all = 0;
  for (const _ of imagesOf(happenings, new Random(seed))) all++;
  let left = images;
  const random = new Random(seed + 1);
  for (const image of imagesOf(happenings, new Random(seed))) {
    if (random.next() * all < left) {
      left--;
      yield image;
    }
    all--;
  }
}

/** What is wrong with an image; null: nothing. `refused`: it is said to be damaged, where nothing had been promised. */
async function look(
  image: Image,
  directory: string,
  states: readonly string[],
  goesOn: boolean,
): Promise<string | null> {
  await mkdir(directory);
  await writeFile(join(directory, 'data.mdb'), image.file);
  if (image.isMarked) await writeFile(join(directory, 'format'), '1\n');
  let store: DiskStore;
  try {
    store = await DiskStore.open(directory);
  } catch (error) {
    const isRefused = error instanceof StoreError && error.code === 'damaged';
    return isRefused && !image.isOpened ? 'refused' : `it cannot be opened: ${(error as Error).message}`;
  }
  try {
    const found = await digestOf(store);
    const { acknowledged, begun } = image;
    const isPromised = states.slice(acknowledged, begun + 1).includes(found);
    if (!isPromised) {
      const state = states.lastIndexOf(found);
      const is = state < 0 ? 'a state that never was' : `the state after ${state} operations`;
      return `${acknowledged} operations were acknowledged and ${begun} begun: it holds ${is}`;
    }
    return goesOn ? await goOn(store, directory) : null;
  } catch (error) {
    return `it cannot be read: ${(error as Error).message}`;
  } finally {
    await store.close();
  }
}

/** It takes what comes next, and has all of it when it is opened again. */
async function goOn(store: DiskStore, directory: string): Promise<string | null> {
  await store.append(0, [entry('after the cut', { payload: new Uint8Array(20_000) })], 0);
  await store.putDocument('rule', 'after the cut', new Uint8Array(9_000));
  const expected = await digestOf(store);
  await store.close();
  const again = await DiskStore.open(directory);
  const found = await digestOf(again).finally(() => again.close());
  return found === expected ? null : 'what was written after the cut is not there when it is opened again';
}
