import type { Report } from './report.ts';

/** What each resource waits for, by logical id. */
export type Needs = ReadonlyMap<string, ReadonlySet<string>>;

/** Resources that need each other cannot be made: each circle is told once, as a way round. */
export const findCycles = (needs: Needs, report: Report): void => {
  const done = new Set<string>();
  const path: string[] = [];
  const onPath = new Set<string>();
  const visit = (id: string): void => {
    if (done.has(id)) return;
    if (onPath.has(id)) {
      say([...path.slice(path.indexOf(id)), id], report);
      return;
    }
    path.push(id);
    onPath.add(id);
    for (const next of needs.get(id) ?? []) visit(next);
    path.pop();
    onPath.delete(id);
    done.add(id);
  };
  for (const id of [...needs.keys()].sort()) visit(id);
};

const say = (circle: readonly string[], report: Report): void => {
  const [first = ''] = circle;
  report.problem(
    'CYCLE',
    { id: first },
    circle.length === 2
      ? `${first} needs itself, so it cannot be made: ${circle.join(' → ')}. Take the reference away; a name that is known beforehand (functionName, bucketName) in its place does it.`
      : `These resources need each other, so none can be made first: ${circle.join(' → ')}. Take one of the references away; a name that is known beforehand (functionName, bucketName) in place of a reference does it.`,
  );
};
