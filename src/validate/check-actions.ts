import { iamAction, iamActions, iamServices } from '../schema/index.ts';
import type { PolicyPlace } from './find-policies.ts';
import type { JsonObject } from './json.ts';
import { isList } from './json.ts';
import { nearest } from './nearest.ts';
import { printPath } from './property-path.ts';

/** Services whose actions AWS's reference lists no more, and which policies may still name. https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/migrate-granularaccess-whatis.html */
const RETIRED: readonly string[] = ['aws-portal'];

const known = new Map<string, string | undefined>();

/** Names every action that no service has, with the one that was most likely meant: IAM itself takes them, and grants nothing. */
export const checkActions = (statement: JsonObject, { id, path, report }: PolicyPlace): void => {
  for (const element of ['Action', 'NotAction']) {
    const stated = statement[element];
    for (const action of isList(stated) ? stated : [stated]) {
      if (typeof action !== 'string') continue;
      const wrong = actionFault(action);
      const at = { up: path, key: element };
      if (wrong !== undefined)
        report.problem(
          'UNKNOWN_ACTION',
          { id, path: at },
          `${printPath(at)} of ${id} names ${action}, ${wrong}`,
        );
    }
  }
};

/** What is wrong with an action's name, as the end of a sentence; undefined where AWS lists it. */
export const actionFault = (action: string): string | undefined => {
  if (!known.has(action)) known.set(action, fault(action));
  return known.get(action);
};

const fault = (action: string): string | undefined => {
  const colon = action.indexOf(':');
  // Of what is no action at all the policy's form tells.
  if (colon < 0) return undefined;
  const service = action.slice(0, colon).toLowerCase();
  const name = action.slice(colon + 1);
  if (/[*?]/.test(service) || RETIRED.includes(service)) return undefined;
  const actions = iamActions(service);
  if (actions === undefined) {
    const meant = nearest(service, iamServices());
    return `and no service has the prefix ${service}${meant === undefined ? '. See the service authorization reference.' : `; did you mean ${meant}:${name}?`}`;
  }
  if (!/[*?]/.test(name)) {
    if (iamAction(service, name) !== undefined) return undefined;
    const meant = nearest(name, actions);
    return `which is no action of ${service}${meant === undefined ? '. See the service authorization reference.' : `; did you mean ${service}:${meant}?`}`;
  }
  const pattern = new RegExp(
    `^${name
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'i',
  );
  if (actions.some((one) => pattern.test(one))) return undefined;
  const meant = nearest(
    name.replaceAll(/[*?]/g, ''),
    new Set(actions.map((one) => /^[A-Z][a-z]+/.exec(one)?.[0] ?? one)),
  );
  return `which matches no action of ${service}${meant === undefined ? '. See the service authorization reference.' : `; did you mean ${service}:${meant}*?`}`;
};
