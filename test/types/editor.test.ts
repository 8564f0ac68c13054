import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, expect, it } from 'vitest';
import { resourceTypeNames } from '../../src/schema/index.ts';

/** What an editor asks the compiler's language service about this program; `│` is where the cursor stands. */
const PROGRAM = `import { adjust, allow, lambda, resource } from '../../src/index.ts';
const table = resource('AWS::DynamoDB::Table', 'Orders', { AttributeDefinitions: [{ AttributeName: 'id', AttributeType: '│' }], │ });
table.getAtt('│');
allow('dynamodb:GetItem').on('*').when({ StringEquals: { '│': 'x' } });
allow('│', '*');
resource('│', 'Any');
adjust(lambda('Stamp', {}, async () => 1), 'AWS::Lambda::Function', { Memory│Size: 512 });
`;

const root = join(import.meta.dirname, '../..');
const file = join(import.meta.dirname, 'asked-by-an-editor.ts');
const places: number[] = [];
let text = '';
for (const piece of PROGRAM.split('│')) {
  text += piece;
  places.push(text.length);
}
let service: ts.LanguageService;

beforeAll(() => {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (path) =>
      path === file
        ? ts.ScriptSnapshot.fromString(text)
        : ts.sys.fileExists(path)
          ? ts.ScriptSnapshot.fromString(readFileSync(path, 'utf8'))
          : undefined,
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (path) => path === file || ts.sys.fileExists(path),
    readFile: (path) => ts.sys.readFile(path),
  });
});

const namesAt = (place: number): readonly string[] =>
  service
    .getCompletionsAtPosition(file, places[place] ?? 0, undefined)
    ?.entries.map(({ name }) => name) ?? [];

it('an editor lists properties, enums, attributes, actions, condition keys and types', () => {
  expect(namesAt(0)).toEqual(['B', 'N', 'S']);
  expect(namesAt(1)).toEqual(
    expect.arrayContaining(['BillingMode', 'StreamSpecification', 'TimeToLiveSpecification']),
  );
  expect(namesAt(2)).toEqual(expect.arrayContaining(['Arn', 'StreamArn']));
  expect(namesAt(3)).toEqual(expect.arrayContaining(['dynamodb:LeadingKeys', 'aws:SourceArn']));
  expect(namesAt(4)).toEqual(expect.arrayContaining(['s3:GetObject', 'dynamodb:Query']));
  const types = namesAt(5);
  expect(types).toEqual(expect.arrayContaining(['AWS::SQS::Queue', 'AWS::Lambda::Function']));
  // Whatever the schemas have, the editor has.
  expect(resourceTypeNames().filter((name) => !types.includes(name))).toEqual([]);
  expect(types.length).toBeGreaterThan(1_500);
});

it('an editor shows what AWS says of a property', () => {
  const shown = service.getQuickInfoAtPosition(file, places[6] ?? 0);
  expect(ts.displayPartsToString(shown?.documentation)).toMatch(/memory/i);
});
