import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What one run of Esper gave. */
export interface EsperResult {
  /** Events a second, or milliseconds a statement, in rounds. */
  readonly samples: readonly number[];
  /** Matches, or statements. */
  readonly count: number;
  /** Bytes. */
  readonly memory: number;
}

const LEAST_JAVA = 17;

/** Esper 9 in a Java process of its own for each measurement. */
export class Esper {
  static readonly VERSION = '9.0.0';
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Fetches and compiles what is needed; null, with a word why, where that cannot be. */
  static build(): Esper | null {
    const version = /version "(\d+)/.exec(said('java', ['-version']))?.[1];
    const maven = said('mvn', ['-v']);
    if (version === undefined || Number(version) < LEAST_JAVA || !maven.includes('Maven')) {
      const found = version === undefined ? 'no Java' : `Java ${version}`;
      console.error(
        `bench:peers measures Esper ${Esper.VERSION}, which needs Java ${LEAST_JAVA} or later and Maven; there is ${found}${maven.includes('Maven') ? '' : ' and no Maven'} here.\n` +
          'On Debian and Ubuntu: apt-get install openjdk-17-jdk-headless maven',
      );
      return null;
    }
    const folder = fileURLToPath(new URL('../../../bench/peers/esper', import.meta.url));
    const args = ['-q', '-B', '-f', join(folder, 'pom.xml'), 'compile', 'dependency:copy-dependencies'];
    console.error('Esper is fetched and compiled');
    const { status } = spawnSync('mvn', args, { stdio: ['ignore', 'inherit', 'inherit'] });
    if (status === 0) return new Esper(folder);
    console.error('Esper could not be built: is Maven Central within reach?');
    return null;
  }

  /** Throws Error when it fails. */
  measure(args: readonly string[]): EsperResult {
    const path = [join(this.#folder, 'dist/classes'), join(this.#folder, 'dist/dependency/*')].join(
      delimiter,
    );
    const java = ['-Xmx8g', '-cp', path, 'tocsin.bench.Main', ...args];
    const { status, stdout, stderr } = spawnSync('java', java, { encoding: 'utf8' });
    const last = stdout.trim().split('\n').at(-1) ?? '';
    if (status === 0 && last.startsWith('{')) return JSON.parse(last) as EsperResult;
    throw new Error(`Esper ${args.join(' ')} failed: ${stderr.slice(-2_000)}`);
  }
}

/** What a program says of itself on either stream; '' where there is none. */
function said(program: string, args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return `${stdout ?? ''}${stderr ?? ''}`;
}
