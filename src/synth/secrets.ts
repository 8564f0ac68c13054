import type { TemplateBuilder } from './builder.ts';
import { place } from './builder.ts';

/** Something that is allowed, and hardly meant. */
export interface Warning {
  readonly message: string;
  /** `app.ts:12` */
  readonly at?: string;
}

/** Names that hold secrets more often than not. */
const SECRET_NAME =
  /(^|[_\-.])(passw(or)?d|pwd|secret|token|api[_-]?key|private[_-]?key|credentials?)($|[_\-.])|(Password|Secret|Token|ApiKey|PrivateKey|SecretString)$/i;

/** Forms that nothing else has. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids, and the formats of others as they publish them. */
const SECRET_FORM =
  /\bAKIA[A-Z2-7]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----|\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bsk_live_[A-Za-z0-9]{16,}/;

/** What says where a secret is, and is none itself. */
const POINTS_ELSEWHERE = /^(arn:|\/|https?:\/\/|\{\{resolve:|alias\/)/;

/** Texts in a template that look like secrets: whoever may read the stack may read them. */
export const findSecrets = (builder: TemplateBuilder): readonly Warning[] => {
  const warnings: Warning[] = [];
  for (const [id, { Type, Properties }] of builder.resources) {
    const at = place(builder.declaredAt(id));
    for (const path of secretsIn(Properties, [])) {
      const where = path.join('/');
      warnings.push({
        message: `${where} of ${id} (${Type}) looks like a secret, and whoever may read the stack may read it. Put it into Secrets Manager, and grant it: secret('Name', { existing: '…' }).read().`,
        ...(at === undefined ? {} : { at }),
      });
    }
  }
  return warnings;
};

const secretsIn = (value: unknown, path: readonly string[]): readonly (readonly string[])[] => {
  if (typeof value === 'string') {
    const name = path.at(-1) ?? '';
    const named = SECRET_NAME.test(name) && value.length >= 6 && !POINTS_ELSEWHERE.test(value);
    return named || SECRET_FORM.test(value) ? [path] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => secretsIn(member, [...path, name]));
};
