import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import ts from 'typescript';

/** A source file: its path below `src/` with forward slashes, and its syntax tree. */
export interface Source {
  readonly path: string;
  readonly tree: ts.SourceFile;
}

/** One import of a file: what is named, where it leads below `src/` (null: a package or `node:`), and whether types only. */
export interface Import {
  readonly specifier: string;
  readonly target: string | null;
  readonly typeOnly: boolean;
}

/** Every `.ts` file below `root`, parsed; generated files are left out. */
export function sources(root = 'src'): Source[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.split(sep).join('/'))
    .filter((name) => name !== 'language/grammar.ts')
    .sort()
    .map((name) => source(name, readFileSync(join(root, name), 'utf8')));
}

/** A source file from its text: what the self-checks feed in. */
export function source(path: string, text: string): Source {
  return { path, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true) };
}

/** All imports of a file: declarations, re-exports, `import()` as a call and as a type. */
export function importsOf({ path, tree }: Source): Import[] {
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean): void => {
    found.push({ specifier, target: resolve(path, specifier), typeOnly });
  };
  visit(tree, (node) => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      add(node.moduleSpecifier.text, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    } else if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      add(node.moduleSpecifier.text, node.isTypeOnly);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteralLike(argument)) add(argument.text, false);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      if (ts.isStringLiteral(node.argument.literal)) add(node.argument.literal.text, true);
    }
  });
  return found;
}

/** Calls `see` with every node below `node`, parents first. */
export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

function resolve(from: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  const path = normalize(join(dirname(from), specifier))
    .split(sep)
    .join('/');
  return relative('', path).split(sep).join('/').replace(/\.js$/, '.ts');
}
