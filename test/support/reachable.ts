import { join } from 'node:path';
import { open } from 'lmdb';

/** The tables of a store on disk that is closed, in which a text stands: in a key or a value that can be reached. */
export async function tablesWith(directory: string, text: string): Promise<readonly string[]> {
  const encoding = { encoding: 'binary', keyEncoding: 'binary' } as const;
  const root = open<Buffer, Buffer>({
    ...{ path: join(directory, 'data.mdb'), noSubdir: true, maxDbs: 32, readOnly: true, ...encoding },
  });
  try {
    const names = [...root.getKeys()].map((name) =>
      Buffer.from(name).toString('latin1').replaceAll('\0', ''),
    );
    const wanted = Buffer.from(text);
    return names.filter((name) => {
      const table = root.openDB<Buffer, Buffer>({ name, ...encoding });
      return [...table.getRange()].some(({ key, value }) => key.includes(wanted) || value.includes(wanted));
    });
  } finally {
    await root.close();
  }
}
