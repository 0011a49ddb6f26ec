/** One cell: a JSON value. */
export type Cell = null | boolean | number | string | readonly Cell[];

/** Rows as a person writes them down: a line of column names, then a line a row. */
export interface Table {
  readonly columns: readonly string[];
  /** The SQL type of each column: what its name says behind a colon (`at:TIMESTAMP`), else what its values are. */
  readonly types: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/**
 * Reads a table from its text. Cells stand between white space; what JSON reads is that value, all else is text (`2020-10-01`,
 * `UP`), so a text that JSON would read, or with a space in it, is written as JSON (`"7"`, `"Match #"`). A text without a row is
 * a table without rows; an empty one has no columns either.
 */
export function table(text: string): Table {
  const [header = '', ...lines] = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const names = cells(header).map((cell) => String(cell));
  const rows = lines.map(cells);
  const wrong = rows.find((row) => row.length !== names.length);
  if (wrong) throw new Error(`a row of ${wrong.length} cells below ${names.length} columns: ${wrong}`);
  return {
    columns: names.map((name) => name.replace(TYPE, '')),
    types: names.map((name, i) => TYPE.exec(name)?.[1] ?? typeOf(rows.map((row) => row[i] ?? null))),
    rows,
  };
}

const TYPE = /:([A-Z].*)$/;

function cells(line: string): Cell[] {
  return (line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []).map((text) => {
    try {
      return JSON.parse(text) as Cell;
    } catch {
      return text;
    }
  });
}

function typeOf(values: readonly Cell[]): string {
  const present = values.filter((value) => value !== null);
  if (present.length > 0 && present.every((value) => typeof value === 'number'))
    return present.every(Number.isInteger) ? 'BIGINT' : 'DOUBLE';
  if (present.length > 0 && present.every((value) => typeof value === 'boolean')) return 'BOOLEAN';
  return 'VARCHAR';
}
