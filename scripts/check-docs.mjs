// Public docstrings: every symbol that a user can reach from an entry, and every member of a public type, says in a
// sentence what it is; a number says its unit; a function shows an example and names the coded errors that it throws.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const ENTRIES = ['src/index.ts', 'src/testing/index.ts'];
const FEWEST_SYMBOLS = 20;
const UNIT =
  /\b(milliseconds?|ms|seconds?|minutes?|hours?|days?|bytes?|characters?|KiB|MiB|MB|GiB|KB|count|counts|number of|percent|ratio|requests|times|messages|invocations|environments|periods|datapoints|status|code|port|epoch|items|value|lines?|columns?|threshold|retries|tries|events?|records|position|receives|per second|batch|size)\b/i;

const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
const program = ts.createProgram(
  ENTRIES.map((entry) => join(root, entry)),
  { ...options, incremental: false, tsBuildInfoFile: undefined },
);
const checker = program.getTypeChecker();
const problems = [];
const seen = new Set();

const where = (node) => {
  const file = node.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(node.getStart());
  return `${file.fileName.slice(root.length + 1)}:${line + 1}`;
};
const sentence = (symbol) =>
  ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
const ours = (node) => node.getSourceFile().fileName.startsWith(join(root, 'src'));

const checkMember = (owner, member) => {
  const declaration = member.declarations?.[0];
  if (declaration === undefined || !ours(declaration)) return;
  // Type parameters are not members, and a discriminant says nothing that its literal does not.
  if (ts.isTypeParameterDeclaration(declaration) || member.name === 'kind') return;
  const text = sentence(member);
  const tags = member.getJsDocTags(checker);
  if (text === '' && tags.length === 0)
    problems.push(`${where(declaration)} ${owner}.${member.name} has no docstring`);
  const type = checker.getTypeOfSymbol(member);
  const all = `${text} ${tags.map((tag) => ts.displayPartsToString(tag.text)).join(' ')} ${member.name}`;
  if (isNumber(type) && !UNIT.test(all))
    problems.push(`${where(declaration)} ${owner}.${member.name} is a number without a unit`);
};
const isNumber = (type) =>
  (type.flags & ts.TypeFlags.NumberLike) !== 0 ||
  (type.isUnion() &&
    type.types.some((part) => part.flags & ts.TypeFlags.NumberLike) &&
    type.types.every((part) => part.flags & (ts.TypeFlags.NumberLike | ts.TypeFlags.Undefined)));

const checkSymbol = (exported) => {
  const symbol =
    exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
  if (seen.has(symbol)) return;
  seen.add(symbol);
  const declaration = symbol.declarations?.[0];
  if (declaration === undefined || !ours(declaration)) return;
  if (sentence(symbol) === '')
    problems.push(`${where(declaration)} ${symbol.name} has no docstring`);
  if (ts.isInterfaceDeclaration(declaration))
    for (const member of symbol.members?.values() ?? []) checkMember(symbol.name, member);
  if (ts.isTypeAliasDeclaration(declaration) && ts.isTypeLiteralNode(declaration.type))
    for (const member of declaration.type.symbol?.members?.values() ?? [])
      checkMember(symbol.name, member);
  const body = ts.isFunctionDeclaration(declaration)
    ? declaration
    : ts.isVariableDeclaration(declaration) &&
        declaration.initializer !== undefined &&
        ts.isArrowFunction(declaration.initializer)
      ? declaration.initializer
      : undefined;
  if (body === undefined) return;
  const tags = symbol.getJsDocTags(checker);
  if (!tags.some((tag) => tag.name === 'example'))
    problems.push(`${where(declaration)} the function ${symbol.name} has no @example`);
  const named = tags
    .filter((tag) => tag.name === 'throws')
    .map((tag) => ts.displayPartsToString(tag.text))
    .join(' ');
  for (const [, code] of body
    .getText()
    .matchAll(/throw (?:new FrameworkError|\w+)\(\s*'([A-Z][A-Z_]+)'/g))
    if (!named.includes(code))
      problems.push(`${where(declaration)} ${symbol.name} throws ${code}, and no @throws says so`);
};

for (const entry of ENTRIES) {
  const file = program.getSourceFile(join(root, entry));
  const module = file === undefined ? undefined : checker.getSymbolAtLocation(file);
  for (const exported of module === undefined ? [] : checker.getExportsOfModule(module))
    checkSymbol(exported);
}
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`docstrings: ${seen.size} public symbols, ${problems.length} problems\n`);
if (seen.size < FEWEST_SYMBOLS) {
  process.stdout.write(`Only ${seen.size} symbols were seen: the check itself is broken.\n`);
  process.exit(1);
}
process.exit(problems.length > 0 ? 1 : 0);
