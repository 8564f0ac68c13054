// What the types of AWS's resources and actions cost a program that uses none: hello-world checked by tsc with them, and with
// both files emptied; and what the editor pays for its first completion among them.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare, ROOT, table, timeCommand, WORK } from './measure.ts';

const TYPESCRIPT = join(ROOT, 'node_modules', 'typescript', 'bin');
const ROUNDS = 9;

const EMPTIED = {
  'cloudformation.d.ts':
    'export interface ResourceTypes { [type: string]: { properties: { [name: string]: unknown }; attributes: string } }\n',
  'iam.d.ts': ['IamActions', 'IamArns', 'IamConditionKeys']
    .map((name) => `export interface ${name} { [service: string]: string }\n`)
    .join(''),
};

/** hello-world in a folder of its own, as a user has it, with the package beside it. */
const layOut = (name: string, emptied: boolean): string => {
  const folder = join(WORK, name);
  rmSync(folder, { recursive: true, force: true });
  const sparta = join(folder, 'node_modules', 'sparta');
  mkdirSync(sparta, { recursive: true });
  for (const part of ['package.json', 'dist', 'types'])
    cpSync(join(ROOT, part), join(sparta, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules', '@types'), join(folder, 'node_modules', '@types'));
  cpSync(join(ROOT, 'examples', 'hello-world', 'app.ts'), join(folder, 'app.ts'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        module: 'nodenext',
        target: 'es2024',
        noEmit: true,
        skipLibCheck: true,
        types: ['node'],
      },
      files: ['app.ts'],
    }),
  );
  if (emptied)
    for (const [file, text] of Object.entries(EMPTIED))
      writeFileSync(join(sparta, 'types', file), text);
  return folder;
};

const without = layOut('types-without', true);
const withThem = layOut('types-with', false);

const check = (cwd: string) => () =>
  timeCommand(process.execPath, [join(TYPESCRIPT, 'tsc'), '-p', '.'], { cwd });
process.stdout.write(
  `${table(
    'hello-world, checked by tsc',
    await compare(
      [
        { name: 'without the types of resources and actions', run: check(without) },
        { name: 'with them', run: check(withThem) },
      ],
      ROUNDS,
    ),
  )}\n`,
);

const PROGRAM = `import { resource } from 'sparta';
resource('AWS::DynamoDB::Table', 'Orders', { KeySchema: [],  });
`;
const PLACE = { line: 2, offset: PROGRAM.split('\n')[1]?.indexOf('[],') };

/** Milliseconds from an editor's start of the language server until it lists the properties of a table. */
const firstCompletion = (cwd: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const file = join(cwd, 'app.ts');
    const server = spawn(process.execPath, [join(TYPESCRIPT, 'tsserver')], {
      cwd,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const send = (seq: number, command: string, args: object) =>
      server.stdin.write(`${JSON.stringify({ seq, type: 'request', command, arguments: args })}\n`);
    let output = '';
    server.stdout.on('data', (piece: Buffer) => {
      output += piece.toString();
      if (!output.includes('"command":"completionInfo"')) return;
      const answered = performance.now() - startedAt;
      server.kill();
      if (cwd !== withThem || output.includes('"name":"AttributeDefinitions"')) resolve(answered);
      else reject(new Error('the editor was not told the properties of a table'));
    });
    send(1, 'open', { file, fileContent: PROGRAM });
    send(2, 'completionInfo', { file, ...PLACE, offset: (PLACE.offset ?? 0) + 4 });
  });

process.stdout.write(
  table(
    'An editor, from its start to the first completion',
    await compare(
      [
        { name: 'without the types', run: () => firstCompletion(without) },
        { name: 'with them, 1,800 types', run: () => firstCompletion(withThem) },
      ],
      ROUNDS,
    ),
  ),
);
